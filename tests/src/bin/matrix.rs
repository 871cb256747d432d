//! Runs the detection matrix and prints it: `cargo xtask matrix` keeps what it prints in the docs.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]
#![expect(clippy::disallowed_methods, reason = "argv is read here")]

use std::process::ExitCode;

use tests::matrix::{FAMILIES, page, run};

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    let mut findings = Vec::new();
    for family in FAMILIES.iter().filter(|family| wanted(family.name)) {
        eprintln!("{}", family.name);
        findings.extend(run(family));
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    print!("{}", page());
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
