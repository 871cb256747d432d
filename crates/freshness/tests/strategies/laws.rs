//! The laws of the trait, for every strategy, on every row of the contract.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use freshness_core::{Reason, Timestamp, Work};

use crate::contract::{Played, Recording, Row, in_short};
use crate::world::{Record, STRATEGIES, World};
use crate::{contents, links, lists, times};

fn rows() -> impl Iterator<Item = &'static Row> {
    [times::ROWS, contents::ROWS, lists::ROWS, links::ROWS].into_iter().flatten()
}

/// Everything that a write anywhere below `dir` would change. (Reading may move an access time.)
fn everything_below(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(path) = pending.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
        let rest = (meta.ino(), meta.mode(), meta.nlink(), meta.len());
        let bytes = meta.is_file().then(|| fs::read(&path).unwrap());
        all.insert(path, format!("{times:?} {rest:?} {bytes:?}"));
    }
    all
}

#[test]
fn every_strategy_passes_the_trial_that_others_are_put_to() {
    for strategy in STRATEGIES {
        let dir = tempfile::tempdir().unwrap();
        let broken = freshness_core::laws::broken(strategy, dir.path()).unwrap();
        assert_eq!(broken, [""; 0], "{}", strategy.id());
    }
}

#[test]
fn nothing_is_ever_written() {
    for row in rows() {
        let Played { world, record, now } = row.play();
        let before = everything_below(world.root());
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            strategy.observe(&now, None);
            strategy.observe(&now, Some(record.recorded(column)));
            strategy.assess(&now, record.recorded(column));
        }
        assert_eq!(everything_below(world.root()), before, "{}", row.edit);
    }
}

#[test]
fn reasons_come_in_path_order_each_path_once() {
    for row in rows() {
        let played = row.play();
        for column in 0..STRATEGIES.len() {
            let found = played.assess(column);
            let path = |reason: &Reason| reason.path().unwrap().as_os_str().to_owned();
            let paths: Vec<_> = found.reasons.iter().map(path).collect();
            assert!(paths.is_sorted_by(|a, b| a < b), "{}: {paths:?}", row.edit);
        }
    }
}

#[test]
fn what_was_just_observed_is_fresh() {
    for row in rows() {
        let Played { mut world, .. } = row.play();
        let record = world.record();
        let now = world.look();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let found = strategy.assess(&now, record.recorded(column));
            // The rule that orders times disbelieves a date in the future for ever.
            let in_the_future = |reason: &Reason| match reason {
                Reason::InputNewer { mtime, cutoff, .. } => {
                    strategy.id().option == "newer-than" && mtime >= cutoff
                }
                _ => false,
            };
            let fresh = found.reasons.iter().all(in_the_future);
            assert!(fresh, "{}: {} says {}", row.edit, strategy.id(), in_short(&found));
            assert!(!found.outdated, "{}: {}", row.edit, strategy.id());
        }
    }
}

#[test]
fn what_was_just_observed_and_is_racy_is_looked_at_closer() {
    let mut world = World::new();
    let settled = world.record();
    let racy = Record { cutoff: Timestamp::default(), ..settled };
    let now = world.look();
    let [recorded, _, changed, always] =
        [0, 1, 2, 3].map(|column| STRATEGIES[column].assess(&now, racy.recorded(column)));
    let all = "input-changed Cargo.toml, input-changed src/a.rs, input-changed src/b.rs, \
               input-changed src/empty.rs";
    assert_eq!(in_short(&recorded), all, "times alone cannot tell");
    for read in [changed, always] {
        assert_eq!(in_short(&read), "fresh");
        assert_eq!((read.work.files_read, read.work.digests_reused), (4, 0));
        assert!(read.outdated, "the next build may record it with a later cut-off");
    }
}

#[test]
fn reusing_an_earlier_record_gives_the_evidence_of_reading_everything() {
    // Where an edit left no trace in any stat, reuse is blind as the table says.
    for row in rows().filter(|row| !matches!(row.record, Recording::Hidden)) {
        let Played { world: _kept, record, now } = row.play();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let reused = strategy.observe(&now, Some(record.recorded(column)));
            let read = strategy.observe(&now, None);
            assert_eq!(reused.evidence, read.evidence, "{}: {}", row.edit, strategy.id());
            let files = read.work.files_read;
            let accounted = reused.work.files_read + reused.work.digests_reused;
            assert_eq!(accounted, files, "{}: {}", row.edit, strategy.id());
        }
    }
}

#[test]
fn options_of_one_name_leave_the_same_evidence() {
    for row in rows() {
        let Played { world: _kept, now, .. } = row.play();
        for (a, b) in [(0, 1), (2, 3)] {
            let (a, b) = (STRATEGIES[a], STRATEGIES[b]);
            assert_eq!(a.id().name, b.id().name);
            assert_eq!(a.observe(&now, None).evidence, b.observe(&now, None).evidence);
        }
    }
}

#[test]
fn work_is_counted_for_every_row() {
    for row in rows() {
        let played = row.play();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let Work { inputs, stats, files_read, digests_reused, processes_spawned, .. } =
                played.assess(column).work;
            assert_eq!(inputs, played.now.entries.len() as u64);
            assert_eq!(stats, played.now.stats());
            assert_eq!(processes_spawned, 0);
            let (reads, reuses) = (strategy.id().name == "hash", strategy.id().option == "changed");
            assert!(reads || files_read == 0, "{}: {}", row.edit, strategy.id());
            assert!(reuses || digests_reused == 0, "{}: {}", row.edit, strategy.id());
        }
    }
}

#[test]
fn work_is_exact_where_nothing_changed() {
    let mut world = World::new();
    world.link("src/link", "../data/one");
    world.link("src/dangling", "nothing");
    let record = world.record();
    let now = world.look();
    // Seven paths; one more look behind each link. Five have a content: 9 + 4 + 4 + 0 + 4 bytes.
    let looked = Work { inputs: 7, stats: 9, ..Work::default() };
    let read = Work { files_read: 5, bytes_read: 21, ..looked };
    let reused = Work { digests_reused: 5, ..looked };
    let assessed = [0, 1, 2, 3].map(|c| STRATEGIES[c].assess(&now, record.recorded(c)).work);
    assert_eq!(assessed, [looked, looked, reused, read]);
    let observed = STRATEGIES.map(|strategy| strategy.observe(&now, None).work);
    assert_eq!(observed, [looked, looked, read, read]);
    let again = [0, 1, 2, 3].map(|c| STRATEGIES[c].observe(&now, Some(record.recorded(c))).work);
    assert_eq!(again, [looked, looked, reused, read]);
}
