//! Files that come, go, move, or become something else.

use std::fs;
use std::os::unix::fs::symlink;

use super::scene::{BASE, OLD, Scene, remove};
use super::{ADDED, CHANGED, Event, FRESH, Family, NEWER, REMOVED, Truth, WRONG};
use crate::files::set_mtime;

pub(super) const FAMILY: Family = Family { name: "File set", setup, events: EVENTS };

/// A build script that adds up the files of a directory, a module called `target`, and beta with a value of its own.
fn setup(scene: &Scene) {
    let script = "fn main() {\n\
        println!(\"cargo::rerun-if-changed=data\");\n\
        let files = std::fs::read_dir(\"data\").into_iter().flatten();\n\
        let texts = files.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap_or_default());\n\
        let sum: i32 = texts.map(|text| text.parse().unwrap_or(0)).sum();\n\
        println!(\"cargo::rustc-env=DECLARED={sum}\\ncargo::rustc-env=MODE=0\");\n}\n";
    scene.world.write("gamma/build.rs", script);
    scene.world.write("gamma/data/one.txt", "1");
    scene.world.write("gamma/src/target/mod.rs", "pub const VALUE: i32 = 1;\n");
    scene.world.write("gamma/src/value.rs", "pub use crate::target::VALUE;\n");
    scene.replace("gamma/src/lib.rs", "mod value;", "mod target;\nmod value;");
    scene.world.set("beta", 3);
}

fn rename(scene: &Scene, from: &str, to: &str) {
    fs::rename(scene.path(from), scene.path(to)).unwrap();
}

fn link(scene: &Scene, to: &str, path: &str) {
    remove(&scene.path(path));
    symlink(to, scene.path(path)).unwrap();
    set_mtime(&scene.path(path), BASE);
}

const MOVED: &str = "input-added, input-removed";
const BECAME: &str = "input-changed, input-removed";
const UNREADABLE: &str = "input-unreadable";
const GONE: &str =
    "What is no longer there is not newer than anything: the original rule sees nothing go.";

