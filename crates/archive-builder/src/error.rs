//! What can go wrong with a build: each error names the operation, the path and the next step.
//!
//! The messages are fragments that read after "failed to". A stamp that cannot be believed is not
//! here: it is a reason to build.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use freshness_core::sys::leads_nowhere;
use freshness_core::{Escaped, InputPath};

use crate::remote::storage::StorageError;
use crate::sys;

/// Why there are no archives to hand out.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The operating system refused.
    #[error("{operation} {}: {source}", Escaped::path(path))]
    Io {
        /// What was tried: `create the slot`.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The store must not be believed.
    #[error("trust the store {}: {problem}", Escaped::path(path))]
    Untrusted {
        /// The store, or the part of it in question.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// The slot stayed locked.
    #[error("lock {} within {}: still held by {holder}", Escaped::path(path), Seconds(*waited))]
    LockTimeout {
        /// The lock.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
        /// Who holds it, as far as it says.
        holder: String,
    },
    /// Something of a killed build still runs in the slot.
    #[error(
        "end process {process}, which an earlier build left running in {}",
        Escaped::path(path)
    )]
    Orphan {
        /// Where it writes.
        path: PathBuf,
        /// Its number.
        process: i32,
    },
    /// There is no such program.
    #[error("find `{program}`: {problem}")]
    ProgramMissing {
        /// `cargo` or `rustc`.
        program: &'static str,
        /// Where it was looked for.
        problem: String,
    },
    /// The profile asks for what the workspace does not have.
    #[error("plan the build: {}", Escaped::text(problem))]
    Profile {
        /// What it does not have, and what it has.
        problem: String,
        /// What to change.
        hint: String,
    },
    /// `cargo metadata` failed.
    #[error("read the workspace of {}: {}", Escaped::path(path), Escaped::lines(problem))]
    Metadata {
        /// Where cargo was asked.
        path: PathBuf,
        /// cargo's words.
        problem: String,
    },
    /// `cargo build` failed.
    #[error("build with cargo in {}: {}", Escaped::path(path), Escaped::lines(problem))]
    CargoFailed {
        /// Where it ran.
        path: PathBuf,
        /// How it ended.
        problem: String,
    },
    /// What cargo says is not what cargo says.
    #[error("read cargo's messages in {}: {}", Escaped::path(path), Escaped::text(problem))]
    CargoMessages {
        /// Where it ran.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// The caller wanted no more.
    #[error("finish the build in {}: interrupted {stage}", Escaped::path(path))]
    Interrupted {
        /// Where cargo runs.
        path: PathBuf,
        /// In what: `while cargo ran`.
        stage: &'static str,
    },
    /// cargo reports as fresh what cannot be, even after its memory of it was removed.
    #[error(
        "make cargo rebuild {}: it reports fresh although its inputs changed",
        Escaped::text(package)
    )]
    CargoInsists {
        /// The package.
        package: String,
    },
    /// cargo produced something other than what was asked for.
    #[error("take the {what} of {}: {}", Escaped::text(package), Escaped::text(problem))]
    Artifact {
        /// `staticlib`, `llvm-bc`.
        what: String,
        /// The package.
        package: String,
        /// What is wrong.
        problem: String,
    },
    /// Inputs kept changing while builds ran.
    #[error("build from settled inputs: {path} changed while cargo ran, twice")]
    ChangedDuringBuild {
        /// The first input that changed.
        path: InputPath,
    },
    /// The caller wanted a command to end.
    #[error("finish the command in {}: interrupted {stage}", Escaped::path(path))]
    CommandInterrupted {
        /// Where it runs.
        path: PathBuf,
        /// In what: `while it ran`.
        stage: &'static str,
    },
    /// A command that is not there.
    #[error("start `{}`: {}", Escaped::os_str(program), Escaped::text(problem))]
    CommandMissing {
        /// Its name, as given.
        program: OsString,
        /// Where it was looked for, or why it does not start.
        problem: String,
    },
    /// A file that cannot be the stamp of a command.
    #[error("keep the stamp in {}: {problem}", Escaped::path(path))]
    Stamp {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: &'static str,
    },
    /// An input of a command that names nothing.
    #[error("find the inputs: `{}` matches nothing", Escaped::path(entry))]
    NothingMatches {
        /// As it was given.
        entry: PathBuf,
    },
    /// A command did not make what it should have made.
    #[error("take the output {}: {}", Escaped::path(path), Escaped::text(problem))]
    Output {
        /// The output.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// Inputs kept changing while a command ran.
    #[error("run on settled inputs: {path} changed while the command ran, twice")]
    ChangedDuringRun {
        /// The first input that changed.
        path: InputPath,
    },
    /// A glob of the profile.
    #[error(transparent)]
    Glob(#[from] freshness_core::discover::BadGlob),
    /// More inputs than a stamp holds.
    #[error(transparent)]
    RecordTooLarge(#[from] freshness_core::stamp::codec::TooLarge),
    /// There is nothing to share, or nowhere.
    #[error("share archives: {problem}")]
    Remote {
        /// Why not.
        problem: String,
        /// What to change.
        hint: &'static str,
    },
    /// A storage that many machines share.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A prebuilt archive that is not there or not usable.
    #[error(
        "use the prebuilt {what} of {} at {}: {}",
        Escaped::text(package),
        Escaped::path(path),
        Escaped::text(problem)
    )]
    Prebuilt {
        /// `staticlib`, `llvm-bc`.
        what: String,
        /// The package.
        package: String,
        /// Where it was looked for.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl BuildError {
    /// The stable code of this error, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            BuildError::Io { .. } => "io",
            BuildError::Untrusted { .. } => "store-untrusted",
            BuildError::LockTimeout { .. } => "lock-timeout",
            BuildError::Orphan { .. } => "orphan",
            BuildError::ProgramMissing { program: "rustc", .. } => "rustc-missing",
            BuildError::ProgramMissing { .. } => "cargo-missing",
            BuildError::Profile { .. } | BuildError::Glob(_) => "profile",
            BuildError::Metadata { .. } => "cargo-metadata",
            BuildError::CargoFailed { .. } => "cargo-failed",
            BuildError::CargoMessages { .. } => "cargo-messages",
            BuildError::Interrupted { .. } | BuildError::CommandInterrupted { .. } => "interrupted",
            BuildError::CargoInsists { .. } => "cargo-insists",
            BuildError::Artifact { .. } => "artifact",
            BuildError::ChangedDuringBuild { .. } | BuildError::ChangedDuringRun { .. } => {
                "changed-during-build"
            }
            BuildError::CommandMissing { .. } => "command-missing",
            BuildError::Stamp { .. } => "stamp",
            BuildError::NothingMatches { .. } => "input-missing",
            BuildError::Output { .. } => "output",
            BuildError::RecordTooLarge(_) => "stamp-too-large",
            BuildError::Remote { .. } => "remote",
            BuildError::Storage(_) => "remote-storage",
            BuildError::Prebuilt { .. } => "prebuilt",
        }
    }

    /// The path that this error is about, if it is about one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            BuildError::Io { path, .. }
            | BuildError::Untrusted { path, .. }
            | BuildError::LockTimeout { path, .. }
            | BuildError::Orphan { path, .. }
            | BuildError::Metadata { path, .. }
            | BuildError::CargoFailed { path, .. }
            | BuildError::CargoMessages { path, .. }
            | BuildError::Interrupted { path, .. }
            | BuildError::CommandInterrupted { path, .. }
            | BuildError::Stamp { path, .. }
            | BuildError::Output { path, .. }
            | BuildError::Prebuilt { path, .. } => Some(path),
            BuildError::NothingMatches { entry } => Some(entry),
            BuildError::ChangedDuringBuild { path } | BuildError::ChangedDuringRun { path } => {
                Some(path.as_path())
            }
            _ => None,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            BuildError::Io { operation, source, .. } => io_hint(operation, source).into(),
            BuildError::Untrusted { .. } => {
                "set `store` to a directory of your own that no one else may write, or run as the user \
                 that it belongs to"
                    .into()
            }
            BuildError::LockTimeout { .. } => {
                "wait for that process or end it; `lock-timeout` sets how long is waited".into()
            }
            BuildError::Orphan { .. } => "end that process, then run again".into(),
            BuildError::ProgramMissing { program: "rustc", .. } => {
                "install Rust, put rustc on PATH, or set RUSTC".into()
            }
            BuildError::ProgramMissing { .. } => {
                "install Rust, put cargo on PATH, or set CARGO; current archives need neither"
                    .into()
            }
            BuildError::Profile { hint, .. } => Escaped::text(hint).to_string(),
            BuildError::Metadata { .. } => "`cargo metadata` in that directory must succeed".into(),
            BuildError::CargoFailed { .. } => {
                "see cargo's messages above; the archives of the last good build are untouched; \
                 where the messages make no sense, `build --force` makes every package again"
                    .into()
            }
            BuildError::CargoMessages { .. } => {
                "run `cargo build --message-format=json` there and look: a wrapper, or what CARGO names, \
                 prints what cargo does not"
                    .into()
            }
            BuildError::Interrupted { .. } => {
                "run again: the next build goes on where this one stopped; the archives of the last good \
                 build are untouched"
                    .into()
            }
            BuildError::CargoInsists { .. } => {
                "report this with the output of `cargo --version`; nothing was published".into()
            }
            BuildError::Artifact { .. } => {
                "nothing was published; see the profile's packages".into()
            }
            BuildError::CommandInterrupted { .. } => {
                "run again; no stamp was written, and what vouches for outputs compares their bytes".into()
            }
            BuildError::CommandMissing { .. } => {
                "install it, put it on PATH, or name it by a path; current outputs need it not".into()
            }
            BuildError::Stamp { .. } => "name another file with --stamp".into(),
            BuildError::NothingMatches { .. } => {
                "correct it, or allow it with --allow-empty; what git ignores is taken only where it is \
                 named in full"
                    .into()
            }
            BuildError::Output { .. } => {
                "the command must make each `--output`, as a regular file; no stamp was written".into()
            }
            BuildError::ChangedDuringBuild { .. } | BuildError::ChangedDuringRun { .. } => {
                "let whatever writes it finish, then run again; no stamp was written".into()
            }
            BuildError::Glob(_) => "`*` matches within a directory, `**` across directories".into(),
            BuildError::RecordTooLarge(_) => "name fewer inputs".into(),
            BuildError::Remote { hint, .. } => (*hint).into(),
            BuildError::Storage(error) => error.trouble.hint().into(),
            BuildError::Prebuilt { .. } => {
                "put the archive there, or build from source (`--build-missing`)".into()
            }
        }
    }
}

