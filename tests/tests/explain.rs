//! `explain`: what differs and whose it is, who sees it and who misses it, and what cargo would do about it.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use filetime::FileTime;
use serde_json::Value;
use tests::World;

const BOTH: &str = "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n";

fn explained(world: &World, args: &[&str]) -> Value {
    world.freshness(["explain", "--format", "json"]).args(args).run().json()
}

/// The one change of this path.
fn change<'j>(json: &'j Value, path: &str) -> &'j Value {
    let changes = json["changes"].as_array().unwrap().iter();
    let mut of_path = changes.filter(|change| change["path"] == path);
    let found = of_path.next().unwrap_or_else(|| panic!("{path}: {json:#}"));
    assert!(of_path.next().is_none(), "{json:#}");
    found
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// Moves a file's time forward, by what any file system can tell.
fn touch(path: &Path) {
    let later = FileTime::now().unix_seconds().max(tests::mtime_of(path).unix_seconds()) + 60;
    tests::set_mtime(path, FileTime::from_unix_time(later, 0));
}

#[test]
fn a_change_is_told_with_its_package_both_sides_and_who_sees_it() {
    let world = World::with_config(BOTH);
    for name in ["alpha", "beta", "declared"] {
        world.set_at(name, 1, tests::long_ago());
    }
    let _ = world.build();
    // Another content of the same length under its old time, a mere touch, and an edit.
    world.set_at("alpha", 2, tests::long_ago());
    touch(&world.file_of("beta"));
    world.write("gamma/declared.txt", "22");
    let json = explained(&world, &[]);

    let hidden = change(&json, "alpha/src/value.rs");
    assert_eq!(
        (&hidden["group"], &hidden["content"]),
        (&"package alpha".into(), &"changed".into())
    );
    assert_eq!(texts(&hidden["seen_by"]), ["mtime/recorded", "hash/changed", "hash/always"]);
    assert_eq!(texts(&hidden["missed_by"]), ["mtime/newer-than"]);
    assert_eq!(hidden["was"]["mtime"], hidden["is"]["mtime"]);
    let digest = |side: &str| hidden[side]["blake3"].as_str().unwrap().to_owned();
    assert!(digest("was") != digest("is") && digest("is").len() == 64, "{hidden:#}");

    let touched = change(&json, "beta/src/value.rs");
    assert_eq!((&touched["group"], &touched["content"]), (&"package beta".into(), &"same".into()));
    assert_eq!(texts(&touched["seen_by"]), ["mtime/recorded", "mtime/newer-than"]);
    assert_eq!(texts(&touched["passed_by"]), ["hash/changed", "hash/always"]);
    assert_eq!(touched["was"]["blake3"], touched["is"]["blake3"]);

    let longer = change(&json, "gamma/declared.txt");
    assert_eq!(longer["why"], serde_json::json!(["build script of gamma"]));
    assert_eq!((&longer["was"]["bytes"], &longer["is"]["bytes"]), (&1.into(), &2.into()));
    assert_eq!(texts(&longer["seen_by"]).len(), 4);

    let text = world.freshness(["explain"]).run().expect(1).stdout;
    let place = |line: &str| text.find(line).unwrap_or_else(|| panic!("{line}: {text}"));
    assert!(place("package alpha: 1 change\n") < place("package beta: 1 change\n"), "{text}");
    assert!(place("package gamma: 1 change\n") < place("package beta: 1 change\n"), "{text}");
    assert!(text.contains("; missed by mtime/newer-than\n"), "{text}");
    assert!(text.contains("passed by hash/changed, hash/always, since it holds"), "{text}");
}

#[test]
fn what_is_no_reason_is_shown_as_none() {
    let world = World::new();
    let _ = world.build();
    touch(&world.file_of("beta"));
    let text = world.freshness(["explain"]).run().expect(0).stdout;
    assert!(text.contains("seen by other strategies, and no reason for this one:\n"), "{text}");
    assert!(!text.contains("a build would start cargo"), "{text}");
    assert_eq!(explained(&world, &[])["cargo"]["starts"], false);

    // A branch switched there and back: an earlier generation serves.
    world.set("beta", 2);
    let _ = world.build();
    world.set("beta", 1);
    let text = world.freshness(["explain"]).run().expect(0).stdout;
    assert!(text.contains("generation 1 fits; the newest, 2, was built from something"), "{text}");
    assert_eq!(explained(&world, &[])["newest_generation"], 2);
}

#[test]
fn added_and_removed_inputs_belong_to_what_would_find_them() {
    let config = format!("{BOTH}extra-inputs = [\"odd/*\"]\n");
    let world = World::with_config(&config);
    world.write("odd/one", "1");
    let _ = world.build();
    fs::remove_file(world.path("odd/one")).unwrap();
    world.write("odd/two", "2");
    let json = explained(&world, &[]);
    let (gone, new) = (change(&json, "odd/one"), change(&json, "odd/two"));
    assert_eq!((&gone["code"], &new["code"]), (&"input-removed".into(), &"input-added".into()));
    assert_eq!((&gone["group"], &new["group"]), (&"extra inputs".into(), &"extra inputs".into()));
    assert_eq!((&gone["is"]["kind"], &new["was"]), (&"nothing".into(), &Value::Null));
}

