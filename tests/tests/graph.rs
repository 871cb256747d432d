//! Shapes of the package graph: what reaches a package without standing in it, and what stands in it and reaches nothing.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;

use tests::{World, long_ago, write_at};

const GAMMA: &str = "[profile.default]\npackages = [\"gamma\"]\n";

fn replace_in(world: &World, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(world.path(path)).unwrap();
    assert!(text.contains(old), "{path}: {text}");
    world.write(path, text.replace(old, new));
}

/// Builds and expects 1; changes a file under an old time; expects it named, then 2.
fn assert_reaches(world: &World, constant: &str, path: &str) {
    assert_eq!(world.build_and_probe().of(constant), 1);
    world.assert_fresh();
    write_at(&world.path(path), "pub const VALUE: i32 = 2;\n", long_ago());
    world.assert_stale(&format!("input-changed {path}"));
    assert_eq!(world.build_and_probe().of(constant), 2);
    world.assert_fresh();
}

#[test]
fn a_package_behind_a_link() {
    let world = World::new();
    fs::rename(world.path("beta"), world.root().join("real-beta")).unwrap();
    symlink("../real-beta", world.path("beta")).unwrap();
    assert_reaches(&world, "beta", "beta/src/value.rs");
}

#[test]
fn a_package_that_is_patched_in_for_a_published_one() {
    let world = World::with_config(GAMMA);
    world.write("patched/Cargo.toml", "[package]\nname = \"itoa\"\nversion = \"1.99.0\"\n");
    world.write("patched/src/lib.rs", "mod value;\npub use value::VALUE;\n");
    world.write("patched/src/value.rs", "pub const VALUE: i32 = 1;\n");
    let manifest = fs::read_to_string(world.path("gamma/Cargo.toml")).unwrap();
    world.write("gamma/Cargo.toml", format!("{manifest}[dependencies]\nitoa = \"1\"\n"));
    world.write("gamma/src/value.rs", "pub const VALUE: i32 = itoa::VALUE;\n");
    let workspace = fs::read_to_string(world.path("Cargo.toml")).unwrap();
    let patch = "[patch.crates-io]\nitoa = { path = \"patched\" }\n";
    world.write("Cargo.toml", format!("{workspace}{patch}"));
    // The index is not asked for what a patch gives, but for its being there at all.
    world.write("../home/config.toml", "[net]\noffline = true\n");
    assert_reaches(&world, "gamma", "patched/src/value.rs");
}

#[test]
fn what_a_package_inherits_from_its_workspace() {
    let world = World::with_config(GAMMA);
    replace_in(&world, "gamma/Cargo.toml", "version = \"0.1.0\"", "version.workspace = true");
    let workspace = fs::read_to_string(world.path("Cargo.toml")).unwrap();
    world.write("Cargo.toml", format!("{workspace}[workspace.package]\nversion = \"1.0.0\"\n"));
    let version = "if env!(\"CARGO_PKG_VERSION_MAJOR\").len() == 1 { 1 } else { 2 }";
    world.write("gamma/src/value.rs", format!("pub const VALUE: i32 = {version};\n"));
    assert_eq!(world.build_and_probe().of("gamma"), 1);
    world.assert_fresh();
    replace_in(&world, "Cargo.toml", "1.0.0", "10.0.0");
    world.assert_stale("input-changed Cargo.toml");
    assert_eq!(world.build_and_probe().of("gamma"), 2);
}

#[test]
fn a_build_script_that_the_configuration_overrides() {
    let world = World::with_config(GAMMA);
    replace_in(&world, "gamma/Cargo.toml", "publish = false", "publish = false\nlinks = \"gamma\"");
    let ran = world.run("rustc", &["-vV"]).run().expect(0);
    let host = ran.stdout.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let set = |declared: i32| {
        let table = format!(
            "[target.{host}.gamma]\nrustc-env = {{ DECLARED = \"{declared}\", MODE = \"0\" }}\n"
        );
        world.write(".cargo/config.toml", table);
    };
    assert_eq!(world.build_and_probe().of("declared"), 1);
    set(7);
    world.assert_stale("input-added .cargo/config.toml");
    assert_eq!(world.build_and_probe().of("declared"), 7);
    world.assert_fresh();
    set(8);
    world.assert_stale("input-changed .cargo/config.toml");
    assert_eq!(world.build_and_probe().of("declared"), 8);
    fs::remove_file(world.path(".cargo/config.toml")).unwrap();
    assert_eq!(world.build_and_probe().of("declared"), 1);
    world.assert_fresh();
}

#[test]
fn a_workspace_that_appears_above_a_package_that_has_none() {
    let world = World::new();
    let _ = world.build();
    world.assert_fresh();
    world.write("../Cargo.toml", "[workspace]\nmembers = [\"outside\"]\n");
    let _ = world.build();
    world.assert_fresh();
    // `outside` is a workspace of its own until it says so no longer.
    world.write("../outside/Cargo.toml", "[package]\nname = \"outside\"\nversion = \"0.1.0\"\n");
    fs::remove_file(world.path("../Cargo.toml")).unwrap();
    let _ = world.build();
    world.assert_fresh();
    world.write("../Cargo.toml", "[workspace]\nmembers = [\"outside\"]\n");
    let manifest = world.path("../Cargo.toml");
    let manifest = fs::canonicalize(manifest).unwrap();
    world.assert_stale(&format!("input-added {}", manifest.display()));
}

#[test]
fn a_file_called_build_rs_counts_only_where_it_would_be_a_build_script() {
    let world = World::new();
    let _ = world.build();
    world.write("beta/build.rs", "fn main() {}\n");
    world.assert_stale("input-added beta/build.rs");
    fs::remove_file(world.path("beta/build.rs")).unwrap();
    replace_in(&world, "beta/Cargo.toml", "publish = false", "publish = false\nbuild = false");
    let _ = world.build();
    world.write("beta/build.rs", "fn main() {}\n");
    world.assert_fresh();
}

#[test]
fn other_targets_of_a_package_count_for_nothing() {
    let world = World::new();
    for target in ["src/main.rs", "src/bin/b.rs", "examples/e.rs", "tests/t.rs", "benches/b.rs"] {
        world.write(&format!("beta/{target}"), "fn main() {}\n");
    }
    world.write("beta/README.md", "Read me.\n");
    let _ = world.build();
    for target in ["src/main.rs", "src/bin/b.rs", "examples/e.rs", "tests/t.rs", "benches/b.rs"] {
        world.write(&format!("beta/{target}"), "fn main() { todo!() }\n");
        world.assert_fresh();
    }
    for other in ["beta/README.md", "beta/.lib.rs.swp", "beta/src/lib.rs~", "beta/docs/new.md"] {
        world.write(other, "Something else.\n");
        world.assert_fresh();
    }
}
