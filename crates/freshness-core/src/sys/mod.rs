//! What differs per operating system, behind one set of signatures. What a system does not tell is said to be
//! unknown, which every caller takes for doubt.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// Whether the last component of a path may be a symbolic link: of a file to open, of a directory to look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Go where the link leads.
    Follow,
    /// Leave a link alone; to open one fails.
    Refuse,
}
