//! Strategies are readings of one stamp: switching rebuilds nothing, and each has its own blind spots.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use filetime::FileTime;
use tests::World;

const ALL: [&str; 4] = ["mtime/recorded", "mtime/newer-than", "hash/changed", "hash/always"];

/// What each strategy says, in the order of [`ALL`].
fn explained(world: &World) -> [String; 4] {
    let json = world.freshness(["explain", "--format", "json"]).run().json();
    ALL.map(|name| json["strategies"][name].as_str().unwrap().to_owned())
}

fn with_rule(options: &str) -> String {
    format!("{options}\n[profile.default]\npackages = [\"alpha\"]\n")
}

#[test]
fn switching_the_strategy_never_rebuilds() {
    let world = World::new();
    let archives = world.build();
    for config in [
        with_rule("strategy = \"mtime\""),
        with_rule("strategy = \"mtime\"\n[strategy-options.mtime]\nrule = \"newer-than\""),
        with_rule("strategy = \"hash\"\n[strategy-options.hash]\nreread = \"always\""),
        with_rule("strategy = \"hash\""),
    ] {
        world.config(&config);
        let answer = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
        assert_eq!(answer.paths(), archives, "{config}");
    }
    assert_eq!(world.cargo_builds(), 1);
}

#[test]
fn explain_tells_what_each_strategy_says() {
    let world = World::new();
    assert_eq!(explained(&world), ["stale", "stale", "stale", "stale"], "nothing is built");
    let _ = world.build();
    assert_eq!(explained(&world), ["fresh", "fresh", "fresh", "fresh"]);
    // Touched to a later time: an edit to those that go by times.
    let file = world.file_of("alpha");
    let later = FileTime::from_unix_time(tests::mtime_of(&file).unix_seconds() + 60, 0);
    tests::set_mtime(&file, later);
    assert_eq!(explained(&world), ["stale", "stale", "fresh", "fresh"]);
    let _ = world.build();
    // A same-length edit with an old time: what "newer than" cannot see.
    world.set_at("alpha", 2, tests::long_ago());
    assert_eq!(explained(&world), ["stale", "fresh", "stale", "stale"]);
    assert_eq!(world.build_and_probe().of("alpha"), 2);
    assert_eq!(explained(&world), ["fresh", "fresh", "fresh", "fresh"]);
}

#[test]
fn explain_exits_as_check_does() {
    let world = World::new();
    let _ = world.freshness(["explain"]).run().expect(1);
    let _ = world.build();
    let _ = world.freshness(["explain"]).run().expect(0);
    world.set("alpha", 2);
    let text = world.freshness(["explain"]).run().expect(1).stdout;
    assert!(ALL.iter().all(|name| text.contains(name)), "{text}");
    assert!(text.contains("alpha/src/value.rs"), "{text}");
}

#[test]
fn a_touched_file_is_stale_by_mtime_and_fresh_by_hash() {
    let world = World::new();
    let archives = world.build();
    tests::set_mtime(&world.file_of("beta"), tests::long_ago());
    assert_eq!(world.stale_by("mtime"), ["input-changed beta/src/value.rs"]);
    assert_eq!(world.stale_by("hash"), [""; 0]);
    assert_eq!(world.stale_by("mtime").len(), 1, "check renews nothing");

    let build = world.freshness(["build", "--format", "json"]).env("PATH", "/nonexistent").run();
    let build = build.expect(0).json();
    assert_eq!((&build["built"], &build["verdict"]), (&false.into(), &"fresh".into()));
    assert_eq!(build["archives"][0]["path"], archives[0].to_str().unwrap());
    world.assert_fresh();
    let check = world.freshness(["check", "--format", "json"]).run().expect(0).json();
    assert_eq!(check["work"]["bytes_read"], 0, "the build by hash renewed the record");
}

