//! Files with explicit times, whole trees compared, and waiting with an end.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use filetime::FileTime;

/// A moment before anything here was built: what `cp -p`, `rsync -t` and `tar` leave.
#[must_use]
pub fn long_ago() -> FileTime {
    FileTime::from_unix_time(1_000_000_000, 123_456_789)
}

/// The modification time of a file, not of what it leads to.
///
/// # Panics
/// It is not there.
#[must_use]
pub fn mtime_of(path: &Path) -> FileTime {
    FileTime::from_last_modification_time(&fs::symlink_metadata(path).unwrap())
}

/// Sets the modification time of a file, not of what it leads to.
///
/// # Panics
/// It is not there.
pub fn set_mtime(path: &Path, time: FileTime) {
    filetime::set_symlink_file_times(path, time, time).unwrap();
}

/// Writes a file, and the directories that it needs.
///
/// # Panics
/// It cannot be written.
pub fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Writes a file and says when it was written.
///
/// # Panics
/// It cannot be written.
pub fn write_at(path: &Path, text: impl AsRef<[u8]>, time: FileTime) {
    write(path, text);
    set_mtime(path, time);
}

/// Copies what is wanted by its name of a directory, and of those in it.
///
/// # Panics
/// Something cannot be read or written.
pub(crate) fn copy_tree(from: &Path, to: &Path, wanted: fn(&str) -> bool) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_tree(&entry.path(), &to, wanted),
            false if !wanted(&entry.file_name().to_string_lossy()) => {}
            false => write(&to, fs::read(entry.path()).unwrap()),
        }
    }
}

/// Everything about a tree that a reader must leave as it is: kinds, bytes, times, inodes, modes.
pub type Tree = BTreeMap<PathBuf, String>;

/// Looks at every path at and below `root`, without following links.
///
/// # Panics
/// Something cannot be read.
#[must_use]
pub fn snapshot(root: &Path) -> Tree {
    let mut tree = Tree::new();
    look(root, &mut tree);
    tree
}

fn look(path: &Path, tree: &mut Tree) {
    let m = fs::symlink_metadata(path).unwrap();
    let content = if m.is_file() {
        hash(&fs::read(path).unwrap())
    } else if m.is_symlink() {
        hash(fs::read_link(path).unwrap().as_os_str().as_encoded_bytes())
    } else {
        0
    };
    let (secs, nanos) = (m.mtime(), m.mtime_nsec());
    let facts = format!(
        "mode {:o} length {} inode {} mtime {secs}.{nanos} ctime {}.{} content {content:x}",
        m.mode(),
        m.len(),
        m.ino(),
        m.ctime(),
        m.ctime_nsec()
    );
    tree.insert(path.to_owned(), facts);
    if m.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            look(&entry.unwrap().path(), tree);
        }
    }
}

/// Good enough to notice a change that no one makes on purpose.
fn hash(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Waits until something holds.
///
/// # Panics
/// It does not within half a minute.
#[track_caller]
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
