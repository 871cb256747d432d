//! Bytes that change, with and without a time that tells.

use std::fs;

use filetime::FileTime;

use super::scene::{BASE, FUTURE, OLD, Scene, replace_by_rename};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG};

pub(super) const FAMILY: Family = Family { name: "Content", setup, events: EVENTS };

/// A second name for beta's module, and a file that only a link leads to (the workspace has `linked.rs`).
fn setup(scene: &Scene) {
    let file = scene.world.file_of("beta");
    fs::hard_link(&file, scene.path("links/beta.rs")).unwrap();
}

fn two(path: &std::path::Path, time: FileTime) {
    replace_by_rename(path, "pub const VALUE: i32 = 2;\n", time);
}

const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);
const BETA: Truth = Truth::Changed(&[("beta", 2)]);
const SAME_LENGTH: &str = "`newer-than` compares times and lengths: content of the same length under an older time is its documented blind spot.";

const EVENTS: &[Event] = &[
    Event::new(
        "edited in place, same length",
        ALPHA,
        |s| s.world.set("alpha", 2),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "edited in place, same length, time restored",
        ALPHA,
        |s| s.world.set_at("alpha", 2, BASE),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(SAME_LENGTH),
    Event::new(
        "edited in place, same length, older time",
        ALPHA,
        |s| s.world.set_at("alpha", 2, OLD),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(SAME_LENGTH),
    Event::new(
        "edited in place, another length, time restored",
        ALPHA,
        |s| s.write_at("alpha/src/value.rs", "pub const VALUE: i32 = 1 + 1;\n", BASE),
        [CHANGED, CHANGED, CHANGED, CHANGED, WRONG],
    ),
    Event::new(
        "replaced by rename, same length",
        ALPHA,
        |s| {
            let file = s.world.file_of("alpha");
            s.world.write("alpha/src/value.new", "pub const VALUE: i32 = 2;\n");
            fs::rename(s.path("alpha/src/value.new"), file).unwrap();
        },
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "replaced by rename, same length, time restored",
        ALPHA,
        |s| two(&s.world.file_of("alpha"), BASE),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(SAME_LENGTH),
    Event::new(
        "written through another hard link",
        BETA,
        |s| s.world.write("links/beta.rs", "pub const VALUE: i32 = 2;\n"),
        [CHANGED, NEWER, CHANGED, CHANGED, WRONG],
    ),
    Event::new(
        "written through another hard link, time restored",
        BETA,
        |s| s.write_at("links/beta.rs", "pub const VALUE: i32 = 2;\n", BASE),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(SAME_LENGTH),
    Event::new(
        "what a link leads to is edited",
        Truth::Changed(&[("linked", 2)]),
        |s| s.world.write("links/one.rs", "pub const VALUE: i32 = 2;\n"),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "what a link leads to is edited, time restored",
        Truth::Changed(&[("linked", 2)]),
        |s| s.write_at("links/one.rs", "pub const VALUE: i32 = 2;\n", BASE),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(SAME_LENGTH),
    Event::new(
        "edited and put back, with its time",
        Truth::Same,
        |s| {
            s.world.set("alpha", 2);
            s.world.set_at("alpha", 1, BASE);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "edited and put back, without its time",
        Truth::Same,
        |s| {
            s.world.set("alpha", 2);
            s.world.set("alpha", 1);
        },
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "edited, under a time in the future",
        ALPHA,
        |s| s.world.set_at("alpha", 2, FUTURE),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "emptied, time restored",
        Truth::Broken,
        |s| s.write_at("alpha/src/value.rs", "", BASE),
        [CHANGED, CHANGED, CHANGED, CHANGED, WRONG],
    ),
];
