//! What archives depend on beside their inputs, told without a path: compilers, settings, the system.
//!
//! | what | as |
//! | --- | --- |
//! | the Rust compiler | what `rustc -vV` says: release, commit, host, LLVM; where it names no commit, or lies in no toolchain, the bytes of its files too |
//! | the C compiler that build scripts would find (`CC`, else `cc` on `PATH`), other tools that variables name | their bytes |
//! | the system | `ID` and `VERSION_ID` of `os-release(5)` |
//! | wrappers of rustc | variable, file name, bytes |
//! | cargo's configuration | its values, but for those that change nothing that is made |
//! | the toolchain file that counts | its bytes |
//!
//! Where nothing names a compiler, nothing else could have been chosen, and whatever the storage remembers is
//! taken: a machine without Rust has no other opinion.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use freshness_core::Digest;

use crate::cargo::invoke::rustc_version;
use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::key::write_bytes;
use crate::rustup::TOOLCHAIN_FILES;
use crate::seal;
use crate::small_file;
use crate::toolchain::driver_libraries;

use super::{Site, hex};

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
        if let Some(from) = flags_with(site, |flags| flags.contains("=native")) {
            return Err(format!("{from} asks for code of this machine's own processor"));
        }
        let names_file =
            |flags: &str| flags.split(['\x1f', ' ', '"', '\'']).any(|f| f.starts_with('@'));
        if let Some(from) = flags_with(site, names_file) {
            return Err(format!("{from} takes flags from a file"));
        }
        if site.config.has_local_source() {
            return Err(
                "cargo takes crates from a directory here, whose files it does not compare".into(),
            );
        }
        let mut hasher = blake3::Hasher::new_derive_key("freshness 1 surroundings");
        let mut put = |name: &str, value: &[u8]| {
            for part in [name.as_bytes(), value] {
                write_bytes(&mut hasher, part);
            }
        };
        put("system", system(Path::new("/etc/os-release")).as_bytes());
        for (name, path) in site.toolchain.wrappers() {
            let digest = seal::digest_followed(path);
            let (digest, _) = digest.map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            put(name, path.file_name().unwrap_or_default().as_encoded_bytes());
            put(name, &digest);
        }
        for name in SEARCHED_BY_CC {
            put(name, env.get(name).unwrap_or_default().as_encoded_bytes());
        }
        for (name, digest) in tools(site)? {
            put(&name, &digest);
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
        Ok(Self { rustc, cc: cc(env, cwd)?, rest: *hasher.finalize().as_bytes(), spawned })
    }
}

/// What says flags, for rustc or a C compiler, that are of this sort.
fn flags_with(site: &Site<'_>, is_such: impl Fn(&str) -> bool) -> Option<String> {
    let is_flags = |name: &str| name.to_ascii_lowercase().contains("flags");
    let facts = site.profile.facts().into_iter();
    let mut facts =
        facts.filter(|fact| is_flags(&fact.name) && fact.value.as_deref().is_some_and(&is_such));
    let mut variables = site.env.iter().filter(|(name, value)| {
        name.to_str().is_some_and(is_flags) && is_such(&value.to_string_lossy())
    });
    let configured = || {
        let settings = site.config.settings().unwrap_or_default();
        let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
        settings.lines().any(|line| is_flags(&key(line)) && is_such(line))
    };
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
    // A script may say that it is any compiler; in a toolchain the compiler has its library beside it.
    if commit.is_none_or(|commit| commit == "unknown") || driver_libraries(compiler).is_empty() {
        let (_, files) = site.toolchain.record(None).map_err(|error| error.to_string())?;
        said.extend(files.iter().map(|file| hex(&file.digest)));
    }
    Ok(said)
}

/// Compilers and archivers of C by other names: `CC_x86_64_unknown_linux_gnu`, `HOST_CC`, `AR`, and what the
/// configuration sets of these; each by its bytes.
///
/// # Errors
/// One that cannot be found, in words.
fn tools(site: &Site<'_>) -> Result<Vec<(String, Digest)>, String> {
    let set = site.env.iter();
    let set = set.filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value.to_owned())));
    // The plain `CC` is [`cc`]'s, where the environment sets it.
    let set = set.filter(|(name, _)| name != "CC");
    let configured = site.config.variables().into_iter().map(|(n, v)| (n, OsString::from(v)));
    let mut tools = Vec::new();
    for (name, value) in set.chain(configured).filter(|(name, _)| is_tool(name)) {
        // `CC = "ccache gcc -m64"` starts two programs.
        let words = value.to_string_lossy();
        for word in words.split_whitespace().filter(|word| !word.starts_with('-')) {
            let found = site.env.find_program(OsStr::new(word), site.workspace);
            let digest = found.and_then(|path| seal::digest_followed(&path).ok());
            let (digest, _) =
                digest.ok_or_else(|| format!("{name} names a program that is not found"))?;
            tools.push((name.clone(), digest));
        }
    }
    tools.sort();
    Ok(tools)
}

