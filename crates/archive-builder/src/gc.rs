//! Removes what no one needs from a store: what crashes left, archives that no stamp names, slots that were
//! not used for long, and as much as a limit on size asks for.
//!
//! What may go is decided under the locks of all slots that could be locked; a slot whose lock is held is
//! left alone. Nothing waits for a lock here, and a builder that waits for ours looks again whether the
//! slot is still there (`lock.rs`).
//!
//! Crash story: a slot, or a target directory, is renamed out of its place before anything in it is
//! removed, so it is there whole or not at all. The record of what cargo saw goes before the target
//! directory does: without it cargo is made to build everything, with it and half a directory it may not
//! be. What a killed collection leaves has a name that the next one removes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use freshness_core::{Escaped, Record};

use crate::error::{BuildError, Context};
use crate::lock::{self, Quiet};
use crate::publish;
use crate::slot::Slot;
use crate::store::{self, REMOVING, SlotSummary};
use crate::{durable, key};

/// How long a doctor's probes may be at work; it takes seconds.
const PROBES_AT_WORK: Duration = Duration::from_secs(600);

/// What is to go beside what no one needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Slots that were not used for longer go whole.
    pub max_age: Option<Duration>,
    /// As many go, the least recently used first, as it takes to get below this many bytes.
    pub max_bytes: Option<u64>,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// The plan is carried out.
    No,
    /// The plan is made, and nothing else.
    Yes,
}

/// One thing that goes, or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// What it is.
    pub what: What,
    /// Where it is.
    pub path: PathBuf,
    /// What it takes on disk.
    pub bytes: u64,
    /// Why it goes, in words.
    pub why: String,
}

/// What goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// What a killed process left.
    Leftover,
    /// An archive that no stamp names.
    Archive,
    /// A slot's target directory; its next build compiles everything.
    Target,
    /// A whole slot.
    Slot,
}

impl What {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            What::Leftover => "leftover",
            What::Archive => "archive",
            What::Target => "target",
            What::Slot => "slot",
        }
    }
}

/// What goes, and what was left alone.
#[derive(Debug, Default)]
pub struct Collection {
    /// In the order in which it goes.
    pub removals: Vec<Removal>,
    /// Keys of slots that were left alone, and why.
    pub left_alone: Vec<(String, String)>,
    /// What the slots take on disk afterwards.
    pub bytes_left: u64,
}

/// A slot of which this process holds the lock.
struct Held {
    slot: Slot,
    summary: SlotSummary,
    last_use: SystemTime,
    _lock: Option<Quiet>,
}

/// Removes what no one needs, and what `limits` ask for; with [`DryRun::Yes`] says what that would be.
///
/// # Errors
/// A store that must not be believed or cannot be listed; something that cannot be removed. What was
/// removed until then is gone, and every slot is there whole or not at all.
pub fn collect(store: &Path, limits: Limits, dry_run: DryRun) -> Result<Collection, BuildError> {
    let contents = store::contents(store)?;
    let mut collection = Collection::default();
    let left = contents.leftovers.iter().filter_map(|name| leftover(store, name));
    collection.removals.extend(left);
    let mut held = Vec::new();
    for summary in contents.slots {
        let bytes = summary.sizes.total();
        match hold(store, summary, dry_run)? {
            Ok(slot) => held.push(slot),
            Err(left_alone) => {
                collection.bytes_left += bytes;
                collection.left_alone.push(left_alone);
            }
        }
    }
    for slot in &held {
        collection.removals.extend(unneeded(slot));
    }
    // Those that go first stand first.
    held.sort_by(|a, b| (a.last_use, &a.summary.key).cmp(&(b.last_use, &b.summary.key)));
    by_limits(&held, limits, &mut collection);
    if dry_run == DryRun::No {
        for removal in &collection.removals {
            remove(store, removal)?;
        }
    }
    Ok(collection)
}

