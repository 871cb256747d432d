//! Who may do what only an owner may: tables of globs over paths.

use globset::GlobBuilder;

/// Whether one of `globs` matches `path`; `*` stops at `/`, `**` does not.
pub fn own(globs: &[&str], path: &str) -> bool {
    globs.iter().any(|glob| {
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        built.expect("the tables hold valid globs").compile_matcher().is_match(path)
    })
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn a_star_stays_in_its_directory() {
        assert!(own(&["crates/*/src/main.rs"], "crates/a/src/main.rs"));
        assert!(!own(&["crates/*/src/main.rs"], "crates/a/b/src/main.rs"));
        assert!(own(&["x", "crates/{a,b}/src/**/report.rs"], "crates/b/src/report.rs"));
        assert!(own(&["tests/**"], "tests/src/world/git.rs"));
        assert!(!own(&[], "tests/src/world.rs"));
    }
}
