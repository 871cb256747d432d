//! Looks at everything that a build leans on, and says what of it would fail or mislead one.
//!
//! Unlike a check it may start programs (`cargo --version`, `rustc -vV`) and write: the store is made
//! where it is missing, as a build would, and probe files live for a moment in a directory of their own
//! in it. Sources are looked at and never written to. What is found becomes a list of [`Finding`]s with
//! stable codes; nothing found is an error of the doctor's.
//!
//! Never tolerable here: `ok` for what was not tried.

mod file_systems;
mod finding;
mod kinds;
mod probes;
mod programs;
mod store;

use std::collections::BTreeSet;
use std::path::Path;

use crate::environment::Environment;

pub use file_systems::Stats;
pub use finding::{Finding, Status};
pub(crate) use probes::PREFIX;

/// What is examined, as values.
#[derive(Debug)]
pub struct Patient<'a> {
    /// The directory that cargo runs in: absolute.
    pub workspace: &'a Path,
    /// Where slots live, where that is known: absolute.
    pub store: Option<&'a Path>,
    /// The environment that cargo gets.
    pub env: &'a Environment,
    /// Whether units whose inputs were only touched are to be kept from being built again.
    pub vouch: bool,
    /// The target triples that profiles name.
    pub targets: BTreeSet<&'a str>,
}

/// What was found.
#[derive(Debug)]
pub struct Examination {
    /// In a fixed order.
    pub findings: Vec<Finding>,
    /// What the stats of sources are worth.
    pub sources: Stats,
}

/// Examines everything; makes the store where it is missing.
#[must_use]
pub fn examine(patient: &Patient<'_>) -> Examination {
    let mut findings = programs::examine(patient);
    let mut probed = None;
    if let Some(store) = patient.store {
        let (found, is_usable) = store::examine(store);
        findings.extend(found);
        if is_usable {
            let (found, behaviour) = file_systems::examine_store(store);
            findings.extend(found);
            probed = behaviour;
        }
    }
    let (found, sources) = file_systems::examine_sources(patient, probed.as_ref());
    findings.extend(found);
    Examination { findings, sources }
}
