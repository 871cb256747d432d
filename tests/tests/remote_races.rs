//! Several at once: who puts the same, who is killed meanwhile, who edits meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use tests::{Machine, Run, Share};

/// Random moments that are tried.
const ROUNDS: usize = 15;
const GET: [&str; 4] = ["remote", "get", "--format", "json"];

#[test]
fn who_puts_the_same_at_once_does_no_harm() {
    let share = Share::new();
    let writer = share.writing();
    let machines: Vec<Machine> =
        (0..4).map(|n| Machine::new(&format!("at/{n}"), tests::long_ago(), &writer)).collect();
    for machine in &machines {
        // Nothing outside of the workspace, which cargo would name by where it lies.
        machine.configure("[profile.default]\npackages = [\"gamma\"]\n");
        let off = machine.freshness(["build"]).env("FRESHNESS_REMOTE_MODE", "off");
        let _ = off.run().expect(0);
    }
    let puts: Vec<_> = machines.iter().map(|m| m.freshness(["remote", "put"]).start()).collect();
    for put in puts {
        let _ = put.wait().expect(0);
    }
    let archives = share.bodies("main", "archives");
    assert_eq!(archives.len(), 1, "{archives:?}");
    assert_eq!(share.bodies("main", "entries").len(), 1);
    let b = Machine::second(&writer.reading());
    b.configure("[profile.default]\npackages = [\"gamma\"]\n");
    let fetched = b.build_without_tools();
    fetched.assert_fetched();
    assert_eq!(fs::read(&fetched.paths()[0]).unwrap(), fs::read(&archives[0]).unwrap());
}

#[test]
fn of_who_builds_the_same_at_once_any_one_serves_the_others() {
    let share = Share::new();
    let writer = share.writing();
    let machines: Vec<Machine> =
        (0..3).map(|n| Machine::new(&format!("at/{n}/x"), tests::long_ago(), &writer)).collect();
    let build = ["build", "--wait-upload", "--format", "json"];
    let builds: Vec<_> = machines.iter().map(|m| m.freshness(build).start()).collect();
    let answers: Vec<_> = builds.into_iter().map(|b| b.wait().expect(0).json()).collect();
    let digests: Vec<_> = answers.iter().map(|a| &a["archives"][0]["blake3"]).collect();
    let reader = Machine::second(&writer.reading());
    let fetched = reader.build_without_tools();
    fetched.assert_fetched();
    assert!(digests.iter().any(|digest| **digest == *fetched.digests()[0]), "{digests:?}");
    assert_eq!(fetched.probe().of("alpha"), 1);
}

#[test]
fn of_several_on_one_machine_one_fetches_for_all() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let built = a.build();
    let args = ["build", "--format", "json"];
    let builds: Vec<_> = (0..5).map(|_| b.without_tools(args).start()).collect();
    let answers: Vec<_> = builds.into_iter().map(|b| b.wait().expect(0).json()).collect();
    let hits = answers.iter().filter(|answer| answer["remote"]["asked"] == "hit").count();
    assert_eq!(hits, 1, "{answers:#?}");
    for answer in &answers {
        assert_eq!(answer["archives"], answers[0]["archives"]);
        assert_eq!(answer["archives"][0]["blake3"], *built.digests()[0]);
        assert_eq!(answer["origin"], answers[0]["origin"]);
    }
}

/// Kills it after a while.
fn killed(run: Run, after: Duration) {
    let process = run.start();
    std::thread::sleep(after);
    process.kill();
}

#[test]
fn of_an_upload_that_was_killed_others_see_all_or_nothing() {
    let share = Share::new();
    let writer = share.writing();
    let a = Machine::first(&writer);
    let off = a.freshness(["build", "--format", "json"]).env("FRESHNESS_REMOTE_MODE", "off");
    let built = off.run().expect(0).json();
    let put = || a.freshness(["remote", "put"]);
    let start = Instant::now();
    let _ = put().run().expect(0);
    let whole = start.elapsed();
    let b = Machine::second(&writer.reading());
    let mut random = fastrand::Rng::with_seed(7);
    let (mut all, mut nothing) = (0, 0);
    for _ in 0..ROUNDS {
        share.clear();
        killed(put(), whole.mul_f64(1.2 * random.f64()));
        let _ = fs::remove_dir_all(b.path("target"));
        let got = b.without_tools(GET).run();
        match got.code() {
            Some(0) => all += 1,
            Some(1) => nothing += 1,
            _ => panic!("{got:#?}"),
        }
        if got.code() == Some(0) {
            assert_eq!(got.json()["archives"][0]["blake3"], built["archives"][0]["blake3"]);
        }
        // What was left of it is in no one's way.
        let _ = put().run().expect(0);
        let _ = fs::remove_dir_all(b.path("target"));
        let _ = b.without_tools(GET).run().expect(0);
    }
    assert!(all + nothing == ROUNDS && nothing > 0, "{all} {nothing}");
}

#[test]
fn who_is_killed_while_fetching_has_all_or_nothing_here() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let built = a.build();
    let get = || b.without_tools(GET);
    let start = Instant::now();
    let _ = get().run().expect(0);
    let whole = start.elapsed();
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..ROUNDS {
        let _ = fs::remove_dir_all(b.path("target"));
        killed(get(), whole.mul_f64(1.2 * random.f64()));
        let fresh = b.without_tools(["check", "--format", "json"]).run();
        if fresh.code() == Some(0) {
            let archives = b.build_without_tools();
            assert_eq!(archives.digests(), built.digests());
            assert_eq!(
                fs::read(&archives.paths()[0]).unwrap(),
                fs::read(&built.paths()[0]).unwrap()
            );
        }
        let got = get().run().expect(0).json();
        assert_eq!(got["archives"][0]["blake3"], *built.digests()[0]);
        b.assert_fresh();
    }
}