#[test]
fn the_rest_of_a_long_list_is_counted_unless_all_is_asked_for() {
    let config = format!("{BOTH}extra-inputs = [\"odd/*\"]\n");
    let world = World::with_config(&config);
    let _ = world.build();
    for n in 0..8 {
        world.write(&format!("odd/{n}"), "x");
    }
    let text = world.freshness(["explain"]).run().expect(1).stdout;
    assert!(text.contains("extra inputs: 8 changes\n"), "{text}");
    assert!(text.contains("odd/4") && !text.contains("odd/5"), "{text}");
    assert!(text.contains("  and 3 more: see --all\n"), "{text}");
    let all = world.freshness(["explain", "--all"]).run().expect(1).stdout;
    assert!(all.contains("odd/7") && !all.contains("more: see"), "{all}");
    let json = explained(&world, &[]);
    let changes = json["changes"].as_array().unwrap().iter();
    assert_eq!(changes.filter(|change| change["group"] == "extra inputs").count(), 8);
}

/// The steps of a forecast that name a package, by code.
fn foretold(json: &Value, code: &str) -> BTreeSet<String> {
    let steps = json["cargo"]["steps"].as_array().unwrap().iter();
    let of_code = steps.filter(|step| step["code"] == code);
    of_code.map(|step| step["what"].as_str().unwrap().to_owned()).collect()
}

/// Compares what is foretold with what cargo then says it compiles.
fn assert_foretold(world: &World, env: (&str, &str), code: &str, packages: &[&str], all: &[&str]) {
    let run = |args: &[&str]| world.freshness(args).env(env.0, env.1).run();
    let json = run(&["explain", "--format", "json"]).json();
    assert_eq!(json["cargo"]["starts"], true, "{json:#}");
    let named: BTreeSet<String> = packages.iter().map(ToString::to_string).collect();
    assert_eq!(foretold(&json, code), named, "{json:#}");
    let built = run(&["build"]).expect(0);
    let name = |line: &str| Some(line.trim().strip_prefix("Compiling ")?.split(' ').next()?.into());
    let compiled: BTreeSet<String> = built.stderr.lines().filter_map(name).collect();
    assert_eq!(compiled, all.iter().map(ToString::to_string).collect(), "{code}: {json:#}");
}

#[test]
fn what_cargo_would_do_is_what_it_then_does() {
    let world = World::with_config(BOTH);
    let plain = ("UNRELATED", "1");
    let archives = world.build();
    world.set("beta", 2);
    assert_foretold(&world, plain, "compile", &["beta"], &["alpha", "beta"]);
    world.set("declared", 2);
    assert_foretold(&world, plain, "run-build-script", &["gamma"], &["gamma"]);
    // One package changed, another only touched.
    world.set("gamma", 2);
    touch(&world.file_of("outside"));
    assert_foretold(&world, plain, "compile", &["gamma"], &["gamma"]);
    fs::remove_file(world.build().first().unwrap()).unwrap();
    let json = explained(&world, &[]);
    assert!(foretold(&json, "compile").is_empty(), "{json:#}");
    assert_eq!(foretold(&json, "publish").len(), 1, "{json:#}");
    let built = world.freshness(["build"]).run().expect(0);
    assert!(!built.stderr.contains("Compiling "), "{built:#?}");
    assert_foretold(&world, ("GAMMA_MODE", "3"), "compile-readers", &["GAMMA_MODE"], &["gamma"]);
    let everything = ["alpha", "beta", "gamma", "outside"];
    let because = ["RUSTFLAGS is another"];
    assert_foretold(&world, ("RUSTFLAGS", "--cfg one"), "compile-all", &because, &everything);
    drop(archives);
}

#[test]
fn where_touched_units_are_spared_cargo_compiles_nothing_of_them() {
    for (vouch, code, compiled) in
        [("true", "spare", &[][..]), ("false", "compile-touched", &["alpha", "beta"][..])]
    {
        let world = World::with_config(&format!("strategy = \"mtime\"\nvouch = {vouch}\n{BOTH}"));
        let _ = world.build();
        touch(&world.file_of("beta"));
        assert_foretold(&world, ("UNRELATED", "1"), code, &["beta"], compiled);
    }
}

#[test]
fn before_any_build_everything_is_to_do() {
    let world = World::new();
    let text = world.freshness(["explain"]).run().expect(1).stdout;
    assert!(text.contains("compile everything"), "{text}");
    let story = world.freshness(["explain", "--why-not-fresh", "beta/src/lib.rs"]).run().expect(1);
    assert!(story.stdout.contains("is no input: no build is on record"), "{story:#?}");
}

