//! Colours: on a terminal, or where they are asked for; nowhere else, and never more than colours.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use tests::{OnTerminal, Ran, World, without_colors};

/// Clears the screen, rewrites a title, turns the direction of what follows.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}b\u{9b}31mc";

fn is_colored(ran: &Ran) -> bool {
    ran.stdout.contains("\u{1b}[")
}

#[test]
fn a_terminal_gets_colours_and_nothing_else_does() {
    let world = World::new();
    let _ = world.build();
    world.set("beta", 2);
    for command in ["check", "explain", "list", "doctor"] {
        let run = |args: &[&str]| world.freshness([command]).args(args);
        let on_terminal = |args: &[&str]| run(args).run_on_terminal(OnTerminal::Both);
        let plain = run(&[]).run();
        assert!(!is_colored(&plain) && plain.stderr.is_empty(), "{plain:#?}");
        let colored = on_terminal(&[]);
        assert!(is_colored(&colored), "{colored:#?}");
        assert!(!is_colored(&on_terminal(&["--color", "never"])));
        assert!(!is_colored(&on_terminal(&["--format", "json"])));
        assert!(is_colored(&run(&["--color=always"]).run()));
        assert!(!is_colored(&run(&["--color=always", "--format", "json"]).run()));
        assert!(is_colored(&run(&[]).env("CLICOLOR_FORCE", "1").run()));
        assert!(!is_colored(&run(&[]).env("NO_COLOR", "1").run_on_terminal(OnTerminal::Both)));
        let both = run(&["--color", "always"]).env("NO_COLOR", "1").run();
        assert!(is_colored(&both), "what the arguments say comes first: {both:#?}");
        let both = run(&[]).env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").run();
        assert!(!is_colored(&both), "{both:#?}");
    }
}

#[test]
fn colours_change_no_word() {
    let world = World::new();
    let _ = world.build();
    world.set("beta", 2);
    for args in [&["check"][..], &["explain"], &["explain", "--why-not-fresh", "beta/src/value.rs"]]
    {
        let plain = world.freshness(args).run().expect(1);
        let colored = world.freshness(args).args(["--color", "always"]).run().expect(1);
        assert!(is_colored(&colored), "{colored:#?}");
        assert_eq!(without_colors(&colored.stdout), plain.stdout);
    }
    let colored =
        world.freshness(["check", "--profile", "no", "--color", "always"]).run().expect(2);
    let plain = world.freshness(["check", "--profile", "no"]).run().expect(2);
    assert!(colored.stderr.starts_with("\u{1b}["), "{colored:#?}");
    assert_eq!(without_colors(&colored.stderr), plain.stderr);
}

#[test]
fn help_and_usage_errors_follow_the_same_rules() {
    let world = World::new();
    for args in [&["--help"][..], &["check", "--help"]] {
        let on_terminal = |more: &[&str]| {
            world.freshness(args).args(more).run_on_terminal(OnTerminal::Both).expect(0)
        };
        assert!(is_colored(&on_terminal(&[])));
        assert!(!is_colored(&on_terminal(&["--color", "never"])));
    }
    let wrong = world.freshness(["check", "--wrong"]);
    let wrong = wrong.run_on_terminal(OnTerminal::Stderr).expect(2);
    assert!(wrong.stderr.starts_with("\u{1b}["), "{wrong:#?}");
    assert!(without_colors(&wrong.stderr).starts_with("error: unexpected argument"), "{wrong:#?}");
}

#[test]
fn names_cannot_colour_anything() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n",
    );
    world.write("odd/one", "1");
    let _ = world.build();
    let evil = world.path("odd").join(OsStr::from_bytes(EVIL.as_bytes()));
    fs::write(evil, "x").expect("write");
    let path = format!("odd/{EVIL}");
    for args in [
        &["check"][..],
        &["explain"],
        &["explain", "--inputs"],
        &["explain", "--why-not-fresh", &path],
    ] {
        let run = || world.freshness(args).args(["--color", "always"]);
        for ran in [run().run(), run().run_on_terminal(OnTerminal::Both)] {
            assert_only_colored(&ran);
        }
    }
    assert_only_colored(&world.freshness(["build", "--color", "always"]).run().expect(0));
}

fn assert_only_colored(ran: &Ran) {
    let said = without_colors(&ran.stdout) + &without_colors(&ran.stderr);
    let is_bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!said.chars().any(is_bad), "{said:?}");
}

#[test]
fn quiet_leaves_answers_and_errors() {
    let world = World::new();
    let quiet = world.freshness(["build", "--quiet"]).run().expect(0);
    assert_eq!((quiet.paths().len(), quiet.stderr.as_str()), (1, ""));
    let again = world.freshness(["build", "-q"]).run().expect(0);
    assert_eq!((again.paths().len(), again.stderr.as_str()), (1, ""));
    world.write("beta/src/value.rs", "pub const VALUE: i32 = ;\n");
    let failed = world.freshness(["build", "-q"]).run().expect(2);
    assert!(failed.stderr.contains("error: expected expression"), "{failed:#?}");
    assert!(failed.stderr.contains("error: failed to "), "{failed:#?}");
    assert!(!failed.stderr.contains("freshness: input-changed"), "{failed:#?}");
    let _ = world.freshness(["build", "-q", "-v"]).run().expect(2);
}

#[test]
fn verbose_names_the_command_that_is_started() {
    let world = World::new();
    let built = world.freshness(["build", "-v"]).run().expect(0);
    assert!(built.stderr.contains("freshness: starting cargo build --lib "), "{built:#?}");
    let plain = world.freshness(["build", "--force"]).run().expect(0);
    assert!(!plain.stderr.contains("starting cargo"), "{plain:#?}");
}

#[test]
fn a_command_that_is_run_is_told_of_by_the_same_rules() {
    let world = World::new();
    world.write("in", "1");
    let run = |manner: &[&str], rest: &[&str]| {
        let command = ["--input", "in", "--output", "out", "--", "cp", "in", "out"];
        world.freshness(["run"]).args(manner).args(rest).args(command)
    };
    let stale = run(&[], &["--dry-run"]);
    assert!(!is_colored(&stale.run().expect(1)));
    let plain = run(&[], &["--dry-run"]).run().expect(1);
    let colored = run(&["--color", "always"], &["--dry-run"]).run().expect(1);
    assert!(is_colored(&colored), "{colored:#?}");
    assert_eq!(without_colors(&colored.stdout), plain.stdout);
    let quiet = run(&["--quiet"], &[]).run().expect(0);
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty(), "{quiet:#?}");
    let fresh = run(&[], &[]).run().expect(0);
    assert!(fresh.stderr.starts_with("freshness: fresh, command not started"), "{fresh:#?}");
}
