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
    /// The same functions as a cargo package of 1,000 modules
    #[value(name = "rust-twin-100k")]
    RustTwin100k,
    /// 1,000 files of about 1 KiB in 10 directories
    #[value(name = "inputs-1k")]
    Inputs1k,
    /// 10,000 in 100
    #[value(name = "inputs-10k")]
    Inputs10k,
    /// 100,000 in 1,000
    #[value(name = "inputs-100k")]
    Inputs100k,
    /// 1,000,000 in 10,000
    #[value(name = "inputs-1M")]
    Inputs1M,
}

impl Name {
    fn word(self) -> &'static str {
        match self {
            Name::DepWide100k => "dep-wide-100k",
            Name::RustTwin100k => "rust-twin-100k",
            Name::Inputs1k => "inputs-1k",
            Name::Inputs10k => "inputs-10k",
            Name::Inputs100k => "inputs-100k",
            Name::Inputs1M => "inputs-1M",
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
