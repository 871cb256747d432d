//! What people and scripts read, word for word; paths, keys, digests, times and counts are named instead.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use filetime::FileTime;
use insta::{assert_json_snapshot, assert_snapshot};
use tests::{Ran, World, redact, redact_json};

/// Standard output, standard error and exit status, as one text.
fn shown(world: &World, ran: &Ran) -> String {
    let text = format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        ran.code().unwrap(),
        ran.stdout,
        ran.stderr
    );
    redact(world, &text)
}

fn text(world: &World, args: &[&str]) -> String {
    shown(world, &world.freshness(args).run())
}

fn json(world: &World, args: &[&str]) -> serde_json::Value {
    redact_json(world, world.freshness(args).args(["--format", "json"]).run().json())
}

#[test]
fn answers_in_text() {
    let world = World::new();
    // Explicit times, since a time is shown with as many digits as it has.
    let later = FileTime::from_unix_time(1_900_000_000, 123_456_789);
    for name in ["alpha", "beta", "outside"] {
        world.set_at(name, 1, tests::long_ago());
    }
    assert_snapshot!("check_before_any_build", text(&world, &["check"]));
    let built = world.freshness(["build"]).run().expect(0);
    assert_snapshot!("build_paths", redact(&world, &built.stdout));
    assert_snapshot!("check_fresh", text(&world, &["check"]));
    assert_snapshot!("explain_fresh", text(&world, &["explain"]));
    for name in ["alpha", "beta", "outside"] {
        world.set_at(name, 2, later);
    }
    assert_snapshot!("check_edited", text(&world, &["check"]));
    assert_snapshot!("check_edited_by_mtime", text(&world, &["check", "--strategy", "mtime"]));
    assert_snapshot!("explain_edited", text(&world, &["explain"]));
    let flags = world.freshness(["check"]).env("RUSTFLAGS", "--cfg one").run();
    assert_snapshot!("check_edited_and_flags", shown(&world, &flags));
}

#[test]
fn answers_in_json() {
    let world = World::new();
    assert_json_snapshot!("json_check_before_any_build", json(&world, &["check"]));
    assert_json_snapshot!("json_build", json(&world, &["build", "--profile", "both"]));
    assert_json_snapshot!("json_build_again", json(&world, &["build", "--profile", "both"]));
    world.set("gamma", 2);
    assert_json_snapshot!("json_explain_edited", json(&world, &["explain", "--profile", "both"]));
}

#[test]
fn reasons_about_archives_and_stamps() {
    let world = World::new();
    let archives = world.build();
    let stamp = world.slot(&archives[0]).join("stamp");
    fs::remove_file(&archives[0]).unwrap();
    assert_snapshot!("archive_missing", text(&world, &["check"]));
    fs::write(&archives[0], "short").unwrap();
    assert_snapshot!("archive_changed", text(&world, &["check"]));
    fs::write(&stamp, "").unwrap();
    assert_snapshot!("stamp_empty", text(&world, &["check"]));
    fs::write(&stamp, "garbage ".repeat(100)).unwrap();
    assert_snapshot!("stamp_garbage", text(&world, &["check"]));
}

#[test]
fn errors() {
    let world = World::new();
    assert_snapshot!("unknown_profile", text(&world, &["check", "--profile", "nope"]));
    assert_json_snapshot!("json_unknown_profile", json(&world, &["check", "--profile", "nope"]));
    assert_snapshot!("unknown_strategy", text(&world, &["check", "--strategy", "nope"]));
    let nothing = world.freshness(["build"]).env("PATH", "/nonexistent").run();
    assert_snapshot!("no_compiler", shown(&world, &nothing));
    let only = world.path_with_only(&["rustc"]);
    let no_cargo = world.freshness(["build"]).env("PATH", only).run();
    assert_snapshot!("no_cargo", shown(&world, &no_cargo));
    let missing = ["check", "--config", "no/such/freshness.toml"];
    assert_snapshot!("config_unreadable", text(&world, &missing));
    world.config("stratgy = \"hash\"\n");
    assert_snapshot!("config_unknown_key", text(&world, &["check"]));
    assert_json_snapshot!("json_config_unknown_key", json(&world, &["check"]));
    world.config("strategy = \"magic\"\n");
    assert_snapshot!("config_unknown_strategy", text(&world, &["check"]));
    world.config("[profile.default]\npackages = [\"alpha\", \"delta\"]\n");
    let unknown = world.freshness(["build"]).run();
    assert_snapshot!("unknown_package", shown(&world, &unknown));
    world.config("[profile.default]\npackages = [\"beta\"]\n");
    let no_library = world.freshness(["build", "--format", "json"]).run().json();
    assert_json_snapshot!("json_no_static_library", redact_json(&world, no_library));
    world.config("[profile.default]\npackages = [\"alpha\"]\nprebuilt = \"prebuilt\"\n");
    assert_snapshot!("prebuilt_missing", text(&world, &["build", "--prebuilt"]));
    let world = World::new();
    world.write("target/freshness", "a file");
    assert_snapshot!("store_is_a_file", text(&world, &["build"]));
}
