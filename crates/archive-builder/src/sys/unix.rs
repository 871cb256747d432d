//! Unix: modes of files and directories, removal through open directories, and processes.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

use freshness_core::sys::identity_of;
use rustix::fs::{Access, AtFlags, CWD, Dir, Mode, OFlags, access, openat, unlinkat};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, getpgrp, kill_process, test_kill_process_group};
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

/// How often something is looked at again that is another thing by the time it is removed.
const ATTEMPTS: usize = 8;

/// Options that create a file which its owner alone may read.
pub(crate) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Lets everyone read an open file, and start it if it is a program, and no one write it.
///
/// # Errors
/// Those of changing its mode.
pub(crate) fn make_read_only(file: &File, is_program: bool) -> io::Result<()> {
    let mode = if is_program { 0o555 } else { 0o444 };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Makes a directory that its owner alone may use, and those above it.
///
/// # Errors
/// Those of making them.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Makes a directory that its owner alone may use, and nothing above it.
///
/// # Errors
/// Those of making it; something is there.
pub(crate) fn create_new_private_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(dir)
}

/// Makes the entries of a directory durable.
///
/// # Errors
/// Those of opening and syncing it.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// What a file takes on disk, in bytes: `st_blocks` counts 512 of them, whatever a file system's own blocks are.
pub(crate) fn allocated(metadata: &fs::Metadata) -> u64 {
    metadata.blocks() * 512
}

/// Whether an error is what a file system says that has no locks, or cannot make a file durable.
pub(crate) fn is_beyond_file_system(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOLCK | Errno::INVAL))
}

/// How many bytes are free for us in the file system of `path`, and whether it can make no more files.
///
/// # Errors
/// Those of `statvfs(3)`.
pub(crate) fn room(path: &Path) -> io::Result<(u64, bool)> {
    let found = rustix::fs::statvfs(path)?;
    // A file system that counts no files makes them as it needs them.
    let no_files = found.f_files > 0 && found.f_favail == 0;
    Ok((found.f_bavail.saturating_mul(found.f_frsize), no_files))
}

/// The number that Linux has for the kind of file system of `path`; elsewhere there is none.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn file_system_number(path: &Path) -> Option<u64> {
    let found = rustix::fs::statfs(path).ok()?;
    // A signed word on some machines: only its low half is the number.
    Some((found.f_type as u64) & 0xFFFF_FFFF)
}

/// The number that Linux has for the kind of file system of `path`; elsewhere there is none.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn file_system_number(_: &Path) -> Option<u64> {
    None
}

/// Lets `to` share the blocks of `from`; whether that is possible here.
///
/// # Errors
/// It is, and went wrong.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn clone_blocks(from: &File, to: &File) -> io::Result<bool> {
    match rustix::fs::ioctl_ficlone(to, from) {
        Ok(()) => Ok(true),
        Err(Errno::OPNOTSUPP | Errno::NOTTY | Errno::INVAL | Errno::XDEV | Errno::NOSYS) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets `to` share the blocks of `from`; whether that is possible here.
///
/// # Errors
/// It is not tried here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn clone_blocks(_: &File, _: &File) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The number of the group of processes that we are in.
pub(crate) fn process_group() -> i32 {
    getpgrp().as_raw_pid()
}

/// Whether there may be processes in this group.
pub(crate) fn is_process_group(group: i32) -> bool {
    // Of group 1 it cannot be asked: the number would mean every process.
    Pid::from_raw(group).is_some_and(|leader| group == 1 || test_kill_process_group(leader).is_ok())
}

/// Kills a process, if it is the one that is meant once no other can have its number.
#[cfg(target_os = "linux")]
pub(crate) fn kill(pid: i32, is_meant: impl FnOnce() -> bool) {
    let Some(pid) = Pid::from_raw(pid) else { return };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if is_meant() {
        let _ = pidfd_send_signal(&process, Signal::KILL);
    }
}

/// Kills no process: there is nothing that holds on to one while it is looked at.
#[cfg(not(target_os = "linux"))]
pub(crate) fn kill(_: i32, _: impl FnOnce() -> bool) {}

/// Lets a program be told this name as its own, whatever its file is called.
pub(crate) fn set_own_name<'c>(command: &'c mut Command, name: &OsStr) -> &'c mut Command {
    command.arg0(name)
}

