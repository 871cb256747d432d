//! Every way that a workspace changes: stale for the right reason, then rebuilt, then fresh.

use std::fs;
use tests::World;

const GAMMA: &str = "[profile.default]\npackages = [\"gamma\"]\n";

#[test]
fn an_edit_of_any_file_that_is_compiled_in_reaches_the_program() {
    let world = World::new();
    let _ = world.build();
    world.assert_fresh();
    let outside = format!("input-changed {}", world.root().join("outside/src/value.rs").display());
    for (name, reason) in [
        ("alpha", "input-changed alpha/src/value.rs"),
        ("beta", "input-changed beta/src/value.rs"),
        ("outside", &outside),
        ("text", "input-changed shared/text.txt"),
    ] {
        world.set(name, 2);
        for strategy in ["mtime", "hash"] {
            assert_eq!(world.stale_by(strategy), [reason], "{name} by {strategy}");
        }
        assert_eq!(world.build_and_probe().of(name), 2);
        world.assert_fresh();
    }
}

#[test]
fn a_file_that_a_build_script_declares_is_an_input() {
    let world = World::with_config(GAMMA);
    assert_eq!(world.build_and_probe().of("declared"), 1);
    world.assert_fresh();
    world.set("declared", 2);
    world.assert_stale("input-changed gamma/declared.txt");
    assert_eq!(world.build_and_probe().of("declared"), 2);
    world.assert_fresh();
}

#[test]
fn a_variable_that_a_build_script_declares_is_an_input() {
    let world = World::with_config(GAMMA);
    assert_eq!(world.build_and_probe().of("mode"), 0);
    for strategy in ["mtime", "hash"] {
        let ran = world.check(strategy).env("GAMMA_MODE", "5").run();
        assert_eq!(ran.reasons(), ["env-changed"]);
        assert!(ran.stdout.contains("GAMMA_MODE"), "{ran:#?}");
        assert!(world.check(strategy).env("UNRELATED", "5").run().reasons().is_empty());
    }
    let built = world.freshness(["build"]).env("GAMMA_MODE", "5").run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("mode"), 5);
    assert!(world.check("mtime").env("GAMMA_MODE", "5").run().reasons().is_empty());
    world.assert_fresh();
    assert_eq!(world.build_and_probe().of("mode"), 0, "and back: an earlier generation");
    assert_eq!(world.cargo_builds(), 2);
}

#[test]
fn the_build_script_itself_is_an_input() {
    let world = World::with_config(GAMMA);
    let _ = world.build();
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write("gamma/build.rs", script.replace("unwrap_or(\"0\"", "unwrap_or(\"7\""));
    world.assert_stale("input-changed gamma/build.rs");
    assert_eq!(world.build_and_probe().of("mode"), 7);
    world.assert_fresh();
}

#[test]
fn flags_from_the_environment_are_inputs() {
    let world = World::new();
    assert_eq!(world.build_and_probe().of("flags"), 0);
    for (variable, value, flags) in [
        ("RUSTFLAGS", "--cfg one", 1),
        ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}two", 10),
        ("CARGO_BUILD_RUSTFLAGS", "--cfg three", 100),
    ] {
        let ran = world.check("hash").env(variable, value).run();
        assert!(ran.reasons().iter().all(|reason| reason == "env-changed"), "{ran:#?}");
        assert!(ran.stdout.contains(variable), "{ran:#?}");
        let built = world.freshness(["build"]).env(variable, value).run().expect(0);
        assert_eq!(world.probe(&built.paths()).of("flags"), flags, "{variable}");
        assert!(world.check("mtime").env(variable, value).run().reasons().is_empty());
    }
    assert_eq!(world.build_and_probe().of("flags"), 0);
}

#[test]
fn a_cargo_configuration_that_appears_changes_or_goes_is_an_input() {
    let world = World::new();
    assert_eq!(world.build_and_probe().of("flags"), 0);
    let (here, home) = (world.path(".cargo/config.toml"), world.root().join("home/config.toml"));
    let above = world.root().join(".cargo/config.toml");
    for (file, shown) in [
        (&here, ".cargo/config.toml".to_owned()),
        (&home, home.display().to_string()),
        (&above, above.display().to_string()),
    ] {
        tests::write(file, "[build]\nrustflags = [\"--cfg=one\"]\n");
        world.assert_stale(&format!("input-added {shown}"));
        assert_eq!(world.build_and_probe().of("flags"), 1, "{shown}");
        world.assert_fresh();
        tests::write(file, "[build]\nrustflags = [\"--cfg=two\"]\n");
        world.assert_stale(&format!("input-changed {shown}"));
        assert_eq!(world.build_and_probe().of("flags"), 10, "{shown}");
        world.assert_fresh();
        fs::remove_file(file).unwrap();
        world.assert_fresh();
        assert_eq!(world.build_and_probe().of("flags"), 0, "{shown}: the first generation again");
    }
}

#[test]
fn a_cargo_configuration_that_goes_is_noticed() {
    let world = World::new();
    world.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg=one\"]\n");
    assert_eq!(world.build_and_probe().of("flags"), 1);
    world.assert_fresh();
    fs::remove_file(world.path(".cargo/config.toml")).unwrap();
    world.assert_stale("input-removed .cargo/config.toml");
    assert_eq!(world.build_and_probe().of("flags"), 0);
    world.assert_fresh();
}

#[test]
fn a_toolchain_file_that_appears_is_an_input() {
    let world = World::new();
    let _ = world.build();
    for file in ["rust-toolchain.toml", "rust-toolchain"] {
        world.write(file, "[toolchain]\nprofile = \"minimal\"\n");
        world.assert_stale(&format!("input-added {file}"));
        let _ = world.build();
        world.assert_fresh();
        fs::remove_file(world.path(file)).unwrap();
        world.assert_fresh();
    }
}

