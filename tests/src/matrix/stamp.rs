//! What becomes of the record: both stamps meet the same fate.

use std::fs;
use std::path::Path;

use super::scene::{Scene, remove};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth};

pub(super) const FAMILY: Family = Family { name: "Stamp", setup: |_| {}, events: EVENTS };

/// Gives both stamps other bytes.
fn rewrite(scene: &Scene, damage: impl Fn(&mut Vec<u8>)) {
    scene.stamps().iter().for_each(|stamp| rewrite_one(stamp, &damage));
}

fn rewrite_one(stamp: &Path, damage: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(stamp).unwrap();
    damage(&mut bytes);
    fs::write(stamp, bytes).unwrap();
}

/// At so many places the stamp is damaged, all of its envelope among them; none may be called fresh.
/// The last damage stays, for the row to be judged by.
fn sweep(scene: &Scene, damage: impl Fn(&mut Vec<u8>, usize)) {
    let [ours, _] = scene.stamps();
    let whole = fs::read(&ours).unwrap();
    let step = whole.len().div_ceil(100);
    for place in (0..32).chain((32..whole.len()).step_by(step)) {
        let mut bytes = whole.clone();
        damage(&mut bytes, place);
        fs::write(&ours, bytes).unwrap();
        let reasons = scene.freshness("check", "hash/changed").run().reasons();
        let doubted = !reasons.is_empty() && reasons.iter().all(|r| r.starts_with("stamp-"));
        assert!(doubted, "at byte {place} of {}: {reasons:?}", whole.len());
    }
    fs::write(&ours, &whole).unwrap();
    rewrite(scene, |bytes| damage(bytes, bytes.len() / 2));
}

const UNREADABLE: [&str; 5] = [
    "stamp-unreadable",
    "stamp-unreadable",
    "stamp-unreadable",
    "stamp-unreadable",
    "profile-changed",
];

const EVENTS: &[Event] = &[
    Event::new(
        "the stamp deleted",
        Truth::Unvouched,
        |s| s.stamps().iter().for_each(|stamp| remove(stamp)),
        ["no-stamp"; 5],
    ),
    Event::new(
        "the stamp torn at each byte of its envelope and 100 others",
        Truth::Unvouched,
        |s| sweep(s, Vec::truncate),
        UNREADABLE,
    ),
    Event::new(
        "a bit of the stamp flipped in each byte of its envelope and 100 others",
        Truth::Unvouched,
        |s| sweep(s, |bytes, place| bytes[place] ^= 1 << (place % 8)),
        UNREADABLE,
    ),
    Event::new(
        "bytes appended to the stamp",
        Truth::Unvouched,
        |s| rewrite(s, |bytes| bytes.extend(b"more")),
        UNREADABLE,
    ),
    Event::new(
        "something else in the stamp's place",
        Truth::Unvouched,
        |s| rewrite(s, |bytes| *bytes = b"something else ".repeat(20)),
        UNREADABLE,
    ),
    Event::new(
        "the stamp of another version",
        Truth::Unvouched,
        |s| rewrite(s, |bytes| bytes[8] = bytes[8].wrapping_add(1)),
        ["stamp-version", "stamp-version", "stamp-version", "stamp-version", "profile-changed"],
    ),
    Event::new(
        "a stamp that claims to be huge",
        Truth::Unvouched,
        |s| rewrite(s, |bytes| bytes[12..20].fill(0x7f)),
        UNREADABLE,
    ),
    Event::new(
        "a directory in the stamp's place",
        Truth::Unvouched,
        |s| {
            for stamp in s.stamps() {
                remove(&stamp);
                fs::create_dir(stamp).unwrap();
            }
        },
        [
            "stamp-unreadable",
            "stamp-unreadable",
            "stamp-unreadable",
            "stamp-unreadable",
            "no-stamp",
        ],
    ),
    Event::new(
        "the stamp of another slot",
        Truth::Unvouched,
        |s| {
            let [ours, original] = s.stamps();
            s.set_profile("features = [\"gamma/extra\"]\n");
            let _ = s.build_and_probe();
            fs::copy(s.slot().join("stamp"), ours).unwrap();
            fs::write(original, s.profile.borrow().as_str()).unwrap();
            s.set_profile("");
        },
        ["profile-changed"; 5],
    ),
    Event::new(
        "the stamp of an earlier build put back",
        Truth::Changed(&[("alpha", 2)]),
        |s| {
            let [ours, _] = s.stamps();
            let earlier = fs::read(&ours).unwrap();
            s.world.set("alpha", 2);
            let _ = s.build_and_probe();
            fs::write(ours, earlier).unwrap();
        },
        [CHANGED, NEWER, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "the record of what cargo saw deleted",
        Truth::Same,
        |s| remove(&s.slot().join("cargo-saw")),
        [FRESH; 5],
    ),
    Event::new(
        "the lock's file deleted",
        Truth::Same,
        |s| remove(&s.slot().join("lock")),
        [FRESH; 5],
    ),
];
