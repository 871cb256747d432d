//! What every reason says, as text.
//!
//! All of them stand in one snapshot, so that a change of wording is read beside its neighbours. A
//! variant that is not listed here does not compile: [`sample`] matches all of them.

use std::path::{Path, PathBuf};

use freshness_core::verdict::EnvChange;
use freshness_core::{Change, InputPath, Kind, Reason, Timestamp, Verdict};

const WAS: Timestamp = Timestamp { secs: 1_700_000_000, nanos: 250 };
const IS: Timestamp = Timestamp { secs: 1_700_000_060, nanos: 0 };

fn input(path: &str) -> InputPath {
    InputPath::new(Path::new("/ws"), Path::new(path))
}

fn changed(change: Change) -> Reason {
    Reason::InputChanged { path: input("src/lib.rs"), change }
}

fn env(change: EnvChange) -> Reason {
    Reason::EnvChanged { name: "RUSTFLAGS".into(), change }
}

/// The samples of one variant; the match makes the list complete.
fn sample(variant: &Reason) -> Vec<Reason> {
    match variant {
        Reason::EnvChanged { .. } => {
            [EnvChange::Unset, EnvChange::Set, EnvChange::Value].map(env).into()
        }
        Reason::InputChanged { .. } => changes().into_iter().map(changed).collect(),
        Reason::ToolchainChanged { problem, .. } => {
            vec![variant.clone(), Reason::ToolchainChanged { path: None, problem: problem.clone() }]
        }
        Reason::NoStamp { .. }
        | Reason::StampUnreadable { .. }
        | Reason::StampVersion { .. }
        | Reason::ProfileChanged { .. }
        | Reason::InputAdded { .. }
        | Reason::InputRemoved { .. }
        | Reason::InputNewer { .. }
        | Reason::InputUnreadable { .. }
        | Reason::ChangedDuringBuild { .. }
        | Reason::ArchiveMissing { .. }
        | Reason::ArchiveChanged { .. }
        | Reason::CommandChanged { .. }
        | Reason::OutputMissing { .. }
        | Reason::OutputChanged { .. }
        | Reason::Forced { .. } => vec![variant.clone()],
    }
}

fn changes() -> Vec<Change> {
    let kinds = [Kind::File, Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device];
    let mut changes: Vec<Change> = kinds
        .into_iter()
        .zip(kinds.into_iter().cycle().skip(1))
        .map(|(was, is)| Change::Kind { was, is })
        .collect();
    changes.extend([
        Change::Length { was: 10, is: 11 },
        Change::LinkText { was: "a.rs".into(), is: "../b.rs".into() },
        Change::LinkTarget { leads_somewhere: true },
        Change::LinkTarget { leads_somewhere: false },
        Change::Content,
        Change::Mtime { was: WAS, is: IS },
        Change::Ctime { was: WAS, is: IS },
        Change::Inode,
        Change::Racy,
    ]);
    changes
}

/// One of each variant, in the order of their declaration.
fn variants() -> Vec<Reason> {
    let stamp = || PathBuf::from("/ws/target/freshness/0123/stamp");
    let archive = || PathBuf::from("/ws/target/freshness/0123/archives/45/liba.a");
    vec![
        Reason::NoStamp { path: stamp() },
        Reason::StampUnreadable { path: stamp(), problem: "the stamp is torn".into() },
        Reason::StampVersion { path: stamp(), problem: "stamp format 2, not 1".into() },
        Reason::ProfileChanged { field: "panic".into(), was: "unwind".into(), is: "abort".into() },
        Reason::ToolchainChanged {
            path: Some("/opt/rust/bin/rustc".into()),
            problem: "another length".into(),
        },
        env(EnvChange::Value),
        Reason::InputAdded { path: input("src/new.rs") },
        Reason::InputRemoved { path: input("src/old.rs") },
        changed(Change::Content),
        Reason::InputNewer { path: input("src/lib.rs"), mtime: IS, cutoff: WAS },
        Reason::InputUnreadable { path: input("/etc/key"), problem: "Permission denied".into() },
        Reason::ChangedDuringBuild { path: input("src/lib.rs") },
        Reason::ArchiveMissing { path: archive() },
        Reason::ArchiveChanged { path: archive(), problem: "length was 8, is 0 bytes".into() },
        Reason::CommandChanged { path: None, problem: "was make, is ninja".into() },
        Reason::OutputMissing { path: "/ws/gen/table.rs".into() },
        Reason::OutputChanged {
            path: "/ws/gen/table.rs".into(),
            problem: "length was 8, is 0 bytes".into(),
        },
        Reason::Forced { by: "--force".into() },
    ]
}

