//! Settings that move or change what cargo makes: the published archive holds the new content all the same.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::PathBuf;

use tests::{Run, World};

/// The triple that rustc compiles for here.
fn host() -> String {
    let world = World::new();
    let version = world.cargo(["-vV"]).run().expect(0).stdout;
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Builds, edits and builds again in a setting; each time the archive must hold what the sources say.
fn assert_follows_edits(world: &World, setting: &str, set: impl Fn(Run) -> Run) {
    let build = || {
        let built = set(world.freshness(["build"])).run().expect(0);
        world.probe(&built.paths())
    };
    assert_eq!(build().of("alpha"), 1, "{setting}");
    assert_eq!(set(world.check("mtime")).run().reasons(), [""; 0], "{setting}");
    world.set("alpha", 2);
    world.set_at("beta", 2, tests::long_ago());
    assert_ne!(set(world.check("hash")).run().reasons(), [""; 0], "{setting}");
    let constants = build();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (2, 2), "{setting}");
    assert_eq!(set(world.check("hash")).run().reasons(), [""; 0], "{setting}");
}

#[test]
fn variables_that_move_cargos_output_do_not_mislead() {
    let host = host();
    for (name, value) in [
        ("CARGO_BUILD_TARGET", host.as_str()),
        ("CARGO_TARGET_DIR", "elsewhere"),
        ("CARGO_BUILD_TARGET_DIR", "elsewhere"),
        ("CARGO_BUILD_BUILD_DIR", "elsewhere"),
    ] {
        let world = World::new();
        assert_follows_edits(&world, name, |run| run.env(name, value));
    }
}

#[test]
fn configuration_that_moves_cargos_output_does_not_mislead() {
    let host = host();
    for setting in [
        format!("target = \"{host}\""),
        "target-dir = \"elsewhere\"".to_owned(),
        "build-dir = \"elsewhere\"".to_owned(),
        format!("target = \"{host}\"\ntarget-dir = \"elsewhere\"\nbuild-dir = \"other\""),
    ] {
        let world = World::new();
        world.write(".cargo/config.toml", format!("[build]\n{setting}\n"));
        assert_follows_edits(&world, &setting, |run| run);
    }
}

#[test]
fn a_target_that_appears_later_does_not_bring_the_old_archive_back() {
    let host = host();
    let world = World::new();
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    world.set("alpha", 2);
    let run = || world.freshness(["build"]).env("CARGO_BUILD_TARGET", &host).run().expect(0);
    assert_eq!(world.probe(&run().paths()).of("alpha"), 2);
    world.set("alpha", 3);
    assert_eq!(world.build_and_probe().of("alpha"), 3);
    world.set("alpha", 4);
    assert_eq!(world.probe(&run().paths()).of("alpha"), 4);
}

#[test]
fn a_profile_names_target_cargo_profile_and_panic() {
    let host = host();
    let target = format!("target = \"{host}\"");
    for (setting, abort, debug) in [
        ("panic = \"abort\"", 1, 0),
        ("panic = \"unwind\"", 0, 0),
        ("cargo-profile = \"dev\"", 0, 1),
        ("cargo-profile = \"dev\"\npanic = \"abort\"", 1, 1),
        ("cargo-profile = \"fast\"", 0, 0),
        (target.as_str(), 0, 0),
    ] {
        let config = format!("[profile.default]\npackages = [\"alpha\"]\n{setting}\n");
        let world = World::with_config(&config);
        let manifest = fs::read_to_string(world.path("Cargo.toml")).unwrap();
        world.write("Cargo.toml", manifest + "\n[profile.fast]\ninherits = \"release\"\n");
        assert_follows_edits(&world, setting, |run| run);
        let constants = world.build_and_probe();
        assert_eq!((constants.of("abort"), constants.of("debug")), (abort, debug), "{setting}");
    }
}

