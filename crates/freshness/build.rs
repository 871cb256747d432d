//! Has optimised programs carry the unwinder, rather than load `libgcc_s` at each start: that library asks the
//! processor what it can do, which takes as long as a tenth of a check where a hypervisor answers.
//!
//! The standard library names it for the linker, and gcc has the same code as `libgcc_eh.a`. So the name leads there,
//! where that archive is; elsewhere nothing is other than usual.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script is told by the environment and asks the linker's driver"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What cargo runs, of this package and of the compiler's.
pub(crate) fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    if let Some(dir) = directory_of_the_other_name() {
        println!("cargo::rustc-link-arg-bins=-L{}", dir.display());
    }
}

/// A directory in which the library's name leads to the archive, for a linker to look in first.
fn directory_of_the_other_name() -> Option<PathBuf> {
    let told = |name: &str| env::var(name).unwrap_or_default();
    let is_of = told("CARGO_CFG_TARGET_OS") == "linux" && told("CARGO_CFG_TARGET_ENV") == "gnu";
    let driver = match env::var_os("RUSTC_LINKER") {
        Some(linker) => linker,
        None if told("HOST") == told("TARGET") => "cc".into(),
        None => return None,
    };
    if !is_of || told("PROFILE") != "release" {
        return None;
    }
    let found = Command::new(driver).arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let archive = String::from_utf8(found.stdout).ok()?;
    let archive = archive.trim_end();
    // What it does not find it gives back as it was asked for; what would have to be quoted is left alone.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if !archive.chars().all(is_plain) || !Path::new(archive).is_absolute() {
        return None;
    }
    let dir = PathBuf::from(env::var_os("OUT_DIR")?);
    let is_written = Path::new(archive).exists()
        && fs::write(dir.join("libgcc_s.so"), format!("INPUT({archive})\n")).is_ok();
    is_written.then_some(dir)
}
