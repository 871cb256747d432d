//! The same program as a cargo subcommand: `cargo freshness …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    freshness::program::main()
}
