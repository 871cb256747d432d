//! What a terminal shows while a build goes on: one bar, the holder of a lock; and what is left when it is over.
#![expect(clippy::disallowed_methods, reason = "holds a slot's lock, as another process would")]

use std::fs::OpenOptions;

use tests::{OnTerminal, Ran, Trap, World, screen, signal, wait_until};

fn build(world: &World, args: &[&str]) -> tests::Run {
    world.freshness(["build"]).args(args)
}

fn on_terminal(run: tests::Run) -> Ran {
    run.run_on_terminal(OnTerminal::Stderr).expect(0)
}

/// The lines that are left of what was shown.
fn left(ran: &Ran) -> Vec<String> {
    let mut lines = screen(&ran.stderr);
    assert_eq!(lines.pop().as_deref(), Some(""), "the last line has its end: {ran:#?}");
    lines
}

#[test]
fn cargo_builds_under_one_bar_with_counts_which_goes_when_it_is_done() {
    let world = World::new();
    let gate = world.gate();
    gate.stop_times(1);
    let process = build(&world, &[]).env("RUSTC_WRAPPER", gate.wrapper());
    let process = process.start_on_terminal(OnTerminal::Stderr);
    gate.reached(1);
    wait_until("two packages are counted", || process.stderr().contains("2 of at most 3 packages"));
    let shown = process.stderr();
    assert!(screen(&shown).last().unwrap().contains("packages"), "the bar stands: {shown:?}");
    gate.open(1);
    let built = process.wait().expect(0);
    assert_eq!(built.paths().len(), 1);
    assert!(left(&built).iter().all(|line| line.starts_with("freshness: ")), "{built:#?}");

    // Another build knows how many there are.
    world.set("beta", 2);
    let again = on_terminal(build(&world, &[]).env("RUSTC_WRAPPER", gate.wrapper()));
    assert!(again.stderr.contains("3 of 3 packages"), "{again:#?}");
    assert!(left(&again).iter().all(|line| line.starts_with("freshness: ")), "{again:#?}");
    assert_eq!(world.probe(&again.paths()).of("beta"), 2);
}

#[test]
fn what_cargo_warns_of_and_fails_with_stays_on_the_screen() {
    let world = World::new();
    world.write("beta/src/value.rs", "pub const VALUE: i32 = 1;\nfn unused() {}\n");
    let warned = on_terminal(build(&world, &[]));
    let lines = left(&warned);
    assert!(
        lines.iter().any(|line| line == "warning: function `unused` is never used"),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.contains("fn unused() {}")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("Compiling")), "{lines:?}");
    assert!(warned.stderr.contains("\u{1b}[33m"), "in cargo's colours: {warned:#?}");
    let plain = on_terminal(build(&world, &["--force", "--color=never"]));
    assert!(!plain.stderr.contains("\u{1b}[33m"), "{plain:#?}");
    let plain = on_terminal(build(&world, &["--force"]).env("NO_COLOR", "1"));
    assert!(!plain.stderr.contains("\u{1b}[33m"), "{plain:#?}");

    world.write("beta/src/value.rs", "pub const VALUE: i32 = ;\n");
    let failed = build(&world, &[]).run_on_terminal(OnTerminal::Stderr).expect(2);
    let lines = left(&failed);
    let place = |what: &str| lines.iter().position(|line| line.starts_with(what));
    let (cargo, ours) = (place("error: expected expression"), place("error: failed to "));
    assert!(cargo.is_some() && cargo < ours, "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains(" packages ")), "{lines:?}");
}

#[test]
fn who_wants_to_know_more_keeps_what_cargo_is_at_and_who_wants_less_gets_nothing() {
    let world = World::new();
    let verbose = on_terminal(build(&world, &["-v"]));
    let lines = left(&verbose);
    assert!(lines.iter().any(|line| line.starts_with("   Compiling alpha ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("freshness: starting cargo")), "{lines:?}");
    let quiet = on_terminal(build(&world, &["--force", "-q"]));
    assert_eq!((quiet.paths().len(), quiet.stderr.as_str()), (1, ""));
}

#[test]
fn nothing_of_it_reaches_a_file_or_a_terminal_that_cannot_draw() {
    let world = World::new();
    let piped = build(&world, &[]).run().expect(0);
    assert!(piped.stderr.contains("   Compiling alpha "), "cargo speaks itself: {piped:#?}");
    assert!(!piped.stderr.contains(" packages") && !piped.stderr.contains('\u{1b}'), "{piped:#?}");
    let dumb = on_terminal(build(&world, &["--force"]).env("TERM", "dumb"));
    assert!(dumb.stderr.contains("   Compiling alpha "), "cargo speaks itself: {dumb:#?}");
    assert!(!dumb.stderr.contains(" packages") && !dumb.stderr.contains('\u{1b}'), "{dumb:#?}");
    let fresh = on_terminal(build(&world, &[]));
    assert!(left(&fresh)[0].starts_with("freshness: fresh, cargo not started"), "{fresh:#?}");
    assert_eq!(left(&fresh).len(), 1);
    assert!(!fresh.stderr.contains('\r') || fresh.stderr.matches('\r').count() == 1, "{fresh:#?}");
}

#[test]
fn who_holds_the_lock_is_shown_until_it_is_ours() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    world.set("alpha", 2);
    let lock = OpenOptions::new().read(true).write(true).open(slot.join("lock")).unwrap();
    lock.lock().unwrap();
    let process = build(&world, &[]).start_on_terminal(OnTerminal::Stderr);
    wait_until("the holder is shown", || process.stderr().contains("waiting for process "));
    drop(lock);
    let built = process.wait().expect(0);
    assert!(!left(&built).iter().any(|line| line.contains("waiting for")), "{built:#?}");
    assert_eq!(world.probe(&built.paths()).of("alpha"), 2);
}

#[test]
fn a_build_that_is_ended_takes_its_bar_with_it() {
    let world = World::new();
    let trap = Trap::new(&world.root().join("trap"), "alpha");
    trap.set();
    let process = build(&world, &[]).env("RUSTC_WRAPPER", trap.wrapper());
    let process = process.start_on_terminal(OnTerminal::Stderr);
    let _ = trap.caught();
    wait_until("the bar stands", || process.stderr().contains("2 of at most 3 packages"));
    signal("-INT", &process.id().to_string());
    let ended = process.wait().expect(130);
    let lines = left(&ended);
    assert!(!lines.iter().any(|line| line.contains(" packages")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("error: ")), "{lines:?}");
}
