//! Turns patterns into the list of paths that a snapshot will look at.
//!
//! The list is sorted and without repeats, whatever order directories are read in. Directories are
//! not inputs of their own: an added file is seen by its path, and an empty directory changes no
//! archive. A directory that cannot be listed *is* listed, with why, because what it holds cannot
//! be vouched for. Costs one `readdir` per directory of each tree or glob.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::input::{InputSpec, Pattern};
use crate::path::InputPath;
use crate::walk;

/// The paths to look at, in path order.
#[derive(Debug)]
pub struct InputSet {
    /// The absolute directory that relative paths are relative to.
    pub root: PathBuf,
    /// Each path, with the error that kept it from being listed where it is such a directory.
    pub paths: BTreeMap<InputPath, Option<String>>,
}

/// A glob that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("read the glob `{glob}`: {problem}; see the `extra-inputs` of the profile")]
pub struct BadGlob {
    /// The glob as written.
    pub glob: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Lists the inputs that `specs` name below `root`.
///
/// # Errors
/// A glob that cannot be understood. File system trouble is never an error here: it becomes an
/// input that cannot be vouched for.
pub fn discover(root: &Path, specs: &[InputSpec]) -> Result<InputSet, BadGlob> {
    let mut set = InputSet { root: root.to_path_buf(), paths: BTreeMap::new() };
    for spec in specs {
        match &spec.pattern {
            Pattern::Path(path) => set.insert(path, None),
            Pattern::Tree { dir, skip } => set.insert_walk(dir, skip, |_| true),
            Pattern::Glob { base, glob, skip } => {
                let matcher = compile_glob(glob)?;
                let absolute = root.join(base);
                let start = absolute.join(literal_prefix(glob));
                set.insert_walk(&start, skip, |path| {
                    path.strip_prefix(&absolute).is_ok_and(|p| matcher.is_match(p))
                });
            }
        }
    }
    Ok(set)
}

impl InputSet {
    fn insert(&mut self, path: &Path, unlisted: Option<String>) {
        let slot = self.paths.entry(InputPath::new(&self.root, path)).or_default();
        if unlisted.is_some() {
            *slot = unlisted;
        }
    }

    fn insert_walk(&mut self, dir: &Path, skip: &[PathBuf], wanted: impl Fn(&Path) -> bool) {
        let skip: Vec<PathBuf> = skip.iter().map(|s| self.root.join(s)).collect();
        let found = walk::walk(&self.root.join(dir), &skip);
        for path in found.files.iter().filter(|p| wanted(p)) {
            self.insert(path, None);
        }
        for (path, error) in found.unlisted {
            // Not there, or not a directory: recorded as it is, like any other path.
            let gone =
                matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
            self.insert(&path, (!gone).then(|| error.to_string()));
        }
    }
}

/// Compiles a glob in which only `**` crosses directories.
///
/// # Errors
/// A glob that cannot be understood.
pub fn compile_glob(glob: &str) -> Result<GlobMatcher, BadGlob> {
    GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .map(|g| g.compile_matcher())
        .map_err(|error| BadGlob { glob: glob.to_owned(), problem: error.kind().to_string() })
}

/// The leading directories of a glob that hold no special character, where a walk can start.
fn literal_prefix(glob: &str) -> PathBuf {
    let dirs = glob.split('/').collect::<Vec<_>>();
    dirs[..dirs.len() - 1].iter().take_while(|part| !is_glob(part)).collect()
}

/// Whether `text` holds a character that is special in a glob; without one it names one path.
#[must_use]
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}
