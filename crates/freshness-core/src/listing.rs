//! Which files of a package cargo lists: what `include` and `exclude` say, what is hidden, what git ignores.
//!
//! cargo asks this of a package whose build script names no file (`list_files` in its
//! `sources/path.rs`); the rules are written as in a `.gitignore` and read by the library that cargo
//! reads them with. Doubt lists: a rule that cannot be read leaves nothing out, and of git's own rules
//! only those in the repository count, not those in the user's home. A file that git keeps although it
//! ignores it is listed by cargo and not here: whoever records such a package names it besides.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::sys;

/// More than any list of rules that a person wrote.
const MAX_RULES_BYTES: u64 = 1 << 20;

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

/// The rules of a repository, read as they are needed.
#[derive(Debug)]
struct Git {
    top: PathBuf,
    /// Those of the whole repository, which no one else sees.
    own: Gitignore,
    by_directory: HashMap<PathBuf, Gitignore>,
    /// Whether the package itself is ignored, so that only files that git keeps are listed.
    is_all_ignored: bool,
}

impl Git {
    fn new(top: &Path, package: &Path) -> Self {
        let own = read(top, &top.join(".git/info/exclude"));
        let top = top.to_path_buf();
        let mut git = Self { top, own, by_directory: HashMap::new(), is_all_ignored: false };
        let above: Vec<&Path> =
            package.ancestors().take_while(|dir| dir.starts_with(&git.top)).collect();
        let below_top = above.into_iter().filter(|dir| *dir != git.top).collect::<Vec<_>>();
        git.is_all_ignored = below_top.into_iter().any(|dir| git.ignores(dir, true));
        git
    }

    /// Whether git ignores `path`, whose directory it does not ignore. The nearest rule decides.
    fn ignores(&mut self, path: &Path, is_dir: bool) -> bool {
        if self.is_all_ignored {
            return true;
        }
        for dir in path.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.top)) {
            let rules = match self.by_directory.get(dir) {
                Some(rules) => rules,
                None => {
                    let rules = read(dir, &dir.join(".gitignore"));
                    self.by_directory.entry(dir.to_path_buf()).or_insert(rules)
                }
            };
            match rules.matched(path, is_dir) {
                Match::None => {}
                found => return found.is_ignore(),
            }
        }
        self.own.matched(path, is_dir).is_ignore()
    }
}

/// The rules in `file`, which are relative to `dir`; none where it is no file of text.
fn read(dir: &Path, file: &Path) -> Gitignore {
    let mut text = Vec::new();
    if let Ok(file) = sys::open_regular(file, sys::Links::Follow) {
        // What was read before an error still counts: git and cargo go by the lines as well.
        let _ = file.take(MAX_RULES_BYTES).read_to_end(&mut text);
    }
    compile(dir, String::from_utf8_lossy(&text).lines())
}

fn compile<'l>(dir: &Path, lines: impl Iterator<Item = &'l str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(dir);
    for line in lines {
        // A line that is no rule leaves nothing out.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
