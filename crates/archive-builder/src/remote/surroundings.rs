//! What archives depend on beside their inputs, told without a path: compilers, settings, the system.
//!
//! | what | as |
//! | --- | --- |
//! | the Rust compiler | what `rustc -vV` says: release, commit, host, LLVM; where it names no commit, the bytes of its files too |
//! | the C compiler that build scripts would find (`CC`, else `cc` on `PATH`) | its bytes |
//! | the system | `ID` and `VERSION_ID` of `os-release(5)` |
//! | wrappers of rustc | variable, file name, bytes |
//! | cargo's configuration | its values, but for those that change nothing that is made |
//! | the toolchain file that counts | its bytes |
//!
//! Where nothing names a compiler, nothing else could have been chosen, and whatever the storage remembers is
//! taken: a machine without Rust has no other opinion.

use std::ffi::OsStr;
use std::path::Path;

use freshness_core::{Digest, SealedFile};

use crate::cargo::invoke::rustc_version;
use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::rustup::TOOLCHAIN_FILES;
use crate::seal;
use crate::small_file;

use super::Site;

/// What a machine would build with.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The Rust compiler, where one is named.
    pub(crate) rustc: Option<String>,
    /// The C compiler, where one is named.
    pub(crate) cc: Option<Digest>,
    /// Everything else, in one.
    pub(crate) rest: Digest,
    /// How many programs were asked.
    pub(crate) spawned: u64,
}

impl Surroundings {
    /// Looks; asks the Rust compiler what it is.
    ///
    /// # Errors
    /// In words, what cannot be told apart.
    pub(crate) fn look(site: &Site<'_>) -> Result<Self, String> {
        let (env, cwd) = (site.env, site.workspace);
        if let Some(from) = native_flag(site) {
            return Err(format!("{from} asks for code of this machine's own processor"));
        }
        let mut hasher = blake3::Hasher::new_derive_key("freshness 1 surroundings");
        let mut put = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), value] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        };
        put("system", system(Path::new("/etc/os-release")).as_bytes());
        for (name, path) in site.toolchain.wrappers() {
            let digest = seal::digest_followed(path);
            let (digest, _) = digest.map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            put(name, path.file_name().unwrap_or_default().as_encoded_bytes());
            put(name, &digest);
        }
        let settings =
            site.config.settings().ok_or("cargo's configuration cannot be understood")?;
        put("cargo", settings.as_bytes());
        let toolchain_file = cwd.ancestors().find_map(|dir| {
            TOOLCHAIN_FILES.iter().find_map(|name| small_file::read(&dir.join(name)).ok())
        });
        put("toolchain", &toolchain_file.unwrap_or_default());
        let rustc = if site.toolchain.is_unnamed() { None } else { Some(rustc(site)?) };
        let spawned = u64::from(rustc.is_some());
        Ok(Self { rustc, cc: cc(env, cwd), rest: *hasher.finalize().as_bytes(), spawned })
    }
}

/// What asks for `target-cpu=native` or its like: what is made then runs on this processor only.
fn native_flag(site: &Site<'_>) -> Option<String> {
    let is_native = |value: &str| value.contains("=native");
    let facts = site.profile.facts().into_iter();
    let mut facts = facts.filter(|fact| fact.value.as_deref().is_some_and(is_native));
    let mut variables = site.env.iter().filter(|(name, value)| {
        let is_flags = name.to_str().is_some_and(|name| name.ends_with("FLAGS"));
        is_flags && is_native(&value.to_string_lossy())
    });
    let configured = || site.config.settings().is_some_and(|text| is_native(&text));
    (facts.next().map(|fact| format!("the profile's {}", fact.name)))
        .or_else(|| variables.next().map(|(name, _)| name.to_string_lossy().into_owned()))
        .or_else(|| configured().then(|| "cargo's configuration".to_owned()))
}

/// What the compiler says that it is, and where that does not name its source, what its files hold.
fn rustc(site: &Site<'_>) -> Result<String, String> {
    let compiler = site.toolchain.compiler().map_err(|error| error.to_string())?;
    let said = rustc_version(compiler, site.env, site.workspace);
    let mut said = said.map_err(|e| format!("cannot ask {}: {e}", compiler.display()))?;
    let commit = said.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    if commit.is_none_or(|commit| commit == "unknown") {
        let (_, files) = site.toolchain.record(None).map_err(|error| error.to_string())?;
        let digest = |file: &SealedFile| blake3::Hash::from_bytes(file.digest).to_hex().to_string();
        said.extend(files.iter().map(digest));
    }
    Ok(said)
}

