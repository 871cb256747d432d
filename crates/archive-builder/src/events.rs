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
    /// The archives are stale, and a build begins.
    Stale {
        /// Why; empty where it was asked for although they are fresh.
        verdict: &'a Verdict,
    },
    /// cargo is about to start.
    CargoStarts {
        /// Its arguments.
        args: &'a [String],
    },
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
