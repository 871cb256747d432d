//! Which paths trees and paths list: nothing is left out for its name, nothing leads astray.

use std::fs;

use freshness_core::{Pattern, State, discover};

use crate::world::{TAG_OF_CARGO, World, name, path, spec, tree};

#[test]
fn a_module_called_target_is_a_module() {
    let world = World::new();
    world.files(["src/target/mod.rs", "src/target.rs", "target/debug/x", "node_modules/a.js"]);
    assert_eq!(
        world.list([tree("")]),
        ["node_modules/a.js", "src/target.rs", "src/target/mod.rs", "target/debug/x"]
    );
}

#[test]
fn a_target_directory_of_cargo_is_left_out_wherever_it_is() {
    let world = World::new();
    world.files(["src/lib.rs", "target/debug/x", "deep/build/output/debug/x"]);
    world.write("target/CACHEDIR.TAG", TAG_OF_CARGO);
    world.write("deep/build/output/CACHEDIR.TAG", TAG_OF_CARGO);
    assert_eq!(world.list([tree("")]), ["src/lib.rs"]);
}

#[test]
fn a_cache_of_another_tool_may_hold_sources() {
    let world = World::new();
    let (signature, _) = TAG_OF_CARGO.split_once('\n').unwrap();
    world.write("cache/CACHEDIR.TAG", &format!("{signature}\n# created by another tool\n"));
    world.write("made/CACHEDIR.TAG", "# created by cargo, but no signature\n");
    world.files(["cache/a.rs", "made/a.rs"]);
    assert_eq!(
        world.list([tree("")]),
        ["cache/CACHEDIR.TAG", "cache/a.rs", "made/CACHEDIR.TAG", "made/a.rs"]
    );
}

#[test]
fn a_tag_that_is_no_file_of_its_own_marks_nothing() {
    let world = World::new();
    world.write("tag", TAG_OF_CARGO);
    world.link("linked/CACHEDIR.TAG", "../tag");
    world.fifo("piped/CACHEDIR.TAG");
    assert_eq!(world.list([tree("")]), ["linked/CACHEDIR.TAG", "piped/CACHEDIR.TAG", "tag"]);
}

#[test]
fn repositories_are_left_out_and_what_looks_like_them_is_not() {
    let world = World::new();
    world.files([
        ".git/config",
        "sub/.git",
        ".github/ci.yml",
        ".gitignore",
        ".hidden/a",
        "x.git/a",
    ]);
    assert_eq!(world.list([tree("")]), [".github/ci.yml", ".gitignore", ".hidden/a", "x.git/a"]);
}

#[test]
fn skipped_directories_are_known_by_where_they_are() {
    let world = World::new();
    world.files(["a/out/x", "b/out/x", "c/x"]);
    let skipping =
        |skip: &str| world.list([Pattern::Tree { dir: "".into(), skip: vec![skip.into()] }]);
    assert_eq!(skipping("a/out"), ["b/out/x", "c/x"]);
    let absolute = world.root().join("a/out");
    assert_eq!(skipping(absolute.to_str().unwrap()), ["b/out/x", "c/x"]);
    // A file is not a directory to skip.
    assert_eq!(skipping("c/x"), ["a/out/x", "b/out/x", "c/x"]);
}

#[test]
fn a_skipped_directory_is_known_however_it_is_written() {
    let world = World::new();
    world.files(["a/out/x", "a/x"]);
    let list = |dir: &str, skip: &str| {
        world.list([Pattern::Tree { dir: dir.into(), skip: vec![skip.into()] }])
    };
    assert_eq!(list("a", "./a/out"), ["a/x"]);
    assert_eq!(list("a", "b/../a/out"), ["a/x"]);
    assert_eq!(list("../ws/a", "a/out"), ["a/x"]);
}

#[test]
fn names_that_are_not_text_are_listed() {
    let world = World::new();
    world.write(name(b"src/\xff.rs"), "");
    world.write(name(b"src/a\nb.rs"), "");
    world.write(name(b"\xfe/in.rs"), "");
    assert_eq!(world.list([tree("")]), ["src/a\\x0ab.rs", "src/\\xff.rs", "\\xfe/in.rs"]);
    let found = world.state(tree("src"), name(b"src/\xff.rs"));
    assert!(found.file().is_some(), "{found:?}");
}

#[test]
fn links_are_listed_and_not_followed() {
    let world = World::new();
    world.files(["elsewhere/x"]);
    world.link("src/dangling", "nothing");
    world.link("src/loop", "loop");
    world.link("src/up", "..");
    world.link("src/dir", "../elsewhere");
    assert_eq!(world.list([tree("src")]), ["src/dangling", "src/dir", "src/loop", "src/up"]);
}

#[test]
fn special_files_are_listed_and_hold_no_one_up() {
    let world = World::new();
    world.fifo("src/fifo");
    world.socket("src/socket");
    assert_eq!(world.list([tree("src")]), ["src/fifo", "src/socket"]);
}

#[test]
fn directories_are_seen_by_what_is_in_them() {
    let world = World::new();
    fs::create_dir_all(world.place("src/empty/deeper")).unwrap();
    assert!(world.list([tree("src")]).is_empty());
    world.files(["src/empty/deeper/a.rs"]);
    assert_eq!(world.list([tree("src")]), ["src/empty/deeper/a.rs"]);
}

#[test]
fn a_tree_that_is_not_there_is_listed_as_absent() {
    let world = World::new();
    assert_eq!(world.list([tree("src")]), ["src"]);
    assert_eq!(world.state(tree("src"), "src"), State::Absent);
    assert_eq!(world.state(tree("src/deeper"), "src/deeper"), State::Absent);
}

#[test]
fn a_tree_that_is_a_file_is_listed_as_one() {
    let world = World::new();
    world.write("src", "no directory");
    assert_eq!(world.list([tree("src")]), ["src"]);
    assert!(world.state(tree("src"), "src").file().is_some());
}

#[test]
fn a_tree_behind_a_link_is_listed_by_the_names_of_the_link() {
    let world = World::new();
    world.files(["real/a.rs"]);
    world.link("src", "real");
    assert_eq!(world.list([tree("src")]), ["src/a.rs"]);
}

#[test]
fn paths_are_listed_whether_or_not_something_is_there() {
    let world = World::new();
    world.files(["here", "dir/x"]);
    assert_eq!(
        world.list([
            path("here"),
            path("gone"),
            path("dir"),
            path("./dir/../dir/x"),
            path("../up")
        ]),
        [world.outside().join("up").to_str().unwrap(), "dir", "dir/x", "gone", "here"]
    );
}

#[test]
fn the_list_does_not_depend_on_who_came_first() {
    let names = ["b.rs", "a/z.rs", "a.rs", "a-b.rs", "a/b/c.rs", "B.rs"];
    let list = |world: &World, specs: &[Pattern]| {
        let specs: Vec<_> = specs.iter().cloned().map(spec).collect();
        discover(world.root(), &specs).unwrap().paths.into_keys().collect::<Vec<_>>()
    };
    let (forth, back) = (World::new(), World::new());
    names.iter().for_each(|name| forth.files([name]));
    names.iter().rev().for_each(|name| back.files([name]));
    let mut specs = [tree(""), path("a.rs"), tree("a"), path("gone")];
    let expected = list(&forth, &specs);
    let shown: Vec<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["B.rs", "a-b.rs", "a.rs", "a/b/c.rs", "a/z.rs", "b.rs", "gone"],
        "by bytes, each once"
    );
    assert_eq!(list(&back, &specs), expected);
    specs.reverse();
    assert_eq!(list(&back, &specs), expected);
}
