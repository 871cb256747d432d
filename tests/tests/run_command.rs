//! `freshness run`: a command runs when what it reads, or what it made, changed, and only then.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use filetime::FileTime;
use tests::{Errand, Run, long_ago, mtime_of, set_mtime};

fn script(errand: &Errand, text: &str) {
    errand.write("make.sh", format!("#!/bin/sh\n{text}"));
    fs::set_permissions(errand.path("make.sh"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A run of `make.sh` by its path.
fn by_path(errand: &Errand, options: &[&str]) -> Run {
    let options = [&["run", "--input", "in", "--output", "out"], options].concat();
    errand.freshness(options.into_iter().chain(["--", "./make.sh"]))
}

#[test]
fn a_command_runs_once_and_then_nothing_is_started() {
    let errand = Errand::new();
    let first = errand.join(&[]).run().expect(0);
    assert!(first.stderr.contains("no-stamp"), "{first:#?}");
    assert_eq!(errand.read("out"), "a\nb\n");
    for strategy in ["mtime", "hash"] {
        // Not even the program need be there.
        let run = errand.join(&["--strategy", strategy, "--format", "json"]);
        let ran = run.env("PATH", errand.path("nowhere")).run().expect(0);
        let json = ran.json();
        assert_eq!((&json["ran"], &json["status"]), (&false.into(), &serde_json::Value::Null));
        assert_eq!(json["work"]["processes_spawned"], 0);
        assert_eq!(json["work"]["files_read"], 0, "by {strategy}");
    }
    assert_eq!(errand.runs(), 1);
}

#[test]
fn the_answer_names_what_was_made() {
    let errand = Errand::new();
    let json = errand.join(&["--format", "json"]).run().expect(0).json();
    assert_eq!((&json["command"], &json["verdict"]), (&"run".into(), &"stale".into()));
    assert_eq!(json["archives"], serde_json::json!([]));
    let output = &json["outputs"][0];
    assert_eq!(output["path"], errand.path("out").to_str().unwrap());
    assert_eq!(output["bytes"], 4);
    assert_eq!(output["blake3"].as_str().unwrap().len(), 64);
    assert_eq!((&json["ran"], &json["status"]), (&true.into(), &0.into()));
    assert_eq!(json["work"]["processes_spawned"], 1);
    let again = errand.join(&["--format", "json"]).run().expect(0).json();
    assert_eq!(again["outputs"], json["outputs"]);
}

#[test]
fn what_comes_goes_or_changes_among_the_inputs_is_a_reason() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);
    errand.write("in/a.txt", "longer\n");
    errand.assert_reason(Some("input-changed in/a.txt"));
    let _ = errand.join(&[]).run().expect(0);
    assert_eq!(errand.read("out"), "longer\nb\n");
    errand.write("in/deep/er/c.txt", "c\n");
    errand.assert_reason(Some("input-added in/deep/er/c.txt"));
    fs::remove_dir_all(errand.path("in/deep")).unwrap();
    errand.assert_reason(None);
    fs::remove_file(errand.path("in/b.txt")).unwrap();
    errand.assert_reason(Some("input-removed in/b.txt"));
    let _ = errand.join(&[]).run().expect(0);
    assert_eq!(errand.runs(), 3);
}

#[test]
fn an_edit_that_keeps_length_and_time_is_seen() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    let time = mtime_of(&errand.path("in/a.txt"));
    errand.write("in/a.txt", "z\n");
    set_mtime(&errand.path("in/a.txt"), time);
    errand.assert_reason(Some("input-changed in/a.txt"));
}

#[test]
fn a_touched_input_holds_what_it_held_and_is_read_once() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    set_mtime(&errand.path("in/a.txt"), long_ago());
    assert_eq!(errand.stale_by("mtime"), ["input-changed in/a.txt"]);
    assert_eq!(errand.stale_by("hash"), [""; 0]);
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);
    assert_eq!(errand.runs(), 1, "the record was renewed and nothing was run");
}

#[test]
fn an_output_that_is_gone_or_changed_is_made_again() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    fs::remove_file(errand.path("out")).unwrap();
    let out = errand.path("out");
    let out = out.to_str().unwrap();
    // Outputs below the working directory are told as inputs are: relative to it.
    errand.assert_reason(Some("output-missing out"));
    let _ = errand.join(&[]).run().expect(0);
    let time = mtime_of(&errand.path("out"));
    errand.write("out", "x\ny\n");
    set_mtime(&errand.path("out"), time);
    errand.assert_reason(Some("output-changed out"));
    let ran = errand.join(&[]).run().expect(0);
    assert!(ran.stderr.contains(&format!("output-changed {out}")), "{ran:#?}");
    assert_eq!(errand.read("out"), "a\nb\n");
    fs::remove_file(errand.path("out")).unwrap();
    fs::create_dir(errand.path("out")).unwrap();
    errand.assert_reason(Some("output-changed out"));
}

