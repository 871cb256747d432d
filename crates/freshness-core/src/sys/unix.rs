//! Unix: stat fields, path bytes, and opening files that must be regular.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
use rustix::fs::statat;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawMode, Stat, fstat, openat, readlinkat};
#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::fs::{StatxFlags, StatxTimestamp, statx};
use rustix::io::Errno;
use rustix::termios::tcgetwinsize;
use rustix::time::{ClockId, clock_gettime};

use super::Links;
use crate::snapshot::{Kind, Meta, Timestamp};

/// The stat fields that strategies compare.
#[must_use]
pub fn meta_of(metadata: &Metadata) -> Meta {
    let file_type = metadata.file_type();
    let kind = if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Directory
    } else if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_fifo() {
        Kind::Fifo
    } else if file_type.is_socket() {
        Kind::Socket
    } else {
        Kind::Device
    };
    Meta {
        kind,
        len: metadata.len(),
        mtime: timestamp(metadata.mtime(), metadata.mtime_nsec()),
        ctime: timestamp(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}

fn timestamp(secs: i64, nanos: i64) -> Timestamp {
    Timestamp { secs, nanos: u32::try_from(nanos).unwrap_or(0) }
}

/// What of these bits of a mode says what a thing is.
fn kind_of_mode(mode: RawMode) -> Kind {
    match FileType::from_raw_mode(mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        _ => Kind::Device,
    }
}

/// The stat fields of `name` in a directory.
///
/// `statx(2)` because it is asked for these fields only, and gives them with less copying than `stat(2)`.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn stat_at(dir: &OwnedFd, name: &OsStr, flags: AtFlags) -> io::Result<Meta> {
    const WANTED: StatxFlags = StatxFlags::TYPE
        .union(StatxFlags::SIZE)
        .union(StatxFlags::MTIME)
        .union(StatxFlags::CTIME)
        .union(StatxFlags::INO);
    let found = statx(dir, name, flags, WANTED)?;
    let time = |time: StatxTimestamp| Timestamp { secs: time.tv_sec, nanos: time.tv_nsec };
    Ok(Meta {
        kind: kind_of_mode(found.stx_mode.into()),
        len: found.stx_size,
        mtime: time(found.stx_mtime),
        ctime: time(found.stx_ctime),
        inode: found.stx_ino,
    })
}

/// The stat fields of `name` in a directory.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn stat_at(dir: &OwnedFd, name: &OsStr, flags: AtFlags) -> io::Result<Meta> {
    Ok(meta_of_stat(&statat(dir, name, flags)?))
}

/// The fields of an open file, as `fstat(2)` gives them.
#[expect(clippy::useless_conversion, reason = "the widths of these fields differ per system")]
fn meta_of_stat(found: &Stat) -> Meta {
    let time = |secs, nanos| timestamp(secs, i64::try_from(nanos).unwrap_or(0));
    Meta {
        kind: kind_of_mode(found.st_mode),
        len: u64::try_from(found.st_size).unwrap_or(0),
        mtime: time(found.st_mtime.into(), found.st_mtime_nsec),
        ctime: time(found.st_ctime.into(), found.st_ctime_nsec),
        inode: found.st_ino.into(),
    }
}

/// A directory, opened once so that what is in it can be looked at by its name alone.
///
/// Looking needs no permission to list it, and resolves one name instead of a whole path.
#[derive(Debug)]
pub struct Dir(OwnedFd);

impl Dir {
    /// Opens the directory that `path` leads to, through links.
    ///
    /// # Errors
    /// Those of `open(2)`.
    pub fn open(path: &Path) -> io::Result<Self> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let flags = OFlags::PATH;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let flags = OFlags::RDONLY;
        let flags = flags | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(CWD, path, flags, Mode::empty())?))
    }

    /// The directory itself, and the device that it is on.
    ///
    /// # Errors
    /// Those of `stat(2)`.
    pub fn own(&self) -> io::Result<(Meta, u64)> {
        let found = fstat(&self.0)?;
        #[expect(clippy::useless_conversion, reason = "the width of this field differs per system")]
        let device = u64::try_from(found.st_dev).unwrap_or(0);
        Ok((meta_of_stat(&found), device))
    }

    /// The stat of what has this name: of a link itself where `links` says [`Links::Refuse`].
    ///
    /// # Errors
    /// Those of `stat(2)`.
    pub fn stat(&self, name: &OsStr, links: Links) -> io::Result<Meta> {
        let flags = match links {
            Links::Follow => AtFlags::empty(),
            Links::Refuse => AtFlags::SYMLINK_NOFOLLOW,
        };
        stat_at(&self.0, name, flags)
    }

    /// What the link of this name says.
    ///
    /// # Errors
    /// Those of `readlink(2)`.
    pub fn link_text(&self, name: &OsStr) -> io::Result<OsString> {
        Ok(OsString::from_vec(readlinkat(&self.0, name, Vec::new())?.into_bytes()))
    }

    /// Opens what has this name and is no link, to read it; waits for nothing. What it is, is not looked at.
    ///
    /// # Errors
    /// Those of `open(2)`.
    pub fn open_anything(&self, name: &OsStr) -> io::Result<File> {
        Ok(self.open_to_read(name, Links::Refuse)?.into())
    }

    fn open_to_read(&self, name: &OsStr, links: Links) -> io::Result<OwnedFd> {
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        if links == Links::Refuse {
            flags |= OFlags::NOFOLLOW;
        }
        Ok(openat(&self.0, name, flags, Mode::empty())?)
    }

    /// Opens the regular file of this name, and says what it is; as [`open_regular`] does.
    ///
    /// # Errors
    /// Those of `open(2)`, and `InvalidInput` where it is not a regular file.
    pub fn open_regular(&self, name: &OsStr, links: Links) -> io::Result<(File, Meta)> {
        let file = self.open_to_read(name, links)?;
        let meta = meta_of_stat(&fstat(&file)?);
        match meta.kind {
            Kind::File => Ok((File::from(file), meta)),
            _ => Err(not_regular()),
        }
    }
}

