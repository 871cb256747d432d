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
use std::path::{Path, PathBuf};

use freshness_core::{Reason, Record, sys};

use crate::durable;
use crate::error::{BuildError, Context};
use crate::key::Key;
use crate::removal::TAG_NAME;
use crate::small_file;
use crate::sys::{create_private_dir, private_file};

/// Marks the store as a cache (<https://bford.info/cachedir/>), so that backups pass it over.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
# This file is a cache directory tag created by freshness.\n\
# For information about cache directory tags see https://bford.info/cachedir/\n";

/// What tells our tag from those of others.
pub(crate) const TAG_OWNER: &str = "created by freshness";

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

    /// Whether what lies here may be believed. What is not there is not distrusted.
    ///
    /// # Errors
    /// A store that is not a directory; a store, slot or part of one that is another's, or may be
    /// written by everyone.
    pub(crate) fn check_trust(&self) -> Result<(), BuildError> {
        let below = [self.stamp(), self.lock(), self.cargo_saw()];
        let below = below.into_iter().chain([self.archives(), self.stamps(), self.target()]);
        let refuse = |path: PathBuf, looked: io::Result<Option<String>>| match looked
            .doing("look at the store", &path)?
        {
            Some(problem) => Err(BuildError::Untrusted { path, problem }),
            None => Ok(()),
        };
        refuse(self.store.clone(), distrust(&self.store, Part::Store))?;
        let slot = fs::symlink_metadata(&self.dir);
        let is_shut = slot.as_ref().is_ok_and(|slot| !sys::everyone_may_enter(slot));
        refuse(self.dir.clone(), distrust_what(slot, Part::Slot))?;
        let part = if is_shut { Part::Shut } else { Part::Slot };
        for path in below {
            let looked = distrust(&path, part);
            refuse(path, looked)?;
        }
        Ok(())
    }

    /// Opens a stamp of this slot, which no link may lead out of.
    ///
    /// # Errors
    /// The reason why there is no stamp to believe.
    pub(crate) fn open_stamp(&self, path: &Path) -> Result<Record, Reason> {
        trusted(path).and_then(|()| Record::open(path))
    }

    /// The same; `None` where what stands there is no stamp to believe.
    ///
    /// # Errors
    /// A file that is there and cannot be read now: a later try may find it whole.
    pub(crate) fn find_stamp(&self, path: &Path) -> io::Result<Option<Record>> {
        if trusted(path).is_ok() { Record::find(path) } else { Ok(None) }
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
            create_private_dir(&dir).doing("create the slot", &dir)?;
        }
        self.check_trust()
    }
}

/// A part of a store, of which owner and mode matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The store itself; whoever configured it may have chosen a link.
    Store,
    /// A slot, or what lies in one that everyone may enter.
    Slot,
    /// What lies in a slot that only its owner may enter: what cargo makes is as open as the umask lets it,
    /// and out of reach.
    Shut,
}

/// Why a part of a store must not be believed; nothing for one that may be, or is not there.
///
/// # Errors
/// It cannot be looked at.
pub(crate) fn distrust(path: &Path, part: Part) -> io::Result<Option<String>> {
    let is_store = part == Part::Store;
    distrust_what(if is_store { fs::metadata(path) } else { fs::symlink_metadata(path) }, part)
}

/// The same of what was found there.
fn distrust_what(stat: io::Result<fs::Metadata>, part: Part) -> io::Result<Option<String>> {
    let is_store = part == Part::Store;
    let metadata = match stat {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // A file stands where the slot should: there is nothing in it.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    if is_store && !metadata.is_dir() {
        return Ok(Some("it is not a directory".into()));
    }
    let is_open = !metadata.is_symlink() && sys::everyone_may_write(&metadata);
    Ok(of_another_user(&metadata)
        .or_else(|| (is_open && part != Part::Shut).then(|| "everyone may write it".to_owned())))
}

/// Whether a stamp is our own, in a directory of our own.
fn trusted(path: &Path) -> Result<(), Reason> {
    let unreadable =
        |problem: String| Reason::StampUnreadable { path: path.to_path_buf(), problem };
    let dir = path.parent().unwrap_or(path);
    for place in [dir, path] {
        let Ok(metadata) = fs::symlink_metadata(place) else { continue };
        if place == dir && !metadata.is_dir() {
            return Err(unreadable("its directory is a link, or none".into()));
        }
        if let Some(problem) = of_another_user(&metadata) {
            return Err(unreadable(problem));
        }
    }
    Ok(())
}

/// Makes the store where it is missing, private to its owner, and tags it.
///
/// # Errors
/// Those of making it; a store that another program tagged.
pub(crate) fn make_store(store: &Path) -> Result<(), BuildError> {
    if let Some(parent) = store.parent() {
        fs::create_dir_all(parent).doing("create the store", parent)?;
    }
    create_private_dir(store).doing("create the store", store)?;
    tag(store)
}

