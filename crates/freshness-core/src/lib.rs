//! The words every strategy and builder share: inputs, snapshots, stamps, reasons, verdicts.
//!
//! This crate knows no cargo, hashes no contents and prints nothing. It can list directories
//! ([`mod@discover`]), `stat` what was listed ([`snapshot`]), write and read what a build left behind
//! ([`stamp`]) and word why something is stale ([`verdict`]). What a difference *means* is decided
//! by an implementation of [`FreshnessStrategy`], of which this crate knows none.

pub mod check;
pub mod compare;
pub mod discover;
mod gitignore;
pub mod input;
pub mod laws;
pub mod listing;
pub mod lists;
pub mod path;
pub mod place;
pub mod selection;
pub mod snapshot;
pub mod spread;
pub mod stamp;
pub mod strategy;
pub mod survey;
pub mod sys;
pub mod verdict;
pub mod walk;

pub use discover::{InputSet, discover};
pub use input::{InputSpec, Pattern};
pub use listing::Listing;
pub use lists::Lists;
pub use path::{Escaped, InputPath};
pub use snapshot::{Kind, Meta, Snapshot, State, Target, Timestamp};
pub use stamp::{Archive, Digest, EnvFact, Fact, Head, Origin, Record, SealedFile, Stamp};
pub use strategy::{
    Assessment, Evidence, FreshnessStrategy, Observation, Recorded, StrategyId, Work,
};
pub use verdict::{Change, Reason, Verdict};
