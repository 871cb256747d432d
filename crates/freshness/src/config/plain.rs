//! The configuration of a cargo workspace that has none: whatever `cargo build` would make where we stand.
//!
//! Finding it starts no process, so which packages that is stays cargo's to say, at the first build. Only where
//! the workspace's root is must be known, because the store lies in its target directory. It is taken to be the
//! nearest manifest upwards that has a `[workspace]`. Where cargo would have found another (a package that
//! its workspace excludes, say), the store lies elsewhere than it might, and serves as well.

use std::fs;
use std::path::{Path, PathBuf};

use archive_builder::Profile;
use toml::Table;

use super::{Config, ConfigError, read};
use crate::trust::Trust;

/// The name of cargo's manifests.
const MANIFEST: &str = "Cargo.toml";

/// Where the store lies below the root.
const STORE: &str = "target/freshness";

/// The profile that is asked for where none is named.
const DEFAULT_PROFILE: &str = "default";

impl Config {
    /// The defaults for the cargo package or workspace that `directory` is in, with one profile: whatever
    /// cargo makes there in its profile `dev`.
    ///
    /// # Errors
    /// There is none, or it is another user's and `trust` does not allow it.
    pub fn of_cargo(directory: &Path, trust: &Trust) -> Result<Self, ConfigError> {
        let manifests = directory.ancestors().map(|dir| dir.join(MANIFEST));
        let Some(manifest) = manifests.into_iter().find(|path| fs::symlink_metadata(path).is_ok())
        else {
            return Err(ConfigError::Missing { from: directory.to_path_buf() });
        };
        let unreadable = |source| ConfigError::Unreadable { path: manifest.clone(), source };
        let (text, opened) = read(&manifest).map_err(unreadable)?;
        if let Some(problem) = trust.refuses(&manifest, &opened).map_err(unreadable)? {
            return Err(ConfigError::Untrusted { path: manifest, problem });
        }
        let package = manifest.parent().unwrap_or(directory);
        let root = root_of(package, &text);
        let mut config = Self::new(package, &root.join(STORE)).map_err(unreadable)?;
        config.ask_cargo(Vec::new(), "dev");
        Ok(config)
    }

    /// Makes the default profile one of whatever cargo makes of these packages, or of its own choice.
    pub fn ask_cargo(&mut self, packages: Vec<String>, cargo_profile: &str) {
        let profile = Profile::of_cargo(packages, cargo_profile);
        self.profiles.insert(DEFAULT_PROFILE.into(), profile);
    }
}

/// The root of the workspace that the package in `directory` is in; `text` is its manifest.
fn root_of(directory: &Path, text: &str) -> PathBuf {
    let manifest: Table = text.parse().unwrap_or_default();
    if manifest.contains_key("workspace") {
        return directory.to_path_buf();
    }
    let named = manifest.get("package").and_then(|package| package.get("workspace")?.as_str());
    if let Some(root) = named {
        return directory.join(root);
    }
    let is_root = |dir: &&Path| {
        let text = read(&dir.join(MANIFEST)).ok().map(|(text, _)| text);
        let manifest = text.and_then(|text| text.parse::<Table>().ok());
        manifest.is_some_and(|manifest| manifest.contains_key("workspace"))
    };
    directory.ancestors().skip(1).find(is_root).unwrap_or(directory).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store_of(directory: &Path) -> PathBuf {
        Config::of_cargo(directory, &Trust::default()).unwrap().store
    }

    #[test]
    fn the_store_lies_in_the_target_directory_of_the_workspace() {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path)).unwrap();
            fs::write(root.join(path).join(MANIFEST), text).unwrap();
        };
        let package = "[package]\nname = \"x\"\n";
        write("", "[workspace]\n");
        write("a/src", "");
        fs::remove_file(root.join("a/src").join(MANIFEST)).unwrap();
        write("a", package);
        write("apart", &format!("{package}[workspace]\n"));
        write("named", &format!("{package}workspace = \"../apart\"\n"));
        write("broken", "[");
        for (directory, of) in [
            ("", ""),
            ("a", ""),
            ("a/src", ""),
            ("apart", "apart"),
            ("named", "apart"),
            ("broken", ""),
        ] {
            let expected = root.join(of).join(STORE);
            assert_eq!(store_of(&root.join(directory)), expected, "{directory}");
        }
        let config = Config::of_cargo(&root.join("a/src"), &Trust::default()).unwrap();
        assert_eq!(config.directory, root.join("a"), "cargo runs where the package is");
        assert!(config.profile("default").unwrap().packages.is_empty());
    }
}
