//! The agreement test: random edits of real workspaces, and three answers after each of them.
//!
//! Ours is what `freshness explain` says by every strategy. cargo's is what it compiles, in a target
//! directory that was right for the state before. The truth is what a build from nothing gives: the bytes
//! of the archives, and the content of everything that rustc read. A fresh answer where the truth
//! changed fails the run; everything else is counted: see [`Tally`].
//!
//! A run is told by its workspace, its seed and its number of steps; the same three give the same edits.

mod answers;
mod edit;
mod oracle;
mod published;
mod scene;
mod step;
mod subject;
mod tally;

pub use step::run;
pub use subject::{SUBJECTS, Subject};
pub use tally::{Tally, table};
