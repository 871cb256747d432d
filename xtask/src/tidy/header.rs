//! Rule: every Rust file opens with `//!`, a line of what it is.

use super::finding::Finding;
use super::source::SourceFile;

/// At most one finding, at the first line.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![Finding::new(&file.path, 1, "open the file with `//!`: one line of what, then why")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&SourceFile { path: "a.rs".into(), text: text.into() }).len()
    }

    #[test]
    fn a_file_that_says_what_it_is_passes() {
        assert_eq!(count("//! Digests.\nfn f() {}\n"), 0);
    }

    #[test]
    fn silent_and_empty_files_do_not() {
        assert_eq!(count("use a;\n//! Late.\n"), 1);
        assert_eq!(count("//!\n"), 1);
        assert_eq!(count(""), 1);
    }
}
