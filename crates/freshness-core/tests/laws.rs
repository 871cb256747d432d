//! The trial of strategies finds those that break a law, and says which.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

use std::sync::atomic::{AtomicU64, Ordering};

use freshness_core::strategy::{Difference, Finding, Known, Subject};
use freshness_core::{Change, FreshnessStrategy, StrategyId, Work, laws};

/// A strategy that does nothing but what its function says.
struct Made {
    evidence_bytes: usize,
    observe: fn(&mut [u8]),
    is_fresh: fn(&Subject<'_>, &Known<'_>) -> bool,
}

impl FreshnessStrategy for Made {
    fn id(&self) -> StrategyId {
        StrategyId { name: "made", option: "up", evidence_version: 1 }
    }

    fn evidence_bytes(&self) -> usize {
        self.evidence_bytes
    }

    fn observe_one(&self, _: Subject<'_>, _: Option<Known<'_>>, out: &mut [u8], _: &mut Work) {
        (self.observe)(out);
    }

    fn assess_one(&self, input: Subject<'_>, recorded: Known<'_>, _: &mut Work) -> Finding {
        let fresh = (self.is_fresh)(&input, &recorded);
        let difference = (!fresh).then_some(Difference::Changed(Change::Content));
        Finding { difference, outdated: false }
    }
}

const MADE: Made = Made { evidence_bytes: 0, observe: |_| {}, is_fresh: by_stat };

/// Lawful: nothing but an equal stat that is not racy is believed.
fn by_stat(input: &Subject<'_>, recorded: &Known<'_>) -> bool {
    input.state == recorded.state && !recorded.is_racy()
}

/// The laws that it breaks, each once.
#[track_caller]
fn broken(strategy: &dyn FreshnessStrategy) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let broken = laws::broken(strategy, dir.path()).unwrap();
    let law = |line: &String| line.split(": ").nth(1).unwrap().to_owned();
    let mut laws: Vec<String> = broken.iter().map(law).collect();
    laws.dedup();
    laws
}

#[test]
fn a_lawful_one_breaks_none() {
    assert_eq!(broken(&MADE), [""; 0]);
}

#[test]
fn one_that_believes_everything_is_found_out() {
    let credulous = Made { is_fresh: |_, _| true, ..MADE };
    let expected = [
        "an edit that moves the modification time is told",
        "what is racy is not believed by its stat",
    ];
    assert_eq!(broken(&credulous), expected);
}

#[test]
fn one_that_believes_a_racy_stat_is_found_out() {
    let hasty = Made { is_fresh: |input, recorded| input.state == recorded.state, ..MADE };
    assert_eq!(broken(&hasty), ["what is racy is not believed by its stat"]);
}

#[test]
fn one_that_believes_nothing_is_found_out() {
    let doubting = Made { is_fresh: |_, _| false, ..MADE };
    assert_eq!(broken(&doubting), ["what was just observed is fresh"]);
}

#[test]
fn one_that_asks_for_evidence_and_does_not_look_at_it_is_found_out() {
    let careless = Made { evidence_bytes: 8, observe: |out| out.fill(1), ..MADE };
    assert_eq!(broken(&careless), ["a file without evidence is not fresh"]);
}

#[test]
fn one_whose_evidence_depends_on_when_it_is_asked_is_found_out() {
    static ASKED: AtomicU64 = AtomicU64::new(1);
    let fickle = Made {
        evidence_bytes: 8,
        observe: |out| out.copy_from_slice(&ASKED.fetch_add(1, Ordering::Relaxed).to_le_bytes()),
        is_fresh: |input, recorded| {
            by_stat(input, recorded) && recorded.evidence.iter().any(|byte| *byte != 0)
        },
    };
    let expected = [
        "reusing an earlier record gives the evidence of looking at everything",
        "nothing depends on the number of threads",
    ];
    assert_eq!(broken(&fickle), expected);
}

#[test]
fn a_directory_that_is_not_there_is_an_error_and_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(laws::broken(&MADE, &file).is_err());
}
