//! Stamps that cannot be believed: each is a reason and then a rebuild, never fresh and never an error.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tests::World;

const GAMMA: &str = "[profile.default]\npackages = [\"gamma\"]\n";

fn stamp_of(world: &World) -> PathBuf {
    let archives = world.build();
    world.slot(&archives[0]).join("stamp")
}

/// Both strategies must name this reason; a build then mends it.
fn assert_mended(world: &World, code: &str, what: &str) {
    for strategy in ["mtime", "hash"] {
        let reasons = world.stale_by(strategy);
        let codes: Vec<_> = reasons.iter().map(|r| r.split(' ').next().unwrap()).collect();
        assert_eq!(codes, [code], "{what} by {strategy}");
    }
    let answer = world.freshness(["build", "--format", "json"]).run().expect(0).json();
    assert_eq!(answer["built"], true, "{what}");
    assert_eq!(answer["reasons"][0]["code"], code, "{what}");
    assert_eq!(world.probe(&world.build()).of("gamma"), 1, "{what}");
    world.assert_fresh();
}

#[test]
fn a_torn_stamp_is_unreadable_at_every_length() {
    let world = World::with_config(GAMMA);
    let stamp = stamp_of(&world);
    let whole = fs::read(&stamp).unwrap();
    let lengths = [0, 1, 7, 8, 20, 64, whole.len() / 3, whole.len() / 2, whole.len() - 1];
    for length in lengths {
        fs::write(&stamp, &whole[..length]).unwrap();
        for strategy in ["mtime", "hash"] {
            let reasons = world.stale_by(strategy);
            assert!(
                reasons.len() == 1 && reasons[0].starts_with("stamp-unreadable"),
                "{reasons:?}"
            );
        }
    }
    assert_mended(&world, "stamp-unreadable", "torn");
}

#[test]
fn a_stamp_with_any_byte_changed_is_never_fresh() {
    let world = World::with_config(GAMMA);
    let stamp = stamp_of(&world);
    let whole = fs::read(&stamp).unwrap();
    let step = whole.len().div_ceil(60);
    for place in (0..whole.len()).step_by(step) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x20;
        fs::write(&stamp, &damaged).unwrap();
        let reasons = world.stale_by("hash");
        let is_doubt = reasons.iter().all(|r| r.starts_with("stamp-"));
        assert!(!reasons.is_empty() && is_doubt, "byte {place}: {reasons:?}");
    }
    let newer = {
        let mut more = whole.clone();
        more.extend(b"more");
        more
    };
    fs::write(&stamp, newer).unwrap();
    assert_mended(&world, "stamp-unreadable", "longer");
}

#[test]
fn whatever_stands_where_the_stamp_was_is_a_reason() {
    let world = World::with_config(GAMMA);
    let stamp = stamp_of(&world);
    let whole = fs::read(&stamp).unwrap();

    fs::write(&stamp, "not a stamp at all, but long enough to hold a header ".repeat(20)).unwrap();
    assert_mended(&world, "stamp-unreadable", "garbage");

    fs::remove_file(&stamp).unwrap();
    assert_mended(&world, "no-stamp", "deleted");

    fs::remove_file(&stamp).unwrap();
    fs::create_dir_all(stamp.join("inside")).unwrap();
    assert_mended(&world, "stamp-unreadable", "a directory");

    let elsewhere = world.root().join("elsewhere");
    fs::write(&elsewhere, &whole).unwrap();
    fs::remove_file(&stamp).unwrap();
    symlink(&elsewhere, &stamp).unwrap();
    assert_mended(&world, "stamp-unreadable", "a link");
    assert!(fs::symlink_metadata(&stamp).unwrap().is_file());
    assert!(fs::read(&elsewhere).unwrap() == whole, "what the link led to is untouched");
}

#[test]
fn a_stamp_of_a_newer_version_is_a_reason() {
    let world = World::with_config(GAMMA);
    let stamp = stamp_of(&world);
    let whole = fs::read(&stamp).unwrap();
    // Wherever the version stands in the first bytes, some byte of it says another one.
    let says_version = (0..32.min(whole.len())).any(|place| {
        let mut other = whole.clone();
        other[place] = other[place].wrapping_add(1);
        fs::write(&stamp, &other).unwrap();
        world.stale_by("hash").iter().any(|reason| reason.starts_with("stamp-version"))
    });
    assert!(says_version, "no byte of the header is the version");
    assert_mended(&world, "stamp-version", "newer");
}

#[test]
fn a_stamp_of_another_slot_is_noticed() {
    let world = World::new();
    let built = |profile: &str| {
        let args = ["build", "--profile", profile];
        let archives = world.freshness(args).run().expect(0).paths();
        world.slot(&archives[0]).join("stamp")
    };
    let (gamma, extra) = (built("gamma"), built("extra"));
    fs::copy(&gamma, &extra).unwrap();
    let args = ["check", "--profile", "extra", "--format", "json"];
    let reasons = world.freshness(args).run().reasons();
    assert!(reasons.iter().any(|r| r.starts_with("profile-changed")), "{reasons:?}");
    let again = world.freshness(["build", "--profile", "extra"]).run().expect(0);
    assert_eq!(world.probe(&again.paths()).of("extra"), 1);
    let _ = world.freshness(args).run().expect(0);
}

#[test]
fn damage_to_what_cargo_saw_only_costs_work() {
    let world = World::with_config(GAMMA);
    let stamp = stamp_of(&world);
    let saw = stamp.with_file_name("cargo-saw");
    for (value, content) in [(2, None), (3, Some("")), (4, Some("garbage, and more garbage"))] {
        match content {
            None => fs::remove_file(&saw).unwrap(),
            Some(content) => fs::write(&saw, content).unwrap(),
        }
        world.assert_fresh();
        world.set_at("gamma", value, tests::long_ago());
        assert_eq!(world.build_and_probe().of("gamma"), i64::from(value), "{content:?}");
    }
}
