//! Writes fixtures: `fixture dep-wide-100k DIR`, `rust-twin-100k`, `inputs-100k`; and edits them: `fixture
//! edit-dep-wide DIR FIRST COUNT REVISION`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program reads its argv and speaks"
)]

use std::path::Path;
use std::process::ExitCode;

use bench_harness::dep_wide::{MODULES, edit_dep_wide, write_dep_wide};
use bench_harness::inputs::{PER_DIRECTORY, write_inputs};
use bench_harness::rust_twin::write_rust_twin;
use bench_harness::section::parse_count;

const USAGE: &str = "dep-wide-100k DIR, rust-twin-100k DIR, inputs-N DIR, or edit-dep-wide DIR FIRST COUNT REVISION";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match perform(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn perform(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [name, dir] => {
            let path = Path::new(dir);
            let written = match (*name, name.strip_prefix("inputs-").and_then(parse_count)) {
                ("dep-wide-100k", _) => write_dep_wide(path, MODULES),
                ("rust-twin-100k", _) => write_rust_twin(path, MODULES),
                (_, Some(files)) => write_inputs(path, files, PER_DIRECTORY),
                _ => return Err(USAGE.into()),
            };
            written.map_err(|error| format!("write {dir}: {error}"))
        }
        ["edit-dep-wide", dir, first, count, revision] => {
            let number =
                |text: &str| text.parse::<usize>().map_err(|_| format!("{text} is no count"));
            let (first, count, revision) = (number(first)?, number(count)?, number(revision)?);
            (first..first + count)
                .try_for_each(|index| edit_dep_wide(Path::new(dir), index, revision))
                .map_err(|error| format!("edit {dir}: {error}"))
        }
        _ => Err(USAGE.into()),
    }
}
