//! The program `freshness` as it is with the feature `remote`, under a name of its own: whoever builds it, for the
//! tests say, does not put it in the place of the program without.

use std::process::ExitCode;

fn main() -> ExitCode {
    freshness::program::main()
}
