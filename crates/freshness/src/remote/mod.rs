//! A storage that many machines share: on which terms it is used here, and what runs beside an answer.
//!
//! What is looked for, trusted and published is the builder's (`archive_builder::remote`); which services can be
//! spoken to is a crate of its own, which a tool that brings its own [`storage::Storage`] does without.

mod errands;
#[cfg(feature = "remote")]
mod open;
mod terms;
mod uploads;

pub use archive_builder::remote::prune::{Limits as PruneLimits, Pruned};
pub use archive_builder::remote::status::Status;
pub use archive_builder::remote::upload::{Upload, Uploaded};
pub use archive_builder::remote::{Asked, Origin, Remote, storage, trust};

pub use terms::Terms;
pub(crate) use uploads::Uploads;
