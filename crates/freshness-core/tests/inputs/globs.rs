//! Which paths globs list.

use std::path::PathBuf;

use freshness_core::discover::{compile_glob, is_glob};
use freshness_core::{Pattern, State, discover};

use crate::world::{TAG_OF_CARGO, World, glob, name, spec};

fn grove() -> World {
    let world = World::new();
    world.files(["a.rs", "ab.rs", "src/a.rs", "src/.hidden.rs", "src/x/a.rs", "src/x/y/a.rs"]);
    world
}

#[test]
fn a_star_stays_in_its_directory() {
    let world = grove();
    assert_eq!(world.list([glob("*.rs")]), ["a.rs", "ab.rs"]);
    assert_eq!(world.list([glob("src/*")]), ["src/.hidden.rs", "src/a.rs"]);
    assert_eq!(world.list([glob("*/*/*.rs")]), ["src/x/a.rs"]);
    assert_eq!(world.list([glob("?.rs")]), ["a.rs"]);
    assert!(world.list([glob("src?a.rs")]).is_empty());
}

#[test]
fn two_stars_cross_directories() {
    let world = grove();
    let all = ["src/.hidden.rs", "src/a.rs", "src/x/a.rs", "src/x/y/a.rs"];
    assert_eq!(world.list([glob("src/**")]), all);
    assert_eq!(world.list([glob("src/**/*.rs")]), all);
    assert_eq!(world.list([glob("**/y/**")]), ["src/x/y/a.rs"]);
    assert_eq!(world.list([glob("src/**/x/*.rs")]), ["src/x/a.rs"]);
}

#[test]
fn alternatives_and_classes_are_understood() {
    let world = grove();
    assert_eq!(world.list([glob("{a,src/x/a}.rs")]), ["a.rs", "src/x/a.rs"]);
    assert_eq!(world.list([glob("[ab]*.rs")]), ["a.rs", "ab.rs"]);
    // A class means what it says, of a `/` as well.
    assert_eq!(world.list([glob("src[!_]a.rs")]), ["src/a.rs"]);
    assert_eq!(world.list([glob("src/{x,x/y}/a.rs")]), ["src/x/a.rs", "src/x/y/a.rs"]);
}

#[test]
fn two_stars_do_not_follow_links() {
    let world = grove();
    world.link("src/loop", "..");
    world.link("src/far", "x");
    assert_eq!(
        world.list([glob("src/**/{a.rs,loop,far}")]),
        ["src/a.rs", "src/far", "src/loop", "src/x/a.rs", "src/x/y/a.rs"]
    );
    // Named in full, the directory behind a link is where the glob starts.
    assert_eq!(world.list([glob("src/far/*.rs")]), ["src/far/a.rs"]);
}

#[test]
fn the_leading_directories_need_not_exist() {
    let world = grove();
    assert_eq!(world.list([glob("gone/deep/*.rs")]), ["gone/deep"]);
    assert_eq!(world.state(glob("gone/deep/*.rs"), "gone/deep"), State::Absent);
}

#[test]
fn a_glob_is_relative_to_its_base() {
    let world = grove();
    let below = |glob: &str| Pattern::Glob { base: "src".into(), glob: glob.into(), skip: vec![] };
    assert_eq!(world.list([below("*/a.rs")]), ["src/x/a.rs"]);
    assert_eq!(world.list([below("../*.rs")]), ["a.rs", "ab.rs"]);
}

#[test]
fn an_absolute_glob_is_relative_to_nothing() {
    let world = grove();
    let absolute = world.root().join("src/*/a.rs").to_str().unwrap().to_owned();
    assert_eq!(world.list([glob(&absolute)]), ["src/x/a.rs"]);
    let below = Pattern::Glob { base: "src/x".into(), glob: absolute, skip: Vec::new() };
    assert_eq!(world.list([below]), ["src/x/a.rs"]);
}

#[test]
fn a_glob_may_be_written_with_more_than_it_needs() {
    let world = grove();
    for written in ["./src/x/*.rs", "src/./x/*.rs", "src//x/*.rs", ".//./src/x/*.rs"] {
        assert_eq!(world.list([glob(written)]), ["src/x/a.rs"], "{written}");
    }
    assert_eq!(world.list([glob("src/x/**/")]), ["src/x/a.rs", "src/x/y/a.rs"]);
    assert_eq!(world.list([glob("./*.rs")]), ["a.rs", "ab.rs"]);
}

#[test]
fn a_glob_of_nothing_lists_nothing() {
    let world = grove();
    for empty in ["", ".", "./", "/"] {
        assert!(world.list([glob(empty)]).is_empty(), "{empty:?}");
    }
}

#[test]
fn names_that_are_not_text_match() {
    let world = World::new();
    world.write(name(b"a\n\xff.rs"), "");
    assert_eq!(world.list([glob("a*.rs")]), ["a\\x0a\\xff.rs"]);
    assert_eq!(world.list([glob("**/*")]), ["a\\x0a\\xff.rs"]);
}

#[test]
fn a_glob_does_not_look_into_what_is_skipped() {
    let world = grove();
    world.write("src/x/CACHEDIR.TAG", TAG_OF_CARGO);
    world.files(["made/a.rs", ".git/a.rs"]);
    let skip: Vec<PathBuf> = vec!["made".into()];
    let all = Pattern::Glob { base: "".into(), glob: "**/a.rs".into(), skip };
    assert_eq!(world.list([all]), ["a.rs", "src/a.rs"]);
}

#[test]
fn a_glob_that_cannot_be_understood_is_an_error_that_quotes_it() {
    let error = discover(grove().root(), &[spec(glob("./src/[z-a].rs"))]).unwrap_err();
    insta::assert_snapshot!(
        error,
        @"read the glob `./src/[z-a].rs`: invalid range; 'z' > 'a'"
    );
    let error = compile_glob("src/{a").unwrap_err();
    insta::assert_snapshot!(
        error,
        @"read the glob `src/{a`: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)"
    );
}

#[test]
fn what_holds_no_special_character_is_a_path() {
    for special in ["*.rs", "a?", "[ab]", "{a,b}", "a\\*"] {
        assert!(is_glob(special), "{special}");
    }
    for plain in ["", "a.rs", "./dir/a-b_c.rs", "/absolute", "é", "a b", "!a", "~"] {
        assert!(!is_glob(plain), "{plain}");
    }
}