#[test]
fn a_touched_output_is_what_it_was_and_read_once() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    set_mtime(&errand.path("out"), FileTime::from_unix_time(7, 0));
    let work = |errand: &Errand| errand.check(&[]).run().json()["work"]["files_read"].clone();
    assert_eq!(work(&errand), 1);
    errand.assert_reason(None);
    let _ = errand.join(&[]).run().expect(0);
    assert_eq!(work(&errand), 0);
    assert_eq!(mtime_of(&errand.path("out")), FileTime::from_unix_time(7, 0), "left as it is");
    assert_eq!(errand.runs(), 1);
}

#[test]
fn only_variables_that_are_named_count_and_their_values_are_not_stored() {
    let errand = Errand::new();
    let named = |run: fn(&Errand, &[&str]) -> Run| run(&errand, &["--env", "MODE", "OTHER"]);
    let secret = "hunter2-hunter2";
    let _ = named(Errand::join).env("MODE", secret).run().expect(0);
    let reasons = |run: Run| run.run().reasons();
    assert_eq!(reasons(named(Errand::check).env("MODE", secret).env("X", "1")), [""; 0]);
    assert_eq!(reasons(named(Errand::check).env("MODE", "b")), ["env-changed"]);
    assert_eq!(reasons(named(Errand::check)), ["env-changed"]);
    assert_eq!(reasons(named(Errand::check).env("MODE", secret).env("OTHER", "")), ["env-changed"]);
    // Of one that was not named before nothing is known.
    assert_eq!(reasons(errand.check(&["--env", "MODE"]).env("MODE", secret)), ["profile-changed"]);
    let stamp = fs::read(&errand.stamps()[0]).unwrap();
    assert!(!stamp.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
}

#[test]
fn variables_that_cargo_sets_for_its_children_may_be_named_too() {
    let errand = Errand::new();
    let _ = errand.join(&["--env", "OUT_DIR"]).env("OUT_DIR", "a").run().expect(0);
    let check = || errand.check(&["--env", "OUT_DIR"]);
    assert_eq!(check().env("OUT_DIR", "a").run().reasons(), [""; 0]);
    assert_eq!(check().env("OUT_DIR", "b").run().reasons(), ["env-changed"]);
}

#[test]
fn another_command_line_is_another_command() {
    let errand = Errand::new();
    let options = ["--input", "in", "--output", "out"];
    let run = |script: &str, dry: bool| {
        let dry: &[&str] = if dry { &["--dry-run", "--format", "json"] } else { &[] };
        errand.script(&[&options, dry].concat(), script).run()
    };
    let _ = run("cat in/a.txt > out", false).expect(0);
    assert_eq!(run("cat in/b.txt > out", true).reasons(), ["command-changed"]);
    let _ = run("cat in/b.txt > out", false).expect(0);
    assert_eq!(errand.read("out"), "b\n");
    assert_eq!(run("cat in/b.txt > out", true).reasons(), [""; 0]);
    // The same words, cut otherwise.
    let cut = errand.freshness(
        ["run", "--dry-run", "--format", "json"].iter().chain(&options).chain(&["--", "sh", "-c"]),
    );
    let cut = cut.args(["cat in/b.txt >", "out"]).run();
    assert_eq!(cut.reasons(), ["command-changed"]);
}

#[test]
fn another_program_behind_the_same_name_is_a_reason() {
    let errand = Errand::new();
    script(&errand, "cat in/a.txt > out\n");
    let dry = ["--dry-run", "--format", "json"];
    let _ = by_path(&errand, &[]).run().expect(0);
    assert_eq!(by_path(&errand, &dry).run().reasons(), [""; 0]);
    script(&errand, "cat in/b.txt > out\n");
    assert_eq!(by_path(&errand, &dry).run().reasons(), ["command-changed make.sh"]);
    let _ = by_path(&errand, &[]).run().expect(0);
    assert_eq!(errand.read("out"), "b\n");
    fs::remove_file(errand.path("make.sh")).unwrap();
    assert_eq!(by_path(&errand, &dry).run().reasons(), ["command-changed make.sh"]);
    // One that is only dated otherwise is the same.
    script(&errand, "cat in/b.txt > out\n");
    assert_eq!(by_path(&errand, &dry).run().reasons(), [""; 0]);
}

#[test]
fn another_directory_has_a_stamp_of_its_own() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    errand.write("sub/in/a.txt", "sub\n");
    let below = errand.join(&[]).in_directory(&errand.path("sub"));
    let _ = below.run().expect(0);
    assert_eq!(errand.read("sub/out"), "sub\n");
    errand.assert_reason(None);
}

