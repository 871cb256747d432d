//! Would this build change anything? Answered before cargo starts.
//!
//! A toolchain that needs native archives asks for them by a profile; it gets the published ones where
//! they are current, in about the time it takes to `stat` their inputs, and otherwise those of one
//! cargo build. Which strategy decides is a matter of configuration.
//!
//! ```no_run
//! use freshness::{Config, Environment, Freshness, Tool};
//!
//! fn archives(vars: std::env::VarsOs) -> Result<Vec<std::path::PathBuf>, freshness::Error> {
//!     let config = Config::load("freshness.toml".as_ref())?;
//!     let tool = Tool { name: "my-compiler".into(), version: "1.2.3".into() };
//!     let freshness = Freshness::new(config, tool, Environment::new(vars));
//!     let outcome = freshness.build("default")?;
//!     Ok(outcome.archives.into_iter().map(|archive| archive.path).collect())
//! }
//! ```
//!
//! Nothing is global, nothing is printed, and nothing is read from the process: the environment is a
//! value, and [`Freshness::on_event`] tells what goes on.

mod config;
mod doctor;
mod facade;
mod init;
mod own_inputs;
#[cfg(feature = "program")]
pub mod program;
#[cfg(feature = "signals")]
pub mod signals;
mod strategies;
mod trust;

pub use archive_builder::doctor::{Finding, Status};
pub use archive_builder::gc::{Collection, DryRun, Limits, Removal, What};
pub use archive_builder::job::{CommandEnd, CommandStdout, Idle, Job, JobOutcome, ReadyOutput};
pub use archive_builder::members::Member;
pub use archive_builder::store::{self, SlotSummary};
pub use archive_builder::{
    ArtifactKind, BuildError, Cancel, CargoOutput, Emit, Environment, Event, Force, Input, Key,
    Missing, OnFailure, Outcome, Panic, Profile, ReadyArchive, Request, Tool, remove_below_tag,
};
pub use config::{Config, ConfigError};
pub use doctor::Diagnosis;
pub use facade::{Error, Explanation, Freshness};
pub use freshness_core::path::normalize;
pub use freshness_core::sys::{
    Links, bytes_of_path, current_user, everyone_may_write, meta_of, open_regular, owner_of,
    path_of_bytes, read_at,
};
pub use freshness_core::{
    Assessment, Change, Digest, Escaped, InputPath, Kind, Meta, Reason, State, Timestamp, Verdict,
    Work,
};
pub use init::{Existing, Written, init};
pub use own_inputs::{InputRecord, Look, StoredInputs};
pub use strategies::{StrategyName, StrategyOptions};
pub use trust::Trust;
