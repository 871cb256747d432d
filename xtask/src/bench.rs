//! `cargo xtask bench`: measures everything anew and writes docs/BENCHMARKS.md with its plots.
//!
//! It builds what is measured as users do, and starts the program of `bench-harness` that measures. With
//! `--smoke` fixtures are small, everything runs once, and the document goes to `target/`: that it works
//! is proven in seconds, and no number is worth anything.
#![expect(clippy::print_stderr, reason = "a developer task speaks")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::{command_line, native_workspace};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// How many files, several times over: 1k,10k,100k,1M without it
    #[arg(long, value_name = "N,…")]
    files: Option<String>,
    /// These groups alone: check, edited, contents, cold, workspaces, growth, peers, compiler, machines
    #[arg(long, value_name = "GROUP", num_args = 1..)]
    only: Vec<String>,
    /// Exactly so many rounds; without it, as many as there is time for
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Prove in seconds that it works, with small fixtures, below target/
    #[arg(long)]
    smoke: bool,
}

/// Built each by itself: together they would share features that none of them has alone.
const PROGRAMS: [&str; 3] = ["freshness", "nativets", "bench-harness"];

/// The program that can share, under a name of its own: it would take the place of the other.
const SHARING: &str = "with_storages";

/// The native archives' sources as a workspace of their own, which cargo has less to do with than with ours.
const NATIVE: &str = "target/bench/native";

impl Options {
    fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == group)
    }
}

/// Builds and measures; a failure where a group could not be measured.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    for program in PROGRAMS {
        eprintln!("bench: building {program}");
        let build = format!("cargo build{} --locked --package {program}", profile(options));
        command_line::run(&build, root)?;
    }
    if options.wants("machines") {
        eprintln!("bench: building freshness, which can share");
        let build = format!(
            "cargo build{} --locked --package freshness --features remote --example {SHARING}",
            profile(options)
        );
        command_line::run(&build, root)?;
    }
    if !options.smoke {
        copy_native(root, &root.join(NATIVE)).context("copy the native archives' sources")?;
    }
    command_line::run(&report(options), root)?;
    Ok(ExitCode::SUCCESS)
}

/// What was built from an earlier copy stays.
fn copy_native(root: &Path, to: &Path) -> Result<()> {
    if to.join("crates").exists() {
        fs::remove_dir_all(to.join("crates"))?;
    }
    native_workspace::copy(root, to)?;
    fs::copy(root.join("freshness.toml"), to.join("freshness.toml"))?;
    Ok(())
}

/// A trial takes what tests have built; what is measured are programs as they are handed out.
fn profile(options: &Options) -> &'static str {
    if options.smoke { "" } else { " --profile dist" }
}

fn report(options: &Options) -> String {
    let (built, work, docs) = match options.smoke {
        true => ("debug", "target/bench-smoke", "target/bench-smoke/docs"),
        false => ("dist", "target/bench", "docs"),
    };
    let mut line = format!(
        "cargo run{} --quiet --locked --package bench-harness --bin report -- --repository . \
         --native {NATIVE} --sharing target/{built}/examples/{SHARING} --installed target/bench \
         --work {work} --docs {docs}",
        profile(options)
    );
    if let Some(files) = &options.files {
        line += &format!(" --files {files}");
    }
    if let Some(rounds) = options.rounds {
        line += &format!(" --rounds {rounds}");
    }
    if options.smoke {
        line += " --smoke";
    }
    if !options.only.is_empty() {
        line += &format!(" --only {}", options.only.join(" "));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smoke_run_leaves_the_docs_alone() {
        let all = Options { files: None, only: vec![], rounds: None, smoke: false };
        let line = report(&all);
        assert!(
            line.starts_with("cargo run --profile dist ") && line.ends_with(" --docs docs"),
            "{line}"
        );
        let only = vec!["check".into(), "cold".into()];
        let smoke = Options { files: Some("1k".into()), only, rounds: Some(3), smoke: true };
        let line = report(&smoke);
        assert!(
            line.ends_with(
                "--docs target/bench-smoke/docs --files 1k --rounds 3 --smoke --only check cold"
            ),
            "{line}"
        );
    }
}
