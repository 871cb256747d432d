//! What is listed of a package: as cargo lists one whose build script names nothing.

use freshness_core::{Listing, Pattern};

use crate::world::World;

fn package(listing: Listing) -> Pattern {
    Pattern::Package { dir: "p".into(), skip: Vec::new(), listing }
}

fn rules<const N: usize>(rules: [&str; N]) -> Vec<String> {
    rules.map(String::from).into()
}

fn versioned<const N: usize>(excluded: [&str; N]) -> Pattern {
    package(Listing::Versioned { top: "".into(), excluded: rules(excluded) })
}

/// A package with something of every kind.
fn world() -> World {
    let world = World::new();
    world.files(["p/Cargo.toml", "p/Cargo.lock", "p/build.rs", "p/src/a.rs", "p/src/.a.rs.swp"]);
    world.files(["p/.hidden/x", "p/data/big.bin", "p/nested/Cargo.toml", "p/nested/b.rs"]);
    world
}

const ALWAYS: [&str; 2] = ["p/Cargo.lock", "p/Cargo.toml"];

#[test]
fn outside_git_what_is_hidden_and_what_is_excluded_is_left_out_and_so_are_nested_packages() {
    let world = world();
    let listed = world.list([package(Listing::Visible(Vec::new()))]);
    assert_eq!(listed, [ALWAYS[0], ALWAYS[1], "p/build.rs", "p/data/big.bin", "p/src/a.rs"]);
    let listed = world.list([package(Listing::Visible(rules(["/data", "*.rs", "Cargo.*"])))]);
    assert_eq!(listed, ALWAYS);
}

#[test]
fn only_what_is_included_is_listed_hidden_or_not() {
    let world = world();
    let listed = world.list([package(Listing::Included(rules(["/src", "*.bin", ".hidden/x"])))]);
    let (hidden, data) = ("p/.hidden/x", "p/data/big.bin");
    assert_eq!(listed, [hidden, ALWAYS[0], ALWAYS[1], data, "p/src/.a.rs.swp", "p/src/a.rs"]);
}

#[test]
fn in_git_what_is_ignored_is_left_out_and_what_is_hidden_is_not() {
    let world = world();
    world.write(".gitignore", "*.swp\nb*.rs\n");
    world.write("p/.gitignore", "!build.rs\n/data\n");
    world.write(".git/info/exclude", "x\n");
    world.write("p/src/.gitignore", "# nothing\n");
    let listed = world.list([versioned([])]);
    assert_eq!(
        listed,
        ["p/.gitignore", ALWAYS[0], ALWAYS[1], "p/build.rs", "p/src/.gitignore", "p/src/a.rs"]
    );
    assert_eq!(world.list([versioned([".*", "build.rs"])]), [ALWAYS[0], ALWAYS[1], "p/src/a.rs"]);
}

#[test]
fn a_package_that_git_ignores_whole_has_only_its_manifest() {
    let world = world();
    world.write(".gitignore", "/p/\n");
    assert_eq!(world.list([versioned([])]), ALWAYS);
}

#[test]
fn rules_that_are_none_and_files_of_rules_that_are_none_leave_nothing_out() {
    let world = world();
    world.fifo("p/.gitignore");
    world.files([".gitignore/a"]);
    world.write("p/src/.gitignore", "\u{0}[z-a\n\\\n");
    assert_eq!(
        world.list([versioned(["[z-a"])]),
        [
            "p/.gitignore",
            "p/.hidden/x",
            "p/Cargo.lock",
            "p/Cargo.toml",
            "p/build.rs",
            "p/data/big.bin",
            "p/src/.a.rs.swp",
            "p/src/.gitignore",
            "p/src/a.rs"
        ]
    );
}

#[test]
fn both_files_that_a_module_may_be_in_are_listed_where_both_may_be_there() {
    let world = World::new();
    world.files(["src/a.rs", "src/a/b.rs", "src/c/mod.rs", "src/d.rs", "src/d/mod.rs", "src/e"]);
    let modules = |names: &[&str]| Pattern::Modules {
        dir: "src".into(),
        names: names.iter().map(|name| String::from(*name)).collect(),
    };
    let listed = world.list([modules(&["a", "c", "d", "e", "nothing"])]);
    assert_eq!(listed, ["src/a.rs", "src/a/mod.rs", "src/d.rs", "src/d/mod.rs"]);
    world.files(["src/c.rs", "src/a/mod.rs"]);
    let listed = world.list([modules(&["a", "c"])]);
    assert_eq!(listed, ["src/a.rs", "src/a/mod.rs", "src/c.rs", "src/c/mod.rs"]);
    let elsewhere = Pattern::Modules { dir: "nowhere".into(), names: vec!["a".into()] };
    assert_eq!(world.list([elsewhere]), [""; 0]);
}
