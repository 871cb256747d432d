//! Writes the manual pages of `freshness` to `target/man/`: the program's own page, and each that it names.
#![expect(clippy::print_stdout, reason = "a developer task speaks")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::command_line;

/// Writes the pages and says where they are.
///
/// # Errors
/// The program cannot be built or run; a page cannot be written.
pub fn run(root: &Path) -> Result<ExitCode> {
    let directory = root.join("target/man");
    fs::create_dir_all(&directory).context("cannot create target/man")?;
    let program = page(root, "")?;
    let mut pages = vec![("freshness".to_owned(), program.clone())];
    for command in commands(&program) {
        pages.push((format!("freshness-{command}"), page(root, command)?));
    }
    for (name, text) in &pages {
        let path = directory.join(format!("{name}.1"));
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("target/man: {} pages", pages.len());
    Ok(ExitCode::SUCCESS)
}

fn page(root: &Path, command: &str) -> Result<String> {
    let line = "cargo run --quiet --locked --package freshness --bin freshness -- man";
    command_line::read(format!("{line} {command}").trim_end(), root)
}

/// The commands whose pages the program's own page names: `freshness\-build(1)`.
fn commands(page: &str) -> Vec<&str> {
    let named = page.lines().filter_map(|line| line.strip_prefix("freshness\\-"));
    named.filter_map(|name| name.strip_suffix("(1)")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_those_that_the_page_names() {
        let page =
            ".SH SUBCOMMANDS\n.TP\nfreshness\\-check(1)\nSay\n.TP\nfreshness\\-gc(1)\nRemove\n";
        assert_eq!(commands(page), ["check", "gc"]);
    }
}
