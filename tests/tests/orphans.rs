//! What a killed build leaves running is ended before the next one works in its directory.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;

use tests::{Process, Run, Trap, World, runs, signal, write};

/// A world whose compilation of `alpha` can be caught.
struct Caught {
    world: World,
    trap: Trap,
}

impl Caught {
    fn new() -> Self {
        let world = World::with_config(
            "lock-timeout = \"20s\"\n[profile.default]\npackages = [\"alpha\"]\n",
        );
        let trap = Trap::new(&world.root().join("trap"), "alpha");
        Self { world, trap }
    }

    fn build(&self) -> Run {
        self.world.freshness(["build"]).env("RUSTC_WRAPPER", self.trap.wrapper())
    }

    /// A build that stands while rustc runs: itself, rustc, and cargo.
    fn standing(&self) -> (Process, u32, u32) {
        self.trap.set();
        let build = self.build().start();
        let (rustc, cargo) = self.trap.caught();
        (build, rustc, cargo)
    }

    /// Builds what `alpha` is now, which must be right.
    #[track_caller]
    fn assert_next_is_right(&self) {
        self.world.set("alpha", 3);
        let built = self.build().run().expect(0);
        assert_eq!(self.world.probe(&built.paths()).of("alpha"), 3);
    }
}

#[test]
fn a_rustc_that_outlives_its_killed_cargo_is_ended_at_once() {
    let trap = Caught::new();
    let (build, rustc, cargo) = trap.standing();
    signal("-9", &cargo.to_string());
    let failed = build.wait().expect(2);
    assert!(failed.stderr.contains("signal: 9"), "{failed:#?}");
    assert!(!runs(rustc));
    trap.assert_next_is_right();
}

#[test]
fn a_rustc_that_outlives_both_killed_parents_is_ended_by_the_next_build() {
    let trap = Caught::new();
    let (build, rustc, cargo) = trap.standing();
    build.kill_alone();
    signal("-9", &cargo.to_string());
    assert!(runs(rustc));
    trap.assert_next_is_right();
    assert!(!runs(rustc));
}

#[test]
fn a_cargo_that_outlives_its_killed_parent_is_ended_by_the_next_build() {
    let trap = Caught::new();
    let (build, rustc, cargo) = trap.standing();
    build.kill_alone();
    assert!(runs(cargo) && runs(rustc));
    trap.assert_next_is_right();
    assert!(!runs(cargo) && !runs(rustc));
}

#[test]
fn a_process_of_another_group_or_another_directory_is_left_alone() {
    let trap = Caught::new();
    let archive = trap.build().run().expect(0).paths().remove(0);
    let slot = trap.world.slot(&archive);
    // As a compiler cache's server that this build started, and as anything else of our group.
    let bystander = |directory: PathBuf| {
        let run = trap.world.run("sleep", &["60"]).env("CARGO_BUILD_BUILD_DIR", directory);
        run.start()
    };
    let (server, other) = (bystander(slot.join("target")), bystander(slot.join("elsewhere")));
    let lock = fs::read_to_string(slot.join("lock")).unwrap();
    let holder = lock.lines().next().unwrap();
    trap.assert_next_is_right();
    assert!(runs(server.id()), "in no group that held the lock");
    write(&slot.join("lock"), format!("{holder}\nprocess group {}\n", other.id()));
    trap.world.set("alpha", 2);
    let _ = trap.build().run().expect(0);
    assert!(runs(other.id()), "in the group, not in the directory");
    server.kill();
    other.kill();
}
