//! What happened to inputs while a command ran.
//!
//! An input that was merely written (touched, saved unchanged, saved and reverted) may have held something
//! else in between. Whether it holds something else now is told by the evidence of every strategy together,
//! one of which is content.

use freshness_core::compare::{Pair, compare_lists};
use freshness_core::{Evidence, InputPath, Snapshot};

use crate::contents::{Changed, times};

/// Inputs at one moment.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) snapshot: Snapshot,
    pub(super) evidence: Vec<Evidence>,
}

impl Inputs {
    /// The first input that is not what it was `before`.
    pub(super) fn first_change(&self, before: &Self, what: Changed) -> Option<InputPath> {
        let mut written = None;
        let closer = |pair: Pair<'_>| {
            if written.is_none() && times(pair.then) != times(pair.now) {
                written = Some(pair.path.clone());
            }
        };
        let listed = compare_lists(&before.snapshot, &self.snapshot, closer);
        let listed = listed.first().and_then(|reason| reason.path());
        let listed = listed.map(|path| InputPath::from_recorded(path.to_path_buf()));
        let written = written.filter(|_| what == Changed::Written);
        listed.or_else(|| self.first_other_evidence(before)).or(written)
    }

    /// The first input of which a strategy knows something else; both have the same list.
    fn first_other_evidence(&self, before: &Self) -> Option<InputPath> {
        let entries = &self.snapshot.entries;
        if entries.len() != before.snapshot.entries.len() {
            // Only absent paths came or went.
            return None;
        }
        let index = |(now, then): (&Evidence, &Evidence)| {
            let width = now.bytes.len().checked_div(entries.len()).filter(|width| *width > 0)?;
            let differing = now.bytes.iter().zip(&then.bytes).position(|(now, then)| now != then);
            differing.map(|at| at / width)
        };
        let first = self.evidence.iter().zip(&before.evidence).filter_map(index).min()?;
        Some(entries[first].0.clone())
    }
}
