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

use crate::durable;
use crate::error::{BuildError, Context};
use crate::key::Key;
use crate::small_file;

/// Marks the store as a cache (<https://bford.info/cachedir/>), so that backups pass it over.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
# This file is a cache directory tag created by freshness.\n\
# For information about cache directory tags see https://bford.info/cachedir/\n";

/// The name of the tag.
pub(crate) const TAG_NAME: &str = "CACHEDIR.TAG";

/// How much of the tag makes it one.
const SIGNATURE_LENGTH: usize = 43;

/// The place of one key's archives.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    store: PathBuf,
    dir: PathBuf,
}

impl Slot {
    /// The slot of `key` in `store`; nothing is made or looked at yet.
    pub(crate) fn new(store: &Path, key: &Key) -> Self {
        Self::named(store, key.as_str())
    }

    /// The slot whose key is this text.
    pub(crate) fn named(store: &Path, key: &str) -> Self {
        Self { store: store.to_path_buf(), dir: store.join(key) }
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

    /// Whether what lies here may be believed. What is not there is not distrusted, and what is no
    /// directory holds nothing that could be believed.
    ///
    /// # Errors
    /// A store that is not a directory; a store or slot that is another's, or may be written by
    /// everyone.
    pub(crate) fn check_trust(&self) -> Result<(), BuildError> {
        let parts = [self.archives(), self.stamps(), self.target()].map(|path| (path, Part::Below));
        let places = [(self.store.clone(), Part::Store), (self.dir.clone(), Part::Slot)];
        for (path, part) in places.into_iter().chain(parts) {
            if let Some(problem) = distrust(&path, part).doing("look at the store", &path)? {
                return Err(BuildError::Untrusted { path, problem });
            }
        }
        Ok(())
    }

    /// Makes the store and the slot where they are missing, private to their owner. Whatever stands in
    /// the place of a directory of the slot is removed; a link is removed, not what it leads to.
    ///
    /// # Errors
    /// Those of making them; [`Slot::check_trust`]'s.
    pub(crate) fn create(&self) -> Result<(), BuildError> {
        self.check_trust()?;
        make_store(&self.store)?;
        let is_in_the_way = |path: &Path| fs::symlink_metadata(path).is_ok_and(|m| !m.is_dir());
        for dir in [self.dir.clone(), self.archives(), self.stamps(), self.target()] {
            if is_in_the_way(&dir) {
                durable::remove_any(&dir).doing("clear", &dir)?;
            }
        }
        for dir in [self.dir.clone(), self.archives(), self.stamps()] {
            make_private(&dir).doing("create the slot", &dir)?;
        }
        self.check_trust()
    }
}

/// A directory whose owner and mode matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The store itself; whoever configured it may have chosen a link.
    Store,
    /// A slot.
    Slot,
    /// What a slot keeps, behind the slot's own mode.
    Below,
}

/// Why a directory must not be believed; nothing for one that may be, or is not there.
///
/// # Errors
/// It cannot be looked at.
pub(crate) fn distrust(path: &Path, part: Part) -> io::Result<Option<String>> {
    let is_store = part == Part::Store;
    let stat = if is_store { fs::metadata(path) } else { fs::symlink_metadata(path) };
    let metadata = match stat {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (owner, me) = (metadata.uid(), rustix::process::geteuid().as_raw());
    let is_open = metadata.is_dir() && metadata.mode() & 0o002 != 0;
    Ok(if is_store && !metadata.is_dir() {
        Some("it is not a directory".into())
    } else if owner != me {
        Some(format!("it belongs to user {owner}, not to user {me}"))
    } else if is_open && part != Part::Below {
        Some("everyone may write it".into())
    } else {
        None
    })
}

/// Makes the store where it is missing, private to its owner, and tags it.
///
/// # Errors
/// Those of making it.
pub(crate) fn make_store(store: &Path) -> Result<(), BuildError> {
    if let Some(parent) = store.parent() {
        fs::create_dir_all(parent).doing("create the store", parent)?;
    }
    make_private(store).doing("create the store", store)?;
    let tag = store.join(TAG_NAME);
    write_new(&tag, TAG.as_bytes()).doing("tag the store", &tag)
}

/// Whether the store says of itself that it is a cache.
pub(crate) fn has_tag(store: &Path) -> bool {
    let text = small_file::read_text(&store.join(TAG_NAME)).unwrap_or_default();
    text.starts_with(&TAG[..SIGNATURE_LENGTH])
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::testing;

    fn problem(slot: &Slot) -> String {
        slot.check_trust().unwrap_err().to_string()
    }

    #[test]
    fn a_slot_is_made_private_and_the_store_tagged() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        for made in [slot.store(), slot.dir(), &slot.archives()] {
            assert_eq!(fs::metadata(made).unwrap().mode() & 0o777, 0o700, "{made:?}");
        }
        assert!(
            fs::read_to_string(slot.store().join("CACHEDIR.TAG")).unwrap().starts_with(&TAG[..43])
        );
        assert!(!slot.target().exists(), "cargo makes and tags its own");
    }

    #[test]
    fn what_everyone_may_write_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        for path in [slot.dir(), slot.store()] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
            assert!(problem(&slot).ends_with("everyone may write it"));
        }
    }

    #[test]
    fn what_is_another_users_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        if std::os::unix::fs::chown(slot.archives(), Some(12_345), None).is_ok() {
            assert!(problem(&slot).contains("it belongs to user 12345, not to user "));
        } else {
            // Only root may give files away; a directory of root's is there for everyone else.
            let store = Slot { store: "/usr".into(), dir: "/usr/bin".into() };
            assert!(problem(&store).contains("it belongs to user 0, not to user "));
        }
    }

    #[test]
    fn links_and_files_in_the_place_of_directories_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("kept"), "x").unwrap();
        fs::remove_dir(slot.archives()).unwrap();
        symlink(&elsewhere, slot.archives()).unwrap();
        fs::remove_dir(slot.stamps()).unwrap();
        fs::write(slot.stamps(), "x").unwrap();
        slot.create().unwrap();
        for path in [slot.archives(), slot.stamps()] {
            assert!(fs::symlink_metadata(path).unwrap().is_dir());
        }
        assert!(elsewhere.join("kept").exists());
    }

    #[test]
    fn a_store_that_is_a_file_is_said_to_be_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("store");
        fs::write(&store, "x").unwrap();
        let slot = Slot { dir: store.join("key"), store };
        assert!(problem(&slot).ends_with("it is not a directory"));
    }
}