/// The C compiler that the `cc` crate and its kin would start, known by its bytes.
fn cc(env: &Environment, cwd: &Path) -> Option<Digest> {
    let named = env.get("CC").unwrap_or(OsStr::new("cc"));
    let found = env.find_program(named, cwd)?;
    seal::digest_followed(&found).ok().map(|(digest, _)| digest)
}

/// Which system this is, in two lines; nothing where it does not say.
fn system(os_release: &Path) -> String {
    let text = small_file::read_text(os_release).unwrap_or_default();
    let is_telling = |line: &&str| line.starts_with("ID=") || line.starts_with("VERSION_ID=");
    let mut lines: Vec<&str> = text.lines().filter(is_telling).collect();
    lines.sort_unstable();
    lines.join("\n")
}

impl CargoConfig {
    /// What the files say that can change what is made, in one text; nothing where one cannot be understood.
    pub(crate) fn settings(&self) -> Option<String> {
        let said = |table: &toml::Table| {
            let mut table = table.clone();
            table.retain(|name: &str, value| {
                !WITHOUT_EFFECT.contains(&name) && (name != "source" || has_local_source(value))
            });
            if let Some(toml::Value::Table(build)) = table.get_mut("build") {
                build.retain(|name: &str, _| !WITHOUT_EFFECT_IN_BUILD.contains(&name));
                if build.is_empty() {
                    table.remove("build");
                }
            }
            (!table.is_empty()).then(|| table.to_string())
        };
        let files = self.tables()?;
        Some(files.filter_map(said).collect::<Vec<_>>().join("\n---\n"))
    }
}

/// Whether crates come from files that someone may have edited: cargo believes the checksums beside them.
fn has_local_source(sources: &toml::Value) -> bool {
    let is_local = |source: &toml::Value| {
        ["directory", "local-registry"].iter().any(|key| source.get(key).is_some())
    };
    sources.as_table().is_none_or(|sources| sources.iter().any(|(_, source)| is_local(source)))
}

/// Tables of cargo's configuration (cargo's reference, "Configuration") that say where crates come from (which
/// the lock file pins, with checksums), how cargo speaks, or what other commands do.
const WITHOUT_EFFECT: &[&str] = &[
    "alias",
    "cache",
    "cargo-new",
    "credential-alias",
    "future-incompat-report",
    "http",
    "include",
    "install",
    "net",
    "registries",
    "registry",
    "term",
];

/// Keys of `[build]` that say where or how fast, or what is told apart as such.
const WITHOUT_EFFECT_IN_BUILD: &[&str] = &[
    "build-dir",
    "dep-info-basedir",
    "jobs",
    "rustc",
    "rustc-workspace-wrapper",
    "rustc-wrapper",
    "rustdoc",
    "rustdocflags",
    "target-dir",
];

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn settings(text: &str) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".cargo")).unwrap();
        fs::write(dir.path().join(".cargo/config.toml"), text).unwrap();
        CargoConfig::read(dir.path(), None).settings()
    }

    #[test]
    fn only_what_can_change_what_is_made_is_told() {
        let nothing = settings("").unwrap();
        for text in [
            "[net]\noffline = true",
            "[build]\njobs = 3\ntarget-dir = 'x'",
            "[source.crates-io]\nreplace-with = 'x'\n[term]\nquiet = true",
        ] {
            assert_eq!(settings(text).unwrap(), nothing, "{text}");
        }
        for text in
            ["[build]\nrustflags = ['-Cx']", "[env]\nX = '1'", "[profile.release]\nlto = true"]
        {
            assert_ne!(settings(text).unwrap(), nothing, "{text}");
        }
        assert_eq!(settings("[build\n"), None);
    }

    #[test]
    fn a_system_is_known_by_its_name_and_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("os-release");
        fs::write(&path, "NAME=\"X y\"\nVERSION_ID=\"12\"\nID=x\nBUILD_ID=7\n").unwrap();
        assert_eq!(system(&path), "ID=x\nVERSION_ID=\"12\"");
        assert_eq!(system(&dir.path().join("none")), "");
    }
}
