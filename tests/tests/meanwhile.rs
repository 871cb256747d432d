//! Edits while cargo runs: no stamp ever vouches for an archive that lacks them.

use std::fs;
use std::path::{Path, PathBuf};

use tests::{Gate, Process, Run, World};

struct Slow {
    world: World,
    gate: Gate,
}

impl Slow {
    fn new() -> Self {
        let world = World::new();
        let gate = world.gate();
        Self { world, gate }
    }

    fn run(&self, args: &[&str]) -> Run {
        self.world.freshness(args).env("RUSTC_WRAPPER", self.gate.wrapper())
    }

    /// Starts a build that stands still after alpha is compiled, as often as this.
    fn start(&self, stops: u32) -> Process {
        self.gate.stop_times(stops);
        let build = self.run(&["build"]).start();
        self.gate.reached(1);
        build
    }

    fn build(&self) -> Vec<PathBuf> {
        self.run(&["build"]).run().expect(0).paths()
    }

    fn check(&self, strategy: &str) -> Vec<String> {
        self.run(&["check", "--strategy", strategy, "--format", "json"]).run().reasons()
    }

    /// The archives must hold `value`, or the next check must say stale; then all settles.
    fn assert_true(&self, archives: &[PathBuf], name: &str, value: i64) {
        let found = self.world.probe(archives).of(name);
        assert_eq!(found, value, "built again in the same run");
        for strategy in ["mtime", "hash"] {
            assert_eq!(self.check(strategy), [""; 0], "{name} settles by {strategy}");
        }
        let builds = self.world.cargo_builds();
        assert_eq!(self.build(), archives);
        assert_eq!(self.world.cargo_builds(), builds);
    }
}

fn everything_published(slot: &Path) -> tests::Tree {
    let mut tree = tests::snapshot(&slot.join("archives"));
    tree.extend(tests::snapshot(&slot.join("stamp")));
    tree.extend(tests::snapshot(&slot.join("stamps")));
    // Making and removing a name in it moves the directory's times.
    tree.remove(&slot.join("archives"));
    tree
}

#[test]
fn an_edit_while_cargo_runs_is_built_by_the_same_run() {
    for name in ["alpha", "beta", "outside", "text"] {
        let slow = Slow::new();
        let build = slow.start(1);
        slow.world.set(name, 2);
        slow.gate.open(1);
        let built = build.wait().expect(0);
        let file = slow.world.file_of(name);
        let file = file.file_name().unwrap().to_str().unwrap();
        assert!(built.stderr.contains(file), "says which file changed: {built:#?}");
        assert_eq!(slow.world.cargo_builds(), 2);
        slow.assert_true(&built.paths(), name, 2);
    }
}

#[test]
fn an_edit_while_cargo_runs_counts_whatever_time_it_carries() {
    let slow = Slow::new();
    let time = tests::mtime_of(&slow.world.file_of("alpha"));
    let build = slow.start(1);
    slow.world.set_at("alpha", 2, time);
    slow.gate.open(1);
    slow.assert_true(&build.wait().expect(0).paths(), "alpha", 2);
}

#[test]
fn a_file_added_while_cargo_runs_is_noticed() {
    let slow = Slow::new();
    let build = slow.start(1);
    slow.world.write("beta/src/value/part.rs", "pub const PART: i32 = 4;\n");
    slow.world.write("beta/src/value.rs", "mod part;\npub const VALUE: i32 = part::PART;\n");
    slow.gate.open(1);
    slow.assert_true(&build.wait().expect(0).paths(), "beta", 4);
}

#[test]
fn an_edit_and_its_undoing_while_cargo_runs_settle() {
    let slow = Slow::new();
    let file = slow.world.file_of("beta");
    let time = tests::mtime_of(&file);
    let build = slow.start(1);
    slow.world.set("beta", 2);
    slow.world.set_at("beta", 1, time);
    slow.gate.open(1);
    slow.assert_true(&build.wait().expect(0).paths(), "beta", 1);
}

#[test]
fn edits_during_both_attempts_are_an_error_and_change_nothing() {
    let slow = Slow::new();
    slow.gate.stop_times(0);
    let first = slow.build();
    let slot = slow.world.slot(&first[0]);
    let before = everything_published(&slot);

    slow.world.set("alpha", 2);
    slow.gate.stop_times(2);
    let build = slow.run(&["build", "--format", "json"]).start();
    slow.gate.reached(1);
    slow.world.set("beta", 2);
    slow.gate.open(1);
    slow.gate.reached(2);
    slow.world.set("beta", 3);
    slow.gate.open(2);
    let ran = build.wait();
    assert_eq!(ran.error_code(), "changed-during-build");
    assert!(ran.json()["error"]["path"].as_str().unwrap().ends_with("beta/src/value.rs"));
    assert_eq!(everything_published(&slot), before, "earlier stamp and archives are untouched");
    assert_eq!(slow.world.probe(&first).of("alpha"), 1);

    slow.gate.stop_times(0);
    let settled = slow.build();
    let constants = slow.world.probe(&settled);
    assert_eq!((constants.of("alpha"), constants.of("beta")), (2, 3));
}

#[test]
fn a_reader_is_not_disturbed_by_a_build_under_way() {
    let slow = Slow::new();
    slow.gate.stop_times(0);
    let first = slow.build();
    let opened = fs::File::open(&first[0]).unwrap();
    slow.world.set("alpha", 2);
    let build = slow.start(1);
    assert_eq!(slow.check("hash"), ["input-changed alpha/src/value.rs"]);
    assert_eq!(
        slow.world.probe(&first).of("alpha"),
        1,
        "a linker may go on with what it was given"
    );
    // The content is back while another content is being built: still served.
    slow.gate.open(1);
    let second = build.wait().expect(0).paths();
    assert_ne!(first, second);
    assert_eq!(slow.world.probe(&first).of("alpha"), 1);
    assert_eq!(slow.world.probe(&second).of("alpha"), 2);
    assert!(opened.metadata().unwrap().len() > 0);
}

#[test]
fn a_path_dependency_that_comes_while_cargo_runs_is_an_input_from_then_on() {
    let slow = Slow::new();
    let build = slow.start(1);
    let world = &slow.world;
    let manifest =
        "[package]\nname = \"late\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    world.write("../late/Cargo.toml", manifest);
    world.write("../late/src/lib.rs", "pub const VALUE: i32 = 2;\n");
    let manifest = fs::read_to_string(world.path("alpha/Cargo.toml")).unwrap();
    let dependency = "[dependencies]\nlate = { path = \"../../late\" }";
    world.write("alpha/Cargo.toml", manifest.replace("[dependencies]", dependency));
    world.write("alpha/src/value.rs", "pub const VALUE: i32 = late::VALUE;\n");
    slow.gate.open(1);
    let built = build.wait().expect(0);
    slow.assert_true(&built.paths(), "alpha", 2);
    tests::write_at(
        &world.path("../late/src/lib.rs"),
        "pub const VALUE: i32 = 3;\n",
        tests::long_ago(),
    );
    assert!(!slow.check("hash").is_empty());
    assert_eq!(world.probe(&slow.build()).of("alpha"), 3);
}
