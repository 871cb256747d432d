//! What is wrong with a program, and where.
//!
//! A diagnostic is words and a place; how it looks on a terminal is not decided here. A file with
//! thousands of mistakes would drown the one worth reading, so a [`Diagnostics`] keeps the first
//! [`SHOWN_AT_MOST`] and counts the rest.

use std::ops::Range;

/// More than a person reads at once, few enough to render in no time.
pub(crate) const SHOWN_AT_MOST: usize = 100;

/// Something wrong with a program: where (byte offsets into the text) and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The bytes of the text that it is about.
    pub span: Range<u32>,
    /// What was expected and what was found, in one line.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(span: Range<u32>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A list that stops growing, but not counting.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    kept: Vec<Diagnostic>,
    beyond: usize,
}

impl Diagnostics {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        // Not only the first to be found are wanted, but the first in the text; hence some slack.
        if self.kept.len() < SHOWN_AT_MOST * 16 {
            self.kept.push(diagnostic);
        } else {
            self.beyond += 1;
        }
    }

    /// Nobody will see what else is added.
    pub(crate) fn is_long(&self) -> bool {
        self.kept.len() > SHOWN_AT_MOST
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// In the order of the text; what is beyond the limit becomes one last line that says how many.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.kept.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        self.kept.dedup();
        let more = self.kept.len().saturating_sub(SHOWN_AT_MOST) + self.beyond;
        if more > 0 {
            let span = self.kept[SHOWN_AT_MOST].span.clone();
            self.kept.truncate(SHOWN_AT_MOST);
            let errors = if more == 1 { "error is" } else { "errors are" };
            self.kept.push(Diagnostic::new(span, format!("{more} more {errors} not shown")));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics, SHOWN_AT_MOST};

    fn collect(count: u32) -> Vec<Diagnostic> {
        let mut diagnostics = Diagnostics::default();
        for start in (0..count).rev() {
            diagnostics.push(Diagnostic::new(start..start + 1, "wrong"));
        }
        diagnostics.into_sorted()
    }

    #[test]
    fn what_is_beyond_the_limit_is_counted() {
        let few = collect(SHOWN_AT_MOST as u32);
        assert_eq!(few.len(), SHOWN_AT_MOST);
        assert!(few.is_sorted_by_key(|diagnostic| diagnostic.span.start));
        assert_eq!(few[0].message, "wrong");
        for (count, last) in [
            (SHOWN_AT_MOST as u32 + 1, "1 more error is not shown"),
            (100_000, "99900 more errors are not shown"),
        ] {
            let many = collect(count);
            assert_eq!(many.len(), SHOWN_AT_MOST + 1);
            assert_eq!(many[SHOWN_AT_MOST].message, last);
        }
    }
}
