//! Commands that fail, and those that `freshness run` cannot run or vouch for.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use tests::{Errand, Ran};

const OPTIONS: [&str; 4] = ["--input", "in", "--output", "out"];
const JSON: [&str; 6] = ["--input", "in", "--output", "out", "--format", "json"];

fn reasons(errand: &Errand, script: &str) -> Vec<String> {
    errand.script(&[&JSON[..], &["--dry-run"]].concat(), script).run().reasons()
}

#[test]
fn the_commands_own_status_is_passed_on() {
    let errand = Errand::new();
    for (script, status) in [("exit 1", 1), ("exit 2", 2), ("exit 77", 77), ("kill -9 $$", 137)] {
        let ran = errand.script(&OPTIONS, script).run().expect(status);
        assert_eq!(ran.stdout, "");
        let json = errand.script(&JSON, script).run().expect(status).json();
        assert_eq!((&json["ran"], &json["status"]), (&true.into(), &status.into()), "{script}");
        assert_eq!(json["outputs"], serde_json::json!([]));
    }
    let ran = errand.script(&OPTIONS, "kill -15 $$").run().expect(143);
    assert!(ran.stderr.contains("killed by signal 15"), "{ran:#?}");
    assert!(errand.stamps().is_empty());
}

#[test]
fn a_failure_leaves_the_earlier_stamp_only_where_it_still_vouches() {
    let errand = Errand::new();
    let script = "[ -e fail ] && { . ./fail; exit 9; }; cat in/*.txt > out";
    let run = || errand.script(&OPTIONS, script).run();
    let _ = run().expect(0);
    errand.write("in/a.txt", "edited\n");
    errand.write("fail", "true");
    let _ = run().expect(9);
    assert_eq!(reasons(&errand, script), ["input-changed in/a.txt"]);
    errand.write("in/a.txt", "a\n");
    let _ = run().expect(0);
    assert_eq!(reasons(&errand, script), [""; 0], "inputs and outputs are those of the stamp");

    errand.write("in/a.txt", "edited\n");
    errand.write("fail", "echo half > out");
    let _ = run().expect(9);
    assert!(errand.stamps().is_empty());
    errand.write("in/a.txt", "a\n");
    assert_eq!(reasons(&errand, script).len(), 1);
}

#[test]
fn a_command_that_is_not_there_is_trouble_and_current_outputs_need_it_not() {
    let errand = Errand::new();
    errand.write("not-executable", "#!/bin/sh\n");
    for program in ["no-such-program", "./no-such-program", "./not-executable", "./in", ""] {
        let ran = errand.freshness(["run"].iter().chain(&JSON).chain(&["--", program])).run();
        assert_eq!(ran.error_code(), "command-missing", "{program}");
    }
    assert!(errand.stamps().is_empty());
    let _ = errand.join(&[]).run().expect(0);
    let nowhere = || errand.path("nowhere");
    assert_eq!(errand.check(&[]).env("PATH", nowhere()).run().reasons(), [""; 0]);
    errand.write("in/a.txt", "edited\n");
    let ran = errand.join(&["--format", "json"]).env("PATH", nowhere()).run();
    assert_eq!(ran.error_code(), "command-missing");
    assert_eq!(errand.runs(), 1);
}

#[test]
fn an_interpreter_that_is_not_there_is_trouble() {
    let errand = Errand::new();
    errand.write("script", "#!/no/such/interpreter\n");
    fs::set_permissions(errand.path("script"), Permissions::from_mode(0o755)).unwrap();
    let ran = errand.freshness(["run"].iter().chain(&JSON).chain(&["--", "./script"])).run();
    assert_eq!(ran.error_code(), "command-missing");
}

/// A run that succeeded and made nothing that can be vouched for.
#[track_caller]
fn assert_refused(errand: &Errand, ran: &Ran, problem: &str) {
    assert_eq!(ran.error_code(), "output");
    let json = ran.json();
    let message = json["error"]["message"].as_str().unwrap();
    assert!(message.ends_with(problem), "{message}");
    assert_eq!(json["error"]["path"], errand.path("out").to_str().unwrap());
    assert!(errand.stamps().is_empty());
}

#[test]
fn an_output_must_be_made_and_be_a_regular_file() {
    let errand = Errand::new();
    let run = |script: &str| errand.script(&JSON, script).run();
    assert_refused(&errand, &run("true"), "the command did not make it");
    assert_refused(&errand, &run("mkdir out"), "it is a directory: name the files in it");
    fs::remove_dir(errand.path("out")).unwrap();
    assert_refused(&errand, &run("ln -s in/a.txt out"), "it is a link: name what it leads to");
    fs::remove_file(errand.path("out")).unwrap();
    assert_refused(&errand, &run("mkfifo out"), "it is not a regular file");
    fs::remove_file(errand.path("out")).unwrap();
    let _ = run("echo made > out").expect(0);
    let _ = errand.script(&JSON, "rm out").run();
    assert!(errand.stamps().is_empty(), "the earlier one vouches for what is gone");
}

#[test]
fn outputs_are_answered_for_one_by_one() {
    let errand = Errand::new();
    let options = ["--input", "in", "--output", "one", "two", "--output", "sub/three"];
    let script =
        "echo ran >> \"$LOG\"; mkdir -p sub; echo 1 > one; echo 2 > two; echo 3 > sub/three";
    let dry = [&options[..], &["--dry-run", "--format", "json"]].concat();
    for (path, n) in [("one", 1), ("two", 2), ("sub/three", 3)] {
        let _ = errand.script(&options, script).run().expect(0);
        assert_eq!(errand.runs(), n);
        fs::remove_file(errand.path(path)).unwrap();
        let reasons = errand.script(&dry, script).run().reasons();
        assert_eq!(reasons, [format!("output-missing {path}")]);
    }
}

