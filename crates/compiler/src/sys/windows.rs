//! Windows: access is inherited from the directory above, and a program is started and waited for.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// Makes a directory and those above it; who may use it is inherited.
///
/// # Errors
/// Those of making them.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Whether it is a file; Windows has no mode that says more.
pub(crate) fn may_be_run(metadata: &Metadata) -> bool {
    metadata.is_file()
}

/// Runs the program to its end: no process becomes another here.
///
/// # Errors
/// It could not be started.
pub(crate) fn become_program(command: &mut Command) -> io::Result<ExitStatus> {
    command.status()
}

/// The program's own status, as far as it fits.
pub(crate) fn code_of(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Lets two names change places: Windows cannot.
///
/// # Errors
/// Always.
pub(crate) fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
