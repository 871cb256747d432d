//! To be filled.
use super::{Event, Family};
pub(super) const FAMILY: Family = Family { name: "copying", setup: |_| {}, events: EVENTS };
const EVENTS: &[Event] = &[];
