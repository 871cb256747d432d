//! The evidence: of each input, the 32 bytes of its content's digest.
//!
//! All zeros means that no digest was taken: the input has no content (absent, a directory, a named
//! pipe) or could not be read. No known message has that digest. Evidence of another length, as only a
//! foreign stamp could hold, reads as zeros: unread, and unread never compares equal.

use freshness_core::Digest;

/// How long the evidence of one input is.
pub(crate) const BYTES: usize = 32;

const UNREAD: Digest = [0; BYTES];

/// The digest in this evidence, if one was taken.
pub(crate) fn digest_in(evidence: &[u8]) -> Option<Digest> {
    evidence.try_into().ok().filter(|digest| *digest != UNREAD)
}
