//! The one trait that strategies implement.
//!
//! A strategy compares the world (a [`Snapshot`]) with what a stamp recorded of it ([`Recorded`]).
//! The record of lists and stats is common; what a strategy wants to know beyond that is its own
//! evidence, opaque to everyone else. A stamp holds the evidence of every strategy, so they are
//! different *readings* of one stamp and switching between them costs nothing.
//!
//! A strategy judges one input at a time, so that inputs can be looked at and judged on all cores, and
//! straight from a stamp on disk ([`mod@crate::check`]), without the whole list ever being in memory.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io;

use crate::path::InputPath;
use crate::place::Place;
use crate::snapshot::{Snapshot, State, Timestamp};
use crate::spread::{Threads, UNTOLD};
use crate::stamp::Digest;
use crate::survey::{assess_all, observe_all};
use crate::sys::Links;
use crate::verdict::{Change, Reason};

/// A way to compare a snapshot with a stamp.
///
/// # Laws
/// Tested for every implementation, and tried on anyone's by [`crate::laws::broken`]:
/// - assessing what was just observed gives no reasons, unless an entry is racy, and then the
///   strategy looks closer;
/// - nothing is ever written;
/// - reasons come in path order;
/// - the result does not depend on how many threads work on it;
/// - work is returned as counts.
pub trait FreshnessStrategy: Send + Sync {
    /// Its name, option and evidence version.
    fn id(&self) -> StrategyId;

    /// How many bytes of evidence it wants of each input; another number is another evidence version.
    fn evidence_bytes(&self) -> usize;

    /// Records what it will want to know of one input later, in `evidence`, which holds zeros. `earlier` is
    /// a record whose evidence may be reused where it proves to be unchanged.
    fn observe_one(
        &self,
        input: Subject<'_>,
        earlier: Option<Known<'_>>,
        evidence: &mut [u8],
        work: &mut Work,
    );

    /// Says what differs between one input and its record, which are equal in kind, length and link text.
    fn assess_one(&self, input: Subject<'_>, recorded: Known<'_>, work: &mut Work) -> Finding;

    /// The digest of a content in this evidence of one input, where it holds one: to show, not to judge by.
    fn digest_in(&self, evidence: &[u8]) -> Option<Digest> {
        let _ = evidence;
        None
    }

    /// Whether it refuses to take an unchanged `stat` for an unchanged file: then every file is opened
    /// rather than looked at, and published archives are read as well.
    fn reads_always(&self) -> bool {
        false
    }

    /// Whether what `file` gives is what the record, of a regular file, says; `false` where that cannot be told
    /// from its bytes alone, and then it is looked at. Asked only where every file is opened anyhow: to look at
    /// each as well takes a tenth of the whole. Whether a recorded stat is out of date, it does not say.
    fn reads_as_recorded(&self, file: &File, recorded: Known<'_>, work: &mut Work) -> bool {
        let _ = (file, recorded, work);
        false
    }

    /// Records what it will want to know of these inputs later; see [`FreshnessStrategy::observe_one`].
    fn observe(&self, now: &Snapshot, earlier: Option<Recorded<'_>>) -> Observation {
        observe_all(self, now, earlier, Threads::AsUseful, UNTOLD)
    }

    /// Says what differs between the world and the record.
    fn assess(&self, now: &Snapshot, recorded: Recorded<'_>) -> Assessment {
        assess_all(self, now, recorded, Threads::AsUseful, UNTOLD)
    }
}

/// One input as it is now.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What it is.
    pub state: &'a State,
    pub(crate) place: &'a Place,
    pub(crate) name: &'a OsStr,
    /// Its file, where looking opened it.
    pub(crate) opened: Option<File>,
}

impl Subject<'_> {
    /// Opens the regular file that it gives, directly or through links; waits for nothing.
    ///
    /// # Errors
    /// Those of `open(2)`, and `InvalidInput` where it is no regular file any more.
    pub fn open(self) -> io::Result<File> {
        match self.opened {
            Some(file) => Ok(file),
            None => Ok(self.place.open(self.name, Links::Follow)?.0),
        }
    }
}

/// What is on record of one input.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What it was.
    pub state: &'a State,
    /// The instant before it was looked at, by the file system's clock.
    pub cutoff: Timestamp,
    /// The strategy's own evidence of it: [`FreshnessStrategy::evidence_bytes`], or less where a foreign
    /// stamp holds less.
    pub evidence: &'a [u8],
}

