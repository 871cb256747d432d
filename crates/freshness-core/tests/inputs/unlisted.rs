//! Directories that cannot be listed: what they hold cannot be vouched for, and is not passed over.

use std::fs::File;
use std::path::{Path, PathBuf};

use freshness_core::{State, Target};
use rustix::fs::{Mode, OFlags, mkdirat, openat};

use crate::world::{World, glob, tree};

/// A name as long as names may be.
fn long_name() -> String {
    "n".repeat(255)
}

/// Makes directories below `dir` until their path is longer than the system takes; root may look
/// everywhere else, so this is a directory that no one can list by its path.
fn dig(dir: &Path) -> PathBuf {
    let mut at = File::open(dir).unwrap();
    let mut path = dir.to_path_buf();
    while path.as_os_str().len() < 4096 {
        mkdirat(&at, long_name(), Mode::RWXU).unwrap();
        at = openat(&at, long_name(), OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty())
            .unwrap()
            .into();
        path.push(long_name());
    }
    path
}

#[test]
fn a_directory_that_cannot_be_listed_is_listed_with_why() {
    let world = World::new();
    world.files(["src/a.rs"]);
    let deep = dig(&world.root().join("src"));
    let inside = deep.strip_prefix(world.root()).unwrap();
    assert_eq!(
        world.list([tree("src")]),
        [Path::new("src/a.rs"), inside].map(|p| p.display().to_string())
    );
    let found = world.state(tree("src"), inside);
    let State::Unreadable(why) = &found else { panic!("{found:?}") };
    assert!(why.contains("name too long"), "{why}");
}

#[test]
fn a_directory_that_a_glob_cannot_reach_need_not_be_listed() {
    let world = World::new();
    world.files(["a.env", "src/b.env", "src/x/c.env"]);
    dig(&world.root().join("src"));
    assert_eq!(world.list([glob("*.env")]), ["a.env"]);
    assert_eq!(world.list([glob("src/*.env")]), ["src/b.env"]);
    assert_eq!(world.list([glob("*/*.env")]), ["src/b.env"]);
    assert_eq!(world.list([glob("{*,src/x}/*.env")]), ["src/b.env", "src/x/c.env"]);
    assert_eq!(world.list([glob("src/**/*.env")]).len(), 3, "two files and what could hold more");
}

#[test]
fn a_tree_that_leads_nowhere_is_a_link_that_leads_nowhere() {
    let world = World::new();
    world.link("dangling", "nothing");
    world.link("loop", "pool");
    world.link("pool", "loop");
    for link in ["dangling", "loop"] {
        assert_eq!(world.list([tree(link)]), [link]);
        let found = world.state(tree(link), link);
        assert!(matches!(found, State::Link { target: Target::Nowhere, .. }), "{found:?}");
        assert_eq!(
            world.state(tree(&format!("{link}/below")), format!("{link}/below")),
            State::Absent
        );
        assert_eq!(world.list([glob(&format!("{link}/**/*.rs"))]), [link]);
    }
}
