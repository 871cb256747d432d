//! The library as someone else's tool uses it: the examples, run as processes.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::path::PathBuf;
use std::sync::OnceLock;

use tests::{Ran, World};

fn archives_example(world: &World) -> Ran {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| tests::example("freshness", "archives"));
    let workspace = world.workspace();
    world.program(program).args([workspace.to_str().unwrap(), "gamma", "alpha"]).run()
}

/// What a tool says whose strategy is `by`: the verdict and whether it built, then the reasons.
fn samples_example(world: &World, by: &str, action: &str) -> Vec<String> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| tests::example("strategy-sample", "archives_by_samples"));
    let workspace = world.workspace();
    let args = [by, action, workspace.to_str().unwrap(), "alpha"];
    let ran = world.program(program).args(args).run().expect(0);
    ran.stdout.lines().map(str::to_owned).collect()
}

const FRESH: [&str; 1] = ["fresh, built: false"];

#[test]
fn a_tool_of_ten_lines_builds_once_and_then_starts_nothing() {
    let world = World::new();
    let first = archives_example(&world).expect(0);
    assert!(first.stderr.contains("no-stamp"), "{first:#?}");
    assert!(first.stderr.ends_with("built: generation 1\n"), "{first:#?}");
    let constants = world.probe(&first.paths());
    assert_eq!((constants.of("alpha"), constants.of("gamma")), (1, 1));
    let started = world.cargo_starts();
    let again = archives_example(&world).expect(0);
    assert_eq!(again.stderr, "nothing to do: generation 1\n");
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(world.cargo_starts(), started);
}

#[test]
fn a_tool_tells_its_user_what_changed_and_what_failed() {
    let world = World::new();
    let _ = archives_example(&world).expect(0);
    world.set("alpha", 2);
    let built = archives_example(&world).expect(0);
    let changed = "input-changed alpha/src/value.rs: content differs\nbuilt: generation 2\n";
    assert_eq!(built.stderr, changed);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 2);
    world.write("alpha/src/value.rs", "not Rust");
    let failed = archives_example(&world).expect(2);
    assert!(failed.stderr.contains("\nfailed to "), "{failed:#?}");
    assert_eq!(failed.stdout, "");
}

#[test]
fn builds_of_a_tool_with_a_strategy_of_its_own_record_its_evidence() {
    let world = World::new();
    assert!(samples_example(&world, "sample", "build")[0].ends_with("built: true"));
    for by in ["sample", "hash", "mtime"] {
        assert_eq!(samples_example(&world, by, "check"), FRESH, "{by}");
    }
    let started = world.cargo_starts();
    assert_eq!(samples_example(&world, "sample", "build"), FRESH);
    assert_eq!(world.cargo_starts(), started);
    // The same bytes under another time: a small file is known by its bytes.
    world.set_at("alpha", 1, tests::long_ago());
    assert_eq!(samples_example(&world, "sample", "check"), FRESH);
    world.set_at("alpha", 2, tests::long_ago());
    let edited = samples_example(&world, "sample", "check");
    let changed = "input-changed alpha/src/value.rs: content differs";
    assert_eq!(edited, ["stale, built: false", changed]);
    assert!(samples_example(&world, "sample", "build")[0].ends_with("built: true"));
    assert_eq!(samples_example(&world, "sample", "check"), FRESH);
}

#[test]
fn a_stamp_without_the_evidence_of_a_strategy_is_stale_for_it_alone() {
    let world = World::new();
    assert!(samples_example(&world, "hash", "build")[0].ends_with("built: true"));
    let without = samples_example(&world, "sample", "check");
    assert_eq!(without[0], "stale, built: false");
    let stamp = world.path("target/samples-example");
    let is_that = without[1].starts_with("stamp-version ")
        && without[1].contains(stamp.to_str().unwrap())
        && without[1].ends_with(": it holds no evidence for sample/ends");
    assert!(is_that && without.len() == 2, "{without:#?}");
    assert_eq!(samples_example(&world, "hash", "check"), FRESH);
    assert!(samples_example(&world, "sample", "build")[0].ends_with("built: true"));
    assert_eq!(samples_example(&world, "sample", "check"), FRESH);
    assert_eq!(samples_example(&world, "hash", "check"), FRESH);
}

#[test]
fn a_touched_file_is_renewed_in_a_stamp_with_evidence_of_a_strategy_of_ones_own() {
    let world = World::new();
    assert!(samples_example(&world, "sample", "build")[0].ends_with("built: true"));
    tests::set_mtime(&world.file_of("alpha"), tests::long_ago());
    assert_ne!(samples_example(&world, "mtime", "check"), FRESH);
    assert_eq!(samples_example(&world, "sample", "build"), FRESH);
    assert_eq!(samples_example(&world, "mtime", "check"), FRESH, "the record was renewed");
}
