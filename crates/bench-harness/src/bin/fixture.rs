//! Writes fixtures: `fixture dep-wide-100k DIR`, and edits them: `fixture edit-dep-wide DIR FIRST COUNT REVISION`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program reads its argv and speaks"
)]

use std::path::Path;
use std::process::ExitCode;

use bench_harness::dep_wide::{MODULES, edit_dep_wide, write_dep_wide};

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
        ["dep-wide-100k", dir] => {
            write_dep_wide(Path::new(dir), MODULES).map_err(|error| format!("write {dir}: {error}"))
        }
        ["edit-dep-wide", dir, first, count, revision] => {
            let number =
                |text: &str| text.parse::<usize>().map_err(|_| format!("{text} is no count"));
            let (first, count, revision) = (number(first)?, number(count)?, number(revision)?);
            (first..first + count)
                .try_for_each(|index| edit_dep_wide(Path::new(dir), index, revision))
                .map_err(|error| format!("edit {dir}: {error}"))
        }
        _ => Err("dep-wide-100k DIR, or edit-dep-wide DIR FIRST COUNT REVISION".into()),
    }
}
