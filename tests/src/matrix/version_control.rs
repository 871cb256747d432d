//! What git does to a working directory.

use super::scene::{BASE, OLD, Scene, remove};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG};
use crate::files::set_mtime;

pub(super) const FAMILY: Family = Family { name: "Version control", setup, events: EVENTS };

fn git(scene: &Scene, args: &[&str]) {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let quiet = ["-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"];
    scene.run("git", &[&who[..], &quiet[..], args].concat());
}

/// A repository of three states: `one` is checked out, `two` has another alpha, and so has the stash.
fn setup(scene: &Scene) {
    scene.world.write(".gitignore", "/target\n/by-*.toml\n/Cargo.lock\n");
    git(scene, &["init", "--quiet", "--initial-branch=one"]);
    git(scene, &["add", "--all"]);
    git(scene, &["commit", "--quiet", "--message=one"]);
    git(scene, &["switch", "--quiet", "--create=two"]);
    scene.world.set("alpha", 2);
    git(scene, &["commit", "--quiet", "--all", "--message=two"]);
    git(scene, &["switch", "--quiet", "one"]);
    scene.world.set("alpha", 3);
    git(scene, &["stash", "--quiet"]);
}

const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);

const EVENTS: &[Event] = &[
    Event::new(
        "another commit checked out",
        ALPHA,
        |s| git(s, &["switch", "--quiet", "two"]),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "another commit checked out, files dated as their commits",
        ALPHA,
        |s| {
            git(s, &["switch", "--quiet", "two"]);
            set_mtime(&s.world.file_of("alpha"), OLD);
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note("Same length, older time: the documented blind spot of `newer-than`."),
    Event::new(
        "a branch there and back",
        Truth::Same,
        |s| {
            git(s, &["switch", "--quiet", "two"]);
            git(s, &["switch", "--quiet", "one"]);
        },
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "a branch there, built, and back",
        Truth::Same,
        |s| {
            git(s, &["switch", "--quiet", "two"]);
            let _ = s.build_and_probe();
            git(s, &["switch", "--quiet", "one"]);
        },
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    )
    .note("The archives of before are still there, and `hash` finds that they fit."),
    Event::new(
        "an edit stashed",
        Truth::Same,
        |s| {
            s.world.set("alpha", 4);
            git(s, &["stash", "--quiet"]);
        },
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "a stash applied",
        Truth::Changed(&[("alpha", 3)]),
        |s| git(s, &["stash", "apply", "--quiet"]),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "another commit merged",
        ALPHA,
        |s| git(s, &["merge", "--quiet", "two"]),
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "an empty commit",
        Truth::Same,
        |s| git(s, &["commit", "--quiet", "--allow-empty", "--message=empty"]),
        [FRESH; 5],
    ),
    Event::new(
        "another worktree added, with another commit",
        Truth::Same,
        |s| git(s, &["worktree", "add", "--quiet", "target/worktree", "two"]),
        [FRESH; 5],
    ),
    Event::new(
        "everything checked out afresh",
        Truth::Same,
        |s| {
            for path in ["alpha", "beta", "gamma", "links", "shared", "Cargo.toml"] {
                remove(&s.path(path));
            }
            git(s, &["restore", "."]);
        },
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "other line ends, time restored",
        Truth::Same,
        |s| s.write_at("alpha/src/value.rs", "pub const VALUE: i32 = 1;\r\n", BASE),
        [CHANGED, CHANGED, CHANGED, CHANGED, FRESH],
    )
    .note("Other bytes, which the compiler makes the same of: only compiling tells."),
];
