//! `cargo xtask tidy`: keeps the house where the compiler and clippy do not look.
//!
//! Each rule is a pure function from text (or from the manifests) to findings, with its table of
//! cases at the top of its file. Nothing here is a warning: a finding fails CI.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::api;
use finding::Finding;
use source::SourceFile;
use tokens::Tokens;

mod edges;
pub mod finding;
pub mod generated;
mod header;
mod length;
mod manifest;
mod owners;
mod phrases;
mod rooms;
mod source;
mod tokens;
mod words;

/// What to do beside checking.
#[derive(clap::Args)]
pub struct Options {
    /// Rewrite the generated sections of the docs first
    #[arg(long)]
    fix: bool,
}

/// Prints every finding to stdout and their count to stderr; a failure when there is one.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    if options.fix {
        for file in generated::fix(root)? {
            eprintln!("tidy: rewrote {file}");
        }
    }
    match print_findings(root)? {
        0 => Ok(ExitCode::SUCCESS),
        count => {
            eprintln!("tidy: {}", counted(count));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The same as a step of CI: an error when there is a finding.
pub fn require(root: &Path) -> Result<()> {
    match print_findings(root)? {
        0 => Ok(()),
        count => bail!("{}", counted(count)),
    }
}

fn counted(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

fn print_findings(root: &Path) -> Result<usize> {
    let findings = check(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    Ok(findings.len())
}

fn check(root: &Path) -> Result<Vec<Finding>> {
    let members = manifest::members(root)?;
    let mut findings = Vec::new();
    for file in source::files(root)? {
        findings.extend(words::check(&file));
        if file.is_rust() {
            findings.extend(check_rust(&file));
        }
    }
    findings.extend(edges::check(&members));
    findings.extend(rooms::check(&members));
    findings.extend(generated::check(root));
    findings.extend(api::check(root));
    findings.sort();
    Ok(findings)
}

fn check_rust(file: &SourceFile) -> Vec<Finding> {
    let tokens = match Tokens::of(file) {
        Ok(tokens) => tokens,
        Err(finding) => return vec![finding],
    };
    let mut findings = header::check(file);
    findings.extend(length::check(file, &tokens));
    findings.extend(phrases::check(file, &tokens));
    findings
}
