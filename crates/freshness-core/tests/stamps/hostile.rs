//! Payloads whose envelope is right and whose inside is not: no panic, no memory for nothing.

use freshness_core::Reason;
use proptest::prelude::*;

use crate::sample::{self, Slot, VERSION, envelope};

/// Fields of a stamp that start with a number; an empty stamp is that many zeros.
const FIELDS: usize = 13;

/// Of these, how many stand before the number of inputs.
const BEFORE_INPUTS: usize = 10;

/// bincode's mark for a number of eight bytes.
const WIDE: u8 = 0xfd;

fn read(payload: &[u8]) -> Result<freshness_core::Stamp, Reason> {
    Slot::new().read(&envelope(VERSION, payload))
}

#[test]
fn the_crafted_payloads_are_one_number_away_from_a_stamp() {
    assert!(read(&[0; FIELDS]).is_ok());
    assert!(read(&[0; FIELDS - 1]).is_err());
}

/// A list of inputs, say, that claims more entries than there is memory: had the claim been
/// believed, allocating would end the process or show in its largest size.
#[cfg(target_os = "linux")]
#[test]
fn claimed_lengths_are_not_allocated() {
    const FOUR_GIB: u64 = 4 << 30;
    let before = largest_size_bytes();
    for field in 0..FIELDS {
        for claim in [u64::MAX, u64::MAX / 2, 1 << 40, FOUR_GIB] {
            let mut payload = vec![0; field];
            payload.push(WIDE);
            payload.extend_from_slice(&claim.to_le_bytes());
            assert_eq!(read(&payload).unwrap_err().code(), "stamp-unreadable", "field {field}");
        }
    }
    let grown = largest_size_bytes() - before;
    assert!(grown < FOUR_GIB / 4, "reading a few bytes took {grown}");
}

#[cfg(target_os = "linux")]
fn largest_size_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap();
    peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn lengths_claimed_inside_an_entry_are_not_believed() {
    // A stamp of one input whose path, and then whose link text, claims to be endless.
    let before = [0; BEFORE_INPUTS];
    let endless = [WIDE, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    let path = [&before[..], &[1], &endless].concat();
    let text = [&before[..], &[1, 1, b'a', 3], &endless].concat();
    for payload in [path, text] {
        assert_eq!(read(&payload).unwrap_err().detail(), "its structure is damaged");
    }
}

#[test]
fn a_kind_that_does_not_exist_is_not_believed() {
    // One input `a`, there, of the kind 6; of the kind 5 it is a device.
    let payload = |kind| [&[0; BEFORE_INPUTS][..], &[1, 1, b'a', 2, kind], &[0; 6 + 2]].concat();
    assert!(read(&payload(5)).is_ok());
    assert_eq!(read(&payload(6)).unwrap_err().detail(), "the stamp names an unknown kind");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_payloads_are_refused_or_mean_something(
        payload in prop::collection::vec(prop_oneof![3 => 0..4_u8, 1 => any::<u8>()], 0..160)
    ) {
        judge(&payload)?;
    }

    #[test]
    fn random_damage_under_a_right_checksum_is_refused_or_means_something(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut payload = sample::stamp().encode().unwrap().split_off(24);
        for (index, byte) in damage {
            let index = index.index(payload.len());
            payload[index] = byte;
        }
        judge(&payload)?;
    }
}

/// Refused with a reason; or a stamp like any other, which can be written and read again.
fn judge(payload: &[u8]) -> Result<(), TestCaseError> {
    match read(payload) {
        Ok(stamp) => {
            let again = Slot::new().read(&stamp.encode().unwrap());
            prop_assert_eq!(again, Ok(stamp));
        }
        Err(reason) => prop_assert_eq!(reason.code(), "stamp-unreadable"),
    }
    Ok(())
}
