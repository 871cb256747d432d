//! Walks a directory tree, and knows the few places that are not walked.
//!
//! Nothing is passed over because of its name, but for a repository's `.git`. cargo's target
//! directories are recognised by where they are (the caller says) and by the `CACHEDIR.TAG` that
//! cargo writes into them: a module called `target` is a module. Links are listed; where they are
//! followed, each directory is looked into once, so a link loop cannot hold a walk. The order of the
//! result is the directory's, not sorted.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::lists::{DirStat, ListedDir, REPOSITORY};
use crate::path::normalize;
use crate::sys::{self, Links};

/// The first line of every cache directory tag (<https://bford.info/cachedir/>).
const TAG_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// What cargo writes below the signature; other tools tag directories that may hold sources.
const TAG_BY_CARGO: &[u8] = b"created by cargo";

/// What a walk found: everything that is not a directory, and the directories it could not list.
#[derive(Debug, Default)]
pub struct Walk {
    /// Absolute paths of files, links and special files.
    pub files: Vec<PathBuf>,
    /// Absolute paths of the directories that were looked into, but for the first.
    pub directories: Vec<PathBuf>,
    /// Absolute paths of directories that could not be listed, with why.
    pub unlisted: Vec<(PathBuf, io::Error)>,
    /// Absolute paths of the directories that were listed, with what was in them.
    pub listed: Vec<(PathBuf, ListedDir)>,
    /// Absolute paths of directories with a cache directory tag, and whether cargo tagged them.
    pub tagged: Vec<(PathBuf, bool)>,
    /// Whether a link was met where links are followed: what is found then rests on more than entries.
    pub met_link: bool,
}

/// How far a walk goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All the way.
    All,
    /// So many levels; one is the directory itself.
    Levels(usize),
}

impl Depth {
    /// The one of two that goes further down.
    pub(crate) fn deeper(self, other: Self) -> Self {
        match (self, other) {
            (Depth::Levels(a), Depth::Levels(b)) => Depth::Levels(a.max(b)),
            _ => Depth::All,
        }
    }

    /// What is left one level further down; nothing at the last one.
    fn below(self) -> Option<Self> {
        match self {
            Depth::All => Some(self),
            Depth::Levels(levels) => levels.checked_sub(1).filter(|l| *l > 0).map(Depth::Levels),
        }
    }
}

/// What to walk, and how.
#[derive(Clone, Copy, Debug)]
pub struct Tour<'a> {
    /// Where to begin.
    pub dir: &'a Path,
    /// Directories that are not looked into: absolute paths without `.` and `..`.
    pub skip: &'a [PathBuf],
    /// How far down.
    pub depth: Depth,
    /// Whether directories behind links are looked into, each directory once.
    pub links: Links,
}

/// Lists everything below a directory that is `wanted`: asked of each path and whether it is a directory;
/// one that is not wanted is not looked into.
#[must_use]
pub fn walk(tour: Tour<'_>, wanted: impl FnMut(&Path, bool) -> bool) -> Walk {
    walk_looking(tour, wanted, DirStat::at)
}

/// The same with another look at each directory.
fn walk_looking(
    tour: Tour<'_>,
    wanted: impl FnMut(&Path, bool) -> bool,
    look: fn(&Path) -> io::Result<DirStat>,
) -> Walk {
    let mut walker = Walker { tour, wanted, look, seen: HashSet::new(), found: Walk::default() };
    let mut pending = vec![(tour.dir.to_path_buf(), tour.depth)];
    let mut below = Vec::new();
    while let Some((dir, depth)) = pending.pop() {
        if let Err(error) = walker.list(&dir, &mut below) {
            walker.found.unlisted.push((dir, error));
        }
        if tour.links == Links::Follow {
            // Of the paths to one directory, the same one is taken whatever order they are read in.
            below.sort();
        }
        let below = below.drain(..);
        pending.extend(below.filter_map(|dir| Some((dir, depth.below()?))));
    }
    walker.found
}

struct Walker<'a, W> {
    tour: Tour<'a>,
    wanted: W,
    look: fn(&Path) -> io::Result<DirStat>,
    /// Every directory looked into, where links are followed.
    seen: HashSet<Identity>,
    found: Walk,
}

