//! A directory with a few inputs, and `freshness run` in it with a command that keeps count.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::files::write;
use crate::program;
use crate::run::Run;

/// Joins the inputs into the output, and keeps count.
const JOIN: &str = "echo ran >> \"$LOG\"; cat in/*.txt > out";

/// The directory `in` with `a.txt` and `b.txt`, of which a command makes `out`.
#[derive(Debug)]
pub struct Errand {
    root: PathBuf,
    _directory: TempDir,
}

impl Default for Errand {
    fn default() -> Self {
        Self::new()
    }
}

impl Errand {
    /// Writes the inputs; there is no configuration.
    ///
    /// # Panics
    /// They cannot be written.
    #[must_use]
    pub fn new() -> Self {
        // Not below this repository, whose rules of what git ignores would count.
        let directory = tempfile::Builder::new().tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let errand = Self { root, _directory: directory };
        errand.write("in/a.txt", "a\n");
        errand.write("in/b.txt", "b\n");
        errand
    }

    /// The directory of everything; commands run in one below it.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path where commands run.
    #[must_use]
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join("work").join(path)
    }

    /// Writes a file where commands run.
    pub fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        write(&self.path(path), text);
    }

    /// What a file holds.
    ///
    /// # Panics
    /// It cannot be read.
    #[track_caller]
    #[must_use]
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// A run of `freshness` there.
    pub fn freshness(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        let run = Run::new(program::freshness(), &self.path("")).args(args).like_ours();
        run.env("PATH", std::env::var_os("PATH").unwrap()).env("LOG", self.root.join("log"))
    }

    /// `freshness run` with these options and this script of the shell.
    pub fn script(&self, options: &[&str], script: &str) -> Run {
        let command = ["--", "sh", "-c", script];
        self.freshness(["run"].iter().chain(options).chain(&command))
    }

    /// `freshness run` of the command that joins what is in `in` into `out`, with further options.
    pub fn join(&self, options: &[&str]) -> Run {
        self.script(&[&["--input", "in", "--output", "out"], options].concat(), JOIN)
    }

    /// The same, which only says whether it would run, for [`crate::Ran::reasons`].
    pub fn check(&self, options: &[&str]) -> Run {
        self.join(&[&["--dry-run", "--format", "json"], options].concat())
    }

    /// Why the joining is stale by this strategy.
    ///
    /// # Panics
    /// It is trouble.
    #[track_caller]
    #[must_use]
    pub fn stale_by(&self, strategy: &str) -> Vec<String> {
        self.check(&["--strategy", strategy]).run().reasons()
    }

    /// Demands that both strategies call it stale for just this reason, or fresh for none.
    ///
    /// # Panics
    /// One does not.
    #[track_caller]
    pub fn assert_reason(&self, reason: Option<&str>) {
        for strategy in ["mtime", "hash"] {
            assert_eq!(self.stale_by(strategy), Vec::from_iter(reason), "by {strategy}");
        }
    }

    /// How often the command ran.
    ///
    /// # Panics
    /// The log cannot be read.
    #[must_use]
    pub fn runs(&self) -> usize {
        fs::read_to_string(self.root.join("log")).unwrap_or_default().lines().count()
    }

    /// Where the stamps of this directory's store lie.
    ///
    /// # Panics
    /// The store cannot be listed.
    #[must_use]
    pub fn stamps(&self) -> Vec<PathBuf> {
        let Ok(slots) = fs::read_dir(self.path("target/freshness")) else { return Vec::new() };
        let stamps = slots.map(|slot| slot.unwrap().path().join("stamp"));
        stamps.filter(|stamp| stamp.exists()).collect()
    }
}
