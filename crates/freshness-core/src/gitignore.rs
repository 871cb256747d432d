//! What the `.gitignore` files of a repository leave out, read as they are needed.
//!
//! The rules are read by the library that cargo and others read them with; the nearest rule decides. Only
//! rules in the repository count, not those in the user's home. Doubt leaves nothing out: a rule that cannot
//! be read is none, and whoever records what was found learns that it rests on doubt.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::snapshot::Meta;
use crate::sys;

/// The name of the files that hold rules.
pub(crate) const RULES: &str = ".gitignore";

/// Below the top directory, the rules of the whole repository that no one else sees.
const OWN_RULES: &str = ".git/info/exclude";

/// More than any list of rules that a person wrote.
const MAX_RULES_BYTES: u64 = 1 << 20;

/// The rules below one directory.
#[derive(Debug)]
pub(crate) struct GitRules {
    top: PathBuf,
    own: Gitignore,
    by_directory: HashMap<PathBuf, Gitignore>,
    /// The files that were looked for, and what was there.
    read: BTreeMap<PathBuf, Option<Meta>>,
    /// Whether one of them is there and could not be read.
    unsure: bool,
}

impl GitRules {
    /// Those of the repository whose top directory this is.
    pub(crate) fn new(top: &Path) -> Self {
        let mut rules = Self {
            top: top.to_path_buf(),
            own: Gitignore::empty(),
            by_directory: HashMap::new(),
            read: BTreeMap::new(),
            unsure: false,
        };
        rules.own = rules.read(top, top.join(OWN_RULES));
        rules
    }

    /// The top directory.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// The files that rules came from, or would come from, and what was there; `None` where one of them is
    /// there and could not be read.
    pub(crate) fn into_read(self) -> Option<BTreeMap<PathBuf, Option<Meta>>> {
        (!self.unsure).then_some(self.read)
    }

    /// Whether a rule leaves out `path`, whose directory none leaves out.
    pub(crate) fn ignores(&mut self, path: &Path, is_dir: bool) -> bool {
        let mut dir = path.parent();
        while let Some(at) = dir.filter(|dir| dir.starts_with(&self.top)) {
            if !self.by_directory.contains_key(at) {
                let rules = self.read(at, at.join(RULES));
                self.by_directory.insert(at.to_path_buf(), rules);
            }
            match self.by_directory[at].matched(path, is_dir) {
                Match::None => dir = at.parent(),
                found => return found.is_ignore(),
            }
        }
        self.own.matched(path, is_dir).is_ignore()
    }

    /// The rules in `file`, which are relative to `dir`; none where it is no file of text.
    fn read(&mut self, dir: &Path, file: PathBuf) -> Gitignore {
        let mut text = Vec::new();
        let opened = sys::open_regular(&file, sys::Links::Follow);
        let read = opened.and_then(|opened| {
            let meta = sys::meta_of(&opened.metadata()?);
            opened.take(MAX_RULES_BYTES).read_to_end(&mut text).map(|_| meta)
        });
        self.unsure |= read.as_ref().is_err_and(|error| !is_nothing(error));
        self.read.insert(file, read.ok());
        // What was read before an error still counts: git and cargo go by the lines as well.
        compile(dir, String::from_utf8_lossy(&text).lines())
    }
}

/// Whether an error says that nothing is there.
pub(crate) fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Understands lines that are written as in a `.gitignore` in `dir`.
pub(crate) fn compile<'l>(dir: &Path, lines: impl Iterator<Item = &'l str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(dir);
    for line in lines {
        // A line that is no rule leaves nothing out.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
