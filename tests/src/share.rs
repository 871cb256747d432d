//! A storage that is a directory, and what someone who may write there can do to it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::access::Access;
use crate::program;

/// What bodies are there for: the second part of their names.
pub const KINDS: [&str; 3] = ["closures", "entries", "archives"];

/// A directory that machines share.
#[derive(Debug)]
pub struct Share {
    root: PathBuf,
    _directory: TempDir,
}

impl Default for Share {
    fn default() -> Self {
        Self::new()
    }
}

impl Share {
    /// An empty one.
    ///
    /// # Panics
    /// It cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().tempdir_in(program::scratch()).unwrap();
        let root = fs::canonicalize(directory.path()).unwrap().join("share");
        fs::create_dir(&root).unwrap();
        Self { root, _directory: directory }
    }

    /// How a configuration names it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("fs://{}", self.root.display())
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Terms for who writes into it.
    #[must_use]
    pub fn writing(&self) -> Access {
        Access::writing(self.url())
    }

    /// The bodies of a kind in a namespace, in order.
    ///
    /// # Panics
    /// They cannot be listed.
    #[must_use]
    pub fn bodies(&self, namespace: &str, kind: &str) -> Vec<PathBuf> {
        files_below(&self.root.join(namespace).join(kind))
    }

    /// All files in it, those that are being written among them.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        files_below(&self.root)
    }

    /// The only body of a kind in a namespace.
    ///
    /// # Panics
    /// There is none, or there are more.
    #[track_caller]
    #[must_use]
    pub fn only(&self, namespace: &str, kind: &str) -> PathBuf {
        let mut bodies = self.bodies(namespace, kind);
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        bodies.remove(0)
    }

    /// Removes everything from it.
    ///
    /// # Panics
    /// It cannot be.
    pub fn clear(&self) {
        fs::remove_dir_all(&self.root).unwrap();
        fs::create_dir(&self.root).unwrap();
    }

    /// Keeps what it holds now, to be put back.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    pub fn held(&self) -> Vec<(PathBuf, Vec<u8>)> {
        self.files().into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    }

    /// Holds just this again.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn hold(&self, held: &[(PathBuf, Vec<u8>)]) {
        self.clear();
        for (path, bytes) in held {
            crate::files::write(path, bytes);
        }
    }
}

/// Inverts one bit of a body.
///
/// # Panics
/// It has no such byte.
pub fn flip(body: &Path, byte: u64) {
    try_flip(body, byte).unwrap();
}

/// Cuts a body, or makes it longer with zeros that take no room.
///
/// # Panics
/// It cannot be written.
pub fn resize(body: &Path, bytes: u64) {
    try_resize(body, bytes).unwrap();
}

pub(crate) fn try_flip(body: &Path, byte: u64) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(body)?;
    let mut one = [0];
    file.read_exact_at(&mut one, byte)?;
    file.write_all_at(&[one[0] ^ 1 << (byte % 8)], byte)
}

pub(crate) fn try_resize(body: &Path, bytes: u64) -> io::Result<()> {
    File::options().write(true).open(body)?.set_len(bytes)
}

/// All that is no directory below a directory, in order; nothing where there is none.
///
/// # Panics
/// One cannot be listed.
#[must_use]
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    list(directory, &mut files);
    files.sort();
    files
}

fn list(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.map(Result::unwrap) {
        // What is gone by now is none.
        match entry.file_type().map(|kind| kind.is_dir()) {
            Ok(true) => list(&entry.path(), files),
            Ok(false) => files.push(entry.path()),
            Err(_) => {}
        }
    }
}
