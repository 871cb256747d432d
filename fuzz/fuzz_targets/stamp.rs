//! Any bytes as a stamp, as they are and with the checksum of their head corrected, so that what lies
//! behind it is reached: neither a panic nor much memory, and what is decoded is encoded again.
#![no_main]

use freshness_core::Stamp;

/// Magic, version, length, checksum: see `stamp/codec.rs`.
const HEADER: usize = 24;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    decode(bytes);
    let mut mended = bytes.to_vec();
    let Some((header, payload)) = mended.split_at_mut_checked(HEADER) else { return };
    let length = u64::from_le_bytes(header[12..20].try_into().expect("eight bytes"));
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(payload.len());
    header[12..20].copy_from_slice(&(length as u64).to_le_bytes());
    header[20..].copy_from_slice(&crc32fast::hash(&payload[..length]).to_le_bytes());
    decode(&mended);
});

fn decode(bytes: &[u8]) {
    if let Ok(stamp) = Stamp::decode(bytes) {
        let _ = stamp.encode().expect("what was read is small enough to be written");
    }
}