/// Whether an error says that nothing is there, as opposed to that we may not know: no such thing, something that is
/// no directory on the way, or links that lead in a circle.
#[must_use]
pub fn leads_nowhere(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP))
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

/// How long the calling thread has computed so far; nothing where the system does not tell.
#[must_use]
pub fn thread_time() -> Option<Duration> {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let secs = u64::try_from(time.tv_sec).unwrap_or(0);
    Some(Duration::new(secs, u32::try_from(time.tv_nsec).unwrap_or(0)))
}

/// How long the calling thread could have computed so far, and had to leave the core to others; nothing where
/// the system does not tell.
#[must_use]
pub fn thread_crowded_time() -> Duration {
    // Time on the core, time in the queue for it (both in nanoseconds), turns: `sched-stats.rst` of Linux.
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let queued = told.split_whitespace().nth(1).and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(queued.unwrap_or(0))
}

/// How wide the terminal is that standard error goes to; nothing where it goes elsewhere, or the terminal does not tell.
#[must_use]
pub fn terminal_columns() -> Option<usize> {
    let size = tcgetwinsize(std::io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// How many cores the scheduler may put this process on, where the system tells in a word.
#[must_use]
pub fn allowed_cores() -> Option<usize> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let allowed = rustix::thread::sched_getaffinity(None).ok();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return allowed.and_then(|cores| usize::try_from(cores.count()).ok());
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    None
}

/// Device and inode: what a thing is, whatever path leads to it; nothing where the file system keeps no inodes.
#[must_use]
pub fn identity_of(metadata: &Metadata) -> Option<(u64, u64)> {
    Some((metadata.dev(), metadata.ino())).filter(|(_, inode)| *inode != 0)
}

/// The device that a thing is on; 0 where the system does not tell.
#[must_use]
pub fn device_of(metadata: &Metadata) -> u64 {
    metadata.dev()
}

/// The number of the user that a thing belongs to; nothing where the system does not tell.
#[must_use]
pub fn owner_of(metadata: &Metadata) -> Option<u32> {
    Some(metadata.uid())
}

/// The number of the user that this process acts for; nothing where the system does not tell.
#[must_use]
pub fn current_user() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

/// Whether users other than the owner and its group may write it.
#[must_use]
pub fn everyone_may_write(metadata: &Metadata) -> bool {
    metadata.mode() & 0o002 != 0
}

/// Whether such users may go through a directory to what it holds.
#[must_use]
pub fn everyone_may_enter(metadata: &Metadata) -> bool {
    metadata.mode() & 0o001 != 0
}

/// Opens a regular file for reading, without waiting for a writer where a FIFO took its place.
///
/// # Errors
/// Those of `open(2)`, and `InvalidInput` where the path is not a regular file.
pub fn open_regular(path: &Path, links: Links) -> io::Result<File> {
    let mut flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
    if links == Links::Refuse {
        flags |= OFlags::NOFOLLOW;
    }
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_regular()) }
}

/// The bytes of a path, as a stamp stores them.
#[must_use]
pub fn bytes_of_path(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// The path of bytes that a stamp stored.
#[must_use]
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}

/// Splits a path behind its last `/`: a directory and a name in it, either of which may be empty.
#[must_use]
pub fn split_path(path: &Path) -> (&Path, &OsStr) {
    let bytes = path.as_os_str().as_bytes();
    let name = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    (Path::new(OsStr::from_bytes(&bytes[..name])), OsStr::from_bytes(&bytes[name..]))
}

/// The name of bytes that a stamp stored; none where no name can be of these.
#[must_use]
pub fn os_str_of_bytes(bytes: &[u8]) -> Option<&OsStr> {
    Some(OsStr::from_bytes(bytes))
}

/// Reads once from an offset, as much as there is and fits: what has no offsets (a named pipe, a socket, a
/// terminal) refuses.
///
/// # Errors
/// Those of `pread(2)`.
pub fn read_some_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Fills `buffer` from `offset` on, whatever other threads read of the same file.
///
/// # Errors
/// Those of reading, and `UnexpectedEof`.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(buffer, offset)
}
