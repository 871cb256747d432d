//! What differs per operating system, behind one set of signatures: private files, removal, processes, and what a file
//! system says of itself. What a system does not tell is said to be unknown.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::*;
