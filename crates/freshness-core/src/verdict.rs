//! Reasons, their codes and their wording. The reasons *are* the verdict.
//!
//! There is no flag beside the list that could disagree with it: no reasons means fresh. Each
//! reason names its culprit and, where that is short, what it was and what it is. A needless
//! reason costs one rebuild; a missing one is a false fresh, so whoever doubts adds a reason.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::path::{Escaped, InputPath};
use crate::snapshot::{Kind, Timestamp};

/// Why archives are not known to be current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No build has left a stamp here.
    NoStamp {
        /// Where the stamp would be.
        path: PathBuf,
    },
    /// There is a stamp that cannot be believed.
    StampUnreadable {
        /// The stamp.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The stamp was written by another version, or lacks what this strategy needs.
    StampVersion {
        /// The stamp.
        path: PathBuf,
        /// What was found and what was expected.
        problem: String,
    },
    /// The stamp's profile is not the one asked for.
    ProfileChanged {
        /// The part of the profile that differs.
        field: String,
        /// The recorded value.
        was: String,
        /// The value asked for.
        is: String,
    },
    /// Another compiler would be used, or it cannot be told which.
    ToolchainChanged {
        /// The compiler or wrapper in question, where it has a path.
        path: Option<PathBuf>,
        /// What about it changed.
        problem: String,
    },
    /// A variable that the build reads has another value.
    EnvChanged {
        /// The variable.
        name: String,
        /// What happened to it; never its value.
        change: EnvChange,
    },
    /// An input is in the list that the stamp does not know.
    InputAdded {
        /// The input.
        path: InputPath,
    },
    /// An input of the stamp is gone.
    InputRemoved {
        /// The input.
        path: InputPath,
    },
    /// An input differs from its record.
    InputChanged {
        /// The input.
        path: InputPath,
        /// What differs.
        change: Change,
    },
    /// An input was modified at or after the cut-off.
    InputNewer {
        /// The input.
        path: InputPath,
        /// Its modification time.
        mtime: Timestamp,
        /// The instant before the build's first read.
        cutoff: Timestamp,
    },
    /// An input cannot be read, so nothing can be said of it.
    InputUnreadable {
        /// The input.
        path: InputPath,
        /// The system's words.
        problem: String,
    },
    /// An input changed while the build ran.
    ChangedDuringBuild {
        /// The input.
        path: InputPath,
    },
    /// A published archive is gone.
    ArchiveMissing {
        /// The archive.
        path: PathBuf,
    },
    /// A published archive is not what was published.
    ArchiveChanged {
        /// The archive.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// The command is another one, or what runs it is.
    CommandChanged {
        /// The program, where that is what changed.
        path: Option<PathBuf>,
        /// What about it changed.
        problem: String,
    },
    /// What the command made is gone.
    OutputMissing {
        /// The output.
        path: PathBuf,
    },
    /// What the command made is not what it made.
    OutputChanged {
        /// The output.
        path: PathBuf,
        /// What differs.
        problem: String,
    },
    /// A rebuild was asked for.
    Forced {
        /// By whom or what.
        by: String,
    },
}

/// What differs between an input and its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What kind of thing it is.
    Kind {
        /// Recorded kind.
        was: Kind,
        /// Kind found.
        is: Kind,
    },
    /// Its length in bytes.
    Length {
        /// Recorded length.
        was: u64,
        /// Length found.
        is: u64,
    },
    /// What the link says.
    LinkText {
        /// Recorded text.
        was: String,
        /// Text found.
        is: String,
    },
    /// Whether the link leads anywhere.
    LinkTarget {
        /// Whether it leads somewhere now.
        leads_somewhere: bool,
    },
    /// Its bytes.
    Content,
    /// Its modification time.
    Mtime {
        /// Recorded time.
        was: Timestamp,
        /// Time found.
        is: Timestamp,
    },
    /// The time its inode changed.
    Ctime {
        /// Recorded time.
        was: Timestamp,
        /// Time found.
        is: Timestamp,
    },
    /// The inode behind the name.
    Inode,
    /// Nothing visible, but it was written so close to the look that a write could hide.
    Racy,
}

/// What happened to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvChange {
    /// It had a value and has none.
    Unset,
    /// It had no value and has one.
    Set,
    /// It has another value.
    Value,
}

