//! What differs per operating system, behind one set of signatures: private directories, files that change
//! places, and what can be run.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{become_program, code_of, create_private_dir, exchange, may_be_run};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{become_program, code_of, create_private_dir, exchange, may_be_run};
