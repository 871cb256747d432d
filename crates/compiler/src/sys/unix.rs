//! Unix: modes, names that change places, and a process that becomes another program.

use std::fs::{DirBuilder, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Makes a directory that only its owner can use, and those above it.
///
/// # Errors
/// Those of making them.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whether its owner may run it: a copy may have lost that, and what cannot be run is no program.
pub(crate) fn may_be_run(metadata: &Metadata) -> bool {
    metadata.is_file() && metadata.permissions().mode() & 0o100 != 0
}

/// Becomes the program; comes back with why it could not, and with a status only where a system cannot do that.
///
/// # Errors
/// It could not be started.
pub(crate) fn become_program(command: &mut Command) -> io::Result<ExitStatus> {
    Err(command.exec())
}

/// The program's own status, or as a shell tells that a signal ended it.
pub(crate) fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Lets two names change places, at once for whoever looks; nothing changes where that cannot be.
///
/// # Errors
/// Those of `renameat2(2)`; the system has none.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        _ = (one, other);
        Err(io::ErrorKind::Unsupported.into())
    }
}