#[test]
fn every_reason_names_its_culprit_in_words() {
    let all: Vec<String> =
        variants().iter().flat_map(sample).map(|reason| reason.to_string()).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn codes_are_those_that_scripts_know() {
    let codes: Vec<&str> = variants().iter().map(Reason::code).collect();
    let documented = [
        "no-stamp",
        "stamp-unreadable",
        "stamp-version",
        "profile-changed",
        "toolchain-changed",
        "env-changed",
        "input-added",
        "input-removed",
        "input-changed",
        "input-newer",
        "input-unreadable",
        "changed-during-build",
        "archive-missing",
        "archive-changed",
        "command-changed",
        "output-missing",
        "output-changed",
        "forced",
    ];
    assert_eq!(codes, documented);
}

#[test]
fn a_reason_about_a_path_gives_it_apart_from_its_words() {
    for reason in variants().iter().flat_map(sample) {
        let Some(path) = reason.path() else {
            assert_eq!(reason.to_string(), format!("{}: {}", reason.code(), reason.detail()));
            continue;
        };
        let path = path.to_str().expect("the samples are UTF-8");
        assert!(!reason.detail().contains(path), "{reason}");
        assert_eq!(reason.to_string(), format!("{} {path}: {}", reason.code(), reason.detail()));
    }
}

#[test]
fn no_text_of_others_reaches_the_terminal_as_it_is() {
    let text = || "a\n\x1b[2J\u{202e}b".to_owned();
    let path = || InputPath::new(Path::new("/ws"), Path::new(&text()));
    let disturbing = [
        Reason::StampUnreadable { path: text().into(), problem: text() },
        Reason::StampVersion { path: text().into(), problem: text() },
        Reason::ProfileChanged { field: text(), was: text(), is: text() },
        Reason::ToolchainChanged { path: Some(text().into()), problem: text() },
        Reason::EnvChanged { name: text(), change: EnvChange::Set },
        Reason::InputUnreadable { path: path(), problem: text() },
        Reason::InputChanged { path: path(), change: Change::LinkText { was: text(), is: text() } },
        Reason::ArchiveChanged { path: text().into(), problem: text() },
        Reason::Forced { by: text() },
    ];
    for reason in disturbing {
        let shown = reason.to_string();
        assert!(!shown.contains(['\n', '\x1b', '\u{202e}']), "{shown:?}");
        assert!(shown.contains("a\\x0a\\x1b[2J\\u{202e}b"), "{shown:?}");
    }
}

#[test]
fn a_verdict_is_fresh_exactly_when_nothing_speaks_against_it() {
    let fresh = Verdict::default();
    assert!(fresh.is_fresh());
    assert_eq!(fresh.word(), "fresh");
    let stale = Verdict { reasons: vec![changed(Change::Content)] };
    assert!(!stale.is_fresh());
    assert_eq!(stale.word(), "stale");
}

#[test]
fn times_read_as_decimal_seconds_on_both_sides_of_the_epoch() {
    let shown = |secs, nanos| Timestamp { secs, nanos }.to_string();
    assert_eq!(shown(0, 0), "0.000000000");
    assert_eq!(shown(1_700_000_000, 250), "1700000000.000000250");
    assert_eq!(shown(-5, 0), "-5.000000000");
    // A second and a half before the epoch, which the kernel gives as -2 s and 500,000,000 ns.
    assert_eq!(shown(-2, 500_000_000), "-1.500000000");
    assert_eq!(shown(-1, 999_999_999), "-0.000000001");
    // A damaged record may hold what no kernel gives: shown somehow, without a panic.
    assert_ne!(shown(i64::MIN, u32::MAX), shown(i64::MAX, u32::MAX));
}
