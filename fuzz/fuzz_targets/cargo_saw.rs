//! Any payload in the envelope of `cargo-saw`, and any bytes at all: neither a panic nor much memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    archive_builder::fuzzing::cargo_saw(bytes);
    let mut record = b"freshsaw\x01\x00\x00\x00".to_vec();
    record.extend((bytes.len() as u64).to_le_bytes());
    record.extend(crc32fast::hash(bytes).to_le_bytes());
    record.extend(bytes);
    archive_builder::fuzzing::cargo_saw(&record);
});
