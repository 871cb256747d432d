//! What every strategy compares: the list of inputs, and of each its kind, length and link text.
//!
//! What lies beyond that is a strategy's own ([`crate::FreshnessStrategy::assess_one`]) and is asked of the
//! inputs that are equal in these.

use std::cmp::Ordering;
use std::ffi::OsStr;

use crate::path::{Escaped, InputPath};
use crate::snapshot::{Kind, Meta, Snapshot, State, Target};
use crate::verdict::{Change, Reason};

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
            Step::Both(pair) => match compare_listed(pair.then, pair.now, || pair.path.clone()) {
                Some(reason) => reasons.push(reason),
                None => closer(pair),
            },
        }
    }
    reasons
}

/// A path that is newly looked at matters only where something is there.
pub(crate) fn appeared(path: &InputPath, state: &State) -> Option<Reason> {
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
pub(crate) fn compare_listed(
    then: &State,
    now: &State,
    path: impl Fn() -> InputPath,
) -> Option<Reason> {
    if let Some(problem) = now.unreadable() {
        return Some(Reason::InputUnreadable { path: path(), problem: problem.to_owned() });
    }
    let changed = |change| Some(Reason::InputChanged { path: path(), change });
    match (then, now) {
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