#[test]
fn a_stamp_that_is_damaged_or_foreign_is_a_reason() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    let stamp = errand.stamps().remove(0);
    let whole = fs::read(&stamp).unwrap();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&stamp, &whole[..length]).unwrap();
        let reasons = errand.stale_by("hash");
        assert!(reasons.len() == 1 && reasons[0].starts_with("stamp-unreadable "), "{reasons:?}");
    }
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&stamp, &damaged).unwrap();
        assert_ne!(errand.stale_by("hash"), [""; 0], "byte {at}");
    }
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);

    // That of another command.
    let other = ["--input", "in", "--output", "other"];
    let _ = errand.script(&other, "cp in/a.txt other").run().expect(0);
    let others = errand.stamps().into_iter().find(|path| *path != stamp).unwrap();
    fs::copy(others, &stamp).unwrap();
    assert_eq!(errand.stale_by("hash"), ["profile-changed"]);
}

#[test]
fn a_store_that_cannot_be_used_is_trouble_before_anything_runs() {
    let errand = Errand::new();
    errand.write("target/freshness", "a file");
    let ran = errand.join(&["--format", "json"]).run();
    assert_eq!(ran.error_code(), "store-untrusted");
    // Nothing can be made here, whoever asks.
    errand.write("freshness.toml", "store = \"/proc/no/such\"\n");
    let ran = errand.join(&["--format", "json"]).run();
    assert_eq!(ran.error_code(), "io");
    let ran = errand.join(&["--stamp", "/proc/no/such", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "io");
    assert_eq!(errand.runs(), 0);
}

#[test]
fn a_store_that_only_lets_look_serves_what_is_fresh() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    let slot = errand.stamps()[0].parent().unwrap().to_owned();
    // A record that is due for renewal cannot be written; the answer stands.
    tests::set_mtime(&errand.path("in/a.txt"), tests::long_ago());
    fs::remove_file(slot.join("lock")).unwrap();
    fs::create_dir(slot.join("lock")).unwrap();
    let ran = errand.join(&["--format", "json"]).run().expect(0);
    assert_eq!(ran.json()["ran"], false);
    errand.write("in/a.txt", "edited\n");
    assert_eq!(errand.join(&["--format", "json"]).run().error_code(), "io");
    assert_eq!(errand.runs(), 1);
}

#[test]
fn a_stamp_that_others_may_write_is_not_believed() {
    let errand = Errand::new();
    let _ = errand.join(&["--stamp", "stamp"]).run().expect(0);
    for path in ["stamp", "stamp.freshness-lock"] {
        let set = |mode: u32| fs::set_permissions(errand.path(path), Permissions::from_mode(mode));
        set(0o666).unwrap();
        for dry in [&[][..], &["--dry-run"]] {
            let options = [&["--stamp", "stamp", "--format", "json"], dry].concat();
            assert_eq!(errand.join(&options).run().error_code(), "store-untrusted", "{path}");
        }
        set(0o600).unwrap();
    }
    assert_eq!(errand.check(&["--stamp", "stamp"]).run().reasons(), [""; 0]);
    let mode = fs::metadata(errand.path("stamp")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it is made so that no one else may even read it");
}

#[test]
fn a_stamp_behind_a_link_is_not_followed() {
    let errand = Errand::new();
    let stamp = ["--stamp", "stamp"];
    let _ = errand.join(&stamp).run().expect(0);
    fs::rename(errand.path("stamp"), errand.path("moved")).unwrap();
    symlink("moved", errand.path("stamp")).unwrap();
    let reasons = errand.check(&stamp).run().reasons();
    assert_eq!(reasons, ["stamp-unreadable stamp"]);
    let ran = errand.join(&["--stamp", "stamp", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "stamp");
}

#[test]
fn what_cannot_be_understood_is_an_error_with_its_place() {
    let errand = Errand::new();
    let cases: [(&[&str], &str); 7] = [
        (&["run", "--format", "json"], "usage"),
        (&["run", "--format", "json", "--input", "in", "--", "true"], "usage"),
        (&["run", "--format", "json", "--input", "in", "--output", "out"], "usage"),
        (
            &["run", "--format=json", "--input", "in", "--output", "o", "--env", "A=B", "--", "x"],
            "usage",
        ),
        (&["run", "--format=json", "--input", "", "--output", "out", "--", "true"], "usage"),
        (&["run", "--format=json", "--input", "a[", "--output", "out", "--", "true"], "profile"),
        (
            &[
                "run",
                "--format=json",
                "--strategy",
                "x",
                "--input",
                "in",
                "--output",
                "o",
                "--",
                "x",
            ],
            "strategy",
        ),
    ];
    for (args, code) in cases {
        assert_eq!(errand.freshness(args).run().error_code(), code, "{args:?}");
    }
    // What stands behind `--` is the command's.
    let theirs = ["run", "--wrong", "--", "x", "--format", "json"];
    let ran = errand.freshness(theirs).run().expect(2);
    assert_eq!(ran.stdout, "");
    errand.write("freshness.toml", "strategy = 7\n");
    assert_eq!(errand.join(&["--format", "json"]).run().error_code(), "config");
}