/// What tells a directory from others, whatever path leads to it.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    /// Device and inode.
    Inode(u64, u64),
    /// Its path without links, where the file system has no inodes.
    Path(PathBuf),
}

impl Identity {
    fn of(dir: &Path, own: &DirStat) -> io::Result<Self> {
        match own.inode {
            0 => Ok(Identity::Path(fs::canonicalize(dir)?)),
            inode => Ok(Identity::Inode(own.device, inode)),
        }
    }
}

impl<W: FnMut(&Path, bool) -> bool> Walker<'_, W> {
    fn list(&mut self, dir: &Path, below: &mut Vec<PathBuf>) -> io::Result<()> {
        let own = (self.look)(dir)?;
        if self.follows() && !self.seen.insert(Identity::of(dir, &own)?) {
            return Ok(());
        }
        let mut others = BTreeSet::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == REPOSITORY {
                continue;
            }
            let (path, kind) = (dir.join(&name), entry.file_type()?);
            let is_directory = match kind.is_symlink() && self.follows() {
                true => path.is_dir(),
                false => kind.is_dir(),
            };
            self.found.met_link |= kind.is_symlink() && self.follows();
            if !kind.is_dir() && (self.wanted)(&path, false) {
                self.found.files.push(path.clone());
            } else {
                others.insert((name, kind.is_dir()));
            }
            if is_directory && self.is_walked(&path) {
                below.push(path.clone());
                self.found.directories.push(path);
            }
        }
        self.found.listed.push((dir.to_path_buf(), ListedDir { own: Some(own), others }));
        Ok(())
    }

    fn follows(&self) -> bool {
        self.tour.links == Links::Follow
    }

    fn is_walked(&mut self, dir: &Path) -> bool {
        !self.tour.skip.contains(&normalize(dir))
            && (self.wanted)(dir, true)
            && !self.is_cargo_target(dir)
    }

    fn is_cargo_target(&mut self, dir: &Path) -> bool {
        let tagged = is_cargo_target(dir);
        self.found.tagged.extend(tagged.map(|by_cargo| (dir.to_path_buf(), by_cargo)));
        tagged == Some(true)
    }
}

/// Whether cargo itself tagged `dir` as its target directory; `None` where no one tagged it.
#[must_use]
pub fn is_cargo_target(dir: &Path) -> Option<bool> {
    let file = match sys::open_regular(&dir.join("CACHEDIR.TAG"), Links::Refuse) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some(false),
    };
    let mut head = Vec::new();
    let by_cargo = io::Read::read_to_end(&mut io::Read::take(file, 256), &mut head).is_ok()
        && head.starts_with(TAG_SIGNATURE)
        && head.windows(TAG_BY_CARGO.len()).any(|w| w == TAG_BY_CARGO);
    Some(by_cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a file system shows directories that keeps no numbers of inodes.
    fn without_inodes(dir: &Path) -> io::Result<DirStat> {
        Ok(DirStat { inode: 0, ..DirStat::at(dir)? })
    }

    #[test]
    #[cfg(unix)]
    fn without_inodes_every_directory_is_looked_into_once_whatever_leads_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        for name in ["a", "b", "b/c"] {
            fs::create_dir(root.join(name)).unwrap();
            fs::write(root.join(name).join("file"), name).unwrap();
        }
        std::os::unix::fs::symlink("..", root.join("b/loop")).unwrap();
        std::os::unix::fs::symlink("a", root.join("z-again")).unwrap();
        let tour = Tour { dir: &root, skip: &[], depth: Depth::All, links: Links::Follow };
        let is_file = |path: &PathBuf| path.ends_with("file");
        for look in [DirStat::at, without_inodes] {
            let found = walk_looking(tour, |_, _| true, look);
            let mut files: Vec<_> = found.files.into_iter().filter(is_file).collect();
            let shown = |path: &PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
            files.sort();
            let files: Vec<_> = files.iter().map(shown).collect();
            assert_eq!(files.len(), 3, "{files:?}");
            assert!(files.contains(&"b/file".into()) && files.contains(&"b/c/file".into()));
            assert!(found.unlisted.is_empty());
        }
    }
}
