//! What a build writes is what the next one reads.

use freshness_core::{
    Head, InputPath, Kind, Lists, Meta, Reason, Snapshot, Stamp, State, StrategyId, Target,
    Timestamp,
};
use proptest::prelude::*;

use crate::sample::{self, Slot, bytes_path};

fn id(name: &'static str, evidence_version: u32) -> StrategyId {
    StrategyId { name, option: "any", evidence_version }
}

#[test]
fn a_stamp_with_every_variant_is_read_as_written() {
    let stamp = sample::stamp();
    let bytes = stamp.encode().unwrap();
    let read = Slot::new().read(&bytes).unwrap();
    assert_eq!(read, stamp);
    // Paths compare by their components; the bytes say more.
    assert_eq!(read.encode().unwrap(), bytes);
}

#[test]
fn an_empty_stamp_is_read_as_written() {
    let stamp = empty(Vec::new());
    assert_eq!(Slot::new().read(&stamp.encode().unwrap()).unwrap(), stamp);
}

#[test]
fn a_stamp_of_many_short_absences_is_read_back() {
    // Each takes five bytes on disk and thirty times that in memory: the reader's guard against
    // claims beyond what is there must not mistake it for one.
    let letters = || (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').map(char::from);
    let names =
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    let mut paths: Vec<InputPath> = names
        .take(12_000)
        .map(|name| InputPath::from_recorded(name.iter().collect::<String>().into()))
        .collect();
    paths.sort();
    let stamp = empty(paths.into_iter().map(|path| (path, State::Absent)).collect());
    let bytes = stamp.encode().unwrap();
    assert_eq!(Slot::new().read(&bytes), Ok(stamp));
}

#[test]
fn evidence_is_found_by_name_and_version() {
    let stamp = sample::stamp();
    let recorded = stamp.recorded(id("hash", 1)).unwrap();
    assert_eq!(recorded.evidence, stamp.evidence[0].bytes);
    assert_eq!(recorded.cutoff, stamp.head.cutoff);
    assert_eq!(recorded.snapshot, &stamp.snapshot);
    assert!(stamp.recorded(id("mtime", 1)).is_some_and(|r| r.evidence.is_empty()));
    assert!(stamp.recorded(id("hash", 2)).is_none());
    assert!(stamp.recorded(id("size", 1)).is_none());
}

#[test]
fn a_missing_stamp_is_a_reason_of_its_own() {
    let path = Slot::new().stamp();
    assert_eq!(Stamp::read(&path), Err(Reason::NoStamp { path: path.clone() }));
}

fn empty(entries: Vec<(InputPath, State)>) -> Stamp {
    Stamp {
        head: Head::default(),
        specs: Vec::new(),
        lists: Lists { found: vec![false; entries.len()], complete: true, ..Lists::default() },
        snapshot: Snapshot { root: "/".into(), entries },
        evidence: Vec::new(),
    }
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (any::<i64>(), any::<u32>()).prop_map(|(secs, nanos)| Timestamp { secs, nanos })
}

fn any_meta() -> impl Strategy<Value = Meta> {
    let kinds = [Kind::File, Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device];
    (prop::sample::select(kinds.to_vec()), any::<u64>(), any_time(), any_time(), any::<u64>())
        .prop_map(|(kind, len, mtime, ctime, inode)| Meta { kind, len, mtime, ctime, inode })
}

fn any_state() -> impl Strategy<Value = State> {
    let target = prop_oneof![
        Just(Target::Nowhere),
        any::<String>().prop_map(Target::Unreadable),
        any_meta().prop_map(Target::There),
    ];
    let link = (any::<Vec<u8>>(), any_meta(), target).prop_map(|(text, own, target)| State::Link {
        text: bytes_path(&text).into_os_string(),
        own: Meta { kind: Kind::Link, ..own },
        target,
    });
    prop_oneof![
        Just(State::Absent),
        any::<String>().prop_map(State::Unreadable),
        any_meta().prop_map(State::Here),
        link,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_inputs_are_read_as_written(
        inputs in prop::collection::btree_map(any::<Vec<u8>>(), any_state(), 0..8),
        cutoff in any_time(),
        generation in any::<u64>(),
    ) {
        let recorded = |bytes: Vec<u8>| InputPath::from_recorded(bytes_path(&bytes));
        let entries = inputs.into_iter().map(|(path, state)| (recorded(path), state)).collect();
        let head = Head { cutoff, generation, ..Head::default() };
        let stamp = Stamp { head, ..empty(entries) };
        let bytes = stamp.encode().unwrap();
        let read = Slot::new().read(&bytes).unwrap();
        prop_assert_eq!(read.encode().unwrap(), bytes);
        prop_assert_eq!(read, stamp);
    }
}