#[test]
fn flags_of_the_profile_join_those_around_it() {
    let host = host();
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nrustflags = [\"--cfg\", \"three\"]\n",
    );
    assert_eq!(world.build_and_probe().of("flags"), 100);
    for (name, value, flags) in [
        ("RUSTFLAGS", "--cfg one --cfg two", 111),
        ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}two", 110),
        ("CARGO_BUILD_RUSTFLAGS", "--cfg one", 101),
    ] {
        let built = world.freshness(["build"]).env(name, value).run().expect(0);
        assert_eq!(world.probe(&built.paths()).of("flags"), flags, "{name}");
    }
    for (config, flags) in [
        ("[build]\nrustflags = [\"--cfg\", \"one\"]\n".to_owned(), 101),
        (format!("[target.{host}]\nrustflags = [\"--cfg=two\"]\n"), 110),
        ("[target.'cfg(unix)']\nrustflags = [\"--cfg=two\"]\n".to_owned(), 110),
    ] {
        world.write(".cargo/config.toml", &config);
        assert_eq!(world.build_and_probe().of("flags"), flags, "{config}");
        world.assert_fresh();
    }
}

#[test]
fn flags_of_the_profile_join_those_that_the_configuration_gives_as_one_string() {
    let host = host();
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nrustflags = [\"--cfg\", \"three\"]\n",
    );
    for config in ["[build]".to_owned(), format!("[target.{host}]")] {
        world.write(
            ".cargo/config.toml",
            format!("{config}\nrustflags = \"--cfg one --cfg two\"\n"),
        );
        assert_eq!(world.build_and_probe().of("flags"), 111, "{config}");
        world.assert_fresh();
    }
}

#[test]
fn flags_of_the_profile_arrive_one_by_one_whatever_they_hold() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\n\
         rustflags = [\"--cfg\", \"one\", \"--cfg\", 'spaced=\"a b\"', \"--cfg=two\"]\n",
    );
    assert_eq!(world.build_and_probe().of("flags"), 11);
    world.assert_fresh();
}

#[test]
fn bitcode_is_published_beside_each_archive() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"gamma\", \"alpha\"]\nemit = [\"link\", \"llvm-bc\"]\n",
    );
    let build = || -> Vec<(String, PathBuf)> {
        let json = world.freshness(["build", "--format", "json"]).run().expect(0).json();
        let archives = json["archives"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        archives.map(|a| (text(&a["package"]), PathBuf::from(text(&a["path"])))).collect()
    };
    let is_bitcode = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "bc");
    let bitcode_of = |built: &[(String, PathBuf)], package: &str| {
        let mut found = built.iter().filter(|(name, path)| name == package && is_bitcode(path));
        let (_, path) = found.next().unwrap_or_else(|| panic!("no bitcode of {package}"));
        assert!(found.next().is_none(), "one of {package}");
        path.clone()
    };
    let first = build();
    for package in ["gamma", "alpha"] {
        let bytes = fs::read(bitcode_of(&first, package)).unwrap();
        assert!(bytes.starts_with(b"BC\xC0\xDE"), "{package}");
    }
    let archives: Vec<_> =
        first.iter().map(|(_, p)| p.clone()).filter(|p| !is_bitcode(p)).collect();
    assert_eq!(world.probe(&archives).of("alpha"), 1);
    assert_eq!(build(), first, "the fast path gives the same set in the same order");
    assert_eq!(world.cargo_builds(), 1, "one cargo makes both kinds");
    world.assert_fresh();

    world.set_at("alpha", 2, tests::long_ago());
    world.assert_stale("input-changed alpha/src/value.rs");
    let second = build();
    let content = |built: &[_], package| fs::read(bitcode_of(built, package)).unwrap();
    assert!(content(&first, "alpha") != content(&second, "alpha"), "bitcode follows the edit");
    assert!(content(&first, "gamma") == content(&second, "gamma"));

    fs::remove_file(bitcode_of(&second, "alpha")).unwrap();
    assert!(world.stale_by("hash").iter().all(|reason| reason.starts_with("archive-missing")));
    assert_eq!(build(), second, "repaired");
    world.assert_fresh();
}
