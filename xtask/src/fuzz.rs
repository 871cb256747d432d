//! `cargo xtask fuzz`: random histories at length, more of what `cargo test` tells a few of.
//!
//! Two kinds. Whole histories, with builds, kills and damage, through the program's own path; and edits
//! alone, each strategy against a plain comparison of bytes. Both print the shortest failure.
#![expect(clippy::print_stderr, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::command_line;

/// Cases of edits alone for each minute of histories.
const CASES_PER_MINUTE: u64 = 2_000;

/// How long, and from where.
#[derive(clap::Args)]
pub struct Options {
    /// How long histories are told; the edits alone come on top
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
    /// The seed of everything
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Runs both; a failure where a property does not hold.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    for line in lines(options) {
        eprintln!("fuzz: {line}");
        command_line::run(&line, root)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(Options { minutes, seed }: &Options) -> [String; 2] {
    let cases = minutes.saturating_mul(CASES_PER_MINUTE);
    [
        format!(
            "PROPTEST_CASES={cases} PROPTEST_RNG_SEED={seed} \
             cargo test -p freshness --test strategies --locked oracle"
        ),
        format!(
            "cargo test -p freshness --test model --locked -- --minutes {minutes} --seed {seed}"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_get_the_seed() {
        for line in lines(&Options { minutes: 3, seed: 77 }) {
            assert!(line.contains("77"), "{line}");
        }
    }
}
