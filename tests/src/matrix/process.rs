//! Builds that are raced, killed, starved or overtaken.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use filetime::FileTime;

use super::scene::{BASE, OLD, Scene};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG, original};
use crate::files::mtime_of;

pub(super) const FAMILY: Family = Family { name: "Process", setup, events: EVENTS };

/// Compiles behind the gate.
fn setup(scene: &Scene) {
    scene.env("RUSTC_WRAPPER", scene.gate.wrapper());
}

fn start(scene: &Scene) -> crate::Process {
    scene.freshness("build", "hash/changed").start()
}

/// Builds alpha (and gamma, so that both archives are new) as 6 by both rules, and does something after the
/// compiler has read it; the time is that of the edit to 6.
fn meanwhile(scene: &Scene, act: impl Fn(FileTime)) {
    let gate = &scene.gate;
    scene.world.set("gamma", 6);
    scene.world.set("alpha", 6);
    let time = mtime_of(&scene.world.file_of("alpha"));
    let pass = || {
        gate.reached(1);
        act(time);
        gate.open(1);
    };
    gate.stop_times(1);
    original::build(scene, pass);
    scene.world.set_at("alpha", 6, time);
    gate.stop_times(1);
    let build = start(scene);
    pass();
    let _ = build.wait().expect(0);
}

/// Edits alpha and kills the build of it when it is compiled. The value is one that no row before built: where
/// cargo's directory holds the content already, nothing is compiled.
fn kill(scene: &Scene, value: u8) {
    scene.world.set("alpha", value);
    scene.gate.stop_times(1);
    let build = start(scene);
    scene.gate.reached(1);
    build.kill();
    scene.gate.stop_times(0);
}

/// Breaks alpha and lets the build fail.
fn fail(scene: &Scene) {
    scene.world.write("alpha/src/value.rs", "broken");
    assert_eq!(scene.build("hash/changed").error_code(), "cargo-failed");
}

/// Has cargo alone build alpha as 2 in our own target directory.
fn by_hand(scene: &Scene) {
    scene.world.set("alpha", 2);
    let target = scene.slot().join("target");
    let args = ["build", "--release", "--offline", "-p", "alpha", "--target-dir"];
    let _ = scene.in_environment(scene.world.cargo(args).args([target])).run().expect(0);
}

const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);
const THREE: Truth = Truth::Changed(&[("alpha", 3)]);
const EDITED: [&str; 5] = [CHANGED, NEWER, CHANGED, CHANGED, NEWER];
const HIDDEN: [&str; 5] = [CHANGED, WRONG, CHANGED, CHANGED, WRONG];
const BLIND: &str = "Same length, older time: the documented blind spot of `newer-than`.";

const EVENTS: &[Event] = &[
    Event::new(
        "an edit built by two at once",
        Truth::Built(&[("alpha", 2)]),
        |s| {
            s.world.set("alpha", 2);
            original::build(s, || {});
            let builds = [start(s), start(s)];
            builds.into_iter().for_each(|build| drop(build.wait().expect(0)));
        },
        [FRESH, FRESH, FRESH, FRESH, NEWER],
    )
    .note("cargo makes one archive anew and leaves the other its time, so the original rule goes on building for ever."),
    Event::new(
        "an edit, its build killed",
        Truth::Changed(&[("alpha", 4)]),
        |s| kill(s, 4),
        EDITED,
    ),
    Event::new(
        "an edit, its build killed, the edit undone",
        Truth::Same,
        |s| {
            kill(s, 5);
            s.world.set_at("alpha", 1, BASE);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "an edit, its build killed, another edit under an older time",
        THREE,
        |s| {
            kill(s, 7);
            s.world.set_at("alpha", 3, OLD);
        },
        HIDDEN,
    )
    .note(BLIND),
    Event::new(
        "an edit, no room on the disk for its build",
        ALPHA,
        |s| {
            s.world.set("alpha", 2);
            let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""];
            let _ = s.freshness("build", "hash/changed").under(&full).run().error_code();
        },
        EDITED,
    ),
    Event::new(
        "an edit, no cargo to build it",
        ALPHA,
        |s| {
            s.world.set("alpha", 2);
            let nothing = s.world.path_with_only(&[]);
            let run = s.freshness("build", "hash/changed").env("PATH", nothing);
            let _ = run.run().error_code();
        },
        EDITED,
    ),
    Event::new(
        "a store that cannot be written",
        Truth::Same,
        |s| {
            for path in [s.slot(), s.world.store()] {
                fs::set_permissions(path, Permissions::from_mode(0o500)).unwrap();
            }
        },
        [FRESH; 5],
    ),
    Event::new("an edit that does not compile, built", Truth::Broken, fail, [
        CHANGED, CHANGED, CHANGED, CHANGED, NEWER,
    ]),
    Event::new(
        "an edit that does not compile, built, undone",
        Truth::Same,
        |s| {
            fail(s);
            s.world.set_at("alpha", 1, BASE);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "an edit that does not compile, built, mended under an older time",
        ALPHA,
        |s| {
            fail(s);
            s.world.set_at("alpha", 2, OLD);
        },
        HIDDEN,
    )
    .note(BLIND),
    Event::new(
        "an edit between the compiler's reading and the archive's end",
        Truth::Built(&[("alpha", 3)]),
        |s| meanwhile(s, |time| s.world.set_at("alpha", 3, time)),
        [FRESH, FRESH, FRESH, FRESH, WRONG],
    )
    .note("The file is older than the archive that lacks it, so the original rule is wrong for ever; ours looks at the inputs again after cargo, and builds again."),
    Event::new(
        "an edit and its undoing while the compiler works",
        Truth::Built(&[("alpha", 6)]),
        |s| {
            meanwhile(s, |time| {
                s.world.set_at("alpha", 3, time);
                s.world.set_at("alpha", 6, time);
            });
        },
        [FRESH; 5],
    ),
    Event::new(
        "cargo run by hand for an edit, the edit undone",
        Truth::Same,
        |s| {
            by_hand(s);
            s.world.set_at("alpha", 1, BASE);
        },
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "cargo run by hand for an edit, another edit under an older time",
        THREE,
        |s| {
            by_hand(s);
            s.world.set_at("alpha", 3, OLD);
        },
        HIDDEN,
    )
    .note(BLIND),
];
