//! The envelope of a stamp, and the one place that speaks bincode.
//!
//! ```text
//! magic "freshstp" | version u32 | payload length u64 | CRC-32 of the payload u32 | payload
//! ```
//! Integers are little-endian. The envelope is checked before anything inside is believed, so a
//! stamp torn at any length or with any bit flipped is told from a whole one. The checksum guards
//! against accidents; against malice the store is private. Decoding never allocates more than a
//! fixed multiple of the bytes that are really there.

use super::{StampTooLarge, disk};

/// The version of the on-disk structures. Any change of [`disk`] raises it.
pub const VERSION: u32 = 1;

/// The largest payload that is written or read: about five million inputs.
pub const MAX_BYTES: usize = 512 << 20;

const MAGIC: &[u8; 8] = b"freshstp";
const HEADER_BYTES: usize = 8 + 4 + 8 + 4;

/// Why bytes are not a stamp.
#[derive(Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// They are torn, foreign or damaged.
    Damaged(&'static str),
    /// They are a stamp of this other version.
    Version(u32),
}

/// Encodes a stamp.
///
/// # Errors
/// More than [`MAX_BYTES`].
pub fn encode(stamp: &disk::Stamp) -> Result<Vec<u8>, StampTooLarge> {
    let payload = bincode::encode_to_vec(stamp, bincode::config::standard())
        .expect("encoding plain structures into memory cannot fail");
    if payload.len() > MAX_BYTES {
        return Err(StampTooLarge { bytes: payload.len(), limit: MAX_BYTES });
    }
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// Decodes a stamp.
///
/// # Errors
/// Anything but one whole stamp of this version.
pub fn decode(bytes: &[u8]) -> Result<disk::Stamp, Undecodable> {
    let damaged = Undecodable::Damaged;
    let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(damaged("the stamp is torn"))?;
    if magic != MAGIC {
        return Err(damaged("not a stamp"));
    }
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(damaged("the stamp is torn"))?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(Undecodable::Version(version));
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(damaged("the stamp is torn"))?;
    let (sum, payload) = rest.split_first_chunk::<4>().ok_or(damaged("the stamp is torn"))?;
    if u64::from_le_bytes(*length) != payload.len() as u64 {
        return Err(damaged("the stamp is torn"));
    }
    if u32::from_le_bytes(*sum) != crc32fast::hash(payload) {
        return Err(damaged("the stamp's checksum does not match"));
    }
    match decode_payload(payload) {
        Ok((stamp, used)) if used == payload.len() => Ok(stamp),
        Ok(_) => Err(damaged("the stamp has trailing bytes")),
        Err(_) => Err(damaged("the stamp's structure is damaged")),
    }
}

/// Decodes with a limit in proportion to what is there. bincode takes its limit at compile time and
/// counts decoded, not encoded, bytes, so the proportion comes in tiers.
fn decode_payload(payload: &[u8]) -> Result<(disk::Stamp, usize), bincode::error::DecodeError> {
    let config = bincode::config::standard();
    match payload.len() {
        0..0x1_0000 => bincode::decode_from_slice(payload, config.with_limit::<{ 16 << 16 }>()),
        0x1_0000..0x100_0000 => {
            bincode::decode_from_slice(payload, config.with_limit::<{ 16 << 24 }>())
        }
        _ => bincode::decode_from_slice(payload, config.with_limit::<{ 16 * MAX_BYTES }>()),
    }
}
