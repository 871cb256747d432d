//! Files chosen by several entries, and what git leaves out of them.

use freshness_core::{Pattern, Snapshot, discover};

use crate::world::{World, name, spec};

fn selected(entries: &[&str]) -> Pattern {
    Pattern::Selected {
        base: "".into(),
        top: "".into(),
        entries: entries.iter().map(Into::into).collect(),
        skip: Vec::new(),
    }
}

#[test]
fn what_git_ignores_is_left_out_and_the_nearest_rule_decides() {
    let world = World::new();
    world.files(["a.c", "b.c", "x/a.c", "x/b.c", "made/deep/a.c"]);
    world.write(".gitignore", "b.c\n/made/\n");
    world.write("x/.gitignore", "!b.c\na.c\n");
    world.write(".git/info/exclude", "x/b.c\n*.h\n");
    world.files(["a.h"]);
    assert_eq!(world.list([selected(&["**/*.c", "*.h"])]), ["a.c", "x/b.c"]);
}

#[test]
fn what_is_named_in_full_is_taken_though_git_ignores_it() {
    let world = World::new();
    world.files(["kept.c", "made/a.c", "made/b.o"]);
    world.write(".gitignore", "kept.c\n/made/\n*.o\n");
    assert_eq!(world.list([selected(&["kept.c", "gone.c"])]), ["gone.c", "kept.c"]);
    assert_eq!(world.list([selected(&["made"])]), ["made", "made/a.c"]);
    assert_eq!(world.list([selected(&["made/*"])]), ["made/a.c"]);
}

#[test]
fn rules_above_a_place_outside_do_not_reach_into_it() {
    let world = World::new();
    std::fs::create_dir(world.outside().join("beside")).unwrap();
    std::fs::write(world.outside().join("beside/a.c"), "").unwrap();
    std::fs::write(world.outside().join(".gitignore"), "*.c\n").unwrap();
    let beside = world.outside().join("beside/a.c");
    assert_eq!(world.list([selected(&["../beside/*.c"])]), [beside.to_str().unwrap()]);
}

#[test]
fn what_is_skipped_is_no_input_whether_file_or_directory() {
    let world = World::new();
    world.files(["a.c", "out.c", "made/a.c"]);
    let skip = ["out.c", "made"].map(|path| world.root().join(path)).into();
    let Pattern::Selected { base, top, entries, .. } = selected(&["**", "out.c"]) else {
        unreachable!("it was just made")
    };
    assert_eq!(world.list([Pattern::Selected { base, top, entries, skip }]), ["a.c"]);
}

#[test]
fn names_that_are_not_text_are_taken_and_may_be_named() {
    let world = World::new();
    world.write(name(b"a\xff.c"), "");
    world.write(name(b"b\xff/c"), "");
    assert_eq!(world.list([selected(&["*.c"])]), ["a\\xff.c"]);
    let entries = vec![name(b"b\xff").into(), name(b"!b\xff/d").into()];
    let Pattern::Selected { base, top, skip, .. } = selected(&[]) else {
        unreachable!("it was just made")
    };
    let named = Pattern::Selected { base, top, entries, skip };
    assert_eq!(world.list([named]), ["b\\xff", "b\\xff/c"]);
}

#[test]
fn rules_that_were_read_are_on_record_and_so_is_where_none_are() {
    let world = World::new();
    world.files(["x/y/a.c"]);
    world.write("x/y/.gitignore", "b.c\n");
    let set = discover(world.root(), &[spec(selected(&["x/y/*.c"]))]).unwrap();
    let (_, lists) = Snapshot::take_listed(set);
    let rules: Vec<(String, bool)> = (lists.rules.iter())
        .map(|(path, found)| (path.strip_prefix(world.root()).unwrap(), found.is_some()))
        .map(|(path, found)| (path.display().to_string(), found))
        .collect();
    let expected = [
        (".git/info/exclude", false),
        (".gitignore", false),
        ("x/.gitignore", false),
        ("x/y/.gitignore", true),
    ];
    assert_eq!(rules, expected.map(|(path, found)| (path.to_owned(), found)));
    assert!(lists.complete);
}
