//! Tools that carry files and their times from elsewhere.

use std::fs;

use filetime::FileTime;

use super::scene::{BASE, OLD, Scene, replace_by_rename};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG, original};
use crate::files::{set_mtime, write_at};

pub(super) const FAMILY: Family = Family { name: "Copying tools", setup: |_| {}, events: EVENTS };

const TWO: &str = "pub const VALUE: i32 = 2;\n";
const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);
const OLDER: &str = "Same length, older time: the documented blind spot of `newer-than`.";
const SOURCES: [&str; 4] =
    ["alpha/src/value.rs", "beta/src/value.rs", "gamma/src/value.rs", "shared/text.txt"];

/// Copies a file of elsewhere, of an old date, over alpha's module.
fn cp(scene: &Scene, options: &[&str]) {
    let from = scene.world.root().join("elsewhere/value.rs");
    write_at(&from, TWO, OLD);
    let to = scene.world.file_of("alpha");
    scene.run("cp", &[options, &[from.to_str().unwrap(), to.to_str().unwrap()]].concat());
}

/// As a checkout leaves them: the same bytes under new times.
fn rewrite(scene: &Scene) {
    for path in SOURCES {
        let text = scene.read(path);
        scene.world.write(path, text);
    }
}

/// As an unpacked cache leaves archives: newer than everything.
fn restore_archives(scene: &Scene) {
    let archives = scene.published().into_iter().chain(original::archives(scene));
    archives.for_each(|path| set_mtime(&path, FileTime::now()));
}

const EVENTS: &[Event] = &[
    Event::new("cp", ALPHA, |s| cp(s, &[]), [CHANGED, NEWER, CHANGED, CHANGED, NEWER]),
    Event::new("cp -p", ALPHA, |s| cp(s, &["-p"]), [CHANGED, WRONG, CHANGED, CHANGED, WRONG])
        .note(OLDER),
    Event::new(
        "as rsync -t: by rename, with the sender's time",
        ALPHA,
        |s| replace_by_rename(&s.world.file_of("alpha"), TWO, OLD),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "as rsync -t, another length",
        ALPHA,
        |s| replace_by_rename(&s.world.file_of("alpha"), "pub const VALUE: i32 = 3 - 1;\n", OLD),
        [CHANGED, CHANGED, CHANGED, CHANGED, WRONG],
    ),
    Event::new(
        "as rsync without -t, the same content",
        Truth::Same,
        |s| replace_by_rename(&s.world.file_of("alpha"), &s.read(SOURCES[0]), FileTime::now()),
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "tar, another tree unpacked over this one",
        ALPHA,
        |s| {
            let tree = s.world.root().join("tree");
            write_at(&tree.join("alpha/src/value.rs"), TWO, OLD);
            let tree = tree.to_str().unwrap();
            s.run("tar", &["-cf", "target/tree.tar", "-C", tree, "alpha"]);
            s.run("tar", &["-xf", "target/tree.tar"]);
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "tar, packed and unpacked in place",
        Truth::Same,
        |s| {
            s.run("tar", &["-cf", "target/tree.tar", "alpha", "beta", "gamma"]);
            s.run("tar", &["-xf", "target/tree.tar"]);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "container layer: other content, every date the same",
        ALPHA,
        |s| {
            s.world.set("alpha", 2);
            SOURCES.iter().for_each(|path| set_mtime(&s.path(path), OLD));
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "container layer: the same content, every date the same",
        Truth::Same,
        |s| SOURCES.iter().for_each(|path| set_mtime(&s.path(path), OLD)),
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "a cache with its times, restored over a fresh checkout",
        Truth::Same,
        rewrite,
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "a cache without its times, restored over a fresh checkout",
        Truth::Same,
        |s| {
            rewrite(s);
            restore_archives(s);
        },
        [CHANGED, NEWER, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "a cache without its times, restored over another commit",
        ALPHA,
        |s| {
            rewrite(s);
            s.world.set("alpha", 2);
            restore_archives(s);
        },
        [CHANGED, NEWER, CHANGED, CHANGED, WRONG],
    )
    .note("The archives are newer than sources that they were never made from."),
    Event::new(
        "the archives copied to new files and moved back",
        Truth::Same,
        |s| {
            for path in s.published() {
                let copy = path.with_extension("copy");
                fs::copy(&path, &copy).unwrap();
                fs::rename(copy, path).unwrap();
            }
        },
        [FRESH; 5],
    ),
    Event::new(
        "the workspace linked into a snapshot (cp -al)",
        Truth::Same,
        |s| {
            s.run("cp", &["-al", "alpha", "target/snapshot"]);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "sources copied away and back (cp -a)",
        Truth::Same,
        |s| {
            s.run("cp", &["-a", "alpha/src/value.rs", "target/away.rs"]);
            set_mtime(&s.world.file_of("alpha"), BASE);
            s.run("cp", &["-a", "--remove-destination", "target/away.rs", "alpha/src/value.rs"]);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
];
