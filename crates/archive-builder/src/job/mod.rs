//! Runs any command as cargo is run: when its inputs, or what it made, are not as they were, and only then.
//!
//! A command says what it reads and what it makes; what it reads beyond that is not seen. Its stamp holds the
//! inputs as they were before it started, the command line, its directory, the program that ran, digests of
//! variables, and a seal of each output. Never tolerable: a stamp for outputs that were made from something
//! else. Tolerable: running a command that would have made the same again.
//!
//! `place` says where a stamp lies, `scene` what it is compared with, `run` is the stale path, `outputs` looks
//! at what was made, and `spawn` is the one place that starts a command.

mod changes;
mod outputs;
mod place;
mod run;
mod scene;
mod spawn;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use freshness_core::{Digest, FreshnessStrategy, Verdict, Work};

use crate::cancel::Cancel;
use crate::environment::Environment;
use crate::error::BuildError;
use crate::events::Event;
use crate::key::{Key, Tool};

pub use run::run;
pub use spawn::{CommandEnd, CommandStdout};

/// A command, with what it reads and what it makes.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The directory that it runs in, and that paths are relative to: absolute, without links.
    pub directory: PathBuf,
    /// What it reads: globs and paths, in order; those that begin with `!` leave out.
    pub inputs: Vec<PathBuf>,
    /// What to do about one of them that names nothing.
    pub idle: Idle,
    /// The files that it makes.
    pub outputs: Vec<PathBuf>,
    /// The variables that it reads.
    pub env: BTreeSet<String>,
    /// Its environment: all of it.
    pub environment: Environment,
    /// Where its stamp lies; `None` puts it into the store.
    pub stamp: Option<PathBuf>,
}

/// What to do about an input that names nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Idle {
    /// Refuse it: it is most likely a slip.
    #[default]
    Refuse,
    /// Allow it: that something appears there will matter.
    Allow,
}

/// Everything that the decision about a command depends on.
pub struct JobRequest<'a> {
    /// The command.
    pub job: &'a Job,
    /// Who asks.
    pub tool: &'a Tool,
    /// Where stamps live: absolute.
    pub store: &'a Path,
    /// The strategy that decides.
    pub strategy: &'a dyn FreshnessStrategy,
    /// One strategy of each name, whose evidence a stamp holds.
    pub strategies: &'a [&'a dyn FreshnessStrategy],
    /// How long a held lock is waited for.
    pub lock_timeout: Duration,
    /// Where the command's standard output goes.
    pub stdout: CommandStdout,
    /// The wish that it end; looked at while it waits for a lock or for the command, and before the stamp.
    pub cancel: &'a Cancel,
    /// Told of what happens meanwhile.
    pub events: &'a dyn Fn(Event<'_>),
}

impl JobRequest<'_> {
    /// Stops here where that is wished.
    ///
    /// # Errors
    /// [`BuildError::CommandInterrupted`].
    pub(crate) fn go_on(&self, stage: &'static str) -> Result<(), BuildError> {
        match self.cancel.is_cancelled() {
            true => Err(BuildError::CommandInterrupted { path: self.job.directory.clone(), stage }),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for JobRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobRequest")
            .field("job", self.job)
            .field("tool", self.tool)
            .field("store", &self.store)
            .field("strategy", &self.strategy.id())
            .finish_non_exhaustive()
    }
}

/// The answer about a command.
#[derive(Clone, Debug)]
pub struct JobOutcome {
    /// What its stamp is known by.
    pub key: Key,
    /// The directory that paths of inputs are relative to.
    pub root: PathBuf,
    /// What was found on arrival.
    pub verdict: Verdict,
    /// What it made, in the order asked for; none where that is stale, or the command failed.
    pub outputs: Vec<ReadyOutput>,
    /// Counts the runs that left a stamp.
    pub generation: Option<u64>,
    /// How the command ended, if it was run.
    pub end: Option<CommandEnd>,
    /// What it cost.
    pub work: Work,
}

/// A file that a command made, and that is as the command made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyOutput {
    /// Where it is: absolute.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// The blake3 digest of its content.
    pub digest: Digest,
}

/// Says whether the command would have to run. Spawns nothing, writes nothing, locks nothing.
///
/// # Errors
/// A stamp or store that must not be believed; an input that cannot be understood, or names nothing where
/// that is refused.
pub fn check(request: &JobRequest<'_>) -> Result<JobOutcome, BuildError> {
    let scene = scene::Scene::look(request)?;
    let decision = scene.decide()?;
    if !decision.verdict.is_fresh() {
        scene.require_matches(&scene.take()?.0)?;
    }
    Ok(scene.outcome(decision.verdict.clone(), decision.serving(), decision.work))
}
