//! Removes from a storage what is old or too much, in the namespace that this machine writes.
//!
//! Entries go first, then the archives that no entry names any more, unless they are so young that an upload may
//! be about to name them. Manifests go by age alone: a build that finds its archives there adds its shape again.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::gc::DryRun;

use super::Remote;
use super::entry::{self, Entry};
use super::storage::{StorageError, Stored};

/// How young an archive is that an upload under way may be about to name.
const UNDER_WAY: Duration = Duration::from_secs(60 * 60);

/// What may stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Entries that were put longer ago than this go.
    pub max_age: Option<Duration>,
    /// The oldest entries go until no more bytes than these are left.
    pub max_bytes: Option<u64>,
}

/// What went, and what stayed.
#[derive(Clone, Debug, Default)]
pub struct Pruned {
    /// What went, or would.
    pub removed: Vec<Stored>,
    /// How many bodies stayed.
    pub kept: usize,
    /// How many bytes those have.
    pub kept_bytes: u64,
    /// How many bytes went.
    pub removed_bytes: u64,
}

/// An entry, and which archives it names.
struct Named {
    stored: Stored,
    archives: BTreeSet<String>,
}

/// Removes what `limits` ask for; with [`DryRun::Yes`] says what that would be.
///
/// # Errors
/// A storage that cannot list; the network's. What was removed until then is gone, and every entry that is left is
/// whole.
pub fn prune(remote: &Remote, limits: Limits, dry_run: DryRun) -> Result<Pruned, StorageError> {
    let now = SystemTime::now();
    let age = |stored: &Stored| now.duration_since(stored.modified?).ok();
    let list = |sort: &str| -> Result<Vec<Stored>, StorageError> {
        let mut found = Vec::new();
        let prefix = format!("{}/{sort}/", remote.namespace);
        remote.storage.list(&prefix, &mut |stored| found.push(stored))?;
        Ok(found)
    };
    let mut entries = Vec::new();
    for stored in list("entries")? {
        let archives = named_by(remote, &stored)?;
        entries.push(Named { stored, archives });
    }
    let bodies = list("archives")?;
    // The youngest first; what does not say its age is taken to be young.
    entries.sort_by_key(|named| age(&named.stored).unwrap_or_default());
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let mut kept_bytes = 0;
    let mut pruned = Pruned::default();
    for Named { stored, archives } in &entries {
        let is_old = limits.max_age.is_some_and(|max| age(stored).is_some_and(|age| age > max));
        let more = bodies
            .iter()
            .filter(|body| archives.contains(&body.name) && !kept.contains(body.name.as_str()));
        let bytes = stored.bytes + more.map(|body| body.bytes).sum::<u64>();
        let is_too_much = limits.max_bytes.is_some_and(|max| kept_bytes + bytes > max);
        if is_old || is_too_much || archives.is_empty() {
            pruned.removed.push(stored.clone());
        } else {
            kept_bytes += bytes;
            pruned.kept += 1;
            kept.extend(archives.iter().map(String::as_str));
        }
    }
    for body in &bodies {
        let is_under_way = age(body).is_none_or(|age| age < UNDER_WAY);
        let was_named = entries.iter().any(|entry| entry.archives.contains(&body.name));
        if kept.contains(body.name.as_str()) || is_under_way && !was_named {
            pruned.kept += 1;
        } else {
            pruned.removed.push(body.clone());
        }
    }
    let manifests = list("closures")?;
    for stored in &manifests {
        match limits.max_age.is_some_and(|max| age(stored).is_some_and(|age| age > max)) {
            true => pruned.removed.push(stored.clone()),
            false => pruned.kept += 1,
        }
    }
    let all: u64 =
        entries.iter().map(|e| &e.stored).chain(&bodies).chain(&manifests).map(|s| s.bytes).sum();
    pruned.removed_bytes = pruned.removed.iter().map(|stored| stored.bytes).sum();
    pruned.kept_bytes = all - pruned.removed_bytes;
    if dry_run == DryRun::No {
        for stored in &pruned.removed {
            remote.storage.remove(&stored.name)?;
        }
    }
    Ok(pruned)
}

/// The archives that an entry names; none where it is not believed, and serves no one here.
fn named_by(remote: &Remote, stored: &Stored) -> Result<BTreeSet<String>, StorageError> {
    let Some(sealed) = remote.bytes(&stored.name, entry::MAX_BYTES)? else {
        return Ok(BTreeSet::new());
    };
    let identity = stored.name.rsplit('/').next().and_then(|hex| blake3::Hash::from_hex(hex).ok());
    let opened = remote.open(entry::KIND, &remote.namespace, &sealed);
    let entry = opened
        .ok()
        .zip(identity)
        .and_then(|((body, _), identity)| Entry::decode(body, identity.as_bytes()).ok());
    let name = |digest| super::body_name(&remote.namespace, "archives", digest);
    Ok(entry.iter().flat_map(|entry| &entry.archives).map(|item| name(&item.digest)).collect())
}
