//! Rule: a file, tests aside, fits 400 lines, and a function 70.
//!
//! Half of all functions should stay under 10 lines; these are the ends of the scale, where the
//! answer is always that two things share one place.

use super::finding::Finding;
use super::source::SourceFile;
use super::tokens::Tokens;

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;

/// Test files may be long (tables are), their functions may not.
pub fn check(file: &SourceFile, tokens: &Tokens) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = tokens.lines_outside_tests(file.text.lines().count());
    if lines > FILE_LINES && !file.is_test() {
        let message =
            format!("{lines} lines without tests, {FILE_LINES} at most: split by concept");
        findings.push(Finding::new(&file.path, 1, message));
    }
    for function in tokens.functions() {
        let lines = function.lines.clone().count();
        if lines > FUNCTION_LINES {
            let name = function.name;
            let message =
                format!("`{name}` has {lines} lines, {FUNCTION_LINES} at most: make it two");
            findings.push(Finding::new(&file.path, *function.lines.start(), message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile { path: path.into(), text: text.into() };
        let tokens = Tokens::of(&file).unwrap();
        check(&file, &tokens).iter().map(Finding::to_string).collect()
    }

    fn function_of(lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
    }

    #[test]
    fn what_just_fits_passes() {
        assert!(messages("a.rs", &"const A: u8 = 0;\n".repeat(400)).is_empty());
        assert!(messages("a.rs", &function_of(70)).is_empty());
    }

    #[test]
    fn one_line_more_does_not() {
        assert_eq!(
            messages("a.rs", &"const A: u8 = 0;\n".repeat(401)),
            ["a.rs:1: 401 lines without tests, 400 at most: split by concept"]
        );
        assert_eq!(
            messages("a.rs", &format!("//! A.\n{}", function_of(71))),
            ["a.rs:2: `f` has 71 lines, 70 at most: make it two"]
        );
    }

    #[test]
    fn tests_do_not_count_as_file_but_as_functions() {
        let constants = "const A: u8 = 0;\n".repeat(401);
        assert!(
            messages("a.rs", &format!("#[cfg(test)]\nmod tests {{\n{constants}}}\n")).is_empty()
        );
        assert!(messages("crates/a/tests/b.rs", &constants).is_empty());
        assert_eq!(messages("crates/a/tests/b.rs", &function_of(71)).len(), 1);
    }
}
