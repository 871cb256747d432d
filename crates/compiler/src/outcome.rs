//! What a compile answers: where the program is, and what it took.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::archives::ReadyArchives;

/// A program that is current.
#[derive(Debug)]
pub struct Outcome {
    /// Where it is; `None` where it was only checked.
    pub output: Option<PathBuf>,
    /// The SHA-256 of the program.
    pub checksum: Option<[u8; 32]>,
    /// How many modules it has.
    pub modules: usize,
    /// Why something had to be done; `None` where nothing had to.
    pub miss: Option<MissReason>,
    /// Which sources changed, where that is the reason: paths and what about them.
    pub changed: Vec<String>,
    /// What was read and made.
    pub counts: Counts,
    /// Whether the program was linked.
    pub linked: bool,
    /// The archives that it has.
    pub archives: ReadyArchives,
    /// `lld` or `ld`.
    pub linker: Option<&'static str>,
    /// How long each phase took, in order.
    pub phases: Vec<(&'static str, Duration)>,
    /// What could not be kept for the next compile, in words.
    pub notes: Vec<String>,
    /// What goes with this value; the program is in it where nothing is cached.
    pub temporary: Option<TempDir>,
}

/// Work done, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `stat` calls on sources, to tell whether they changed.
    pub stats: u64,
    /// Sources that the strategy read.
    pub files_read: u64,
    /// Modules whose text was parsed.
    pub parsed: usize,
    /// Modules whose object was in the cache.
    pub hits: usize,
    /// Modules whose object was made.
    pub misses: usize,
    /// Made objects that are kept.
    pub stores: usize,
    /// Objects known by digest when it was decided whether to link.
    pub fingerprints_used: usize,
    /// Objects that had to be read for their digest.
    pub objects_hashed: usize,
}

/// Why something had to be done: the first of these, in this order, that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// Caches were not to be used, or cannot be.
    Disabled,
    /// No compile of this program has left a record.
    ManifestMissing,
    /// There is a record that cannot be believed.
    ManifestDamaged,
    /// Another compiler made the record.
    Compiler,
    /// Something else was asked for.
    Arguments,
    /// The configuration says something else.
    Config,
    /// A variable that the compiler or the linker reads has another value.
    Environment,
    /// A source changed, came or went.
    Source,
    /// A native archive is stale, or was rebuilt to other bytes.
    Archive,
    /// Other programs would link.
    Linker,
    /// The program is not there, or is not what was linked.
    Output,
}

impl MissReason {
    /// Every reason, in order.
    pub const ALL: [Self; 11] = [
        Self::Disabled,
        Self::ManifestMissing,
        Self::ManifestDamaged,
        Self::Compiler,
        Self::Arguments,
        Self::Config,
        Self::Environment,
        Self::Source,
        Self::Archive,
        Self::Linker,
        Self::Output,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::ManifestMissing => "manifest-missing",
            Self::ManifestDamaged => "manifest-damaged",
            Self::Compiler => "compiler",
            Self::Arguments => "args",
            Self::Config => "config",
            Self::Environment => "env",
            Self::Source => "source",
            Self::Archive => "archive",
            Self::Linker => "linker",
            Self::Output => "output",
        }
    }
}

/// Takes the time of phases.
#[derive(Debug)]
pub struct Phases {
    begun: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Phases {
    /// The first phase begins.
    #[must_use]
    pub fn begin() -> Self {
        Self { begun: Instant::now(), done: Vec::new() }
    }

    /// A phase ends, and the next begins.
    pub fn end(&mut self, name: &'static str) {
        self.done.push((name, self.begun.elapsed()));
        self.begun = Instant::now();
    }

    /// How long each took.
    #[must_use]
    pub fn finish(self) -> Vec<(&'static str, Duration)> {
        self.done
    }
}

/// Told of what goes on; from any thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A module was read.
    Read,
    /// So many modules are to be generated.
    Generating(usize),
    /// One of them was.
    Generated,
    /// The program is being linked.
    Linking,
    /// That was all.
    Done,
}
