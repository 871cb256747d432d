//! A check with nothing to do, for every strategy and option: list, stat, assess.

use std::path::PathBuf;

use bench_harness::write_inputs;
use criterion::Criterion;
use freshness_core::{
    FreshnessStrategy, InputSpec, Pattern, Recorded, Snapshot, Timestamp, discover,
};
use strategy_hash::{HashStrategy, Reread};
use strategy_mtime::{MtimeStrategy, Rule};

const FILES: usize = 1000;
const PER_DIRECTORY: usize = 100;

/// Later than any file of the fixture, so that no record is racy.
const CUTOFF: Timestamp = Timestamp { secs: i64::MAX, nanos: 0 };

fn no_op(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    write_inputs(dir.path(), FILES, PER_DIRECTORY).expect("the fixture can be written");
    let tree = Pattern::Tree { dir: PathBuf::new(), skip: Vec::new() };
    let specs = [InputSpec { pattern: tree, why: "fixture".into() }];
    let look = || Snapshot::take(discover(dir.path(), &specs).expect("there is no glob"));

    let strategies: [&dyn FreshnessStrategy; 4] = [
        &MtimeStrategy { rule: Rule::Recorded },
        &MtimeStrategy { rule: Rule::NewerThan },
        &HashStrategy { reread: Reread::Changed },
        &HashStrategy { reread: Reread::Always },
    ];
    let mut group = c.benchmark_group("inputs_1k/no_op");
    for strategy in strategies {
        let then = look();
        let evidence = strategy.observe(&then, None).evidence;
        let recorded = Recorded { snapshot: &then, cutoff: CUTOFF, evidence: &evidence };
        group.bench_function(strategy.id().to_string(), |b| {
            b.iter(|| {
                let found = strategy.assess(&look(), recorded);
                assert!(found.reasons.is_empty(), "{:?}", found.reasons);
                found.work
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    no_op(&mut criterion);
    criterion.final_summary();
}
