//! Which toolchain rustup's proxies would run, told without running them.
//!
//! The order is rustup's (its book, "Overrides"): `RUSTUP_TOOLCHAIN`; walking up from the working
//! directory, a directory override in rustup's settings or a toolchain file, whichever is nearer;
//! the default toolchain. A name is completed to an installed toolchain as rustup does, by adding the
//! host. What cannot be resolved is an error in words, and that is a reason to build.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::Escaped;
use toml::Table;

use crate::environment::Environment;
use crate::small_file;
use crate::sys::same_file;

/// The names of toolchain files, in the order in which rustup prefers them.
pub(crate) const TOOLCHAIN_FILES: [&str; 2] = ["rust-toolchain", "rust-toolchain.toml"];

/// Whether `program` is one of rustup's proxies: `rustup` itself under another name.
pub(crate) fn is_proxy(program: &Path) -> bool {
    let Ok(real) = fs::canonicalize(program) else { return false };
    if real.file_stem().is_some_and(|name| name == "rustup" || name == "rustup-init") {
        return true;
    }
    // On some systems the proxies are hard links of `rustup` beside them.
    same_file(program, &program.with_file_name("rustup"))
}

/// The directory of the toolchain that a proxy run in `cwd` would use.
///
/// # Errors
/// What kept it from being told, in words.
pub(crate) fn toolchain_dir(env: &Environment, cwd: &Path) -> Result<PathBuf, String> {
    let home = env.rustup_home(cwd).ok_or("neither RUSTUP_HOME nor HOME is set")?;
    let settings = small_file::read_text(&home.join("settings.toml")).unwrap_or_default();
    let settings: Table = settings.parse().map_err(|e| format!("rustup's settings.toml: {e}"))?;
    let chosen = match env.get("RUSTUP_TOOLCHAIN") {
        Some(name) => Choice::named(name)?,
        None => match nearest(cwd, &settings)? {
            Some(choice) => choice,
            None => Choice::Name(
                text(&settings, "default_toolchain")
                    .ok_or("rustup has no default toolchain")?
                    .to_owned(),
            ),
        },
    };
    match chosen {
        Choice::Path(path) => Ok(path),
        Choice::Name(name) => installed(&home, &settings, &name),
    }
}

enum Choice {
    Name(String),
    Path(PathBuf),
}

impl Choice {
    fn named(name: &OsStr) -> Result<Self, String> {
        if Path::new(name).is_absolute() {
            return Ok(Choice::Path(name.into()));
        }
        let name = name.to_str().ok_or("RUSTUP_TOOLCHAIN is not UTF-8")?;
        Ok(Choice::Name(name.to_owned()))
    }
}

/// The nearest directory override or toolchain file, from `cwd` upwards.
fn nearest(cwd: &Path, settings: &Table) -> Result<Option<Choice>, String> {
    let overrides = settings.get("overrides").and_then(|o| o.as_table());
    for dir in cwd.ancestors() {
        let named = overrides.and_then(|o| o.get(dir.to_str()?)?.as_str());
        if let Some(name) = named {
            return Ok(Some(Choice::Name(name.to_owned())));
        }
        for name in TOOLCHAIN_FILES {
            let path = dir.join(name);
            if let Ok(text) = small_file::read_text(&path) {
                return from_file(dir, &text)
                    .map(Some)
                    .ok_or_else(|| format!("{} names no toolchain", Escaped::path(&path)));
            }
        }
    }
    Ok(None)
}

/// The toolchain that a file names: TOML with `[toolchain]`, or just a name on its first line.
fn from_file(dir: &Path, content: &str) -> Option<Choice> {
    let table = content.parse::<Table>().ok();
    if let Some(toolchain) = table.as_ref().and_then(|t| t.get("toolchain")?.as_table()) {
        return match text(toolchain, "path") {
            Some(path) => Some(Choice::Path(dir.join(path))),
            None => text(toolchain, "channel").map(|name| Choice::Name(name.to_owned())),
        };
    }
    let name = content.lines().next()?.trim();
    (!name.is_empty() && !name.contains(char::is_whitespace)).then(|| Choice::Name(name.to_owned()))
}

