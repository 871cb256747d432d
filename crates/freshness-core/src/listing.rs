//! Which files of a package cargo lists: what `include` and `exclude` say, what is hidden, what git ignores.
//!
//! cargo asks this of a package whose build script names no file (`list_files` in its
//! `sources/path.rs`); the rules are written as in a `.gitignore` and read by the library that cargo
//! reads them with. Doubt lists: a rule that cannot be read leaves nothing out, and of git's own rules
//! only those in the repository count, not those in the user's home. A file that git keeps although it
//! ignores it is listed by cargo and not here: whoever records such a package names it besides.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::Gitignore;

use crate::gitignore::{GitRules, compile};

/// What names everything hidden.
const HIDDEN: &str = ".*";

/// What decides which files of a package are listed. `Cargo.toml` and `Cargo.lock` at its root always are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listing {
    /// What these rules match, the manifest's `include`.
    Included(Vec<String>),
    /// What is not hidden and not matched by these rules, the manifest's `exclude`: a package outside git.
    Visible(Vec<String>),
    /// What git does not ignore and these rules, the manifest's `exclude`, do not match.
    Versioned {
        /// The top directory of the repository.
        top: PathBuf,
        /// The rules.
        excluded: Vec<String>,
    },
}

/// A listing made ready to ask, for the package in one directory.
#[derive(Debug)]
pub(crate) struct Rules {
    dir: PathBuf,
    rules: Gitignore,
    /// Whether only what the rules match is listed, as opposed to what they do not match.
    only_matched: bool,
    /// Whether a rule of ours leaves out what is hidden.
    hides: bool,
    git: Option<Git>,
}

impl Rules {
    /// Reads the rules for the package in `dir`; `root` is what relative paths are relative to.
    pub(crate) fn new(root: &Path, dir: &Path, listing: &Listing) -> Self {
        let (lines, only_matched, git) = match listing {
            Listing::Included(lines) => (lines.clone(), true, None),
            Listing::Visible(lines) => ([&[HIDDEN.to_owned()], &lines[..]].concat(), false, None),
            Listing::Versioned { top, excluded } => {
                (excluded.clone(), false, Some(Git::new(&root.join(top), dir)))
            }
        };
        let lines = lines.iter().map(String::as_str);
        let hides = matches!(listing, Listing::Visible(_));
        Self { dir: dir.to_path_buf(), rules: compile(dir, lines), only_matched, hides, git }
    }

    /// Whether the file at `path` is listed, or anything below the directory there may be.
    pub(crate) fn list(&mut self, path: &Path, is_dir: bool) -> bool {
        self.left_out(path, is_dir).is_none()
    }

    /// What keeps the file or directory at `path`, whose directory is listed, out of the listing.
    fn left_out(&mut self, path: &Path, is_dir: bool) -> Option<LeftOut> {
        let relative = path.strip_prefix(&self.dir).ok()?;
        if ["Cargo.toml", "Cargo.lock"].map(Path::new).contains(&relative) {
            return None;
        }
        if is_dir && path.join("Cargo.toml").exists() {
            return Some(LeftOut::Nested);
        }
        match self.rules.matched_path_or_any_parents(relative, is_dir) {
            Match::Ignore(rule) if !self.only_matched => {
                return Some(match rule.original() {
                    HIDDEN if self.hides => LeftOut::Hidden,
                    rule => LeftOut::Excluded(rule.to_owned()),
                });
            }
            Match::None | Match::Whitelist(_) if self.only_matched && !is_dir => {
                return Some(LeftOut::NotIncluded);
            }
            _ => {}
        }
        let is_ignored = self.git.as_mut().is_some_and(|git| git.ignores(path, is_dir));
        is_ignored.then_some(LeftOut::GitIgnores)
    }
}

/// What keeps a path out of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is the directory of another package.
    Nested,
    /// No rule of `include` names it.
    NotIncluded,
    /// It is hidden, in a package outside git.
    Hidden,
    /// This rule of `exclude` names it.
    Excluded(String),
    /// git ignores it.
    GitIgnores,
}

/// What keeps `path` out of the listing of the package in `dir`: of each directory above it, from the package
/// down, and of itself. Empty where it is listed.
pub fn left_out<'p>(
    root: &Path,
    dir: &Path,
    listing: &Listing,
    path: &'p Path,
) -> Vec<(&'p Path, LeftOut)> {
    let mut rules = Rules::new(root, dir, listing);
    let mut parts: Vec<&Path> = path.ancestors().take_while(|part| *part != dir).collect();
    parts.reverse();
    let left_out = |part| Some((part, rules.left_out(part, part != path || part.is_dir())?));
    parts.into_iter().filter_map(left_out).collect()
}

/// The rules of the repository that a package is in.
#[derive(Debug)]
struct Git {
    rules: GitRules,
    /// Whether the package itself is ignored, so that only files that git keeps are listed.
    is_all_ignored: bool,
}

impl Git {
    fn new(top: &Path, package: &Path) -> Self {
        let mut rules = GitRules::new(top);
        let above: Vec<&Path> =
            package.ancestors().take_while(|dir| dir.starts_with(rules.top())).collect();
        let is_all_ignored = above.into_iter().any(|dir| dir != top && rules.ignores(dir, true));
        Self { rules, is_all_ignored }
    }

    /// Whether git ignores `path`, whose directory it does not ignore.
    fn ignores(&mut self, path: &Path, is_dir: bool) -> bool {
        self.is_all_ignored || self.rules.ignores(path, is_dir)
    }
}
