//! When cargo fails: nothing is lost, and nothing falls back in silence.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::World;

fn prebuilt_config(on_failure: &str) -> String {
    format!(
        "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n\
         on-failure = \"{on_failure}\"\nprebuilt = \"prebuilt\"\n"
    )
}

/// Builds, keeps copies of the archives as prebuilt ones, and gives them other content than the sources.
fn world_with_prebuilt(on_failure: &str) -> World {
    let world = World::with_config(&prebuilt_config(on_failure));
    world.set("alpha", 7);
    world.set("gamma", 7);
    for archive in world.build() {
        fs::create_dir_all(world.path("prebuilt")).unwrap();
        fs::copy(&archive, world.path("prebuilt").join(archive.file_name().unwrap())).unwrap();
    }
    fs::remove_dir_all(world.store()).unwrap();
    world.set("alpha", 1);
    world.set("gamma", 1);
    world
}

fn names(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

fn published(slot: &Path) -> (Vec<u8>, tests::Tree) {
    let mut archives = tests::snapshot(&slot.join("archives"));
    archives.remove(&slot.join("archives"));
    (fs::read(slot.join("stamp")).unwrap(), archives)
}

#[test]
fn a_failed_build_leaves_stamp_and_archives_as_they_were() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    let before = published(&slot);
    tests::write(&world.file_of("beta"), "this is not Rust");
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "cargo-failed");
    assert!(ran.stderr.contains("expected one of") || ran.stderr.contains("error"), "{ran:#?}");
    assert!(ran.stderr.contains("beta/src/value.rs"), "cargo's words pass through: {ran:#?}");
    let text = world.freshness(["build"]).run().expect(2);
    assert_eq!(text.stdout, "");
    assert_eq!(published(&slot), before);
    world.set("beta", 1);
    let served = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
    assert_eq!(served.paths(), archives, "they still vouch for their own inputs");
    assert_eq!(world.probe(&archives).of("beta"), 1);
}

/// What stands where cargo should answers a build with this line of shell.
fn world_with_cargo(build: &str) -> World {
    let world = World::new();
    let cargo = world.root().join("bin/cargo");
    let real = fs::read_to_string(&cargo).unwrap();
    let (head, rest) = real.split_once('\n').unwrap();
    tests::write(&cargo, format!("{head}\n[ \"$1\" = build ] && {build}\n{rest}"));
    world
}

#[test]
fn what_prints_without_end_in_place_of_cargo_is_given_up() {
    let world = world_with_cargo("exec tr '\\0' x < /dev/zero");
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "cargo-messages");
    let said = "one line of standard output is longer than 16 MiB\n  hint: run `cargo build --mess";
    assert!(ran.stderr.contains(said), "{ran:#?}");
}

#[test]
fn what_prints_other_than_messages_in_place_of_cargo_is_said() {
    let world = world_with_cargo("{ echo '{ no message'; exit 0; }");
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "cargo-messages");
    assert!(ran.stderr.contains("failed to read cargo's messages in "), "{ran:#?}");
}

#[test]
fn a_failed_first_build_leaves_no_stamp() {
    let world = World::new();
    tests::write(&world.file_of("alpha"), "this is not Rust");
    let _ = world.freshness(["build"]).run().expect(2);
    let reasons = world.stale_by("hash");
    assert!(reasons[0].starts_with("no-stamp"), "{reasons:?}");
    world.set("alpha", 2);
    assert_eq!(world.build_and_probe().of("alpha"), 2);
}

#[test]
fn a_link_failure_of_the_second_package_publishes_nothing() {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\", \"alpha\"]\n");
    let archives = world.build();
    let before = published(&world.slot(&archives[0]));
    world.set("gamma", 2);
    tests::write(&world.file_of("alpha"), "this is not Rust");
    let _ = world.freshness(["build"]).run().expect(2);
    assert_eq!(published(&world.slot(&archives[0])), before);
    world.set("alpha", 3);
    let constants = world.build_and_probe();
    assert_eq!((constants.of("gamma"), constants.of("alpha")), (2, 3));
}

#[test]
fn falling_back_to_prebuilt_archives_is_opt_in_and_loud() {
    let world = world_with_prebuilt("error");
    tests::write(&world.file_of("alpha"), "this is not Rust");
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "cargo-failed", "off by default");

    world.config(&prebuilt_config("prebuilt"));
    let ran = world.freshness(["build", "--format", "json"]).run().expect(0);
    assert!(ran.stderr.contains("warning"), "{ran:#?}");
    assert!(ran.stderr.contains("prebuilt"), "{ran:#?}");
    let json = ran.json();
    assert_eq!((&json["prebuilt"], &json["built"]), (&true.into(), &false.into()));
    let text = world.freshness(["build"]).run().expect(0);
    assert_eq!(names(&text.paths()), ["libgamma.a", "libalpha.a"], "the same set and order");
    assert_eq!(world.probe(&text.paths()).of("alpha"), 7);
    assert_eq!(world.freshness(["check"]).run().code(), Some(1), "prebuilt is not fresh");

    world.set("alpha", 2);
    let built = world.freshness(["build", "--format", "json"]).run().expect(0).json();
    assert_eq!((&built["prebuilt"], &built["built"]), (&false.into(), &true.into()));
}

