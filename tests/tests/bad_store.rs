//! Stores that cannot be written or must not be believed, and disks that are full.
#![expect(clippy::disallowed_methods, reason = "limits a running process with prlimit(1)")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::{Ran, World};

fn config(store: &Path) -> String {
    format!("store = \"{}\"\n[profile.default]\npackages = [\"alpha\"]\n", store.display())
}

fn build(world: &World) -> Ran {
    world.freshness(["build", "--format", "json"]).run()
}

#[test]
fn a_file_where_the_store_should_be_is_an_error() {
    let world = World::new();
    world.write("target/freshness", "a file");
    let ran = build(&world);
    let _ = ran.error_code();
    assert!(ran.stderr.contains("target/freshness"), "{ran:#?}");
    assert_eq!(fs::read_to_string(world.store()).unwrap(), "a file", "it is left alone");
    for below in [world.store().join("deeper"), world.store().join("deeper/still")] {
        world.config(&config(&below));
        let _ = build(&world).error_code();
    }
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_that_names_it() {
    let world = World::with_config(&config(Path::new("/proc/nothing/here")));
    let ran = build(&world);
    assert_eq!(ran.error_code(), "io");
    assert!(ran.stderr.contains("/proc/nothing"), "{ran:#?}");
    let hint = "hint: a directory on the way is missing and cannot be made";
    assert!(ran.stderr.contains(hint), "{ran:#?}");
    let check = world.freshness(["check"]).run();
    assert!([Some(1), Some(2)].contains(&check.code()), "{check:#?}");
}

#[test]
fn a_path_that_is_too_long_or_runs_in_circles_is_an_error_that_says_so() {
    let world = World::with_config(&config(&Path::new("/tmp").join("long".repeat(100))));
    let ran = build(&world);
    assert_eq!(ran.error_code(), "io");
    assert!(ran.stderr.contains("hint: set `store` to a shorter path"), "{ran:#?}");
    symlink("circle", world.path("circle")).unwrap();
    world.config(&config(&world.path("circle/store")));
    let ran = build(&world);
    assert_eq!(ran.error_code(), "io");
    let hint = "or a link on it leads nowhere: make it, or set `store`";
    assert!(ran.stderr.contains("circle") && ran.stderr.contains(hint), "{ran:#?}");
}

#[test]
fn a_store_of_another_owner_is_not_believed() {
    let world = World::new();
    let _ = world.build();
    let is_root = fs::metadata(world.root()).unwrap().uid() == 0;
    if is_root {
        chown(world.store(), Some(12345), None).unwrap();
    } else {
        world.config(&config(Path::new("/usr")));
    }
    for command in ["check", "build", "explain"] {
        let ran = world.freshness([command, "--format", "json"]).run();
        assert_eq!(ran.error_code(), "store-untrusted", "{command}");
        assert!(ran.stderr.contains("own"), "{ran:#?}");
    }
}

#[test]
fn a_store_that_everyone_may_write_is_not_believed() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    for place in [world.store(), slot] {
        let private = fs::metadata(&place).unwrap().permissions();
        fs::set_permissions(&place, Permissions::from_mode(0o777)).unwrap();
        for command in ["check", "build", "explain"] {
            let ran = world.freshness([command, "--format", "json"]).run();
            assert_eq!(ran.error_code(), "store-untrusted", "{command} {}", place.display());
        }
        fs::set_permissions(&place, private).unwrap();
    }
    world.assert_fresh();
}

#[test]
fn links_planted_in_the_store_are_not_followed() {
    for name in ["", "archives", "stamps", "lock", "target", "cargo-saw"] {
        let world = World::new();
        let archives = world.build();
        let planted = world.slot(&archives[0]).join(name);
        let elsewhere = world.root().join("elsewhere");
        fs::rename(&planted, &elsewhere).unwrap();
        let planted = PathBuf::from(planted.to_str().unwrap().trim_end_matches('/'));
        symlink(&elsewhere, &planted).unwrap();
        let before = tests::snapshot(&elsewhere);
        world.set("alpha", 2);
        let ran = build(&world);
        match ran.code() {
            Some(0) => assert_eq!(world.probe(&world.build()).of("alpha"), 2, "{name}"),
            _ => drop(ran.error_code()),
        }
        assert_eq!(tests::snapshot(&elsewhere), before, "nothing is written through {name:?}");
    }
}

