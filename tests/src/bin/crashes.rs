//! Tries every fault at every call of a build and prints a table: `cargo xtask crashes`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use tests::faults::{Ended, Scene, Start};

fn main() -> ExitCode {
    let mut failed = 0;
    let mut scene = Scene::new();
    let mut points: BTreeMap<(String, String), BTreeMap<Ended, u32>> = BTreeMap::new();
    for start in [Start::Earlier, Start::Nothing] {
        let calls = scene.calls(start);
        eprintln!("{start:?}: {} calls", calls.len());
        for call in &calls {
            for effect in call.effects() {
                let tried = AssertUnwindSafe(|| scene.try_fault(start, call, effect));
                let Ok(ended) = catch_unwind(tried) else {
                    failed += 1;
                    continue;
                };
                let row = (call.function.clone(), effect.to_string());
                *points.entry(row).or_default().entry(ended).or_default() += 1;
            }
        }
    }
    print(&points);
    if failed > 0 {
        eprintln!("after {failed} more points something did not hold: see above");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn print(points: &BTreeMap<(String, String), BTreeMap<Ended, u32>>) {
    println!(
        "| call | fault | points | killed | interrupted | error told | ended well | not reached |"
    );
    println!("| --- | --- | --: | --: | --: | --: | --: | --: |");
    let mut all = 0;
    for ((function, effect), ended) in points {
        let of = |ending| ended.get(&ending).copied().unwrap_or(0);
        let sum: u32 = ended.values().sum();
        all += sum;
        println!(
            "| {function} | {effect} | {sum} | {} | {} | {} | {} | {} |",
            of(Ended::Killed),
            of(Ended::Interrupted),
            of(Ended::Refused),
            of(Ended::Well),
            of(Ended::Elsewhere)
        );
    }
    println!("\n{all} points: after each the next answer was true and the next build right.");
}
