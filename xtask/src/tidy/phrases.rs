//! Rule: some phrases of Rust belong to some files only, or to none.
//!
//! clippy knows what a name means and judges the calls themselves (clippy.toml, the workspace's
//! lints). What it cannot say is *who* may opt in: that is here.

use super::finding::Finding;
use super::owners;
use super::source::SourceFile;
use super::tokens::Tokens;

struct Phrase {
    /// As [`Tokens::lines_of`] reads it.
    tokens: &'static str,
    /// Globs of the files where it may stand.
    owners: &'static [&'static str],
    in_unit_tests: InUnitTests,
    advice: &'static str,
}

#[derive(PartialEq)]
enum InUnitTests {
    Allowed,
    Banned,
}

/// Programs print in one place; tests and tasks speak to a person; build scripts speak to cargo.
const PRINTERS: &[&str] = &[
    "crates/{freshness,compiler,bench-harness}/src/**/report.rs",
    "crates/*/src/main.rs",
    "crates/*/src/bin/**",
    "crates/*/build.rs",
    "crates/*/{tests,benches,examples}/**",
    "examples/*/{tests,examples}/**",
    "tests/**",
    "xtask/**",
];

/// Those who read argv, environment and working directory, spawn, or lock (clippy.toml).
const OWNERS: &[&str] = &[
    "crates/archive-builder/src/cargo/**",
    "crates/archive-builder/src/job/spawn.rs",
    "crates/archive-builder/src/lock.rs",
    "crates/*/src/main.rs",
    "crates/*/src/bin/**",
    "crates/*/src/program/**",
    "crates/{freshness,compiler}/src/config*.rs",
    "crates/compiler/src/link/linker.rs",
    "crates/*/build.rs",
    "crates/*/{tests,benches,examples}/**",
    "examples/*/{tests,examples}/**",
    "crates/bench-harness/**",
    "tests/**",
    "xtask/**",
];

/// Those who speak to one kind of system; the programs that measure and try are written for Unix.
const OF_ONE_SYSTEM: &[&str] = &[
    "crates/*/src/sys/{unix,windows}.rs",
    "crates/bench-harness/**",
    "crates/*/{tests,benches,examples}/**",
    "tests/**",
    "xtask/**",
];

const fn of_one_system(tokens: &'static str) -> Phrase {
    let advice = "what differs per system stands in sys/unix.rs, and beside it in sys/windows.rs";
    Phrase { tokens, owners: OF_ONE_SYSTEM, in_unit_tests: InUnitTests::Allowed, advice }
}

const fn print(tokens: &'static str) -> Phrase {
    let advice = "libraries are silent: return it, and let the program's report.rs print";
    Phrase { tokens, owners: PRINTERS, in_unit_tests: InUnitTests::Allowed, advice }
}

const fn nowhere(tokens: &'static str, advice: &'static str) -> Phrase {
    Phrase { tokens, owners: &[], in_unit_tests: InUnitTests::Banned, advice }
}

const PHRASES: &[Phrase] = &[
    print("print ! ("),
    print("println ! ("),
    print("eprint ! ("),
    print("eprintln ! ("),
    Phrase {
        tokens: "disallowed_methods",
        owners: OWNERS,
        in_unit_tests: InUnitTests::Allowed,
        advice: "not an owner: take it as a parameter, or decide in xtask/src/tidy/phrases.rs",
    },
    of_one_system("os : : unix"),
    of_one_system("os : : windows"),
    of_one_system("rustix : :"),
    nowhere("dbg ! (", "remove it"),
    nowhere("todo ! (", "write it"),
    nowhere("unimplemented ! (", "write it, or make the case impossible"),
    nowhere("# [ ignore", "a test that does not run is a defect: make it run or remove it"),
    nowhere("# [ allow (", "say `expect(…, reason = \"…\")`: it tells when it is done with"),
    nowhere("# ! [ allow (", "say `expect(…, reason = \"…\")`: it tells when it is done with"),
];

