//! Many processes at once: one cargo, equal answers, and a lock that says who is waited for.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]
#![expect(clippy::disallowed_methods, reason = "holds a slot's lock, as another process would")]

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Instant;

use tests::{World, wait_until};

fn config(lock_timeout: &str) -> String {
    format!("lock-timeout = \"{lock_timeout}\"\n[profile.default]\npackages = [\"alpha\"]\n")
}

/// Takes the lock of a slot; it is released when dropped.
fn hold(slot: &Path) -> File {
    let lock = OpenOptions::new().read(true).write(true).open(slot.join("lock")).unwrap();
    lock.lock().unwrap();
    lock
}

#[test]
fn eight_processes_start_one_cargo_and_answer_alike() {
    let world = World::new();
    for (value, builds) in [(1, 1), (2, 2)] {
        world.set("alpha", value);
        let processes: Vec<_> = (0..8).map(|_| world.freshness(["build"]).start()).collect();
        let answers: Vec<_> = processes.into_iter().map(|p| p.wait().expect(0)).collect();
        for answer in &answers {
            assert_eq!(answer.paths(), answers[0].paths());
        }
        assert_eq!(world.cargo_builds(), builds);
        assert_eq!(world.probe(&answers[0].paths()).of("alpha"), i64::from(value));
    }
}

#[test]
fn different_profiles_do_not_wait_for_each_other() {
    let world = World::with_config(
        "lock-timeout = \"1s\"\n[profile.default]\npackages = [\"alpha\"]\n\
         [profile.gamma]\npackages = [\"gamma\"]\n",
    );
    let archives = world.build();
    let _lock = hold(&world.slot(&archives[0]));
    let other = world.freshness(["build", "--profile", "gamma"]).run().expect(0);
    assert_eq!(world.probe(&other.paths()).of("gamma"), 1);
}

#[test]
fn a_held_lock_is_waited_for_no_longer_than_configured() {
    let world = World::with_config(&config("1s"));
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    world.set("alpha", 2);
    let _lock = hold(&slot);
    let start = Instant::now();
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "lock-timeout");
    let waited = start.elapsed().as_secs_f64();
    assert!((0.9..20.0).contains(&waited), "{waited} s");
    let holder = std::fs::read_to_string(slot.join("lock")).unwrap();
    assert!(holder.contains("process"), "the lock names who took it last: {holder}");
    let holder = holder.lines().next().unwrap();
    assert!(ran.stderr.contains(&format!("waiting for {holder}")), "{ran:#?}");
    let error = ran.json();
    assert!(error["error"]["message"].as_str().unwrap().contains(holder), "{error}");
    let check = world.freshness(["check"]).run().expect(1);
    assert!(check.stdout.starts_with("stale"), "checking takes no lock: {check:#?}");
}

#[test]
fn fresh_archives_are_served_while_the_slot_is_locked() {
    let world = World::with_config(&config("1s"));
    let archives = world.build();
    let _lock = hold(&world.slot(&archives[0]));
    assert_eq!(world.build(), archives);
    // Even where the record would be renewed.
    tests::set_mtime(&world.file_of("beta"), tests::long_ago());
    assert_eq!(world.build(), archives);
}

#[test]
fn a_lock_that_is_freed_in_time_lets_the_build_go_on() {
    let world = World::with_config(&config("30s"));
    let archives = world.build();
    world.set("alpha", 2);
    let lock = hold(&world.slot(&archives[0]));
    let waiting = world.freshness(["build"]).start();
    wait_until("it says who it waits for", || waiting.stderr().contains("waiting for process"));
    drop(lock);
    let built = waiting.wait().expect(0);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 2);
}

#[test]
fn a_killed_holder_holds_nothing() {
    let world = World::with_config(&config("20s"));
    let gate = world.gate();
    let run = || world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper());
    gate.stop_times(1);
    let holder = run().start();
    gate.reached(1);
    let waiting = run().start();
    wait_until("it says who it waits for", || waiting.stderr().contains("waiting for process"));
    gate.stop_times(0);
    holder.kill();
    let built = waiting.wait().expect(0);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 1);
}

#[test]
fn a_cargo_that_outlives_its_killed_parent_does_no_harm() {
    let world = World::with_config(&config("20s"));
    let gate = world.gate();
    let run = || world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper());
    let _ = run().run().expect(0);
    world.set("alpha", 2);
    world.set("beta", 2);
    gate.stop_times(1);
    let orphaned = run().start();
    gate.reached(1);
    orphaned.kill_alone();
    // The next build begins while that cargo still stands before writing its archive.
    world.set_at("alpha", 3, tests::long_ago());
    world.set_at("beta", 3, tests::long_ago());
    let next = run().start();
    gate.open(1);
    let built = next.wait().expect(0);
    let constants = world.probe(&built.paths());
    assert_eq!((constants.of("alpha"), constants.of("beta")), (3, 3));
    world.set_at("beta", 4, tests::long_ago());
    let built = run().run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("beta"), 4);
}
