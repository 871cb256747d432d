//! Which variables a build reads, and how a stamp remembers them.
//!
//! The environment is a value, read once by the program. Variables that `cargo run` and rustup set
//! for their children are taken out first: they say how *we* were started, and a build script that
//! listens to one of them would flip with it. Values are remembered as keyed digests, never in
//! clear.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use freshness_core::Digest;
use freshness_core::stamp::EnvFact;
use freshness_core::verdict::{EnvChange, Reason};

use crate::sys::is_executable;

/// Variables that `cargo run` sets for the program it runs (cargo's reference, "Environment
/// variables Cargo sets for crates"), as names or prefixes ending in `*`.
const SET_BY_CARGO_RUN: &[&str] = &[
    "CARGO_BIN_EXE_*",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_*",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
];

/// What says how a storage that machines share is used: the caller's own, a secret key among it. No build sees it,
/// and none is stale for it.
const OF_THE_STORAGE: &[&str] = &["FRESHNESS_REMOTE_*"];

/// Variables that cargo and rustc read whatever is built, as names or prefixes ending in `*`.
const READ_BY_CARGO: &[&str] = &[
    "CARGO_BUILD_*",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_HOST_*",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_*",
    "CARGO_TARGET_*",
    "CARGO_UNSTABLE_*",
    "IPHONEOS_DEPLOYMENT_TARGET",
    "MACOSX_DEPLOYMENT_TARGET",
    "RUSTC_BOOTSTRAP",
    "RUSTC_FORCE_RUSTC_VERSION",
    "RUSTFLAGS",
    "RUST_TARGET_PATH",
    "SDKROOT",
    "SOURCE_DATE_EPOCH",
    "__CARGO_DEFAULT_LIB_METADATA",
];

/// Among those, the ones that change where or how fast cargo works, or what the toolchain resolves
/// (which is compared as such), but not what it makes.
const WITHOUT_EFFECT: &[&str] = &[
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_DEP_INFO_BASEDIR",
    "CARGO_BUILD_JOBS",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTDOC",
    "CARGO_BUILD_RUSTDOCFLAGS",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_TARGET_DIR",
];

/// The variables of the process that asks.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Takes the variables of a process, without those that say how it was started by cargo and those that say
    /// how a shared storage is used.
    pub fn new(vars: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let kept = vars.into_iter().filter(|(name, _)| !is_kept_back(name));
        Self(kept.collect())
    }

    /// Takes the variables of a process, all of them.
    pub fn whole(vars: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(vars.into_iter().collect())
    }

    /// The value of a variable; empty counts as unset, as cargo has it for programs and flags.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Every variable.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// cargo's home: `CARGO_HOME`, else `.cargo` in the home directory.
    #[must_use]
    pub fn cargo_home(&self, cwd: &Path) -> Option<PathBuf> {
        self.home(cwd, "CARGO_HOME", ".cargo")
    }

    /// rustup's home: `RUSTUP_HOME`, else `.rustup` in the home directory.
    #[must_use]
    pub fn rustup_home(&self, cwd: &Path) -> Option<PathBuf> {
        self.home(cwd, "RUSTUP_HOME", ".rustup")
    }

    fn home(&self, cwd: &Path, name: &str, below_home: &str) -> Option<PathBuf> {
        let set = self.get(name).map(|value| cwd.join(value));
        set.or_else(|| Some(cwd.join(self.get("HOME")?).join(below_home)))
    }

    /// Finds a program as a shell would: a name on `PATH`, a path with a `/` relative to `cwd`.
    #[must_use]
    pub fn find_program(&self, program: &OsStr, cwd: &Path) -> Option<PathBuf> {
        let named = Path::new(program);
        if named.components().count() > 1 || named.is_absolute() {
            let path = cwd.join(named);
            return is_executable(&path).then_some(path);
        }
        let dirs: Vec<PathBuf> = std::env::split_paths(self.get("PATH")?).collect();
        dirs.into_iter().map(|dir| cwd.join(dir).join(named)).find(|path| is_executable(path))
    }

    /// What a stamp remembers: every variable that cargo reads and that is set, and of `declared`
    /// (by build scripts, dep-info and the profile) each one, set or not.
    #[must_use]
    pub fn facts(&self, declared: &BTreeSet<String>) -> Vec<EnvFact> {
        let tracked =
            self.0.keys().filter_map(|name| name.to_str()).filter(|n| is_read_by_cargo(n));
        let names: BTreeSet<&str> = tracked.chain(declared.iter().map(String::as_str)).collect();
        let names = names.into_iter().filter(|name| !is_kept_back(OsStr::new(name)));
        names.map(|name| self.fact(name)).collect()
    }

    /// What a stamp remembers of these variables, set or not, and of no others.
    pub(crate) fn facts_of(&self, names: &BTreeSet<String>) -> Vec<EnvFact> {
        names.iter().map(|name| self.fact(name)).collect()
    }

    fn fact(&self, name: &str) -> EnvFact {
        EnvFact { name: name.into(), digest: self.digest(name) }
    }

    /// What changed against the facts of a stamp, by variable.
    #[must_use]
    pub fn compare(&self, recorded: &[EnvFact]) -> Vec<Reason> {
        let declared = recorded.iter().map(|fact| fact.name.clone()).collect();
        changes(recorded, self.facts(&declared))
    }

    /// What changed of the variables of a stamp that remembers these and no others.
    pub(crate) fn compare_of(&self, recorded: &[EnvFact]) -> Vec<Reason> {
        let names = recorded.iter().map(|fact| fact.name.clone()).collect();
        changes(recorded, self.facts_of(&names))
    }

    /// A digest of a variable's value that is not the same for another variable of that value.
    fn digest(&self, name: &str) -> Option<[u8; 32]> {
        let value = self.0.get(OsStr::new(name))?;
        let mut hasher = blake3::Hasher::new_derive_key("freshness 1 environment value");
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(value.as_encoded_bytes());
        Some(*hasher.finalize().as_bytes())
    }
}

