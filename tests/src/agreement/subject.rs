//! The workspaces: the generated one, this repository, and four made of published crates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::published;
use crate::files::write;
use crate::sources;

/// A kind of workspace that edits are tried on.
#[derive(Debug)]
pub struct Subject {
    /// What it is called in the table.
    pub name: &'static str,
    /// What is special about it.
    pub about: &'static str,
    /// Its share of all edits, in percent: fewer where a build from nothing takes long.
    pub share: u32,
    /// Writes it into an empty directory.
    pub(super) write: fn(&Path),
    /// The profiles that are built side by side: packages, and features.
    pub(super) lanes: &'static [Lane],
    /// Variables that its build scripts or its code read, with values worth trying.
    pub(super) variables: &'static [(&'static str, &'static [&'static str])],
}

/// What is asked of cargo.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) packages: &'static [&'static str],
    pub(super) features: &'static [&'static str],
}

const fn lane(packages: &'static [&'static str], features: &'static [&'static str]) -> Lane {
    Lane { packages, features }
}

/// Every subject.
pub const SUBJECTS: &[Subject] = &[
    Subject {
        name: "generated",
        about: "path dependency outside the workspace, linked module, build script with declared inputs, `include_str!`",
        share: 46,
        write: sources::write_workspace,
        lanes: &[lane(&["alpha", "gamma"], &[]), lane(&["gamma"], &["gamma/extra"])],
        variables: &[("GAMMA_MODE", &["1", "2"])],
    },
    Subject {
        name: "repository",
        about: "this one: the compiler's runtime and standard library, with a wrapper archive",
        share: 8,
        write: write_repository,
        lanes: &[
            lane(&["nativets-runtime", "nativets-stdlib"], &["nativets-stdlib/regex"]),
            lane(&["nativets-runtime"], &[]),
        ],
        variables: &[],
    },
    Subject {
        name: "thiserror",
        about: "procedural macro; build script that probes the compiler; `include!` of what it generates",
        share: 8,
        write: |dir| published::write_workspace(dir, &["thiserror", "thiserror-impl"], ERRORS),
        lanes: &[lane(&["app"], &[])],
        variables: &[("RUSTC_BOOTSTRAP", &["0"])],
    },
    Subject {
        name: "numbers",
        about: "num-traits, portable-atomic, rustversion, crunchy: three build scripts, one with a path build-dependency, generated sources, a procedural macro",
        share: 16,
        write: |dir| published::write_workspace(dir, NUMBER_CRATES, NUMBERS),
        lanes: &[lane(&["app"], &[])],
        variables: &[],
    },
    Subject {
        name: "libz-sys",
        about: "C sources compiled by `cc` in a build script that names only itself",
        share: 11,
        write: |dir| published::write_workspace(dir, &["libz-sys"], ZLIB),
        lanes: &[lane(&["app"], &[])],
        variables: &[("CFLAGS", &["-DFRESHNESS=1", "-DFRESHNESS=2"])],
    },
    Subject {
        name: "lz4-sys",
        about: "C sources compiled by `cc` in a build script that names no file",
        share: 11,
        write: |dir| published::write_workspace(dir, &["lz4-sys"], LZ4),
        lanes: &[lane(&["app"], &[])],
        variables: &[("CFLAGS", &["-DFRESHNESS=1"])],
    },
];

const NUMBER_CRATES: &[&str] =
    &["num-traits", "autocfg", "portable-atomic", "rustversion", "crunchy"];

const ERRORS: &str = r#"
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("odd number {0}")]
    Odd(u32),
}
#[unsafe(no_mangle)]
pub extern "C" fn trouble(number: u32) -> usize { Trouble::Odd(number).to_string().len() }
"#;

const NUMBERS: &str = r#"
use crunchy::unroll;
use num_traits::Float;
use portable_atomic::{AtomicU128, Ordering};

static COUNT: AtomicU128 = AtomicU128::new(0);

#[rustversion::attr(since(1.60), unsafe(no_mangle))]
pub extern "C" fn root(number: f64) -> f64 {
    COUNT.fetch_add(1, Ordering::Relaxed);
    let mut sum = 0.0;
    unroll! { for i in 0..8 { sum += number.powi(i as i32); } }
    Float::sqrt(sum)
}
"#;

const ZLIB: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn checksum() -> u64 { unsafe { libz_sys::crc32(0, b"abc".as_ptr(), 3) as u64 } }
"#;

const LZ4: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn bound(size: i32) -> i32 { unsafe { lz4_sys::LZ4_compressBound(size) } }
"#;

/// A copy of the files of this repository that its version control keeps.
fn write_repository(dir: &Path) {
    let repository = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&repository).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    for file in listed.split_terminator('\0').filter(|file| repository.join(file).is_file()) {
        write(&dir.join(file), fs::read(repository.join(file)).unwrap());
    }
}
