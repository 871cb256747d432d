//! Decides freshness from blake3 digests of contents.
//!
//! A file whose stat is exactly as recorded, and whose record is not racy, keeps its recorded digest
//! without being read; every other file is read, on all cores. So a touched file or a fresh checkout
//! is fresh. Tolerable: reading a file for nothing. Never: a false fresh. Blind spot of
//! [`Reread::Changed`]: a writer that changes bytes through a shared mapping without moving any
//! time. [`Reread::Always`] reads every byte every time and has none that is known.

mod evidence;
mod read;

use std::fs::File;

use freshness_core::strategy::{Difference, Finding, Known, Subject};
use freshness_core::{Change, Digest, FreshnessStrategy, StrategyId, Work};

use read::{digest, small_content};

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

    fn evidence_bytes(&self) -> usize {
        evidence::BYTES
    }

    fn observe_one(
        &self,
        input: Subject<'_>,
        earlier: Option<Known<'_>>,
        evidence: &mut [u8],
        work: &mut Work,
    ) {
        if input.state.file().is_none() {
            return;
        }
        let known = earlier.filter(|earlier| self.is_proven(&input, earlier));
        if let Some(known) = known.and_then(|known| evidence::digest_in(known.evidence)) {
            work.digests_reused += 1;
            evidence.copy_from_slice(&known);
        } else if let Ok(found) = digest(input) {
            // What cannot be read stays unread, and unread never compares equal.
            work.files_read += 1;
            work.bytes_read += found.bytes;
            evidence.copy_from_slice(&found.digest);
        }
    }

    fn assess_one(&self, input: Subject<'_>, recorded: Known<'_>, work: &mut Work) -> Finding {
        let mut outdated = recorded.state != input.state;
        if input.state.file().is_none() {
            return Finding { difference: None, outdated };
        }
        let known = evidence::digest_in(recorded.evidence);
        // An unchanged stat vouches for a digest, and only for one that was taken.
        if known.is_some() && self.is_proven(&input, &recorded) {
            work.digests_reused += 1;
            return Finding { difference: None, outdated };
        }
        outdated |= recorded.is_racy();
        let difference = match digest(input) {
            Ok(found) => {
                work.files_read += 1;
                work.bytes_read += found.bytes;
                let is_same = known == Some(found.digest);
                (!is_same).then_some(Difference::Changed(Change::Content))
            }
            Err(error) => Some(Difference::Unreadable(error.to_string())),
        };
        Finding { difference, outdated }
    }

    fn digest_in(&self, evidence: &[u8]) -> Option<Digest> {
        evidence::digest_in(evidence)
    }

    fn reads_always(&self) -> bool {
        self.reread == Reread::Always
    }

    fn reads_as_recorded(&self, file: &File, recorded: Known<'_>, work: &mut Work) -> bool {
        let expected = recorded.state.file().map_or(0, |meta| meta.len);
        let Some(found) = small_content(file, expected) else { return false };
        let is_same = evidence::digest_in(recorded.evidence) == Some(found.digest);
        if is_same {
            work.files_read += 1;
            work.bytes_read += found.bytes;
        }
        is_same
    }
}

impl HashStrategy {
    /// Whether the recorded digest, if there is one, is known to be the file's without reading it.
    fn is_proven(&self, input: &Subject<'_>, known: &Known<'_>) -> bool {
        self.reread == Reread::Changed && known.state == input.state && !known.is_racy()
    }
}
