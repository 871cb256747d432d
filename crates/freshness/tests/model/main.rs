//! A model that tries to fool the program: random histories of a workspace, judged by plain bytes.
//!
//! Each history edits files, times, settings and the store, builds, breaks builds off and restores what was,
//! and after each step every strategy is asked. cargo is played by this same program under the name
//! `cargo` (see [`stand_in`]), so a build takes milliseconds, and an archive holds the bytes that it was
//! made from, so the truth is exact.
//!
//! Options, all of them for `cargo xtask fuzz`: `--steps N`, `--minutes N`, `--seed S`. A failure prints the
//! shortest history that fails; it then belongs into [`regressions`].
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a test speaks")]

mod compile;
mod files;
mod model;
mod op;
mod record;
mod regressions;
mod stand_in;
mod tally;
mod world;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use model::{Found, Model};
use op::Op;
use tally::Tally;

/// Steps of one history at most.
const HISTORY_STEPS: usize = 60;

/// How long a run goes on.
struct Limits {
    steps: u64,
    time: Duration,
    seed: u64,
}

/// What a run of the tests does: some seconds.
const IN_TESTS: Limits = Limits { steps: 3_000, time: Duration::from_secs(30), seed: 1 };

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "a program of its own reads its argv")]
    let args: Vec<String> = std::env::args().collect();
    if Path::new(&args[0]).file_name().is_some_and(|name| name == "cargo") {
        return stand_in::main(&args[1..]);
    }
    let limits = limits(&args[1..]);
    let tally = Tally::default();
    let mut problems = regressions::run(&tally);
    problems.extend(run(&limits, &tally));
    println!("{tally}seed: {}", limits.seed);
    problems.extend(idle(&tally));
    for problem in &problems {
        eprintln!("{problem}");
    }
    println!("findings: {}", problems.len());
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn limits(args: &[String]) -> Limits {
    let value = |name: &str| {
        let at = args.iter().position(|arg| arg == name)?;
        args.get(at + 1)?.parse::<u64>().ok()
    };
    let (steps, minutes) = (value("--steps"), value("--minutes"));
    let seed = value("--seed").unwrap_or(IN_TESTS.seed);
    match (steps, minutes) {
        (None, None) => Limits { seed, ..IN_TESTS },
        (steps, minutes) => Limits {
            steps: steps.unwrap_or(u64::MAX),
            time: minutes.map_or(Duration::MAX, |minutes| Duration::from_secs(60 * minutes)),
            seed,
        },
    }
}

/// A whole history; what it finds.
pub fn tell(vouch: bool, history: &[Op], tally: &Tally) -> Found {
    let mut model = Model::new(vouch, tally);
    history.iter().enumerate().try_for_each(|(number, op)| {
        model.step(op).map_err(|problem| format!("step {number}, {op:?}: {problem}"))
    })
}

/// Tells one history, the same for the same seed and number, and shrinks it where it fails.
fn runner(seed: u64, number: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 1_000,
        cases: 1,
        ..ProptestConfig::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Histories until the limits, or until one fails.
fn run(limits: &Limits, tally: &Tally) -> Option<String> {
    let start = Instant::now();
    let histories = (any::<bool>(), vec(op::op(), 1..HISTORY_STEPS));
    for number in 0_u64.. {
        if tally.steps() >= limits.steps || start.elapsed() >= limits.time {
            break;
        }
        if number % 200 == 199 {
            eprintln!("{} steps, {} s", tally.steps(), start.elapsed().as_secs());
        }
        let result = runner(limits.seed, number).run(&histories, |(vouch, history)| {
            tell(vouch, &history, tally).map_err(TestCaseError::fail)
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(why, (vouch, history))) => {
                return Some(format!("{why}\nvouch: {vouch}, history: {history:#?}"));
            }
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}

/// What a run should have met and has not; the regressions alone meet all of it.
fn idle(tally: &Tally) -> Vec<String> {
    let expected = [
        "builds",
        "builds that reused",
        "builds that failed",
        "builds that were killed",
        "culprits compared",
        "hash/changed fresh",
        "hash/changed stale",
        "mtime/recorded fresh",
    ];
    let missing = expected.iter().filter(|what| tally.of(what) == 0);
    missing.map(|what| format!("never met: {what}")).collect()
}
