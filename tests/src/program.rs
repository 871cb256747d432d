//! The programs under test, built once for each test process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of the built `freshness`, as cargo itself names it.
///
/// # Panics
/// It cannot be built.
pub fn freshness() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("freshness", &["--bins"], "freshness"))
}

/// The path of a `freshness` that can speak to a storage which machines share. It is made of what all programs are
/// made of, and has a directory of its own: beside the others it would take the place of the one that everyone builds.
///
/// # Panics
/// It cannot be built.
pub fn freshness_with_remote() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        const NAME: &str = "with_storages";
        let built = build("freshness", &["--example", NAME, "--features", "remote"], NAME);
        let place = target().join("with-remote").join("freshness");
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        // Another process of the tests may be starting the one that is there: it is replaced, not written into.
        let new = place.with_extension(std::process::id().to_string());
        let _ = fs::remove_file(&new);
        fs::hard_link(&built, &new).or_else(|_| fs::copy(&built, &new).map(drop)).unwrap();
        fs::rename(&new, &place).unwrap();
        // Of two names of one file a rename takes neither away.
        let _ = fs::remove_file(&new);
        place
    })
}

/// The path of the built `nativets`.
///
/// # Panics
/// It cannot be built.
pub fn nativets() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("nativets", &["--bins"], "nativets"))
}

/// The path of the built `xtask`.
///
/// # Panics
/// It cannot be built.
pub fn xtask() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("xtask", &["--bins"], "xtask"))
}

/// The path of a built example of a package.
///
/// # Panics
/// It cannot be built.
#[must_use]
pub fn example(package: &str, name: &str) -> PathBuf {
    build(package, &["--example", name], name)
}

/// The directory that holds `freshness` and `cargo-freshness`.
pub(crate) fn directory() -> &'static Path {
    freshness().parent().unwrap()
}

fn build(package: &str, targets: &[&str], name: &str) -> PathBuf {
    built(command(package, targets), name)
}

/// How cargo is asked for targets of a package.
fn command(package: &str, targets: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "-p", package, "--locked", "--quiet"]).args(targets);
    command.arg("--message-format=json").current_dir(repository());
    command
}

/// What cargo then made of this name.
fn built(mut command: Command, name: &str) -> PathBuf {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let program = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_ours = message["target"]["name"] == name;
        let path = message["executable"].as_str().filter(|_| is_ours)?;
        Some(PathBuf::from(path))
    });
    program.unwrap_or_else(|| panic!("cargo names no program: {messages}"))
}

/// The root of this repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// cargo's target directory.
fn target() -> &'static Path {
    freshness().ancestors().nth(2).unwrap()
}

/// A directory for generated workspaces, in cargo's target directory.
pub(crate) fn scratch() -> PathBuf {
    let scratch = target().join("tmp").join("worlds");
    fs::create_dir_all(&scratch).unwrap();
    scratch
}
