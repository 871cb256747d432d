//! Decides freshness from recorded times, reading no contents.
//!
//! [`Rule::Recorded`] compares every stat with its record for *inequality*; times are never ordered.
//! Tolerable: a false stale (a touched file, a fresh checkout). Never: a false fresh; a write whose
//! times cannot be told from the record's (racy) is stale.
//!
//! [`Rule::NewerThan`] is the classic rule, kept as the baseline: it *orders* times, so it believes
//! whoever last set an mtime. Blind spots: an edit of the same length with an mtime before the
//! cut-off; a clock that was set back.

use freshness_core::strategy::{Pair, compare_lists};
use freshness_core::{
    Assessment, Change, FreshnessStrategy, Kind, Meta, Observation, Reason, Recorded, Snapshot,
    State, StrategyId, Target, Timestamp, Work,
};

/// When an input whose kind, length and link text are as recorded counts as changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// When its mtime, ctime or inode differs from the record, or the record is racy.
    #[default]
    Recorded,
    /// When its mtime is at or after the cut-off.
    NewerThan,
}

/// Freshness by times. Its evidence is the stamp's own record of stats, so it adds none.
#[derive(Clone, Copy, Debug, Default)]
pub struct MtimeStrategy {
    /// The rule for a single input.
    pub rule: Rule,
}

impl FreshnessStrategy for MtimeStrategy {
    fn id(&self) -> StrategyId {
        let option = match self.rule {
            Rule::Recorded => "recorded",
            Rule::NewerThan => "newer-than",
        };
        StrategyId { name: "mtime", option, evidence_version: 1 }
    }

    fn observe(&self, now: &Snapshot, _earlier: Option<Recorded<'_>>) -> Observation {
        Observation { evidence: Vec::new(), work: work(now) }
    }

    fn assess(&self, now: &Snapshot, recorded: Recorded<'_>) -> Assessment {
        let mut timed = Vec::new();
        let listed = compare_lists(recorded.snapshot, now, |pair| {
            timed.extend(self.judge(pair, recorded.cutoff));
        });
        Assessment {
            reasons: in_path_order(listed, timed),
            work: work(now),
            // Times prove no content, so nothing here may renew a record of contents.
            outdated: false,
        }
    }
}

impl MtimeStrategy {
    fn judge(&self, pair: Pair<'_>, cutoff: Timestamp) -> Option<Reason> {
        let path = pair.path.clone();
        match self.rule {
            Rule::Recorded => {
                let change = unequal(pair.then, pair.now)
                    .or_else(|| pair.then.is_racy(cutoff).then_some(Change::Racy))?;
                Some(Reason::InputChanged { path, change })
            }
            Rule::NewerThan => {
                let mtime = newest_mtime(pair.now)?;
                (mtime >= cutoff).then_some(Reason::InputNewer { path, mtime, cutoff })
            }
        }
    }
}

fn work(now: &Snapshot) -> Work {
    Work { inputs: now.entries.len() as u64, stats: now.stats(), ..Work::default() }
}

/// Both lists are in path order and share no path.
fn in_path_order(mut reasons: Vec<Reason>, more: Vec<Reason>) -> Vec<Reason> {
    reasons.extend(more);
    reasons.sort_by(|a, b| {
        let bytes = |r: &Reason| r.path().map(|p| p.as_os_str().as_encoded_bytes().to_vec());
        bytes(a).cmp(&bytes(b))
    });
    reasons
}

/// The first stat field that differs, for the path itself and for the file it leads to.
fn unequal(then: &State, now: &State) -> Option<Change> {
    match (then, now) {
        (State::Here(then), State::Here(now)) => unequal_meta(then, now),
        (
            State::Link { own: then_own, target: then, .. },
            State::Link { own: now_own, target: now, .. },
        ) => unequal_meta(then_own, now_own).or_else(|| match (then, now) {
            (Target::There(then), Target::There(now)) => unequal_meta(then, now),
            _ => None,
        }),
        _ => None,
    }
}

/// Times of directories and special files say nothing about a content of theirs that matters.
fn unequal_meta(then: &Meta, now: &Meta) -> Option<Change> {
    if !matches!(now.kind, Kind::File | Kind::Link) {
        return None;
    }
    if then.mtime != now.mtime {
        Some(Change::Mtime { was: then.mtime, is: now.mtime })
    } else if then.ctime != now.ctime {
        Some(Change::Ctime { was: then.ctime, is: now.ctime })
    } else {
        (then.inode != now.inode).then_some(Change::Inode)
    }
}

/// Orders times: the newest mtime of a file, or of a link and the file it leads to.
fn newest_mtime(state: &State) -> Option<Timestamp> {
    let file = state.file().map(|meta| meta.mtime);
    match state {
        State::Link { own, .. } => file.max(Some(own.mtime)),
        _ => file,
    }
}