/// Removes the slots of these keys, and those that were built for `workspace`, whole; all or, where one is
/// in use, none.
///
/// # Errors
/// Those of [`collect`]; a slot whose lock is held.
pub fn clean(
    store: &Path,
    keys: &BTreeSet<String>,
    workspace: Option<&Path>,
) -> Result<Collection, BuildError> {
    let workspace = workspace.map(|path| Escaped::path(path).to_string());
    let mut collection = Collection::default();
    let mut held = Vec::new();
    for summary in store::contents(store)?.slots {
        let is_of_workspace = summary.workspace.is_some() && summary.workspace == workspace;
        if !keys.contains(&summary.key) && !is_of_workspace {
            collection.bytes_left += summary.sizes.total();
            continue;
        }
        let path = Slot::named(store, &summary.key).lock();
        match hold(store, summary, DryRun::No)? {
            Ok(slot) => held.push(slot),
            Err((_, why)) if why == DISTRUSTED => {
                let path = path.parent().unwrap_or(store).to_path_buf();
                return Err(BuildError::Untrusted { path, problem: why });
            }
            Err(_) => {
                let holder = lock::holder(&path);
                return Err(BuildError::LockTimeout { path, waited: Duration::ZERO, holder });
            }
        }
    }
    for slot in &held {
        let removal = whole(slot, "it was asked for");
        remove(store, &removal)?;
        collection.removals.push(removal);
    }
    Ok(collection)
}

const DISTRUSTED: &str =
    "it is not ours to remove: no directory, another's, or everyone may write it";

/// The slot with its lock, and what it holds now that no one else changes it; or why it is left alone.
fn hold(
    store: &Path,
    summary: SlotSummary,
    dry_run: DryRun,
) -> Result<Result<Held, (String, String)>, BuildError> {
    let slot = Slot::named(store, &summary.key);
    let is_dir = fs::symlink_metadata(slot.dir()).is_ok_and(|metadata| metadata.is_dir());
    if !is_dir || slot.check_trust().is_err() {
        return Ok(Err((summary.key, DISTRUSTED.into())));
    }
    let has_lock = fs::symlink_metadata(slot.lock()).is_ok();
    // Before a lock is made where there was none, which would be the newest trace.
    let made = fs::symlink_metadata(slot.dir()).and_then(|m| m.modified());
    let made = made.doing("look at", slot.dir())?;
    let lock = match (has_lock, dry_run) {
        // Nothing is made for a look.
        (false, DryRun::Yes) => None,
        _ => match Quiet::take(&slot)? {
            Some(lock) => Some(lock),
            None => {
                let holder = lock::holder(&slot.lock());
                return Ok(Err((summary.key, format!("it is in use by {holder}"))));
            }
        },
    };
    if let (false, Some(lock)) = (has_lock, &lock) {
        let time = summary.built.unwrap_or(made);
        lock.date(time).doing("date the lock of", slot.dir())?;
    }
    let summary = store::summary(store, &summary.key);
    let last_use = summary.last_use.unwrap_or(made);
    Ok(Ok(Held { slot, summary, last_use, _lock: lock }))
}

fn size(path: &Path) -> u64 {
    store::disk_use(path.to_path_buf(), &mut BTreeSet::new())
}

/// A removal of what a killed process left in the store; nothing while it may be at work.
fn leftover(store: &Path, name: &OsString) -> Option<Removal> {
    let path = store.join(name);
    if !name.to_str()?.starts_with(REMOVING) {
        let modified = fs::symlink_metadata(&path).and_then(|m| m.modified()).ok()?;
        let age = SystemTime::now().duration_since(modified).unwrap_or_default();
        if age < PROBES_AT_WORK {
            return None;
        }
    }
    let why = "a process that was killed left it".into();
    Some(Removal { what: What::Leftover, bytes: size(&path), path, why })
}

