//! The configuration file: found upwards, read strictly, with errors that name file, line and the
//! allowed values.

mod location;
mod plain;
mod raw;
mod remote;
pub(crate) mod size;
pub(crate) mod word;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use archive_builder::Profile;
use freshness_core::Escaped;
use freshness_core::sys::{Links, open_regular};

use crate::strategies::{StrategyName, StrategyOptions};
use crate::trust::Trust;

pub use location::{Location, LocationError};
pub use remote::{RemoteConfig, RemoteMode};

/// The name that is looked for.
pub(crate) const FILE_NAME: &str = "freshness.toml";

/// A configuration is written by hand; a larger file is something else.
const MAX_BYTES: u64 = 1 << 20;

/// Room for most of them, so that one read gives all.
const USUAL_BYTES: usize = 4 << 10;

/// A configuration, with absolute paths.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// The directory that it stands in, without links; cargo runs here.
    pub directory: PathBuf,
    /// The strategy that decides.
    pub strategy: StrategyName,
    /// The options of all strategies.
    pub options: StrategyOptions,
    /// Where slots live.
    pub store: PathBuf,
    /// How long a held slot is waited for.
    pub lock_timeout: Duration,
    /// How many generations of archives are kept.
    pub generations: usize,
    /// Whether units whose inputs were only touched are kept from being built again.
    pub vouch: bool,
    /// The profiles by name.
    pub profiles: BTreeMap<String, Profile>,
    /// A storage that many machines share.
    pub remote: Option<RemoteConfig>,
}

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// None was found.
    #[error("find {FILE_NAME} in {} or above it", Escaped::path(from))]
    Missing {
        /// Where the search began.
        from: PathBuf,
    },
    /// It cannot be read.
    #[error("read the configuration {}: {source}", Escaped::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is another user's, who would decide what is compiled and linked.
    #[error("follow the configuration {}: {problem}", Escaped::path(path))]
    Untrusted {
        /// The file.
        path: PathBuf,
        /// What of it is whose.
        problem: String,
    },
    /// It is there already.
    #[error("write {}: it is there already", Escaped::path(path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("write {}: {source}", Escaped::path(path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// There would be nothing in it.
    #[error("write {FILE_NAME} in {}: no package there makes anything", Escaped::path(path))]
    NothingToAskFor {
        /// The root of the workspace.
        path: PathBuf,
    },
    /// It does not say what can be understood.
    #[error("understand {}:{line}: {problem}", Escaped::path(path))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// A variable of the environment does not say what can be understood. What it says may be secret.
    #[error("use the variable {name}: {problem}")]
    Variable {
        /// Its name.
        name: &'static str,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// It names no storage that machines share.
    #[error("use a shared storage: {} has no [remote]", Escaped::path(path))]
    NoRemote {
        /// The file.
        path: PathBuf,
    },
    /// It has no profile of this name.
    #[error("use the profile `{}`: {} has {known}", Escaped::text(name), Escaped::path(path))]
    UnknownProfile {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names that it has.
        known: String,
    },
    /// There is no strategy of this name.
    #[error(
        "use the strategy `{}` that {from} names: allowed are {}",
        Escaped::text(name),
        word::allowed::<StrategyName>()
    )]
    UnknownStrategy {
        /// Where the name came from.
        from: &'static str,
        /// The name.
        name: String,
    },
}

