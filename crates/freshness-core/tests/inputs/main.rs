//! Inputs: which paths are listed, and what is seen of each, on real directories.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod discover;
mod followed;
mod globs;
mod listing;
mod look;
mod selected;
mod unlisted;
mod world;