/// What changed, by variable.
fn changes(recorded: &[EnvFact], now: Vec<EnvFact>) -> Vec<Reason> {
    let was = |name: &str| recorded.iter().find(|f| f.name == name).and_then(|f| f.digest);
    let mut reasons = Vec::new();
    for fact in now {
        let change = match (was(&fact.name), fact.digest) {
            (was, is) if was == is => continue,
            (Some(_), None) => EnvChange::Unset,
            (None, _) => EnvChange::Set,
            (Some(_), Some(_)) => EnvChange::Value,
        };
        reasons.push(Reason::EnvChanged { name: fact.name, change });
    }
    reasons
}

/// A digest over an environment as a stamp remembers it.
pub(crate) fn digest(environment: &[EnvFact]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for fact in environment {
        hasher.update(format!("{:?}={:?};", fact.name, fact.digest).as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Whether cargo and rustc read it whatever is built.
pub(crate) fn is_read_by_cargo(name: &str) -> bool {
    matches_any(READ_BY_CARGO, name) && !matches_any(WITHOUT_EFFECT, name) && !is_runner(name)
}

/// `CARGO_TARGET_<TRIPLE>_RUNNER` is read when something is run, not when it is built.
fn is_runner(name: &str) -> bool {
    name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER")
}

fn is_kept_back(name: &OsStr) -> bool {
    let kept_back = [SET_BY_CARGO_RUN, OF_THE_STORAGE];
    name.to_str().is_some_and(|name| kept_back.iter().any(|names| matches_any(names, name)))
}

fn matches_any(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *pattern,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Environment {
        Environment::new(vars.iter().map(|(name, value)| (name.into(), value.into())))
    }

    fn changes(then: &[(&str, &str)], declared: &[&str], now: &[(&str, &str)]) -> Vec<String> {
        let declared = declared.iter().map(ToString::to_string).collect();
        let recorded = env(then).facts(&declared);
        env(now).compare(&recorded).iter().map(|reason| reason.detail()).collect()
    }

    #[test]
    fn what_cargo_reads_is_compared_by_variable() {
        assert_eq!(changes(&[], &[], &[("RUSTFLAGS", "-C x")]), ["RUSTFLAGS was not set, is now"]);
        assert_eq!(changes(&[("RUSTFLAGS", "")], &[], &[]), ["RUSTFLAGS was set, is not"]);
        let name = "CARGO_PROFILE_RELEASE_OPT_LEVEL";
        assert_eq!(
            changes(&[(name, "1")], &[], &[(name, "2")]),
            [format!("{name} has another value")]
        );
        assert_eq!(changes(&[(name, "1")], &[], &[(name, "1")]), [""; 0]);
    }

    #[test]
    fn what_was_declared_is_compared_and_nothing_else() {
        assert_eq!(changes(&[], &["CC"], &[("CC", "gcc")]), ["CC was not set, is now"]);
        assert_eq!(changes(&[("CC", "gcc")], &[], &[("CC", "clang")]), [""; 0]);
        let without_effect = [("CARGO_BUILD_JOBS", "1"), ("CARGO_TARGET_DIR", "x"), ("HOME", "h")];
        assert_eq!(changes(&[], &[], &without_effect), [""; 0]);
        assert_eq!(changes(&[], &[], &[("CARGO_TARGET_X_RUNNER", "qemu")]), [""; 0]);
        assert_eq!(changes(&[], &[], &[("CARGO_TARGET_X_LINKER", "ld")]).len(), 1);
    }

    #[test]
    fn being_started_by_cargo_run_changes_nothing() {
        let by_cargo = [("CARGO_PKG_NAME", "freshness"), ("OUT_DIR", "/x")];
        assert_eq!(changes(&[], &["CARGO_PKG_NAME"], &by_cargo), [""; 0]);
    }

    #[test]
    fn how_a_storage_is_used_reaches_no_build_and_makes_nothing_stale() {
        let key = ("FRESHNESS_REMOTE_KEY", "5ec1e7");
        assert_eq!(changes(&[], &[key.0], &[key]), [""; 0]);
        assert_eq!(changes(&[key], &[key.0], &[("FRESHNESS_REMOTE_MODE", "off")]), [""; 0]);
        assert_eq!(env(&[key, ("HOME", "/h")]).iter().count(), 1);
    }

    #[test]
    fn values_are_not_stored_and_equal_values_of_two_variables_do_not_show() {
        let facts =
            env(&[("A", "secret"), ("B", "secret")]).facts(&["A".into(), "B".into()].into());
        assert_ne!(facts[0].digest, facts[1].digest);
        assert_ne!(facts[0].digest, Some(*blake3::hash(b"secret").as_bytes()));
    }

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        let env = env(&[("PATH", "/nonexistent:/bin")]);
        let cwd = Path::new("/");
        assert_eq!(env.find_program(OsStr::new("sh"), cwd), Some("/bin/sh".into()));
        assert_eq!(env.find_program(OsStr::new("bin/sh"), cwd), Some("/bin/sh".into()));
        assert_eq!(env.find_program(OsStr::new("/etc/passwd"), cwd), None);
        assert_eq!(env.find_program(OsStr::new("no-such-program"), cwd), None);
    }
}
