//! Windows: access is inherited from the directory above, and removal holds directories open by itself.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link itself is opened, not what it leads to.
const OPEN_LINK: u32 = 0x0020_0000;

/// Options that create a file; who may read it is inherited from its directory.
pub(crate) fn private_file() -> OpenOptions {
    OpenOptions::new()
}

/// Lets no one write an open file.
///
/// # Errors
/// Those of changing it.
pub(crate) fn make_read_only(file: &File, _is_program: bool) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

/// Makes a directory and those above it; who may use it is inherited.
///
/// # Errors
/// Those of making them.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

/// Makes a directory and nothing above it; who may use it is inherited.
///
/// # Errors
/// Those of making it; something is there.
pub(crate) fn create_new_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir(dir)
}

/// Entries of a directory are made durable by the file system, which keeps a journal of them; no one can ask for it.
///
/// # Errors
/// The directory is not there.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    fs::metadata(dir).map(drop)
}

/// What a file takes on disk, in bytes: its length, as far as is told.
pub(crate) fn allocated(metadata: &fs::Metadata) -> u64 {
    metadata.len()
}

/// Whether an error is what a file system says that has no locks, or cannot make a file durable; not told.
pub(crate) fn is_beyond_file_system(_: &io::Error) -> bool {
    false
}

/// How many bytes are free; not told.
///
/// # Errors
/// Always.
pub(crate) fn room(_: &Path) -> io::Result<(u64, bool)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The number that Linux has for the kind of file system; there is none.
pub(crate) fn file_system_number(_: &Path) -> Option<u64> {
    None
}

/// Lets `to` share the blocks of `from`; not tried.
///
/// # Errors
/// Always.
pub(crate) fn clone_blocks(_: &File, _: &File) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There are no groups of processes.
pub(crate) fn process_group() -> i32 {
    0
}

/// There are none.
pub(crate) fn is_process_group(_: i32) -> bool {
    false
}

/// Kills nothing: none is found.
pub(crate) fn kill(_: i32, _: impl FnOnce() -> bool) {}

/// Leaves a program its own name: there is no other to tell it.
pub(crate) fn set_own_name<'c>(command: &'c mut Command, _name: &OsStr) -> &'c mut Command {
    command
}

/// Asks nothing: there is no such request.
pub(crate) fn ask_to_end(_child: &Child) {}

/// Nothing: processes are not ended by signals.
pub(crate) fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

/// Whether it is a file; Windows has no mode that says more.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Whether both names lead to one file, as far as names can tell.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path| fs::canonicalize(path).ok();
    real(a).is_some_and(|a| real(b) == Some(a))
}

/// A directory that things are removed from.
#[derive(Debug)]
pub(crate) struct Held(PathBuf);

impl Held {
    /// The directory that `path` leads to.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::canonicalize(path)?))
    }

    /// The directory of this name in it, which is no link.
    ///
    /// # Errors
    /// It is not there, or is something else.
    pub(crate) fn below(&self, name: &OsStr) -> io::Result<Self> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path)?.is_dir() {
            true => Ok(Self(path)),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The first bytes of the regular file of this name in it, which is no link.
    ///
    /// # Errors
    /// Those of opening and reading it.
    pub(crate) fn head_of(&self, name: &OsStr, max_bytes: u64) -> io::Result<Vec<u8>> {
        let mut options = OpenOptions::new();
        let file: File = options.read(true).custom_flags(OPEN_LINK).open(self.0.join(name))?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut bytes = Vec::new();
        file.take(max_bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Removes what has this name in it: a link itself, a directory with all it holds (the standard library
    /// deletes by handle and follows no link). What is not there is removed already.
    ///
    /// # Errors
    /// Those of removing it.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        let path = self.0.join(name);
        let removed = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether its owner may run a file: its name says that here.
pub(crate) fn may_be_run(_: &fs::Metadata) -> bool {
    true
}
