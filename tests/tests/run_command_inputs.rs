//! What `freshness run` takes for an input: globs, paths, what is left out, and what git ignores.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]
#![expect(clippy::disallowed_methods, reason = "makes a named pipe with mkfifo")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use tests::Errand;

/// Runs a command with these inputs, and gives those of `edits` that make it stale.
fn that_matter(errand: &Errand, inputs: &[&str], edits: &[&'static str]) -> Vec<&'static str> {
    let options = [&["--output", "made", "--input"], inputs].concat();
    let _ = errand.script(&options, "echo made > made").run().expect(0);
    let dry = [&options[..], &["--dry-run", "--format", "json"]].concat();
    let mut matter = Vec::new();
    for edit in edits {
        let was = fs::read(errand.path(edit)).ok();
        errand.write(edit, "something else\n");
        let reasons = errand.script(&dry, "echo made > made").run().reasons();
        if !reasons.is_empty() {
            let code = if was.is_some() { "input-changed" } else { "input-added" };
            assert_eq!(reasons, [format!("{code} {edit}")]);
            matter.push(*edit);
        }
        match was {
            Some(bytes) => errand.write(edit, bytes),
            None => fs::remove_file(errand.path(edit)).unwrap(),
        }
    }
    matter
}

#[test]
fn globs_match_as_they_are_written() {
    let errand = Errand::new();
    for file in ["a.c", "b.c", "c.c", "a.h", "x/a.c", "x/y/a.c", ".hidden.c"] {
        errand.write(file, "x");
    }
    let all = ["a.c", "b.c", "c.c", "d.c", "a.h", "x/a.c", "x/y/a.c", "x/new.c", ".hidden.c"];
    let cases: [(&[&str], &[&str]); 9] = [
        (&["*.c"], &["a.c", "b.c", "c.c", "d.c", ".hidden.c"]),
        (&["**/*.c"], &["a.c", "b.c", "c.c", "d.c", "x/a.c", "x/y/a.c", "x/new.c", ".hidden.c"]),
        (&["[ab].c"], &["a.c", "b.c"]),
        (&["[!ab].c"], &["c.c", "d.c"]),
        (&["{a,c}.[ch]"], &["a.c", "c.c", "a.h"]),
        (&["?.c", "!b.c"], &["a.c", "c.c", "d.c"]),
        (&["x/**", "!x/y/**", "./a.h"], &["a.h", "x/a.c", "x/new.c"]),
        (&["x"], &["x/a.c", "x/y/a.c", "x/new.c"]),
        (&["**/*.c", "!x/", "x/y/*.c"], &["a.c", "b.c", "c.c", "d.c", "x/y/a.c", ".hidden.c"]),
    ];
    for (inputs, expected) in cases {
        assert_eq!(that_matter(&errand, inputs, &all), expected, "{inputs:?}");
    }
}

#[test]
fn a_name_that_looks_like_a_glob_can_be_named() {
    let errand = Errand::new();
    for file in ["a[1].c", "a1.c", "a*.c", "!x", "-y"] {
        errand.write(file, "x");
    }
    assert_eq!(that_matter(&errand, &["a[1].c"], &["a[1].c", "a1.c", "a*.c"]), ["a[1].c", "a1.c"]);
    assert_eq!(that_matter(&errand, &["a[*].c"], &["a[1].c", "a1.c", "a*.c"]), ["a*.c"]);
    assert_eq!(that_matter(&errand, &["./!x", "./-y"], &["!x", "-y", "a1.c"]), ["!x", "-y"]);
}

#[test]
fn names_that_are_not_text_are_inputs_and_may_be_named() {
    let errand = Errand::new();
    let odd = OsStr::from_bytes(b"in/\xff\n.txt");
    errand.write(odd, "odd");
    let _ = errand.join(&[]).run().expect(0);
    errand.write(odd, "other");
    errand.assert_reason(Some("input-changed in/\\xff\\x0a.txt"));
    let named = |dry: &[&str]| {
        let run = errand.freshness(["run", "--output", "out", "--input"]).args([odd]);
        run.args(dry).args(["--", "cp", "in/a.txt", "out"])
    };
    let _ = named(&[]).run().expect(0);
    errand.write(odd, "another");
    let reasons = named(&["--dry-run", "--format", "json"]).run().reasons();
    assert_eq!(reasons, ["input-changed in/\\xff\\x0a.txt"]);
}

#[test]
fn what_git_ignores_is_no_input_and_its_rules_may_change() {
    let errand = Errand::new();
    fs::create_dir(errand.path(".git")).unwrap();
    errand.write(".gitignore", "*.log\n/in/made/\n");
    errand.write("in/a.log", "x");
    errand.write("in/made/a.txt", "x");
    let _ = errand.join(&[]).run().expect(0);
    errand.write("in/a.log", "other");
    errand.write("in/new.log", "x");
    errand.write("in/made/b.txt", "x");
    errand.assert_reason(None);

    errand.write(".gitignore", "*.log\n/in/made/\n# of no effect\n");
    errand.assert_reason(None);
    errand.write(".gitignore", "/in/made/\n");
    let added = ["input-added in/a.log", "input-added in/new.log"];
    assert_eq!(errand.stale_by("hash"), added);
    errand.write(".gitignore", "*.log\n/in/made/\nb.txt\n");
    errand.assert_reason(Some("input-removed in/b.txt"));
    errand.write(".gitignore", "*.log\n/in/made/\n");
    errand.assert_reason(None);

    errand.write("in/.gitignore", "!a.log\n");
    let added = ["input-added in/.gitignore", "input-added in/a.log"];
    assert_eq!(errand.stale_by("hash"), added);
    fs::remove_file(errand.path("in/.gitignore")).unwrap();
    errand.write(".git/info/exclude", "a.txt\n");
    errand.assert_reason(Some("input-removed in/a.txt"));
    fs::remove_dir_all(errand.path(".git")).unwrap();
    errand.assert_reason(None);
}

#[test]
fn rules_above_the_directory_count_up_to_the_repository() {
    let errand = Errand::new();
    tests::write(&errand.root().join(".gitignore"), "a.txt\n");
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);
    // Now that it lies in a repository, what its top says counts.
    fs::create_dir(errand.root().join(".git")).unwrap();
    errand.assert_reason(Some("input-removed in/a.txt"));
    tests::write(&errand.root().join(".gitignore"), "nothing\n");
    errand.assert_reason(None);
}

#[test]
fn what_is_named_in_full_is_an_input_though_git_ignores_it() {
    let errand = Errand::new();
    errand.write(".gitignore", "*.txt\n");
    let edits = ["in/a.txt", "in/b.txt"];
    assert_eq!(that_matter(&errand, &["in/a.txt"], &edits), ["in/a.txt"]);
    // The directory is there, and nothing in it is an input.
    assert_eq!(errand.join(&["--format", "json"]).run().error_code(), "input-missing");
}

#[test]
fn an_input_that_names_nothing_is_refused_unless_that_is_allowed() {
    let errand = Errand::new();
    for entry in ["in/*.c", "gone", "in/**/x/*"] {
        for dry in [&[][..], &["--dry-run"]] {
            let ran = errand.join(&[&["--format", "json", "--input", entry], dry].concat()).run();
            assert_eq!(ran.error_code(), "input-missing");
            assert_eq!(ran.json()["error"]["path"], entry);
        }
    }
    assert_eq!((errand.runs(), errand.stamps().len()), (0, 0));
    let allowed = ["--allow-empty", "--input", "in/*.c", "gone"];
    let _ = errand.join(&allowed).run().expect(0);
    assert_eq!(errand.check(&allowed).run().reasons(), [""; 0]);
    for (path, reason) in [("in/x.c", "input-added in/x.c"), ("gone", "input-added gone")] {
        errand.write(path, "x");
        assert_eq!(errand.check(&allowed).run().reasons(), [reason]);
        fs::remove_file(errand.path(path)).unwrap();
    }
    // Asked without, the stamp is not of the same question.
    let ran = errand.check(&allowed[1..]).run();
    assert_eq!(ran.error_code(), "input-missing");
    // What leaves out may leave out nothing.
    let _ = errand.join(&["--input", "!in/*.none"]).run().expect(0);
}

#[test]
fn what_the_command_makes_is_no_input() {
    let errand = Errand::new();
    let options = ["--input", ".", "--output", "in/out.txt", "deep/er/b.o"];
    let make =
        "echo ran >> \"$LOG\"; mkdir -p deep/er; echo x >> in/out.txt; echo y >> deep/er/b.o";
    for _ in 0..3 {
        let _ = errand.script(&options, make).run().expect(0);
    }
    assert_eq!(errand.runs(), 1);
    assert_eq!(errand.read("in/out.txt"), "x\n");
    // Nor is the store, which lies there as well.
    assert!(errand.path("target/freshness").exists());
    let named = ["--input", "in/out.txt", "--output", "in/out.txt", "--format", "json"];
    assert_eq!(errand.script(&named, make).run().error_code(), "input-missing");
}

#[test]
fn other_globs_that_find_the_same_files_ask_for_nothing_new() {
    let errand = Errand::new();
    let _ = errand.join(&[]).run().expect(0);
    errand.write("in/c.md", "x");
    let globs = ["run", "--input", "in", "!*/*.md", "--output", "out", "--format", "json"];
    let again = |dry: &[&str]| {
        let command = ["--", "sh", "-c", "echo ran >> \"$LOG\"; cat in/*.txt > out"];
        errand.freshness(globs.iter().chain(dry).chain(&command)).run()
    };
    assert_eq!(again(&["--dry-run"]).reasons(), [""; 0]);
    // The next run remembers how it was asked.
    assert_eq!(again(&[]).expect(0).json()["ran"], false);
    fs::remove_file(errand.path("in/c.md")).unwrap();
    errand.write("in/d.md", "x");
    assert_eq!(again(&["--dry-run"]).reasons(), [""; 0]);
    assert_eq!(errand.runs(), 1);
}

#[test]
fn links_count_for_what_they_say_and_for_what_they_lead_to() {
    let errand = Errand::new();
    errand.write("elsewhere/one", "1");
    errand.write("elsewhere/two", "2");
    symlink("../elsewhere/one", errand.path("in/link.txt")).unwrap();
    symlink("no/where", errand.path("in/dangling")).unwrap();
    symlink(".", errand.path("in/loop")).unwrap();
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);
    errand.write("elsewhere/one", "3");
    errand.assert_reason(Some("input-changed in/link.txt"));
    errand.write("elsewhere/one", "1");
    fs::remove_file(errand.path("in/link.txt")).unwrap();
    symlink("../elsewhere/two", errand.path("in/link.txt")).unwrap();
    errand.assert_reason(Some("input-changed in/link.txt"));
    let _ = errand.join(&[]).run().expect(0);
    assert_eq!(errand.read("out"), "a\nb\n2");
    // A directory behind a link is looked into where the link is named.
    symlink("elsewhere", errand.path("there")).unwrap();
    let edits = ["elsewhere/one", "in/a.txt"];
    let options = ["--output", "made", "--input", "there"];
    let _ = errand.script(&options, "echo made > made").run().expect(0);
    errand.write(edits[0], "other");
    let dry = [&options[..], &["--dry-run", "--format", "json"]].concat();
    let reasons = errand.script(&dry, "echo made > made").run().reasons();
    assert_eq!(reasons, ["input-changed there/one"]);
}

