//! A directory of its own for each test, and the few things that tests do in it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use freshness_core::{InputPath, InputSpec, Pattern, Snapshot, State, discover};
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

/// What cargo writes into its target directory.
pub const TAG_OF_CARGO: &str = "Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by cargo.
# For information about cache directory tags see https://bford.info/cachedir/
";

pub struct World {
    dir: TempDir,
    root: PathBuf,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("ws");
        fs::create_dir(&root).unwrap();
        Self { dir, root }
    }

    /// The workspace root; a test may use what is beside it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn outside(&self) -> &Path {
        self.dir.path()
    }

    /// The absolute path, with the directories above it made.
    pub fn place(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub fn write(&self, path: impl AsRef<Path>, text: &str) {
        fs::write(self.place(path), text).unwrap();
    }

    pub fn files<const N: usize>(&self, paths: [&str; N]) {
        for path in paths {
            self.write(path, "");
        }
    }

    pub fn link(&self, path: &str, text: impl AsRef<Path>) {
        symlink(text, self.place(path)).unwrap();
    }

    pub fn fifo(&self, path: &str) {
        mkfifoat(CWD, self.place(path), Mode::RUSR | Mode::WUSR).unwrap();
    }

    pub fn socket(&self, path: &str) {
        // The name stays when the listener goes.
        drop(UnixListener::bind(self.place(path)).unwrap());
    }

    /// The paths that `patterns` list, as bytes, in order.
    pub fn list<const N: usize>(&self, patterns: [Pattern; N]) -> Vec<String> {
        let specs = patterns.map(spec);
        let paths = discover(&self.root, &specs).unwrap().paths;
        paths.keys().map(InputPath::to_string).collect()
    }

    /// What one path is when a snapshot of `pattern` is taken.
    pub fn state(&self, pattern: Pattern, path: impl AsRef<Path>) -> State {
        let snapshot = Snapshot::take(discover(&self.root, &[spec(pattern)]).unwrap());
        let path = InputPath::new(&self.root, path.as_ref());
        snapshot.get(&path).expect("the path is listed").clone()
    }
}

pub fn spec(pattern: Pattern) -> InputSpec {
    InputSpec { pattern, why: "a test".into() }
}

pub fn path(path: &str) -> Pattern {
    Pattern::Path(path.into())
}

pub fn tree(dir: &str) -> Pattern {
    Pattern::Tree { dir: dir.into(), skip: Vec::new() }
}

pub fn glob(glob: &str) -> Pattern {
    Pattern::Glob { base: "".into(), glob: glob.into(), skip: Vec::new() }
}

pub fn name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}
