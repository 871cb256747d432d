//! Any bytes as cargo messages: neither a panic nor much memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archive_builder::fuzzing::cargo_messages(bytes));
