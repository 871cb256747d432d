//! Trees of files: copied with their times, and looked at to the last stat.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use filetime::FileTime;

/// Everything below a directory, with every stat but the access time.
pub type Stats = BTreeMap<PathBuf, (Vec<i64>, Option<Vec<u8>>)>;

/// Looks at everything below `dir`.
pub fn stats(dir: &Path) -> Stats {
    let mut stats = Stats::new();
    for path in everything(dir) {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let times = [meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()];
        let others =
            [number(meta.ino()), number(meta.len()), meta.mode().into(), number(meta.nlink())];
        let bytes = meta.is_file().then(|| fs::read(&path).unwrap_or_default());
        stats.insert(path, ([times, others].concat(), bytes));
    }
    stats
}

/// `dir` and everything below it, in path order.
pub fn everything(dir: &Path) -> Vec<PathBuf> {
    let mut found = vec![dir.to_owned()];
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        let Ok(entries) = fs::read_dir(dir) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
                pending.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files below `dir`.
pub fn regular(dir: &Path) -> Vec<PathBuf> {
    let mut files = everything(dir);
    files.retain(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()));
    files
}

/// Removes whatever is there.
pub fn clear(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        let _ = fs::remove_dir_all(path);
    } else {
        let _ = fs::remove_file(path);
    }
}

/// Copies what is at `from` in the place of `to`, with modes and modification times, as `cp -a` does.
///
/// # Errors
/// Those of copying.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(from)?;
    clear(to);
    if meta.is_symlink() {
        symlink(fs::read_link(from)?, to)?;
    } else if meta.is_dir() {
        fs::create_dir_all(to)?;
        fs::set_permissions(to, fs::Permissions::from_mode(meta.mode()))?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        fs::copy(from, to)?;
    }
    let time = FileTime::from_last_modification_time(&meta);
    filetime::set_symlink_file_times(to, time, time)
}