const EVENTS: &[Event] = &[
    Event::new(
        "a file added",
        Truth::Changed(&[("declared", 3)]),
        |s| s.world.write("gamma/data/two.txt", "2"),
        [ADDED, ADDED, ADDED, ADDED, NEWER],
    ),
    Event::new(
        "a file added with an old time",
        Truth::Changed(&[("declared", 3)]),
        |s| s.write_at("gamma/data/two.txt", "2", OLD),
        [ADDED, ADDED, ADDED, ADDED, WRONG],
    ),
    Event::new(
        "a file deleted",
        Truth::Changed(&[("declared", 0)]),
        |s| remove(&s.path("gamma/data/one.txt")),
        [REMOVED, REMOVED, REMOVED, REMOVED, WRONG],
    )
    .note(GONE),
    Event::new(
        "a module deleted",
        Truth::Broken,
        |s| remove(&s.path("alpha/src/value.rs")),
        [REMOVED, REMOVED, REMOVED, REMOVED, WRONG],
    ),
    Event::new(
        "a file renamed",
        Truth::Same,
        |s| rename(s, "gamma/data/one.txt", "gamma/data/other.txt"),
        [MOVED, MOVED, MOVED, MOVED, FRESH],
    )
    .note("The build script could go by names; that this one does not, only running it tells."),
    Event::new(
        "a file renamed in case alone",
        Truth::Same,
        |s| rename(s, "gamma/data/one.txt", "gamma/data/One.txt"),
        [MOVED, MOVED, MOVED, MOVED, FRESH],
    ),
    Event::new(
        "a module renamed in case alone",
        Truth::Broken,
        |s| rename(s, "alpha/src/value.rs", "alpha/src/Value.rs"),
        [REMOVED, REMOVED, REMOVED, REMOVED, WRONG],
    ),
    Event::new(
        "two files swapped, of one length and time",
        Truth::Changed(&[("alpha", 3), ("beta", 1)]),
        |s| {
            rename(s, "alpha/src/value.rs", "aside");
            rename(s, "beta/src/value.rs", "alpha/src/value.rs");
            rename(s, "aside", "beta/src/value.rs");
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note("Same length, older time: the documented blind spot of `newer-than`."),
    Event::new(
        "a module moved to value/mod.rs",
        Truth::Same,
        |s| {
            fs::create_dir(s.path("alpha/src/value")).unwrap();
            rename(s, "alpha/src/value.rs", "alpha/src/value/mod.rs");
        },
        [REMOVED, REMOVED, REMOVED, REMOVED, FRESH],
    ),
    Event::new(
        "a second file for a module",
        Truth::Broken,
        |s| s.write_at("alpha/src/value/mod.rs", "", OLD),
        [ADDED, ADDED, ADDED, ADDED, WRONG],
    ),
    Event::new(
        "a link retargeted",
        Truth::Changed(&[("linked", 2)]),
        |s| link(s, "../../links/two.rs", "alpha/src/linked.rs"),
        [CHANGED, CHANGED, CHANGED, CHANGED, WRONG],
    ),
    Event::new(
        "a link replaced by what it leads to",
        Truth::Same,
        |s| {
            remove(&s.path("alpha/src/linked.rs"));
            s.write_at("alpha/src/linked.rs", "pub const VALUE: i32 = 1;\n", BASE);
        },
        [CHANGED, CHANGED, CHANGED, CHANGED, FRESH],
    ),
    Event::new(
        "a file replaced by a link to its content",
        Truth::Same,
        |s| {
            rename(s, "alpha/src/value.rs", "links/value.rs");
            link(s, "../../links/value.rs", "alpha/src/value.rs");
        },
        [CHANGED, CHANGED, CHANGED, CHANGED, FRESH],
    ),
    Event::new(
        "a link that leads to itself, among what is read",
        Truth::Same,
        |s| link(s, "loop", "gamma/data/loop"),
        [ADDED, ADDED, ADDED, ADDED, UNREADABLE],
    ),
    Event::new(
        "a link that leads nowhere, where no one reads",
        Truth::Same,
        |s| link(s, "nowhere", "alpha/src/.#value.rs"),
        [FRESH, FRESH, FRESH, FRESH, UNREADABLE],
    )
    .note("As editors leave them beside an unsaved file."),
    Event::new(
        "a link back to the package's own directory",
        Truth::Same,
        |s| link(s, "..", "alpha/src/again"),
        [FRESH, FRESH, FRESH, FRESH, UNREADABLE],
    ),
    Event::new(
        "a file replaced by a directory",
        Truth::Broken,
        |s| {
            remove(&s.path("alpha/src/value.rs"));
            fs::create_dir(s.path("alpha/src/value.rs")).unwrap();
        },
        [CHANGED, CHANGED, CHANGED, CHANGED, WRONG],
    ),
    Event::new(
        "a directory replaced by a file",
        Truth::Changed(&[("declared", 0)]),
        |s| {
            remove(&s.path("gamma/data"));
            s.write_at("gamma/data", "1", OLD);
        },
        [BECAME, BECAME, BECAME, BECAME, WRONG],
    ),
    Event::new(
        "a source that no one reads added",
        Truth::Same,
        |s| s.world.write("alpha/src/unused.rs", "not even Rust"),
        [FRESH, FRESH, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "a module called target edited",
        Truth::Changed(&[("gamma", 2)]),
        |s| s.world.write("gamma/src/target/mod.rs", "pub const VALUE: i32 = 2;\n"),
        [CHANGED, NEWER, CHANGED, CHANGED, WRONG],
    )
    .note("The original rule leaves out whatever is called `target`."),
    Event::new(
        "the lock file deleted",
        Truth::Same,
        |s| remove(&s.path("Cargo.lock")),
        [REMOVED, REMOVED, REMOVED, REMOVED, UNREADABLE],
    ),
    Event::new(
        "a package moved behind a link",
        Truth::Same,
        |s| {
            rename(s, "beta", "moved");
            link(s, "moved", "beta");
        },
        [FRESH; 5],
    ),
];
