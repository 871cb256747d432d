//! What differs per operating system, behind one set of signatures: private files and removal.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{
    Held, create_private_dir, is_executable, make_read_only, private_file, same_file,
};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{
    Held, create_private_dir, is_executable, make_read_only, private_file, same_file,
};
