//! The two rules, over recorded values: no file is touched, so every time is exactly as it stands here.

use freshness_core::{
    Assessment, FreshnessStrategy, InputPath, Kind, Meta, Recorded, Snapshot, State, Target,
    Timestamp, Work,
};
use strategy_mtime::{MtimeStrategy, Rule};

const RECORDED: MtimeStrategy = MtimeStrategy { rule: Rule::Recorded };
const NEWER_THAN: MtimeStrategy = MtimeStrategy { rule: Rule::NewerThan };
const BOTH: [MtimeStrategy; 2] = [RECORDED, NEWER_THAN];

const CUTOFF: Timestamp = at(100, 5);

const fn at(secs: i64, nanos: u32) -> Timestamp {
    Timestamp { secs, nanos }
}

/// A file that changed well before the cut-off.
const FILE: Meta = Meta { kind: Kind::File, len: 3, mtime: at(50, 0), ctime: at(60, 0), inode: 7 };
const LINK: Meta = Meta { kind: Kind::Link, ..FILE };
const DIRECTORY: Meta = Meta { kind: Kind::Directory, ..FILE };
const FIFO: Meta = Meta { kind: Kind::Fifo, ..FILE };

fn link(own: Meta, target: Target) -> State {
    State::Link { text: "to".into(), own, target }
}

fn snapshot<const N: usize>(entries: [(&str, State); N]) -> Snapshot {
    let entries = entries.map(|(path, state)| (InputPath::from_recorded(path.into()), state));
    Snapshot { root: "/ws".into(), entries: entries.into() }
}

fn assess(strategy: MtimeStrategy, then: &Snapshot, now: &Snapshot) -> Assessment {
    strategy.assess(now, Recorded { snapshot: then, cutoff: CUTOFF, evidence: &[] })
}

