//! Which of cargo's lines say no more than what it is at: those that a bar shows in their place.
//!
//! A line that is not known to be one is passed on, so nothing that cargo says of a failure can be lost.

use crate::Escaped;

/// The width of the column that cargo writes its verbs in, to the right.
const COLUMN: usize = 12;

/// The verbs of cargo's that say how it comes along.
const VERBS: &[&str] = &[
    "Adding",
    "Blocking",
    "Compiling",
    "Dirty",
    "Downloaded",
    "Downloading",
    "Finished",
    "Fresh",
    "Locking",
    "Updating",
];

/// What a line says of cargo's progress, safe to print; nothing where it says something else.
pub(super) fn status(line: &[u8]) -> Option<String> {
    let plain = anstream::adapter::strip_bytes(line).into_vec();
    let text = String::from_utf8_lossy(&plain);
    let (verb, rest) = text.split_at_checked(COLUMN)?;
    let is_status = VERBS.contains(&verb.trim_start()) && rest.starts_with(' ');
    is_status.then(|| Escaped::text(text.trim()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_is_at_is_kept_back() {
        let colored = b"\x1b[1m\x1b[92m   Compiling\x1b[0m serde v1.0.0";
        assert_eq!(status(colored).as_deref(), Some("Compiling serde v1.0.0"));
        assert_eq!(status(b"    Finished `x` in 1s").as_deref(), Some("Finished `x` in 1s"));
        for line in [
            "warning: unused variable: `x`",
            "error[E0308]: mismatched types",
            "  --> src/lib.rs:1:2",
            "1 |    Compiling x",
            "Compiling x",
            "    Compiling",
            "     Running `rustc`",
            "   Compilingx y",
            "é  Compiling x",
            "",
        ] {
            assert_eq!(status(line.as_bytes()), None, "{line}");
        }
        assert_eq!(status(b"   Compiling a\x07\xffb").as_deref(), Some("Compiling ab"));
    }
}
