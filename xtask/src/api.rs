//! `cargo xtask api`: what the libraries promise, as text to compare: one line for each public name.
//!
//! The sources are parsed and `pub mod` and `pub use` are followed from each crate's root, into the other crates of
//! this repository too. A line that goes or changes breaks whoever used it; one that is new does not, unless it is a
//! variant or a field. Listed are items with their signatures, public fields, variants, methods, implemented and
//! derived traits. Not listed: automatic traits (`Send`), what macros would make, values of constants, what is hidden
//! from the documentation, and what a signature's names mean (a type of another crate may change behind its name).
#![expect(clippy::print_stdout, reason = "a developer task speaks")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::tidy::finding::Finding;
use modules::Crates;

mod modules;
mod surface;
mod text;

/// The crates that others depend on. What they re-export is found in the rest of the house.
const PUBLISHED: &[&str] = &["freshness", "freshness-core"];

/// Writes what is promised now, and says what became of it.
///
/// # Errors
/// Sources that cannot be read; a page that cannot be written.
pub fn run(root: &Path) -> Result<ExitCode> {
    for (file, wanted) in pages(root)? {
        let path = root.join(&file);
        let was = fs::read_to_string(&path).unwrap_or_default();
        println!("{file}: {}", Difference::between(&was, &wanted).in_words());
        fs::write(&path, wanted).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One finding for each page that does not say what is promised now, or cannot be made.
pub fn check(root: &Path) -> Vec<Finding> {
    match pages(root) {
        Err(error) => vec![Finding::new("xtask/src/api.rs", 1, format!("{error:#}"))],
        Ok(pages) => pages
            .iter()
            .filter_map(|(file, wanted)| {
                let was = fs::read_to_string(root.join(file)).unwrap_or_default();
                judge(file, &was, wanted)
            })
            .collect(),
    }
}

fn pages(root: &Path) -> Result<Vec<(String, String)>> {
    let crates = Crates::load(root)?;
    let page = |package: &&str| {
        let lines = surface::lines(&crates, package)?;
        let head = format!(
            "# The public names of `{package}`: written by `cargo xtask api`, compared by `cargo xtask tidy`.\n"
        );
        Ok((format!("docs/api/{package}.txt"), format!("{head}{}\n", lines.join("\n"))))
    };
    PUBLISHED.iter().map(page).collect()
}

fn judge(file: &str, was: &str, wanted: &str) -> Option<Finding> {
    let difference = Difference::between(was, wanted);
    let line = difference.first?;
    let message = format!(
        "the public surface is another, {}: what is gone or changed breaks callers; \
         if it is meant, cargo xtask api",
        difference.in_words()
    );
    Some(Finding::new(file, line, message))
}

/// How two pages differ.
#[derive(Debug, PartialEq)]
struct Difference {
    gone: usize,
    new: usize,
    /// The line of the first page where they part.
    first: Option<usize>,
}

impl Difference {
    fn between(was: &str, is: &str) -> Self {
        let missing = |from: &str, inside: &str| {
            let known: Vec<&str> = inside.lines().collect();
            from.lines().filter(|line| !known.contains(line)).count()
        };
        let common = was.lines().zip(is.lines()).take_while(|(was, is)| was == is).count();
        let first = (was != is).then_some(common + 1);
        Self { gone: missing(was, is), new: missing(is, was), first }
    }

    fn in_words(&self) -> String {
        match self.first {
            None => "as it was".into(),
            Some(_) => format!("{} lines gone or changed, {} new", self.gone, self.new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_says_the_same_passes() {
        assert!(judge("a.txt", "fn a\n", "fn a\n").is_none());
    }

    #[test]
    fn what_is_gone_is_told_apart_from_what_is_new() {
        let found = judge("a.txt", "fn a\nfn b\n", "fn a\nfn c\nfn d\n").unwrap().to_string();
        let expected = "a.txt:2: the public surface is another, 1 lines gone or changed, 2 new: \
                        what is gone or changed breaks callers; if it is meant, cargo xtask api";
        assert_eq!(found, expected);
    }

    #[test]
    fn the_pages_are_complete() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let pages = pages(root).unwrap();
        let [facade, core] = &pages[..] else { panic!("{}", pages.len()) };
        for line in [
            // An item of its own, a method from another file, one from another crate, and what is derived.
            "struct freshness::Freshness",
            "fn freshness::Freshness::check_inputs(&self, stored: &StoredInputs) -> Option<Assessment>",
            "fn freshness::Tool::new(name: impl Into<String>, version: impl Into<String>) -> Self",
            "variant freshness::Event::WaitingForLock { holder: &'a str }",
            "field freshness::Outcome::verdict: Verdict",
            "impl freshness::Tool: Clone, Debug, Eq, PartialEq",
            "fn freshness::laws::broken(strategy: &dyn FreshnessStrategy, directory: &Path) -> io::Result<Vec<String>>",
            "fn freshness::program::main() -> ExitCode #[cfg(feature = \"program\")]",
        ] {
            assert!(facade.1.lines().any(|is| is == line), "{line}\n{}", facade.1);
        }
        let method = "fn freshness_core::FreshnessStrategy::id(&self) -> StrategyId";
        assert!(core.1.lines().any(|is| is == method), "{}", core.1);
        assert!(!facade.1.contains("raw::"), "private modules stay private");
    }
}
