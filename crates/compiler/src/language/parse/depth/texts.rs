//! What a scanner passes over: comments, strings, numbers, spaces.

use super::Scanner;

impl Scanner<'_> {
    pub(super) fn skip_hashbang(&mut self) {
        if self.bytes.starts_with(b"#!") {
            self.skip_line();
        }
    }

    pub(super) fn skip_line(&mut self) {
        while self.peek(0).is_some() && self.line_end() == 0 {
            self.at += 1;
        }
    }

    /// How many bytes the line end here has, if there is one.
    pub(super) fn line_end(&self) -> usize {
        match self.bytes[self.at..] {
            [b'\n' | b'\r', ..] => 1,
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
            _ => 0,
        }
    }

    /// How many bytes of a space or line end are here, if it is one that ASCII does not have.
    pub(super) fn space_beyond_ascii(&self) -> usize {
        let rest = &self.bytes[self.at..];
        let text = std::str::from_utf8(&rest[..rest.len().min(4)])
            .or_else(|error| std::str::from_utf8(&rest[..error.valid_up_to()]));
        let first = text.ok().and_then(|text| text.chars().next());
        first.filter(|c| c.is_whitespace() || *c == '\u{feff}').map_or(0, char::len_utf8)
    }

    pub(super) fn skip_comment(&mut self) {
        self.at += 2;
        while let Some(byte) = self.peek(0) {
            if byte == b'*' && self.peek(1) == Some(b'/') {
                self.at += 2;
                return;
            }
            self.new_line |= self.line_end() > 0;
            self.at += 1;
        }
    }

    /// A string ends with its line at the latest, unless a backslash carries it on.
    pub(super) fn skip_string(&mut self, quote: u8) {
        self.begin_operand();
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' | b'\r' => return,
                _ if byte == quote => return,
                _ => {}
            }
        }
    }

    pub(super) fn skip_number(&mut self) {
        self.begin_operand();
        let radix_prefix = self.peek(0) == Some(b'0')
            && self.peek(1).is_some_and(|letter| b"xXoObB".contains(&letter));
        while let Some(byte) = self.peek(0) {
            let sign = matches!(byte, b'+' | b'-')
                && !radix_prefix
                && matches!(self.bytes[self.at - 1], b'e' | b'E');
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || sign) {
                return;
            }
            self.at += 1;
        }
    }
}
