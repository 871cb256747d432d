//! Words with a meaning of their own, as far as nesting depends on them.

/// Takes one operand, to the right, and can be such an operand itself.
pub(super) fn is_prefix(word: &[u8]) -> bool {
    matches!(
        word,
        b"typeof"
            | b"void"
            | b"delete"
            | b"await"
            | b"yield"
            | b"new"
            | b"keyof"
            | b"unique"
            | b"readonly"
            | b"infer"
            | b"asserts"
            | b"abstract"
            | b"async"
    )
}

/// After it a value is still to come; so a slash begins a regular expression.
pub(super) fn is_no_operand(word: &[u8]) -> bool {
    matches!(
        word,
        b"break"
            | b"case"
            | b"catch"
            | b"class"
            | b"const"
            | b"continue"
            | b"debugger"
            | b"default"
            | b"enum"
            | b"export"
            | b"finally"
            | b"function"
            | b"import"
            | b"in"
            | b"instanceof"
            | b"of"
            | b"return"
            | b"switch"
            | b"throw"
            | b"try"
            | b"var"
            | b"as"
            | b"satisfies"
    )
}

/// May stand between two parts of one expression or statement, so that a line end before it ends nothing.
pub(super) fn continues(word: &[u8]) -> bool {
    matches!(
        word,
        b"else"
            | b"while"
            | b"in"
            | b"instanceof"
            | b"of"
            | b"as"
            | b"is"
            | b"satisfies"
            | b"extends"
            | b"implements"
            | b"catch"
            | b"finally"
            | b"from"
    )
}
