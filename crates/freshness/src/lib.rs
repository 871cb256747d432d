//! Would this build change anything? Answered before cargo starts.
//!
//! A toolchain that needs native archives asks for them by a profile; it gets the published ones where
//! they are current, in about the time it takes to `stat` their inputs, and otherwise those of one
//! cargo build. Which strategy decides is a matter of configuration.
//!
//! # In ten lines
//!
//! ```
//! use freshness::{Config, Environment, Freshness, Outcome, Profile, Tool};
//!
//! /// The archives of `my-runtime`, as far as they are current.
//! fn look(workspace: &std::path::Path) -> Result<Outcome, Box<dyn std::error::Error>> {
//!     let config = Config::new(workspace, "target/my-compiler".as_ref())?
//!         .with_profile("default", Profile::release(["my-runtime"]));
//!     let tool = Tool::new("my-compiler", env!("CARGO_PKG_VERSION"));
//!     let freshness = Freshness::new(config, tool, Environment::new(std::env::vars_os()));
//!     Ok(freshness.check("default")?)
//! }
//!
//! let workspace = tempfile::tempdir()?;
//! let outcome = look(workspace.path())?;
//! let reasons: Vec<_> = outcome.verdict.reasons.iter().map(|reason| reason.code()).collect();
//! assert_eq!(reasons, ["no-stamp"]); // Nothing was built yet,
//! assert!(!workspace.path().join("target").exists()); // and looking changed nothing.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Freshness::build`] in the place of [`Freshness::check`] gives archives in any case: those that are there,
//! or those of one cargo run. `examples/archives.rs` is such a tool, whole.
//!
//! # What it does to your process
//!
//! Nothing is global, nothing is printed, and nothing is read from the process: the environment is a
//! value, and so are directories. Values of [`Freshness`] can be used from any number of threads and processes at
//! once; those that find the same archives stale run cargo once.
//!
//! # Options
//!
//! A [`Config`] comes from a file ([`Config::find`], [`Config::load`]) or from the tool ([`Config::new`],
//! [`Config::with_profile`]); each of its fields can be set. A [`Profile`] begins as [`Profile::release`] and the rest
//! follows:
//!
//! ```
//! use freshness::{Panic, Profile};
//!
//! let profile = Profile {
//!     default_features: false,
//!     panic: Some(Panic::Abort),
//!     ..Profile::release(["my-runtime", "my-stdlib"])
//! };
//! assert_eq!(profile.cargo_profile, "release");
//! ```
//!
//! # Progress
//!
//! What goes on meanwhile is an [`Event`], told to a closure; what to make of it is up to the tool.
//!
//! ```
//! use std::sync::mpsc;
//! use freshness::{Event, Freshness};
//!
//! fn report_to(freshness: Freshness, lines: mpsc::Sender<String>) -> Freshness {
//!     freshness.on_event(move |event| {
//!         let line = match event {
//!             Event::Stale { verdict } => format!("{} reasons to build", verdict.reasons.len()),
//!             Event::WaitingForLock { holder } => format!("waiting for {holder}"),
//!             _ => return,
//!         };
//!         let _ = lines.send(line);
//!     })
//! }
//! ```
//!
//! cargo's own output is dropped, unless [`Freshness::cargo_output`] says otherwise; where a build fails, its last
//! lines are part of the error.
//!
//! # Stopping
//!
//! A build stops where a [`Cancel`] that it was given ([`Freshness::cancel`]) wishes so: from another thread, or
//! from a signal where the feature `signals` makes one of it. The library itself installs no handler.
//!
//! # Sharing
//!
//! What is stale here may have been built elsewhere. A tool gives a [`remote::Remote`] to [`Freshness::remote`], with a
//! [`remote::storage::Storage`] of its own or, with the feature `remote`, that of its configuration:
//!
//! ```
//! # #[cfg(feature = "remote")]
//! fn sharing(freshness: freshness::Freshness) -> Result<freshness::Freshness, freshness::Error> {
//!     use freshness::remote::Terms;
//!
//!     let Some(configured) = freshness.config().remote.clone() else { return Ok(freshness) };
//!     let terms = Terms::new(configured, |name| std::env::var_os(name))?;
//!     if !terms.reads() {
//!         return Ok(freshness); // `Terms::reservation` says why.
//!     }
//!     Ok(freshness.remote(terms.open(std::env::vars().collect())?))
//! }
//! ```
//!
//! What a build then leaves to be put is put on a thread of its own; [`Freshness::finish_uploads`] stays for it.
//!
//! # Errors
//!
//! That something is stale is no error, and neither is a stamp that cannot be read: both are [`Reason`]s. An
//! [`Error`] has a stable [`Error::code`], the path that it is about, and a hint at what to do next.
//!
//! # Further
//!
//! - A tool's own inputs (sources that it reads itself) are judged by the same strategies: [`Look`],
//!   [`InputRecord`], [`StoredInputs`], [`Freshness::check_inputs`].
//! - A strategy of one's own implements [`FreshnessStrategy`] and is given to [`Freshness::custom_strategy`];
//!   `examples/strategy-sample` in the repository is one, and [`laws`] says whether it may be believed.
//! - [`Freshness::list`], [`Freshness::gc`] and [`Freshness::clean`] look after the store.
//!
//! # Features
//!
//! `program` (on by default) is what only the program `freshness` needs: a toolchain depends on this crate with
//! `default-features = false`. `signals`, which comes with it, turns signals into a wish to stop; `bar`, which does too,
//! shows on a terminal how far something has come.
//! `remote` speaks to storages that machines share, and brings an HTTP client and TLS.
//!
//! # Platform
//!
//! Unix. Windows is not supported yet.

#[cfg(feature = "bar")]
pub mod bar;
mod config;
mod doctor;
mod facade;
mod init;
mod own_inputs;
#[cfg(feature = "program")]
pub mod program;
pub mod remote;
#[cfg(feature = "signals")]
pub mod signals;
mod strategies;
mod trust;

pub use archive_builder::doctor::{Finding, Status};
pub use archive_builder::explain::{
    Content, Culprit, Explanation as Differences, Forecast, Group, Pair, PathStory, Seen, Sight,
    Standing, Step,
};
pub use archive_builder::gc::{Collection, DryRun, Limits, Removal, What};
pub use archive_builder::job::{CommandEnd, CommandStdout, Idle, Job, JobOutcome, ReadyOutput};
pub use archive_builder::members::Member;
pub use archive_builder::store::{self, SlotSummary};
pub use archive_builder::{
    ArtifactKind, BuildError, Cancel, CargoManner, CargoOutput, Emit, Environment, Event, Expected,
    Force, Input, Key, Missing, OnFailure, Outcome, Panic, Profile, ReadyArchive, Request, Tool,
    remove_below_tag,
};
pub use config::{Config, ConfigError, Location, LocationError, RemoteConfig, RemoteMode};
pub use doctor::Diagnosis;
pub use facade::{Error, Explanation, Freshness};
pub use freshness_core::path::normalize;
pub use freshness_core::sys::{
    Links, bytes_of_path, current_user, everyone_may_write, meta_of, open_regular, owner_of,
    path_of_bytes, read_at,
};
pub use freshness_core::{
    Assessment, Change, Digest, Escaped, FreshnessStrategy, InputPath, Kind, Meta, Reason, State,
    StrategyId, Timestamp, Verdict, Work, laws, strategy,
};
pub use init::{Existing, Written, init};
pub use own_inputs::{InputRecord, Look, StoredInputs};
pub use strategies::{StrategyName, StrategyOptions};
pub use trust::Trust;
