//! Rule: which crate of the house may know which. An edge that is not here is a decision to make.

use std::fmt::Write;

use super::finding::Finding;
use super::manifest::{Kind, Member};

struct Row {
    member: &'static str,
    may: &'static [&'static str],
    /// Beyond `may`, in dev-dependencies.
    in_tests: &'static [&'static str],
}

const fn row(member: &'static str, may: &'static [&'static str]) -> Row {
    Row { member, may, in_tests: &[] }
}

const ROWS: &[Row] = &[
    row("freshness-core", &[]),
    row("strategy-mtime", &["freshness-core"]),
    row("strategy-hash", &["freshness-core"]),
    Row {
        member: "archive-builder",
        may: &["freshness-core"],
        // The builder takes any strategy and knows none; its tests want real ones.
        in_tests: &["strategy-mtime", "strategy-hash"],
    },
    Row {
        member: "remote-storage",
        may: &["archive-builder"],
        // Real servers, which the whole-program tests start as well.
        in_tests: &["tests"],
    },
    row(
        "freshness",
        &["archive-builder", "freshness-core", "remote-storage", "strategy-mtime", "strategy-hash"],
    ),
    row("nativets", &["freshness"]),
    // What someone else's crate could do, so it sees what someone else would see.
    row("strategy-sample", &["freshness"]),
    row("nativets-runtime", &[]),
    row("nativets-stdlib", &["nativets-runtime"]),
    row("nativets-ext-timers", &["nativets-runtime", "nativets-stdlib"]),
    row(
        "bench-harness",
        &["freshness", "freshness-core", "archive-builder", "strategy-mtime", "strategy-hash"],
    ),
    row("tests", &[]),
    row("xtask", &[]),
];

/// One finding for each edge that is not in the table, and each member that has no row.
pub fn check(members: &[Member]) -> Vec<Finding> {
    members.iter().flat_map(check_member).collect()
}

fn check_member(member: &Member) -> Vec<Finding> {
    let Some(row) = ROWS.iter().find(|row| row.member == member.name) else {
        let message = format!("`{}` has no row in xtask/src/tidy/edges.rs: add one", member.name);
        return vec![Finding::new(&member.manifest_path, 1, message)];
    };
    let mut findings = Vec::new();
    for dependency in member.dependencies.iter().filter(|dependency| dependency.is_path) {
        let to = dependency.name.as_str();
        let allowed_in_tests = dependency.kind == Kind::Dev && row.in_tests.contains(&to);
        if !row.may.contains(&to) && !allowed_in_tests {
            let message = format!(
                "`{}` may not depend on `{to}`: hand the value down, or decide the edge in \
                 xtask/src/tidy/edges.rs",
                member.name
            );
            findings.push(Finding::new(&member.manifest_path, member.line_of(dependency), message));
        }
    }
    findings
}

/// The table as ARCHITECTURE.md shows it.
pub fn markdown() -> String {
    let mut text = "| crate | may depend on |\n| --- | --- |".to_owned();
    for Row { member, may, in_tests } in ROWS {
        let mut allowed = if may.is_empty() { "nothing".to_owned() } else { code(may) };
        if !in_tests.is_empty() {
            write!(allowed, "; in tests also {}", code(in_tests)).expect("a String takes any text");
        }
        write!(text, "\n| `{member}` | {allowed} |").expect("a String takes any text");
    }
    text
}

fn code(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::manifest::samples::member;
    use super::*;

    fn found(name: &str, dependencies: &[(&str, Kind)]) -> Vec<String> {
        check(&[member(name, dependencies, true)]).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn edges_of_the_table_pass() {
        assert!(found("strategy-hash", &[("freshness-core", Kind::Normal)]).is_empty());
        assert!(found("strategy-hash", &[("freshness-core", Kind::Dev)]).is_empty());
        assert!(found("archive-builder", &[("strategy-mtime", Kind::Dev)]).is_empty());
        assert!(found("tests", &[]).is_empty());
    }

    #[test]
    fn other_edges_do_not() {
        let edges = [("freshness-core", Kind::Normal), ("strategy-mtime", Kind::Dev)];
        let expected = "crates/strategy-hash/Cargo.toml:3: `strategy-hash` may not depend on \
                        `strategy-mtime`: hand the value down, or decide the edge in \
                        xtask/src/tidy/edges.rs";
        assert_eq!(found("strategy-hash", &edges), [expected]);
        assert_eq!(found("archive-builder", &[("strategy-mtime", Kind::Normal)]).len(), 1);
        assert_eq!(found("archive-builder", &[("strategy-mtime", Kind::Build)]).len(), 1);
        assert_eq!(found("tests", &[("freshness", Kind::Dev)]).len(), 1);
    }

    #[test]
    fn crates_of_others_are_no_edges() {
        assert!(check(&[member("tests", &[("freshness", Kind::Normal)], false)]).is_empty());
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        let expected = "crates/newcomer/Cargo.toml:1: `newcomer` has no row in \
                        xtask/src/tidy/edges.rs: add one";
        assert_eq!(found("newcomer", &[]), [expected]);
    }

    #[test]
    fn the_picture_is_a_table_of_the_rows() {
        let text = markdown();
        let head = "| crate | may depend on |\n| --- | --- |\n| `freshness-core` | nothing |\n";
        assert!(text.starts_with(head), "{text}");
        let builder = "\n| `archive-builder` | `freshness-core`; \
                       in tests also `strategy-mtime`, `strategy-hash` |\n";
        assert!(text.contains(builder), "{text}");
    }
}
