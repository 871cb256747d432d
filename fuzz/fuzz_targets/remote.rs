//! Any bytes as what a shared storage gives: neither a panic nor much memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archive_builder::fuzzing::remote(bytes));
