//! `cargo xtask ci`: the whole of CI, in order, up to the first step that fails.
//!
//! Cheap steps come first, so that a slip of the pen is told in seconds.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::builder::PossibleValuesParser;

use crate::{command_line, tidy};

struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    Commands(&'static [&'static str]),
    /// In this process: `cargo xtask tidy`.
    Tidy,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", work: Work::Commands(&["cargo fmt --all --check"]) },
    Step {
        name: "clippy",
        // What only the feature compiles is no part of the workspace as a whole.
        work: Work::Commands(&[
            "cargo clippy --workspace --all-targets --locked -- -D warnings",
            "cargo clippy -p freshness --all-targets --features remote --locked -- -D warnings",
        ]),
    },
    Step {
        name: "doc",
        work: Work::Commands(&[
            "RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --document-private-items \
             --locked",
        ]),
    },
    Step { name: "tidy", work: Work::Tidy },
    Step {
        name: "test",
        // The whole-program tests look for the programs beside themselves: build them first.
        work: Work::Commands(&[
            "cargo xtask servers",
            "cargo build -p freshness --locked",
            "cargo build -p nativets --locked",
            "cargo test --workspace --locked",
        ]),
    },
    Step {
        name: "bench",
        // Everything runs once: it still compiles, works and does not panic. No time is worth anything.
        work: Work::Commands(&[
            "cargo bench -p bench-harness --locked -- --test",
            "cargo xtask bench --smoke",
        ]),
    },
];

/// Which steps to run.
#[derive(clap::Args)]
pub struct Options {
    /// Run this step alone (repeat for more; they keep their order)
    #[arg(long, value_name = "STEP", value_parser = step_names(), conflicts_with = "skip")]
    only: Vec<String>,
    /// Leave this step out (repeat for more)
    #[arg(long, value_name = "STEP", value_parser = step_names())]
    skip: Vec<String>,
    /// Print the steps and their command lines, run nothing
    #[arg(long)]
    list: bool,
}

fn step_names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

impl Options {
    fn wants(&self, step: &Step) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step.name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// Runs (or lists) the chosen steps; the exit status is a failure when one of them failed.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let chosen = STEPS.iter().filter(|step| options.wants(step));
    if options.list {
        chosen.for_each(|step| print!("{}", listing(step)));
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows: Vec<Row> = Vec::new();
    for step in chosen {
        let failed_before = rows.iter().any(|row| matches!(row.outcome, Outcome::Failed(_)));
        let outcome = if failed_before { Outcome::NotRun } else { perform(root, step) };
        rows.push(Row { step: step.name, outcome });
    }
    eprint!("{}", table(&rows));
    match rows.iter().find(|row| matches!(row.outcome, Outcome::Failed(_))) {
        None => Ok(ExitCode::SUCCESS),
        Some(row) => {
            eprintln!("ci: step `{0}` failed; again: cargo xtask ci --only {0}", row.step);
            Ok(ExitCode::FAILURE)
        }
    }
}

fn perform(root: &Path, step: &Step) -> Outcome {
    let started = Instant::now();
    match work(root, step) {
        Ok(()) => Outcome::Passed(started.elapsed()),
        Err(error) => {
            eprintln!("ci: {}: {error:#}", step.name);
            Outcome::Failed(started.elapsed())
        }
    }
}

fn work(root: &Path, step: &Step) -> Result<()> {
    match step.work {
        Work::Commands(lines) => lines.iter().try_for_each(|line| {
            eprintln!("ci: {}: {line}", step.name);
            command_line::run(line, root)
        }),
        Work::Tidy => {
            eprintln!("ci: {}: cargo xtask tidy", step.name);
            tidy::require(root)
        }
    }
}

fn listing(step: &Step) -> String {
    let lines = match step.work {
        Work::Commands(lines) => lines,
        Work::Tidy => &["cargo xtask tidy"],
    };
    lines.iter().map(|line| format!("{:8}{line}\n", step.name)).collect()
}

struct Row {
    step: &'static str,
    outcome: Outcome,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("\n{:8}{:>9}\n", "step", "seconds");
    for Row { step, outcome } in rows {
        let (elapsed, word) = match outcome {
            Outcome::Passed(elapsed) => (elapsed, "passed"),
            Outcome::Failed(elapsed) => (elapsed, "FAILED"),
            Outcome::NotRun => (&Duration::ZERO, "not run"),
        };
        writeln!(text, "{step:8}{:>9.1}  {word}", elapsed.as_secs_f64())
            .expect("writing to a String cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(only: &[&str], skip: &[&str]) -> Vec<&'static str> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let options = Options { only: owned(only), skip: owned(skip), list: false };
        STEPS.iter().filter(|step| options.wants(step)).map(|step| step.name).collect()
    }

    #[test]
    fn everything_runs_unless_told_otherwise() {
        assert_eq!(chosen(&[], &[]), ["fmt", "clippy", "doc", "tidy", "test", "bench"]);
    }

    #[test]
    fn only_keeps_the_order_of_the_steps() {
        assert_eq!(chosen(&["tidy", "fmt"], &[]), ["fmt", "tidy"]);
    }

    #[test]
    fn skip_leaves_a_step_out() {
        assert_eq!(chosen(&[], &["bench", "doc"]), ["fmt", "clippy", "tidy", "test"]);
    }

    #[test]
    fn a_listing_shows_every_command_of_a_step() {
        let step = Step { name: "both", work: Work::Commands(&["one 1", "two 2"]) };
        assert_eq!(listing(&step), "both    one 1\nboth    two 2\n");
    }

    #[test]
    fn the_table_says_what_failed_and_what_was_not_run() {
        let rows = [
            Row { step: "fmt", outcome: Outcome::Passed(Duration::from_millis(640)) },
            Row { step: "clippy", outcome: Outcome::Failed(Duration::from_secs(12)) },
            Row { step: "doc", outcome: Outcome::NotRun },
        ];
        let expected = "
step      seconds
fmt           0.6  passed
clippy       12.0  FAILED
doc           0.0  not run
";
        assert_eq!(table(&rows), expected);
    }
}
