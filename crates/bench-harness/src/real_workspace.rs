//! A real workspace: published packages that this repository builds with anyway, some of them as its own.
//!
//! About 300 units of cargo and 500 source files that are watched, as a toolchain's archives grow to be. The
//! sources are those that cargo has already fetched; the lock file is this repository's, so it is the same
//! workspace every time until that changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::measure::perform;

/// Packages whose sources become path packages: those with many modules, about 500 in all.
const OWN: &[&str] = &[
    "aho-corasick",
    "clap_builder",
    "globset",
    "ignore",
    "rayon",
    "rayon-core",
    "regex",
    "regex-automata",
    "regex-syntax",
    "serde_core",
    "serde_json",
    "syn",
    "toml",
];

/// Writes the workspace into `dir`, with the neighbours of `repository` as the dependencies of one archive; says
/// whether it had to: one that was made of the same stays.
///
/// # Errors
/// cargo does not know its packages, or those of copying.
pub fn write_real_workspace(dir: &Path, repository: &Path) -> Result<bool> {
    let manifest = fs::read_to_string(repository.join("Cargo.toml"))?;
    let lock = fs::read_to_string(repository.join("Cargo.lock"))?;
    let made_of = format!("{}\n{}\n{lock}", OWN.join("\n"), neighbours(&manifest));
    // Written last.
    let complete = dir.join("complete");
    if fs::read_to_string(&complete).is_ok_and(|found| found == made_of) {
        return Ok(false);
    }
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir.join("archive/src"))?;
    let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"archive\"]\nexclude = [\"own\"]\n\n\
                     [profile.dev]\ndebug = false\n";
    fs::write(dir.join("Cargo.toml"), workspace)?;
    let package = format!(
        "[package]\nname = \"archive\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"staticlib\"]\n\n[dependencies]\n{}",
        neighbours(&manifest)
    );
    fs::write(dir.join("archive/Cargo.toml"), package)?;
    fs::write(dir.join("archive/src/lib.rs"), "//! Everything it depends on is built.\n")?;
    fs::write(dir.join("Cargo.lock"), lock)?;
    // As cargo does itself with what it fetched: other people's warnings are not shown every time.
    fs::create_dir_all(dir.join(".cargo"))?;
    let quiet = "[build]\nrustflags = [\"--cap-lints=allow\"]\n";
    fs::write(dir.join(".cargo/config.toml"), quiet)?;
    let config = "[profile.default]\npackages = [\"archive\"]\ncargo-profile = \"dev\"\n";
    fs::write(dir.join("freshness.toml"), config)?;

    let mut patches = "\n[patch.crates-io]\n".to_owned();
    for (number, Package { name, root }) in own_packages(dir)?.iter().enumerate() {
        let place = format!("own/{}", root.file_name().context("name a package")?.display());
        copy_tree(root, &dir.join(&place))?;
        patches += &format!("patch-{number} = {{ package = \"{name}\", path = \"{place}\" }}\n");
    }
    fs::write(dir.join("Cargo.toml"), format!("{workspace}{patches}"))?;
    fs::write(complete, made_of)?;
    Ok(true)
}

/// Lines of `[workspace.dependencies]` that name published packages.
fn neighbours(manifest: &str) -> String {
    let lines = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let wanted = lines.filter(|line| {
        let is_named = line.contains(" = ") && !line.starts_with('#');
        is_named && !line.contains("path = ")
    });
    wanted.map(|line| format!("{line}\n")).collect()
}

struct Package {
    name: String,
    root: PathBuf,
}

/// The packages that are to be the workspace's own, as cargo has fetched them.
fn own_packages(dir: &Path) -> Result<Vec<Package>> {
    let mut command = cargo(dir);
    command.args(["metadata", "--format-version", "1", "--offline"]);
    let host = perform(rustc(), 0)?;
    let host =
        host.lines().find_map(|line| line.strip_prefix("host: ")).context("find the host")?;
    command.args(["--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&perform(command, 0)?)?;
    let packages = metadata["packages"].as_array().context("find packages")?;
    let own = packages.iter().filter_map(|package| {
        let name = package["name"].as_str()?;
        let is_wanted = package["source"].is_string() && OWN.contains(&name);
        let root = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
        is_wanted.then(|| Package { name: name.to_owned(), root })
    });
    let own: Vec<Package> = own.collect();
    ensure!(!own.is_empty(), "cargo has fetched none of the packages");
    Ok(own)
}

/// What cargo did for the whole workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Libraries, macros and build scripts that were compiled, and build scripts that were run.
    pub units: usize,
    /// Source files of the workspace's own packages that rustc read.
    pub compiled_files: usize,
}

/// Counts them from what `cargo build --message-format json` says and from the dep-info that rustc left.
///
/// # Errors
/// A message that cannot be understood, or a directory that cannot be read.
pub fn count_units(messages: &str, dir: &Path, deps: &Path) -> Result<Units> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for line in messages.lines() {
        let message: Value = serde_json::from_str(line)?;
        let reason = message["reason"].as_str().unwrap_or_default().to_owned();
        *reasons.entry(reason).or_default() += 1;
    }
    let of = |reason: &str| reasons.get(reason).copied().unwrap_or_default();
    let units = of("compiler-artifact") + of("build-script-executed");
    let mut files = Vec::new();
    let own = dir.join("own").display().to_string();
    for entry in fs::read_dir(deps)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "d") {
            let text = fs::read_to_string(path)?;
            let named = text.lines().filter_map(|line| line.strip_suffix(':'));
            let is_own = |path: &&str| path.starts_with(&own) || !path.starts_with('/');
            files.extend(named.filter(is_own).map(str::to_owned));
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok(Units { units, compiled_files: files.len() })
}

#[expect(clippy::disallowed_methods, reason = "what is measured are programs")]
fn cargo(directory: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(directory);
    command
}

#[expect(clippy::disallowed_methods, reason = "the compiler knows its own platform")]
fn rustc() -> Command {
    let mut command = Command::new("rustc");
    command.arg("-vV");
    command
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else if entry.file_name() != "Cargo.lock" {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neighbours_are_the_published_packages() {
        let manifest = "[workspace.dependencies]\n# The house.\nfreshness = { path = \"f\" }\n\n\
                        anyhow = \"1\"\n# Why.\nserde = { version = \"1\" }\n\n[profile.x]\ny = 1\n";
        assert_eq!(neighbours(manifest), "anyhow = \"1\"\nserde = { version = \"1\" }\n");
    }

    #[test]
    fn units_and_files_are_counted_once() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own/a.rs");
        let text =
            format!("x.d: {0}\n\n{0}:\narchive/src/lib.rs:\n/elsewhere/b.rs:\n", own.display());
        fs::write(dir.path().join("x.d"), &text).unwrap();
        fs::write(dir.path().join("y.d"), &text).unwrap();
        let messages = "{\"reason\":\"compiler-artifact\"}\n{\"reason\":\"build-script-executed\"}\n\
                        {\"reason\":\"build-finished\"}\n";
        let found = count_units(messages, dir.path(), dir.path()).unwrap();
        assert_eq!(found, Units { units: 2, compiled_files: 2 });
    }
}
