//! How much is read: nothing that is proven, everything else, and it is counted.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use freshness_core::{FreshnessStrategy, Meta, State, Target, Timestamp, Work};

use crate::world::{ALWAYS, CHANGED, EARLIER, Record, World, said};

/// Two files of 3 and 5 bytes, a link to the first, a dangling link and a directory's file.
fn world() -> World {
    let world = World::new([("a", "one"), ("b", "three"), ("dir/empty", "")]);
    world.link("c", "a");
    world.link("d", "nothing");
    world
}

/// A look at all of it.
const LOOKED: Work = Work {
    inputs: 5,
    stats: 7,
    files_read: 0,
    bytes_read: 0,
    digests_reused: 0,
    processes_spawned: 0,
};

const READ_ALL: Work = Work { files_read: 4, bytes_read: 3 + 5 + 3, ..LOOKED };

#[test]
fn an_unchanged_tree_is_not_read() {
    let world = world();
    let found = world.record().assess(CHANGED, &world);
    assert_eq!(said(&found), "");
    assert_eq!(found.work, Work { digests_reused: 4, ..LOOKED });
    assert!(!found.outdated);
}

#[test]
fn always_means_always() {
    let world = world();
    let record = world.record();
    let found = record.assess(ALWAYS, &world);
    assert_eq!(said(&found), "");
    assert_eq!(found.work, READ_ALL);
    assert!(!found.outdated);
    let observed = ALWAYS.observe(&record.snapshot, Some(record.as_recorded()));
    assert_eq!(observed.work, READ_ALL, "an earlier record saves it nothing");
    assert_eq!(observed.evidence, record.evidence, "the options share their evidence");
}

#[test]
fn observing_reads_each_file_once_and_reuses_what_an_earlier_record_proves() {
    let world = world();
    let first = CHANGED.observe(&world.look(), None);
    assert_eq!(first.work, READ_ALL);
    let record = world.record();
    let again = CHANGED.observe(&world.look(), Some(record.as_recorded()));
    assert_eq!(again.work, Work { digests_reused: 4, ..LOOKED });
    assert_eq!(again.evidence, first.evidence);

    world.edit("b", "THREE");
    let renewed = CHANGED.observe(&world.look(), Some(record.as_recorded()));
    assert_eq!(renewed.work, Work { digests_reused: 3, files_read: 1, bytes_read: 5, ..LOOKED });
    assert_eq!(renewed.evidence, CHANGED.observe(&world.look(), None).evidence);

    let racy = Record { cutoff: EARLIER, ..record };
    let doubted = CHANGED.observe(&world.look(), Some(racy.as_recorded()));
    assert_eq!(doubted.work, READ_ALL, "a racy record proves nothing");
}

#[test]
fn a_touched_file_is_read_found_unchanged_and_due_for_renewal() {
    let world = world();
    let record = world.record();
    world.date("b", 1_600_000_000);
    let found = record.assess(CHANGED, &world);
    assert_eq!(said(&found), "");
    assert_eq!(found.work, Work { digests_reused: 3, files_read: 1, bytes_read: 5, ..LOOKED });
    assert!(found.outdated);
}

#[test]
fn a_file_with_other_permissions_is_due_for_renewal() {
    let world = world();
    let mut record = world.record();
    // Only the ctime moves, and that may be within one tick of the clock: date the record back.
    let recorded = record.snapshot.entries.iter_mut().find(|(p, _)| p.to_string() == "b");
    let Some((_, freshness_core::State::Here(meta))) = recorded else { panic!("b is a file") };
    meta.ctime.secs -= 1;
    fs::set_permissions(world.path("b"), fs::Permissions::from_mode(0o600)).unwrap();
    let found = record.assess(CHANGED, &world);
    assert_eq!((said(&found).as_str(), found.work.files_read, found.outdated), ("", 1, true));
}

#[test]
fn a_racy_record_is_read_found_unchanged_and_due_for_renewal() {
    let world = world();
    let racy = Record { cutoff: EARLIER, ..world.record() };
    for strategy in [CHANGED, ALWAYS] {
        let found = racy.assess(strategy, &world);
        assert_eq!(said(&found), "");
        assert_eq!(found.work, READ_ALL);
        assert!(found.outdated);
    }
}

#[test]
fn what_a_file_system_keeps_too_little_of_is_read() {
    let world = world();
    let poor = |keep: fn(Meta) -> Meta| {
        let mut look = world.look();
        for (_, state) in &mut look.entries {
            match state {
                State::Here(meta) => *meta = keep(*meta),
                State::Link { target: Target::There(meta), .. } => *meta = keep(*meta),
                _ => {}
            }
        }
        look
    };
    let keeps: [fn(Meta) -> Meta; 2] =
        [|meta| Meta { inode: 0, ..meta }, |meta| Meta { ctime: Timestamp::default(), ..meta }];
    for keep in keeps {
        let record = Record { snapshot: poor(keep), ..world.record() };
        let found = CHANGED.assess(&poor(keep), record.as_recorded());
        assert_eq!(said(&found), "");
        assert_eq!((found.work.files_read, found.work.digests_reused), (4, 0));
    }
}

#[test]
fn a_file_whose_list_entry_differs_is_not_read() {
    let world = world();
    let record = world.record();
    world.edit("b", "longer than three");
    for (strategy, files_read) in [(CHANGED, 0), (ALWAYS, 3)] {
        let found = record.assess(strategy, &world);
        assert_eq!(said(&found), "input-changed b: length was 5, is 17 bytes");
        assert_eq!(found.work.files_read, files_read);
    }
}

#[test]
fn the_options_name_themselves() {
    let names = [CHANGED, ALWAYS].map(|strategy| strategy.id().to_string());
    assert_eq!(names, ["hash/changed", "hash/always"]);
    assert_eq!(CHANGED.id().evidence_version, ALWAYS.id().evidence_version);
    assert_eq!([CHANGED, ALWAYS].map(|s| s.reads_always()), [false, true]);
    assert_eq!(strategy_hash::HashStrategy::default().id(), CHANGED.id());
}
