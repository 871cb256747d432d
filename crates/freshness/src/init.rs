//! The first configuration of a workspace: what its packages make, and every setting with what it means.
//!
//! It asks for the libraries that other languages link or load; where there are none, for whatever cargo
//! makes. What is there already is left alone, unless it is to be replaced: then by renaming, so that a crash
//! leaves one or the other.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use archive_builder::members::{self, Member, Members};
use archive_builder::{ArtifactKind, Environment};
use toml::Value;

use crate::config::{ConfigError, FILE_NAME};
use crate::facade::Error;

/// The kinds of libraries that others than Rust's own packages use.
const LIBRARIES: [ArtifactKind; 3] =
    [ArtifactKind::StaticLib, ArtifactKind::Cdylib, ArtifactKind::Dylib];

/// What to do with a configuration that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Leave it alone, and fail.
    #[default]
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// A configuration that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// The packages that it asks for.
    pub packages: Vec<Member>,
}

/// Writes the configuration of the cargo workspace that `directory` (absolute) is in, at its root.
///
/// # Errors
/// There is no cargo, or no workspace; a configuration that is there; those of writing it.
pub fn init(directory: &Path, env: &Environment, existing: Existing) -> Result<Written, Error> {
    let workspace = members::members(env, directory)?;
    let path = workspace.root.join(FILE_NAME);
    let is_there = fs::symlink_metadata(&path).is_ok();
    if is_there && existing == Existing::Keep {
        return Err(ConfigError::Exists { path }.into());
    }
    let chosen = Chosen::of(&workspace);
    if chosen.packages.is_empty() {
        return Err(ConfigError::NothingToAskFor { path: workspace.root }.into());
    }
    let written = match existing {
        Existing::Keep => write_new(&path, &chosen.text()),
        Existing::Replace => replace(&path, &chosen.text()),
    };
    written.map_err(|source| ConfigError::Unwritable { path: path.clone(), source })?;
    Ok(Written { path, packages: chosen.packages })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a configuration is worse than none; the write's error is the one told.
        let _ = fs::remove_file(path);
    }
    written
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("toml.new");
    write_new(&new, text)?;
    fs::rename(&new, path)
}

/// What a first configuration asks for.
struct Chosen {
    packages: Vec<Member>,
    artifacts: Artifacts,
}

enum Artifacts {
    These(BTreeSet<ArtifactKind>),
    Whatever,
}

impl Chosen {
    fn of(workspace: &Members) -> Self {
        let libraries = |member: &Member| -> BTreeSet<ArtifactKind> {
            LIBRARIES.into_iter().filter(|kind| member.makes.contains(kind)).collect()
        };
        let kinds: BTreeSet<ArtifactKind> = workspace.members.iter().flat_map(libraries).collect();
        let (artifacts, is_chosen): (_, fn(&Member) -> bool) = match kinds.is_empty() {
            true => (Artifacts::Whatever, |member| member.is_default && !member.makes.is_empty()),
            false => (Artifacts::These(kinds), |member| {
                LIBRARIES.iter().any(|kind| member.makes.contains(kind))
            }),
        };
        let packages = workspace.members.iter().filter(|member| is_chosen(member)).cloned();
        Self { packages: packages.collect(), artifacts }
    }

    fn text(&self) -> String {
        let names = self.packages.iter().map(|member| Value::String(member.name.clone()));
        let (why, artifacts): (&str, Vec<&str>) = match &self.artifacts {
            Artifacts::These(kinds) => (
                "The libraries of this workspace that other languages link or load",
                kinds.iter().map(|kind| kind.word()).collect(),
            ),
            Artifacts::Whatever => (
                "No package makes a library for other languages; so whatever cargo makes",
                vec!["all"],
            ),
        };
        let artifacts = artifacts.into_iter().map(|word| Value::String(word.into()));
        let mut listed = String::new();
        for member in &self.packages {
            let makes: Vec<&str> = member.makes.iter().map(|kind| kind.word()).collect();
            // A String takes any text.
            let _ = writeln!(listed, "#   {}: {}", member.name, makes.join(", "));
        }
        TEMPLATE
            .replace("{why}", why)
            .replace("{listed}", listed.trim_end())
            .replace("{packages}", &Value::Array(names.collect()).to_string())
            .replace("{artifacts}", &Value::Array(artifacts.collect()).to_string())
    }
}

const TEMPLATE: &str = r##"# What Freshness keeps current in this workspace: `freshness check` says whether it is, `freshness build` sees
# to it. Paths and globs are relative to this file. All but `packages` may be left out.

strategy = "hash"              # by contents; or "mtime", by times, for which a fresh checkout is stale
store = "target/freshness"     # where artifacts and their stamps live; private to its owner
lock-timeout = "10m"           # how long another process that builds the same is waited for
generations = 4                # builds kept per profile, at least 3
vouch = true                   # keep cargo from compiling again what was only touched

# {why}:
{listed}
[profile.default]
packages = {packages}
artifacts = {artifacts}
# The kinds are staticlib, cdylib, dylib, rlib, proc-macro and bin; "all" is whatever cargo makes.
cargo-profile = "release"
# features = []
# default-features = true
# target = "x86_64-unknown-linux-gnu"
# panic = "abort"              # or "unwind"
# rustflags = []
# extra-inputs = ["data/**"]   # what a build reads and no one declares
# env = []                     # the same of variables

# Archives that many machines share: a build asks this storage before it starts cargo. Keys and credentials come
# from the environment alone.
# [remote]
# url = "s3://bucket/prefix"   # fs, s3, gcs, azblob, redis, rediss, webdav, webdavs or ghac
# options = {}                 # what the service needs to know besides
# mode = "read"                # or "read-write", "off"
# namespace = "main"           # what this machine writes, and reads first
# also-read = []               # what it reads after that
# timeout = "5s"               # the longest silence of the storage
# transfer-timeout = "2m"      # the longest transfer of one archive
# retries = 2
# max-archive-size = "1GiB"
# upload-wait = "10s"          # how long a program stays for what it puts, after it has answered
"##;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn member(name: &str, makes: &[ArtifactKind]) -> Member {
        Member { name: name.into(), makes: makes.iter().copied().collect(), is_default: true }
    }

    fn text(members: Vec<Member>) -> String {
        let text = Chosen::of(&Members { root: "/ws".into(), members }).text();
        // What is written must be understood.
        let config = Config::parse("/ws/freshness.toml".into(), "/ws".into(), &text).unwrap();
        assert!(!config.profile("default").unwrap().packages.is_empty());
        text
    }

    #[test]
    fn libraries_for_other_languages_are_asked_for() {
        use ArtifactKind::{Bin, Cdylib, Rlib, StaticLib};
        insta::assert_snapshot!(text(vec![
            member("app", &[Bin]),
            member("both", &[StaticLib, Rlib]),
            member("dynamic", &[Cdylib]),
            member("inner", &[Rlib]),
        ]));
    }

    #[test]
    fn without_any_whatever_cargo_makes_is_asked_for() {
        let apart = Member { is_default: false, ..member("apart", &[ArtifactKind::Bin]) };
        let text = text(vec![member("app", &[ArtifactKind::Bin]), apart, member("empty", &[])]);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("packages") || line.starts_with("#   "))
            .collect();
        assert_eq!(lines, ["#   app: bin", "packages = [\"app\"]"]);
        assert!(text.contains("artifacts = [\"all\"]"), "{text}");
    }
}
