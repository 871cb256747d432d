//! What differs per operating system, behind one set of signatures.
//!
//! Only Unix is written so far; another system is another file here and nothing elsewhere.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::{
    Dir, allowed_cores, bytes_of_path, current_user, device_of, everyone_may_enter,
    everyone_may_write, identity_of, meta_of, open_regular, os_str_of_bytes, owner_of,
    path_of_bytes, read_at, read_some_at, split_path, thread_crowded_time, thread_time,
};

/// Whether the last component of a path may be a symbolic link: of a file to open, of a directory to look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Go where the link leads.
    Follow,
    /// Leave a link alone; to open one fails.
    Refuse,
}
