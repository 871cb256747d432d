//! What a killed build leaves running is ended before the next one works in its directory.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]
#![expect(clippy::disallowed_methods, reason = "sends signals, as a terminal or the system would")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use tests::{Run, World, wait_until, write};

/// A `rustc` that, while `trap` is there, says who it is and who started it, and stands still.
struct Trap {
    world: World,
}

impl Trap {
    fn new() -> Self {
        let world = World::with_config(
            "lock-timeout = \"20s\"\n[profile.default]\npackages = [\"alpha\"]\n",
        );
        let trap = Self { world };
        let script = "#!/bin/sh\n\
            here=$(dirname \"$0\")\n\
            case \" $* \" in *' --crate-name alpha '*) ;; *) exec \"$@\" ;; esac\n\
            [ -e \"$here/trap\" ] || exec \"$@\"\n\
            echo \"$$ $PPID\" > \"$here/who.new\"; mv \"$here/who.new\" \"$here/who\"\n\
            tries=0\n\
            while [ $tries -lt 6000 ]; do tries=$((tries + 1)); sleep 0.01; done\n\
            exit 99\n";
        write(&trap.file("wrapper"), script);
        fs::set_permissions(trap.file("wrapper"), fs::Permissions::from_mode(0o755)).unwrap();
        trap
    }

    fn file(&self, name: &str) -> PathBuf {
        self.world.root().join("trap").join(name)
    }

    fn build(&self) -> Run {
        self.world.freshness(["build"]).env("RUSTC_WRAPPER", self.file("wrapper"))
    }

    fn set(&self) {
        write(&self.file("trap"), "");
    }

    /// Waits until rustc stands: it, and cargo.
    fn caught(&self) -> (u32, u32) {
        wait_until("rustc is caught", || self.file("who").exists());
        let who = fs::read_to_string(self.file("who")).unwrap();
        fs::remove_file(self.file("trap")).unwrap();
        let (rustc, cargo) = who.trim().split_once(' ').unwrap();
        (rustc.parse().unwrap(), cargo.parse().unwrap())
    }

    /// Builds what `alpha` is now, which must be right.
    #[track_caller]
    fn assert_next_is_right(&self) {
        self.world.set("alpha", 3);
        let built = self.build().run().expect(0);
        assert_eq!(self.world.probe(&built.paths()).of("alpha"), 3);
    }
}

fn signal(signal: &str, process: &str) {
    let status = Command::new("kill").args([signal, "--", process]).status().unwrap();
    assert!(status.success(), "kill {signal} {process}");
}

/// Whether it runs: one that ended may keep its number until someone asks how.
fn runs(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[test]
fn a_rustc_that_outlives_its_killed_cargo_is_ended_at_once() {
    let trap = Trap::new();
    trap.set();
    let build = trap.build().start();
    let (rustc, cargo) = trap.caught();
    signal("-9", &cargo.to_string());
    let failed = build.wait().expect(2);
    assert!(failed.stderr.contains("signal: 9"), "{failed:#?}");
    assert!(!runs(rustc));
    trap.assert_next_is_right();
}

#[test]
fn a_rustc_that_outlives_both_killed_parents_is_ended_by_the_next_build() {
    let trap = Trap::new();
    trap.set();
    let build = trap.build().start();
    let (rustc, cargo) = trap.caught();
    build.kill_alone();
    signal("-9", &cargo.to_string());
    assert!(runs(rustc));
    trap.assert_next_is_right();
    assert!(!runs(rustc));
}

#[test]
fn a_cargo_that_outlives_its_ended_parent_is_ended_by_the_next_build() {
    let trap = Trap::new();
    trap.set();
    let build = trap.build().start();
    let (rustc, cargo) = trap.caught();
    signal("-TERM", &build.id().to_string());
    assert_eq!(build.wait().code(), None);
    assert!(runs(cargo) && runs(rustc));
    trap.assert_next_is_right();
    assert!(!runs(cargo) && !runs(rustc));
}

#[test]
fn an_interrupt_from_the_terminal_ends_all_of_it() {
    let trap = Trap::new();
    trap.set();
    let build = trap.build().start();
    let (rustc, cargo) = trap.caught();
    signal("-INT", &format!("-{}", build.id()));
    assert_eq!(build.wait().code(), None);
    wait_until("all of it has ended", || !runs(cargo) && !runs(rustc));
    trap.assert_next_is_right();
}

#[test]
fn a_process_of_another_group_or_another_directory_is_left_alone() {
    let trap = Trap::new();
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