impl ConfigError {
    /// The stable code of this error, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ConfigError::Missing { .. } => "config-missing",
            ConfigError::Unreadable { .. }
            | ConfigError::Invalid { .. }
            | ConfigError::Variable { .. } => "config",
            ConfigError::NoRemote { .. } => "remote",
            ConfigError::Untrusted { .. } => "config-untrusted",
            ConfigError::Exists { .. } => "config-exists",
            ConfigError::Unwritable { .. } => "io",
            ConfigError::NothingToAskFor { .. } => "profile",
            ConfigError::UnknownProfile { .. } => "profile",
            ConfigError::UnknownStrategy { .. } => "strategy",
        }
    }

    /// The file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            ConfigError::Missing { from: path }
            | ConfigError::Unreadable { path, .. }
            | ConfigError::Untrusted { path, .. }
            | ConfigError::Exists { path }
            | ConfigError::NoRemote { path }
            | ConfigError::Unwritable { path, .. }
            | ConfigError::NothingToAskFor { path }
            | ConfigError::Invalid { path, .. }
            | ConfigError::UnknownProfile { path, .. } => Some(path),
            ConfigError::UnknownStrategy { .. } | ConfigError::Variable { .. } => None,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            ConfigError::Missing { .. } => {
                "write one with a [profile.default] that lists `packages`, name one with --config, or go \
                 where cargo would find a package"
            }
            ConfigError::Unreadable { .. } => "name a readable file with --config",
            ConfigError::Untrusted { .. } => {
                "run as the user that it belongs to, or allow it: list its directory in FRESHNESS_TRUST"
            }
            ConfigError::Exists { .. } => "edit it, or put a new one in its place with --force",
            ConfigError::Unwritable { .. } => "see the system's message",
            ConfigError::NothingToAskFor { .. } => "give a package a library or a program first",
            ConfigError::Invalid { .. } => "correct that line",
            ConfigError::Variable { .. } => "correct it, or leave it unset",
            ConfigError::NoRemote { .. } => "name one with a [remote] that has a `url`",
            ConfigError::UnknownProfile { .. } => "name one of them with --profile, or add it",
            ConfigError::UnknownStrategy { .. } => "name one of them",
        }
    }
}

impl Config {
    /// The defaults, for a tool that keeps its settings elsewhere and adds profiles itself: cargo runs in
    /// `directory`, and archives are kept in `store`, which is relative to it or absolute.
    ///
    /// # Errors
    /// The directory cannot be found.
    pub fn new(directory: &Path, store: &Path) -> io::Result<Self> {
        let directory = fs::canonicalize(directory)?;
        Ok(Self {
            path: directory.join(FILE_NAME),
            strategy: StrategyName::default(),
            options: StrategyOptions::default(),
            store: raw::resolve_store(&directory.join(store)),
            lock_timeout: raw::LOCK_TIMEOUT,
            generations: raw::GENERATIONS,
            vouch: true,
            profiles: BTreeMap::new(),
            remote: None,
            directory,
        })
    }

    /// The same with this profile, in the place of one of its name.
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>, profile: Profile) -> Self {
        self.profiles.insert(name.into(), profile);
        self
    }

    /// Finds the configuration in `directory` or above it.
    ///
    /// # Errors
    /// There is none, or it is wrong, or another user's.
    pub fn find(directory: &Path) -> Result<Self, ConfigError> {
        Self::find_trusting(directory, &Trust::default())
    }

    /// The same, and follows another user's where `trust` allows it.
    ///
    /// # Errors
    /// Those of [`Config::find`].
    pub fn find_trusting(directory: &Path, trust: &Trust) -> Result<Self, ConfigError> {
        let mut candidates = directory.ancestors().map(|dir| dir.join(FILE_NAME));
        // Whatever has the name is the configuration; if it cannot be read, that is the error.
        match candidates.find(|path| fs::symlink_metadata(path).is_ok()) {
            Some(path) => Self::load_trusting(&path, trust),
            None => Err(ConfigError::Missing { from: directory.to_path_buf() }),
        }
    }

    /// Reads the configuration in `path`.
    ///
    /// # Errors
    /// It cannot be read, or it is wrong, or another user's.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_trusting(path, &Trust::default())
    }

    /// The same, and follows another user's where `trust` allows it.
    ///
    /// # Errors
    /// Those of [`Config::load`].
    pub fn load_trusting(path: &Path, trust: &Trust) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_path_buf(), source };
        let (text, opened) = read(path).map_err(unreadable)?;
        if let Some(problem) = trust.refuses(path, &opened).map_err(unreadable)? {
            return Err(ConfigError::Untrusted { path: path.to_path_buf(), problem });
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = fs::canonicalize(directory).map_err(unreadable)?;
        let path = directory.join(path.file_name().unwrap_or_default());
        Self::parse(path, directory, &text)
    }

    /// Understands the text of a configuration, which stands in `path` in `directory`.
    ///
    /// # Errors
    /// It is wrong.
    #[doc(hidden)]
    pub fn parse(path: PathBuf, directory: PathBuf, text: &str) -> Result<Self, ConfigError> {
        let raw: raw::Config = toml::from_str(text).map_err(|error| ConfigError::Invalid {
            path: path.clone(),
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            problem: Escaped::text(error.message().trim()).to_string(),
        })?;
        raw.resolve(path, directory, text)
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn profile(&self, name: &str) -> Result<&Profile, ConfigError> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let known = Escaped::text(&names.join(", ")).to_string();
            let known = if names.is_empty() { "none".into() } else { known };
            ConfigError::UnknownProfile { path: self.path.clone(), name: name.into(), known }
        })
    }
}

