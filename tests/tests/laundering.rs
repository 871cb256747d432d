//! Content that changed while its time did not move forward, which cargo itself does not see.
//!
//! After `build`, the linked program must show the new constant, whatever happened to times and to
//! cargo's own directory.

use std::fs;
use std::os::unix::fs::symlink;

use tests::{World, long_ago, mtime_of};

const CONFIG: &str = "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n";
const NAMES: [&str; 6] = ["alpha", "beta", "outside", "text", "gamma", "declared"];

#[test]
fn an_older_time_does_not_hide_new_content() {
    for strategy in ["mtime", "hash"] {
        let world = World::with_config(CONFIG);
        let _ = world.build();
        for name in NAMES {
            world.set_at(name, 2, long_ago());
            assert!(!world.stale_by(strategy).is_empty(), "{name} by {strategy}");
            let built = world.freshness(["build", "--strategy", strategy]).run().expect(0);
            assert_eq!(world.probe(&built.paths()).of(name), 2, "{name} by {strategy}");
            world.assert_fresh();
        }
    }
}

#[test]
fn a_restored_time_does_not_hide_new_content() {
    for strategy in ["mtime", "hash"] {
        let world = World::with_config(CONFIG);
        let _ = world.build();
        for name in NAMES {
            let time = mtime_of(&world.file_of(name));
            world.set_at(name, 3, time);
            assert!(!world.stale_by(strategy).is_empty(), "{name} by {strategy}");
            let built = world.freshness(["build", "--strategy", strategy]).run().expect(0);
            assert_eq!(world.probe(&built.paths()).of(name), 3, "{name} by {strategy}");
        }
    }
}

#[test]
fn several_laundered_files_at_once_all_arrive() {
    let world = World::with_config(CONFIG);
    let _ = world.build();
    for name in NAMES {
        world.set_at(name, 4, long_ago());
    }
    let constants = world.build_and_probe();
    for name in NAMES {
        assert_eq!(constants.of(name), 4, "{name}");
    }
}

#[test]
fn a_retargeted_link_to_an_older_module_is_seen() {
    let world = World::new();
    tests::set_mtime(&world.path("links/two.rs"), long_ago());
    assert_eq!(world.build_and_probe().of("linked"), 1);
    world.assert_fresh();
    let link = world.path("alpha/src/linked.rs");
    let time = mtime_of(&link);
    fs::remove_file(&link).unwrap();
    symlink("../../links/two.rs", &link).unwrap();
    tests::set_mtime(&link, time);
    world.assert_stale("input-changed alpha/src/linked.rs");
    assert_eq!(world.build_and_probe().of("linked"), 2);
    world.assert_fresh();
    // What it leads to is an input too.
    tests::write_at(&world.path("links/two.rs"), "pub const VALUE: i32 = 5;\n", long_ago());
    assert_eq!(world.build_and_probe().of("linked"), 5);
}

#[test]
fn a_killed_build_leaves_nothing_that_hides_content() {
    let world = World::new();
    let gate = world.gate();
    let run = |args: &[&str]| world.freshness(args).env("RUSTC_WRAPPER", gate.wrapper());
    let first = run(&["build"]).run().expect(0);
    let original = mtime_of(&world.file_of("alpha"));

    world.set("alpha", 2);
    gate.stop_times(1);
    let killed = run(&["build"]).start();
    gate.reached(1);
    killed.kill();
    gate.stop_times(0);
    world.set_at("alpha", 1, original);
    let back = run(&["build"]).run().expect(0);
    assert_eq!(world.probe(&back.paths()).of("alpha"), 1, "the content of before");
    world.set_at("alpha", 3, long_ago());
    let on = run(&["build"]).run().expect(0);
    assert_eq!(world.probe(&on.paths()).of("alpha"), 3);
    assert_eq!(world.probe(&first.paths()).of("alpha"), 1, "published files stay as they were");
}

#[test]
fn a_build_killed_after_cargo_compiled_other_content_is_not_believed() {
    let world = World::new();
    let gate = world.gate();
    let run = |args: &[&str]| world.freshness(args).env("RUSTC_WRAPPER", gate.wrapper());
    let _ = run(&["build"]).run().expect(0);
    // beta is compiled and known to cargo when the build dies at alpha.
    world.set("beta", 2);
    gate.stop_times(1);
    let killed = run(&["build"]).start();
    gate.reached(1);
    killed.kill();
    gate.stop_times(0);
    world.set_at("beta", 3, long_ago());
    let built = run(&["build"]).run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("beta"), 3);
}