/// The installed toolchain of this name, or of this name and a host.
fn installed(home: &Path, settings: &Table, name: &str) -> Result<PathBuf, String> {
    let toolchains = home.join("toolchains");
    let with_host = text(settings, "default_host_triple").map(|host| format!("{name}-{host}"));
    let exact = [Some(name.to_owned()), with_host].into_iter().flatten();
    if let Some(dir) = exact.map(|n| toolchains.join(n)).find(|dir| dir.is_dir()) {
        return Ok(dir);
    }
    // The host is not recorded: take the one installed toolchain that this machine can run.
    let prefix = format!("{name}-{}-", std::env::consts::ARCH);
    let entries =
        fs::read_dir(&toolchains).map_err(|e| format!("{}: {e}", Escaped::path(&toolchains)))?;
    let mut found: Vec<PathBuf> = (entries.flatten())
        .filter(|entry| entry.file_name().to_str().is_some_and(|n| n.starts_with(&prefix)))
        .map(|entry| entry.path())
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(dir), true) => Ok(dir),
        (Some(_), false) => Err(format!("several installed toolchains are called {name}")),
        (None, _) => Err(format!("no installed toolchain is called {name}")),
    }
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rustup home with these toolchains and settings, and a working directory two levels deep.
    fn staged(toolchains: &[&str], settings: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        for name in toolchains {
            fs::create_dir_all(dir.path().join("home/toolchains").join(name)).unwrap();
        }
        fs::write(dir.path().join("home/settings.toml"), settings).unwrap();
        let cwd = dir.path().join("outer/inner");
        fs::create_dir_all(&cwd).unwrap();
        (dir, cwd)
    }

    fn chosen(
        dir: &tempfile::TempDir,
        cwd: &Path,
        toolchain: Option<&str>,
    ) -> Result<String, String> {
        let home = dir.path().join("home").into_os_string();
        let mut vars = vec![("RUSTUP_HOME".into(), home)];
        vars.extend(toolchain.map(|name| ("RUSTUP_TOOLCHAIN".into(), name.into())));
        let found = toolchain_dir(&Environment::new(vars), cwd)?;
        Ok(found.file_name().unwrap().to_string_lossy().into_owned())
    }

    const DEFAULT: &str = "default_toolchain = \"stable-h\"\ndefault_host_triple = \"h\"\n";

    #[test]
    fn the_variable_goes_before_files_and_files_before_the_default() {
        let (dir, cwd) = staged(&["stable-h", "beta-h", "nightly-h"], DEFAULT);
        assert_eq!(chosen(&dir, &cwd, None).as_deref(), Ok("stable-h"));
        fs::write(dir.path().join("outer/rust-toolchain.toml"), "[toolchain]\nchannel = \"beta\"")
            .unwrap();
        assert_eq!(chosen(&dir, &cwd, None).as_deref(), Ok("beta-h"));
        assert_eq!(chosen(&dir, &cwd, Some("nightly")).as_deref(), Ok("nightly-h"));
        assert_eq!(chosen(&dir, &cwd, Some("")).as_deref(), Ok("beta-h"));
    }

    #[test]
    fn the_nearest_file_or_override_wins() {
        let (dir, cwd) = staged(&["stable-h", "beta-h", "nightly-h"], DEFAULT);
        fs::write(cwd.join("rust-toolchain"), "nightly\n").unwrap();
        let settings = format!("{DEFAULT}[overrides]\n{:?} = \"beta\"\n", dir.path().join("outer"));
        fs::write(dir.path().join("home/settings.toml"), settings).unwrap();
        assert_eq!(chosen(&dir, &cwd, None).as_deref(), Ok("nightly-h"));
        fs::remove_file(cwd.join("rust-toolchain")).unwrap();
        assert_eq!(chosen(&dir, &cwd, None).as_deref(), Ok("beta-h"));
    }

    #[test]
    fn a_host_that_is_not_recorded_is_found_by_what_is_installed() {
        let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let name = format!("1.95.0-{host}");
        let (dir, cwd) = staged(&[&name, "1.95.0-other-host"], "default_toolchain = \"1.95.0\"\n");
        assert_eq!(chosen(&dir, &cwd, None), Ok(name));
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let (dir, cwd) = staged(&["stable-h"], "");
        assert!(chosen(&dir, &cwd, None).unwrap_err().contains("no default toolchain"));
        assert!(chosen(&dir, &cwd, Some("nope")).unwrap_err().contains("called nope"));
        fs::write(cwd.join("rust-toolchain"), "").unwrap();
        assert!(chosen(&dir, &cwd, None).unwrap_err().contains("names no toolchain"));
        fs::write(dir.path().join("home/settings.toml"), "[[[").unwrap();
        assert!(chosen(&dir, &cwd, Some("stable-h")).unwrap_err().contains("settings.toml"));
    }
}
