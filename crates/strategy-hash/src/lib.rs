//! Decides freshness from blake3 digests of contents.
//!
//! A file whose stat is exactly as recorded, and whose record is not racy, keeps its recorded digest
//! without being read; every other file is read, on all cores. So a touched file or a fresh checkout
//! is fresh. Tolerable: reading a file for nothing. Never: a false fresh. Blind spot of
//! [`Reread::Changed`]: a writer that changes bytes through a shared mapping without moving any
//! time. [`Reread::Always`] reads every byte every time and has none that is known.

mod evidence;
mod read;

use std::collections::BTreeMap;

use freshness_core::strategy::{Pair, Step, compare_lists, merge};
use freshness_core::{
    Assessment, Change, Digest, FreshnessStrategy, InputPath, Observation, Reason, Recorded,
    Snapshot, StrategyId, Work,
};

use evidence::DigestTable;
use read::{Reading, read_all};

/// When a file whose list entry is as recorded is read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reread {
    /// When its stat differs from the record, or the record is racy.
    #[default]
    Changed,
    /// Always.
    Always,
}

/// Freshness by contents. Its evidence is one digest per input.
#[derive(Clone, Copy, Debug, Default)]
pub struct HashStrategy {
    /// When a file is read again.
    pub reread: Reread,
}

impl FreshnessStrategy for HashStrategy {
    fn id(&self) -> StrategyId {
        let option = match self.reread {
            Reread::Changed => "changed",
            Reread::Always => "always",
        };
        StrategyId { name: "hash", option, evidence_version: 1 }
    }

    fn observe(&self, now: &Snapshot, earlier: Option<Recorded<'_>>) -> Observation {
        let mut work = looked_at(now);
        let mut table = DigestTable::unread(now.entries.len());
        if let Some(earlier) = earlier {
            work.digests_reused = self.reuse(now, earlier, &mut table);
        }
        let unread = now.entries.iter().enumerate();
        let unread = unread
            .filter(|(index, (_, state))| state.file().is_some() && table.get(*index).is_none());
        let wanted: Vec<(usize, &InputPath)> = unread.map(|(i, (path, _))| (i, path)).collect();
        for (index, reading) in read_all(&now.root, wanted) {
            // What cannot be read stays unread, and unread never compares equal.
            if let Reading::Digest { digest, bytes } = reading {
                table.set(index, digest);
                work.files_read += 1;
                work.bytes_read += bytes;
            }
        }
        Observation { evidence: table.into_bytes(), work }
    }

    fn assess(&self, now: &Snapshot, recorded: Recorded<'_>) -> Assessment {
        let mut work = looked_at(now);
        let table = DigestTable::parse(recorded.evidence);
        let mut outdated = recorded.snapshot.entries != now.entries;
        let mut wanted = Vec::new();
        let listed = compare_lists(recorded.snapshot, now, |pair| {
            if pair.now.file().is_none() {
                return;
            }
            // An unchanged stat vouches for a digest, and only for one that was taken.
            if self.is_proven(&pair, recorded) && table.get(pair.index).is_some() {
                work.digests_reused += 1;
            } else {
                outdated |= pair.then.is_racy(recorded.cutoff);
                wanted.push((pair.index, pair.path));
            }
        });
        let mut reasons: BTreeMap<InputPath, Reason> = BTreeMap::new();
        for (index, reading) in read_all(&now.root, wanted) {
            let path = recorded.snapshot.entries[index].0.clone();
            if let Reading::Digest { bytes, .. } = reading {
                work.files_read += 1;
                work.bytes_read += bytes;
            }
            if let Some(reason) = judge(&path, reading, table.get(index)) {
                reasons.insert(path, reason);
            }
        }
        let listed = listed.into_iter().filter_map(|r| Some((input_of(&r)?.clone(), r)));
        reasons.extend(listed);
        Assessment { reasons: reasons.into_values().collect(), work, outdated }
    }

    fn reads_always(&self) -> bool {
        self.reread == Reread::Always
    }
}

impl HashStrategy {
    /// Whether the recorded digest, if there is one, is known to be the file's without reading it.
    fn is_proven(&self, pair: &Pair<'_>, recorded: Recorded<'_>) -> bool {
        self.reread == Reread::Changed
            && pair.then == pair.now
            && !pair.then.is_racy(recorded.cutoff)
    }

    fn reuse(&self, now: &Snapshot, earlier: Recorded<'_>, table: &mut DigestTable) -> u64 {
        let known = DigestTable::parse(earlier.evidence);
        let mut reused = 0;
        let mut index = 0;
        for step in merge(earlier.snapshot, now) {
            match step {
                Step::Removed(..) => continue,
                Step::Both(pair) if self.is_proven(&pair, earlier) => {
                    if let Some(digest) = known.get(pair.index) {
                        table.set(index, digest);
                        reused += 1;
                    }
                }
                Step::Both(_) | Step::Added(..) => {}
            }
            index += 1;
        }
        reused
    }
}

fn looked_at(now: &Snapshot) -> Work {
    Work { inputs: now.entries.len() as u64, stats: now.stats(), ..Work::default() }
}

fn judge(path: &InputPath, reading: Reading, recorded: Option<Digest>) -> Option<Reason> {
    let path = path.clone();
    match reading {
        Reading::Digest { digest, .. } if Some(digest) == recorded => None,
        Reading::Digest { .. } => Some(Reason::InputChanged { path, change: Change::Content }),
        Reading::Failed(problem) => Some(Reason::InputUnreadable { path, problem }),
    }
}

/// The input that a reason about the list names.
fn input_of(reason: &Reason) -> Option<&InputPath> {
    match reason {
        Reason::InputAdded { path }
        | Reason::InputRemoved { path }
        | Reason::InputChanged { path, .. }
        | Reason::InputUnreadable { path, .. } => Some(path),
        _ => None,
    }
}
