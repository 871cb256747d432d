//! Sixty-four processes on four profiles, edits between rounds, and linkers that read what was published before.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tests::{Process, Ran, Run, World, wait_until};

/// The profiles of a generated workspace; all but the first read `gamma`.
const PROFILES: [&str; 4] = ["default", "both", "gamma", "extra"];

/// Processes for each profile.
const EACH: usize = 16;

/// Long enough for sixty-four processes on a busy machine of two cores; reached only where they stand still.
const LIMIT: Duration = Duration::from_secs(240);

fn run(world: &World, profile: &str) -> Run {
    world.freshness(["build", "--profile", profile]).limit(LIMIT)
}

fn finish(processes: Vec<Process>) -> Vec<Ran> {
    processes.into_iter().map(|process| process.wait().expect(0)).collect()
}

/// Demands that all answers for one profile are one, and that it holds this value. The archives.
fn agreed(world: &World, answers: &[Ran], value: u8) -> Vec<PathBuf> {
    let paths = answers[0].paths();
    for answer in answers {
        assert_eq!(answer.paths(), paths);
    }
    let constants = world.probe(&paths);
    for archive in &paths {
        let name = if archive.ends_with("libalpha.a") { "alpha" } else { "gamma" };
        assert_eq!(constants.of(name), i64::from(value), "{}", archive.display());
    }
    paths
}

#[test]
fn sixty_four_processes_build_each_profile_once_and_pull_nothing_from_under_a_linker() {
    let world = World::new();
    let config = std::fs::read_to_string(world.path("freshness.toml")).unwrap();
    world.config(&format!("lock-timeout = \"200s\"\n{config}"));
    let mut published = Vec::new();
    for (value, builds) in [(1, 4), (2, 8), (3, 12)] {
        world.set("alpha", value);
        world.set("gamma", value);
        let links = AtomicUsize::new(0);
        let done = AtomicBool::new(false);
        let before: &[Vec<PathBuf>] = &published;
        let answers = thread::scope(|scope| {
            let reader = || {
                while !done.load(Ordering::Relaxed) {
                    for paths in before {
                        let constants = world.probe(paths);
                        let name = if paths[0].ends_with("libalpha.a") { "alpha" } else { "gamma" };
                        assert_eq!(constants.of(name), i64::from(value) - 1);
                        links.fetch_add(1, Ordering::Relaxed);
                    }
                    thread::sleep(Duration::from_millis(10));
                }
            };
            let readers = [scope.spawn(reader), scope.spawn(reader)];
            let started = PROFILES
                .map(|profile| (0..EACH).map(|_| run(&world, profile).start()).collect::<Vec<_>>());
            let answers = started.map(finish);
            done.store(true, Ordering::Relaxed);
            readers.into_iter().for_each(|reader| reader.join().unwrap());
            answers
        });
        assert_eq!(world.cargo_builds(), builds, "each profile is built once for each content");
        assert!(before.is_empty() || links.load(Ordering::Relaxed) >= before.len());
        published = answers.iter().map(|answers| agreed(&world, answers, value)).collect();
    }
}

#[test]
fn everyone_who_waits_says_for_whom_and_is_served_when_that_one_is_done() {
    let world =
        World::with_config("lock-timeout = \"200s\"\n[profile.default]\npackages = [\"alpha\"]\n");
    let gate = world.gate();
    let build = || run(&world, "default").env("RUSTC_WRAPPER", gate.wrapper());
    gate.stop_times(1);
    let holder = build().start();
    gate.reached(1);
    let waiting: Vec<_> = (1..EACH).map(|_| build().start()).collect();
    let named = format!("waiting for process {} (", holder.id());
    for process in &waiting {
        wait_until("it says who it waits for", || process.stderr().contains(&named));
    }
    gate.open(1);
    let mut answers = vec![holder.wait().expect(0)];
    answers.extend(finish(waiting));
    let _ = agreed(&world, &answers, 1);
    assert_eq!(world.cargo_builds(), 1);
}