/// One finding for each place where a phrase stands that may not.
pub fn check(file: &SourceFile, tokens: &Tokens) -> Vec<Finding> {
    let mut findings = Vec::new();
    for phrase in PHRASES.iter().filter(|phrase| !owners::own(phrase.owners, &file.path)) {
        for line in tokens.lines_of(phrase.tokens) {
            if phrase.in_unit_tests == InUnitTests::Allowed && tokens.in_tests(line) {
                continue;
            }
            let message = format!("`{}`: {}", phrase.tokens.replace(' ', ""), phrase.advice);
            findings.push(Finding::new(&file.path, line, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let file = SourceFile { path: path.into(), text: text.into() };
        let tokens = Tokens::of(&file).unwrap();
        let mut lines: Vec<_> = check(&file, &tokens).iter().map(|finding| finding.line).collect();
        lines.sort_unstable();
        lines
    }

    const LIBRARY: &str = "crates/freshness-core/src/stamp.rs";

    #[test]
    fn printing_is_for_reports_and_tests() {
        let text =
            "fn f() {\n print!(\"\");\n println!();\n eprint!(\"\");\n std::eprintln!();\n}\n";
        assert_eq!(lines(LIBRARY, text), [2, 3, 4, 5]);
        assert_eq!(lines("crates/freshness-core/src/report.rs", text), [2, 3, 4, 5]);
        assert!(lines("crates/freshness/src/program/report.rs", text).is_empty());
        assert!(lines("crates/freshness/src/main.rs", text).is_empty());
        assert!(lines("xtask/src/ci.rs", text).is_empty());
        assert!(lines(LIBRARY, &format!("#[cfg(test)]\nmod tests {{ {text} }}\n")).is_empty());
    }

    #[test]
    fn only_owners_opt_in_to_what_clippy_bans() {
        let text = "#[expect(clippy::disallowed_methods, reason = \"r\")]\nfn f() {}\n";
        assert_eq!(lines(LIBRARY, text), [1]);
        assert_eq!(lines("crates/archive-builder/src/publish.rs", text), [1]);
        assert!(lines("crates/archive-builder/src/lock.rs", text).is_empty());
        assert!(lines("crates/archive-builder/src/cargo/invoke.rs", text).is_empty());
        assert!(lines("crates/freshness/src/config_file.rs", text).is_empty());
        assert!(
            lines(LIBRARY, "#[cfg(test)]\n#[expect(clippy::disallowed_methods)]\nmod t {}\n")
                .is_empty()
        );
    }

    #[test]
    fn what_only_one_system_has_stands_in_its_file() {
        let text = "use std::os::unix::fs::MetadataExt;\nfn f() {\n rustix::fs::sync();\n}\n";
        assert_eq!(lines(LIBRARY, text), [1, 3]);
        assert_eq!(lines("crates/compiler/src/cache.rs", "use std::os::windows::fs::F;\n"), [1]);
        assert!(lines("crates/freshness-core/src/sys/unix.rs", text).is_empty());
        assert!(lines("tests/tests/gc.rs", text).is_empty());
        assert!(lines(LIBRARY, &format!("#[cfg(test)]\nmod tests {{ {text} }}\n")).is_empty());
    }

    #[test]
    fn unfinished_work_is_banned_everywhere() {
        let text = "fn f() {\n dbg!(1);\n todo!();\n unimplemented!(\"x\")\n}\n";
        assert_eq!(lines(LIBRARY, text), [2, 3, 4]);
        assert_eq!(lines("tests/tests/contract.rs", text), [2, 3, 4]);
        assert_eq!(lines(LIBRARY, &format!("#[cfg(test)]\nmod t {{ {text} }}\n")), [3, 4, 5]);
        assert!(lines(LIBRARY, "// todo!()\nfn todo(a: bool) -> bool { todo != a }\n").is_empty());
    }

    #[test]
    fn tests_run_and_lints_expect() {
        let text = "#[test]\n#[ignore = \"slow\"]\n#[allow(dead_code)]\nfn f() {}\n";
        assert_eq!(lines("tests/tests/contract.rs", text), [2, 3]);
        assert_eq!(lines(LIBRARY, "//! A.\n#![allow(dead_code)]\n"), [2]);
        assert!(lines(LIBRARY, "#[expect(dead_code, reason = \"r\")]\nfn allow() {}\n").is_empty());
    }
}
