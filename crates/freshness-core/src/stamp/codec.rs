//! The envelope of a record on disk, and the one place that speaks bincode.
//!
//! ```text
//! magic, 8 bytes | version u32 | payload length u64 | CRC-32 of the payload u32 | payload
//! ```
//! A stamp's table follows the payload of its head, which says how long it is and holds its checksums.
//! Integers are little-endian. The envelope is checked before anything inside is believed, so a
//! record torn at any length or with any bit flipped is told from a whole one. The checksum guards
//! against accidents; against malice the store is private. Decoding never allocates more than a
//! fixed multiple of the bytes that are really there.

use bincode::error::DecodeError;
use bincode::{Decode, Encode};

/// The largest payload that is written or read: for a stamp, about five million inputs.
pub const MAX_BYTES: usize = 512 << 20;

const HEADER_BYTES: usize = 8 + 4 + 8 + 4;

/// The largest file that holds a record.
pub const MAX_FILE_BYTES: usize = HEADER_BYTES + MAX_BYTES;

/// One kind of record, in one version.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The first bytes of every such record.
    pub magic: [u8; 8],
    /// The version of its structures; any change of them raises it.
    pub version: u32,
}

/// A record that no one would read back.
#[derive(Debug, thiserror::Error)]
#[error("encode a record of {bytes} bytes: more than the {MAX_BYTES} that are read back")]
pub struct TooLarge {
    /// Its size.
    pub bytes: usize,
}

/// Why bytes are not a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// They are torn, foreign or damaged.
    Damaged(&'static str),
    /// They are a record of this other version.
    Version(u32),
}

/// Encodes a record.
///
/// # Errors
/// More than [`MAX_BYTES`].
pub fn encode(format: Format, record: &impl Encode) -> Result<Vec<u8>, TooLarge> {
    let payload = bincode::encode_to_vec(record, bincode::config::standard())
        .expect("encoding plain structures into memory cannot fail");
    if payload.len() > MAX_BYTES {
        return Err(TooLarge { bytes: payload.len() });
    }
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
    bytes.extend_from_slice(&format.magic);
    bytes.extend_from_slice(&format.version.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// Decodes a record.
///
/// # Errors
/// Anything but one whole record of this format.
pub fn decode<T: Decode<()>>(format: Format, bytes: &[u8]) -> Result<T, Undecodable> {
    match decode_first(format, bytes)? {
        (record, used) if used == bytes.len() => Ok(record),
        _ => Err(Undecodable::Damaged("it is torn")),
    }
}

/// Decodes the record that `bytes` begin with, and says how many of them it takes.
///
/// # Errors
/// Anything but a whole record of this format.
pub fn decode_first<T: Decode<()>>(
    format: Format,
    bytes: &[u8],
) -> Result<(T, usize), Undecodable> {
    let damaged = Undecodable::Damaged;
    let used = first_bytes(format, bytes)?;
    let record = bytes.get(..used).ok_or(damaged("it is torn"))?;
    let (header, payload) = record.split_at(HEADER_BYTES);
    let sum = header.last_chunk().map(|sum| u32::from_le_bytes(*sum));
    if sum != Some(crc32fast::hash(payload)) {
        return Err(damaged("its checksum does not match"));
    }
    match decode_payload(payload) {
        Ok((record, read)) if read == payload.len() => Ok((record, used)),
        Ok(_) => Err(damaged("it has trailing bytes")),
        Err(_) => Err(damaged("its structure is damaged")),
    }
}

/// How many bytes the record takes that `bytes` begin with, of which only the envelope need be there.
///
/// # Errors
/// Bytes that do not begin with an envelope of this format.
pub fn first_bytes(format: Format, bytes: &[u8]) -> Result<usize, Undecodable> {
    let damaged = Undecodable::Damaged;
    let torn = || damaged("it is torn");
    let (magic, rest) = bytes.split_first_chunk::<8>().ok_or_else(torn)?;
    if *magic != format.magic {
        return Err(damaged("it is something else"));
    }
    let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(torn)?;
    let version = u32::from_le_bytes(*version);
    if version != format.version {
        return Err(Undecodable::Version(version));
    }
    let (length, _) = rest.split_first_chunk::<8>().ok_or_else(torn)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| torn())?;
    if bytes.len() < HEADER_BYTES || length > MAX_BYTES {
        return Err(torn());
    }
    Ok(HEADER_BYTES + length)
}

/// Decodes with a limit in proportion to what is there. bincode takes its limit at compile time and
/// counts bytes in memory, not on disk, so the proportion comes in tiers: each allows its largest
/// payload to grow by [`GROWTH`].
fn decode_payload<T: Decode<()>>(payload: &[u8]) -> Result<(T, usize), DecodeError> {
    const SMALL: usize = 1 << 16;
    const MEDIUM: usize = 1 << 20;
    const LARGE: usize = 1 << 24;
    match payload.len() {
        0..SMALL => decode_within::<T, { SMALL * GROWTH }>(payload),
        SMALL..MEDIUM => decode_within::<T, { MEDIUM * GROWTH }>(payload),
        MEDIUM..LARGE => decode_within::<T, { LARGE * GROWTH }>(payload),
        LARGE.. => decode_within::<T, { MAX_BYTES.saturating_mul(GROWTH) }>(payload),
    }
}

/// How many times larger than on disk a record may be in memory. A path of three bytes where
/// nothing was takes 5 bytes on disk and some 170 in memory; nothing that is written grows more.
const GROWTH: usize = 64;

fn decode_within<T: Decode<()>, const LIMIT: usize>(
    payload: &[u8],
) -> Result<(T, usize), DecodeError> {
    bincode::decode_from_slice(payload, bincode::config::standard().with_limit::<LIMIT>())
}
