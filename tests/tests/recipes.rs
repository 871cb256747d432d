//! The recipes of docs/recipes, run as they stand there.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use tests::{Ran, World};

fn recipe(name: &str) -> PathBuf {
    fs::canonicalize(tests::repository().join("docs/recipes").join(name)).unwrap()
}

/// Runs a recipe that is a shell script.
fn run(world: &World, name: &str, args: &[&str]) -> Ran {
    let recipe = recipe(name);
    world.user_of_freshness("sh", &[&[recipe.to_str().unwrap()], args].concat()).run()
}

/// Whether a tool is there that not every machine has. Where it is not, its recipe cannot be tried, which is said
/// where whoever runs the tests sees it.
fn can_try(tool: &str, recipe: &str) -> bool {
    let can = tests::is_installed(tool);
    if !can {
        let note = format!(
            "\nSKIPPED: docs/recipes/{recipe} was not tried, for there is no `{tool}` here\n"
        );
        std::io::stderr().write_all(note.as_bytes()).unwrap();
    }
    can
}

/// Dates everything but the store's slots anew, as a checkout does.
fn date_anew(directory: &Path, time: FileTime) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "target" && entry.file_name() != ".git" {
                date_anew(&path, time);
            }
        } else {
            tests::set_mtime(&path, time);
        }
    }
}

fn git(world: &World, args: &[&str]) -> Ran {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"];
    world.user_of_freshness("git", &[&identity, args].concat()).run()
}

/// Everything that is kept in a repository, `Cargo.lock` among it.
fn commit_everything(world: &World) {
    let _ = world.cargo(["generate-lockfile"]).run().expect(0);
    world.write(".gitignore", "target\narchives.list*\ngc.log\nprogram\n");
    for args in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "first"]] {
        let _ = git(world, args).expect(0);
    }
}

#[test]
fn a_restored_cache_serves_a_fresh_checkout_without_cargo() {
    let world = World::new();
    commit_everything(&world);
    let origin = world.root().join("origin");
    let cache = world.root().join("cache.tar");
    let cache = cache.to_str().unwrap();
    let _ = run(&world, "ci-cache.sh", &[cache]).expect(0);
    let archives = fs::read_to_string(world.path("archives.list")).unwrap();
    let started = world.cargo_starts();
    assert!(started > 0);
    fs::rename(world.workspace(), &origin).unwrap();
    let checkout = |time| {
        let _ = fs::remove_dir_all(world.workspace());
        let (from, to) = (origin.to_str().unwrap(), world.workspace());
        let args = ["clone", "-q", from, to.to_str().unwrap()];
        let cloned = world.run("git", &args).in_directory(world.root()).run();
        let _ = cloned.expect(0);
        date_anew(&world.workspace(), time);
    };
    // Whatever the dates of a checkout are, newer than the archives say.
    let later = FileTime::from_unix_time(tests::mtime_of(&origin).unix_seconds() + 3600, 0);
    for time in [later, tests::long_ago()] {
        checkout(time);
        let again = run(&world, "ci-cache.sh", &[cache]).expect(0);
        assert!(again.stderr.contains("fresh, cargo not started"), "{again:#?}");
        assert_eq!(fs::read_to_string(world.path("archives.list")).unwrap(), archives);
        assert_eq!(world.cargo_starts(), started);
    }
    checkout(later);
    world.set("alpha", 2);
    let edited = run(&world, "ci-cache.sh", &[cache]).expect(0);
    assert!(world.cargo_starts() > started, "{edited:#?}");
    assert_eq!(world.build_and_probe().of("alpha"), 2);
}

#[test]
fn a_cache_that_is_damaged_costs_a_build() {
    let world = World::new();
    let cache = world.root().join("cache.tar");
    let path = cache.to_str().unwrap();
    let _ = run(&world, "ci-cache.sh", &[path]).expect(0);
    let whole = fs::read(&cache).unwrap();
    for damaged in [&whole[..whole.len() / 3], b"no archive"] {
        fs::remove_dir_all(world.path("target")).unwrap();
        fs::write(&cache, damaged).unwrap();
        let _ = run(&world, "ci-cache.sh", &[path]).expect(0);
        world.assert_fresh();
        assert_eq!(world.build_and_probe().of("alpha"), 1);
    }
}

#[test]
fn a_container_layer_holds_archives_that_are_current() {
    let world = World::new();
    let layer = world.root().join("layer.tar");
    let layer = layer.to_str().unwrap();
    let _ = run(&world, "layer-pack.sh", &[layer]).expect(0);
    let started = world.cargo_starts();
    let unpack = || {
        let _ = fs::remove_dir_all(world.root().join("before"));
        fs::rename(world.workspace(), world.root().join("before")).unwrap();
        fs::create_dir(world.workspace()).unwrap();
        run(&world, "layer-use.sh", &[layer])
    };
    let used = unpack().expect(0);
    assert!(used.stdout.starts_with("fresh: "), "{used:#?}");
    assert_eq!(world.cargo_starts(), started);
    // A source outside the layer that is another one is told, as in any other directory.
    world.set("outside", 2);
    let changed = unpack().expect(1);
    assert!(changed.stdout.contains("outside/src/value.rs"), "{changed:#?}");
}

