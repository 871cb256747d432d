//! `cargo xtask load`: many clients of one shared storage at once, with faults, and a table of what came of it.
//!
//! The work is done by a program of the `tests` package, in some minutes; CI lets a few clients loose, as a test.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::command_line;

/// How many, and of what.
#[derive(clap::Args)]
pub struct Options {
    /// Clients, each a machine of its own
    #[arg(long, value_name = "N", default_value_t = 200)]
    clients: usize,
    /// Different archives that they want
    #[arg(long, value_name = "N", default_value_t = 50)]
    identities: usize,
    /// Clients at work at the same time
    #[arg(long, value_name = "N", default_value_t = 40)]
    at_once: usize,
    /// What is random follows from it
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Lets them loose; an error where an answer was false or something was lost.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let Options { clients, identities, at_once, seed } = options;
    let line = format!(
        "cargo run --quiet --locked --package tests --bin load -- {clients} {identities} {at_once} {seed}"
    );
    command_line::run(&line, root)?;
    Ok(ExitCode::SUCCESS)
}
