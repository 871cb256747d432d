//! The floors as programs, to be measured like any other: `floor stat ROOT TABLE`, `floor read ROOT TABLE
//! [--threads N]`, `floor table FILE`; and `floor list ROOT TABLE`, which writes the table of a tree.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program reads its argv and speaks"
)]

use std::io;
use std::path::Path;
use std::process::ExitCode;

use bench_harness::floors::{Work, read_all, read_table, stat_all};
use bench_harness::table::Table;

const USAGE: &str =
    "floor stat|read ROOT TABLE [--threads N], floor table FILE, or floor list ROOT TABLE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match perform(&arguments) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn perform(arguments: &[&str]) -> Result<String, String> {
    match arguments {
        ["table", file] => {
            let bytes = read_table(Path::new(file)).map_err(|error| format!("{file}: {error}"))?;
            Ok(format!("{bytes} bytes"))
        }
        ["list", root, table] => {
            let wrong = |error| format!("{root}: {error}");
            Table::write(Path::new(root), Path::new(table)).map_err(wrong)?;
            Ok(format!("{table} written"))
        }
        [floor, root, table, "--threads", threads] => {
            let threads = threads.parse().map_err(|_| format!("{threads} is no count"))?;
            run(floor, Path::new(root), Path::new(table), threads)
        }
        [floor, root, table] => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            run(floor, Path::new(root), Path::new(table), cores)
        }
        _ => Err(USAGE.into()),
    }
}

fn run(floor: &str, root: &Path, table: &Path, threads: usize) -> Result<String, String> {
    let table = Table::read(table).map_err(|error| format!("{}: {error}", table.display()))?;
    let done: io::Result<Work> = match floor {
        "stat" => stat_all(root, &table, threads),
        "read" => read_all(root, &table, threads),
        _ => return Err(USAGE.into()),
    };
    let Work { files, directories, bytes, digest } =
        done.map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(format!("{files} files, {directories} directories, {bytes} bytes, {digest:02x}"))
}