/// Asks a process to end.
pub(crate) fn ask_to_end(child: &Child) {
    // Gone already is what was wanted.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

/// The signal that ended a process, if one did.
pub(crate) fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Whether we may execute it.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Whether both names lead to one file; `false` where one leads nowhere. Without inodes, as far as names can tell.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path| fs::canonicalize(path).ok();
    let (Ok(found_a), Ok(found_b)) = (fs::metadata(a), fs::metadata(b)) else { return false };
    match (identity_of(&found_a), identity_of(&found_b)) {
        (Some(a), Some(b)) => a == b,
        _ => real(a).is_some_and(|a| real(b) == Some(a)),
    }
}

/// A directory that is held open: what is removed through it was in it, whatever its path leads to by now.
#[derive(Debug)]
pub(crate) struct Held(OwnedFd);

impl Held {
    /// Opens the directory that `path` leads to, through links.
    ///
    /// # Errors
    /// Those of `open(2)`.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(openat(CWD, path, flags, Mode::empty())?))
    }

    /// Opens the directory of this name in it, which is no link.
    ///
    /// # Errors
    /// Those of `openat(2)`.
    pub(crate) fn below(&self, name: &OsStr) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self(openat(&self.0, name, flags, Mode::empty())?))
    }

    /// The first bytes of the regular file of this name in it, which is no link.
    ///
    /// # Errors
    /// Those of opening and reading it.
    pub(crate) fn head_of(&self, name: &OsStr, max_bytes: u64) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&self.0, name, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut bytes = Vec::new();
        file.take(max_bytes).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Removes what has this name in it: a link itself, a directory with all it holds. What is not there
    /// is removed already.
    ///
    /// # Errors
    /// Those of removing it; something that keeps becoming something else.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        let mut last = Errno::BUSY;
        for _ in 0..ATTEMPTS {
            match unlinkat(&self.0, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => return Ok(()),
                // A directory, in the words of Linux and of others.
                Err(error @ (Errno::ISDIR | Errno::PERM)) => last = error,
                Err(error) => return Err(error.into()),
            }
            let dir = match self.below(name) {
                Ok(dir) => dir,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                // It became a file or a link meanwhile, or is one that may not be removed.
                Err(error) if is_no_directory(&error) => continue,
                Err(error) => return Err(error),
            };
            for name in dir.names()? {
                dir.remove(&name)?;
            }
            match unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
                Ok(()) | Err(Errno::NOENT) => return Ok(()),
                // Another thing has the name by now, or it was filled again.
                Err(error @ (Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST)) => last = error,
                Err(error) => return Err(error.into()),
            }
        }
        Err(last.into())
    }

    fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if !matches!(&name[..], b"." | b"..") {
                names.push(OsString::from_vec(name));
            }
        }
        Ok(names)
    }
}

fn is_no_directory(error: &io::Error) -> bool {
    let told = Errno::from_io_error(error);
    // Those of a link that may not be followed differ per system.
    matches!(told, Some(Errno::NOTDIR | Errno::LOOP | Errno::MLINK))
}

/// Whether its owner may run a file.
pub(crate) fn may_be_run(metadata: &fs::Metadata) -> bool {
    metadata.mode() & 0o100 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_removed_and_never_what_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("outside/deep")).unwrap();
        fs::create_dir_all(dir.path().join("in/deep")).unwrap();
        std::os::unix::fs::symlink("../../outside", dir.path().join("in/deep/link")).unwrap();
        let held = Held::open(dir.path()).unwrap();
        held.remove(OsStr::new("in")).unwrap();
        held.remove(OsStr::new("in")).unwrap();
        assert!(!dir.path().join("in").exists() && dir.path().join("outside/deep").exists());
        assert!(held.below(OsStr::new("nothing")).is_err());
    }
}
