//! `check` and `explain` look and do nothing else: no file written, no process started, no lock taken.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tests::World;

/// Runs both commands in every shape and compares everything there is before and after.
fn assert_looks_only(world: &World, state: &str, code: i32) {
    let before = tests::snapshot(world.root());
    for command in ["check", "explain"] {
        for strategy in ["mtime", "hash"] {
            for format in ["text", "json"] {
                let args = [command, "--strategy", strategy, "--format", format];
                let ran = world.freshness(args).run().expect(code);
                assert_ne!(ran.stdout, "", "{state}: {args:?}");
                let after = tests::snapshot(world.root());
                assert!(after == before, "{state}: {args:?} wrote {}", difference(&before, &after));
            }
        }
    }
    for path in ["beta/src/value.rs", "no/such", "target"] {
        let _ = world.freshness(["explain", "--all", "--why-not-fresh", path]).run().expect(code);
        let after = tests::snapshot(world.root());
        assert!(after == before, "{state}: {path} wrote {}", difference(&before, &after));
    }
}

fn difference(before: &tests::Tree, after: &tests::Tree) -> String {
    let of = |one: &tests::Tree, other: &tests::Tree| {
        let differ = one.iter().filter(|(path, facts)| other.get(*path) != Some(facts));
        differ.map(|(path, facts)| format!("{}: {facts}\n", path.display())).collect::<String>()
    };
    of(before, after) + &of(after, before)
}

/// A `rustc` first on `PATH` that leaves a trace; cargo's is kept by every world.
fn trap_rustc(world: &World) {
    let rustc = world.root().join("bin/rustc");
    let trace = world.root().join("rustc-was-started");
    let script = format!("#!/bin/sh\n: > '{}'\n", trace.display());
    tests::write(&rustc, script);
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn before_any_build_nothing_is_created() {
    let world = World::new();
    trap_rustc(&world);
    assert_looks_only(&world, "nothing built", 1);
    assert!(!world.path("target").exists());
}

#[test]
fn in_every_state_everything_stays_as_it_was() {
    let world = World::new();
    let archives = world.build();
    let stamp = world.slot(&archives[0]).join("stamp");
    assert_looks_only(&world, "fresh", 0);

    world.set("beta", 2);
    assert_looks_only(&world, "edited", 1);
    world.set("beta", 1);
    let _ = world.build();

    let whole = fs::read(&stamp).unwrap();
    fs::write(&stamp, &whole[..whole.len() / 2]).unwrap();
    assert_looks_only(&world, "torn stamp", 1);
    fs::write(&stamp, &whole).unwrap();

    fs::remove_file(&archives[0]).unwrap();
    assert_looks_only(&world, "archive missing", 1);
    let _ = world.build();

    fs::remove_dir_all(world.slot(&archives[0]).join("target")).unwrap();
    assert_looks_only(&world, "cargo's directory missing", 0);

    trap_rustc(&world);
    assert_looks_only(&world, "another compiler", 1);
}

#[test]
fn a_touched_file_is_not_renewed_by_looking() {
    let world = World::new();
    let _ = world.build();
    tests::set_mtime(&world.file_of("beta"), tests::long_ago());
    let before = tests::snapshot(world.root());
    for _ in 0..2 {
        assert_eq!(world.stale_by("hash"), [""; 0]);
        assert_eq!(world.stale_by("mtime"), ["input-changed beta/src/value.rs"]);
    }
    assert!(tests::snapshot(world.root()) == before);
}

#[test]
fn a_fresh_build_writes_nothing_either() {
    let world = World::new();
    let _ = world.build();
    let before = tests::snapshot(world.root());
    for strategy in ["mtime", "hash"] {
        let _ = world.freshness(["build", "--strategy", strategy]).run().expect(0);
    }
    let after = tests::snapshot(world.root());
    assert!(after == before, "{}", difference(&before, &after));
}

#[test]
fn a_compiler_that_changed_is_a_reason() {
    let world = World::new();
    let _ = world.build();
    world.assert_fresh();
    trap_rustc(&world);
    for strategy in ["mtime", "hash"] {
        let reasons = world.stale_by(strategy);
        assert!(reasons.iter().any(|r| r.starts_with("toolchain-changed")), "{reasons:?}");
    }
    fs::remove_file(world.root().join("bin/rustc")).unwrap();
    world.assert_fresh();
    let ran = world.check("hash").env("RUSTC_WRAPPER", world.gate().wrapper()).run();
    assert!(ran.reasons().iter().any(|r| r.starts_with("toolchain-changed")), "{ran:#?}");
    let ran = world.check("hash").env("RUSTC", "/no/such/rustc").run();
    assert!(ran.reasons().iter().any(|r| r.starts_with("toolchain-changed")), "{ran:#?}");
}