/// What is said of one path, below the verdict.
fn story(world: &World, path: &str) -> String {
    let ran = world.freshness(["explain", "--why-not-fresh", path]).run();
    assert!(matches!(ran.code(), Some(0 | 1)), "{ran:#?}");
    ran.stdout.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn one_path_is_told_by_its_rule() {
    let world = World::with_config(&format!(
        "store = \"the-store\"\n{BOTH}extra-inputs = [\"odd/*.txt\", \"whole\"]\n"
    ));
    for path in ["odd/a.txt", "odd/a.bin", "whole/deep/x", "beta/README.md", "notes"] {
        world.write(path, "1");
    }
    world.write("idle/Cargo.toml", "[package]\nname = \"idle\"\n[workspace]\n");
    world.write("idle/src/lib.rs", "");
    world.write("dir/.git/HEAD", "ref");
    let _ = world.cargo(["build", "-p", "beta"]).run().expect(0);
    let _ = world.build();
    for (path, said) in [
        ("beta/src/value.rs", "beta/src/value.rs is an input\n  by dep-info of beta\n"),
        ("gamma/declared.txt", "by build script of gamma\n"),
        ("beta/build.rs", "by build script that beta may get\n  was nothing\n  is nothing\n"),
        ("Cargo.lock", "by lock file\n"),
        ("odd/a.txt", "by extra-inputs: the glob `odd/*.txt` in the workspace\n"),
        ("whole/deep/x", "by extra-inputs: every file in whole\n"),
        ("odd/a.bin", "is no input: the glob `odd/*.txt` does not match it\n"),
        ("beta/README.md", "is no input: no unit of beta read it"),
        ("beta/src", "is no input: a directory is none by itself; 2 inputs are in it\n"),
        ("notes", "is no input: the glob `odd/*.txt` does not match it\n"),
        ("the-store/x", "is no input: it is in the store"),
        ("target/debug", "is no input: it is in a target directory of cargo's, target\n"),
        ("dir/.git/HEAD", "is no input: a repository's own directory is not looked into\n"),
        ("../home/registry/x", "is no input: it is in cargo's home, and pinned by Cargo.lock\n"),
    ] {
        let told = story(&world, path);
        assert!(told.contains(said), "{path}: {told}");
        assert!(told.contains("it is as it was") || told.contains("makes nothing stale"), "{told}");
    }
}

#[test]
fn one_path_is_told_by_the_rules_of_its_package() {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\"]\n");
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write("gamma/build.rs", script.replace("cargo::rerun-if-", "cargo::metadata=no-"));
    let manifest = fs::read_to_string(world.path("gamma/Cargo.toml")).unwrap();
    let exclude = "publish = false\nexclude = [\"*.big\"]\n";
    world.write("gamma/Cargo.toml", manifest.replace("publish = false\n", exclude));
    world.write(".gitignore", "*.log\ntarget\n");
    for path in ["gamma/a.big", "gamma/a.log", "gamma/out/x.log", "gamma/notes", "gamma/nested/x"] {
        world.write(path, "1");
    }
    world.write("gamma/nested/Cargo.toml", "[package]\nname = \"nested\"\n[workspace]\n");
    let _ = world.run("git", &["init", "-q"]).run().expect(0);
    let _ = world.run("git", &["add", "-A"]).run().expect(0);
    let _ = world.build();
    for (path, said) in [
        ("gamma/notes", "by build script of gamma: what cargo lists of the package in gamma\n"),
        ("gamma/a.big", "is no input: the rule `*.big` of `exclude` names a.big\n"),
        ("gamma/a.log", "is no input: git ignores a.log\n"),
        ("gamma/out/x.log", "is no input: git ignores out/x.log\n"),
        ("gamma/nested/x", "is no input: nested is a package of its own\n"),
        ("beta/src/lib.rs", "is no input: it is in no package that takes part"),
    ] {
        let told = story(&world, path);
        assert!(told.contains(said), "{path}: {told}");
    }
}

#[test]
fn one_path_is_told_with_what_changed_of_it() {
    let world = World::new();
    for name in ["alpha", "beta"] {
        world.set_at(name, 1, tests::long_ago());
    }
    let _ = world.build();
    world.set_at("alpha", 2, tests::long_ago());
    touch(&world.file_of("beta"));
    let told = story(&world, "alpha/src/value.rs");
    assert!(told.contains("it makes the answer stale: content differs\n"), "{told}");
    assert!(told.contains("missed by mtime/newer-than\n"), "{told}");
    let told = story(&world, "beta/src/value.rs");
    assert!(told.contains("it does not make the answer stale, holding what it held: "), "{told}");
    // Through another directory, and through a link to it.
    std::os::unix::fs::symlink("alpha", world.path("also")).unwrap();
    assert!(story(&world, "also/src/value.rs").starts_with("alpha/src/value.rs is an input\n"));
    assert!(story(&world, "alpha/../alpha/src/lib.rs").starts_with("alpha/src/lib.rs is an"));
    let json = explained(&world, &["--why-not-fresh", "alpha/src/value.rs"]);
    let story = &json["why_not_fresh"];
    assert_eq!(
        (&story["is_input"], &story["change"]["code"]),
        (&true.into(), &"input-changed".into())
    );
    assert_eq!(story["was"]["bytes"], story["is"]["bytes"]);
}