#[test]
fn manifests_and_the_lock_file_are_inputs() {
    let world = World::new();
    let _ = world.build();
    world.assert_fresh();
    for file in ["Cargo.toml", "alpha/Cargo.toml", "beta/Cargo.toml"] {
        let text = fs::read_to_string(world.path(file)).unwrap();
        world.write(file, format!("{text}\n# A comment.\n"));
        world.assert_stale(&format!("input-changed {file}"));
        let _ = world.build();
        world.assert_fresh();
    }
    let lock = fs::read_to_string(world.path("Cargo.lock")).unwrap();
    world.write("Cargo.lock", lock.replace("0.1.0", "0.0.1"));
    world.assert_stale("input-changed Cargo.lock");
    let _ = world.build();
    world.assert_fresh();
    fs::remove_file(world.path("Cargo.lock")).unwrap();
    world.assert_stale("input-removed Cargo.lock");
    let _ = world.build();
    world.assert_fresh();
}

#[test]
fn files_that_come_and_go_are_noticed() {
    let world = World::new();
    let _ = world.build();
    world.write("beta/src/value/part.rs", "pub const PART: i32 = 6;\n");
    tests::set_mtime(&world.path("beta/src/value/part.rs"), tests::long_ago());
    world.write("beta/src/value.rs", "mod part;\npub const VALUE: i32 = part::PART;\n");
    world.assert_stale("input-changed beta/src/value.rs");
    assert_eq!(world.build_and_probe().of("beta"), 6);
    world.assert_fresh();
    fs::remove_file(world.path("beta/src/value/part.rs")).unwrap();
    world.assert_stale("input-removed beta/src/value/part.rs");
    let failed = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(failed.error_code(), "cargo-failed");
    world.set("beta", 3);
    assert_eq!(world.build_and_probe().of("beta"), 3);
    world.assert_fresh();
}

#[test]
fn a_module_called_target_is_a_module() {
    let world = World::new();
    world.write("alpha/src/target/mod.rs", "pub const VALUE: i32 = 1;\n");
    world.write("alpha/src/value.rs", "pub use crate::target::VALUE;\n");
    let lib = fs::read_to_string(world.path("alpha/src/lib.rs")).unwrap();
    world.write("alpha/src/lib.rs", lib + "mod target;\n");
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    world.assert_fresh();
    world.write("alpha/src/target/mod.rs", "pub const VALUE: i32 = 2;\n");
    world.assert_stale("input-changed alpha/src/target/mod.rs");
    assert_eq!(world.build_and_probe().of("alpha"), 2);
}

#[test]
fn extra_inputs_and_variables_of_a_profile_are_inputs() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"notes/**/*.md\"]\nenv = [\"NOTE\"]\n",
    );
    world.write("notes/a/one.md", "1");
    let _ = world.build();
    world.assert_fresh();
    world.write("notes/a/one.md", "2");
    world.assert_stale("input-changed notes/a/one.md");
    let _ = world.build();
    world.write("notes/b/two.md", "1");
    world.assert_stale("input-added notes/b/two.md");
    world.write("notes/b/two.txt", "1");
    let _ = world.build();
    world.assert_fresh();
    assert_eq!(world.check("hash").env("NOTE", "x").run().reasons(), ["env-changed"]);
    fs::remove_file(world.path("notes/a/one.md")).unwrap();
    world.assert_stale("input-removed notes/a/one.md");
}

#[test]
fn every_file_is_an_input_of_a_build_script_that_names_none() {
    let world = World::with_config(GAMMA);
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write("gamma/build.rs", script.replace("cargo::rerun-if-changed", "cargo::metadata=x"));
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write(
        "gamma/build.rs",
        script.replace("cargo::rerun-if-env-changed", "cargo::metadata=y"),
    );
    assert_eq!(world.build_and_probe().of("declared"), 1);
    world.assert_fresh();
    // Dated in the past: cargo itself does not see these.
    world.set_at("declared", 2, tests::long_ago());
    world.assert_stale("input-changed gamma/declared.txt");
    assert_eq!(world.build_and_probe().of("declared"), 2);
    world.assert_fresh();
    tests::write_at(&world.path("gamma/more/data.txt"), "1", tests::long_ago());
    world.assert_stale("input-added gamma/more/data.txt");
    let _ = world.build();
    world.assert_fresh();
    fs::remove_dir_all(world.path("gamma/more")).unwrap();
    assert_eq!(world.stale_by("hash"), [""; 0], "the list of before");
    tests::write_at(&world.path("gamma/more/other.txt"), "1", tests::long_ago());
    world.assert_stale("input-added gamma/more/other.txt");
}

#[test]
fn what_no_one_reads_is_no_reason_to_build_twice() {
    let world = World::new();
    let _ = world.build();
    world.write("alpha/README.md", "Read me.");
    world.write("notes.md", "Not in any package.");
    let _ = world.build();
    world.assert_fresh();
    world.write("notes.md", "Still not in any package.");
    world.assert_fresh();
}

#[test]
fn a_second_file_for_a_module_is_noticed_before_rustc_refuses_it() {
    let world = World::new();
    world.write("beta/src/other/mod.rs", "");
    world.write("beta/src/lib.rs", "pub mod value;\npub mod other;\n");
    let _ = world.build();
    for second in ["beta/src/value/mod.rs", "beta/src/other.rs"] {
        world.assert_fresh();
        world.write(second, "");
        world.assert_stale(&format!("input-added {second}"));
        let ran = world.freshness(["build"]).run().expect(2);
        assert!(ran.stderr.contains("E0761"), "{}", ran.stderr);
        fs::remove_file(world.path(second)).unwrap();
        world.assert_fresh();
    }
}
