//! A package whose build script names no file: what counts of it is what cargo lists, and nothing else.
//!
//! cargo is asked as well, in a target directory of its own: it must run again what we call stale, and
//! nothing where we say fresh.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use tests::World;

/// A world whose gamma has a build script that names nothing, and this in its manifest.
fn world(of_package: &str) -> World {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\"]\n");
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write("gamma/build.rs", script.replace("cargo::rerun-if-", "cargo::metadata=no-"));
    let manifest = fs::read_to_string(world.path("gamma/Cargo.toml")).unwrap();
    let manifest = manifest.replace("publish = false\n", &format!("publish = false\n{of_package}"));
    world.write("gamma/Cargo.toml", manifest);
    world
}

fn git(world: &World, args: &[&str]) {
    let _ = world.run("git", args).run().expect(0);
}

/// Whether cargo alone would make gamma again.
fn cargo_builds_anew(world: &World) -> bool {
    let args = ["build", "--lib", "-p", "gamma", "--message-format=json", "--target-dir"];
    let ran = world.cargo(args).args([world.root().join("by-cargo")]).run().expect(0);
    ran.stdout.lines().any(|line| line.contains("\"fresh\":false"))
}

/// Writes each file twice, at first and after a build, and compares our answer with cargo's.
fn assert_counted(world: &World, counted: &[&str], not_counted: &[&str]) {
    for path in counted.iter().chain(not_counted) {
        world.write(path, "1");
    }
    for (path, counts) in
        counted.iter().map(|path| (path, true)).chain(not_counted.iter().map(|path| (path, false)))
    {
        let _ = world.build();
        let _ = cargo_builds_anew(world);
        world.assert_fresh();
        world.write(path, "2");
        match counts {
            true => world.assert_stale(&format!("input-changed {path}")),
            false => world.assert_fresh(),
        }
        assert_eq!(cargo_builds_anew(world), counts, "cargo of {path}");
    }
}

#[test]
fn outside_git_nothing_hidden_counts_and_nothing_excluded() {
    let world = world("exclude = [\"/assets\", \"*.tmp\"]\n");
    world.write("gamma/nested/Cargo.toml", "[package]\nname = \"nested\"\n[workspace]\n");
    assert_counted(
        &world,
        &["gamma/README.md", "gamma/tests/t.rs", "gamma/deep/er/x"],
        &["gamma/.x.swp", "gamma/.dir/x", "gamma/assets/x", "gamma/y.tmp", "gamma/nested/x"],
    );
}

#[test]
fn only_what_is_included_counts() {
    let world = world("include = [\"/src\", \"build.rs\", \"declared.txt\", \"/data/*.txt\"]\n");
    assert_counted(
        &world,
        &["gamma/data/a.txt", "gamma/src/new"],
        &["gamma/data/a.bin", "gamma/x"],
    );
}

#[test]
fn what_git_ignores_does_not_count_unless_git_keeps_it() {
    let world = world("exclude = [\"*.big\"]\n");
    world.write(".gitignore", "*.log\n/gamma/out/\ntarget\n");
    world.write("gamma/kept.log", "1");
    world.write("gamma/kept.big", "1");
    world.write("gamma/nested/Cargo.toml", "[package]\nname = \"nested\"\n[workspace]\n");
    world.write("gamma/nested/kept", "1");
    git(&world, &["init", "-q"]);
    git(&world, &["add", "-A"]);
    git(&world, &["add", "-f", "gamma/kept.log"]);
    assert_counted(
        &world,
        &["gamma/.hidden", "gamma/kept.log", "gamma/new.txt"],
        &[
            "gamma/a.log",
            "gamma/out/x",
            "gamma/a.big",
            "gamma/kept.big",
            "gamma/nested/kept",
            ".git/x",
        ],
    );
    world.write(".gitignore", "/gamma/out/\ntarget\n");
    world.assert_stale("input-added gamma/a.log");
}

#[test]
fn a_package_that_git_does_not_keep_is_listed_as_one_outside() {
    let world = world("");
    world.write(".gitignore", "*.log\n");
    git(&world, &["init", "-q"]);
    assert_counted(&world, &["gamma/a.log", "gamma/x"], &["gamma/.hidden"]);
}

#[test]
fn without_git_on_the_path_what_it_ignores_counts() {
    let world = world("");
    world.write(".gitignore", "*.log\ntarget\n");
    world.write("gamma/a.log", "1");
    git(&world, &["init", "-q"]);
    git(&world, &["add", "-A"]);
    let path = world.path_with_only(&["cargo", "rustc", "cc", "ld"]);
    let build = || world.freshness(["build"]).env("PATH", &path);
    let _ = build().run().expect(0);
    world.write("gamma/a.log", "2");
    world.assert_stale("input-changed gamma/a.log");
}

#[test]
fn a_hook_of_git_lists_what_everyone_else_lists() {
    let world = world("");
    git(&world, &["init", "-q"]);
    world.write("gamma/.hidden", "1");
    git(&world, &["add", "-A"]);
    // As in a hook: seen from the package's directory, no repository is there.
    let build = world.freshness(["build"]).env("GIT_DIR", ".git").env("GIT_INDEX_FILE", "index");
    let _ = build.run().expect(0);
    world.assert_fresh();
    world.write("gamma/.hidden", "2");
    world.assert_stale("input-changed gamma/.hidden");
}