const NOT_HERE: &str = "set `store` to a file system that can do this";

fn io_hint(operation: &str, error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound if operation.ends_with("cargo") => {
            "what CARGO or PATH names is there, and what runs it is not: see its first line, or set CARGO"
        }
        io::ErrorKind::InvalidFilename => "set `store` to a shorter path",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable, or set `store` to a place that is"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space; nothing that was there is lost"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "something else stands where a directory is needed: move it away"
        }
        io::ErrorKind::Unsupported => NOT_HERE,
        _ if sys::is_beyond_file_system(error) => NOT_HERE,
        kind if kind == io::ErrorKind::NotFound || leads_nowhere(error) => {
            "a directory on the way is missing and cannot be made, or a link on it leads nowhere: make it, or \
             set `store` to a place that is there; where it went meanwhile, run again"
        }
        _ => "see the system's message",
    }
}

/// Adds the operation and the path to an error of the system.
pub(crate) trait Context<T> {
    /// Says what was tried, and on what.
    fn doing(self, operation: &'static str, path: &Path) -> Result<T, BuildError>;
}

impl<T> Context<T> for io::Result<T> {
    fn doing(self, operation: &'static str, path: &Path) -> Result<T, BuildError> {
        self.map_err(|source| BuildError::Io { operation, path: path.to_path_buf(), source })
    }
}

/// A duration as seconds, without a tail of digits.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs_f64();
        if secs.fract() == 0.0 { write!(f, "{secs} s") } else { write!(f, "{secs:.1} s") }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// One of each, with the values that make the longest message.
    fn every_error() -> Vec<BuildError> {
        let path = || PathBuf::from("/ws/a\nb");
        let input = InputPath::new(Path::new("/ws"), Path::new("/ws/src/lib.rs"));
        let io = |kind: io::ErrorKind| BuildError::Io {
            operation: "create the slot",
            path: path(),
            source: io::Error::new(kind, "the system's words"),
        };
        let missing =
            |program| BuildError::ProgramMissing { program, problem: "it is not on PATH".into() };
        vec![
            io(io::ErrorKind::PermissionDenied),
            io(io::ErrorKind::StorageFull),
            io(io::ErrorKind::NotADirectory),
            io(io::ErrorKind::Unsupported),
            io(io::ErrorKind::NotFound),
            io(io::ErrorKind::InvalidFilename),
            BuildError::Io {
                operation: "start cargo",
                path: path(),
                source: io::ErrorKind::NotFound.into(),
            },
            io(io::ErrorKind::Other),
            BuildError::Untrusted { path: path(), problem: "everyone may write it".into() },
            BuildError::LockTimeout {
                path: path(),
                waited: Duration::from_millis(1500),
                holder: "process 7".into(),
            },
            BuildError::Orphan { path: path(), process: 7 },
            missing("cargo"),
            missing("rustc"),
            BuildError::Profile { problem: "no `x`".into(), hint: "name one of: y".into() },
            BuildError::Metadata { path: path(), problem: "cargo's words".into() },
            BuildError::CargoFailed { path: path(), problem: "cargo ended".into() },
            BuildError::CargoMessages { path: path(), problem: "one line is too long".into() },
            BuildError::Interrupted { path: path(), stage: "while cargo ran" },
            BuildError::CargoInsists { package: "x".into() },
            BuildError::Artifact {
                what: "staticlib".into(),
                package: "x".into(),
                problem: "it holds no object file".into(),
            },
            BuildError::ChangedDuringBuild { path: input.clone() },
            BuildError::CommandMissing {
                program: "x\n".into(),
                problem: "it is not on PATH".into(),
            },
            BuildError::Stamp { path: path(), problem: "it is no stamp, and is not written over" },
            BuildError::CommandInterrupted { path: path(), stage: "while it ran" },
            BuildError::NothingMatches { entry: "src/*.x".into() },
            BuildError::Output { path: path(), problem: "the command did not make it".into() },
            BuildError::ChangedDuringRun { path: input },
            freshness_core::discover::compile_glob("a[").unwrap_err().into(),
            freshness_core::stamp::codec::TooLarge { bytes: 1 << 30 }.into(),
            BuildError::Remote { problem: "no storage".into(), hint: "add one" },
            denied().into(),
            BuildError::Prebuilt {
                what: "staticlib".into(),
                package: "x".into(),
                path: path(),
                problem: "No such file".into(),
            },
        ]
    }

    fn denied() -> StorageError {
        StorageError {
            operation: "write",
            name: "main/entries/00".into(),
            storage: "s3 bucket/prefix".into(),
            trouble: crate::remote::storage::Trouble::Denied,
            problem: "no such key".into(),
        }
    }

    #[test]
    fn every_error_names_operation_path_and_next_step() {
        let lines: Vec<String> = (every_error().iter())
            .map(|e| format!("[{}] failed to {e}\n  hint: {}", e.code(), e.hint()))
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
