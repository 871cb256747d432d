//! One `stat` per input, taken together.
//!
//! A link is recorded twice: what it says, and what it leads to. Absence is a state like any other,
//! and so is a link that leads nowhere (dangling, or a loop): recorded as it is, equal means equal.
//! Costs one `lstat` per input, and a `readlink` and a `stat` more per link. Each directory is opened
//! once and what is in it looked at by name, on all cores: resolving whole paths takes longer.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::discover::{Found, InputSet};
use crate::lists::Lists;
use crate::path::InputPath;
use crate::place::Place;
use crate::spread::{Threads, spread};
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
    /// When the inode was last changed; only the kernel sets it. Zero where the file system keeps none.
    pub ctime: Timestamp,
    /// The inode's number; 0 where the file system has none.
    pub inode: u64,
}

impl Meta {
    /// Whether the file system keeps the fields that no one can set. Without them an equal stat proves
    /// nothing: whoever writes can restore the rest.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.inode != 0 && self.ctime != Timestamp::default()
    }

    /// Whether this record of a file proves nothing about writes after `cutoff`: it changed at or
    /// after that moment, so a later write could have left the same times; or the file system keeps too
    /// little of it.
    ///
    /// git calls such an index entry *racy* (git's `Documentation/technical/racy-git.txt`). ctime
    /// is used because no one can set it: a file dated in the future is not racy for ever.
    #[must_use]
    pub fn is_racy(&self, cutoff: Timestamp) -> bool {
        self.kind == Kind::File && (self.ctime >= cutoff || !self.is_telling())
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
        Self::take_listed(set).0
    }

    /// The same, and what was listed to find the paths.
    #[must_use]
    pub fn take_listed(set: InputSet) -> (Self, Lists) {
        let (root, paths): (_, Vec<_>) = (set.root, set.paths.into_iter().collect());
        let parts: Vec<_> = paths.chunks(PATHS_AT_ONCE).collect();
        let threads = if parts.len() > 2 { Threads::AsUseful } else { Threads::OneUnlessWaiting };
        let looked = spread(threads, parts.len(), |part| look_at(&root, parts[part]));
        let states = looked.into_iter().flatten();
        let found = paths.iter().map(|(_, found)| found.listed).collect();
        let entries = paths.iter().map(|(path, _)| path.clone()).zip(states).collect();
        (Self { root, entries }, Lists { found, ..set.lists })
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

/// How many paths a thread takes at a time.
const PATHS_AT_ONCE: usize = 512;

/// Looks at paths that were found together, and so lie together.
fn look_at(root: &Path, found: &[(InputPath, Found)]) -> Vec<State> {
    let mut place: Option<Place> = None;
    let look_at = |(path, found): &(InputPath, Found)| {
        if let Some(why) = &found.unlisted {
            return State::Unreadable(why.clone());
        }
        let (dir, name) = path.split();
        if place.as_ref().is_none_or(|place| !place.is(dir)) {
            place = Some(Place::of(root, dir));
        }
        place.as_ref().map_or(State::Absent, |place| place.look(name))
    };
    found.iter().map(look_at).collect()
}

/// Looks at one path: `lstat`, and for a link also what it says and where it leads.
#[must_use]
pub fn look(path: &Path) -> State {
    let (dir, name) = sys::split_path(path);
    Place::at(dir.to_path_buf()).look(name)
}
