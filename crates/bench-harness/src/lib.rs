//! Fixtures for benchmarks: deterministic, built on demand, never checked in.

pub mod dep_wide;

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Writes `files` files of about 1 KiB with distinct contents below `dir`, `per_directory` in each
/// directory.
///
/// # Errors
/// Those of creating directories and files.
pub fn write_inputs(dir: &Path, files: usize, per_directory: usize) -> io::Result<()> {
    for index in 0..files {
        let below = dir.join(format!("d{:05}", index / per_directory));
        if index % per_directory == 0 {
            fs::create_dir_all(&below)?;
        }
        fs::write(below.join(format!("f{index:06}.rs")), content(index))?;
    }
    Ok(())
}

/// About 1 KiB of source-like text that no other index has.
fn content(index: usize) -> String {
    let mut text = String::with_capacity(1024);
    for line in 0..24 {
        writeln!(text, "pub fn value_{index}_{line}() -> u64 {{ {} }}", index * 31 + line)
            .expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixture_is_the_same_every_time_and_no_two_files_are_alike() {
        assert_eq!(content(7), content(7));
        assert_ne!(content(7), content(8));
        assert!((900..1300).contains(&content(123_456).len()), "{}", content(123_456).len());
    }

    #[test]
    fn files_are_spread_over_directories() {
        let dir = tempfile::tempdir().unwrap();
        write_inputs(dir.path(), 25, 10).unwrap();
        let count = |d: &str| fs::read_dir(dir.path().join(d)).unwrap().count();
        assert_eq!([count("d00000"), count("d00001"), count("d00002")], [10, 10, 5]);
    }
}
