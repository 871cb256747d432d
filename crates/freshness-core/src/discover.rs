//! Turns patterns into the list of paths that a snapshot will look at.
//!
//! The list is sorted and without repeats, whatever order directories are read in. Directories are
//! not inputs of their own, but where a build script may have listed them: an added file is seen by
//! its path, and an empty directory changes no archive. A directory that cannot be listed *is*
//! listed, with why, because what it holds cannot be vouched for. Costs one `readdir` per directory
//! of each tree, and of each glob as deep as it can match.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use rustix::io::Errno;

use crate::input::{InputSpec, Pattern};
use crate::listing::Rules;
use crate::path::{InputPath, normalize};
use crate::sys::Links;
use crate::walk::{self, Depth, Tour};

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
pub fn discover<'s>(
    root: &Path,
    specs: impl IntoIterator<Item = &'s InputSpec>,
) -> Result<InputSet, BadGlob> {
    let mut set = InputSet { root: root.to_path_buf(), paths: BTreeMap::new() };
    for spec in specs {
        match &spec.pattern {
            Pattern::Path(path) => set.insert(path, None),
            Pattern::Tree { dir, skip } => {
                set.walk(&root.join(dir), skip, Depth::All, Links::Refuse, |_, _| true);
            }
            Pattern::Followed { dir, skip } => {
                let dir = root.join(dir);
                let found = set.walk(&dir, skip, Depth::All, Links::Follow, |_, _| true);
                // A build script may list directories, so an empty one can matter.
                found.iter().for_each(|path| set.insert(path, None));
            }
            Pattern::Package { dir, skip, listing } => {
                let dir = root.join(dir);
                let mut rules = Rules::new(root, &dir, listing);
                let wanted = |path: &Path, is_dir| rules.list(path, is_dir);
                set.walk(&dir, skip, Depth::All, Links::Follow, wanted);
            }
            Pattern::Modules { dir, names } => set.insert_modules(&root.join(dir), names),
            Pattern::Glob { base, glob, skip } => {
                let Some(glob) = Glob::parse(&root.join(base), glob)? else { continue };
                let wanted = |path: &Path, is_dir| is_dir || glob.wants(path);
                set.walk(&glob.start, skip, glob.depth, Links::Refuse, wanted);
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

    /// One listing tells of most modules that their second file cannot be there.
    fn insert_modules(&mut self, dir: &Path, names: &[String]) {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let here: HashSet<OsString> = entries.map(|entry| entry.file_name()).collect();
        for name in names {
            let (file, nested) = (format!("{name}.rs"), dir.join(name).join("mod.rs"));
            let may_be_both = here.contains(OsStr::new(&file)) && here.contains(OsStr::new(name));
            if may_be_both && nested.symlink_metadata().is_ok() {
                self.insert(&dir.join(file), None);
                self.insert(&nested, None);
            }
        }
    }

    /// Inserts what a walk finds, and returns the directories that it looked into.
    fn walk(
        &mut self,
        dir: &Path,
        skip: &[PathBuf],
        depth: Depth,
        links: Links,
        wanted: impl FnMut(&Path, bool) -> bool,
    ) -> Vec<PathBuf> {
        let skip: Vec<PathBuf> = skip.iter().map(|s| normalize(&self.root.join(s))).collect();
        let found = walk::walk(Tour { dir, skip: &skip, depth, links }, wanted);
        for path in &found.files {
            self.insert(path, None);
        }
        for (path, error) in found.unlisted {
            // Where no directory is: recorded as what it is, like any other path.
            self.insert(&path, (!is_no_directory(&error)).then(|| error.to_string()));
        }
        found.directories
    }
}

/// Whether an error of listing a directory says that there is none, as opposed to that we may not
/// know: nothing is there, or a file, or a link that leads in a circle.
fn is_no_directory(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP))
}

/// A glob that is understood.
struct Glob {
    /// What it is relative to.
    base: PathBuf,
    /// Where its walk starts: below `base`, as far as the glob names directories in full.
    start: PathBuf,
    /// How far below `start` it can reach.
    depth: Depth,
    matcher: GlobMatcher,
}

impl Glob {
    /// Understands `glob`, which is relative to `base` unless it is absolute. An empty one is none.
    fn parse(base: &Path, glob: &str) -> Result<Option<Self>, BadGlob> {
        let base = if glob.starts_with('/') { Path::new("/") } else { base };
        // A walk gives paths without `.` and `//`, so the glob must do without them as well.
        let parts: Vec<&str> = glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let Some((_, dirs)) = parts.split_last() else { return Ok(None) };
        let tidy = parts.join("/");
        let matcher = compile_glob(&tidy)
            .map_err(|error| BadGlob { glob: glob.to_owned(), problem: error.problem })?;
        let literal = dirs.iter().take_while(|part| !is_glob(part)).count();
        let start = base.join(dirs[..literal].iter().collect::<PathBuf>());
        // `**` crosses directories; a class like `[!a]` can, because it may match a `/`.
        let depth = match tidy.contains("**") || tidy.contains('[') {
            true => Depth::All,
            false => Depth::Levels(parts.len() - literal),
        };
        Ok(Some(Self { base: base.to_path_buf(), start, depth, matcher }))
    }

    fn wants(&self, path: &Path) -> bool {
        path.strip_prefix(&self.base).is_ok_and(|inside| self.matcher.is_match(inside))
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

/// Whether `text` holds a character that is special in a glob; without one it names one path.
#[must_use]
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}
