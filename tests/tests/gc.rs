//! `gc` and its plan: what no one needs goes, what anyone may need stays, and a dry run changes nothing.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use filetime::FileTime;
use serde_json::Value;
use tests::{World, long_ago, set_mtime};

fn gc(world: &World, args: &[&str]) -> Value {
    world.freshness(["gc", "--format", "json"]).args(args).run().expect(0).json()
}

/// What was removed, or would be: the kind, and the path inside the store without keys.
fn removals(json: &Value) -> Vec<(String, PathBuf)> {
    let text = |removal: &Value, name: &str| removal[name].as_str().unwrap().to_owned();
    let removals = json["removals"].as_array().unwrap();
    removals.iter().map(|removal| (text(removal, "what"), text(removal, "path").into())).collect()
}

/// A dry run and then the run itself: they must say the same, and the first change nothing.
fn planned_and_done(world: &World, args: &[&str]) -> Vec<(String, PathBuf)> {
    let before = tests::snapshot(&world.store());
    let mut dry = gc(world, &[args, &["--dry-run"]].concat());
    assert_eq!(tests::snapshot(&world.store()), before, "a dry run changes nothing");
    assert_eq!(dry["dry_run"], true);
    let mut done = gc(world, args);
    for json in [&mut dry, &mut done] {
        let fields = json.as_object_mut().unwrap();
        fields.remove("duration_ms");
        fields.remove("dry_run");
    }
    assert_eq!(dry, done);
    for (_, path) in removals(&done) {
        assert!(fs::symlink_metadata(&path).is_err(), "{} is gone", path.display());
    }
    removals(&done)
}

/// Dates the traces that a slot's last use is known by.
fn used_at(slot: &Path, time: FileTime) {
    for name in ["stamp", "lock"] {
        set_mtime(&slot.join(name), time);
    }
}

#[test]
fn nothing_goes_from_a_store_that_is_in_order_or_not_there() {
    let world = World::new();
    assert!(removals(&gc(&world, &[])).is_empty());
    assert!(!world.store().exists());
    let archives = world.build();
    world.set("alpha", 2);
    let _ = world.build();
    assert!(planned_and_done(&world, &[]).is_empty());
    assert!(archives[0].exists(), "an earlier generation's");
    world.assert_fresh();
}

#[test]
fn what_crashes_left_goes_and_what_stamps_name_stays() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    fs::create_dir_all(slot.join("archives/.incoming/deep")).unwrap();
    fs::create_dir(slot.join("archives/unnamed")).unwrap();
    fs::write(slot.join("stamp.new"), "torn").unwrap();
    fs::create_dir_all(world.store().join(".removing-x/target")).unwrap();
    fs::create_dir(world.store().join(".doctor-1-0")).unwrap();
    set_mtime(&world.store().join(".doctor-1-0"), long_ago());
    let kinds: Vec<String> = planned_and_done(&world, &[]).into_iter().map(|r| r.0).collect();
    assert_eq!(kinds, ["leftover", "leftover", "leftover", "archive", "archive"]);
    assert!(archives[0].exists());
    world.assert_fresh();
    // A doctor at work.
    fs::create_dir(world.store().join(".doctor-1-0")).unwrap();
    assert!(planned_and_done(&world, &[]).is_empty());
}

#[test]
fn slots_that_were_not_used_for_long_go_whole() {
    let world = World::new();
    let old = world.slot(&world.build()[0]);
    let both = world.freshness(["build", "--profile", "both"]).run().paths();
    used_at(&old, long_ago());
    assert_eq!(planned_and_done(&world, &["--max-age", "20000d"]), []);
    assert_eq!(planned_and_done(&world, &["--max-age", "30d"]), [("slot".into(), old.clone())]);
    assert!(both[0].exists());
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    let names = fs::read_dir(world.store()).unwrap().count();
    assert_eq!(names, 3, "two slots and the tag: nothing is left of the removal");
}