impl Known<'_> {
    /// Whether this record proves nothing about writes after its cut-off.
    #[must_use]
    pub fn is_racy(&self) -> bool {
        self.state.is_racy(self.cutoff)
    }
}

/// What a strategy found of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// What differs.
    pub difference: Option<Difference>,
    /// Whether the recorded stat is out of date although the content was proven to be the same.
    pub outdated: bool,
}

/// How one input differs from its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// In this.
    Changed(Change),
    /// It was modified at or after the cut-off.
    Newer {
        /// Its modification time.
        mtime: Timestamp,
        /// The instant before the build's first read.
        cutoff: Timestamp,
    },
    /// It cannot be read; the system's words.
    Unreadable(String),
}

impl Difference {
    /// The reason that this is for the input at `path`.
    #[must_use]
    pub fn of(self, path: InputPath) -> Reason {
        match self {
            Self::Changed(change) => Reason::InputChanged { path, change },
            Self::Newer { mtime, cutoff } => Reason::InputNewer { path, mtime, cutoff },
            Self::Unreadable(problem) => Reason::InputUnreadable { path, problem },
        }
    }
}

/// Names a strategy, one of its options, and the version of its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrategyId {
    /// The name in configurations: `mtime`, `hash`. Options of one name share their evidence.
    pub name: &'static str,
    /// The option's value: `recorded`, `newer-than`, `changed`, `always`.
    pub option: &'static str,
    /// The version of the evidence's encoding.
    pub evidence_version: u32,
}

impl fmt::Display for StrategyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.option)
    }
}

/// What a build recorded of its inputs, as one strategy sees it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The inputs as they were.
    pub snapshot: &'a Snapshot,
    /// The instant before the first of them was looked at, by the file system's clock.
    pub cutoff: Timestamp,
    /// The strategy's own evidence, as its `observe` gave it.
    pub evidence: &'a [u8],
}

impl<'a> Recorded<'a> {
    /// What is on record of the input at `index`, of a strategy that wants so many bytes of each.
    pub(crate) fn of(&self, index: usize, evidence_bytes: usize) -> Known<'a> {
        let end = self.evidence.len().min((index + 1) * evidence_bytes);
        let start = end.min(index * evidence_bytes);
        let state = &self.snapshot.entries[index].1;
        Known { state, cutoff: self.cutoff, evidence: &self.evidence[start..end] }
    }

    /// What is on record of the input at `index` of its snapshot, for a strategy.
    #[must_use]
    pub fn known(&self, index: usize, strategy: &dyn FreshnessStrategy) -> Known<'a> {
        self.of(index, strategy.evidence_bytes())
    }

    /// What is recorded for `strategy`, if there is evidence of its name in its version.
    #[must_use]
    pub fn find(
        strategy: StrategyId,
        evidence: &'a [Evidence],
        snapshot: &'a Snapshot,
        cutoff: Timestamp,
    ) -> Option<Self> {
        let is_its =
            |e: &&Evidence| e.strategy == strategy.name && e.version == strategy.evidence_version;
        let found = evidence.iter().find(is_its)?;
        Some(Self { snapshot, cutoff, evidence: &found.bytes })
    }
}

/// A strategy's evidence, in a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// [`StrategyId::name`].
    pub strategy: String,
    /// [`StrategyId::evidence_version`].
    pub version: u32,
    /// As `observe` gave it.
    pub bytes: Vec<u8>,
}

/// What `observe` recorded.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// The evidence.
    pub evidence: Vec<u8>,
    /// What it cost.
    pub work: Work,
}

/// What `assess` found.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What differs, in path order.
    pub reasons: Vec<Reason>,
    /// What it cost.
    pub work: Work,
    /// Whether some recorded stat is out of date although the contents were proven to be the same: a
    /// build may renew it.
    pub outdated: bool,
}

/// Work done, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Inputs in the list.
    pub inputs: u64,
    /// `stat` calls.
    pub stats: u64,
    /// Files whose content was read.
    pub files_read: u64,
    /// Bytes read from them.
    pub bytes_read: u64,
    /// Files whose recorded digest was taken as it was.
    pub digests_reused: u64,
    /// Processes started.
    pub processes_spawned: u64,
}

impl std::ops::AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.stats += other.stats;
        self.files_read += other.files_read;
        self.bytes_read += other.bytes_read;
        self.digests_reused += other.digests_reused;
        self.processes_spawned += other.processes_spawned;
    }
}
