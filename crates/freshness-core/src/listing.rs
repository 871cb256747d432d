//! Which files of a package cargo lists: what `include` and `exclude` say, what is hidden, what git ignores.
//!
//! cargo asks this of a package whose build script names no file (`list_files` in its
//! `sources/path.rs`); the rules are written as in a `.gitignore` and read by the library that cargo
//! reads them with. Doubt lists: a rule that cannot be read leaves nothing out, and of git's own rules
//! only those in the repository count, not those in the user's home. A file that git keeps although it
//! ignores it is listed by cargo and not here: whoever records such a package names it besides.

use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;

use crate::gitignore::{GitRules, compile};

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
    git: Option<Git>,
}

impl Rules {
    /// Reads the rules for the package in `dir`; `root` is what relative paths are relative to.
    pub(crate) fn new(root: &Path, dir: &Path, listing: &Listing) -> Self {
        let (lines, only_matched, git) = match listing {
            Listing::Included(lines) => (lines.clone(), true, None),
            Listing::Visible(lines) => ([&[".*".to_owned()], &lines[..]].concat(), false, None),
            Listing::Versioned { top, excluded } => {
                (excluded.clone(), false, Some(Git::new(&root.join(top), dir)))
            }
        };
        let lines = lines.iter().map(String::as_str);
        Self { dir: dir.to_path_buf(), rules: compile(dir, lines), only_matched, git }
    }

    /// Whether the file at `path` is listed, or anything below the directory there may be.
    pub(crate) fn list(&mut self, path: &Path, is_dir: bool) -> bool {
        let Ok(relative) = path.strip_prefix(&self.dir) else { return true };
        if ["Cargo.toml", "Cargo.lock"].map(Path::new).contains(&relative) {
            return true;
        }
        if is_dir && path.join("Cargo.toml").exists() {
            return false;
        }
        let is_matched = self.rules.matched_path_or_any_parents(relative, is_dir).is_ignore();
        let is_named = if self.only_matched { is_dir || is_matched } else { !is_matched };
        is_named && self.git.as_mut().is_none_or(|git| !git.ignores(path, is_dir))
    }
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