#[test]
fn the_hook_starts_nothing_for_a_commit_that_changes_no_input() {
    let world = World::new();
    commit_everything(&world);
    let hook = world.path(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::copy(recipe("pre-commit"), &hook).unwrap();
    let commit = |message: &str| git(&world, &["commit", "-q", "-a", "-m", message]);
    world.set("alpha", 2);
    let _ = commit("an edit that builds").expect(0);
    assert_eq!(world.build_and_probe().of("alpha"), 2);
    let started = world.cargo_starts();
    world.write("README.md", "new");
    let _ = git(&world, &["add", "README.md"]).expect(0);
    let _ = commit("a text").expect(0);
    assert_eq!(world.cargo_starts(), started);
    world.write("alpha/src/value.rs", "pub const VALUE: i32 = ;\n");
    let refused = commit("an edit that does not build").expect(1);
    assert!(refused.stderr.contains("pre-commit: the archives do not build"), "{refused:#?}");
    let log = git(&world, &["log", "--format=%s"]).expect(0).stdout;
    assert_eq!(log, "a text\nan edit that builds\nfirst\n");
}

const MAIN: &str = "#include <stdio.h>\nextern int alpha(void);\n\
                    int main(void) { printf(\"%d\\n\", alpha()); return 0; }\n";

/// A tool that links a program by a recipe: links once, not again for nothing, and again for other archives.
fn links_what_is_current(tool: &str, file: &str) {
    if !can_try(tool, file) {
        return;
    }
    let world = World::new();
    world.write("main.c", MAIN);
    fs::copy(recipe(file), world.path(file)).unwrap();
    let make = |args: &[&str]| world.user_of_freshness(tool, args).run();
    let program = || world.run(world.path("program").to_str().unwrap(), &[]).run().expect(0).stdout;
    // `make` has a status of its own for what failed.
    assert_ne!(make(&["verify"]).code(), Some(0), "nothing is built yet");
    let _ = make(&[]).expect(0);
    assert_eq!(program(), "1\n");
    let linked = tests::snapshot(&world.path("program"));
    let started = world.cargo_starts();
    let _ = make(&["verify"]).expect(0);
    let _ = make(&[]).expect(0);
    assert_eq!(tests::snapshot(&world.path("program")), linked, "nothing is linked again");
    assert_eq!(world.cargo_starts(), started);
    world.set("alpha", 2);
    assert_ne!(make(&["verify"]).code(), Some(0));
    let _ = make(&[]).expect(0);
    assert_eq!(program(), "2\n");
    // Back to an earlier build: other archives than those that were linked last.
    world.set("alpha", 1);
    let _ = make(&[]).expect(0);
    assert_eq!(program(), "1\n");
}

#[test]
fn make_links_what_is_current() {
    links_what_is_current("make", "Makefile");
}

#[test]
fn ninja_links_what_is_current() {
    links_what_is_current("ninja", "build.ninja");
}

/// A stand-in for maturin: counts its runs, installs a module that holds what the source says, and does what a test
/// wants done meanwhile.
const MATURIN: &str = r#"#!/bin/sh
echo run >> "$LOG"
value=$(sed -n 's/.*VALUE: i32 = \(.*\);/\1/p' alpha/src/value.rs)
eval "$MEANWHILE"
echo "value = $value" > native.py
"#;

const IMPORT: &str = "import sys; sys.dont_write_bytecode = True; import rust_import_hook; \
                      rust_import_hook.install('native', '.'); import native; print(native.value)";

#[test]
fn an_import_installs_an_extension_module_where_that_would_change_it() {
    if !can_try("python3", "rust_import_hook.py") {
        return;
    }
    let world = World::new();
    world.write("../bin/maturin", MATURIN);
    let maturin = world.path("../bin/maturin");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(maturin, executable).unwrap();
    let log = world.root().join("maturin-log");
    let runs = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    let recipes = recipe("");
    let import_meanwhile = |meanwhile: &str| {
        let import = world.user_of_freshness("python3", &["-c", IMPORT]).env("LOG", &log);
        let path = format!("{}:{}", recipes.display(), world.workspace().display());
        import.env("PYTHONPATH", path).env("MEANWHILE", meanwhile).run()
    };
    let import = || import_meanwhile("").expect(0).stdout;
    assert_eq!((import(), runs()), ("1\n".into(), 1));
    let started = world.cargo_starts();
    assert_eq!((import(), runs()), ("1\n".into(), 1), "nothing to do");
    assert_eq!(world.cargo_starts(), started);
    tests::set_mtime(&world.file_of("alpha"), tests::long_ago());
    assert_eq!((import(), runs()), ("1\n".into(), 1), "touched");
    world.set("alpha", 2);
    assert_eq!((import(), runs()), ("2\n".into(), 2), "edited");
    // Killed after the old module is known to be out of date: installed by the next import.
    world.set("alpha", 3);
    let _ = import_meanwhile("exit 7").expect(1);
    assert_eq!((import(), runs()), ("3\n".into(), 4), "interrupted");
    // Edited while maturin reads, and taken back: what is installed is not what the build was made of.
    world.set("alpha", 4);
    let file = world.file_of("alpha");
    let (file, copy) = (file.display(), world.root().join("copy"));
    let copy = copy.display();
    let edit = format!("value=9; cp {file} {copy}; echo x > {file}; cp {copy} {file}");
    assert_eq!(import_meanwhile(&edit).expect(0).stdout, "9\n");
    assert_eq!((import(), runs()), ("4\n".into(), 6), "installed again");
    assert_eq!((import(), runs()), ("4\n".into(), 6));
    world.write("alpha/src/value.rs", "not Rust");
    let broken = import_meanwhile("").expect(1);
    assert!(broken.stderr.contains("ImportError"), "{broken:#?}");
}
