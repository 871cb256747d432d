//! Names and messages made to deceive a terminal or a reader are shown escaped, in text and JSON alike.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use tests::{Ran, Run, World};

/// Clears the screen, rewrites a title, turns the direction of what follows, and hides a gap.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}b\u{200b}c\u{9b}";
const SHOWN: &str = "a\\x1b[2J\\x1b]0;t\\x07\\u{202e}b\\u{200b}c\\xc2\\x9b";

/// That nothing disturbs a terminal, in text or in what a JSON reader would print.
fn assert_harmless(ran: &Ran, is_json: bool) {
    let mut said = vec![ran.stdout.clone(), ran.stderr.clone()];
    if is_json {
        let mut pending: Vec<serde_json::Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        while let Some(value) = pending.pop() {
            match value {
                serde_json::Value::String(text) => said.push(text),
                serde_json::Value::Array(values) => pending.extend(values),
                serde_json::Value::Object(map) => {
                    for (name, value) in map {
                        said.push(name);
                        pending.push(value);
                    }
                }
                _ => {}
            }
        }
    }
    for text in said {
        let is_bad = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.chars().any(is_bad), "{text:?}");
    }
}

/// Runs it in both formats; both are harmless and show the name in the same form.
fn assert_shown(code: i32, run: &dyn Fn(&[&str]) -> Run) {
    for format in ["text", "json"] {
        let ran = run(&["--format", format]).run().expect(code);
        assert_harmless(&ran, format == "json");
        // A backslash is doubled in JSON.
        let text = ran.stdout.replace("\\\\", "\\") + &ran.stderr;
        assert!(text.contains(SHOWN), "{format}: {ran:#?}");
    }
}

fn with<'a>(first: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [first, rest].concat()
}

#[test]
fn arguments_are_shown_escaped() {
    let world = World::new();
    assert_shown(2, &|f| world.freshness(with(&["check", "--profile", EVIL], f)));
    assert_shown(2, &|f| world.freshness(with(&["check", "--strategy", EVIL], f)));
    assert_shown(2, &|f| world.freshness(with(&["check", "--config", EVIL], f)));
    for format in ["text", "json"] {
        let ran = world.freshness(["check", EVIL, "--format", format]).run().expect(2);
        assert_harmless(&ran, format == "json");
    }
    assert_shown(2, &|f| world.freshness(with(&["check"], f)).env("FRESHNESS_STRATEGY", EVIL));
}

#[test]
fn what_the_configuration_says_is_shown_escaped() {
    let world = World::new();
    let quoted = EVIL.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007");
    let quoted = quoted.replace('\u{9b}', "\\u009b");
    for text in [
        format!("strategy = \"{quoted}\"\n[profile.default]\npackages = [\"alpha\"]\n"),
        format!("\"{quoted}\" = 1\n[profile.default]\npackages = [\"alpha\"]\n"),
        format!("lock-timeout = \"{quoted}\"\n[profile.default]\npackages = [\"alpha\"]\n"),
        format!("[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"{quoted}[\"]\n"),
    ] {
        world.config(&text);
        for format in ["text", "json"] {
            let ran = world.freshness(["check", "--format", format]).run().expect(2);
            assert_harmless(&ran, format == "json");
        }
    }
    world.config(&format!("[profile.default]\npackages = [\"{quoted}\"]\n"));
    assert_shown(2, &|f| world.freshness(with(&["build"], f)));
    world.config(&format!("[profile.\"{quoted}\"]\npackages = [\"alpha\"]\n"));
    assert_shown(2, &|f| world.freshness(with(&["check"], f)));
    assert_shown(1, &|f| world.freshness(with(&["check", "--profile", EVIL], f)));
    world
        .config(&format!("[profile.default]\npackages = [\"alpha\"]\nfeatures = [\"{quoted}\"]\n"));
    assert_shown(2, &|f| world.freshness(with(&["build"], f)));
    world.config(&format!(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"{quoted}\"]\n"
    ));
    let ran = world.freshness(["build"]).run().expect(0);
    assert!(ran.stderr.contains(SHOWN), "a glob that matches nothing: {ran:#?}");
}

#[test]
fn names_of_files_and_variables_are_shown_escaped() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n",
    );
    world.write("odd/one", "1");
    let _ = world.build();
    fs::write(world.path("odd").join(OsStr::from_bytes(EVIL.as_bytes())), "x").expect("write");
    for command in ["check", "explain"] {
        assert_shown(1, &|f| world.freshness(with(&[command], f)));
    }
    assert_shown(1, &|f| world.freshness(with(&["explain", "--why-not-fresh", EVIL], f)));
    let evil = format!("odd/{EVIL}");
    assert_shown(1, &|f| world.freshness(with(&["explain", "--why-not-fresh", &evil], f)));
    assert_harmless(&world.freshness(["build"]).run().expect(0), false);
    assert_harmless(&world.freshness(["explain", "--inputs"]).run().expect(0), false);
}

#[test]
fn what_cargo_says_into_our_own_messages_is_shown_escaped() {
    let world = World::new();
    let cargo = world.root().join("evil-cargo");
    tests::write(&cargo, format!("#!/bin/sh\nprintf '%s\\nmore\\n' '{EVIL}' >&2\nexit 1\n"));
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("chmod");
    assert_shown(2, &|f| world.freshness(with(&["build"], f)).env("CARGO", &cargo));
    let missing = world.root().join(EVIL);
    assert_shown(2, &|f| world.freshness(with(&["build"], f)).env("CARGO", &missing));
}

#[test]
fn the_compiler_shows_names_and_settings_escaped() {
    let world = World::new();
    let run = |args: &[&str]| Run::new(tests::nativets(), &world.workspace()).args(args);
    assert_shown(2, &|f| run(&with(&["check", &format!("{EVIL}.ts")], f)));
    assert_shown(2, &|f| run(&with(&["run", "x.ts", "--strategy", EVIL], f)));
    world.write("x.ts", format!("import {{ a }} from \"./{EVIL}\";\nconst b{EVIL} = 1;\n"));
    for format in ["text", "json"] {
        let ran = run(&["check", "x.ts", "--format", format]).run().expect(1);
        assert_harmless(&ran, format == "json");
    }
}
