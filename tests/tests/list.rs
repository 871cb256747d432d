//! `list`: what a store holds, sound or not, without touching it.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::Value;
use tests::World;

fn list(world: &World) -> Value {
    world.freshness(["list", "--format", "json"]).run().expect(0).json()
}

#[test]
fn nothing_is_listed_where_no_store_is_and_none_is_made() {
    let world = World::new();
    let text = world.freshness(["list"]).run().expect(0);
    assert_eq!(text.stdout, format!("no slots in {}\n", world.store().display()));
    let json = list(&world);
    assert_eq!((&json["schema"], &json["command"]), (&1.into(), &"list".into()));
    assert_eq!(json["slots"], serde_json::json!([]));
    assert!(!world.store().exists());
}

#[test]
fn each_slot_is_listed_with_what_it_holds() {
    let world = World::new();
    let archives = world.build();
    world.set("alpha", 2);
    let _ = world.build();
    let _ = world.freshness(["build", "--profile", "both"]).run().expect(0);
    let json = list(&world);
    let slots = json["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 2);
    assert!(slots[0]["key"].as_str() < slots[1]["key"].as_str(), "in the order of keys");
    let key = world.slot(&archives[0]).file_name().unwrap().to_str().unwrap().to_owned();
    let slot = slots.iter().find(|slot| slot["key"] == *key).unwrap();
    assert!(slot["problem"].is_null(), "{slot}");
    assert_eq!(slot["profile"]["packages"], "\"alpha\"");
    assert_eq!(slot["profile"]["cargo-profile"], "\"release\"");
    assert_eq!(slot["workspace"], world.workspace().to_str().unwrap());
    assert_eq!(slot["tool"], concat!("freshness ", env!("CARGO_PKG_VERSION")));
    assert_eq!(
        (&slot["generation"], &slot["generations"]),
        (&2.into(), &serde_json::json!([2, 1]))
    );
    let bytes = |name: &str| slot["size"][name].as_u64().unwrap();
    let published: u64 = archives.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(bytes("archives_bytes") >= published && bytes("target_bytes") > 0, "{slot}");
    assert!(slot["last_use_at"].as_u64() >= slot["built_at"].as_u64(), "{slot}");
    let text = world.freshness(["list"]).run().expect(0).stdout;
    assert!(text.contains(&format!("{} of freshness ", &key[..12])), "{text}");
    assert!(text.contains("  generation: 2, kept 1\n"), "{text}");
}

#[test]
fn the_last_use_is_the_newest_trace_of_a_build() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    let at = |secs| filetime::FileTime::from_unix_time(secs, 0);
    tests::set_mtime(&slot.join("stamp"), at(1_000_000_000));
    tests::set_mtime(&slot.join("lock"), at(1_000_000_100));
    let listed = &list(&world)["slots"][0];
    assert_eq!(listed["built_at"], 1_000_000_000);
    assert_eq!(listed["last_use_at"], 1_000_000_100);
}

#[test]
fn listing_touches_nothing_and_waits_for_no_one() {
    let world = World::new();
    let _ = world.build();
    let gate = world.gate();
    gate.stop_times(1);
    world.set("alpha", 2);
    let build = world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper()).start();
    gate.reached(1);
    let before = tests::snapshot(&world.store());
    assert_eq!(list(&world)["slots"][0]["generation"], 1);
    assert_eq!(tests::snapshot(&world.store()), before);
    gate.open(1);
    let _ = build.wait().expect(0);
}

#[test]
fn what_is_damaged_or_foreign_is_listed_as_such() {
    let world = World::new();
    let slot = world.slot(&world.build()[0]);
    let problem = |world: &World| list(world)["slots"][0]["problem"].as_str().unwrap().to_owned();
    let whole = fs::read(slot.join("stamp")).unwrap();
    fs::write(slot.join("stamp"), &whole[..whole.len() - 1]).unwrap();
    assert!(problem(&world).contains("torn"), "{}", problem(&world));
    // The format's version stands behind its name.
    let mut newer = whole.clone();
    newer[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    fs::write(slot.join("stamp"), newer).unwrap();
    assert!(problem(&world).contains("stamp format"), "{}", problem(&world));
    fs::remove_file(slot.join("stamp")).unwrap();
    assert!(!problem(&world).is_empty());
    fs::write(slot.join("stamp"), whole).unwrap();
    fs::set_permissions(&slot, Permissions::from_mode(0o777)).unwrap();
    assert!(problem(&world).contains("everyone may write it"));
    fs::set_permissions(&slot, Permissions::from_mode(0o700)).unwrap();
    assert!(list(&world)["slots"][0]["problem"].is_null());

    let elsewhere = world.root().join("elsewhere");
    fs::rename(&slot, &elsewhere).unwrap();
    symlink(&elsewhere, &slot).unwrap();
    assert_eq!(problem(&world), "it is not a directory");
    fs::write(world.store().join(OsStr::from_bytes(b"odd\xff\n")), "x").unwrap();
    fs::create_dir(world.store().join("ABC")).unwrap();
    assert_eq!(list(&world)["foreign"], serde_json::json!(["ABC", "odd\\xff\\x0a"]));
    let text = world.freshness(["list"]).run().expect(0).stdout;
    assert!(text.ends_with("not ours: ABC\nnot ours: odd\\xff\\x0a\n"), "{text}");
}

#[test]
fn a_store_that_cannot_be_listed_is_trouble() {
    let world = World::new();
    world.write("target/freshness", "a file");
    let ran = world.freshness(["list", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "store-untrusted");
    fs::remove_file(world.store()).unwrap();
    let _ = world.build();
    fs::set_permissions(world.store(), Permissions::from_mode(0o777)).unwrap();
    let ran = world.freshness(["list", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "store-untrusted");
    world.config("store = 1");
    let ran = world.freshness(["list", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "config");
}
