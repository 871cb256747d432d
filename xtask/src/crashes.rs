//! `cargo xtask crashes`: every fault at every call of a build that publishes, as a table.
//!
//! The work is done by a program of the `tests` package, in some minutes; CI tries every function once, as
//! tests.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::command_line;

/// Tries them all; an error where something did not hold afterwards.
pub fn run(root: &Path) -> Result<ExitCode> {
    command_line::run("cargo run --quiet --locked --package tests --bin crashes", root)?;
    Ok(ExitCode::SUCCESS)
}
