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
