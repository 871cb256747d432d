//! What may have been otherwise while something ran, and shows in no input: told by directories.
//!
//! The looks before and after compare inputs with each other. Three things escape that: a file that was
//! there before and is not an input any more; one that came and went; a directory, or a link, above inputs
//! that was put in another's place, whose files were written long ago. The directories' own stats tell: an
//! entry that comes or goes moves both times of its directory, and a rename moves the ctime of what is renamed
//! and leaves its mtime alone.
//!
//! Tolerable: to build once more for nothing. Never: to vouch for what was read from a world that is gone.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::path::normalize;
use freshness_core::snapshot::look;
use freshness_core::sys;
use freshness_core::{InputPath, InputSpec, Kind, Lists, Pattern, Snapshot, State, Timestamp};

use crate::contents::{Changed, Contents};

/// The first of anything that says that what was read in between may not be what is there now. The looks before
/// and now are inputs and what they held; `lists` and `specs` are those of now.
pub(crate) fn first_change(
    (before, held): (&Snapshot, &Contents),
    (now, holding): (&Snapshot, &Contents),
    (lists, specs): (&Lists, &[InputSpec]),
    what: Changed,
) -> Option<InputPath> {
    let changed = holding.changed_since(held, what).cloned();
    let changed = changed.or_else(|| removed_since(before, now, lists, specs));
    changed.or_else(|| match what {
        Changed::Written => {
            written_since(lists, held.cutoff).or_else(|| moved_since(now, held.cutoff))
        }
        Changed::Content => None,
    })
}

/// The first input of `before` that is gone from where `specs` have directories or packages listed.
fn removed_since(
    before: &Snapshot,
    after: &Snapshot,
    lists: &Lists,
    specs: &[InputSpec],
) -> Option<InputPath> {
    let root = &before.root;
    let is_of_package = |path: &Path| {
        let mut patterns = specs.iter().map(|spec| &spec.pattern);
        patterns.any(|pattern| match pattern {
            Pattern::Package { dir, .. } => path.starts_with(normalize(&root.join(dir))),
            _ => false,
        })
    };
    let is_gone = |(path, then): &&(InputPath, State)| {
        let whole = path.under(root);
        *then != State::Absent
            && after.get(path).is_none()
            && (lists.dirs.contains_key(path.split().0) || is_of_package(&whole))
            && look(&whole) == State::Absent
    };
    before.entries.iter().find(is_gone).map(|(path, _)| path.clone())
}

/// The first directory that was listed for inputs and was written since `cutoff`.
fn written_since(lists: &Lists, cutoff: Timestamp) -> Option<InputPath> {
    let written =
        lists.dirs.iter().find(|(_, listed)| listed.own.is_none_or(|own| own.ctime >= cutoff));
    written.map(|(dir, _)| InputPath::from_recorded(dir.clone()))
}

/// The first directory or link above an input that was put in its place since `cutoff`.
pub(crate) fn moved_since(snapshot: &Snapshot, cutoff: Timestamp) -> Option<InputPath> {
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for (path, _) in &snapshot.entries {
        let path = path.under(&snapshot.root);
        // What is above one that was looked at was looked at with it.
        for above in path.ancestors().skip(1).take_while(|above| seen.insert(above.to_path_buf())) {
            if was_moved(above, cutoff) {
                return Some(InputPath::new(&snapshot.root, above));
            }
        }
    }
    None
}

fn was_moved(path: &Path, cutoff: Timestamp) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    let own = sys::meta_of(&metadata);
    match own.kind {
        Kind::Link => own.ctime >= cutoff,
        _ => own.ctime >= cutoff && own.mtime < cutoff,
    }
}
