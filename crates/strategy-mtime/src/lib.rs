//! Decides freshness from recorded times, reading no contents.
//!
//! [`Rule::Recorded`] compares every stat with its record for *inequality*; times are never ordered.
//! Tolerable: a false stale (a touched file, a fresh checkout). Never: a false fresh; a write whose
//! times cannot be told from the record's (racy) is stale.
//!
//! [`Rule::NewerThan`] is the classic rule, kept as the baseline: it *orders* times, so it believes
//! whoever last set an mtime. Blind spots: an edit of the same length with an mtime before the
//! cut-off; a clock that was set back.

use freshness_core::strategy::{Difference, Finding, Known, Subject};
use freshness_core::{
    Change, FreshnessStrategy, Kind, Meta, State, StrategyId, Target, Timestamp, Work,
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

    fn evidence_bytes(&self) -> usize {
        0
    }

    fn observe_one(&self, _: Subject<'_>, _: Option<Known<'_>>, _: &mut [u8], _: &mut Work) {}

    fn assess_one(&self, input: Subject<'_>, recorded: Known<'_>, _: &mut Work) -> Finding {
        let difference = match self.rule {
            Rule::Recorded => unequal(recorded.state, input.state)
                .or_else(|| recorded.is_racy().then_some(Change::Racy))
                .map(Difference::Changed),
            Rule::NewerThan => newest_mtime(input.state)
                .filter(|mtime| *mtime >= recorded.cutoff)
                .map(|mtime| Difference::Newer { mtime, cutoff: recorded.cutoff }),
        };
        // Times prove no content, so nothing here may renew a record of contents.
        Finding { difference, outdated: false }
    }
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
