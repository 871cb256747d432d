//! A strategy of one's own: decides freshness from modification times and the ends of contents.
//!
//! For trees with large files (tables, models, vendored archives that a build script embeds) that move from machine to
//! machine with their modification times, as `tar` and container layers keep them. There `hash` reads everything
//! once, because inodes and change times are new, and `mtime` calls everything stale. This one reads at most
//! 8 KiB of each file: a small file is known by its bytes, a large one by its length, its modification time,
//! and its first and last 4 KiB.
//!
//! Tolerable: a false stale; a large file that was touched is one. Never: a small file taken for another.
//! Blind spot: a file of more than 8 KiB of which only the middle changed, with its length kept and its
//! modification time put back.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use freshness::strategy::{Difference, Finding, Known, Subject};
use freshness::{Change, FreshnessStrategy, Meta, StrategyId, Work};

/// How much of each end is read.
pub const END_BYTES: u64 = 4 << 10;

/// The digest of what was read; all zeros where nothing was. No known message has that digest.
const DIGEST_BYTES: usize = 32;

/// Freshness by samples. Its evidence is one digest per input.
#[derive(Clone, Copy, Debug, Default)]
pub struct SampleStrategy;

impl FreshnessStrategy for SampleStrategy {
    fn id(&self) -> StrategyId {
        StrategyId { name: "sample", option: "ends", evidence_version: 1 }
    }

    fn evidence_bytes(&self) -> usize {
        DIGEST_BYTES
    }

    fn observe_one(
        &self,
        input: Subject<'_>,
        earlier: Option<Known<'_>>,
        evidence: &mut [u8],
        work: &mut Work,
    ) {
        let Some(meta) = input.state.file().copied() else { return };
        let known = earlier.filter(|earlier| is_proven(&input, earlier));
        if let Some(digest) = known.and_then(|known| digest_in(known.evidence)) {
            work.digests_reused += 1;
            evidence.copy_from_slice(&digest);
        } else if let Ok(digest) = sample(input, &meta, work) {
            evidence.copy_from_slice(&digest);
        }
    }

    fn assess_one(&self, input: Subject<'_>, recorded: Known<'_>, work: &mut Work) -> Finding {
        let (Some(now), Some(then)) = (input.state.file().copied(), recorded.state.file()) else {
            // What has no content is told by the list, which was found to be equal.
            return Finding { difference: None, outdated: recorded.state != input.state };
        };
        let known = digest_in(recorded.evidence);
        if known.is_some() && is_proven(&input, &recorded) {
            work.digests_reused += 1;
            return Finding::default();
        }
        if !is_whole(&now) && (now.mtime != then.mtime || recorded.is_racy()) {
            // The ends prove nothing of the middle, and the time does not vouch for it.
            let change = match now.mtime == then.mtime {
                true => Change::Racy,
                false => Change::Mtime { was: then.mtime, is: now.mtime },
            };
            return Finding { difference: Some(Difference::Changed(change)), outdated: false };
        }
        match sample(input, &now, work) {
            // Only what was read whole may have its record renewed.
            Ok(digest) if known == Some(digest) => {
                Finding { difference: None, outdated: is_whole(&now) }
            }
            Ok(_) => changed(Difference::Changed(Change::Content)),
            Err(error) => changed(Difference::Unreadable(error.to_string())),
        }
    }
}

fn changed(difference: Difference) -> Finding {
    Finding { difference: Some(difference), outdated: false }
}

/// Whether the sample is all that there is.
fn is_whole(meta: &Meta) -> bool {
    meta.len <= 2 * END_BYTES
}

/// Whether nothing can have written to the file since its record.
fn is_proven(input: &Subject<'_>, known: &Known<'_>) -> bool {
    known.state == input.state && !known.is_racy()
}

fn digest_in(evidence: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
    evidence.try_into().ok().filter(|digest| *digest != [0; DIGEST_BYTES])
}

/// The digest of both ends, or of the whole where they meet.
fn sample(input: Subject<'_>, meta: &Meta, work: &mut Work) -> io::Result<[u8; DIGEST_BYTES]> {
    let mut file = input.open()?;
    let mut hasher = blake3::Hasher::new();
    if is_whole(meta) {
        // One byte more than expected is asked for, so that what grew meanwhile is another content.
        hash(&mut hasher, &mut file, 2 * END_BYTES + 1)?;
    } else {
        hash(&mut hasher, &mut file, END_BYTES)?;
        file.seek(SeekFrom::End(-END_BYTES.cast_signed()))?;
        hash(&mut hasher, &mut file, END_BYTES)?;
    }
    work.files_read += 1;
    work.bytes_read += hasher.count();
    Ok(*hasher.finalize().as_bytes())
}

fn hash(hasher: &mut blake3::Hasher, file: &mut File, at_most: u64) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.take(at_most).read_to_end(&mut bytes)?;
    hasher.update(&bytes);
    Ok(())
}
