//! Keys: blake3 over length-delimited fields.
//!
//! Every field is preceded by its length, every list by its count, so no two different sequences of
//! fields have one encoding, whatever separators their texts contain.

use freshness::Digest;

/// A key being derived.
#[derive(Clone, Debug)]
pub struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    /// Begins a key for one purpose; keys of different purposes never meet.
    #[must_use]
    pub fn new(purpose: &str) -> Self {
        Self(blake3::Hasher::new()).text(purpose)
    }

    /// Adds a field.
    #[must_use]
    pub fn bytes(mut self, field: &[u8]) -> Self {
        self.0.update(&(field.len() as u64).to_le_bytes());
        self.0.update(field);
        self
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(self, field: &str) -> Self {
        self.bytes(field.as_bytes())
    }

    /// Adds a field that may be missing.
    #[must_use]
    pub fn optional(self, field: Option<&[u8]>) -> Self {
        match field {
            Some(field) => self.count(1).bytes(field),
            None => self.count(0),
        }
    }

    /// Adds the number of fields that follow.
    #[must_use]
    pub fn count(mut self, count: usize) -> Self {
        self.0.update(&(count as u64).to_le_bytes());
        self
    }

    /// The key.
    #[must_use]
    pub fn digest(&self) -> Digest {
        *self.0.finalize().as_bytes()
    }
}

/// The digest of some bytes alone.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    *blake3::hash(bytes).as_bytes()
}

/// A digest as hexadecimal digits.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let keys = [
            Fingerprint::new("p").text("ab").text("c"),
            Fingerprint::new("p").text("a").text("bc"),
            Fingerprint::new("p").text("abc"),
            Fingerprint::new("p").text("abc").text(""),
            Fingerprint::new("q").text("abc"),
            Fingerprint::new("p").optional(None).text("abc"),
            Fingerprint::new("p").optional(Some(b"")).text("abc"),
        ];
        for (i, one) in keys.iter().enumerate() {
            for (j, other) in keys.iter().enumerate() {
                assert_eq!(one.digest() == other.digest(), i == j, "{i} and {j}");
            }
        }
    }

    #[test]
    fn a_digest_is_shown_in_hexadecimal() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }
}
