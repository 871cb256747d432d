//! What happens while a command runs: edits, other processes, and its end before its time.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use tests::{Errand, Process, mtime_of, set_mtime, wait_until};

const OPTIONS: [&str; 4] = ["--input", "in", "--output", "out"];

/// Reads the inputs, says so, and writes the output once the test allows it; all by names in `gate`.
const SLOW: &str = "echo ran >> \"$LOG\"; cat in/*.txt > half; n=$(wc -l < \"$LOG\"); \
    : > ../gate/reached.$n; tries=0; \
    while [ ! -e ../gate/open.$n ] && [ $tries -lt 3000 ]; do tries=$((tries + 1)); sleep 0.01; done; \
    mv half out";

struct Slow {
    errand: Errand,
}

impl Slow {
    fn new() -> Self {
        let errand = Errand::new();
        fs::create_dir(errand.root().join("gate")).unwrap();
        Self { errand }
    }

    fn run(&self, options: &[&str]) -> tests::Run {
        self.errand.script(&[&OPTIONS, options].concat(), SLOW)
    }

    /// Waits until the command has read its inputs for the nth time.
    fn reached(&self, n: usize) {
        let signal = self.errand.root().join(format!("gate/reached.{n}"));
        wait_until("the command has read its inputs", || signal.exists());
    }

    fn open(&self, n: usize) {
        tests::write(&self.errand.root().join(format!("gate/open.{n}")), "");
    }

    fn start(&self, options: &[&str]) -> Process {
        let process = self.run(options).start();
        self.reached(1);
        process
    }

    fn reasons(&self) -> Vec<String> {
        self.run(&["--dry-run", "--format", "json"]).run().reasons()
    }
}

#[test]
fn an_edit_while_the_command_runs_is_made_by_the_same_run() {
    let slow = Slow::new();
    let process = slow.start(&[]);
    let time = mtime_of(&slow.errand.path("in/a.txt"));
    slow.errand.write("in/a.txt", "edited\n");
    // Whatever time it carries.
    set_mtime(&slow.errand.path("in/a.txt"), time);
    slow.open(1);
    slow.reached(2);
    slow.open(2);
    let ran = process.wait().expect(0);
    assert!(ran.stderr.contains("in/a.txt changed while the command ran"), "{ran:#?}");
    assert_eq!(slow.errand.read("out"), "edited\nb\n");
    assert_eq!(slow.errand.runs(), 2);
    assert_eq!(slow.reasons(), [""; 0]);
}

#[test]
fn a_file_that_appears_while_the_command_runs_is_made_by_the_same_run() {
    let slow = Slow::new();
    let process = slow.start(&[]);
    slow.errand.write("in/c.txt", "c\n");
    slow.open(1);
    slow.reached(2);
    slow.open(2);
    let _ = process.wait().expect(0);
    assert_eq!(slow.errand.read("out"), "a\nb\nc\n");
    assert_eq!(slow.reasons(), [""; 0]);
}

#[test]
fn inputs_that_keep_changing_leave_no_stamp() {
    let slow = Slow::new();
    let process = slow.start(&["--format", "json"]);
    slow.errand.write("in/a.txt", "once\n");
    slow.open(1);
    slow.reached(2);
    slow.errand.write("in/a.txt", "twice\n");
    slow.open(2);
    let ran = process.wait();
    assert_eq!(ran.error_code(), "changed-during-build");
    assert_eq!(ran.json()["error"]["path"], "in/a.txt");
    assert_eq!(slow.errand.runs(), 2);
    assert!(slow.errand.stamps().is_empty());
}

#[test]
fn a_command_that_rewrites_an_input_with_the_same_bytes_settles() {
    let errand = Errand::new();
    let rewrites = "echo ran >> \"$LOG\"; cp in/a.txt t; cat t > in/a.txt; cat in/*.txt > out";
    let _ = errand.script(&OPTIONS, rewrites).run().expect(0);
    assert_eq!(errand.runs(), 2, "in between it might have held something else");
    for strategy in ["mtime", "hash"] {
        let options = [&OPTIONS[..], &["--strategy", strategy]].concat();
        let _ = errand.script(&options, rewrites).run().expect(0);
    }
    assert_eq!(errand.runs(), 2);
}

#[test]
fn two_processes_run_the_command_once() {
    let slow = Slow::new();
    let first = slow.start(&["--format", "json"]);
    let second = slow.run(&["--format", "json"]).start();
    wait_until("the second waits", || second.stderr().contains("waiting for process "));
    slow.open(1);
    let (first, second) = (first.wait().expect(0).json(), second.wait().expect(0).json());
    assert_eq!((&first["ran"], &second["ran"]), (&true.into(), &false.into()));
    assert_eq!(first["outputs"], second["outputs"]);
    assert_eq!(slow.errand.runs(), 1);
}

#[test]
fn two_commands_for_one_output_take_turns() {
    let slow = Slow::new();
    let first = slow.start(&[]);
    let other = slow.errand.script(&OPTIONS, "echo other > out").start();
    wait_until("the other waits", || other.stderr().contains("waiting for process "));
    slow.open(1);
    let _ = first.wait().expect(0);
    let _ = other.wait().expect(0);
    assert_eq!(slow.errand.read("out"), "other\n");
    assert_eq!(slow.reasons(), ["command-changed"]);
}

