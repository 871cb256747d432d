//! Windows: what its stable interfaces tell, and nothing that has to be guessed.
//!
//! There is no time of the last change that nobody can set, and no number of a file, in what is stable in the
//! standard library. Both are unknown here, so no stat proves anything: `hash` reads every input at every look,
//! and `mtime` goes by length and modification time. Who owns a thing and who may write it is not told either.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Links;
use crate::snapshot::{Kind, Meta, Timestamp};

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link itself is opened, not what it leads to.
const OPEN_LINK: u32 = 0x0020_0000;

/// Between the beginning of 1601 and that of 1970.
const EPOCH_SECS: i64 = 11_644_473_600;

/// Windows counts time in steps of 100 nanoseconds.
const STEPS_PER_SEC: u64 = 10_000_000;

/// The stat fields that strategies compare; ctime and inode are unknown.
#[must_use]
pub fn meta_of(metadata: &Metadata) -> Meta {
    let file_type = metadata.file_type();
    let kind = if file_type.is_symlink() {
        Kind::Link
    } else if file_type.is_dir() {
        Kind::Directory
    } else if file_type.is_file() {
        Kind::File
    } else {
        Kind::Device
    };
    let mtime = timestamp(metadata.last_write_time());
    Meta { kind, len: metadata.len(), mtime, ctime: Timestamp::default(), inode: 0 }
}

fn timestamp(steps: u64) -> Timestamp {
    let secs = i64::try_from(steps / STEPS_PER_SEC).unwrap_or(i64::MAX);
    let nanos = u32::try_from(steps % STEPS_PER_SEC * 100).unwrap_or(0);
    Timestamp { secs: secs.saturating_sub(EPOCH_SECS), nanos }
}

/// A directory, in which things are looked at by name.
///
/// It is known by its path: a handle that others are opened relative to is not to be had without `unsafe`.
#[derive(Debug)]
pub struct Dir(PathBuf);

impl Dir {
    /// The directory that `path` leads to, through links.
    ///
    /// # Errors
    /// It is not there, or is something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Self(path.to_path_buf())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The directory itself; the device that it is on is unknown.
    ///
    /// # Errors
    /// Those of looking at it.
    pub fn own(&self) -> io::Result<(Meta, u64)> {
        let metadata = fs::metadata(&self.0)?;
        Ok((meta_of(&metadata), device_of(&metadata)))
    }

    /// The stat of what has this name: of a link itself where `links` says [`Links::Refuse`].
    ///
    /// # Errors
    /// Those of looking at it.
    pub fn stat(&self, name: &OsStr, links: Links) -> io::Result<Meta> {
        let path = self.0.join(name);
        let metadata = match links {
            Links::Follow => fs::metadata(path),
            Links::Refuse => fs::symlink_metadata(path),
        };
        Ok(meta_of(&metadata?))
    }

    /// What the link of this name says.
    ///
    /// # Errors
    /// Those of reading it.
    pub fn link_text(&self, name: &OsStr) -> io::Result<OsString> {
        Ok(fs::read_link(self.0.join(name))?.into())
    }

    /// Opens what has this name and is no link, to read it. What it is, is not looked at.
    ///
    /// # Errors
    /// Those of opening it; a directory cannot be.
    pub fn open_anything(&self, name: &OsStr) -> io::Result<File> {
        OpenOptions::new().read(true).custom_flags(OPEN_LINK).open(self.0.join(name))
    }

    /// Opens the regular file of this name, and says what it is; as [`open_regular`] does.
    ///
    /// # Errors
    /// Those of opening it, and `InvalidInput` where it is not a regular file.
    pub fn open_regular(&self, name: &OsStr, links: Links) -> io::Result<(File, Meta)> {
        let file = open_regular(&self.0.join(name), links)?;
        let meta = meta_of(&file.metadata()?);
        Ok((file, meta))
    }
}

/// Whether an error says that nothing is there, as opposed to that we may not know.
#[must_use]
pub fn leads_nowhere(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// How long the calling thread has computed so far; not told.
#[must_use]
pub fn thread_time() -> Option<Duration> {
    None
}

/// How long the calling thread could have computed so far, and had to leave the core to others; not told.
#[must_use]
pub fn thread_crowded_time() -> Duration {
    Duration::ZERO
}

/// How many cores the scheduler may put this process on; not told in a word.
#[must_use]
pub fn allowed_cores() -> Option<usize> {
    None
}

/// What a thing is, whatever path leads to it; not told.
#[must_use]
pub fn identity_of(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// The device that a thing is on; not told.
#[must_use]
pub fn device_of(_: &Metadata) -> u64 {
    0
}

/// The number of the user that a thing belongs to; not told.
#[must_use]
pub fn owner_of(_: &Metadata) -> Option<u32> {
    None
}

/// The number of the user that this process acts for; not told.
#[must_use]
pub fn current_user() -> Option<u32> {
    None
}

/// Whether users other than the owner and its group may write it: who may is inherited from the directory above,
/// and not told.
#[must_use]
pub fn everyone_may_write(_: &Metadata) -> bool {
    false
}

/// Whether such users may go through a directory to what it holds; not told, and so taken for granted.
#[must_use]
pub fn everyone_may_enter(_: &Metadata) -> bool {
    true
}

/// Opens a regular file for reading.
///
/// # Errors
/// Those of opening it, and `InvalidInput` where the path is not a regular file.
pub fn open_regular(path: &Path, links: Links) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    if links == Links::Refuse {
        options.custom_flags(OPEN_LINK);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// The bytes of a path, as a stamp stores them: UTF-8, or what the standard library has for what is not Unicode.
#[must_use]
pub fn bytes_of_path(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path of bytes that a stamp stored. One that is not Unicode becomes another, which is not found or differs.
#[must_use]
pub fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned().into(),
    }
}

/// The name of bytes that a stamp stored; none where it is not Unicode.
#[must_use]
pub fn os_str_of_bytes(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

/// Splits a path behind its last separator: a directory and a name in it, either of which may be empty. One that is
/// not Unicode, and that no stamp gives back, loses the separator.
#[must_use]
pub fn split_path(path: &Path) -> (&Path, &OsStr) {
    let Some(text) = path.to_str() else {
        return (path.parent().unwrap_or(Path::new("")), path.file_name().unwrap_or_default());
    };
    let name = text.rfind(['/', '\\']).map_or(0, |separator| separator + 1);
    (Path::new(&text[..name]), OsStr::new(&text[name..]))
}

/// Reads once from an offset, as much as there is and fits.
///
/// # Errors
/// Those of reading.
pub fn read_some_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Fills `buffer` from `offset` on, whatever other threads read of the same file.
///
/// # Errors
/// Those of reading, and `UnexpectedEof`.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < buffer.len() {
        match read_some_at(file, &mut buffer[done..], offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// How wide the terminal is that standard error goes to: the system tells only who calls it by a foreign interface.
#[must_use]
pub fn terminal_columns() -> Option<usize> {
    None
}
