//! A terminal for a program to speak to, and what its sequences leave when they are taken out.

use std::fs::File;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Both ends of a terminal: where what is said to it appears, and the terminal itself.
pub(crate) fn open() -> (File, File) {
    // Not the controlling terminal of whoever runs the tests.
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let terminal = rustix::fs::open(name, flags, Mode::empty()).unwrap();
    let size = Winsize { ws_row: 50, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    (screen.into(), terminal.into())
}

/// A text without the sequences that colour it (`ESC [ digits and semicolons m`), and with ends of lines as
/// programs write them.
#[must_use]
pub fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end = behind.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| behind[*end..].starts_with('m')) {
            Some(end) => rest = &behind[end + 1..],
            None => {
                plain.push_str("\u{1b}[");
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    plain.replace("\r\n", "\n")
}

/// What is left on a screen, line by line and without colours, when all of this was said to a terminal. Only
/// what programs that draw bars say is understood.
///
/// # Panics
/// A sequence that is not understood.
#[must_use]
pub fn screen(text: &str) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let (mut row, mut column) = (0_usize, 0_usize);
    let plain = text.replace("\r\n", "\u{b}");
    let plain = without_colors(&plain);
    let mut rest = plain.chars();
    while let Some(c) = rest.next() {
        match c {
            '\r' => column = 0,
            '\n' | '\u{b}' => (row, column) = (row + 1, 0),
            '\u{1b}' => {
                let sequence: String = rest.by_ref().take(1).collect();
                assert_eq!(sequence, "[", "{text:?}");
                let mut count = String::new();
                let verb = rest.by_ref().find(|c| {
                    count.extend(c.is_ascii_digit().then_some(c));
                    !c.is_ascii_digit()
                });
                match (verb, count.as_str()) {
                    (Some('K'), "2") => lines[row] = Vec::new(),
                    (Some('K'), "" | "0") => lines[row].truncate(column),
                    (Some('A'), count) => row -= count.parse::<usize>().unwrap_or(1),
                    (Some('B'), count) => row += count.parse::<usize>().unwrap_or(1),
                    other => panic!("{other:?} in {text:?}"),
                }
            }
            c => {
                let width = lines[row].len().max(column + 1);
                lines[row].resize(width, ' ');
                lines[row][column] = c;
                column += 1;
            }
        }
        lines.resize(lines.len().max(row + 1), Vec::new());
    }
    let lines = lines.into_iter().map(|line| line.into_iter().collect::<String>());
    lines.map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out_and_nothing_else() {
        assert_eq!(without_colors("\u{1b}[1;31mred\u{1b}[0m\r\nplain"), "red\nplain");
        assert_eq!(without_colors("\u{1b}[2Jx\u{1b}[31"), "\u{1b}[2Jx\u{1b}[31");
    }

    #[test]
    fn a_screen_shows_what_was_said_last() {
        assert_eq!(screen("a\r\nb\r\n"), ["a", "b", ""]);
        assert_eq!(screen("bar 1\r\u{1b}[2Kbar 2\r\u{1b}[2Knote\r\n"), ["note", ""]);
        assert_eq!(screen("\u{1b}[1mab\u{1b}[0m\rx"), ["xb"]);
        assert_eq!(screen("a\r\nb\u{1b}[1A\r\u{1b}[2Kc"), ["c", "b"]);
    }
}
