//! What is listed as cargo lists it for a build script: through links, directories included.

use std::fs;

use freshness_core::{Pattern, State};

use crate::world::{TAG_OF_CARGO, World};

fn followed(dir: &str) -> Pattern {
    Pattern::Followed { dir: dir.into(), skip: Vec::new() }
}

#[test]
fn files_behind_links_are_listed_by_the_names_of_the_links() {
    let world = World::new();
    world.files(["src/a.rs", "far/deep/b.rs"]);
    world.link("src/far", "../far");
    assert_eq!(
        world.list([followed("src")]),
        ["src/a.rs", "src/far", "src/far/deep", "src/far/deep/b.rs"]
    );
    let link = world.state(followed("src"), "src/far");
    assert!(matches!(link, State::Link { .. }), "the link itself is looked at too: {link:?}");
}

#[test]
fn empty_directories_are_listed() {
    let world = World::new();
    fs::create_dir_all(world.place("src/empty/deeper")).unwrap();
    assert_eq!(world.list([followed("src")]), ["src/empty", "src/empty/deeper"]);
}

#[test]
fn loops_and_special_files_hold_no_one_up() {
    let world = World::new();
    world.files(["src/dir/a.rs"]);
    world.link("src/dir/up", "..");
    world.link("src/dir/here", ".");
    world.link("src/self", "self");
    world.link("src/dangling", "nothing");
    world.fifo("src/fifo");
    world.link("src/to-fifo", "fifo");
    let listed = world.list([followed("src")]);
    let expected = ["src/dangling", "src/dir", "src/dir/a.rs", "src/dir/here", "src/dir/up"];
    assert_eq!(listed[..5], expected);
    assert_eq!(listed[5..], ["src/fifo", "src/self", "src/to-fifo"]);
}

#[test]
fn a_directory_with_two_names_is_listed_by_the_same_one_whoever_came_first() {
    let names = ["ant", "bee", "cat", "dog", "eel", "fox"];
    let links = |world: &World, real: &str, mut names: Vec<&str>, back: bool| {
        if back {
            names.reverse();
        }
        for name in names {
            match name == real {
                true => world.files([&*format!("src/{name}/x")]),
                false => world.link(&format!("src/{name}"), real),
            }
        }
        world.list([followed("src")])
    };
    for real in names {
        let (forth, back) = (World::new(), World::new());
        let listed = links(&forth, real, names.into(), false);
        assert_eq!(listed, links(&back, real, names.into(), true), "{real} is the directory");
        let below: Vec<_> = listed.iter().filter(|path| path.ends_with("/x")).collect();
        assert_eq!(below.len(), 1, "listed once: {listed:?}");
    }
}

#[test]
fn what_is_passed_over_is_passed_over_behind_links_as_well() {
    let world = World::new();
    world.files(["src/a.rs", "target/debug/x", "src/out/x", "src/.git/index"]);
    world.write("target/CACHEDIR.TAG", TAG_OF_CARGO);
    world.link("src/target", "../target");
    let skip = vec!["src/out".into()];
    assert_eq!(
        world.list([Pattern::Followed { dir: "src".into(), skip }]),
        ["src/a.rs", "src/target"]
    );
}

#[test]
fn a_directory_that_is_not_there_is_listed_as_what_there_is() {
    let world = World::new();
    assert_eq!(world.list([followed("src")]), ["src"]);
    assert_eq!(world.state(followed("src"), "src"), State::Absent);
    world.write("src", "no directory");
    assert!(world.state(followed("src"), "src").file().is_some());
    world.link("loop", "loop");
    assert!(matches!(world.state(followed("loop"), "loop"), State::Link { .. }));
}
