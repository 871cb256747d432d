//! `cargo xtask matrix`: runs the detection matrix, prints it, and keeps it in the docs.
//!
//! The work is done by a program of the `tests` package. CI runs the same rows as tests, and fails where the
//! page is not what they say.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::command_line;
use crate::tidy::generated;

const DOCUMENT: &str = "docs/DETECTION.md";

/// What to do with the table.
#[derive(clap::Args)]
pub struct Options {
    /// Print the table and leave docs/DETECTION.md as it is
    #[arg(long)]
    print: bool,
}

/// Runs every row; a failure where an answer is not the table's, and then nothing is written.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let line = "cargo run --quiet --locked --package tests --bin matrix";
    let (table, agreed) = command_line::follow(line, root)?;
    print!("{table}");
    ensure!(agreed, "an answer is not the table's; each is named above");
    if !options.print {
        generated::write(root, DOCUMENT, "matrix", table.trim_end())?;
        eprintln!("wrote {DOCUMENT}");
    }
    Ok(ExitCode::SUCCESS)
}
