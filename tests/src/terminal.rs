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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out_and_nothing_else() {
        assert_eq!(without_colors("\u{1b}[1;31mred\u{1b}[0m\r\nplain"), "red\nplain");
        assert_eq!(without_colors("\u{1b}[2Jx\u{1b}[31"), "\u{1b}[2Jx\u{1b}[31");
    }
}
