//! Workspaces made of published crates: their sources, unpacked, are path packages that may be edited.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

use crate::files::{copy_tree, write};
use crate::program;

/// The crates that any workspace takes, with the features that it needs.
const PINNED: &[(&str, &str, &str)] = &[
    ("thiserror", "2.0.17", ""),
    ("thiserror-impl", "2.0.17", ""),
    ("num-traits", "0.2.19", ""),
    ("autocfg", "1.5.0", ""),
    ("portable-atomic", "1.11.1", ""),
    ("rustversion", "1.0.22", ""),
    ("crunchy", "0.2.4", ""),
    ("libz-sys", "1.1.22", "\"static\""),
    ("lz4-sys", "1.11.1", ""),
];

fn pinned(name: &str) -> &'static (&'static str, &'static str, &'static str) {
    PINNED.iter().find(|(pinned, ..)| *pinned == name).unwrap()
}

/// Writes a workspace of one static library, `app`, with this code, whose dependencies `crates` are
/// packages of the workspace.
pub(super) fn write_workspace(dir: &Path, crates: &[&str], code: &str) {
    let mut dependencies = String::new();
    let mut patches = String::new();
    for name in crates {
        let (_, version, features) = pinned(name);
        // What is only another one's dependency is patched in and not asked for.
        if !["thiserror-impl", "autocfg"].contains(name) {
            dependencies +=
                &format!("{name} = {{ version = \"={version}\", features = [{features}] }}\n");
        }
        patches += &format!("{name} = {{ path = \"vendor/{name}\" }}\n");
        copy_tree(&unpacked(name), &dir.join("vendor").join(name), is_source);
    }
    let manifest = format!(
        "[workspace]\nmembers = [\"app\"]\nexclude = [\"vendor\"]\nresolver = \"3\"\n\n\
         [patch.crates-io]\n{patches}"
    );
    write(&dir.join("Cargo.toml"), manifest);
    let app = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"staticlib\"]\n\n[dependencies]\n{dependencies}"
    );
    write(&dir.join("app/Cargo.toml"), app);
    write(&dir.join("app/src/lib.rs"), code);
    write(&dir.join("app/README.md"), "An app.\n");
    write(&dir.join("app/tests/app.rs"), "#[test]\nfn works() {}\n");
}

/// Where cargo unpacked a crate, which it fetches at the first call.
fn unpacked(name: &str) -> PathBuf {
    static FETCHED: Mutex<Option<Value>> = Mutex::new(None);
    let mut fetched = FETCHED.lock().unwrap();
    let metadata = fetched.get_or_insert_with(fetch);
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == *name).unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().to_owned()
}

/// What `cargo metadata` says of a package that depends on every pinned crate.
fn fetch() -> Value {
    let dir = program::scratch().join("published");
    let dependencies: String = (PINNED.iter())
        .map(|(name, version, features)| {
            format!("{name} = {{ version = \"={version}\", features = [{features}] }}\n")
        })
        .collect();
    let manifest = format!(
        "[workspace]\n[package]\nname = \"published\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\n{dependencies}"
    );
    write(&dir.join("Cargo.toml"), manifest);
    write(&dir.join("src/lib.rs"), "");
    let args = ["metadata", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(args).current_dir(&dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Not what cargo put beside the sources, nor a toolchain file, for which rustup's proxies would install
/// what the crate's authors work with.
fn is_source(name: &str) -> bool {
    !name.starts_with(".cargo") && !name.starts_with("rust-toolchain")
}
