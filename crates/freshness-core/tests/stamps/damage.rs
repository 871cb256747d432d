//! A stamp that is not whole is a reason to build, whatever happened to it.

use std::fs;
use std::os::unix::fs::symlink;

use freshness_core::{Reason, Stamp};
use rustix::fs::{CWD, Mode, mkfifoat};

use crate::sample::{self, Slot, VERSION, envelope};

fn bytes() -> Vec<u8> {
    sample::stamp().encode().unwrap()
}

#[test]
fn a_stamp_torn_at_any_length_is_not_believed() {
    let (slot, bytes) = (Slot::new(), bytes());
    for length in 0..bytes.len() {
        let read = slot.read(&bytes[..length]);
        assert!(matches!(read, Err(Reason::StampUnreadable { .. })), "at {length}: {read:?}");
    }
    assert!(slot.read(&bytes).is_ok());
}

#[test]
fn a_stamp_with_any_bit_flipped_is_not_believed() {
    let (slot, bytes) = (Slot::new(), bytes());
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Err(reason) = slot.read(&flipped) else { panic!("bit {bit} was not missed") };
        let in_version = (64..96).contains(&bit);
        let expected = if in_version { "stamp-version" } else { "stamp-unreadable" };
        assert_eq!(reason.code(), expected, "bit {bit}: {reason}");
    }
}

#[test]
fn a_stamp_with_any_byte_more_is_not_believed() {
    let slot = Slot::new();
    for byte in 0..=u8::MAX {
        let mut longer = bytes();
        longer.push(byte);
        assert_eq!(slot.read(&longer).unwrap_err().detail(), "it is torn");
    }
}

#[test]
fn a_payload_with_bytes_left_over_is_not_believed() {
    let mut payload = sample::head_of(&bytes());
    payload.push(0);
    let reason = Slot::new().read(&envelope(VERSION, &payload)).unwrap_err();
    assert_eq!(reason.detail(), "it has trailing bytes");
}

#[test]
fn a_newer_stamp_is_told_from_a_damaged_one() {
    let slot = Slot::new();
    for version in [0, VERSION + 1, u32::MAX] {
        let reason = slot.read(&envelope(version, b"in words of its own")).unwrap_err();
        let problem = format!("stamp format {version}, this program reads {VERSION}");
        assert_eq!(reason, Reason::StampVersion { path: slot.stamp(), problem });
    }
}

#[test]
fn an_input_that_stands_twice_is_not_believed() {
    let mut twice = sample::stamp();
    twice.snapshot.entries.insert(4, twice.snapshot.entries[4].clone());
    twice.evidence.clear();
    let reason = Slot::new().read(&twice.encode().unwrap()).unwrap_err();
    assert_eq!(reason.detail(), "it holds d-link twice");
}

#[test]
fn files_of_others_are_not_stamps() {
    let slot = Slot::new();
    for foreign in [&b"!<arch>\n"[..], &[0; 4096], b"{\"schema\": 1, \"stamp\": true}"] {
        assert_eq!(slot.read(foreign).unwrap_err().detail(), "it is something else");
    }
}

#[test]
fn what_is_no_regular_file_is_no_stamp_and_holds_no_one_up() {
    let slot = Slot::new();
    let code = || Stamp::read(&slot.stamp()).unwrap_err().code();
    mkfifoat(CWD, slot.stamp(), Mode::RUSR | Mode::WUSR).unwrap();
    assert_eq!(code(), "stamp-unreadable");
    fs::remove_file(slot.stamp()).unwrap();

    fs::create_dir(slot.stamp()).unwrap();
    assert_eq!(code(), "stamp-unreadable");
    fs::remove_dir(slot.stamp()).unwrap();

    // Not even a link to a whole stamp: whoever writes stamps renames regular files into place.
    let elsewhere = slot.stamp().with_file_name("elsewhere");
    fs::write(&elsewhere, bytes()).unwrap();
    symlink(&elsewhere, slot.stamp()).unwrap();
    assert_eq!(code(), "stamp-unreadable");
    assert!(Stamp::read(&elsewhere).is_ok());

    fs::write(slot.stamp().with_file_name("file"), "").unwrap();
    let below_a_file = slot.stamp().with_file_name("file").join("stamp");
    assert_eq!(Stamp::read(&below_a_file).unwrap_err().code(), "stamp-unreadable");
}
