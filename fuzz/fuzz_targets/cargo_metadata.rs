//! Any bytes as cargo metadata: neither a panic nor much memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archive_builder::fuzzing::cargo_metadata(bytes));