/// Tags a store as ours, unless it is. What only we tagged is what we remove from.
fn tag(store: &Path) -> Result<(), BuildError> {
    let path = &store.join(TAG_NAME);
    write_new(path, TAG.as_bytes()).doing("tag the store", path)?;
    let found = small_file::read(path).doing("read the store's tag", path)?;
    if TAG.as_bytes().starts_with(&found) && found.len() < TAG.len() {
        return finish_tag(path);
    }
    if String::from_utf8_lossy(&found).contains(TAG_OWNER) {
        return Ok(());
    }
    let problem = format!("its {TAG_NAME} is another program's");
    Err(BuildError::Untrusted { path: store.to_path_buf(), problem })
}

/// Finishes a tag that a crash or a full disk cut short, or that another process is about to finish: no lock is
/// held here. So it is written in place, where whoever does so writes the same.
fn finish_tag(path: &Path) -> Result<(), BuildError> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return durable::replace(path, TAG.as_bytes());
    }
    let written = private_file().write(true).open(path).and_then(|mut file| {
        file.write_all(TAG.as_bytes())?;
        file.sync_all()
    });
    written.doing("tag the store", path)
}

/// Says whose it is, where that is neither known to be ours nor unknown.
pub(crate) fn of_another_user(metadata: &fs::Metadata) -> Option<String> {
    let (owner, me) = (sys::owner_of(metadata)?, sys::current_user()?);
    (owner != me).then(|| format!("it belongs to user {owner}, not to user {me}"))
}

/// Writes a file unless it is there.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match private_file().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(bytes),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

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
    fn many_may_make_and_tag_a_store_at_once() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..200 {
            let store = dir.path().join(round.to_string());
            let made: Vec<Result<(), BuildError>> = std::thread::scope(|scope| {
                let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| make_store(&store))).collect();
                makers.into_iter().map(|maker| maker.join().unwrap()).collect()
            });
            assert!(made.iter().all(Result::is_ok), "{made:?}");
            assert_eq!(fs::read_to_string(store.join(TAG_NAME)).unwrap(), TAG);
            assert_eq!(fs::read_dir(store).unwrap().count(), 1);
        }
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
    fn what_everyone_may_write_is_believed_only_where_no_one_comes_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        fs::create_dir(slot.target()).unwrap();
        fs::write(slot.stamp(), "").unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for (path, usual) in
            [(slot.target(), 0o755), (slot.archives(), 0o700), (slot.stamp(), 0o600)]
        {
            mode(&path, 0o777);
            slot.check_trust().unwrap();
            mode(slot.dir(), 0o755);
            assert!(problem(&slot).ends_with("everyone may write it"), "{path:?}");
            mode(slot.dir(), 0o700);
            mode(&path, usual);
        }
    }

    #[test]
    fn a_torn_tag_is_mended_and_anothers_is_respected() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let tag = slot.store().join(TAG_NAME);
        for torn in ["", &TAG[..50]] {
            fs::write(&tag, torn).unwrap();
            slot.create().unwrap();
            assert_eq!(fs::read_to_string(&tag).unwrap(), TAG);
        }
        fs::write(&tag, "Signature: 8a477f597d28d172789f06886806bc55\n# by cargo\n").unwrap();
        let error = slot.create().unwrap_err().to_string();
        assert!(error.ends_with("its CACHEDIR.TAG is another program's"), "{error}");
    }

    #[test]
    fn a_stamp_behind_a_link_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let elsewhere = dir.path().join("elsewhere");
        fs::rename(slot.dir(), &elsewhere).unwrap();
        symlink(&elsewhere, slot.dir()).unwrap();
        let reason = slot.open_stamp(&slot.stamp()).unwrap_err();
        assert!(reason.to_string().contains("its directory is a link"), "{reason}");
    }

    #[test]
    fn what_is_another_users_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        if std::os::unix::fs::chown(slot.archives(), Some(12_345), None).is_ok() {
            assert!(problem(&slot).contains("it belongs to user 12345, not to user "));
            std::os::unix::fs::chown(slot.archives(), Some(0), None).unwrap();
            for path in [slot.stamp(), slot.lock(), slot.cargo_saw(), slot.target()] {
                fs::write(&path, "").unwrap();
                std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
                assert!(problem(&slot).contains("it belongs to user 12345"), "{path:?}");
                fs::remove_file(&path).unwrap();
            }
            let earlier = slot.stamps().join("1");
            fs::write(&earlier, "").unwrap();
            std::os::unix::fs::chown(&earlier, Some(12_345), None).unwrap();
            let reason = slot.open_stamp(&earlier).unwrap_err().to_string();
            assert!(reason.contains("it belongs to user 12345"), "{reason}");
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
