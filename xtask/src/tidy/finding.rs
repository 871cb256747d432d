//! What a rule reports: a place, and what to do there.

use std::fmt;

/// Ordered by place, so that a report reads like the tree.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// From the repository's root, with `/`.
    pub path: String,
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Finding { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_editors_expect() {
        assert_eq!(Finding::new("a/b.rs", 7, "say why").to_string(), "a/b.rs:7: say why");
    }
}
