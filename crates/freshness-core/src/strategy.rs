//! The one trait that strategies implement, and the comparison of lists that all of them share.
//!
//! A strategy compares the world (a [`Snapshot`]) with what a stamp recorded of it ([`Recorded`]).
//! The record of lists and stats is common; what a strategy wants to know beyond that is its own
//! evidence, opaque to everyone else. A stamp holds the evidence of every strategy, so they are
//! different *readings* of one stamp and switching between them costs nothing.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;

use crate::path::{Escaped, InputPath};
use crate::snapshot::{Kind, Meta, Snapshot, State, Target, Timestamp};
use crate::verdict::{Change, Reason};

/// A way to compare a snapshot with a stamp.
///
/// # Laws
/// Tested for every implementation:
/// - assessing what was just observed gives no reasons, unless an entry is racy, and then the
///   strategy looks closer;
/// - nothing is ever written;
/// - reasons come in path order;
/// - the result does not depend on how many threads work on it;
/// - work is returned as counts.
pub trait FreshnessStrategy: Send + Sync {
    /// Its name, option and evidence version.
    fn id(&self) -> StrategyId;

    /// Records what it will want to know of these inputs later. `earlier` is a record whose
    /// evidence may be reused where its entries prove to be unchanged.
    fn observe(&self, now: &Snapshot, earlier: Option<Recorded<'_>>) -> Observation;

    /// Says what differs between the world and the record.
    fn assess(&self, now: &Snapshot, recorded: Recorded<'_>) -> Assessment;

    /// Whether it refuses to take an unchanged `stat` for an unchanged file: then published
    /// archives are read as well.
    fn reads_always(&self) -> bool {
        false
    }
}

/// Names a strategy, one of its options, and the version of its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrategyId {
    /// The name in configurations: `mtime`, `hash`. Options of one name share their evidence.
    pub name: &'static str,
    /// The option's value: `recorded`, `newer-than`, `changed`, `always`.
    pub option: &'static str,
    /// The version of the evidence's encoding.
    pub evidence_version: u32,
}

impl fmt::Display for StrategyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.option)
    }
}

/// What a build recorded of its inputs, as one strategy sees it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The inputs as they were.
    pub snapshot: &'a Snapshot,
    /// The instant before the first of them was looked at, by the file system's clock.
    pub cutoff: Timestamp,
    /// The strategy's own evidence, as its `observe` gave it.
    pub evidence: &'a [u8],
}

impl<'a> Recorded<'a> {
    /// What is recorded for `strategy`, if there is evidence of its name in its version.
    #[must_use]
    pub fn find(
        strategy: StrategyId,
        evidence: &'a [Evidence],
        snapshot: &'a Snapshot,
        cutoff: Timestamp,
    ) -> Option<Self> {
        let is_its =
            |e: &&Evidence| e.strategy == strategy.name && e.version == strategy.evidence_version;
        let found = evidence.iter().find(is_its)?;
        Some(Self { snapshot, cutoff, evidence: &found.bytes })
    }
}

/// A strategy's evidence, in a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// [`StrategyId::name`].
    pub strategy: String,
    /// [`StrategyId::evidence_version`].
    pub version: u32,
    /// As `observe` gave it.
    pub bytes: Vec<u8>,
}

/// What `observe` recorded.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// The evidence.
    pub evidence: Vec<u8>,
    /// What it cost.
    pub work: Work,
}

/// What `assess` found.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// What differs, in path order.
    pub reasons: Vec<Reason>,
    /// What it cost.
    pub work: Work,
    /// Whether some recorded stat is out of date although the contents were proven to be the same: a
    /// build may renew it.
    pub outdated: bool,
}

/// Work done, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Inputs in the list.
    pub inputs: u64,
    /// `stat` calls.
    pub stats: u64,
    /// Files whose content was read.
    pub files_read: u64,
    /// Bytes read from them.
    pub bytes_read: u64,
    /// Files whose recorded digest was taken as it was.
    pub digests_reused: u64,
    /// Processes started.
    pub processes_spawned: u64,
}

impl std::ops::AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.stats += other.stats;
        self.files_read += other.files_read;
        self.bytes_read += other.bytes_read;
        self.digests_reused += other.digests_reused;
        self.processes_spawned += other.processes_spawned;
    }
}

