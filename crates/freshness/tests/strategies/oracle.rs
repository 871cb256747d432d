//! Random edits against a plain comparison of bytes, which shares nothing with the strategies.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use freshness_core::Timestamp;
use proptest::prelude::*;

use crate::contract::in_short;
use crate::edits::{Edit, edits};
use crate::world::{Record, STRATEGIES, World};

/// All that an archive could depend on, path by path.
type Bytes = BTreeMap<PathBuf, Seen>;

/// What is at one path.
#[derive(Debug, PartialEq)]
struct Seen {
    /// Kind, length and link text, of the path and behind it.
    listed: String,
    /// The bytes that opening it gives.
    content: Option<Vec<u8>>,
}

/// Reads every input, one after the other.
fn read_inputs(root: &Path) -> Bytes {
    let mut paths = vec![root.join("Cargo.toml"), root.join("absent.toml")];
    let mut pending = vec![root.join("src")];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let is_dir = fs::symlink_metadata(&path).unwrap().is_dir();
            if is_dir { &mut pending } else { &mut paths }.push(path);
        }
    }
    paths.into_iter().filter_map(|path| Some((path.clone(), read_input(&path)?))).collect()
}

fn read_input(path: &Path) -> Option<Seen> {
    let own = fs::symlink_metadata(path).ok()?;
    let target = fs::metadata(path).ok();
    let of = |meta: &fs::Metadata| match meta.is_dir() {
        true => "a directory".to_owned(),
        false => format!("a file of {}", meta.len()),
    };
    let behind = target.as_ref().map_or("nothing".into(), of);
    let listed = match fs::read_link(path) {
        Ok(text) => format!("{} to {behind}", text.display()),
        Err(_) => of(&own),
    };
    let is_file = target.is_some_and(|meta| meta.is_file());
    Some(Seen { listed, content: is_file.then(|| fs::read(path).unwrap()) })
}

/// Whether some file or link among the inputs, or the file behind a link, has an mtime at or after
/// `cutoff`.
fn any_is_newer(inputs: &Bytes, cutoff: Timestamp) -> bool {
    let is_newer = |meta: fs::Metadata| {
        !meta.is_dir() && (meta.mtime(), meta.mtime_nsec()) >= (cutoff.secs, cutoff.nanos.into())
    };
    inputs.keys().any(|path| {
        [fs::symlink_metadata(path), fs::metadata(path)].into_iter().flatten().any(is_newer)
    })
}

fn lists(inputs: &Bytes) -> Vec<(&Path, &str)> {
    inputs.iter().map(|(path, seen)| (path.as_path(), &*seen.listed)).collect()
}

/// A tree after `earlier` edits, its record, and what is there after `later` ones.
struct Story {
    world: World,
    record: Record,
    built_from: Bytes,
    now: Bytes,
}

fn tell(earlier: &[Edit], later: &[Edit]) -> Story {
    let mut world = World::new();
    world.write("src/d/c.rs", "1111");
    world.link("src/l", "../data/one");
    earlier.iter().for_each(|edit| edit.apply(&world));
    let record = world.record();
    let built_from = read_inputs(world.root());
    later.iter().for_each(|edit| edit.apply(&world));
    let now = read_inputs(world.root());
    Story { world, record, built_from, now }
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn no_strategy_says_fresh_where_bytes_changed(earlier in edits(6), later in edits(6)) {
        let Story { world, record, built_from, now } = tell(&earlier, &later);
        let changed = built_from != now;
        // The blind spot of newer-than, exactly: it compares lists and mtimes with the cut-off.
        let newer_than =
            lists(&built_from) == lists(&now) && !any_is_newer(&now, world.cutoff);
        let snapshot = world.look();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let found = strategy.assess(&snapshot, record.recorded(column));
            let fresh = found.reasons.is_empty();
            let id = strategy.id().to_string();
            let says = format!("{id} says {}", in_short(&found));
            match &*id {
                "mtime/recorded" => {
                    prop_assert!(!(fresh && changed), "{}", says);
                    prop_assert!(fresh || !later.is_empty(), "{}", says);
                }
                "mtime/newer-than" => prop_assert_eq!(fresh, newer_than, "{}", says),
                _ => prop_assert_eq!(fresh, !changed, "{}", says),
            }
            // A build may then record these stats as those of what was built.
            prop_assert!(!(fresh && found.outdated && changed), "{} and is outdated", says);
        }
    }

    #[test]
    fn a_record_renewed_over_many_looks_is_the_record_of_one(
        earlier in edits(4),
        looks in prop::collection::vec(edits(3), 1..4),
    ) {
        let Story { mut world, mut record, .. } = tell(&earlier, &[]);
        for later in looks {
            later.iter().for_each(|edit| edit.apply(&world));
            world.cutoff = world.tick();
            let now = world.look();
            let reused = [0, 1, 2, 3].map(|column| {
                STRATEGIES[column].observe(&now, Some(record.recorded(column))).evidence
            });
            record = Record::of(now, world.cutoff);
            prop_assert_eq!(&reused, &record.evidence);
        }
    }
}
