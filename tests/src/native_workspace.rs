//! The native archives as a workspace of their own.

use std::fs;
use std::path::Path;

use crate::files::{copy_tree, write};
use crate::program;

/// The native archives' sources as a workspace of their own, to be edited.
///
/// # Panics
/// It cannot be copied.
pub fn copy_native_workspace(to: &Path) {
    let root = program::repository();
    let members = ["crates/runtime", "crates/stdlib", "crates/ext-timers"];
    for member in members {
        copy_tree(&root.join(member), &to.join(member), |_| true);
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let start = manifest.find("members = [").unwrap();
    let end = start + manifest[start..].find("]\n").unwrap() + 2;
    let manifest = format!("{}members = {members:?}\n{}", &manifest[..start], &manifest[end..]);
    let manifest: Vec<&str> =
        manifest.lines().filter(|l| !l.starts_with("default-members")).collect();
    write(&to.join("Cargo.toml"), manifest.join("\n"));
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock")).unwrap();
}
