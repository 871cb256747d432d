//! What listing directories gave when inputs were found, so that they need not be listed again.
//!
//! Adding, removing or renaming an entry moves the mtime and ctime of its directory, and no one can set
//! a ctime. So where a directory's own stat is as it was, and was not racy, its entries are the same
//! ones, and what was found in it would be found again. Where the stat differs, the directory is listed
//! once more and its entries compared. Only where these differ, or where finding rests on more than
//! entries (rules of a package, links that are followed), is everything looked for anew.
//!
//! Tolerable: listing for nothing. Never: missing an entry that appeared.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::gitignore::{RULES, is_nothing};
use crate::snapshot::{Meta, Timestamp};
use crate::sys;

/// A repository's own directory, which no walk looks into and no listing counts.
pub(crate) const REPOSITORY: &str = ".git";

/// The directories that were listed to find some inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Each directory, with its last `/`, relative to the root inside it, and what it held.
    pub dirs: BTreeMap<PathBuf, ListedDir>,
    /// Directories with a cache directory tag (absolute), and whether cargo had tagged them as its target.
    pub tagged: BTreeMap<PathBuf, bool>,
    /// Files that hold, or would hold, rules of what is not listed (absolute), and what was there.
    pub rules: BTreeMap<PathBuf, Option<Meta>>,
    /// Of each input in path order, whether listing found it.
    pub found: Vec<bool>,
    /// Whether what was found follows from these directories, tags and rules alone.
    pub complete: bool,
    /// A moment before the first directory was listed, by the file system's clock.
    pub since: Timestamp,
}

/// A directory that was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDir {
    /// Its stat before it was listed; `None` where it was seen to change.
    pub own: Option<DirStat>,
    /// What was in it and is no input by this: names, and whether each is a directory.
    pub others: BTreeSet<(OsString, bool)>,
}

/// What tells that a directory is the same one and was not written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirStat {
    /// The device that it is on.
    pub device: u64,
    /// Its inode's number.
    pub inode: u64,
    /// When an entry of it last came or went; anyone may set it.
    pub mtime: Timestamp,
    /// When it last changed in any way; only the kernel sets it.
    pub ctime: Timestamp,
}

impl DirStat {
    /// Of a directory's stat and device.
    #[must_use]
    pub fn new((own, device): (Meta, u64)) -> Self {
        Self { device, inode: own.inode, mtime: own.mtime, ctime: own.ctime }
    }

    /// Of the directory that `path` leads to.
    ///
    /// # Errors
    /// Those of `stat(2)`.
    pub fn at(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self::new((sys::meta_of(&metadata), sys::device_of(&metadata))))
    }

    /// Whether an entry that came or went at or after `moment` would show in another stat: never where
    /// the file system keeps no inode or no ctime.
    #[must_use]
    pub fn is_settled(&self, moment: Timestamp) -> bool {
        self.ctime < moment && self.is_telling()
    }

    fn is_telling(&self) -> bool {
        self.inode != 0 && self.ctime != Timestamp::default()
    }
}

impl Lists {
    /// Whether reading the rules again would give what it gave.
    pub(crate) fn rules_hold(&self) -> bool {
        let is_as_read = |(path, then): (&PathBuf, &Option<Meta>)| {
            let now = match fs::metadata(path) {
                Ok(metadata) => Some(sys::meta_of(&metadata)),
                Err(error) if is_nothing(&error) => None,
                Err(_) => return false,
            };
            now == *then && !now.is_some_and(|meta| meta.is_racy(self.since))
        };
        self.rules.iter().all(is_as_read)
    }

    /// Adds what was read of rules; where none are below `start`, the listings tell.
    pub(crate) fn add_rules(&mut self, read: BTreeMap<PathBuf, Option<Meta>>, start: &Path) {
        let is_listed =
            |path: &Path| path.starts_with(start) && path.file_name() == Some(OsStr::new(RULES));
        let is_told = |path: &Path, found: Option<Meta>| found.is_none() && is_listed(path);
        self.rules.extend(read.into_iter().filter(|(path, found)| !is_told(path, *found)));
    }

    /// Adds what one listing of `dir` gave; the same directory may be listed for several patterns.
    pub(crate) fn add(&mut self, dir: PathBuf, listed: ListedDir) {
        match self.dirs.get_mut(&dir) {
            None => _ = self.dirs.insert(dir, listed),
            Some(known) => {
                if known.own != listed.own {
                    known.own = None;
                }
                known.others.extend(listed.others);
            }
        }
    }
}

/// The entries of a directory as a listing gives them: names, and whether each is a directory itself.
///
/// # Errors
/// Those of listing it.
pub(crate) fn entries(dir: &Path) -> io::Result<BTreeSet<(OsString, bool)>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != REPOSITORY {
            found.insert((name, entry.file_type()?.is_dir()));
        }
    }
    Ok(found)
}

/// Whether `dir` holds now exactly these inputs, which are in order of their names, and these others.
#[must_use]
pub fn holds_still(dir: &Path, inputs: &[&OsStr], others: &BTreeSet<(OsString, bool)>) -> bool {
    let Ok(now) = entries(dir) else { return false };
    let is_known = |(name, is_dir): &(OsString, bool)| match kind_in(others, name) {
        Some(was_dir) => was_dir == *is_dir,
        None => inputs.binary_search(&&**name).is_ok(),
    };
    now.iter().all(is_known)
        && others.iter().all(|other| now.contains(other))
        && inputs.iter().all(|name| *name == REPOSITORY || kind_in(&now, name).is_some())
}

/// Whether what has this name is a directory, where there is something.
fn kind_in(entries: &BTreeSet<(OsString, bool)>, name: &OsStr) -> Option<bool> {
    let (found, is_dir) = entries.range((name.to_owned(), false)..).next()?;
    (found == name).then_some(*is_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_settles_only_where_the_file_system_tells_enough() {
        let at = |secs| Timestamp { secs, nanos: 0 };
        let own = DirStat { device: 1, inode: 2, mtime: at(5), ctime: at(5) };
        assert!(own.is_settled(at(6)) && !own.is_settled(at(5)));
        assert!(!DirStat { inode: 0, ..own }.is_settled(at(6)));
        assert!(!DirStat { ctime: at(0), ..own }.is_settled(at(6)));
    }
}