#[test]
fn cargo_run_by_hand_in_the_slot_hides_nothing() {
    let world = World::new();
    let archives = world.build();
    let target = world.slot(&archives[0]).join("target");
    let by_hand = || {
        let args = ["build", "--release", "-p", "alpha", "--target-dir"];
        let _ = world.cargo(args).args([&target]).run().expect(0);
    };
    let time = mtime_of(&world.file_of("beta"));
    world.set("beta", 2);
    by_hand();
    // The content of the stamp is back: still fresh, from the published files.
    world.set_at("beta", 1, time);
    let again = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
    assert_eq!(again.paths(), archives);
    assert_eq!(world.probe(&again.paths()).of("beta"), 1);
    // Cargo's directory holds 2 and would call it fresh; another file makes a build necessary.
    world.set("alpha", 5);
    let constants = world.build_and_probe();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (5, 1));
    // By hand again, with content that differs from the last build's, dated as before.
    world.set("outside", 6);
    by_hand();
    world.set_at("outside", 7, long_ago());
    assert_eq!(world.build_and_probe().of("outside"), 7);
}

#[test]
fn flags_changed_and_changed_back_hide_nothing() {
    let world = World::new();
    let build = |flags: &str| {
        let built = world.freshness(["build"]).env("RUSTFLAGS", flags).run().expect(0);
        let constants = world.probe(&built.paths());
        (constants.of("flags"), constants.of("beta"), constants.of("alpha"))
    };
    assert_eq!(build("--cfg one"), (1, 1, 1));
    world.set_at("beta", 2, long_ago());
    assert_eq!(build("--cfg two"), (10, 2, 1));
    world.set_at("alpha", 3, long_ago());
    assert_eq!(build("--cfg one"), (1, 2, 3));
    world.set_at("alpha", 4, long_ago());
    world.set_at("beta", 5, long_ago());
    assert_eq!(build("--cfg two"), (10, 5, 4));
    assert_eq!(build("--cfg one"), (1, 5, 4));
}

#[test]
fn a_failed_build_then_mended_with_an_old_time_is_built() {
    for name in ["alpha", "beta", "outside"] {
        let world = World::new();
        let _ = world.build();
        tests::write(&world.file_of(name), "pub const VALUE: i32 = ;\n");
        let failed = world.freshness(["build", "--format", "json"]).run();
        assert_eq!(failed.error_code(), "cargo-failed", "{name}");
        world.set_at(name, 2, long_ago());
        assert_eq!(world.build_and_probe().of(name), 2, "{name}");
        world.assert_fresh();
    }
}

#[test]
fn a_failed_build_that_compiled_a_dependency_hides_nothing() {
    let world = World::new();
    let _ = world.build();
    // beta is compiled with 2, alpha fails; then beta changes again under an old time.
    world.set("beta", 2);
    tests::write(&world.file_of("alpha"), "broken");
    let _ = world.freshness(["build"]).run().expect(2);
    world.set_at("beta", 3, long_ago());
    world.set_at("alpha", 1, long_ago());
    let constants = world.build_and_probe();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (1, 3));
}

#[test]
fn swapped_files_of_equal_times_and_lengths_are_seen() {
    let world = World::new();
    for (name, value) in [("alpha", 1), ("beta", 2)] {
        world.set_at(name, value, long_ago());
    }
    let _ = world.build();
    let (one, other) = (world.file_of("alpha"), world.file_of("beta"));
    let aside = world.root().join("aside");
    for (from, to) in [(&one, &aside), (&other, &one), (&aside, &other)] {
        fs::rename(from, to).unwrap();
    }
    world.assert_stale("input-changed alpha/src/value.rs");
    let constants = world.build_and_probe();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (2, 1));
}

#[test]
fn an_old_library_put_back_in_cargos_directory_is_not_linked() {
    let world = World::with_config(CONFIG);
    let archives = world.build();
    let deps = world.slot(&archives[0]).join("target/release/deps");
    let libraries = || {
        let paths = fs::read_dir(&deps).unwrap().map(|entry| entry.unwrap().path());
        let is_betas = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with("libbeta-") && (name.ends_with(".rlib") || name.ends_with(".rmeta"))
        };
        paths.filter(is_betas).collect::<Vec<_>>()
    };
    let old: Vec<_> =
        libraries().into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect();
    assert!(!old.is_empty(), "beta is no library in {}", deps.display());
    world.set("beta", 2);
    assert_eq!(world.build_and_probe().of("beta"), 2);
    for (bytes, path) in old {
        let time = mtime_of(&path);
        tests::write_at(&path, bytes, time);
    }
    world.set("alpha", 3);
    let constants = world.build_and_probe();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (3, 2));
}
