//! Turns patterns into the list of paths that a snapshot will look at.
//!
//! The list is sorted and without repeats, whatever order directories are read in. Directories are
//! not inputs of their own, but where a build script may have listed them: an added file is seen by
//! its path, and an empty directory changes no archive. A directory that cannot be listed *is*
//! listed, with why, because what it holds cannot be vouched for. Costs one `readdir` per directory
//! of each tree, and of each glob as deep as it can match.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::gitignore::GitRules;
use crate::input::{InputSpec, Pattern};
use crate::listing::Rules;
use crate::lists::{self, DirStat, ListedDir, Lists};
use crate::path::{InputPath, normalize};
use crate::selection::Selection;
use crate::sys::{self, Links};
use crate::walk::{self, Depth, Tour, Walk};

/// The paths to look at, in path order.
#[derive(Debug)]
pub struct InputSet {
    /// The absolute directory that relative paths are relative to.
    pub root: PathBuf,
    /// Each path, and how it was found.
    pub paths: BTreeMap<InputPath, Found>,
    /// What was listed to find them.
    pub lists: Lists,
}

/// How a path was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The error that kept it from being listed, where it is such a directory.
    pub unlisted: Option<String>,
    /// Whether it follows from [`InputSet::lists`].
    pub listed: bool,
}

/// A glob that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("read the glob `{glob}`: {problem}")]
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
    let mut set = InputSet::named(root, []);
    for spec in specs {
        match &spec.pattern {
            Pattern::Path(path) => _ = set.insert(path),
            Pattern::Tree { dir, skip } => {
                let found = set.walk(&root.join(dir), skip, Depth::All, Links::Refuse, |_, _| true);
                set.insert_listed(found);
            }
            Pattern::Followed { dir, skip } => {
                let dir = root.join(dir);
                let found = set.walk(&dir, skip, Depth::All, Links::Follow, |_, _| true);
                // A build script may list directories, so an empty one can matter.
                found.directories.iter().for_each(|path| set.insert(path).listed = true);
                set.insert_listed(found);
            }
            Pattern::Package { dir, skip, listing } => {
                let dir = root.join(dir);
                let mut rules = Rules::new(root, &dir, listing);
                let wanted = |path: &Path, is_dir| rules.list(path, is_dir);
                let found = set.walk(&dir, skip, Depth::All, Links::Follow, wanted);
                set.insert_found(&found.files, found.unlisted, false);
            }
            Pattern::Modules { dir, names } => set.insert_modules(&root.join(dir), names),
            Pattern::Glob { base, glob, skip } => {
                let Some(glob) = Glob::parse(&root.join(base), glob)? else { continue };
                let wanted = |path: &Path, is_dir| is_dir || glob.wants(path);
                let found = set.walk(&glob.start, skip, glob.depth, Links::Refuse, wanted);
                set.insert_listed(found);
            }
            Pattern::Selected { base, top, entries, skip } => {
                let selection = Selection::parse(&root.join(base), entries)?;
                set.insert_selected(&selection, &root.join(top), skip);
            }
        }
    }
    Ok(set)
}

impl InputSet {
    /// These paths, named one by one.
    #[must_use]
    pub fn named(root: &Path, paths: impl IntoIterator<Item = InputPath>) -> Self {
        let paths = paths.into_iter().map(|path| (path, Found::default())).collect();
        let lists = Lists { complete: true, ..Lists::default() };
        Self { root: root.to_path_buf(), paths, lists }
    }

    fn insert(&mut self, path: &Path) -> &mut Found {
        self.paths.entry(InputPath::new(&self.root, path)).or_default()
    }

    /// One listing tells of most modules that their second file cannot be there.
    fn insert_modules(&mut self, dir: &Path, names: &[String]) {
        let (Ok(own), Ok(here)) = (DirStat::at(dir), lists::entries(dir)) else {
            // Its modules are inputs by themselves, and gone.
            self.lists.complete = false;
            return;
        };
        for name in names {
            let is_here = |name: &str| {
                [true, false].map(|is_dir| here.contains(&(name.into(), is_dir))) != [false; 2]
            };
            let file = format!("{name}.rs");
            if is_here(&file) && is_here(name) {
                self.insert(&dir.join(file)).listed = true;
                self.insert(&dir.join(name).join("mod.rs")).listed = true;
            }
        }
        self.lists.add(self.key(dir), ListedDir { own: Some(own), others: here });
    }

    fn walk(
        &self,
        dir: &Path,
        skip: &[PathBuf],
        depth: Depth,
        links: Links,
        wanted: impl FnMut(&Path, bool) -> bool,
    ) -> Walk {
        let skip: Vec<PathBuf> = skip.iter().map(|s| normalize(&self.root.join(s))).collect();
        walk::walk(Tour { dir, skip: &skip, depth, links }, wanted)
    }

    fn insert_selected(&mut self, selection: &Selection, top: &Path, skip: &[PathBuf]) {
        for path in selection.paths().filter(|path| !skip.iter().any(|skip| skip == path)) {
            // It is looked at by its name, whatever is listed.
            self.insert(path).listed = true;
        }
        for (start, depth) in selection.tours() {
            // Rules above a directory outside do not reach into it.
            let top = if start.starts_with(top) { top } else { start };
            let mut rules = GitRules::new(top);
            let wanted = |path: &Path, is_dir| {
                selection.takes(path, is_dir)
                    && (is_dir || !skip.iter().any(|skip| skip == path))
                    && !rules.ignores(path, is_dir)
            };
            let found = self.walk(start, skip, depth, Links::Refuse, wanted);
            self.insert_listed(found);
            match rules.into_read() {
                Some(read) => self.lists.add_rules(read, start),
                None => self.lists.complete = false,
            }
        }
    }

    /// Inserts what follows from what a walk listed.
    fn insert_listed(&mut self, found: Walk) {
        let unsure = found.unlisted.iter().any(|(_, error)| !sys::leads_nowhere(error));
        self.lists.complete &= !unsure && !found.met_link;
        self.lists.tagged.extend(found.tagged);
        for (dir, listed) in found.listed {
            self.lists.add(self.key(&dir), listed);
        }
        self.insert_found(&found.files, found.unlisted, true);
    }

    fn insert_found(
        &mut self,
        files: &[PathBuf],
        unlisted: Vec<(PathBuf, io::Error)>,
        listed: bool,
    ) {
        for path in files {
            self.insert(path).listed |= listed;
        }
        for (path, error) in unlisted {
            let found = self.insert(&path);
            found.listed |= listed;
            // Where no directory is: recorded as what it is, like any other path.
            if !sys::leads_nowhere(&error) {
                found.unlisted = Some(error.to_string());
            }
        }
    }

    /// A directory as [`Lists`] names it.
    fn key(&self, dir: &Path) -> PathBuf {
        let dir = normalize(dir);
        match dir.strip_prefix(&self.root) {
            Ok(inside) if inside.as_os_str().is_empty() => PathBuf::new(),
            Ok(inside) => inside.join(""),
            Err(_) => dir.join(""),
        }
    }
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
