//! The third archive of a profile that has three: what holds for one holds for all of them, and for the last.

use std::fs;
use std::path::Path;

use super::outputs::{DAMAGED, MISSING, cut, flip, let_write};
use super::scene::{Scene, remove};
use super::{CHANGED, Event, Family, NEWER, Truth, original};
use crate::sources;

pub(super) const FAMILY: Family =
    Family { name: "The third of three outputs", setup, events: EVENTS };

fn setup(scene: &Scene) {
    sources::add_delta(&scene.world.workspace());
    scene.packages.borrow_mut().push("delta");
}

/// Does something to the third archive, of both rules.
fn third(scene: &Scene, act: impl Fn(&Path)) {
    for archives in [scene.published(), original::archives(scene)] {
        assert!(archives.len() == 3 && archives[2].ends_with("libdelta.a"), "{archives:?}");
        let_write(&archives[2]);
        act(&archives[2]);
    }
}

const EVENTS: &[Event] = &[
    Event::new("the third archive deleted", Truth::Damaged, |s| third(s, remove), MISSING),
    Event::new(
        "the third archive truncated to half",
        Truth::Damaged,
        |s| third(s, |path| cut(path, fs::metadata(path).unwrap().len() / 2)),
        DAMAGED,
    ),
    Event::new(
        "one bit of the third archive flipped, time restored",
        Truth::Damaged,
        |s| third(s, flip),
        DAMAGED,
    ),
    Event::new(
        "the third archive replaced by the second",
        Truth::Damaged,
        |s| {
            for archives in [s.published(), original::archives(s)] {
                remove(&archives[2]);
                fs::copy(&archives[1], &archives[2]).unwrap();
            }
        },
        DAMAGED,
    ),
    Event::new(
        "a source of the third archive edited",
        Truth::Changed(&[("delta", 2)]),
        |s| s.world.set("delta", 2),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
];
