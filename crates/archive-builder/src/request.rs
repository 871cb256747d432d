//! What a caller asks for, and what it gets.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use freshness_core::{Digest, FreshnessStrategy, Verdict, Work};

use crate::artifact::ProductKind;
use crate::cancel::Cancel;
use crate::cargo::invoke::CargoOutput;
use crate::environment::Environment;
use crate::error::BuildError;
use crate::events::Event;
use crate::key::{Key, Tool};
use crate::profile::Profile;
use crate::remote::upload::Upload;
use crate::remote::{Asked, Origin, Remote};

/// Everything that a check or a build depends on, as values.
pub struct Request<'a> {
    /// What is wanted.
    pub profile: &'a Profile,
    /// Who asks.
    pub tool: &'a Tool,
    /// The directory that cargo runs in: absolute, without links, in or at the workspace.
    pub workspace: &'a Path,
    /// Where slots live: absolute.
    pub store: &'a Path,
    /// The environment that cargo gets and that is judged.
    pub env: &'a Environment,
    /// The strategy that decides.
    pub strategy: &'a dyn FreshnessStrategy,
    /// One strategy of each name, whose evidence a stamp holds.
    pub strategies: &'a [&'a dyn FreshnessStrategy],
    /// How long a held slot is waited for.
    pub lock_timeout: Duration,
    /// How many generations are kept, the newest included; at least [`MIN_GENERATIONS`].
    pub generations: usize,
    /// Whether units whose inputs were only touched are kept from being built again.
    pub vouch: bool,
    /// Where cargo's progress and diagnostics go.
    pub cargo_output: CargoOutput,
    /// A storage that many machines share: asked before cargo is.
    pub remote: Option<&'a Arc<Remote>>,
    /// The wish that a build stop; looked at while it waits for a lock or for cargo, and between its steps.
    pub cancel: &'a Cancel,
    /// Told of what happens meanwhile, by whichever thread sees it happen.
    pub events: &'a (dyn Fn(Event<'_>) + Sync),
}

/// The newest generation, the one before it, which a linker may be reading, and the one being made.
pub const MIN_GENERATIONS: usize = 3;

impl Request<'_> {
    /// Stops here where the caller wishes so.
    ///
    /// # Errors
    /// [`BuildError::Interrupted`].
    pub(crate) fn go_on(&self, stage: &'static str) -> Result<(), BuildError> {
        self.cancel.check(self.workspace, stage)
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("profile", self.profile)
            .field("tool", self.tool)
            .field("workspace", &self.workspace)
            .field("store", &self.store)
            .field("strategy", &self.strategy.id())
            .finish_non_exhaustive()
    }
}

/// The answer to a check or a build.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The slot.
    pub key: Key,
    /// The directory that paths of inputs are relative to: the workspace's root, as far as a build has
    /// told it, else where cargo runs.
    pub root: PathBuf,
    /// What was found on arrival.
    pub verdict: Verdict,
    /// The archives, package by package in the order asked for; none where a check found them stale.
    pub archives: Vec<ReadyArchive>,
    /// The generation that serves.
    pub generation: Option<u64>,
    /// Whether cargo was run and its archives published.
    pub built: bool,
    /// Whether some archives are prebuilt ones.
    pub prebuilt: bool,
    /// Where the archives came from, if not from a build here.
    pub origin: Option<Origin>,
    /// What the storage had to do with it.
    pub asked: Asked,
    /// What remains to be put into the storage; the answer does not wait for it.
    pub upload: Option<Arc<Upload>>,
    /// What it cost.
    pub work: Work,
}

/// An archive that may be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyArchive {
    /// The package that produces it.
    pub package: String,
    /// What it is: `staticlib`, `llvm-bc`, `cdylib`, `bin`.
    pub kind: String,
    /// Where it is: absolute.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// The blake3 digest of its content.
    pub digest: Digest,
}

impl Profile {
    /// Puts archives in the order of the answer: package by package as asked for, or by name where that was
    /// left to cargo, and of each the static library first. One function for fresh, built and prebuilt ones.
    pub(crate) fn in_order(&self, mut archives: Vec<ReadyArchive>) -> Vec<ReadyArchive> {
        let package = |a: &ReadyArchive| {
            (self.packages.iter().position(|p| *p == a.package), a.package.clone())
        };
        let name = |a: &ReadyArchive| a.path.file_name().map(OsStr::to_os_string);
        archives.sort_by_cached_key(|a| (package(a), ProductKind::rank(&a.kind), name(a)));
        archives
    }
}