fn read(path: &Path) -> io::Result<(String, fs::Metadata)> {
    let mut text = String::with_capacity(USUAL_BYTES);
    let file = open_regular(path, Links::Follow)?;
    let opened = file.metadata()?;
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok((text, opened))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, text).unwrap();
        let error = Config::load(&path).unwrap_err().to_string();
        error.replace(&fs::canonicalize(dir.path()).unwrap().display().to_string(), "")
    }

    #[test]
    fn errors_name_file_line_and_what_is_allowed() {
        let profile = "[profile.default]\npackages = [\"a\"]\n";
        let cases = [
            ("strategy = \"sha\"", ""),
            ("colour = 1", ""),
            ("lock-timeout = 10", ""),
            ("lock-timeout = \"soon\"", ""),
            ("generations = 2", ""),
            ("[strategy-options.mtime]\nrule = \"older\"", ""),
            ("[strategy-options.md5]", ""),
            ("[profile.default]\npackages = []", ""),
            ("[profile.default]\nfeatures = []", ""),
            (profile, "emit = [\"obj\"]"),
            (profile, "emit = [\"llvm-bc\"]"),
            (profile, "artifacts = [\"exe\"]"),
            (profile, "artifacts = []"),
            (profile, "artifacts = [\"bin\"]\nemit = [\"link\", \"llvm-bc\"]"),
            (profile, "artifacts = [\"bin\"]\nprebuilt = \"dir\""),
            (profile, "panic = \"maybe\""),
            (profile, "on-failure = \"prebuilt\""),
            (profile, "extra-inputs = [\"a[\"]"),
            (profile, "env = [\"A=B\"]"),
            ("strategy = 1", ""),
            ("store = \"\"", ""),
            ("store = \"a/..\"", ""),
            ("strategy = ", ""),
        ];
        let errors: Vec<String> =
            cases.iter().map(|(start, end)| error(&format!("{start}{end}"))).collect();
        insta::assert_snapshot!(errors.join("\n"));
    }

    #[test]
    fn the_nearest_file_upwards_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let below = dir.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(dir.path().join(FILE_NAME), "generations = 5").unwrap();
        let found = Config::find(&fs::canonicalize(&below).unwrap()).unwrap();
        assert_eq!(found.directory, fs::canonicalize(dir.path()).unwrap());
        assert_eq!((found.generations, found.strategy), (5, StrategyName::Hash));
        assert_eq!(found.store, found.directory.join("target/freshness"));
    }

    #[test]
    fn a_store_behind_a_link_is_named_by_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir(real.join("disk")).unwrap();
        std::os::unix::fs::symlink("disk", real.join("link")).unwrap();
        fs::write(real.join(FILE_NAME), "store = \"link/a/../store\"").unwrap();
        assert_eq!(Config::load(&real.join(FILE_NAME)).unwrap().store, real.join("disk/store"));
    }
}
