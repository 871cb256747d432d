//! The string value of compiled programs.
//!
//! Immutable and shared by count, because TypeScript strings are values: copying one must be cheap and
//! no holder may see it change. The text is UTF-8, so that console output, hashing and matching need no
//! conversion. The price: `length`, which JavaScript counts in UTF-16 code units, takes a pass over the
//! text, and a lone surrogate cannot be held (it arrives as U+FFFD, as it would from a `TextDecoder`).

use std::cmp::Ordering;
use std::sync::Arc;

#[cfg(feature = "full")]
use crate::heap::Ticket;

/// The longest string that Node.js has, in UTF-16 code units: beyond it a program fails.
pub(crate) const LENGTH_AT_MOST: usize = (1 << 29) - 24;

/// A string as compiled programs see it: opaque, reached only through the `nts_rt_string_*` functions.
#[derive(Debug)]
pub struct NtsString {
    /// Grows only through [`NtsString::append`], by one who holds it alone.
    text: String,
    #[cfg(feature = "full")]
    _registered: Ticket,
}

impl NtsString {
    pub(crate) fn new(text: impl Into<String>) -> Self {
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

    /// Whether both together have at most so many UTF-16 code units. No text has more of them than bytes, so
    /// they are counted only where it matters.
    pub(crate) fn fit_into(units: usize, left: &Self, right: &Self) -> bool {
        left.text.len() + right.text.len() <= units
            || left.utf16_units() + right.utf16_units() <= units
    }

    /// As [`NtsString::concat`], where nobody else holds `left`, whose room is used. A text that is built
    /// piece by piece is then copied a few times, not once for each piece.
    pub(crate) fn append(left: &mut Arc<Self>, right: &Self) {
        match Arc::get_mut(left) {
            Some(alone) => {
                alone.text.push_str(&right.text);
                #[cfg(feature = "full")]
                {
                    alone._registered = Ticket::new(&alone.text);
                }
            }
            None => *left = Arc::new(Self::concat(left, right)),
        }
    }

    /// JavaScript's order: by UTF-16 code units, which is not that of characters where surrogates come in.
    pub(crate) fn compare(left: &Self, right: &Self) -> Ordering {
        left.text.encode_utf16().cmp(right.text.encode_utf16())
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
    use std::cmp::Ordering;
    use std::sync::Arc;

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

    #[test]
    fn append_leaves_other_holders_alone() {
        let mut alone = Arc::new(NtsString::new("a"));
        NtsString::append(&mut alone, &NtsString::new("b"));
        assert_eq!(alone.as_str(), "ab");
        let shared = Arc::clone(&alone);
        NtsString::append(&mut alone, &NtsString::new("c"));
        assert_eq!((alone.as_str(), shared.as_str()), ("abc", "ab"));
    }

    #[test]
    fn room_is_measured_in_code_units() {
        let (accented, pair) = (NtsString::new("éé"), NtsString::new("😀"));
        assert!(NtsString::fit_into(4, &accented, &pair));
        assert!(!NtsString::fit_into(3, &accented, &pair));
        assert!(NtsString::fit_into(0, &NtsString::new(""), &NtsString::new("")));
    }

    #[test]
    fn order_is_by_utf16_code_units() {
        let table = [
            ("", "a", Ordering::Less),
            ("a", "B", Ordering::Greater),
            ("abc", "abd", Ordering::Less),
            ("é", "z", Ordering::Greater),
            // U+FF5E is after U+1F600 here: its one unit is above the first surrogate's.
            ("\u{ff5e}", "😀", Ordering::Greater),
            ("😀", "😀", Ordering::Equal),
        ];
        for (left, right, expected) in table {
            let (left, right) = (NtsString::new(left), NtsString::new(right));
            assert_eq!(NtsString::compare(&left, &right), expected, "{left:?} {right:?}");
        }
    }
}
