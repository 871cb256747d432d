//! Strings as literals: quoted as Node.js shows them (`%o`), and as JSON (`%j`).

use std::fmt::Write;

/// Longer texts are cut, as Node.js does.
const SHOWN_UNITS: usize = 10_000;
/// What Node.js takes a line to hold, less what it keeps free.
const LINE_UNITS: usize = 76;

/// In the quotes that need the fewest escapes; long texts of several lines a line each.
pub(crate) fn quoted(text: &str) -> String {
    let units = text.chars().map(char::len_utf16).sum::<usize>();
    let (shown, cut) = if units > SHOWN_UNITS { cut(text) } else { (text, 0) };
    let shown_units = units - cut;
    let mut result = if shown_units > LINE_UNITS {
        let lines: Vec<_> = shown.split_inclusive('\n').map(quoted_line).collect();
        lines.join(" +\n  ")
    } else {
        quoted_line(shown)
    };
    if cut > 0 {
        let plural = if cut > 1 { "s" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(result, "... {cut} more character{plural}");
    }
    result
}

/// The first units, and how many are left. A pair that does not fit whole is left out whole.
fn cut(text: &str) -> (&str, usize) {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > SHOWN_UNITS
    });
    let (shown, hidden) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    (shown, hidden.chars().map(char::len_utf16).sum())
}

fn quoted_line(text: &str) -> String {
    let quote = if !text.contains('\'') {
        '\''
    } else if !text.contains('"') {
        '"'
    } else if !text.contains('`') && !text.contains("${") {
        '`'
    } else {
        '\''
    };
    let mut line = String::from(quote);
    for c in text.chars() {
        match c {
            '\u{8}' => line.push_str("\\b"),
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\u{c}' => line.push_str("\\f"),
            '\r' => line.push_str("\\r"),
            '\\' => line.push_str("\\\\"),
            '\'' if quote == '\'' => line.push_str("\\'"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                let _ = write!(line, "\\x{:02X}", u32::from(c));
            }
            _ => line.push(c),
        }
    }
    line.push(quote);
    line
}

/// As `JSON.stringify` writes it.
pub(crate) fn json(text: &str) -> String {
    let mut json = String::from('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{8}' => json.push_str("\\b"),
            '\t' => json.push_str("\\t"),
            '\n' => json.push_str("\\n"),
            '\u{c}' => json.push_str("\\f"),
            '\r' => json.push_str("\\r"),
            '\0'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::{json, quoted};

    /// As Node.js 20 shows them with `%o`.
    #[test]
    fn quotes_are_chosen_to_need_no_escapes() {
        for (text, expected) in [
            ("plain", "'plain'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "`it's \"so\"`"),
            ("'\"`", "'\\'\"`'"),
            ("'\"${", "'\\'\"${'"),
            ("a\\b\n\u{1}\u{7f}é", "'a\\\\b\\n\\x01\\x7Fé'"),
        ] {
            assert_eq!(quoted(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_texts_are_broken_at_line_ends_and_cut() {
        let line = "x".repeat(100);
        assert_eq!(quoted(&format!("{line}\n{line}")), format!("'{line}\\n' +\n  '{line}'"));
        let (fits, too_long) = (&line[..74], &line[..75]);
        assert_eq!(quoted(&format!("{fits}\ny")), format!("'{fits}\\ny'"));
        assert_eq!(quoted(&format!("{too_long}\ny")), format!("'{too_long}\\n' +\n  'y'"));
        let long = "y".repeat(10_002);
        assert_eq!(quoted(&long), format!("'{}'... 2 more characters", "y".repeat(10_000)));
    }

    #[test]
    fn json_escapes_what_it_must() {
        assert_eq!(json("a\"\\\n\u{1}\u{7f}é"), "\"a\\\"\\\\\\n\\u0001\u{7f}é\"");
    }
}
