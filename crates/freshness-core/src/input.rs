//! What to look at: patterns that name inputs, and why each of them is one.
//!
//! A pattern says where inputs are, not what they are like now: [`crate::discover()`] turns
//! patterns into a list of paths, and that list is part of what a stamp vouches for. A path that
//! does not exist stays in the list, because its appearing would matter.

use std::path::{Path, PathBuf};

use crate::listing::Listing;

/// A pattern together with the reason it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputSpec {
    /// Where the inputs are.
    pub pattern: Pattern,
    /// Why they are inputs, in a few words for a reader: `manifest of runtime`.
    pub why: String,
}

/// Where inputs are. Relative paths are relative to the workspace root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// One path, present or absent.
    Path(PathBuf),
    /// Every file below a directory; links are listed and not followed.
    Tree {
        /// The directory.
        dir: PathBuf,
        /// Directories below it that are not looked into, known by where they are.
        skip: Vec<PathBuf>,
    },
    /// Everything below a directory as cargo looks at a directory that a build script names: through
    /// links, each directory once, directories included.
    Followed {
        /// The directory.
        dir: PathBuf,
        /// Directories below it that are not looked into, known by where they are.
        skip: Vec<PathBuf>,
    },
    /// The files of a package as cargo lists them, through links, but for packages nested in it.
    Package {
        /// The directory of its manifest.
        dir: PathBuf,
        /// Directories below it that are not looked into, known by where they are.
        skip: Vec<PathBuf>,
        /// What decides which of its files are listed.
        listing: Listing,
    },
    /// The files that rustc would take these modules from, `name.rs` and `name/mod.rs`, where both may be
    /// there: it takes neither then (error E0761), so the second one's appearing matters. They may be where
    /// `name.rs` and something called `name` are; what is not there yet counts as absent.
    Modules {
        /// The directory that both are in.
        dir: PathBuf,
        /// The names of the modules.
        names: Vec<String>,
    },
    /// Every file below `base` whose path relative to `base` matches `glob`.
    ///
    /// `*` and `?` do not cross a `/`; `**` does, and does not follow links.
    Glob {
        /// The directory that the glob is relative to.
        base: PathBuf,
        /// The glob.
        glob: String,
        /// Directories below it that are not looked into, known by where they are.
        skip: Vec<PathBuf>,
    },
    /// Every file that the last of these entries to match it takes, and git does not ignore.
    ///
    /// An entry is a glob as above; without special characters it names a path, and whatever is below it. One
    /// that begins with `!` takes nothing and leaves out what it matches.
    Selected {
        /// The directory that entries are relative to.
        base: PathBuf,
        /// The directory whose rules of what git ignores count, and those below it.
        top: PathBuf,
        /// The entries, in order.
        entries: Vec<PathBuf>,
        /// Files and directories that are left out, known by where they are.
        skip: Vec<PathBuf>,
    },
}

impl Pattern {
    /// The same with every path in it replaced, those that are skipped included; nothing where one has no
    /// replacement. Globs and entries of a selection are relative to such a path, and stay.
    #[must_use]
    pub fn map_paths(&self, map: &mut dyn FnMut(&Path) -> Option<PathBuf>) -> Option<Self> {
        let all = |paths: &[PathBuf], map: &mut dyn FnMut(&Path) -> Option<PathBuf>| {
            paths.iter().map(|path| map(path)).collect::<Option<Vec<PathBuf>>>()
        };
        Some(match self {
            Pattern::Path(path) => Pattern::Path(map(path)?),
            Pattern::Tree { dir, skip } => Pattern::Tree { dir: map(dir)?, skip: all(skip, map)? },
            Pattern::Followed { dir, skip } => {
                Pattern::Followed { dir: map(dir)?, skip: all(skip, map)? }
            }
            Pattern::Package { dir, skip, listing } => {
                let listing = match listing {
                    Listing::Versioned { top, excluded } => {
                        Listing::Versioned { top: map(top)?, excluded: excluded.clone() }
                    }
                    listing => listing.clone(),
                };
                Pattern::Package { dir: map(dir)?, skip: all(skip, map)?, listing }
            }
            Pattern::Modules { dir, names } => {
                Pattern::Modules { dir: map(dir)?, names: names.clone() }
            }
            Pattern::Glob { base, glob, skip } => {
                let skip = all(skip, map)?;
                Pattern::Glob { base: map(base)?, glob: glob.clone(), skip }
            }
            Pattern::Selected { base, top, entries, skip } => Pattern::Selected {
                base: map(base)?,
                top: map(top)?,
                entries: entries.clone(),
                skip: all(skip, map)?,
            },
        })
    }
}