/// What `strategy` says of one input.
fn said(strategy: MtimeStrategy, then: State, now: State) -> String {
    let found = assess(strategy, &snapshot([("a", then)]), &snapshot([("a", now)]));
    found.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn recorded_compares_each_time_and_the_inode_for_inequality() {
    let rows = [
        (Meta { mtime: at(51, 0), ..FILE }, "mtime was 50.000000000, is 51.000000000"),
        (Meta { mtime: at(49, 0), ..FILE }, "mtime was 50.000000000, is 49.000000000"),
        (Meta { mtime: at(50, 1), ..FILE }, "mtime was 50.000000000, is 50.000000001"),
        (Meta { mtime: at(-1, 0), ..FILE }, "mtime was 50.000000000, is -1.000000000"),
        (Meta { ctime: at(60, 1), ..FILE }, "ctime was 60.000000000, is 60.000000001"),
        (Meta { ctime: at(59, 0), ..FILE }, "ctime was 60.000000000, is 59.000000000"),
        (Meta { inode: 8, ..FILE }, "another inode has its name"),
    ];
    for (now, words) in rows {
        let there = said(RECORDED, State::Here(FILE), State::Here(now));
        assert_eq!(there, format!("input-changed a: {words}"));
        let behind = |meta| link(LINK, Target::There(meta));
        assert_eq!(said(RECORDED, behind(FILE), behind(now)), format!("input-changed a: {words}"));
        assert_eq!(said(NEWER_THAN, State::Here(FILE), State::Here(now)), "", "{words}");
    }
    assert_eq!(said(RECORDED, State::Here(FILE), State::Here(FILE)), "");
}

#[test]
fn recorded_compares_the_link_itself_as_well() {
    let leads = |own| link(own, Target::There(FILE));
    let replaced = Meta { inode: 8, ..LINK };
    let same_text = said(RECORDED, leads(LINK), leads(replaced));
    assert_eq!(same_text, "input-changed a: another inode has its name");
    let dangling = |own| link(own, Target::Nowhere);
    let same_text = said(RECORDED, dangling(LINK), dangling(replaced));
    assert_eq!(same_text, "input-changed a: another inode has its name");
    assert_eq!(said(RECORDED, dangling(LINK), dangling(LINK)), "");
}

#[test]
fn recorded_does_not_believe_a_record_that_a_write_could_hide_behind() {
    let racy = |ctime| State::Here(Meta { ctime, ..FILE });
    let words = "input-changed a: written too close to the last look to be told apart by times";
    assert_eq!(said(RECORDED, racy(CUTOFF), racy(CUTOFF)), words);
    assert_eq!(said(RECORDED, racy(at(101, 0)), racy(at(101, 0))), words);
    assert_eq!(said(RECORDED, racy(at(100, 4)), racy(at(100, 4))), "");
    let behind = |ctime| link(LINK, Target::There(Meta { ctime, ..FILE }));
    assert_eq!(said(RECORDED, behind(CUTOFF), behind(CUTOFF)), words);
}

#[test]
fn recorded_does_not_believe_a_record_of_a_file_system_that_keeps_too_little() {
    for poor in [Meta { inode: 0, ..FILE }, Meta { ctime: at(0, 0), ..FILE }] {
        assert!(!poor.is_telling());
        let found = said(RECORDED, State::Here(poor), State::Here(poor));
        assert!(found.starts_with("input-changed a: "), "{poor:?}: {found:?}");
        let behind = || link(LINK, Target::There(poor));
        assert_ne!(said(RECORDED, behind(), behind()), "", "{poor:?}");
        assert_eq!(
            said(NEWER_THAN, State::Here(poor), State::Here(poor)),
            "",
            "it asks for mtime only"
        );
    }
}

#[test]
fn recorded_believes_a_date_in_the_future_that_is_older_than_the_cut_off() {
    let future = || State::Here(Meta { mtime: at(4_102_444_800, 0), ..FILE });
    assert_eq!(said(RECORDED, future(), future()), "");
    assert_eq!(
        said(NEWER_THAN, future(), future()),
        "input-newer a: modified at 4102444800.000000000, at or after the last build began \
         (100.000000005)"
    );
}

#[test]
fn newer_than_is_stale_from_the_cut_off_on() {
    let dated = |mtime| State::Here(Meta { mtime, ..FILE });
    let is_stale = |state: State| !said(NEWER_THAN, State::Here(FILE), state).is_empty();
    assert!(!is_stale(dated(at(100, 4))));
    assert!(is_stale(dated(CUTOFF)));
    assert!(is_stale(dated(at(100, 6))));
    assert!(is_stale(dated(at(101, 0))));
    assert!(!is_stale(dated(at(99, 999_999_999))));
    assert!(!is_stale(dated(at(-1, 999_999_999))));
}

#[test]
fn newer_than_looks_at_the_link_and_at_the_file_behind_it() {
    let new = |meta| Meta { mtime: at(101, 0), ..meta };
    let old = || link(LINK, Target::There(FILE));
    let words = "input-newer a: modified at 101.000000000, at or after the last build began \
                 (100.000000005)";
    assert_eq!(said(NEWER_THAN, old(), old()), "");
    assert_eq!(said(NEWER_THAN, old(), link(new(LINK), Target::There(FILE))), words);
    assert_eq!(said(NEWER_THAN, old(), link(LINK, Target::There(new(FILE)))), words);
    let dangling = || link(new(LINK), Target::Nowhere);
    assert_eq!(said(NEWER_THAN, dangling(), dangling()), words);
}

#[test]
fn times_of_what_has_no_content_say_nothing() {
    for meta in [DIRECTORY, FIFO, Meta { kind: Kind::Socket, ..FILE }] {
        let moved = Meta { mtime: at(200, 0), ctime: at(200, 0), inode: 8, len: 4096, ..meta };
        for strategy in BOTH {
            assert_eq!(said(strategy, State::Here(meta), State::Here(moved)), "");
            let behind = |meta| link(LINK, Target::There(meta));
            assert_eq!(said(strategy, behind(meta), behind(moved)), "");
        }
    }
    for strategy in BOTH {
        assert_eq!(said(strategy, State::Absent, State::Absent), "");
    }
}

#[test]
fn what_cannot_be_looked_at_is_stale_by_either_rule() {
    let guarded = || State::Unreadable("Permission denied".into());
    for strategy in BOTH {
        let words = "input-unreadable a: cannot be read: Permission denied";
        assert_eq!(said(strategy, State::Here(FILE), guarded()), words);
        assert_eq!(said(strategy, guarded(), guarded()), words);
        let behind = || link(LINK, Target::Unreadable("Permission denied".into()));
        assert_eq!(said(strategy, behind(), behind()), words);
        let now_seen = said(strategy, guarded(), State::Here(FILE));
        assert_eq!(now_seen, "input-changed a: content differs");
    }
}

#[test]
fn reasons_of_lists_and_of_times_come_in_one_order() {
    let newer = Meta { mtime: at(101, 0), ..FILE };
    let longer = Meta { len: 4, ..FILE };
    let here = State::Here;
    let then = snapshot([
        ("/out", here(FILE)),
        ("a-b", here(FILE)),
        ("a/b", here(FILE)),
        ("b", here(FILE)),
        ("d", here(FILE)),
    ]);
    let now = snapshot([
        ("/out", here(newer)),
        ("a-b", here(longer)),
        ("a/b", here(newer)),
        ("c", here(newer)),
        ("d", here(newer)),
    ]);
    for (strategy, timed) in [(RECORDED, "input-changed"), (NEWER_THAN, "input-newer")] {
        let found = assess(strategy, &then, &now);
        let codes: Vec<_> = found.reasons.iter().map(|r| (r.path(), r.code())).collect();
        let expected = [
            ("/out", timed),
            ("a-b", "input-changed"),
            ("a/b", timed),
            ("b", "input-removed"),
            ("c", "input-added"),
            ("d", timed),
        ];
        assert_eq!(codes, expected.map(|(path, code)| (Some(path.as_ref()), code)));
    }
}

#[test]
fn a_rule_that_read_nothing_never_offers_to_renew_the_record() {
    // newer-than would call the edit of `a` fresh: renewing the record then would teach every other
    // strategy to believe it too.
    let edited = Meta { mtime: at(40, 0), ctime: at(200, 0), ..FILE };
    let then = snapshot([("a", State::Here(FILE)), ("d", State::Here(DIRECTORY))]);
    let moved = Meta { mtime: at(200, 0), ..DIRECTORY };
    let now = snapshot([("a", State::Here(edited)), ("d", State::Here(moved))]);
    let found = assess(NEWER_THAN, &then, &now);
    assert_eq!(found.reasons, [], "the documented blind spot");
    assert!(!found.outdated);
    assert!(!assess(RECORDED, &then, &now).outdated);
}

#[test]
fn nothing_is_read_and_every_stat_is_counted() {
    let now = snapshot([
        ("a", State::Here(FILE)),
        ("b", link(LINK, Target::There(FILE))),
        ("c", State::Absent),
        ("d", link(LINK, Target::Nowhere)),
    ]);
    let work = Work { inputs: 4, stats: 6, ..Work::default() };
    for strategy in BOTH {
        let observed = strategy.observe(&now, None);
        assert_eq!((observed.evidence, observed.work), (Vec::new(), work));
        let found = assess(strategy, &now, &now);
        assert_eq!((found.reasons, found.work), (Vec::new(), work));
    }
}

#[test]
fn the_rules_name_themselves_and_share_their_evidence() {
    let names = BOTH.map(|strategy| strategy.id().to_string());
    assert_eq!(names, ["mtime/recorded", "mtime/newer-than"]);
    assert_eq!(RECORDED.id().evidence_version, NEWER_THAN.id().evidence_version);
    assert_eq!(MtimeStrategy::default().id(), RECORDED.id());
    assert!(BOTH.iter().all(|strategy| !strategy.reads_always()));
}
