//! `cargo xtask agreement`: the agreement test at length, its table printed and kept in the docs.
//!
//! The work is done by a program of the `tests` package; CI runs a few edits of it as a test.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::command_line;
use crate::tidy::generated;

const DOCUMENT: &str = "docs/AGREEMENT.md";

/// What to try.
#[derive(clap::Args)]
pub struct Options {
    /// How many edits in all; each workspace has a share of them
    #[arg(long, value_name = "N", default_value_t = 2000)]
    edits: u32,
    /// The first seed; runs of 100 edits take one after another
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    /// Try this workspace alone (repeat for more)
    #[arg(long, value_name = "NAME")]
    workspace: Vec<String>,
    /// Print the table and leave docs/AGREEMENT.md as it is
    #[arg(long)]
    print: bool,
}

/// Runs the test; a failure where an answer was wrong that may not be.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let Options { edits, seed, workspace, print } = options;
    let line = format!(
        "cargo run --quiet --locked --package tests --bin agreement -- {edits} {seed} {}",
        workspace.join(" ")
    );
    let (table, agreed) = command_line::follow(&line, root)?;
    print!("{table}");
    ensure!(agreed, "there is a disagreement; the seed and the edits up to it are above");
    if !print {
        let rustc = command_line::read("rustc --version", root)?;
        let command = format!("cargo xtask agreement --edits {edits} --seed {seed}");
        let section = format!("`{command}`, {}:\n\n{}", rustc.trim(), table.trim_end());
        generated::write(root, DOCUMENT, "agreement", &section)?;
        eprintln!("wrote {DOCUMENT}");
    }
    Ok(ExitCode::SUCCESS)
}
