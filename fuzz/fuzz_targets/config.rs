//! Any text as a `freshness.toml`: neither a panic nor much memory, and errors that can be shown.
#![no_main]

use freshness::Config;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(error) = Config::parse("/p/freshness.toml".into(), "/p".into(), text) {
        let shown = error.to_string();
        assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
    }
});