#[test]
fn a_dry_run_looks_and_does_nothing_else() {
    let errand = Errand::new();
    let looks_only = |code: i32| {
        let before = tests::snapshot(errand.root());
        for strategy in ["mtime", "hash"] {
            for format in ["text", "json"] {
                let options = ["--dry-run", "--strategy", strategy, "--format", format];
                let ran = errand.join(&options).run().expect(code);
                assert_ne!(ran.stdout, "");
            }
        }
        assert!(tests::snapshot(errand.root()) == before);
    };
    looks_only(1);
    assert!(!errand.path("target").exists());
    let _ = errand.join(&[]).run().expect(0);
    looks_only(0);
    errand.write("in/a.txt", "other\n");
    looks_only(1);
    fs::remove_file(errand.path("out")).unwrap();
    looks_only(1);
}

#[test]
fn a_fresh_run_writes_nothing() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    let before = tests::snapshot(errand.root());
    for strategy in ["mtime", "hash"] {
        let _ = errand.join(&["--strategy", strategy]).run().expect(0);
    }
    assert!(tests::snapshot(errand.root()) == before);
}

#[test]
fn standard_output_is_the_commands_own_and_in_json_ours() {
    let errand = Errand::new();
    let options = ["--input", "in", "--output", "out"];
    let says = "echo told; cat > out";
    let ran = errand.script(&options, says).run().expect(0);
    assert_eq!(ran.stdout, "told\n");
    assert_eq!(errand.read("out"), "", "it has nothing to read on standard input");
    errand.write("in/a.txt", "other\n");
    let ran = errand.script(&[&options[..], &["--format", "json"]].concat(), says).run().expect(0);
    assert_eq!(ran.json()["ran"], true);
    assert!(ran.stderr.lines().any(|line| line == "told"), "{ran:#?}");
}

#[test]
fn the_store_lies_beside_the_configuration_where_there_is_one() {
    let errand = Errand::new();
    errand.write("freshness.toml", "store = \"kept\"\nstrategy = \"mtime\"\n");
    errand.write("sub/in/a.txt", "sub\n");
    let below = errand.join(&["--format", "json"]).in_directory(&errand.path("sub"));
    assert_eq!(below.run().expect(0).json()["strategy"], "mtime");
    assert!(errand.path("kept/CACHEDIR.TAG").exists() && !errand.path("sub/target").exists());
    let listed = errand.freshness(["list"]).run().expect(0);
    assert!(listed.stdout.contains("\"sh\" \"-c\""), "{listed:#?}");
    let _ = errand.freshness(["gc", "--max-age", "1d"]).run().expect(0);
    let dry = errand.check(&[]).in_directory(&errand.path("sub"));
    assert_eq!(dry.run().reasons(), [""; 0], "what serves is not collected");
}

#[test]
fn a_stamp_may_lie_beside_what_was_made() {
    let errand = Errand::new();
    let stamp = ["--stamp", "made/out.stamp"];
    let _ = errand.join(&stamp).run().expect(0);
    assert!(errand.path("made/out.stamp").exists() && !errand.path("target").exists());
    assert_eq!(errand.check(&stamp).run().reasons(), [""; 0]);
    errand.write("in/a.txt", "other\n");
    assert_eq!(errand.check(&stamp).run().reasons(), ["input-changed in/a.txt"]);
    let _ = errand.join(&stamp).run().expect(0);
    assert_eq!(errand.runs(), 2);
    // Another command by the same stamp is known for one.
    let options = [&["--input", "in", "--output", "out"], &stamp[..]].concat();
    let dry = [&options[..], &["--dry-run", "--format", "json"]].concat();
    assert_eq!(errand.script(&dry, "cp in/a.txt out").run().reasons(), ["command-changed"]);
}

#[test]
fn a_stamp_among_the_inputs_is_none_of_them() {
    let errand = Errand::new();
    for _ in 0..2 {
        let _ = errand.join(&["--stamp", "in/stamp"]).run().expect(0);
    }
    assert_eq!(errand.runs(), 1);
}

#[test]
fn a_file_that_is_no_stamp_is_not_written_over() {
    let errand = Errand::new();
    errand.write("notes", "mine\n");
    let ran = errand.join(&["--stamp", "notes", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "stamp");
    let output = errand.join(&["--stamp", "./out", "--format", "json"]).run();
    assert_eq!(output.error_code(), "stamp");
    assert_eq!((errand.read("notes").as_str(), errand.runs()), ("mine\n", 0));
}

#[test]
fn a_command_that_leaves_its_output_as_it_was_is_told_of() {
    let errand = Errand::new();
    errand.write("out", "as it was\n");
    let options = ["--input", "in", "--output", "out"];
    let ran = errand.script(&options, "true").run().expect(0);
    assert!(ran.stderr.contains("left its outputs as they were"), "{ran:#?}");
}

#[test]
fn a_strategy_that_reads_always_reads_outputs_and_the_program_too() {
    let errand = Errand::new();
    errand.write("freshness.toml", "[strategy-options.hash]\nreread = \"always\"\n");
    let _ = errand.join(&[]).run().expect(0);
    let work = errand.check(&[]).run().json()["work"].clone();
    assert_eq!(work["files_read"], 2 + 1 + 1, "{work}");
    let _ = errand.join(&[]).run().expect(0);
    assert_eq!(errand.runs(), 1);
}
