//! Rule: what a document repeats from the code is generated from the code.
//!
//! A section stands between `<!-- generated: NAME -->` and `<!-- /generated -->`, each on a line of
//! its own, and equals what its generator says. `cargo xtask tidy --fix` rewrites it.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};

use super::edges;
use super::finding::Finding;
use crate::command_line;

struct Section {
    file: &'static str,
    name: &'static str,
    generate: fn(&Path) -> Result<String>,
}

const SECTIONS: &[Section] = &[
    Section { file: "ARCHITECTURE.md", name: "crate-edges", generate: |_| Ok(edges::markdown()) },
    Section { file: "README.md", name: "help", generate: help },
    Section { file: "docs/guide/src/cli.md", name: "cli", generate: command_line_reference },
];

fn help(root: &Path) -> Result<String> {
    help_of(root, "")
}

/// What `--help` of the program, or of one of its commands, says.
fn help_of(root: &Path, command: &str) -> Result<String> {
    let line = "cargo run --quiet --locked --package freshness --bin freshness --";
    let text = command_line::read(&format!("{line} {command} --help"), root)?;
    Ok(format!("```text\n{}\n```", text.trim_end()))
}

/// The help of every command, each under its own heading, and of what is below it likewise.
fn command_line_reference(root: &Path) -> Result<String> {
    let mut sections = Vec::new();
    describe(root, "", "##", &mut sections)?;
    Ok(format!("\n{}\n", sections.join("\n\n")))
}

/// Adds the help of a command, and under headings of this rank that of each command below it.
fn describe(root: &Path, command: &str, rank: &str, sections: &mut Vec<String>) -> Result<()> {
    let help = help_of(root, command)?;
    sections.push(help.clone());
    for below in commands(&help) {
        let command = format!("{command} {below}");
        sections.push(format!("{rank} freshness{command}"));
        describe(root, &command, &format!("{rank}#"), sections)?;
    }
    Ok(())
}

/// The commands that a help lists, but for `help` itself.
fn commands(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").collect()
}

/// One finding for each section that is missing, out of date, or cannot be generated.
pub fn check(root: &Path) -> Vec<Finding> {
    SECTIONS.iter().filter_map(|section| check_section(root, section)).collect()
}

fn check_section(root: &Path, Section { file, name, generate }: &Section) -> Option<Finding> {
    let text = fs::read_to_string(root.join(file)).unwrap_or_default();
    match generate(root) {
        Ok(wanted) => judge(file, &text, name, &wanted),
        Err(error) => {
            let line = locate(&text, name).map_or(1, |section| line_at(&text, section.start));
            let message = format!("section `{name}` cannot be generated: {error:#}");
            Some(Finding::new(file, line, message))
        }
    }
}

/// Rewrites what is out of date and returns the files it wrote. What is missing or cannot be
/// generated is left as it is, for [`check`] to tell.
pub fn fix(root: &Path) -> Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for Section { file, name, generate } in SECTIONS {
        let path = root.join(file);
        let (Ok(text), Ok(wanted)) = (fs::read_to_string(&path), generate(root)) else { continue };
        if let Some(renewed) = renew(&text, name, &wanted) {
            fs::write(&path, renewed).with_context(|| format!("cannot write {file}"))?;
            written.push(*file);
        }
    }
    Ok(written)
}

/// Rewrites one section, of a task that takes too long to be run by every check.
///
/// # Errors
/// The file cannot be read or written, or has no such section.
pub fn write(root: &Path, file: &str, name: &str, wanted: &str) -> Result<()> {
    let path = root.join(file);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
    locate(&text, name).with_context(|| format!("{file} has no section `{name}`"))?;
    let Some(renewed) = renew(&text, name, wanted) else { return Ok(()) };
    fs::write(&path, renewed).with_context(|| format!("cannot write {file}"))
}

fn judge(file: &str, text: &str, name: &str, wanted: &str) -> Option<Finding> {
    let Some(section) = locate(text, name) else {
        let message = format!(
            "section missing: add `{}` and `{END}` on lines of their own, \
             then cargo xtask tidy --fix",
            begin(name)
        );
        return Some(Finding::new(file, 1, message));
    };
    if text[section.clone()] == body(wanted) {
        return None;
    }
    let message = format!("section `{name}` is out of date: cargo xtask tidy --fix");
    Some(Finding::new(file, line_at(text, section.start), message))
}

/// The whole text with the section renewed; nothing when it is up to date, or missing.
fn renew(text: &str, name: &str, wanted: &str) -> Option<String> {
    let section = locate(text, name)?;
    let body = body(wanted);
    (text[section.clone()] != body)
        .then(|| format!("{}{body}{}", &text[..section.start], &text[section.end..]))
}

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- /generated -->";

fn begin(name: &str) -> String {
    format!("{BEGIN}{name} -->")
}

fn body(wanted: &str) -> String {
    format!("\n{wanted}\n")
}

/// What stands between the markers, line ends included. A section that is not closed before the
/// next begins is missing: renewing it would take its neighbour along.
fn locate(text: &str, name: &str) -> Option<Range<usize>> {
    let begin = begin(name);
    let start = text.find(&begin)? + begin.len();
    let end = start + text[start..].find(END)?;
    (!text[start..end].contains(BEGIN)).then_some(start..end)
}

fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# A\n\n<!-- generated: t -->\nold\n<!-- /generated -->\n\nend\n";
    const NEW: &str = "# A\n\n<!-- generated: t -->\nnew\n2\n<!-- /generated -->\n\nend\n";

    fn message(text: &str) -> Option<String> {
        judge("A.md", text, "t", "new\n2").map(|finding| finding.to_string())
    }

    #[test]
    fn a_section_that_says_the_same_passes() {
        assert_eq!(message(NEW), None);
    }

    #[test]
    fn the_commands_are_those_that_the_help_lists() {
        let help = "Usage: x\n\nCommands:\n  check  Say\n  gc     Remove\n  help   Print\n\nOptions:\n  -h";
        assert_eq!(commands(help), ["check", "gc"]);
    }

    #[test]
    fn an_old_section_is_found_at_its_marker() {
        let expected = "A.md:3: section `t` is out of date: cargo xtask tidy --fix";
        assert_eq!(message(OLD).as_deref(), Some(expected));
    }

    #[test]
    fn a_missing_or_open_section_says_what_to_add() {
        let expected = "A.md:1: section missing: add `<!-- generated: t -->` and \
                        `<!-- /generated -->` on lines of their own, then cargo xtask tidy --fix";
        let other = "<!-- generated: other -->\n<!-- /generated -->\n";
        for text in ["", "<!-- generated: t -->\nnew\n2\n", other] {
            assert_eq!(message(text).as_deref(), Some(expected));
        }
        assert_eq!(message(&format!("<!-- generated: t -->\n{other}")).as_deref(), Some(expected));
    }

    #[test]
    fn renewing_changes_the_section_alone_and_once() {
        assert_eq!(renew(OLD, "t", "new\n2").as_deref(), Some(NEW));
        assert_eq!(renew(NEW, "t", "new\n2"), None);
        let empty = "<!-- generated: t -->\n<!-- /generated -->\n";
        let filled = "<!-- generated: t -->\nnew\n<!-- /generated -->\n";
        assert_eq!(renew(empty, "t", "new").as_deref(), Some(filled));
        assert_eq!(renew("no marker", "t", "new"), None);
    }
}
