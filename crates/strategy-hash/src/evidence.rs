//! The evidence: 32 bytes per input, in the order of the snapshot.
//!
//! All zeros means that no digest was taken: the input has no content (absent, a directory, a named
//! pipe) or could not be read. No known message has that digest. A table too short for an index, as
//! only a foreign stamp could hold, reads as zeros: unread, and unread never compares equal.

use freshness_core::Digest;

const UNREAD: Digest = [0; 32];

/// One digest per input.
pub(crate) struct DigestTable(Vec<Digest>);

impl DigestTable {
    /// A table of `len` inputs, none of them read.
    pub(crate) fn unread(len: usize) -> Self {
        Self(vec![UNREAD; len])
    }

    /// The table in `bytes`.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(bytes.as_chunks::<32>().0.to_vec())
    }

    /// The digest of the input at `index`, if one was taken.
    pub(crate) fn get(&self, index: usize) -> Option<Digest> {
        self.0.get(index).copied().filter(|digest| *digest != UNREAD)
    }

    /// Records the digest of the input at `index`.
    pub(crate) fn set(&mut self, index: usize, digest: Digest) {
        self.0[index] = digest;
    }

    /// The table as evidence.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_flattened()
    }
}
