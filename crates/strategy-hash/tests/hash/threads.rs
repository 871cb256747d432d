//! The result does not depend on how many threads work on it.

use std::fs;
use std::num::NonZeroUsize;

use freshness_core::Assessment;
use freshness_core::spread::Threads;
use freshness_core::spread::UNTOLD;
use freshness_core::survey::{assess_all, observe_all};

use crate::world::{ALWAYS, CHANGED, EARLIER, Record, World};

fn threads(count: usize) -> Threads {
    Threads::Exactly(NonZeroUsize::new(count).unwrap())
}

/// Enough files to go round, of different lengths so that threads overtake each other.
fn forest() -> World {
    let world = World::new([]);
    for i in 0..200 {
        let text = i.to_string().repeat(1 + (i * 37) % 4000);
        world.write(&format!("dir{}/file{i}", i % 7), &text);
    }
    world
}

#[test]
fn evidence_is_the_same_on_one_thread_and_on_four() {
    let world = forest();
    let now = world.look();
    for strategy in [CHANGED, ALWAYS] {
        let [one, four] = [1, 4].map(|n| observe_all(&strategy, &now, None, threads(n), UNTOLD));
        assert_eq!(one.evidence, four.evidence);
        assert_eq!(one.work, four.work);
        assert_eq!(one.work.files_read, 200);
    }
}

#[test]
fn reasons_and_work_are_the_same_on_one_thread_and_on_four() {
    let world = forest();
    let record = Record { cutoff: EARLIER, ..world.record() };
    for i in (0..200).step_by(9) {
        let path = format!("dir{}/file{i}", i % 7);
        let text = fs::read_to_string(world.path(&path)).unwrap();
        world.edit(&path, &text.replace(|c: char| c.is_ascii_digit(), "x"));
    }
    fs::remove_file(world.path("dir1/file1")).unwrap();
    world.write("dir1/new", "");
    for strategy in [CHANGED, ALWAYS] {
        let now = world.look();
        let assess = |n| assess_all(&strategy, &now, record.as_recorded(), threads(n), UNTOLD);
        let [one, four]: [Assessment; 2] = [1, 4].map(assess);
        assert_eq!(one.reasons, four.reasons);
        assert_eq!((one.work, one.outdated), (four.work, four.outdated));
        assert_eq!(one.reasons.len(), 200_usize.div_ceil(9) + 2);
        let paths: Vec<_> = one.reasons.iter().map(|r| r.path().unwrap().as_os_str()).collect();
        assert!(paths.is_sorted(), "{paths:?}");
    }
}