#[test]
fn a_fresh_checkout_is_fresh_by_hash_and_renewed_once() {
    let world = World::new();
    let archives = world.build();
    for name in ["alpha", "beta", "outside", "text"] {
        let (file, again) = (world.file_of(name), world.root().join("again"));
        std::fs::copy(&file, &again).unwrap();
        std::fs::rename(&again, &file).unwrap();
        tests::set_mtime(&file, FileTime::from_unix_time(1_900_000_000, 7));
    }
    assert_eq!(world.stale_by("hash"), [""; 0]);
    assert_eq!(world.build(), archives);
    assert_eq!(world.cargo_builds(), 1);
    world.assert_fresh();
}

#[test]
fn a_file_dated_in_the_future_is_not_stale_for_ever() {
    let world = World::new();
    world.set_at("alpha", 2, FileTime::from_unix_time(1_900_000_000, 0));
    assert_eq!(world.build_and_probe().of("alpha"), 2);
    world.assert_fresh();
    let _ = world.build();
    assert_eq!(world.cargo_builds(), 1);
}

#[test]
fn a_touch_is_built_by_mtime_and_then_fresh() {
    let world = World::new();
    let _ = world.build();
    tests::set_mtime(&world.file_of("alpha"), tests::long_ago());
    let built = world.freshness(["build", "--strategy", "mtime"]).run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 1);
    world.assert_fresh();
}

#[test]
fn reading_always_sees_what_no_time_shows() {
    let config = "strategy = \"hash\"\n[strategy-options.hash]\nreread = \"always\"";
    let world = World::with_config(&with_rule(config));
    let _ = world.build();
    let check = world.freshness(["check", "--format", "json"]).run().expect(0).json();
    assert!(check["work"]["bytes_read"].as_u64().unwrap() > 0, "{check}");
    assert_eq!(check["work"]["digests_reused"], 0, "{check}");
}

/// The original rule's own proofs, by the rule that keeps it as the baseline and by the default.
#[test]
fn fresh_archives_are_reused_without_cargo() {
    for config in [
        with_rule("strategy = \"mtime\"\n[strategy-options.mtime]\nrule = \"newer-than\""),
        with_rule("strategy = \"mtime\""),
        with_rule("strategy = \"hash\""),
    ] {
        let world = World::with_config(&config);
        let archives = world.build();
        let starts = world.cargo_starts();
        let again = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
        assert_eq!(again.paths(), archives, "{config}");
        assert_eq!(world.cargo_starts(), starts, "{config}");

        let later = tests::mtime_of(&archives[0]).unix_seconds() + 10;
        world.set_at("alpha", 2, FileTime::from_unix_time(later, 0));
        let stale = world.freshness(["check"]).run().expect(1);
        assert!(stale.stdout.contains("alpha/src/value.rs"), "a newer source: {stale:#?}");
        assert_eq!(world.build_and_probe().of("alpha"), 2, "{config}");
    }
}

#[test]
fn nested_cargo_target_directories_are_no_inputs() {
    let world = World::new();
    let _ = world.build();
    let before = world.cargo_builds();
    // As cargo leaves them: tagged, wherever they are.
    let package = world.path("beta");
    let nested = ["build", "--target-dir", "nested"];
    let _ = world.cargo(nested).in_directory(&package).run().expect(0);
    assert!(package.join("nested/CACHEDIR.TAG").exists());
    for strategy in ["mtime", "hash"] {
        assert_eq!(world.stale_by(strategy), [""; 0], "{strategy}");
    }
    tests::write(&package.join("nested/debug/more.rs"), "more");
    world.assert_fresh();
    let _ = world.build();
    assert_eq!(world.cargo_builds(), before);
}

#[test]
fn other_features_stay_conservative() {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\"]\n");
    let _ = world.build();
    let features = "[profile.default]\npackages = [\"gamma\"]\nfeatures = [\"gamma/extra\"]\n";
    world.config(features);
    world.assert_stale(&format!("no-stamp {}", stamp_of_stale(&world)));
    assert_eq!(world.build_and_probe().of("extra"), 1);
    world.assert_fresh();
}

/// The stamp that a stale answer misses.
fn stamp_of_stale(world: &World) -> String {
    let key = world.check("hash").run().json()["key"].as_str().unwrap().to_owned();
    format!("target/freshness/{key}/stamp")
}