#[test]
fn target_directories_go_before_archives_and_the_least_used_first() {
    let world = World::new();
    let old = world.slot(&world.build()[0]);
    let both = world.freshness(["build", "--profile", "both"]).run().paths();
    let new = world.slot(&both[0]);
    used_at(&old, long_ago());
    let total = gc(&world, &["--dry-run"])["left_bytes"].as_u64().unwrap();
    let just_below = (total - 1).to_string();
    let gone = planned_and_done(&world, &["--max-size", &just_below]);
    assert_eq!(gone, [("target".into(), old.join("target"))]);
    assert!(world.freshness(["build"]).run().expect(0).stderr.contains("cargo not started"));
    world.set("alpha", 2);
    assert_eq!(world.build_and_probe().of("alpha"), 2, "built anew from nothing");

    used_at(&old, long_ago());
    let gone = planned_and_done(&world, &["--max-size", "1B"]);
    assert_eq!(gone, [("target".into(), new.join("target")), ("slot".into(), old)]);
    assert!(both[0].exists(), "what was used last keeps its archives");
}

#[test]
fn a_slot_in_use_is_left_alone_and_said_to_be() {
    let world = World::new();
    let gate = world.gate();
    gate.stop_times(1);
    let build = world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper()).start();
    gate.reached(1);
    let json = gc(&world, &["--max-age", "0s", "--max-size", "0"]);
    assert!(removals(&json).is_empty(), "{json}");
    let why = json["left_alone"][0]["why"].as_str().unwrap();
    assert!(
        why.starts_with(&format!("it is in use by process {} (freshness", build.id())),
        "{why}"
    );
    gate.open(1);
    assert!(build.wait().paths()[0].exists());
}

#[test]
fn collecting_is_no_use_of_a_slot() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    let lock = || (fs::read(slot.join("lock")).unwrap(), tests::mtime_of(&slot.join("lock")));
    let before = lock();
    let _ = gc(&world, &["--max-age", "30d"]);
    assert_eq!(lock(), before);
}

#[test]
fn a_slot_whose_lock_was_lost_grows_no_younger_by_being_looked_after() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    set_mtime(&slot.join("stamp"), long_ago());
    fs::remove_file(slot.join("lock")).unwrap();
    assert_eq!(planned_and_done(&world, &["--max-age", "20000d"]), []);
    assert_eq!(planned_and_done(&world, &["--max-age", "30d"]), [("slot".into(), slot)]);
}

#[test]
fn what_cannot_be_read_or_believed_stays() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    fs::create_dir(slot.join("archives/unnamed")).unwrap();
    // The format's version stands behind its name: a newer one may name what we cannot know.
    let whole = fs::read(slot.join("stamp")).unwrap();
    let mut newer = whole.clone();
    newer[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    fs::write(slot.join("stamp"), newer).unwrap();
    assert_eq!(planned_and_done(&world, &[]), []);
    fs::write(slot.join("stamp"), whole).unwrap();

    let elsewhere = world.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("kept"), "x").unwrap();
    symlink(&elsewhere, world.store().join("0".repeat(64))).unwrap();
    symlink(&elsewhere, slot.join("archives/link")).unwrap();
    fs::write(world.store().join(OsStr::from_bytes(b"odd\xff")), "x").unwrap();
    let old = planned_and_done(&world, &["--max-age", "0s"]);
    assert_eq!(old, [("slot".into(), slot)]);
    assert!(elsewhere.join("kept").exists(), "no link is followed");
    assert_eq!(fs::read_dir(world.store()).unwrap().count(), 3, "the tag, the link, the odd one");
    fs::set_permissions(world.store(), Permissions::from_mode(0o777)).unwrap();
    let ran = world.freshness(["gc", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "store-untrusted");
}

#[test]
fn a_full_disk_can_be_cleared() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    used_at(&slot, long_ago());
    let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""];
    let _ = world.freshness(["gc", "--max-age", "30d"]).under(&full).run().expect(0);
    assert!(!slot.exists());
    assert_eq!(world.build_and_probe().of("alpha"), 1);
}

#[test]
fn limits_that_are_none_are_refused() {
    let world = World::new();
    for args in [["--max-age", "soon"], ["--max-size", "2gib"], ["--max-size", "-1"]] {
        let ran = world.freshness(["gc", "--format", "json"]).args(args).run();
        assert_eq!(ran.error_code(), "usage", "{args:?}");
    }
}

#[test]
fn the_plan_is_printed_a_line_each() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    fs::write(slot.join("stamp.new"), "").unwrap();
    let plan = world.freshness(["gc", "--dry-run"]).run().expect(0).stdout;
    let first = format!("would remove leftover {}: ", slot.join("stamp.new").display());
    assert!(plan.starts_with(&first) && plan.contains("\nwould remove 1 ("), "{plan}");
    let done = world.freshness(["gc"]).run().expect(0).stdout;
    assert!(done.starts_with("removed leftover "), "{done}");
}
