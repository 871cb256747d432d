//! The evidence is believed as far as it goes, and not a digest further.

use std::fs;

use freshness_core::{FreshnessStrategy, State};

use crate::world::{ALWAYS, CHANGED, EARLIER, Record, World, said};

const BOTH: [strategy_hash::HashStrategy; 2] = [CHANGED, ALWAYS];

#[test]
fn evidence_is_one_blake3_digest_for_each_input() {
    let world = World::new([("a", "first"), ("b", "")]);
    world.link("c", "a");
    world.link("d", "nothing");
    let digest = |text: &str| *blake3::hash(text.as_bytes()).as_bytes();
    let expected = [digest("first"), digest(""), digest("first"), [0; 32]].concat();
    assert_eq!(world.record().evidence, expected);
}

#[test]
fn content_that_differs_is_found_whatever_its_stat_says() {
    let world = World::new([("a", "before"), ("b", "same")]);
    let record = world.record();
    world.edit("a", "after!");
    for strategy in BOTH {
        let found = record.assess(strategy, &world);
        assert_eq!(said(&found), "input-changed a: content differs");
        assert_eq!(found.work.files_read, if strategy.reads_always() { 2 } else { 1 });
    }
    // A writer that moves no time: as if the stat had been recorded so.
    let hidden = Record { snapshot: world.look(), ..record };
    assert_eq!(said(&hidden.assess(ALWAYS, &world)), "input-changed a: content differs");
    assert_eq!(said(&hidden.assess(CHANGED, &world)), "", "the documented blind spot");
    let racy = Record { cutoff: EARLIER, ..hidden };
    assert_eq!(said(&racy.assess(CHANGED, &world)), "input-changed a: content differs");
}

#[test]
fn large_and_odd_lengths_are_read_whole() {
    for length in [1, 64 << 10, (64 << 10) + 1, (3 << 20) + 7] {
        let text = "x".repeat(length);
        let world = World::new([("a", &*text)]);
        let record = world.record();
        assert_eq!(record.evidence, blake3::hash(text.as_bytes()).as_bytes());
        world.edit("a", &format!("{}y", &text[1..]));
        let found = record.assess(CHANGED, &world);
        assert_eq!(said(&found), "input-changed a: content differs");
        assert_eq!(found.work.bytes_read, length as u64);
    }
}

#[test]
fn evidence_that_lacks_a_digest_proves_nothing() {
    let world = World::new([("a", "one"), ("b", "two"), ("c", "three")]);
    let whole = world.record();
    for (length, missing) in [(0, "abc"), (31, "abc"), (32, "bc"), (95, "c"), (96, "")] {
        let short = Record { evidence: whole.evidence[..length].into(), ..whole.clone() };
        let expected: Vec<String> =
            missing.chars().map(|c| format!("input-changed {c}: content differs")).collect();
        for strategy in BOTH {
            assert_eq!(said(&short.assess(strategy, &world)), expected.join("\n"), "{length}");
        }
    }
}

#[test]
fn evidence_that_lacks_a_digest_is_completed_when_it_is_reused() {
    let world = World::new([("a", "one"), ("b", "two")]);
    let whole = world.record();
    let short = Record { evidence: whole.evidence[..32].into(), ..whole.clone() };
    let again = CHANGED.observe(&world.look(), Some(short.as_recorded()));
    assert_eq!(again.evidence, whole.evidence);
    assert_eq!((again.work.digests_reused, again.work.files_read), (1, 1));
}

/// A regular file that anyone may look at and no one can read: reading address 0 fails even for
/// root, which permissions do not stop.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_could_not_be_read_is_not_taken_for_unchanged() {
    use freshness_core::{InputSpec, Pattern, Snapshot, discover};

    let spec = InputSpec { pattern: Pattern::Path("/proc/self/mem".into()), why: "a test".into() };
    let snapshot = Snapshot::take(discover("/ws".as_ref(), &[spec]).unwrap());
    let State::Here(meta) = &snapshot.entries[0].1 else { panic!("{snapshot:?}") };
    assert_eq!(meta.kind, freshness_core::Kind::File);
    let observed = CHANGED.observe(&snapshot, None);
    assert_eq!(observed.evidence, [0; 32]);
    assert_eq!(observed.work.files_read, 0);
    let record = Record { evidence: observed.evidence, cutoff: crate::world::LATER, snapshot };
    for strategy in BOTH {
        let found = strategy.assess(&record.snapshot, record.as_recorded());
        let [reason] = &found.reasons[..] else { panic!("{:?}", found.reasons) };
        assert_eq!(reason.code(), "input-unreadable", "{reason}");
        assert_eq!((found.work.files_read, found.work.digests_reused), (0, 0));
    }
}

#[test]
fn a_file_that_vanishes_between_the_look_and_the_read_is_unreadable() {
    let world = World::new([("a", "one"), ("b", "two")]);
    let record = world.record();
    world.date("a", 1_600_000_000);
    world.date("b", 1_600_000_000);
    let now = world.look();
    fs::remove_file(world.path("a")).unwrap();
    fs::remove_file(world.path("b")).unwrap();
    fs::create_dir(world.path("b")).unwrap();
    for strategy in BOTH {
        let found = strategy.assess(&now, record.as_recorded());
        let codes: Vec<_> = found.reasons.iter().map(|r| (r.path().unwrap(), r.code())).collect();
        assert_eq!(codes, [("a".as_ref(), "input-unreadable"), ("b".as_ref(), "input-unreadable")]);
        assert!(said(&found).contains("input-unreadable b: cannot be read: not a regular file"));
    }
}

#[test]
fn what_could_not_be_looked_at_is_stale_when_it_can_be() {
    let world = World::new([("a", "one")]);
    let mut record = world.record();
    record.snapshot.entries[0].1 = State::Unreadable("Permission denied".into());
    for strategy in BOTH {
        assert_eq!(said(&record.assess(strategy, &world)), "input-changed a: content differs");
        let mut now = world.look();
        now.entries[0].1 = State::Unreadable("Permission denied".into());
        let found = strategy.assess(&now, record.as_recorded());
        assert_eq!(said(&found), "input-unreadable a: cannot be read: Permission denied");
    }
}

#[test]
fn reasons_of_lists_and_of_contents_come_in_one_order() {
    let world = World::new([("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("f", "1")]);
    let record = world.record();
    world.edit("a", "22");
    world.edit("b", "2");
    fs::remove_file(world.path("c")).unwrap();
    world.edit("d", "2");
    world.write("e", "1");
    for strategy in BOTH {
        assert_eq!(
            said(&record.assess(strategy, &world)),
            "input-changed a: length was 1, is 2 bytes\n\
             input-changed b: content differs\n\
             input-removed c: was there at the last build\n\
             input-changed d: content differs\n\
             input-added e: was not there at the last build"
        );
    }
}

#[test]
fn a_digest_is_reused_for_its_own_path_when_others_come_and_go() {
    let world = World::new([("b", "bee"), ("d", "dee"), ("f", "eff")]);
    let earlier = world.record();
    fs::remove_file(world.path("b")).unwrap();
    for (path, text) in [("a", "new"), ("c", "new"), ("e", "new")] {
        world.write(path, text);
    }
    let now = world.look();
    let again = CHANGED.observe(&now, Some(earlier.as_recorded()));
    assert_eq!(again.evidence, CHANGED.observe(&now, None).evidence);
    assert_eq!((again.work.digests_reused, again.work.files_read), (2, 3));
}
