//! `cargo xtask docs`: the user guide as pages to read in a browser, in `target/guide`.
//!
//! mdBook makes them. It is a program that not everyone has, and the chapters can be read as they are, so no step of CI
//! needs it; that they are true is a test (`tests/tests/guide.rs`), with or without it.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::command_line;

/// Makes the pages and says where they are; a failure, with what to do, where that cannot be tried.
///
/// # Errors
/// mdBook refuses the guide.
pub fn run(root: &Path) -> Result<ExitCode> {
    if command_line::find("mdbook").is_none() {
        eprintln!("docs: there is no mdbook on PATH: cargo install --locked mdbook");
        eprintln!("docs: without it, begin at docs/guide/src/SUMMARY.md");
        return Ok(ExitCode::FAILURE);
    }
    command_line::run("mdbook build docs/guide", root)?;
    println!("target/guide/index.html");
    Ok(ExitCode::SUCCESS)
}
