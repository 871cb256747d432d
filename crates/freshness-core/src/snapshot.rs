//! One `stat` per input, taken together.
//!
//! A link is recorded twice: what it says, and what it leads to. Absence is a state like any other,
//! and so is a link that leads nowhere (dangling, or a loop): recorded as it is, equal means equal.
//! Costs one `lstat` per input, and a `readlink` and a `stat` more per link.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::discover::InputSet;
use crate::path::InputPath;
use crate::sys;

/// A time of a file, as the file system keeps it: seconds since the Unix epoch (before it:
/// negative) and nanoseconds below a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Whole seconds since the epoch, rounded down.
    pub secs: i64,
    /// Nanoseconds past `secs`.
    pub nanos: u32,
}

impl From<Timestamp> for SystemTime {
    /// # Panics
    /// Never for a time that a file system gave.
    fn from(time: Timestamp) -> Self {
        let whole = Duration::from_secs(time.secs.unsigned_abs());
        let second = if time.secs < 0 { UNIX_EPOCH - whole } else { UNIX_EPOCH + whole };
        second + Duration::from_nanos(time.nanos.into())
    }
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
}

impl Kind {
    /// The word for it, as reasons use it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::File => "a file",
            Kind::Directory => "a directory",
            Kind::Link => "a link",
            Kind::Fifo => "a named pipe",
            Kind::Socket => "a socket",
            Kind::Device => "a device",
        }
    }
}

/// The stat fields that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// What it is.
    pub kind: Kind,
    /// Length in bytes.
    pub len: u64,
    /// When its content was last modified; anyone may set it.
    pub mtime: Timestamp,
    /// When the inode was last changed; only the kernel sets it.
    pub ctime: Timestamp,
    /// The inode's number.
    pub inode: u64,
}

impl Meta {
    /// Whether this record of a file proves nothing about writes after `cutoff`: it changed at or
    /// after that moment, so a later write could have left the same times.
    ///
    /// git calls such an index entry *racy* (git's `Documentation/technical/racy-git.txt`). ctime
    /// is used because no one can set it: a file dated in the future is not racy for ever.
    #[must_use]
    pub fn is_racy(&self, cutoff: Timestamp) -> bool {
        self.kind == Kind::File && self.ctime >= cutoff
    }
}

/// What a path was when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is there.
    Absent,
    /// Something is there, or may be, and could not be looked at; the system's words.
    Unreadable(String),
    /// Something other than a link.
    Here(Meta),
    /// A symbolic link.
    Link {
        /// What the link says.
        text: OsString,
        /// The link itself.
        own: Meta,
        /// What it leads to.
        target: Target,
    },
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To nothing: dangling, or a loop.
    Nowhere,
    /// To something that could not be looked at.
    Unreadable(String),
    /// To this.
    There(Meta),
}

impl State {
    /// The regular file whose content this path gives, directly or through links.
    #[must_use]
    pub fn file(&self) -> Option<&Meta> {
        let meta = match self {
            State::Here(meta) | State::Link { target: Target::There(meta), .. } => meta,
            _ => return None,
        };
        (meta.kind == Kind::File).then_some(meta)
    }

    /// Why it could not be looked at, if that is so.
    #[must_use]
    pub fn unreadable(&self) -> Option<&str> {
        match self {
            State::Unreadable(why) | State::Link { target: Target::Unreadable(why), .. } => {
                Some(why)
            }
            _ => None,
        }
    }

    /// Whether the record of this path proves nothing about writes after `cutoff`.
    #[must_use]
    pub fn is_racy(&self, cutoff: Timestamp) -> bool {
        self.file().is_some_and(|meta| meta.is_racy(cutoff))
    }
}

/// The state of every input, in path order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The absolute directory that relative paths are relative to.
    pub root: PathBuf,
    /// Each input and its state, sorted by path, without repeats.
    pub entries: Vec<(InputPath, State)>,
}

impl Snapshot {
    /// Looks at every path of `set` once.
    #[must_use]
    pub fn take(set: InputSet) -> Self {
        let root = set.root;
        let entries = set
            .paths
            .into_iter()
            .map(|(path, unlisted)| {
                let state = match unlisted {
                    Some(why) => State::Unreadable(why),
                    None => look(&path.under(&root)),
                };
                (path, state)
            })
            .collect();
        Self { root, entries }
    }

    /// How many `stat` calls [`Snapshot::take`] made: one per path, one more behind each link.
    #[must_use]
    pub fn stats(&self) -> u64 {
        let cost = |state: &State| if matches!(state, State::Link { .. }) { 2 } else { 1 };
        self.entries.iter().map(|(_, state)| cost(state)).sum()
    }

    /// The state of one path.
    #[must_use]
    pub fn get(&self, path: &InputPath) -> Option<&State> {
        let index = self.entries.binary_search_by(|(p, _)| p.cmp(path)).ok()?;
        Some(&self.entries[index].1)
    }

    /// The first input whose state is not the same in another look.
    #[must_use]
    pub fn first_difference<'a>(&'a self, other: &'a Self) -> Option<&'a InputPath> {
        let same = |(a, b): &(&(InputPath, State), &(InputPath, State))| a == b;
        let shared = self.entries.iter().zip(&other.entries).take_while(same).count();
        let longer = if self.entries.len() > other.entries.len() { self } else { other };
        longer.entries.get(shared).map(|(path, _)| path)
    }

    /// The first entry whose record proves nothing about writes after `cutoff`.
    #[must_use]
    pub fn racy(&self, cutoff: Timestamp) -> Option<&InputPath> {
        let racy = self.entries.iter().find(|(_, state)| state.is_racy(cutoff));
        racy.map(|(path, _)| path)
    }
}

/// Looks at one path: `lstat`, and for a link also what it says and where it leads.
#[must_use]
pub fn look(path: &Path) -> State {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if leads_nowhere(&error) => return State::Absent,
        Err(error) => return State::Unreadable(error.to_string()),
    };
    let own = sys::meta_of(&metadata);
    if own.kind != Kind::Link {
        return State::Here(own);
    }
    let text = match fs::read_link(path) {
        Ok(text) => text.into_os_string(),
        Err(error) => return State::Unreadable(error.to_string()),
    };
    let target = match fs::metadata(path) {
        Ok(metadata) => Target::There(sys::meta_of(&metadata)),
        Err(error) if leads_nowhere(&error) => Target::Nowhere,
        Err(error) => Target::Unreadable(error.to_string()),
    };
    State::Link { text, own, target }
}

/// Whether an error says that nothing is there, as opposed to that we may not know.
fn leads_nowhere(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG))
}
