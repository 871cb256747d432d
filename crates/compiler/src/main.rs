//! The program `nativets`.

use std::process::ExitCode;

fn main() -> ExitCode {
    nativets::program::main()
}
