//! Payloads whose envelope is right and whose inside is not: no panic, no memory for nothing.

use freshness_core::Reason;
use proptest::prelude::*;

use crate::sample::{self, Slot, VERSION, envelope};

/// Fields of a stamp that start with a number, or may be left out; an empty stamp is that many zeros.
const FIELDS: usize = 23;

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
fn lengths_claimed_inside_the_table_are_not_believed() {
    // The directory's length; with none, its flags and the number of its inputs; then an input whose text
    // claims to be endless.
    let endless = u32::MAX.to_le_bytes();
    let directory = endless.to_vec();
    let count = [&[0; 4 + 1][..], &endless].concat();
    let others = [&[0; 4][..], &[1], &endless].concat();
    let text = [&[0; 4 + 1][..], &[1, 0, 0, 0, 8, 0, 0, 1, b'a'], &endless].concat();
    for table in [directory, count, others, text] {
        // As an empty stamp, but for the number of inputs, of chunks, and the length and checksum of one.
        let length = u8::try_from(table.len()).unwrap();
        let sum = crc32fast::hash(&table).to_le_bytes();
        let head = [&[0; FIELDS - 2][..], &[1, 1, length, 0xfc], &sum].concat();
        let stamp = [&envelope(VERSION, &head)[..], &table].concat();
        let reason = Slot::new().read(&stamp).unwrap_err();
        assert_eq!(reason.detail(), "its structure is damaged", "{table:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_payloads_are_refused_or_mean_something(
        payload in prop::collection::vec(prop_oneof![3 => 0..4_u8, 1 => any::<u8>()], 0..160)
    ) {
        judge(&envelope(VERSION, &payload))?;
    }

    #[test]
    fn random_damage_under_a_right_checksum_is_refused_or_means_something(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let bytes = sample::stamp().encode().unwrap();
        let mut payload = sample::head_of(&bytes);
        let table = &bytes[24 + payload.len()..];
        for (index, byte) in damage {
            let index = index.index(payload.len());
            payload[index] = byte;
        }
        judge(&[&envelope(VERSION, &payload), table].concat())?;
    }

    #[test]
    fn random_damage_of_the_table_under_a_right_checksum_is_refused_or_means_something(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let bytes = sample::stamp().encode().unwrap();
        let mut head = sample::head_of(&bytes);
        let mut table = bytes[24 + head.len()..].to_vec();
        let sum = crc32fast::hash(&table).to_le_bytes();
        prop_assert!(head.ends_with(&sum), "the table has one chunk, and its checksum ends the head");
        for (index, byte) in damage {
            let index = index.index(table.len());
            table[index] = byte;
        }
        let start = head.len() - sum.len();
        head[start..].copy_from_slice(&crc32fast::hash(&table).to_le_bytes());
        judge(&[&envelope(VERSION, &head), &table[..]].concat())?;
    }
}

/// Refused with a reason; or a stamp like any other, which can be written and read again.
fn judge(bytes: &[u8]) -> Result<(), TestCaseError> {
    match Slot::new().read(bytes) {
        Ok(stamp) => {
            let written = stamp.encode().unwrap();
            let again = Slot::new().read(&written).unwrap();
            prop_assert_eq!(again.encode().unwrap(), written);
        }
        Err(reason) => prop_assert_eq!(reason.code(), "stamp-unreadable"),
    }
    Ok(())
}