#[test]
fn a_held_lock_is_waited_for_no_longer_than_configured() {
    let slow = Slow::new();
    slow.errand.write("freshness.toml", "lock-timeout = \"0s\"\n");
    let first = slow.start(&[]);
    let second = slow.run(&["--format", "json"]).run();
    assert_eq!(second.error_code(), "lock-timeout");
    let message = second.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&format!("process {}", first.id())), "{message}");
    slow.open(1);
    let _ = first.wait().expect(0);
}

#[test]
fn an_interrupted_run_vouches_for_nothing_that_it_left() {
    let slow = Slow::new();
    slow.open(1);
    let _ = slow.run(&[]).run().expect(0);
    slow.errand.write("in/a.txt", "edited\n");
    let process = slow.run(&[]).start();
    slow.reached(2);
    slow.errand.write("out", "half of it");
    process.kill();
    slow.errand.write("in/a.txt", "a\n");
    assert_eq!(slow.reasons(), ["output-changed out"], "the inputs are those of the stamp again");
    slow.open(3);
    let _ = slow.run(&[]).run().expect(0);
    assert_eq!(slow.errand.read("out"), "a\nb\n");
}

#[test]
fn a_signal_ends_the_command_and_leaves_nothing_that_vouches() {
    for (name, status) in [("-TERM", 143), ("-INT", 130), ("-HUP", 129)] {
        let slow = Slow::new();
        let process = slow.start(&["--format", "json"]);
        // To the program alone, as a supervisor sends it.
        tests::signal(name, &process.id().to_string());
        let ran = process.wait().expect(status);
        assert_eq!(ran.json()["error"]["code"], "interrupted", "{ran:#?}");
        assert!(slow.errand.stamps().is_empty());
        slow.open(2);
        let _ = slow.run(&[]).run().expect(0);
        assert_eq!(slow.errand.read("out"), "a\nb\n");
    }
}

#[test]
fn a_command_is_asked_to_end_before_it_is_killed() {
    let errand = Errand::new();
    let tidy = "trap 'echo tidied > ../tidied; exit 5' TERM; : > ../reached; \
        while :; do sleep 0.01; done";
    let process = errand.script(&OPTIONS, tidy).start();
    wait_until("the command stands", || errand.root().join("reached").exists());
    tests::signal("-TERM", &process.id().to_string());
    let _ = process.wait().expect(143);
    assert!(errand.root().join("tidied").exists());
    // One that does not listen is killed.
    let deaf = "trap '' TERM; : > ../deaf; while :; do sleep 0.01; done";
    let process = errand.script(&OPTIONS, deaf).start();
    wait_until("the command stands", || errand.root().join("deaf").exists());
    tests::signal("-TERM", &process.id().to_string());
    let _ = process.wait().expect(143);
}

#[test]
fn a_signal_ends_the_waiting_for_a_lock() {
    let slow = Slow::new();
    let first = slow.start(&[]);
    let second = slow.run(&[]).start();
    wait_until("the second waits", || second.stderr().contains("waiting for process "));
    tests::signal("-TERM", &second.id().to_string());
    let _ = second.wait().expect(143);
    slow.open(1);
    let _ = first.wait().expect(0);
    assert_eq!(slow.errand.runs(), 1);
}

/// # Platform
/// What is left running is found by `/proc`.
#[cfg(target_os = "linux")]
#[test]
fn a_command_that_outlives_its_run_is_ended_before_the_next() {
    let slow = Slow::new();
    let process = slow.start(&[]);
    let group = process.id();
    process.kill_alone();
    slow.errand.write("in/a.txt", "edited\n");
    slow.open(2);
    let _ = slow.run(&[]).run().expect(0);
    assert_eq!(slow.errand.read("out"), "edited\nb\n");
    let is_left = fs::read_dir("/proc").unwrap().flatten().any(|entry| is_in(group, &entry.path()));
    assert!(!is_left, "something of group {group} still runs");
    assert_eq!(slow.reasons(), [""; 0]);
}

/// # Platform
/// As above.
#[cfg(target_os = "linux")]
#[test]
fn what_a_command_left_on_purpose_is_not_ended() {
    let errand = Errand::new();
    errand.write(
        "twice.sh",
        "run() {\n\
           \"$FRESHNESS\" run --input in --output out -- sh -c \\\n\
             '[ -e server ] || { sleep 60 > server 2>&1 & echo $! > pid; }; cat in/*.txt > out'\n\
         }\n\
         run && echo edited > in/a.txt && run || exit 9\n\
         # Of one that was ended and is not yet waited for nothing is left to read.\n\
         grep -q sleep \"/proc/$(cat pid)/cmdline\" && kill \"$(cat pid)\"\n",
    );
    let shell = errand.freshness([""; 0]).under(&["sh", "twice.sh"]);
    let _ = shell.env("FRESHNESS", tests::freshness()).run().expect(0);
    assert_eq!(errand.read("out"), "edited\nb\n");
}

#[cfg(target_os = "linux")]
fn is_in(group: u32, process: &std::path::Path) -> bool {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let fields: Vec<&str> = after.split(' ').collect();
    // One that ended and is not waited for is none.
    fields.get(2) == Some(&group.to_string().as_str()) && fields[0] != "Z"
}
