//! The contents of inputs as digests: what was the same, whatever the times say.
//!
//! The builder's own look at contents, beside whatever strategies record: it decides which of cargo's
//! units were made from what is there now, and whether an input really changed while cargo ran. A
//! file is read unless an earlier look at the same stat proves its digest. Reading is serial; it is
//! bounded by the compile that follows.

use std::collections::BTreeMap;

use freshness_core::sys::bytes_of_path;
use freshness_core::{Digest, InputPath, Meta, Snapshot, State, Target, Timestamp};

use crate::seal;

/// What counts as a change of an input between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It was written, even if it holds again what it held: in between, it may have held something
    /// else.
    Written,
    /// It holds something else.
    Content,
}

/// What each input was and held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// The instant before the first look.
    pub(crate) cutoff: Timestamp,
    /// Each input's state, and its content's digest where it gives one.
    pub(crate) inputs: BTreeMap<InputPath, (State, Option<Digest>)>,
}

impl Contents {
    /// Looks into every file of `snapshot`, whose looking began at `cutoff`.
    pub(crate) fn read(snapshot: &Snapshot, cutoff: Timestamp, earlier: Option<&Self>) -> Self {
        let digest = |path: &InputPath, state: &State| {
            state.file()?;
            let known = earlier.and_then(|e| e.proven(path, state));
            known.or_else(|| Some(seal::digest_followed(&path.under(&snapshot.root)).ok()?.0))
        };
        let inputs = snapshot
            .entries
            .iter()
            .map(|(path, state)| (path.clone(), (state.clone(), digest(path, state))));
        Self { cutoff, inputs: inputs.collect() }
    }

    /// The digest of a file whose stat is exactly as it was at this look, and settled then.
    fn proven(&self, path: &InputPath, state: &State) -> Option<Digest> {
        let (then, digest) = self.inputs.get(path)?;
        if then == state && !then.is_racy(self.cutoff) { *digest } else { None }
    }

    /// The first input that is not what it was at the `earlier` look, or that appeared since.
    ///
    /// An input that the earlier look did not cover counts as changed where it was written since that
    /// look began; else it was there all along, and no one had asked.
    pub(crate) fn changed_since<'a>(
        &'a self,
        earlier: &Self,
        what: Changed,
    ) -> Option<&'a InputPath> {
        let changed =
            |path: &InputPath, now: &(State, Option<Digest>)| match earlier.inputs.get(path) {
                Some(then) if what == Changed::Written && times(&then.0) != times(&now.0) => true,
                Some(then) => facts(then) != facts(now),
                None => newest_ctime(&now.0).is_some_and(|ctime| ctime >= earlier.cutoff),
            };
        self.inputs.iter().find(|(path, now)| changed(path, now)).map(|(path, _)| path)
    }

    /// A digest over what these inputs are and hold; times do not enter.
    pub(crate) fn world<'a>(&self, paths: impl Iterator<Item = &'a InputPath>) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for path in paths {
            let mut put = |bytes: &[u8]| {
                hasher.update(&(bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            };
            put(bytes_of_path(path.as_path()));
            match self.inputs.get(path).map(facts) {
                Some((what, text, digest)) => {
                    put(what.as_bytes());
                    put(&text);
                    put(&digest.map(Vec::from).unwrap_or_default());
                }
                None => put(b"not looked at"),
            }
        }
        *hasher.finalize().as_bytes()
    }
}

/// What a state is without its times: its kind, what a link says, its content.
fn facts((state, digest): &(State, Option<Digest>)) -> (&'static str, Vec<u8>, Option<Digest>) {
    match state {
        State::Absent => ("absent", Vec::new(), None),
        State::Unreadable(_) => ("unreadable", Vec::new(), None),
        State::Here(meta) => (meta.kind.word(), Vec::new(), *digest),
        State::Link { text, target, .. } => {
            let what = match target {
                Target::Nowhere => "a link to nothing",
                Target::Unreadable(_) => "a link to what cannot be read",
                Target::There(_) => "a link",
            };
            (what, bytes_of_path(text.as_ref()).to_vec(), *digest)
        }
    }
}

/// The stats of the link and the file that a state shows; directories and special files have none
/// that matter.
fn times(state: &State) -> (Option<&Meta>, Option<&Meta>) {
    match state {
        State::Link { own, .. } => (Some(own), state.file()),
        _ => (None, state.file()),
    }
}

fn newest_ctime(state: &State) -> Option<Timestamp> {
    match state {
        State::Absent | State::Unreadable(_) => None,
        State::Here(meta) => state.file().map(|_| meta.ctime),
        State::Link { own, target: Target::There(meta), .. } => Some(own.ctime.max(meta.ctime)),
        State::Link { own, .. } => Some(own.ctime),
    }
}
