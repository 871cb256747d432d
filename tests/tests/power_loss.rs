//! States that a loss of power may leave, made by hand: none is called fresh, and the next build is right.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tests::{World, long_ago, mtime_of, set_mtime};

/// Two generations: the archives of 1 and of 2, in their slot.
struct Twice {
    world: World,
    slot: PathBuf,
    first: PathBuf,
    second: PathBuf,
}

impl Twice {
    fn new() -> Self {
        let world = World::with_config("[profile.default]\npackages = [\"alpha\"]\n");
        let first = world.build().remove(0);
        world.set("alpha", 2);
        let second = world.build().remove(0);
        Self { slot: world.slot(&first), world, first, second }
    }

    /// Demands that neither strategy calls it fresh, and that the next build mends it.
    #[track_caller]
    fn assert_mended(&self, what: &str, value: u8) {
        for strategy in ["mtime", "hash"] {
            assert!(!self.world.stale_by(strategy).is_empty(), "{what}: fresh by {strategy}");
        }
        self.assert_built(what, value);
    }

    #[track_caller]
    fn assert_built(&self, what: &str, value: u8) {
        assert_eq!(self.world.build_and_probe().of("alpha"), i64::from(value), "{what}");
        self.world.assert_fresh();
    }
}

/// Puts other bytes into the file as it stands, and its time back.
fn damage(path: &Path, bytes: &[u8]) {
    let (time, mode) = (mtime_of(path), fs::metadata(path).unwrap().permissions());
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, mode).unwrap();
    set_mtime(path, time);
}

#[test]
fn a_stamp_beside_an_archive_that_is_not_durable_is_not_believed() {
    let twice = Twice::new();
    let whole = fs::read(&twice.second).unwrap();
    let other = fs::read(&twice.first).unwrap();
    let mut tail = whole.clone();
    let from = tail.len() / 2;
    tail[from..].fill(0);
    let states: [(&str, &[u8]); 5] = [
        ("nothing", b""),
        ("zeros", &vec![0; whole.len()]),
        ("zeros from the middle", &tail),
        ("half", &whole[..from]),
        ("the earlier content", &other),
    ];
    for (what, bytes) in states {
        damage(&twice.second, bytes);
        twice.assert_mended(what, 2);
    }
    fs::remove_file(&twice.second).unwrap();
    twice.assert_mended("no archive", 2);
    fs::remove_dir_all(twice.slot.join("archives")).unwrap();
    twice.assert_mended("no archives", 2);
}

#[test]
fn a_stamp_of_a_later_generation_than_its_archives_is_not_believed() {
    let twice = Twice::new();
    let stamp = fs::read(twice.slot.join("stamp")).unwrap();
    let directory = twice.second.parent().unwrap();
    for value in [2, 1] {
        fs::write(twice.slot.join("stamp"), &stamp).unwrap();
        fs::remove_dir_all(directory).unwrap();
        twice.world.set("alpha", value);
        twice.assert_mended("the archive never came", value);
        // So that the next round begins with the second generation in place.
        twice.world.set("alpha", 2);
        twice.assert_built("again", 2);
    }
}

#[test]
fn an_earlier_record_of_what_cargo_saw_hides_no_content() {
    let world = World::with_config("[profile.default]\npackages = [\"alpha\"]\n");
    let slot = world.slot(&world.build()[0]);
    let saw = fs::read(slot.join("cargo-saw")).unwrap();
    world.set("alpha", 2);
    let _ = world.build();
    // The record went back to what it was; cargo's directory did not. Nor does the edit move time on.
    fs::write(slot.join("cargo-saw"), saw).unwrap();
    world.set_at("alpha", 1, long_ago());
    assert_eq!(world.build_and_probe().of("alpha"), 1);
}

#[test]
fn an_archive_of_cargos_that_never_reached_the_disk_is_not_published() {
    let twice = Twice::new();
    let made = twice.slot.join("target/release/libalpha.a");
    let mut bytes = fs::read(&made).unwrap();
    let from = bytes.len() / 2;
    bytes[from..].fill(0);
    for (what, bytes) in [("zeros from the middle", &bytes[..]), ("nothing", b"")] {
        // cargo's names of it are one file.
        damage(&made, bytes);
        fs::remove_file(twice.slot.join("stamp")).unwrap();
        twice.assert_mended(what, 2);
    }
}
