//! `peak COMMAND ARGUMENT…`: runs it and prints the most memory that it had, in KiB, and its exit status.
//!
//! A program of its own because it is small: what a parent had in memory when it started a child counts
//! for that child, so a large one would measure itself.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program reads its argv, runs another and speaks"
)]

use std::process::{Command, ExitCode, Stdio};

use wait4::Wait4;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("say: peak COMMAND ARGUMENT…");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn().and_then(|mut child| child.wait4()) {
        Ok(used) => {
            println!("{} {}", used.rusage.maxrss / 1024, used.status.code().unwrap_or(-1));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