/// What no stamp of a slot needs. Where a stamp cannot be read, a newer version's say, it may need anything.
fn unneeded(held: &Held) -> Vec<Removal> {
    let slot = &held.slot;
    let Ok(newest) = Record::open(&slot.stamp()) else { return Vec::new() };
    if held.summary.problem.is_some() {
        return Vec::new();
    }
    let mut named = publish::directories(&newest.head);
    for path in publish::earlier_stamps(slot) {
        let Ok(stamp) = Record::open(&path) else { return Vec::new() };
        named.extend(publish::directories(&stamp.head));
    }
    let mut removals = Vec::new();
    let temporary = ["stamp.new", "cargo-saw.new"].map(|name| slot.dir().join(name));
    for path in temporary.into_iter().filter(|path| fs::symlink_metadata(path).is_ok()) {
        let why = "a build that was killed left it".into();
        removals.push(Removal { what: What::Leftover, bytes: size(&path), path, why });
    }
    let mut archives: Vec<PathBuf> =
        fs::read_dir(slot.archives()).into_iter().flatten().flatten().map(|e| e.path()).collect();
    archives.sort();
    for path in archives {
        if !named.contains(Path::new(path.file_name().unwrap_or_default())) {
            let why = "no stamp names it".into();
            removals.push(Removal { what: What::Archive, bytes: size(&path), path, why });
        }
    }
    removals
}

fn whole(held: &Held, why: impl Into<String>) -> Removal {
    Removal {
        what: What::Slot,
        path: held.slot.dir().to_path_buf(),
        bytes: held.summary.sizes.total(),
        why: why.into(),
    }
}

/// Plans what `limits` ask for; `held` stands in the order of use, the least recent first.
fn by_limits(held: &[Held], limits: Limits, collection: &mut Collection) {
    let unneeded = |slot: &Held, collection: &Collection| -> u64 {
        let mine = collection.removals.iter().filter(|r| r.path.starts_with(slot.slot.dir()));
        mine.map(|removal| removal.bytes).sum()
    };
    let is_old = |slot: &&Held| {
        let age = SystemTime::now().duration_since(slot.last_use).unwrap_or_default();
        limits.max_age.is_some_and(|max| age > max)
    };
    let (old, kept): (Vec<&Held>, Vec<&Held>) = held.iter().partition(is_old);
    for slot in old {
        // It goes with all that is in it.
        collection.removals.retain(|removal| !removal.path.starts_with(slot.slot.dir()));
        collection.removals.push(whole(slot, "it was not used for longer than the limit"));
    }
    let mut left: Vec<(&Held, u64)> = kept
        .into_iter()
        .map(|slot| (slot, slot.summary.sizes.total().saturating_sub(unneeded(slot, collection))))
        .collect();
    let mut total = collection.bytes_left + left.iter().map(|(_, bytes)| bytes).sum::<u64>();
    let max = limits.max_bytes.unwrap_or(u64::MAX);
    for (slot, bytes) in &mut left {
        let target = slot.summary.sizes.target;
        if total > max && target > 0 {
            let why =
                "the store is larger than the limit; the slot's next build compiles everything";
            let path = slot.slot.target();
            collection.removals.push(Removal {
                what: What::Target,
                path,
                bytes: target,
                why: why.into(),
            });
            total -= target;
            *bytes = bytes.saturating_sub(target);
        }
    }
    // The one that was used last keeps its archives, whatever the limit.
    let but_last = left.len().saturating_sub(1);
    for (slot, bytes) in left.into_iter().take(but_last) {
        if total > max {
            collection.removals.retain(|removal| !removal.path.starts_with(slot.slot.dir()));
            collection.removals.push(whole(slot, "the store is larger than the limit"));
            total -= bytes;
        }
    }
    collection.bytes_left = total;
}

/// Removes one thing; see the crash story above.
fn remove(store: &Path, removal: &Removal) -> Result<(), BuildError> {
    let path = &removal.path;
    if matches!(removal.what, What::Leftover | What::Archive) {
        return durable::remove_any(path).doing("remove", path);
    }
    let slot = if removal.what == What::Slot { path } else { path.parent().unwrap_or(store) };
    if removal.what == What::Target {
        let saw = slot.join("cargo-saw");
        durable::remove_any(&saw).doing("remove", &saw)?;
        durable::sync_parent(&saw)?;
    }
    let key = slot.file_name().and_then(|name| name.to_str()).filter(|name| key::is_key(name));
    let id = std::process::id();
    let away = store.join(format!("{REMOVING}{}-{id}", key.unwrap_or("slot")));
    durable::remove_any(&away).doing("clear", &away)?;
    match fs::rename(path, &away) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        moved => moved.doing("move away", path)?,
    }
    durable::sync_parent(&away)?;
    durable::remove_any(&away).doing("remove", &away)
}
