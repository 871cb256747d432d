//! What is wrong with a program, as a person or a script reads it: file, line, column and a code frame.
//!
//! Lines and columns count from 1, columns in characters. In a frame tabs are four columns wide, control
//! characters are escaped, and a long line is shown around the place in question, so no source can
//! disturb a terminal or flood it.

use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use freshness::Escaped;

use crate::graph::SourceErrors;

/// Columns of a source line that a frame shows.
const FRAME_COLUMNS: usize = 110;

/// Columns shown before the place in question where a line is too long.
const COLUMNS_BEFORE: usize = 40;

const TAB: &str = "    ";

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The file.
    pub path: PathBuf,
    /// From 1; `None` where the file has no text.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    frame: Option<Frame>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    line: String,
    marker: String,
}

/// Finds the places of everything that is wrong with one file.
#[must_use]
pub fn locate(errors: SourceErrors) -> Vec<Located> {
    let lines = errors.text.as_deref().map(Lines::of);
    let located = errors.diagnostics.into_iter().map(|diagnostic| {
        let place = lines.as_ref().map(|lines| lines.place(&diagnostic.span));
        Located {
            path: errors.path.clone(),
            line: place.as_ref().map(|place| place.line),
            column: place.as_ref().map(|place| place.column),
            message: Escaped::text(&diagnostic.message).to_string(),
            help: diagnostic.help.map(|help| Escaped::text(&help).to_string()),
            frame: place.map(|place| place.frame),
        }
    });
    located.collect()
}

impl Located {
    /// The text for a person, ending in a line end; paths are shown relative to `directory` where inside.
    #[must_use]
    pub fn render(&self, directory: &Path) -> String {
        let mut text = format!("error: {}\n", self.message);
        let path = Escaped::path(self.path.strip_prefix(directory).unwrap_or(&self.path));
        let width = self.line.map_or(1, |line| line.to_string().len());
        let mut say = |line: std::fmt::Arguments<'_>| {
            text.write_fmt(line).expect("a String takes any text");
        };
        match (self.line, self.column, &self.frame) {
            (Some(line), Some(column), Some(frame)) => {
                say(format_args!("{:width$}--> {path}:{line}:{column}\n", ""));
                say(format_args!("{:width$} |\n", ""));
                say(format_args!("{line} | {}\n", frame.line));
                say(format_args!("{:width$} | {}\n", "", frame.marker));
            }
            _ => say(format_args!("{:width$}--> {path}\n", "")),
        }
        if let Some(help) = &self.help {
            say(format_args!("{:width$} = help: {help}\n", ""));
        }
        text
    }
}

struct Place {
    line: usize,
    column: usize,
    frame: Frame,
}

/// A text and where its lines begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, starts: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    fn place(&self, span: &Range<u32>) -> Place {
        let at = |offset: u32| char_boundary(self.text, offset as usize);
        let (start, end) = (at(span.start), at(span.end.max(span.start)));
        let line = self.starts.partition_point(|begin| *begin <= start);
        let begin = self.starts[line - 1];
        let rest = &self.text[begin..];
        let content = rest.split('\n').next().unwrap_or_default();
        let content = content.strip_suffix('\r').unwrap_or(content);
        let before = &content[..(start - begin).min(content.len())];
        let after = &content[before.len()..];
        let marked = &after[..(end - start).min(after.len())];
        let column = before.chars().count() + 1;
        Place { line, column, frame: frame(content, before, marked) }
    }
}

