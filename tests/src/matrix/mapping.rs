//! Writes through a shared mapping, of which a time tells when the page was clean before, and not always then.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::scene::{BASE, Scene};
use super::{CHANGED, Event, Family, Truth, WRONG};
use crate::faults::compiled;
use crate::files::{set_mtime, wait_until, write};
use crate::run::Run;

pub(super) const FAMILY: Family = Family { name: "Shared mappings", setup: |_| {}, events: EVENTS };

/// How often a page may be written back at the wrong moment.
const ATTEMPTS: usize = 20;

/// A writer of alpha's value.
fn writer(scene: &Scene, value: &str, signals: &[&str]) -> Run {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| compiled(include_str!("map.c"), "map", &[]));
    let file = scene.world.file_of("alpha");
    let offset = fs::read_to_string(&file).unwrap().rfind(char::is_numeric).unwrap();
    let run = Run::new(program, &scene.world.workspace());
    run.args([&file]).args([&offset.to_string(), value]).args(signals)
}

/// Writes through a mapping whose page was dirty before a build that looked at the file, so that no time moves.
fn write_unseen(scene: &Scene) {
    let file = scene.world.file_of("alpha");
    let signal = |name: &str| scene.world.root().join(name);
    let (ready, go) = (signal("ready"), signal("go"));
    for _ in 0..ATTEMPTS {
        let _ = (fs::remove_file(&ready), fs::remove_file(&go));
        let signals = [ready.to_str().unwrap(), go.to_str().unwrap()];
        let writer = writer(scene, "2", &signals).start();
        wait_until("the page is dirty", || ready.exists());
        set_mtime(&file, BASE);
        // Finds the content as it was, and records the stat that it has now.
        let _ = scene.build("hash/changed").expect(0);
        let before = times(&file);
        write(&go, "");
        let _ = writer.wait().expect(0);
        if times(&file) == before {
            return;
        }
        scene.world.set_at("alpha", 1, BASE);
    }
    panic!("a page is written back all the time");
}

fn times(path: &Path) -> [i64; 4] {
    let meta = fs::metadata(path).unwrap();
    [meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()]
}

const ALPHA: Truth = Truth::Changed(&[("alpha", 2)]);

const EVENTS: &[Event] = &[
    Event::new(
        "written through a shared mapping, time restored",
        ALPHA,
        |s| {
            let _ = writer(s, "2", &[]).run().expect(0);
            set_mtime(&s.world.file_of("alpha"), BASE);
        },
        [CHANGED, WRONG, CHANGED, CHANGED, WRONG],
    )
    .note("Same length under the time of before: the documented blind spot of `newer-than`. Whoever restores a time moves another that they cannot set."),
    Event::new(
        "written through a shared mapping that was written to before the build",
        ALPHA,
        write_unseen,
        [WRONG, WRONG, WRONG, CHANGED, WRONG],
    )
    .note("The system dates a mapping when a clean page is first written; what is written into a page that is dirty already moves no time. Only reading every byte finds it: the documented blind spot of all that believe a stat."),
];
