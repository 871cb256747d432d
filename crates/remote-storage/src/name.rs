//! Which names a body may have.
//!
//! A name becomes a path, a key or a part of a url, and comes from what others wrote; so what could climb out
//! of the storage, or mean something else there, is refused before anything is asked.

/// Longer than any name that is put, and within what every service takes.
const MAX_BYTES: usize = 512;

/// Why this is no name, if it is none.
pub(crate) fn problem_of(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    if name.len() > MAX_BYTES {
        return Some("the name is longer than 512 bytes");
    }
    if !name.chars().all(allowed) {
        return Some("the name has something else than a-z, 0-9, `.`, `_`, `-` and `/`");
    }
    let climbs = |part: &str| part.is_empty() || part.starts_with('.');
    name.split('/').any(climbs).then_some("a part of the name is empty, or begins with `.`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_where_they_belong() {
        for name in ["a", "main/entries/00ff", "a.b/c_d-e", &"a".repeat(512)] {
            assert_eq!(problem_of(name), None, "{name}");
        }
        let climbing = ["", "/a", "a/", "a//b", "..", "a/../b", "./a", ".incoming/a"];
        let others = ["A", "a b", "a\\b", "a\0", "ä", "a?b", "a#b", "a%2e", &"a".repeat(513)];
        for name in climbing.iter().chain(&others) {
            assert!(problem_of(name).is_some(), "{name}");
        }
    }
}