/// Where C compilers and linkers look beyond what the system has.
const SEARCHED_BY_CC: [&str; 4] = ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH"];

/// Tools that make objects and archives, as the `cc` crate calls their variables.
const TOOLS: [&str; 5] = ["CC", "CXX", "AR", "NVCC", "RANLIB"];

/// What is spelled like one of them and names none.
const NO_TOOLS: [&str; 4] = [
    "CC_ENABLE_DEBUG_OUTPUT",
    "CC_FORCE_DISABLE",
    "CC_KNOWN_WRAPPER_CUSTOM",
    "CC_SHELL_ESCAPED_FLAGS",
];

/// Whether a variable names a tool: `AR`, `HOST_CC`, `CC_x86_64_unknown_linux_gnu`.
fn is_tool(name: &str) -> bool {
    let plain = name.strip_prefix("HOST_").or_else(|| name.strip_prefix("TARGET_")).unwrap_or(name);
    let is_one = |tool: &str| {
        let rest = plain.strip_prefix(tool);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    !NO_TOOLS.contains(&name) && TOOLS.into_iter().any(is_one)
}

/// The C compiler that the `cc` crate and its kin would start, known by its bytes.
fn cc(env: &Environment, cwd: &Path) -> Result<Option<Digest>, String> {
    let named = env.get("CC").map(|cc| cc.to_string_lossy().into_owned());
    let program = named.as_deref().unwrap_or("cc").split_whitespace().next().unwrap_or("cc");
    let found = env.find_program(OsStr::new(program), cwd);
    match found.and_then(|path| seal::digest_followed(&path).ok()) {
        Some((digest, _)) => Ok(Some(digest)),
        None if named.is_some() => Err("CC names a program that is not found".into()),
        None => Ok(None),
    }
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
                !WITHOUT_EFFECT.contains(&name) && (name != "source" || is_local(value))
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

    /// Whether some file has cargo take crates from a directory.
    fn has_local_source(&self) -> bool {
        let mut tables = self.tables().into_iter().flatten();
        tables.any(|table| table.get("source").is_some_and(is_local))
    }

    /// Whether what the files say means something else where they lie elsewhere: `paths`, and variables whose
    /// values are `relative`.
    pub(crate) fn depends_on_place(&self) -> bool {
        let is_relative = |value: &toml::Value| value.get("relative").is_some();
        self.tables().into_iter().flatten().any(|table| {
            let env = table.get("env").and_then(toml::Value::as_table);
            table.contains_key("paths")
                || env.is_some_and(|env| env.iter().any(|(_, value)| is_relative(value)))
        })
    }

    /// The variables that the files set.
    fn variables(&self) -> Vec<(String, String)> {
        let tables = self.tables().into_iter().flatten();
        let env = tables.filter_map(|table| table.get("env")?.as_table());
        let variable = |(name, value): (&String, &toml::Value)| {
            let value = value.as_str().or_else(|| value.get("value")?.as_str())?;
            Some((name.clone(), value.to_owned()))
        };
        env.flat_map(|env| env.iter().filter_map(variable)).collect()
    }
}

/// Whether crates come from files that someone may have edited: cargo believes the checksums beside them.
fn is_local(sources: &toml::Value) -> bool {
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
    fn tools_are_known_in_all_their_spellings() {
        for name in
            ["AR", "CXX", "HOST_CC", "TARGET_AR", "CC_x86_64-unknown-linux-gnu", "HOST_CC_x"]
        {
            assert!(is_tool(name), "{name}");
        }
        for name in ["CFLAGS", "CXXFLAGS", "ARCH", "CC_FORCE_DISABLE", "PATH", "HOST"] {
            assert!(!is_tool(name), "{name}");
        }
    }

    #[test]
    fn what_means_something_else_elsewhere_depends_on_its_place() {
        let depends = |text: &str| {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join(".cargo")).unwrap();
            fs::write(dir.path().join(".cargo/config.toml"), text).unwrap();
            CargoConfig::read(dir.path(), None).depends_on_place()
        };
        assert!(depends("paths = ['x']"));
        assert!(depends("[env]\nX = { value = 'x', relative = true }"));
        assert!(!depends("[env]\nX = 'x'\n[build]\njobs = 1"));
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
