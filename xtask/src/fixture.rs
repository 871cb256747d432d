//! `cargo xtask fixture`: writes a fixture of the benchmarks, to try things on.
#![expect(clippy::print_stdout, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;

use crate::command_line;

/// Which fixture.
#[derive(clap::Args)]
pub struct Options {
    /// The fixture; it is written below target/fixtures
    #[arg(value_enum)]
    name: Name,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// A TypeScript entry that imports 1,000 modules of 100 lines
    #[value(name = "dep-wide-100k")]
    DepWide100k,
}

impl Name {
    fn word(self) -> &'static str {
        match self {
            Name::DepWide100k => "dep-wide-100k",
        }
    }
}

/// Writes it and prints where it is.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let name = options.name.word();
    let place = format!("target/fixtures/{name}");
    let fixture = "cargo run --release --quiet --locked --package bench-harness --bin fixture --";
    command_line::run(&format!("{fixture} {name} {place}"), root)?;
    println!("{place}");
    Ok(ExitCode::SUCCESS)
}
