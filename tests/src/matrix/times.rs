//! Times that say too much, too little, or what is not so.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use filetime::FileTime;

use super::scene::{BASE, FUTURE, OLD, Scene};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG, original};
use crate::files::{mtime_of, set_mtime};

pub(super) const FAMILY: Family = Family { name: "Times", setup, events: EVENTS };

/// A file that no one reads.
fn setup(scene: &Scene) {
    scene.world.write("alpha/README.md", "Read me.\n");
}

fn touch(scene: &Scene, path: &str, time: FileTime) {
    set_mtime(&scene.path(path), time);
}

fn archive_time(scene: &Scene) -> FileTime {
    original::archives(scene).iter().map(|path| mtime_of(path)).min().unwrap()
}

/// Gives the archives of the original rule the time of now, which is after our last look.
fn archives_dated_now(scene: &Scene) -> FileTime {
    let now = FileTime::now();
    original::archives(scene).iter().for_each(|path| set_mtime(path, now));
    now
}

const SOURCE: &str = "alpha/src/value.rs";
const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);
const STAT: &str = "`recorded` compares the whole stat, so whatever moves a time is stale; `hash` then reads the file.";
const OLDER: &str =
    "Content of the same length under an older time is the documented blind spot of `newer-than`.";

const EVENTS: &[Event] = &[
    Event::new("nothing", Truth::Same, |_| {}, [FRESH; 5]),
    Event::new(
        "touched: now",
        Truth::Same,
        |s| touch(s, SOURCE, FileTime::now()),
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    )
    .note(STAT),
    Event::new(
        "touched: an older time",
        Truth::Same,
        |s| touch(s, SOURCE, OLD),
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "touched: a time in the future",
        Truth::Same,
        |s| touch(s, SOURCE, FUTURE),
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "touched: the epoch",
        Truth::Same,
        |s| touch(s, SOURCE, FileTime::zero()),
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "touched: rounded to 2 s, as by FAT",
        Truth::Same,
        |s| touch(s, SOURCE, FileTime::from_unix_time(BASE.unix_seconds() + 2, 0)),
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "edited, dated the epoch",
        ALPHA,
        |s| s.world.set_at("alpha", 2, FileTime::zero()),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "edited, dated before the epoch",
        ALPHA,
        |s| s.world.set_at("alpha", 2, FileTime::from_unix_time(-86_400, 5)),
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "edited twice within one tick of 1 s",
        ALPHA,
        |s| {
            s.world.set_at("alpha", 3, BASE);
            s.world.set_at("alpha", 2, BASE);
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note(OLDER),
    Event::new(
        "edited, dated exactly as the older archive",
        ALPHA,
        |s| s.world.set_at("alpha", 2, archives_dated_now(s)),
        [CHANGED, NEWER, CHANGED, CHANGED, WRONG],
    )
    .note("The original rule asks for strictly newer, so what is saved within the archive's own tick is never built. Ours goes by the moment before the first read, and counts that moment itself."),
    Event::new(
        "edited, dated one nanosecond after the older archive",
        ALPHA,
        |s| {
            let time = archives_dated_now(s);
            let next = FileTime::from_unix_time(time.unix_seconds(), time.nanoseconds() + 1);
            s.world.set_at("alpha", 2, next);
        },
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "edited after the clock was set back a day",
        ALPHA,
        |s| {
            let yesterday = archive_time(s).unix_seconds() - 86_400;
            s.world.set_at("alpha", 2, FileTime::from_unix_time(yesterday, 0));
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note("A clock that was set back is the other documented blind spot of `newer-than`."),
    Event::new(
        "permissions changed",
        Truth::Same,
        |s| fs::set_permissions(s.path(SOURCE), Permissions::from_mode(0o640)).unwrap(),
        [CHANGED, FRESH, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "a dependency touched",
        Truth::Same,
        |s| touch(s, "beta/src/value.rs", FileTime::now()),
        [CHANGED, NEWER, FRESH, FRESH, FRESH],
    ),
    Event::new(
        "the lock file touched",
        Truth::Same,
        |s| touch(s, "Cargo.lock", FileTime::now()),
        [CHANGED, NEWER, FRESH, FRESH, NEWER],
    ),
    Event::new(
        "a file that no one reads touched",
        Truth::Same,
        |s| touch(s, "alpha/README.md", FileTime::now()),
        [FRESH, FRESH, FRESH, FRESH, NEWER],
    )
    .note("cargo does not build for it, so the archive keeps its time and the original rule stays stale for ever."),
    Event::new(
        "the directories touched",
        Truth::Same,
        |s| {
            for path in ["alpha", "alpha/src", "beta/src", "gamma"] {
                touch(s, path, FileTime::now());
            }
        },
        [FRESH; 5],
    ),
];