#[test]
fn without_cargo_the_opted_in_fallback_serves() {
    let world = world_with_prebuilt("prebuilt");
    let ran = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
    assert!(ran.stderr.contains("warning"), "{ran:#?}");
    assert_eq!(world.probe(&ran.paths()).of("gamma"), 7);
}

#[test]
fn a_fallback_that_is_missing_names_the_archive() {
    let world = world_with_prebuilt("prebuilt");
    fs::remove_file(world.path("prebuilt/libgamma.a")).unwrap();
    tests::write(&world.file_of("alpha"), "this is not Rust");
    let ran = world.freshness(["build", "--format", "json"]).run();
    let _ = ran.error_code();
    assert!(ran.stderr.contains("libgamma.a"), "{ran:#?}");
}

#[test]
fn prebuilt_archives_are_used_without_trying_cargo() {
    let world = world_with_prebuilt("error");
    let starts = world.cargo_starts();
    let args = ["build", "--prebuilt", "--format", "json"];
    let ran = world.freshness(args).env("PATH", "/nonexistent").run().expect(0);
    let json = ran.json();
    assert_eq!(json["prebuilt"], true);
    assert_eq!(json["work"]["processes_spawned"], 0);
    let text = world.freshness(["build", "--prebuilt"]).run().expect(0);
    assert_eq!(names(&text.paths()), ["libgamma.a", "libalpha.a"]);
    assert_eq!(world.probe(&text.paths()).of("alpha"), 7);
    assert_eq!(world.cargo_starts(), starts);
}

#[test]
fn a_missing_prebuilt_archive_is_built_only_on_request() {
    let world = world_with_prebuilt("error");
    fs::remove_file(world.path("prebuilt/libalpha.a")).unwrap();
    let ran = world.freshness(["build", "--prebuilt", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "prebuilt");
    let error = &ran.json()["error"];
    assert!(error["path"].as_str().unwrap().ends_with("libalpha.a"), "{error}");
    assert!(error["message"].as_str().unwrap().contains("alpha"), "{error}");

    let mixed = world.freshness(["build", "--prebuilt", "--build-missing"]).run().expect(0);
    assert_eq!(names(&mixed.paths()), ["libgamma.a", "libalpha.a"]);
    let constants = world.probe(&mixed.paths());
    assert_eq!((constants.of("gamma"), constants.of("alpha")), (7, 1));
}

#[test]
fn a_prebuilt_file_that_is_no_archive_is_refused() {
    let world = world_with_prebuilt("error");
    for content in ["", "not an archive", "!<arch>\n"] {
        fs::write(world.path("prebuilt/libalpha.a"), content).unwrap();
        let ran = world.freshness(["build", "--prebuilt", "--format", "json"]).run();
        assert_eq!(ran.error_code(), "prebuilt", "{content:?}");
        assert!(ran.stderr.contains("libalpha.a"), "{ran:#?}");
    }
}

#[test]
fn what_is_built_and_what_is_prebuilt_come_in_the_same_order() {
    let world = world_with_prebuilt("prebuilt");
    let built = world.freshness(["build"]).run().expect(0).paths();
    let fast = world.freshness(["build"]).run().expect(0).paths();
    let prebuilt = world.freshness(["build", "--prebuilt"]).run().expect(0).paths();
    assert_eq!(names(&built), ["libgamma.a", "libalpha.a"]);
    assert_eq!(fast, built);
    assert_eq!(names(&prebuilt), names(&built));
}

#[test]
fn a_build_that_failed_costs_the_next_one_only_what_it_touched() {
    let world = World::new();
    let _ = world.build();
    let code = fs::read_to_string(world.path("alpha/src/lib.rs")).unwrap();
    world.write("alpha/src/lib.rs", format!("{code}\nnot code"));
    let _ = world.freshness(["build"]).run().expect(2);
    world.write("alpha/src/lib.rs", format!("{code}\n// and back\n"));
    let ran = world.freshness(["build"]).run().expect(0);
    assert!(ran.stderr.contains("Compiling alpha"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Compiling beta"), "{}", ran.stderr);
    assert_eq!(world.probe(&ran.paths()).of("beta"), 1);
    // What changed under an old time meanwhile is made again all the same.
    world.write("alpha/src/lib.rs", format!("{code}\nnot code"));
    let _ = world.freshness(["build"]).run().expect(2);
    world.set_at("beta", 2, tests::long_ago());
    world.write("alpha/src/lib.rs", &code);
    assert_eq!(world.build_and_probe().of("beta"), 2);
}
