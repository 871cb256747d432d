//! Walks a directory tree, and knows the few places that are not walked.
//!
//! Nothing is passed over because of its name, but for a repository's `.git`. cargo's target
//! directories are recognised by where they are (the caller says) and by the `CACHEDIR.TAG` that
//! cargo writes into them: a module called `target` is a module. Links are listed, never followed,
//! so a link loop cannot hold a walk. The order of the result is the directory's, not sorted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::path::normalize;
use crate::sys;

/// The first line of every cache directory tag (<https://bford.info/cachedir/>).
const TAG_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// What cargo writes below the signature; other tools tag directories that may hold sources.
const TAG_BY_CARGO: &[u8] = b"created by cargo";

/// What a walk found: everything that is not a directory, and the directories it could not list.
#[derive(Debug, Default)]
pub struct Walk {
    /// Absolute paths of files, links and special files.
    pub files: Vec<PathBuf>,
    /// Absolute paths of directories that could not be listed, with why.
    pub unlisted: Vec<(PathBuf, io::Error)>,
}

/// How far a walk goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All the way.
    All,
    /// So many levels; one is the directory itself.
    Levels(usize),
}

impl Depth {
    /// What is left one level further down; nothing at the last one.
    fn below(self) -> Option<Self> {
        match self {
            Depth::All => Some(self),
            Depth::Levels(levels) => levels.checked_sub(1).filter(|l| *l > 0).map(Depth::Levels),
        }
    }
}

/// Lists everything below `dir` as far as `depth`, not looking into `skip` (absolute paths without
/// `.` and `..`).
#[must_use]
pub fn walk(dir: &Path, skip: &[PathBuf], depth: Depth) -> Walk {
    let mut found = Walk::default();
    let mut pending = vec![(dir.to_path_buf(), depth)];
    let mut below = Vec::new();
    while let Some((dir, depth)) = pending.pop() {
        if let Err(error) = list(&dir, skip, &mut below, &mut found.files) {
            found.unlisted.push((dir, error));
        }
        let below = below.drain(..);
        pending.extend(below.filter_map(|dir| Some((dir, depth.below()?))));
    }
    found
}

fn list(
    dir: &Path,
    skip: &[PathBuf],
    below: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == ".git" {
            continue;
        }
        let path = dir.join(&name);
        if entry.file_type()?.is_dir() {
            if !skip.contains(&normalize(&path)) && !is_cargo_target(&path) {
                below.push(path);
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether cargo itself tagged `dir` as its target directory.
fn is_cargo_target(dir: &Path) -> bool {
    let Ok(file) = sys::open_regular(&dir.join("CACHEDIR.TAG"), sys::Links::Refuse) else {
        return false;
    };
    let mut head = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, 256), &mut head).is_ok()
        && head.starts_with(TAG_SIGNATURE)
        && head.windows(TAG_BY_CARGO.len()).any(|w| w == TAG_BY_CARGO)
}