#[test]
fn a_store_outside_the_workspace_or_behind_a_link_works() {
    let world = World::new();
    let real = world.root().join("stores/mine");
    world.config(&config(&real));
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    assert!(world.slot(&world.build()[0]).starts_with(&real));
    world.assert_fresh();
    symlink(&real, world.root().join("link")).unwrap();
    world.config(&config(&world.root().join("link")));
    let _ = world.build();
    world.assert_fresh();
}

/// What a full disk does, at the worst moment: cargo has built, and publishing finds no room.
#[test]
fn no_room_to_publish_is_an_error_and_loses_nothing() {
    let world = World::new();
    let gate = world.gate();
    let args = ["build", "--format", "json"];
    let run = || world.freshness(args).env("RUSTC_WRAPPER", gate.wrapper());
    assert_eq!(run().run().expect(0).json()["built"], true);
    let first = world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper()).run().paths();
    let slot = world.slot(&first[0]);
    let published =
        |slot: &Path| (fs::read(slot.join("stamp")).unwrap(), tests::snapshot(&first[0]));
    let before = published(&slot);

    world.set("alpha", 2);
    for (limit, what) in [(1 << 20, "the archive"), (0, "anything at all")] {
        gate.stop_times(1);
        let ignoring = ["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];
        let build = run().under(&ignoring).start();
        gate.reached(1);
        let (id, fsize) = (build.id().to_string(), format!("--fsize={limit}"));
        assert!(Command::new("prlimit").args(["--pid", &id, &fsize]).status().unwrap().success());
        gate.open(1);
        let ran = build.wait();
        assert_eq!(ran.error_code(), "io", "no room for {what}");
        assert_eq!(published(&slot), before, "no room for {what}");
    }
    gate.stop_times(0);
    let mended = run().run().expect(0).json();
    let archive = PathBuf::from(mended["archives"][0]["path"].as_str().unwrap());
    assert_eq!(world.probe(&[archive]).of("alpha"), 2);
    assert_eq!(world.probe(&first).of("alpha"), 1);
    let litter = slot.join("archives/.incoming");
    assert!(!litter.exists(), "what was left over is removed");
}

#[test]
fn no_room_from_the_beginning_is_an_error() {
    let world = World::new();
    let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""];
    let ran = world.freshness(["build", "--format", "json"]).under(&full).run();
    let _ = ran.error_code();
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    let fresh = world.freshness(["check"]).run().expect(0);
    assert!(fresh.stdout.starts_with("fresh"));
}

#[test]
fn no_room_for_what_is_said_is_no_panic() {
    let world = World::new();
    let said = |redirect: &str, args: &[&str]| {
        let script = format!("exec \"$0\" \"$@\" {redirect}");
        world.freshness(args).under(&["sh", "-c", &script]).run()
    };
    let _ = said("2>/dev/full", &["check"]).expect(1);
    let _ = said("2>/dev/full", &["check", "--nope"]).expect(2);
    let _ = said("2>/dev/full", &["check", "--profile", "nope"]).expect(2);
    // cargo itself fails where it cannot speak; what is current needs no cargo.
    let _ = said("2>/dev/full", &["build"]).expect(2);
    let archives = world.build();
    let fresh = said("2>/dev/full", &["build"]).expect(0);
    assert_eq!(fresh.paths(), archives);
    // Who asked for the answer and cannot have it must not take it for given.
    let _ = said(">/dev/full", &["build"]).expect(2);
    let _ = said(">/dev/full", &["check"]).expect(2);
}
