//! The contents of inputs as digests: what was the same, whatever the times say.
//!
//! The builder's own look at contents, beside whatever strategies record: it decides which of cargo's
//! units were made from what is there now, and whether an input really changed while cargo ran. A
//! file is read unless an earlier look at the same stat proves its digest. Reading is serial; it is
//! bounded by the compile that follows.

use std::collections::BTreeMap;

use freshness_core::spread::Told;
use freshness_core::sys::bytes_of_path;
use freshness_core::{Digest, InputPath, Meta, Snapshot, State, Target, Timestamp};

use crate::key::write_bytes;
use crate::seal;

/// After so many inputs it is told how far reading has come.
const TOLD_AFTER: usize = 64;

/// What [`Contents::told`] says of nothing.
pub(crate) const ABSENT: &str = "absent";

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
    pub(crate) fn read(
        snapshot: &Snapshot,
        cutoff: Timestamp,
        earlier: Option<&Self>,
        told: Told<'_>,
    ) -> Self {
        let digest = |path: &InputPath, state: &State| {
            state.file()?;
            let known = earlier.and_then(|e| e.proven(path, state));
            known.or_else(|| Some(seal::digest_followed(&path.under(&snapshot.root)).ok()?.0))
        };
        let count = snapshot.entries.len();
        told(0, count);
        let inputs = snapshot.entries.iter().enumerate().map(|(index, (path, state))| {
            let read = (path.clone(), (state.clone(), digest(path, state)));
            let done = index + 1;
            if done % TOLD_AFTER == 0 || done == count {
                told(done, count);
            }
            read
        });
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

    /// The newest modification time among these inputs.
    pub(crate) fn newest_mtime<'a>(
        &self,
        paths: impl Iterator<Item = &'a InputPath>,
    ) -> Option<Timestamp> {
        let states = paths.filter_map(|path| self.inputs.get(path)).map(|(state, _)| state);
        let mtimes = states.flat_map(|state| match state {
            State::Absent | State::Unreadable(_) => [None, None],
            State::Here(meta) => [Some(meta.mtime), None],
            State::Link { own, target: Target::There(meta), .. } => {
                [Some(own.mtime), Some(meta.mtime)]
            }
            State::Link { own, .. } => [Some(own.mtime), None],
        });
        mtimes.flatten().max()
    }

    /// What an input is without its times: its kind, what a link says, its content. Nothing where that cannot
    /// be told, or no one looked.
    pub(crate) fn told(&self, path: &InputPath) -> Option<(&'static str, Vec<u8>, Option<Digest>)> {
        let (state, digest) = self.inputs.get(path)?;
        let is_unreadable = match state {
            State::Unreadable(_) | State::Link { target: Target::Unreadable(_), .. } => true,
            _ => state.file().is_some() && digest.is_none(),
        };
        (!is_unreadable).then(|| facts(&(state.clone(), *digest)))
    }

    /// A digest over what these inputs are and hold; times do not enter.
    pub(crate) fn world<'a>(&self, paths: impl Iterator<Item = &'a InputPath>) -> Digest {
        let mut hasher = blake3::Hasher::new();
        for path in paths {
            let mut put = |bytes: &[u8]| write_bytes(&mut hasher, bytes);
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
        State::Absent => (ABSENT, Vec::new(), None),
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
pub(crate) fn times(state: &State) -> (Option<&Meta>, Option<&Meta>) {
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use freshness_core::{InputSpec, Pattern, discover};

    use super::*;

    const SETTLED: Timestamp = Timestamp { secs: i64::MAX, nanos: 0 };
    const RACY: Timestamp = Timestamp { secs: 0, nanos: 0 };

    fn read(dir: &Path, cutoff: Timestamp, earlier: Option<&Contents>) -> Contents {
        let tree = Pattern::Tree { dir: "".into(), skip: Vec::new() };
        let specs = [InputSpec { pattern: tree, why: String::new() }];
        Contents::read(
            &Snapshot::take(discover(dir, &specs).unwrap()),
            cutoff,
            earlier,
            freshness_core::spread::UNTOLD,
        )
    }

    #[test]
    fn a_rewrite_of_the_same_bytes_is_written_and_not_changed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "x").unwrap();
        let before = read(dir.path(), SETTLED, None);
        let again = read(dir.path(), SETTLED, Some(&before));
        assert_eq!(again.changed_since(&before, Changed::Written), None);
        filetime::set_file_mtime(&file, filetime::FileTime::from_unix_time(5, 0)).unwrap();
        let after = read(dir.path(), SETTLED, Some(&before));
        assert!(after.changed_since(&before, Changed::Written).is_some());
        assert_eq!(after.changed_since(&before, Changed::Content), None);
        fs::write(&file, "y").unwrap();
        let after = read(dir.path(), SETTLED, Some(&before));
        assert!(after.changed_since(&before, Changed::Content).is_some());
    }

    #[test]
    fn an_input_no_one_asked_for_counts_if_it_was_written_since() {
        let dir = tempfile::tempdir().unwrap();
        let long_ago = Contents { cutoff: RACY, ..Contents::default() };
        let just_now = Contents { cutoff: SETTLED, ..Contents::default() };
        fs::write(dir.path().join("a"), "x").unwrap();
        let after = read(dir.path(), SETTLED, None);
        assert!(after.changed_since(&long_ago, Changed::Content).is_some());
        assert_eq!(after.changed_since(&just_now, Changed::Written), None);
    }

    #[test]
    fn a_digest_is_taken_over_only_where_the_stat_proves_it() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "x").unwrap();
        let mut settled = read(dir.path(), SETTLED, None);
        for (_, digest) in settled.inputs.values_mut() {
            *digest = Some([7; 32]);
        }
        let digests = |contents: &Contents| {
            contents.inputs.values().map(|(_, digest)| *digest).collect::<Vec<_>>()
        };
        assert_eq!(digests(&read(dir.path(), SETTLED, Some(&settled))), [Some([7; 32])]);
        settled.cutoff = RACY;
        assert_ne!(digests(&read(dir.path(), SETTLED, Some(&settled))), [Some([7; 32])]);
    }

    #[test]
    fn worlds_differ_in_content_kind_and_link_text_and_not_in_times() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        let world = || {
            let contents = read(dir.path(), SETTLED, None);
            contents.world(contents.inputs.keys())
        };
        fs::write(&file, "x").unwrap();
        let first = world();
        filetime::set_file_mtime(&file, filetime::FileTime::from_unix_time(5, 0)).unwrap();
        assert_eq!(world(), first);
        fs::write(&file, "y").unwrap();
        let second = world();
        fs::rename(&file, dir.path().join("b")).unwrap();
        std::os::unix::fs::symlink("b", &file).unwrap();
        let third = world();
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("./b", &file).unwrap();
        let mut worlds = vec![first, second, third, world()];
        worlds.sort_unstable();
        worlds.dedup();
        assert_eq!(worlds.len(), 4);
    }
}
