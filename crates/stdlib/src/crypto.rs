//! Hashing (feature `crypto`): SHA-256 by RustCrypto's `sha2`, which uses the processor's own
//! instructions where it has them.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The digest of `bytes` in lower-case hexadecimal: 64 characters.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::sha256_hex;

    /// The first two are examples of FIPS 180-2, appendix B.
    #[test]
    fn agrees_with_published_digests() {
        let table: [(&[u8], &str); 3] = [
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ];
        for (bytes, expected) in table {
            assert_eq!(sha256_hex(bytes), expected);
        }
    }
}
