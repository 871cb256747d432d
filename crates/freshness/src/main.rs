//! The program `freshness`.

use std::process::ExitCode;

fn main() -> ExitCode {
    freshness::program::main()
}