#[test]
fn a_named_pipe_among_the_inputs_holds_nothing_up() {
    let errand = Errand::new();
    let made = Command::new("mkfifo").arg(errand.path("in/pipe")).status().unwrap();
    assert!(made.success());
    let _ = errand.join(&[]).run().expect(0);
    errand.assert_reason(None);
    fs::remove_file(errand.path("in/pipe")).unwrap();
    errand.write("in/pipe", "x");
    errand.assert_reason(Some("input-changed in/pipe"));
}

#[test]
fn an_unchanged_tree_is_proven_by_its_directories_and_not_listed_again() {
    let errand = Errand::new();
    for directory in 0..20 {
        for file in 0..20 {
            errand.write(format!("in/{directory}/{file}.txt"), "x");
        }
    }
    let _ = errand.join(&[]).run().expect(0);
    for strategy in ["mtime", "hash"] {
        let work = errand.check(&["--strategy", strategy]).run().json()["work"].clone();
        assert_eq!((&work["inputs"], &work["files_read"]), (&403.into(), &0.into()));
        // Each input and each directory once, the program and the output.
        assert_eq!(work["stats"], 403 + 21 + 2, "by {strategy}");
    }
    errand.write("in/7/new.txt", "x");
    errand.assert_reason(Some("input-added in/7/new.txt"));
}

#[test]
fn an_output_may_have_any_name() {
    let errand = Errand::new();
    let output = OsStr::from_bytes(b"o\xe2\x80\xaeut\xff\n");
    let run = |options: &[&str]| {
        let run = errand.freshness(["run", "--input", "in", "--output"]).args([output]);
        run.args(options).args(["--", "cp", "in/a.txt"]).args([output]).run()
    };
    let json = run(&["--format", "json"]).expect(0).json();
    let shown = errand.path("o\\u{202e}ut\\xff\\x0a");
    assert_eq!(json["outputs"][0]["path"], shown.to_str().unwrap());
    assert_eq!(run(&["--dry-run", "--format", "json"]).reasons(), [""; 0]);
    fs::write(errand.path(output), "other").unwrap();
    let stale = run(&["--dry-run"]).expect(1);
    assert!(stale.stdout.contains("output-changed o\\u{202e}ut\\xff\\x0a: "), "{stale:#?}");
    let again = run(&[]).expect(0);
    assert!(again.stderr.contains("ut\\xff\\x0a: "), "{again:#?}");
    assert_eq!(fs::read(errand.path(output)).unwrap(), b"a\n");
}
