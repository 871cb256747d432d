//! What lies in a store: its slots, what each holds and how large that is, and what is not a slot.
//!
//! Looking writes nothing and locks nothing; a slot that is built meanwhile is seen as it was at one
//! moment or the next. When a slot was last used is known only as far as builds leave traces: a check
//! writes nothing, so it leaves none.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use freshness_core::{Fact, Record};

use crate::error::{BuildError, Context};
use crate::removal;
use crate::slot::{self, Part, Slot};
use crate::{decide, key, lock, publish, sys};

/// What a store holds, each part in the order of names.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its slots, sound or not.
    pub slots: Vec<SlotSummary>,
    /// Names in the store that no slot and no file of ours has.
    pub foreign: Vec<OsString>,
    /// Names of what killed processes left.
    pub leftovers: Vec<OsString>,
}

/// One slot.
#[derive(Clone, Debug)]
pub struct SlotSummary {
    /// Its name: the key.
    pub key: String,
    /// Why its newest stamp cannot serve, where it cannot.
    pub problem: Option<String>,
    /// The profile that it was built for, as the newest stamp has it.
    pub profile: Vec<Fact>,
    /// The directory that cargo ran in, as the newest stamp has it; escaped.
    pub workspace: Option<String>,
    /// Name and version of the tool that held its lock last; a slot is one tool's.
    pub tool: Option<String>,
    /// The newest generation, which serves unless an earlier one fits better.
    pub serving: Option<u64>,
    /// The generations whose stamps can be read, the newest first.
    pub generations: Vec<u64>,
    /// What it takes on disk.
    pub sizes: Sizes,
    /// When its newest stamp was written.
    pub built: Option<SystemTime>,
    /// When its newest stamp was written or its lock was last taken, whichever is later.
    pub last_use: Option<SystemTime>,
}

/// What a slot takes on disk, in bytes; a file under two names counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Published archives.
    pub archives: u64,
    /// cargo's target directory.
    pub target: u64,
    /// Stamps, the lock, and the record of what cargo saw.
    pub stamps: u64,
}

impl SlotSummary {
    fn unknown(key: &str) -> Self {
        Self {
            key: key.into(),
            problem: None,
            profile: Vec::new(),
            workspace: None,
            tool: None,
            serving: None,
            generations: Vec::new(),
            sizes: Sizes::default(),
            built: None,
            last_use: None,
        }
    }
}

impl Sizes {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.archives + self.target + self.stamps
    }
}

/// What lies in `store`; nothing where it is not there.
///
/// # Errors
/// A store that must not be believed or cannot be listed.
pub fn contents(store: &Path) -> Result<Contents, BuildError> {
    if let Some(problem) = slot::distrust(store, Part::Store).doing("look at the store", store)? {
        return Err(BuildError::Untrusted { path: store.to_path_buf(), problem });
    }
    let mut contents = Contents::default();
    let mut names = match fs::read_dir(store) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(contents),
        Err(error) => Err(error),
    }
    .doing("list the store", store)?;
    names.sort();
    for name in names {
        match name.to_str() {
            Some(removal::TAG_NAME) => {}
            Some(key) if key::is_key(key) => contents.slots.push(summary(store, key)),
            Some(text) if is_leftover(text) => contents.leftovers.push(name),
            _ => contents.foreign.push(name),
        }
    }
    Ok(contents)
}

/// What the names begin with of slots that are being removed.
pub(crate) const REMOVING: &str = ".removing-";

/// Whether a name is one that only a process at work has in a store.
pub(crate) fn is_leftover(name: &str) -> bool {
    [REMOVING, crate::doctor::PREFIX].iter().any(|prefix| name.starts_with(prefix))
}

/// What lies in the slot of this key.
pub(crate) fn summary(store: &Path, key: &str) -> SlotSummary {
    let slot = Slot::named(store, key);
    // Whatever a link in its place leads to is not ours.
    if !fs::symlink_metadata(slot.dir()).is_ok_and(|metadata| metadata.is_dir()) {
        return SlotSummary {
            problem: Some("it is not a directory".into()),
            ..SlotSummary::unknown(key)
        };
    }
    let stamp = Record::open(&slot.stamp());
    let untrusted = slot.check_trust().err().map(|error| error.to_string());
    let problem = match &stamp {
        Err(reason) => Some(reason.detail()),
        Ok(stamp) if stamp.head.key != key => Some("its stamp is another slot's".into()),
        Ok(_) => None,
    };
    let problem = untrusted.or(problem);
    let earlier = publish::earlier_stamps(&slot).into_iter().flat_map(|path| Record::open(&path));
    let mut generations: BTreeSet<u64> = earlier.map(|stamp| stamp.head.generation).collect();
    let head = stamp.ok().filter(|_| problem.is_none()).map(|stamp| stamp.head);
    let serving = head.as_ref().map(|head| head.generation);
    generations.extend(serving);
    let facts = head.map(|head| head.profile).unwrap_or_default();
    let (workspace, profile): (Vec<Fact>, Vec<Fact>) =
        facts.into_iter().partition(|fact| fact.name == decide::DIRECTORY);
    let modified = |path: &Path| fs::symlink_metadata(path).and_then(|m| m.modified()).ok();
    let built = modified(&slot.stamp());
    SlotSummary {
        key: key.into(),
        problem,
        profile,
        workspace: workspace.into_iter().find_map(|fact| fact.value),
        tool: lock::last_tool(&slot.lock()),
        serving,
        generations: generations.into_iter().rev().collect(),
        sizes: sizes(&slot),
        built,
        last_use: built.max(modified(&slot.lock())),
    }
}

fn sizes(slot: &Slot) -> Sizes {
    let mut seen = BTreeSet::new();
    let mut of = |path: PathBuf| disk_use(path, &mut seen);
    // In this order: what lies in one of the two is not counted again with the rest.
    let archives = of(slot.archives());
    let target = of(slot.target());
    Sizes { archives, target, stamps: of(slot.dir().to_path_buf()) }
}

/// What a tree takes on disk, apart from what was `seen`; links are not followed, and what cannot be
/// looked at counts nothing.
pub(crate) fn disk_use(root: PathBuf, seen: &mut BTreeSet<(u64, u64)>) -> u64 {
    let mut bytes = 0;
    let mut left = vec![root];
    while let Some(path) = left.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        // Without inodes there are no second names.
        let identity = freshness_core::sys::identity_of(&metadata);
        if identity.is_some_and(|identity| !seen.insert(identity)) {
            continue;
        }
        bytes += sys::allocated(&metadata);
        if metadata.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_file_under_two_names_counts_once_and_links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("large"), vec![1; 1 << 20]).unwrap();
        let slot = testing::slot(dir.path());
        fs::create_dir_all(slot.target()).unwrap();
        fs::write(slot.target().join("one"), vec![1; 64 << 10]).unwrap();
        fs::hard_link(slot.target().join("one"), slot.target().join("two")).unwrap();
        std::os::unix::fs::symlink(&outside, slot.target().join("link")).unwrap();
        std::os::unix::fs::symlink(".", slot.target().join("loop")).unwrap();
        fs::File::open(slot.target().join("one")).unwrap().sync_all().unwrap();
        let sizes = sizes(&slot);
        assert!((64 << 10..128 << 10).contains(&sizes.target), "{sizes:?}");
        assert!(sizes.archives < 64 << 10 && sizes.stamps < 64 << 10, "{sizes:?}");
    }
}
