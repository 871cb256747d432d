//! A slot on disk: the names in it, who may be believed about it, and its making.
//!
//! ```text
//! <store>/CACHEDIR.TAG
//! <store>/<key>/lock              held while a build runs; its content names the holder
//! <store>/<key>/stamp             the newest stamp
//! <store>/<key>/stamps/<n>        earlier generations
//! <store>/<key>/cargo-saw         what cargo last compiled from, in target/
//! <store>/<key>/archives/<digest>/libname.a
//! <store>/<key>/target/           cargo's, private
//! ```
//! The store is private: whoever can write it decides what is fresh. So a store of another owner, or
//! one that everyone may write, is refused before anything in it is believed, and nothing in it is
//! followed through a link.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{BuildError, Context};
use crate::key::Key;

/// Marks the store as a cache (<https://bford.info/cachedir/>), so that backups pass it over.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
# This file is a cache directory tag created by freshness.\n\
# For information about cache directory tags see https://bford.info/cachedir/\n";

/// The place of one key's archives.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    store: PathBuf,
    dir: PathBuf,
}

impl Slot {
    /// The slot of `key` in `store`; nothing is made or looked at yet.
    pub(crate) fn new(store: &Path, key: &Key) -> Self {
        Self { store: store.to_path_buf(), dir: store.join(key.as_str()) }
    }

    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    pub(crate) fn stamp(&self) -> PathBuf {
        self.dir.join("stamp")
    }

    pub(crate) fn stamps(&self) -> PathBuf {
        self.dir.join("stamps")
    }

    pub(crate) fn cargo_saw(&self) -> PathBuf {
        self.dir.join("cargo-saw")
    }

    pub(crate) fn archives(&self) -> PathBuf {
        self.dir.join("archives")
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.dir.join("target")
    }

    /// Whether what lies here may be believed. What is not there is not distrusted.
    ///
    /// # Errors
    /// A store or slot that is not a directory, is another's, or may be written by everyone; a link
    /// where a directory of the slot should be.
    pub(crate) fn check_trust(&self) -> Result<(), BuildError> {
        check_directory(&self.store, fs::metadata)?;
        for dir in [self.dir.clone(), self.archives(), self.stamps(), self.target()] {
            check_directory(&dir, fs::symlink_metadata)?;
        }
        let everyone_writes =
            |dir: &Path| fs::metadata(dir).is_ok_and(|metadata| metadata.mode() & 0o002 != 0);
        match [&self.store, &self.dir].into_iter().find(|dir| everyone_writes(dir)) {
            Some(path) => {
                let problem = "everyone may write it".into();
                Err(BuildError::Untrusted { path: path.clone(), problem })
            }
            None => Ok(()),
        }
    }

    /// Makes the store and the slot where they are missing, private to their owner.
    ///
    /// # Errors
    /// Those of making them; [`Slot::check_trust`]'s.
    pub(crate) fn create(&self) -> Result<(), BuildError> {
        self.check_trust()?;
        if let Some(parent) = self.store.parent() {
            fs::create_dir_all(parent).doing("create the store", parent)?;
        }
        make_private(&self.store).doing("create the store", &self.store)?;
        let tag = self.store.join("CACHEDIR.TAG");
        write_new(&tag, TAG.as_bytes()).doing("tag the store", &tag)?;
        for dir in [self.dir.clone(), self.archives(), self.stamps()] {
            make_private(&dir).doing("create the slot", &dir)?;
        }
        self.check_trust()
    }
}

fn check_directory(
    path: &Path,
    stat: impl Fn(PathBuf) -> io::Result<fs::Metadata>,
) -> Result<(), BuildError> {
    let untrusted =
        |problem: String| Err(BuildError::Untrusted { path: path.to_path_buf(), problem });
    let metadata = match stat(path.to_path_buf()) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).doing("look at the store", path),
    };
    if !metadata.is_dir() {
        return untrusted("it is not a directory".into());
    }
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me {
        return untrusted(format!("it belongs to user {}, not to user {me}", metadata.uid()));
    }
    Ok(())
}

fn make_private(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Writes a file unless it is there.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(bytes),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
