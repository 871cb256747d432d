//! What a caller may want to tell its user while a build goes on. The library itself is silent.

use std::path::Path;

use freshness_core::{InputPath, Verdict};

/// Something worth telling, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Another process holds the slot; we wait.
    WaitingForLock {
        /// Who, as far as the lock says.
        holder: &'a str,
    },
    /// The slot that was waited for is ours.
    LockTaken,
    /// Inputs are being looked at, and read where that is due; from any thread, and often.
    Looking {
        /// How many parts of the work are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// The archives are stale, and a build begins.
    Stale {
        /// Why; empty where it was asked for although they are fresh.
        verdict: &'a Verdict,
    },
    /// Archives for these inputs are in a storage, and are being fetched.
    Fetching {
        /// The storage.
        storage: &'a str,
        /// How many bytes are fetched.
        done: u64,
        /// How many there are.
        of: u64,
    },
    /// Archives were fetched, and serve; cargo is not started.
    Fetched {
        /// The storage.
        storage: &'a str,
        /// How many bytes they have.
        bytes: u64,
    },
    /// cargo is about to start.
    CargoStarts {
        /// Its arguments.
        args: &'a [String],
        /// How many packages it will speak of.
        packages: Expected,
    },
    /// cargo made a target of a package, or found it fresh.
    CargoMade {
        /// cargo's id of the package.
        package_id: &'a str,
        /// Whether there was nothing to do.
        is_fresh: bool,
    },
    /// A line of cargo's standard error, without its end, where it was asked to be told: see
    /// [`crate::CargoOutput::Told`].
    CargoSays {
        /// The line, as cargo wrote it.
        line: &'a [u8],
    },
    /// cargo has ended, however it did.
    CargoEnds,
    /// cargo reported something fresh that cannot be; its memory is removed and it runs once more.
    CargoForced {
        /// The package.
        package: &'a str,
    },
    /// An input changed while cargo ran; the build starts over.
    ChangedDuringBuild {
        /// The input.
        path: &'a InputPath,
    },
    /// A command left all its outputs as they were, although something had changed.
    OutputsUntouched,
    /// An input changed while a command ran; it runs again.
    ChangedDuringRun {
        /// The input.
        path: &'a InputPath,
    },
    /// A glob of the profile matches nothing.
    GlobMatchesNothing {
        /// The glob.
        glob: &'a str,
    },
    /// Prebuilt archives are used because the build failed.
    UsingPrebuilt {
        /// Where they lie.
        dir: &'a Path,
        /// Why the build failed.
        because: &'a str,
    },
    /// Something after the answer could not be done; the answer stands.
    Note {
        /// What.
        text: &'a str,
    },
}

/// How many packages a build takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// About so many, as in the last build.
    About(usize),
    /// No more than so many: what is optional may take no part.
    AtMost(usize),
}
