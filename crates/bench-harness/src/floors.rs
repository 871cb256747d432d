//! Floors: the least that any tool must do to know whether files changed, as fast as it can be done.
//!
//! A check that looks at N files cannot be faster than N calls of `stat` spread over the cores, and one
//! that reads them not faster than opening, reading and hashing each. These do that and nothing else:
//! nothing is compared, listed or reported. Directories are opened once, files are reached relative to
//! them, threads take one directory after another, and no memory is allocated for a file.
//!
//! # Platform
//! Linux: `statx` and `O_PATH`.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags, openat, statx};
use rustix::io::read;

use crate::table::{Names, Table};

/// What a floor did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Files looked at, or read.
    pub files: usize,
    /// Directories opened.
    pub directories: usize,
    /// Bytes read from files.
    pub bytes: u64,
    /// All digests in one, so that none is for nothing.
    pub digest: u8,
}

/// What is compared of a file: nothing more is asked for.
const MASK: StatxFlags = StatxFlags::TYPE
    .union(StatxFlags::SIZE)
    .union(StatxFlags::MTIME)
    .union(StatxFlags::CTIME)
    .union(StatxFlags::INO);

/// Room for a file: larger ones are read in pieces.
const BUFFER: usize = 64 << 10;

/// Looks at every file and directory of the table below `root`.
///
/// # Errors
/// The first that cannot be opened or looked at.
pub fn stat_all(root: &Path, table: &Table, threads: usize) -> io::Result<Work> {
    by_directory(root, table, threads, || {
        |directory: &OwnedFd, names: Names<'_>, work: &mut Work| {
            statx(directory, c"", AtFlags::EMPTY_PATH, MASK)?;
            for name in names {
                statx(directory, name, AtFlags::SYMLINK_NOFOLLOW, MASK)?;
                work.files += 1;
            }
            Ok(())
        }
    })
}

/// Opens, reads and hashes every file of the table below `root`.
///
/// # Errors
/// The first that cannot be opened or read.
pub fn read_all(root: &Path, table: &Table, threads: usize) -> io::Result<Work> {
    const OPEN: OFlags =
        OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);
    by_directory(root, table, threads, || {
        let mut buffer = vec![0; BUFFER];
        move |directory: &OwnedFd, names: Names<'_>, work: &mut Work| {
            for name in names {
                let file = openat(directory, name, OPEN, Mode::empty())?;
                let (bytes, digest) = digest(&file, &mut buffer)?;
                work.files += 1;
                work.bytes += bytes;
                work.digest ^= digest.as_bytes()[0];
            }
            Ok(())
        }
    })
}

/// Reads a file whole; gives its length. What it costs to have a record of that size at all.
///
/// # Errors
/// Those of reading.
pub fn read_table(path: &Path) -> io::Result<u64> {
    Ok(std::fs::read(path)?.len() as u64)
}

/// A short read is the end of a regular file, so most files are read by one call.
fn digest(file: impl AsFd, buffer: &mut [u8]) -> io::Result<(u64, blake3::Hash)> {
    let length = read(&file, &mut *buffer)?;
    if length < buffer.len() {
        return Ok((length as u64, blake3::hash(&buffer[..length])));
    }
    let mut hasher = blake3::Hasher::new();
    let mut length = length;
    while length > 0 {
        hasher.update(&buffer[..length]);
        length = read(&file, &mut *buffer)?;
    }
    Ok((hasher.count(), hasher.finalize()))
}

/// Hands directories out to threads, each with a worker of its own.
fn by_directory<W>(
    root: &Path,
    table: &Table,
    threads: usize,
    worker: impl Fn() -> W + Sync,
) -> io::Result<Work>
where
    W: FnMut(&OwnedFd, Names<'_>, &mut Work) -> io::Result<()>,
{
    const OPEN: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    let root = openat(CWD, root, OPEN, Mode::empty())?;
    let next = AtomicUsize::new(0);
    let work_off = || -> io::Result<Work> {
        let mut perform = worker();
        let mut work = Work::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= table.directories() {
                return Ok(work);
            }
            let (path, names) = table.directory(index);
            let directory = openat(&root, path, OPEN, Mode::empty())?;
            work.directories += 1;
            perform(&directory, names, &mut work)?;
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work_off)).collect();
        let joined = others.into_iter().map(|thread| thread.join().expect("no floor panics"));
        std::iter::once(work_off()).chain(joined).try_fold(Work::default(), |sum, work| {
            let work = work?;
            Ok(Work {
                files: sum.files + work.files,
                directories: sum.directories + work.directories,
                bytes: sum.bytes + work.bytes,
                digest: sum.digest ^ work.digest,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::write_inputs;

    #[test]
    fn every_file_is_looked_at_and_read_once_by_any_number_of_threads() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        write_inputs(&root, 25, 10).unwrap();
        std::fs::write(root.join("large"), vec![7; 3 * BUFFER]).unwrap();
        let path = dir.path().join("table");
        Table::write(&root, &path).unwrap();
        let table = Table::read(&path).unwrap();
        let one = read_all(&root, &table, 1).unwrap();
        for threads in [1, 2, 8] {
            let looked = stat_all(&root, &table, threads).unwrap();
            assert_eq!((looked.files, looked.directories, looked.bytes), (26, 4, 0));
            assert_eq!(read_all(&root, &table, threads).unwrap(), one);
        }
        assert!(one.bytes > 3 * BUFFER as u64 + 25 * 700, "{}", one.bytes);
    }

    #[test]
    fn a_file_that_is_gone_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        write_inputs(&root, 3, 10).unwrap();
        let path = dir.path().join("table");
        Table::write(&root, &path).unwrap();
        std::fs::remove_file(root.join("d00000/f000001.rs")).unwrap();
        let table = Table::read(&path).unwrap();
        assert!(stat_all(&root, &table, 2).is_err() && read_all(&root, &table, 2).is_err());
    }
}