impl Reason {
    /// The stable code of this reason, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Reason::NoStamp { .. } => "no-stamp",
            Reason::StampUnreadable { .. } => "stamp-unreadable",
            Reason::StampVersion { .. } => "stamp-version",
            Reason::ProfileChanged { .. } => "profile-changed",
            Reason::ToolchainChanged { .. } => "toolchain-changed",
            Reason::EnvChanged { .. } => "env-changed",
            Reason::InputAdded { .. } => "input-added",
            Reason::InputRemoved { .. } => "input-removed",
            Reason::InputChanged { .. } => "input-changed",
            Reason::InputNewer { .. } => "input-newer",
            Reason::InputUnreadable { .. } => "input-unreadable",
            Reason::ChangedDuringBuild { .. } => "changed-during-build",
            Reason::ArchiveMissing { .. } => "archive-missing",
            Reason::ArchiveChanged { .. } => "archive-changed",
            Reason::CommandChanged { .. } => "command-changed",
            Reason::OutputMissing { .. } => "output-missing",
            Reason::OutputChanged { .. } => "output-changed",
            Reason::Forced { .. } => "forced",
        }
    }

    /// The path that this reason is about, if it is about one: relative to the root, or absolute.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Reason::NoStamp { path }
            | Reason::StampUnreadable { path, .. }
            | Reason::StampVersion { path, .. }
            | Reason::ArchiveMissing { path }
            | Reason::ArchiveChanged { path, .. }
            | Reason::OutputMissing { path }
            | Reason::OutputChanged { path, .. } => Some(path),
            Reason::ToolchainChanged { path, .. } | Reason::CommandChanged { path, .. } => {
                path.as_deref()
            }
            Reason::InputAdded { .. }
            | Reason::InputRemoved { .. }
            | Reason::InputChanged { .. }
            | Reason::InputNewer { .. }
            | Reason::InputUnreadable { .. }
            | Reason::ChangedDuringBuild { .. } => self.input().map(InputPath::as_path),
            Reason::ProfileChanged { .. } | Reason::EnvChanged { .. } | Reason::Forced { .. } => {
                None
            }
        }
    }

    /// The input that this reason is about, if it is about one.
    #[must_use]
    pub fn input(&self) -> Option<&InputPath> {
        match self {
            Reason::InputAdded { path }
            | Reason::InputRemoved { path }
            | Reason::InputChanged { path, .. }
            | Reason::InputNewer { path, .. }
            | Reason::InputUnreadable { path, .. }
            | Reason::ChangedDuringBuild { path } => Some(path),
            _ => None,
        }
    }

    /// What happened, in words, without the path and safe to print.
    #[must_use]
    pub fn detail(&self) -> String {
        // In one place, so that no text of the system, a tool or a user slips through.
        Escaped::text(&self.words()).to_string()
    }

    fn words(&self) -> String {
        match self {
            Reason::NoStamp { .. } => "nothing has been built here yet".into(),
            Reason::StampUnreadable { problem, .. }
            | Reason::StampVersion { problem, .. }
            | Reason::ToolchainChanged { problem, .. }
            | Reason::CommandChanged { problem, .. }
            | Reason::OutputChanged { problem, .. }
            | Reason::ArchiveChanged { problem, .. } => problem.clone(),
            Reason::ProfileChanged { field, was, is } => format!("{field} was {was}, is {is}"),
            Reason::EnvChanged { name, change } => match change {
                EnvChange::Unset => format!("{name} was set, is not"),
                EnvChange::Set => format!("{name} was not set, is now"),
                EnvChange::Value => format!("{name} has another value"),
            },
            Reason::InputAdded { .. } => "was not there at the last build".into(),
            Reason::InputRemoved { .. } => "was there at the last build".into(),
            Reason::InputChanged { change, .. } => change.to_string(),
            Reason::InputNewer { mtime, cutoff, .. } => {
                format!("modified at {mtime}, at or after the last build began ({cutoff})")
            }
            Reason::InputUnreadable { problem, .. } => format!("cannot be read: {problem}"),
            Reason::ChangedDuringBuild { .. } => "changed while the build ran".into(),
            Reason::ArchiveMissing { .. } => "the published archive is gone".into(),
            Reason::OutputMissing { .. } => "what the command made is gone".into(),
            Reason::Forced { by } => format!("asked for by {by}"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())?;
        if let Some(path) = self.path() {
            write!(f, " {}", Escaped::path(path))?;
        }
        write!(f, ": {}", self.detail())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Kind { was, is } => write!(f, "was {}, is {}", was.word(), is.word()),
            Change::Length { was, is } => write!(f, "length was {was}, is {is} bytes"),
            Change::LinkText { was, is } => write!(f, "link led to {was}, leads to {is}"),
            Change::LinkTarget { leads_somewhere: true } => {
                f.write_str("link was dangling, is not")
            }
            Change::LinkTarget { leads_somewhere: false } => {
                f.write_str("link is dangling, was not")
            }
            Change::Content => f.write_str("content differs"),
            Change::Mtime { was, is } => write!(f, "mtime was {was}, is {is}"),
            Change::Ctime { was, is } => write!(f, "ctime was {was}, is {is}"),
            Change::Inode => f.write_str("another inode has its name"),
            Change::Racy => {
                f.write_str("written too close to the last look to be told apart by times")
            }
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secs < 0 && self.nanos > 0 {
            // `secs` is rounded down: half a second before the epoch is -1 s and half a second.
            let nanos = 1_000_000_000_u32.saturating_sub(self.nanos);
            return write!(f, "-{}.{nanos:09}", (self.secs + 1).unsigned_abs());
        }
        write!(f, "{}.{:09}", self.secs, self.nanos)
    }
}

/// Fresh, or stale with a non-empty list of reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Why the archives are stale; empty where they are fresh.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Whether there is no reason to build.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.reasons.is_empty()
    }

    /// `fresh` or `stale`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_fresh() { "fresh" } else { "stale" }
    }
}
