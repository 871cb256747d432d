//! What becomes of the archives themselves: as published, and as the original rule has them.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use filetime::FileTime;

use super::scene::{OLD, Scene, remove};
use super::{Event, FRESH, Family, NEWER, Truth, WRONG, original};
use crate::files::{mtime_of, set_mtime};

pub(super) const FAMILY: Family = Family { name: "Outputs", setup: |_| {}, events: EVENTS };

fn each_alpha(scene: &Scene, act: impl Fn(&Path)) {
    for path in scene.alphas() {
        let_write(&path);
        act(&path);
    }
}

/// Lets whoever owns an archive write it, as only user 0 may otherwise.
pub(super) fn let_write(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
}

pub(super) fn cut(path: &Path, length: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

/// Flips a bit in the middle, and puts the time back.
pub(super) fn flip(path: &Path) {
    let (time, mut bytes) = (mtime_of(path), fs::read(path).unwrap());
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    set_mtime(path, time);
}

pub(super) const MISSING: [&str; 5] = ["archive-missing"; 5];
pub(super) const DAMAGED: [&str; 5] =
    ["archive-changed", "archive-changed", "archive-changed", "archive-changed", WRONG];
const THERE: &str = "For the original rule an archive is whatever has the name and is new enough.";

const EVENTS: &[Event] = &[
    Event::new("an archive deleted", Truth::Damaged, |s| each_alpha(s, remove), MISSING),
    Event::new(
        "all archives deleted",
        Truth::Damaged,
        |s| s.published().iter().chain(&original::archives(s)).for_each(|path| remove(path)),
        MISSING,
    ),
    Event::new(
        "an archive truncated to half",
        Truth::Damaged,
        |s| each_alpha(s, |path| cut(path, fs::metadata(path).unwrap().len() / 2)),
        DAMAGED,
    )
    .note(THERE),
    Event::new(
        "an archive truncated to nothing",
        Truth::Damaged,
        |s| each_alpha(s, |path| cut(path, 0)),
        DAMAGED,
    ),
    Event::new(
        "an archive truncated to its first 8 bytes",
        Truth::Damaged,
        |s| each_alpha(s, |path| cut(path, 8)),
        DAMAGED,
    ),
    Event::new(
        "one bit of an archive flipped, time restored",
        Truth::Damaged,
        |s| {
            each_alpha(s, flip);
        },
        DAMAGED,
    ),
    Event::new(
        "bytes appended to an archive",
        Truth::Damaged,
        |s| {
            each_alpha(s, |path| {
                let mut bytes = fs::read(path).unwrap();
                bytes.extend(b"more");
                fs::write(path, bytes).unwrap();
            });
        },
        DAMAGED,
    ),
    Event::new(
        "an archive replaced by a link to another",
        Truth::Damaged,
        |s| {
            let others = [s.published().remove(0), original::archives(s)[0].clone()];
            for (path, other) in s.alphas().iter().zip(others) {
                remove(path);
                symlink(other, path).unwrap();
            }
        },
        DAMAGED,
    ),
    Event::new(
        "an archive replaced by a directory",
        Truth::Damaged,
        |s| {
            each_alpha(s, |path| {
                remove(path);
                fs::create_dir(path).unwrap();
            });
        },
        DAMAGED,
    ),
    Event::new(
        "an archive stripped in place",
        Truth::Damaged,
        |s| each_alpha(s, |path| s.run("strip", &["--strip-debug", path.to_str().unwrap()])),
        DAMAGED,
    ),
    Event::new(
        "two archives swapped",
        Truth::Damaged,
        |s| {
            let ours = s.published();
            for pair in [&ours[..], &original::archives(s)[..]] {
                let aside = pair[0].with_extension("aside");
                fs::rename(&pair[0], &aside).unwrap();
                fs::rename(&pair[1], &pair[0]).unwrap();
                fs::rename(&aside, &pair[1]).unwrap();
            }
        },
        DAMAGED,
    ),
    Event::new(
        "an archive touched",
        Truth::Same,
        |s| each_alpha(s, |path| set_mtime(path, FileTime::now())),
        [FRESH; 5],
    ),
    Event::new(
        "an archive dated long ago",
        Truth::Same,
        |s| each_alpha(s, |path| set_mtime(path, OLD)),
        [FRESH, FRESH, FRESH, FRESH, NEWER],
    ),
];
