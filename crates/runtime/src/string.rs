//! The string value of compiled programs.
//!
//! Immutable and shared by count, because TypeScript strings are values: copying one must be cheap and
//! no holder may see it change. The text is UTF-8, so that console output, hashing and matching need no
//! conversion. The price: `length`, which JavaScript counts in UTF-16 code units, takes a pass over the
//! text, and a lone surrogate cannot be held (it arrives as U+FFFD, as it would from a `TextDecoder`).

#[cfg(feature = "full")]
use crate::heap::Ticket;

/// A string as compiled programs see it: opaque, reached only through the `nts_rt_string_*` functions.
#[derive(Debug)]
pub struct NtsString {
    text: Box<str>,
    #[cfg(feature = "full")]
    _registered: Ticket,
}

impl NtsString {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        Self {
            #[cfg(feature = "full")]
            _registered: Ticket::new(&text),
            text,
        }
    }

    /// Takes UTF-8; each maximal ill-formed sequence becomes one U+FFFD.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self::new(String::from_utf8_lossy(bytes))
    }

    pub(crate) fn concat(left: &Self, right: &Self) -> Self {
        Self::new([left.as_str(), right.as_str()].concat())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// JavaScript's `length`: UTF-16 code units.
    pub(crate) fn utf16_units(&self) -> usize {
        self.text.chars().map(char::len_utf16).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::NtsString;

    #[test]
    fn length_counts_utf16_code_units() {
        for (text, units) in [("", 0), ("abc", 3), ("häß", 3), ("€", 1), ("😀", 2)] {
            assert_eq!(NtsString::new(text).utf16_units(), units, "{text:?}");
        }
    }

    #[test]
    fn ill_formed_bytes_become_replacement_characters() {
        assert_eq!(NtsString::from_bytes(b"a\xffb").as_str(), "a\u{fffd}b");
        // U+D800 as three bytes, the way a careless encoder writes a lone surrogate.
        assert!(NtsString::from_bytes(b"\xed\xa0\x80").as_str().chars().all(|c| c == '\u{fffd}'));
    }

    #[test]
    fn concat_keeps_both_sides_in_order() {
        let joined = NtsString::concat(&NtsString::new("né"), &NtsString::new("e"));
        assert_eq!(joined.as_str(), "née");
    }
}