/// An input of two snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The input.
    pub path: &'a InputPath,
    /// Its index in the earlier snapshot.
    pub index: usize,
    /// Its state then.
    pub then: &'a State,
    /// Its state now.
    pub now: &'a State,
}

/// One step through two lists.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Only the later list has it.
    Added(&'a InputPath, &'a State),
    /// Only the earlier list has it.
    Removed(&'a InputPath, &'a State),
    /// Both have it.
    Both(Pair<'a>),
}

/// Walks two snapshots side by side, in path order.
pub fn merge<'a>(then: &'a Snapshot, now: &'a Snapshot) -> impl Iterator<Item = Step<'a>> {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let order = match (then.entries.get(i), now.entries.get(j)) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        if order == Ordering::Less {
            let (path, state) = &then.entries[i];
            i += 1;
            return Some(Step::Removed(path, state));
        }
        let (path, state) = &now.entries[j];
        j += 1;
        if order == Ordering::Greater {
            return Some(Step::Added(path, state));
        }
        i += 1;
        let then = &then.entries[i - 1].1;
        Some(Step::Both(Pair { path, index: i - 1, then, now: state }))
    })
}

/// Compares what every strategy compares: the list of paths, and of each its kind, length and link
/// text. Pairs that are equal in these are handed to `closer`, in path order.
pub fn compare_lists<'a>(
    then: &'a Snapshot,
    now: &'a Snapshot,
    mut closer: impl FnMut(Pair<'a>),
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for step in merge(then, now) {
        match step {
            Step::Added(path, state) => reasons.extend(appeared(path, state)),
            Step::Removed(_, State::Absent) => {}
            Step::Removed(path, _) => reasons.push(Reason::InputRemoved { path: path.clone() }),
            Step::Both(pair) => match compare_listed(pair) {
                Some(reason) => reasons.push(reason),
                None => closer(pair),
            },
        }
    }
    reasons
}

/// A path that is newly looked at matters only where something is there.
fn appeared(path: &InputPath, state: &State) -> Option<Reason> {
    let path = path.clone();
    match state {
        State::Absent => None,
        State::Unreadable(problem) => {
            Some(Reason::InputUnreadable { path, problem: problem.clone() })
        }
        State::Here(_) | State::Link { .. } => Some(Reason::InputAdded { path }),
    }
}

/// What the list itself says of one input: presence, kind, length, link text.
fn compare_listed(pair: Pair<'_>) -> Option<Reason> {
    let path = || pair.path.clone();
    if let Some(problem) = pair.now.unreadable() {
        return Some(Reason::InputUnreadable { path: path(), problem: problem.to_owned() });
    }
    let changed = |change| Some(Reason::InputChanged { path: path(), change });
    match (pair.then, pair.now) {
        (State::Absent, State::Absent) => None,
        (State::Absent, _) => Some(Reason::InputAdded { path: path() }),
        (_, State::Absent) => Some(Reason::InputRemoved { path: path() }),
        // It could not be looked at then: whatever it is now, nothing was recorded of it.
        (State::Unreadable(_), _) | (State::Link { target: Target::Unreadable(_), .. }, _) => {
            changed(Change::Content)
        }
        (
            State::Link { text: was, target: then, .. },
            State::Link { text: is, target: now, .. },
        ) => {
            if was != is {
                return changed(Change::LinkText { was: shown(was), is: shown(is) });
            }
            match (then, now) {
                (Target::There(then), Target::There(now)) => differs(then, now).and_then(changed),
                (Target::Nowhere, Target::Nowhere) => None,
                (_, now) => {
                    changed(Change::LinkTarget { leads_somewhere: matches!(now, Target::There(_)) })
                }
            }
        }
        (then, now) => differs(own(then)?, own(now)?).and_then(changed),
    }
}

/// The stat of the path itself, without following a link.
fn own(state: &State) -> Option<&Meta> {
    match state {
        State::Here(meta) | State::Link { own: meta, .. } => Some(meta),
        State::Absent | State::Unreadable(_) => None,
    }
}

fn differs(then: &Meta, now: &Meta) -> Option<Change> {
    if then.kind != now.kind {
        return Some(Change::Kind { was: then.kind, is: now.kind });
    }
    let file = now.kind == Kind::File;
    (file && then.len != now.len).then_some(Change::Length { was: then.len, is: now.len })
}

fn shown(text: &OsStr) -> String {
    Escaped::os_str(text).to_string()
}
