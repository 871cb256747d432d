//! Any bytes as dep info: neither a panic nor much memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archive_builder::fuzzing::dep_info(bytes));