/// The offset itself, or the nearest before it where a character begins.
fn char_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The shown line and what points into it: `before` and `marked` are where it begins.
fn frame(content: &str, before: &str, marked: &str) -> Frame {
    let is_long = content.chars().nth(FRAME_COLUMNS).is_some();
    let skipped = match before.chars().count() {
        many if is_long && many > COLUMNS_BEFORE => many - COLUMNS_BEFORE,
        _ => 0,
    };
    let skip = |text: &str| text.chars().skip(skipped).collect::<String>();
    let shown: String = content.chars().skip(skipped).take(FRAME_COLUMNS).collect();
    let is_cut = content.chars().nth(skipped + FRAME_COLUMNS).is_some();
    let (front, back) = (if skipped > 0 { "…" } else { "" }, if is_cut { "…" } else { "" });
    let width = |text: &str| shown_text(text).chars().count();
    let indent = front.chars().count() + width(&skip(before));
    let room = FRAME_COLUMNS.saturating_sub(before.chars().count() - skipped).max(1);
    let carets = width(&marked.chars().take(room).collect::<String>()).max(1);
    Frame {
        line: format!("{front}{}{back}", shown_text(&shown)).trim_end().to_owned(),
        marker: format!("{}{}", " ".repeat(indent), "^".repeat(carets)),
    }
}

fn shown_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for part in text.split_inclusive('\t') {
        let (plain, tab) = match part.strip_suffix('\t') {
            Some(plain) => (plain, TAB),
            None => (part, ""),
        };
        write!(shown, "{}{tab}", Escaped::text(plain)).expect("a String takes any text");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Diagnostic;

    fn render(text: &str, span: Range<u32>) -> String {
        let diagnostics =
            vec![Diagnostic { span, message: "wrong".into(), help: Some("right".into()) }];
        let path = "/p/src/a.ts".into();
        let located = locate(SourceErrors { path, text: Some(text.into()), diagnostics });
        located[0].render(Path::new("/p"))
    }

    #[test]
    fn a_frame_shows_the_line_and_points_at_the_place() {
        let expected = "error: wrong\n --> src/a.ts:2:9\n  |\n2 | let x = y;\n  |         ^\n  = help: right\n";
        assert_eq!(render("// one\nlet x = y;\n", 15..16), expected);
        let many = "\n".repeat(98) + "ab";
        assert!(render(&many, 98..100).contains("  --> src/a.ts:99:1\n   |\n99 | ab\n   | ^^\n"));
    }

    #[test]
    fn columns_are_characters_and_tabs_are_wide() {
        let text = "\tä = \"😀\"; b\r\n";
        let at = u32::try_from(text.find('b').unwrap()).unwrap();
        let shown = render(text, at..at + 1);
        assert!(shown.contains(":1:11\n"), "{shown}");
        assert!(shown.contains("1 |     ä = \"😀\"; b\n  |              ^\n"), "{shown}");
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = "x".repeat(1000) + "!" + &"y".repeat(1000);
        let shown = render(&text, 1000..1001);
        let frame = shown.lines().nth(3).unwrap();
        assert!(frame.starts_with("1 | …xxx") && frame.ends_with("yyy…"), "{frame}");
        let caret = shown.lines().nth(4).unwrap().chars().position(|c| c == '^').unwrap();
        assert_eq!(frame.chars().nth(caret), Some('!'));
    }

    #[test]
    fn a_span_over_lines_is_marked_to_the_end_of_the_first() {
        assert!(render("if (a) {\n b();\n}\n", 7..16).contains("| if (a) {\n  |        ^\n"));
    }

    #[test]
    fn any_offset_and_any_bytes_can_be_shown() {
        let text = "a\u{1b}[31mb\u{202e}ä\n\n\u{feff}x";
        for start in 0..40 {
            for len in [0, 1, 5, 100] {
                let shown = render(text, start..start + len);
                assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
            }
        }
        assert!(render("", 0..0).contains(":1:1\n"));
        assert!(render("a", 1..1).contains("1 | a\n  |  ^\n"));
    }

    #[test]
    fn a_file_without_text_is_named_without_a_line() {
        let diagnostics = vec![Diagnostic { span: 0..0, message: "no\u{7}".into(), help: None }];
        let located = locate(SourceErrors { path: "/q/a.ts".into(), text: None, diagnostics });
        assert_eq!(located[0].render(Path::new("/p")), "error: no\\x07\n --> /q/a.ts\n");
    }
}
