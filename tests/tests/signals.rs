//! A signal ends a build with all that it started, and leaves a slot that the next build goes on in.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::PathBuf;

use tests::{Process, Project, Ran, Run, Trap, World, copy_native_workspace, runs, signal};

/// A world with a build of `alpha` that is 1, whose next compilation of it can be caught.
struct Scene {
    world: World,
    trap: Trap,
    archive: PathBuf,
}

impl Scene {
    fn new(more: &str) -> Self {
        let config = format!("{more}\n[profile.default]\npackages = [\"alpha\"]\n");
        let world = World::with_config(&config);
        let trap = Trap::new(&world.root().join("trap"), "alpha");
        let archive = build(&world, &trap).run().expect(0).paths().remove(0);
        Self { world, trap, archive }
    }

    fn build(&self) -> Run {
        build(&self.world, &self.trap)
    }

    /// A build of `alpha` as 2 that stands while rustc runs: itself, rustc, and cargo.
    fn standing(&self, under: &[&str]) -> (Process, u32, u32) {
        self.world.set("alpha", 2);
        self.trap.set();
        let build = self.build().under(under).start();
        let (rustc, cargo) = self.trap.caught();
        (build, rustc, cargo)
    }

    /// Why the slot is stale, as those see it that have the environment of the builds.
    fn stale(&self, strategy: &str) -> Vec<String> {
        let check = self.world.check(strategy).env("RUSTC_WRAPPER", self.trap.wrapper());
        check.run().reasons()
    }

    /// What must hold where a build of 2 was stopped.
    #[track_caller]
    fn assert_sound(&self) {
        let slot = self.world.slot(&self.archive);
        let mut names: Vec<_> =
            fs::read_dir(slot).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["archives", "cargo-saw", "lock", "stamp", "stamps", "target"]);
        assert!(!self.stale("hash").is_empty() && !self.stale("mtime").is_empty());
        // The build before still vouches for what it was made from.
        self.world.set("alpha", 1);
        assert_eq!(self.stale("hash"), [""; 0]);
        let cargo = self.world.cargo_builds();
        assert_eq!(self.build().run().expect(0).paths(), std::slice::from_ref(&self.archive));
        assert_eq!(self.world.cargo_builds(), cargo);
        for value in [2, 3] {
            self.world.set("alpha", value);
            let built = self.build().run().expect(0);
            assert_eq!(self.world.probe(&built.paths()).of("alpha"), i64::from(value));
        }
    }
}

fn build(world: &World, trap: &Trap) -> Run {
    world.freshness(["build"]).env("RUSTC_WRAPPER", trap.wrapper())
}

/// As a terminal starts programs, whatever the tests were started by.
const AS_A_TERMINAL: [&str; 2] = ["env", "--default-signal=HUP,INT,TERM"];

#[track_caller]
fn assert_interrupted(ran: Ran, code: i32, stage: &str) {
    let ran = ran.expect(code);
    let said = &ran.stderr;
    assert!(ran.stdout.is_empty(), "{ran:#?}");
    assert!(said.contains("failed to finish the build in ") && said.contains(stage), "{ran:#?}");
    assert!(said.contains("hint: run again: the next build goes on where this one"), "{ran:#?}");
}

#[test]
fn a_signal_to_the_program_alone_ends_cargo_and_rustc_at_once() {
    for (name, code) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let scene = Scene::new("");
        let (build, rustc, cargo) = scene.standing(&AS_A_TERMINAL);
        signal(name, &build.id().to_string());
        assert_interrupted(build.wait(), code, "interrupted while cargo ran");
        assert!(!runs(cargo) && !runs(rustc), "{name}");
        scene.assert_sound();
    }
}

#[test]
fn an_interrupt_from_the_terminal_ends_all_of_it() {
    let scene = Scene::new("");
    let (build, rustc, cargo) = scene.standing(&AS_A_TERMINAL);
    signal("-INT", &format!("-{}", build.id()));
    assert_interrupted(build.wait(), 130, "interrupted while cargo ran");
    assert!(!runs(cargo) && !runs(rustc));
    scene.assert_sound();
}

#[test]
fn a_stopped_build_is_no_failed_one_that_prebuilt_archives_stand_in_for() {
    let scene = Scene::new("");
    let config = "[profile.default]\npackages = [\"alpha\"]\n\
        on-failure = \"prebuilt\"\nprebuilt = \"prebuilt\"\n";
    scene.world.config(config);
    fs::create_dir(scene.world.path("prebuilt")).unwrap();
    fs::copy(&scene.archive, scene.world.path("prebuilt/libalpha.a")).unwrap();
    let (build, ..) = scene.standing(&AS_A_TERMINAL);
    signal("-TERM", &build.id().to_string());
    assert_interrupted(build.wait(), 143, "interrupted while cargo ran");
}

#[test]
fn the_answer_of_a_stopped_build_is_an_error_in_json_too() {
    let scene = Scene::new("");
    scene.world.set("alpha", 2);
    scene.trap.set();
    let build = scene.build().args(["--format", "json"]).under(&AS_A_TERMINAL).start();
    let _ = scene.trap.caught();
    signal("-TERM", &build.id().to_string());
    let ran = build.wait().expect(143);
    assert_eq!(ran.json()["error"]["code"], "interrupted", "{ran:#?}");
}

#[test]
fn whoever_waits_for_the_lock_stops_waiting_and_the_holder_goes_on() {
    let scene = Scene::new("lock-timeout = \"60s\"");
    let gate = scene.world.gate();
    gate.stop_times(1);
    scene.world.set("alpha", 2);
    let through =
        |gate: &tests::Gate| scene.world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper());
    let holder = through(&gate).start();
    gate.reached(1);
    let waiter = through(&gate).under(&AS_A_TERMINAL).start();
    tests::wait_until("it waits", || waiter.stderr().contains("waiting for process"));
    signal("-TERM", &waiter.id().to_string());
    assert_interrupted(waiter.wait(), 143, "interrupted while it waited for the lock");
    gate.open(1);
    let built = holder.wait().expect(0);
    assert_eq!(scene.world.probe(&built.paths()).of("alpha"), 2);
}

#[test]
fn a_signal_that_is_ignored_stays_so() {
    let scene = Scene::new("");
    let gate = scene.world.gate();
    gate.stop_times(1);
    scene.world.set("alpha", 2);
    let build = scene.world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper());
    let build = build.under(&["env", "--ignore-signal=HUP,INT"]).start();
    gate.reached(1);
    for name in ["-HUP", "-INT"] {
        signal(name, &format!("-{}", build.id()));
    }
    gate.open(1);
    assert_eq!(scene.world.probe(&build.wait().expect(0).paths()).of("alpha"), 2);
}

#[test]
fn a_signal_to_the_compiler_ends_the_build_of_its_archives() {
    let project = Project::new();
    copy_native_workspace(&project.path("native"));
    let trap = Trap::new(&project.path("trap"), "nativets_runtime");
    trap.set();
    let compile = project.nativets(["compile", "main.ts", "-o", "app"]).under(&AS_A_TERMINAL);
    let compile = compile.env("NATIVETS_WORKSPACE", project.path("native"));
    project.write("nativets.toml", "[archives]\nstore = \"store\"\n");
    let compile = compile.env("RUSTC_WRAPPER", trap.wrapper()).start();
    let (rustc, cargo) = trap.caught();
    signal("-TERM", &compile.id().to_string());
    let ran = compile.wait().expect(143);
    assert!(ran.stderr.contains("interrupted while cargo ran"), "{ran:#?}");
    assert!(!runs(cargo) && !runs(rustc) && !project.path("app").exists());
}
