//! The configuration file: found upwards, read strictly, with errors that name file, line and the
//! allowed values.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use archive_builder::request::MIN_GENERATIONS;
use archive_builder::{Emit, OnFailure, Panic, Profile};
use freshness_core::Escaped;
use freshness_core::path::normalize;
use freshness_core::sys::{Links, open_regular};
use serde::Deserialize;
use toml::Spanned;

use crate::strategies::{StrategyName, StrategyOptions};

/// The name that is looked for.
const FILE_NAME: &str = "freshness.toml";

/// A configuration is written by hand; a larger file is something else.
const MAX_BYTES: u64 = 1 << 20;

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
    /// The profiles by name.
    pub profiles: BTreeMap<String, Profile>,
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
        StrategyName::ALLOWED
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
            ConfigError::Unreadable { .. } | ConfigError::Invalid { .. } => "config",
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
            | ConfigError::Invalid { path, .. }
            | ConfigError::UnknownProfile { path, .. } => Some(path),
            ConfigError::UnknownStrategy { .. } => None,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            ConfigError::Missing { .. } => {
                "write one with a [profile.default] that lists `packages`, or name one with --config"
            }
            ConfigError::Unreadable { .. } => "name a readable file with --config",
            ConfigError::Invalid { .. } => "correct that line",
            ConfigError::UnknownProfile { .. } => "name one of them with --profile, or add it",
            ConfigError::UnknownStrategy { .. } => "name one of them",
        }
    }
}

impl Config {
    /// Finds the configuration in `directory` or above it.
    ///
    /// # Errors
    /// There is none, or it is wrong.
    pub fn find(directory: &Path) -> Result<Self, ConfigError> {
        let mut candidates = directory.ancestors().map(|dir| dir.join(FILE_NAME));
        // Whatever has the name is the configuration; if it cannot be read, that is the error.
        match candidates.find(|path| fs::symlink_metadata(path).is_ok()) {
            Some(path) => Self::load(&path),
            None => Err(ConfigError::Missing { from: directory.to_path_buf() }),
        }
    }

    /// Reads the configuration in `path`.
    ///
    /// # Errors
    /// It cannot be read, or it is wrong.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_path_buf(), source };
        let text = read(path).map_err(unreadable)?;
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let directory = fs::canonicalize(directory).map_err(unreadable)?;
        let path = directory.join(path.file_name().unwrap_or_default());
        let raw: RawConfig = toml::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.clone(),
            line: error.span().map_or(1, |span| line_of(&text, span.start)),
            problem: error.message().trim().to_owned(),
        })?;
        raw.resolve(path, directory, &text)
    }

    /// The profile of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn profile(&self, name: &str) -> Result<&Profile, ConfigError> {
        self.profiles.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let known = if names.is_empty() { "none".into() } else { names.join(", ") };
            ConfigError::UnknownProfile { path: self.path.clone(), name: name.into(), known }
        })
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open_regular(path, Links::Follow)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 MiB"));
    }
    Ok(text)
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawConfig {
    #[serde(default)]
    strategy: StrategyName,
    #[serde(default = "default_store")]
    store: PathBuf,
    lock_timeout: Option<Spanned<String>>,
    generations: Option<Spanned<usize>>,
    #[serde(default)]
    strategy_options: StrategyOptions,
    #[serde(default)]
    profile: BTreeMap<String, Spanned<RawProfile>>,
}

/// A profile as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawProfile {
    packages: Spanned<Vec<String>>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default = "yes")]
    default_features: bool,
    #[serde(default = "release")]
    cargo_profile: String,
    target: Option<String>,
    panic: Option<RawPanic>,
    #[serde(default)]
    rustflags: Vec<String>,
    emit: Option<Spanned<Vec<RawEmit>>>,
    #[serde(default)]
    extra_inputs: Vec<Spanned<String>>,
    #[serde(default)]
    env: Vec<String>,
    #[serde(default)]
    on_failure: RawOnFailure,
    prebuilt: Option<PathBuf>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawPanic {
    Unwind,
    Abort,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawEmit {
    Link,
    LlvmBc,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawOnFailure {
    #[default]
    Error,
    Prebuilt,
}

fn default_store() -> PathBuf {
    "target/freshness".into()
}

fn yes() -> bool {
    true
}

fn release() -> String {
    "release".into()
}

/// Ten minutes: longer than most cold builds of a runtime.
const LOCK_TIMEOUT: Duration = Duration::from_secs(600);

/// The newest generation and three to switch back to.
const GENERATIONS: usize = 4;

/// An error at a place in the text.
struct At {
    offset: usize,
    problem: String,
}

impl RawConfig {
    fn resolve(self, path: PathBuf, directory: PathBuf, text: &str) -> Result<Config, ConfigError> {
        let invalid = |at: At| ConfigError::Invalid {
            path: path.clone(),
            line: line_of(text, at.offset),
            problem: at.problem,
        };
        let lock_timeout = self.lock_timeout.map(duration).transpose().map_err(invalid)?;
        let generations = self.generations.map(at_least_three).transpose().map_err(invalid)?;
        let profiles = (self.profile.into_iter())
            .map(|(name, raw)| Ok((name, raw.into_inner().resolve(&directory)?)))
            .collect::<Result<_, At>>()
            .map_err(invalid)?;
        Ok(Config {
            strategy: self.strategy,
            options: self.strategy_options,
            store: resolve_store(&directory.join(self.store)),
            lock_timeout: lock_timeout.unwrap_or(LOCK_TIMEOUT),
            generations: generations.unwrap_or(GENERATIONS),
            profiles,
            path,
            directory,
        })
    }
}

impl RawProfile {
    fn resolve(self, directory: &Path) -> Result<Profile, At> {
        let at = |offset: usize, problem: &str| Err(At { offset, problem: problem.into() });
        if self.packages.get_ref().is_empty() {
            return at(
                self.packages.span().start,
                "`packages` is empty: name at least one package",
            );
        }
        let emit = match &self.emit {
            Some(emit) if !emit.get_ref().iter().any(|e| matches!(e, RawEmit::Link)) => {
                return at(emit.span().start, "`emit` must contain `link`; `llvm-bc` may be added");
            }
            Some(emit) => emit.get_ref().iter().map(|e| (*e).into()).collect(),
            None => [Emit::Link].into(),
        };
        for glob in &self.extra_inputs {
            let problem = freshness_core::discover::compile_glob(glob.get_ref()).err();
            if let Some(problem) = problem {
                return at(glob.span().start, &problem.problem);
            }
        }
        if matches!(self.on_failure, RawOnFailure::Prebuilt) && self.prebuilt.is_none() {
            let problem = "`on-failure = \"prebuilt\"` needs `prebuilt = \"dir\"` beside it";
            return at(self.packages.span().start, problem);
        }
        let mut profile = Profile::release(self.packages.into_inner());
        profile.features = self.features.into_iter().collect();
        profile.default_features = self.default_features;
        profile.cargo_profile = self.cargo_profile;
        profile.target = self.target;
        profile.panic = self.panic.map(Into::into);
        profile.rustflags = self.rustflags;
        profile.emit = emit;
        profile.extra_inputs = self.extra_inputs.into_iter().map(Spanned::into_inner).collect();
        profile.env = self.env.into_iter().collect();
        profile.on_failure = self.on_failure.into();
        profile.prebuilt = self.prebuilt.map(|dir| normalize(&directory.join(dir)));
        Ok(profile)
    }
}

fn duration(text: Spanned<String>) -> Result<Duration, At> {
    humantime::parse_duration(text.get_ref()).map_err(|error| At {
        offset: text.span().start,
        problem: format!("`lock-timeout` is not a duration such as `90s` or `10m`: {error}"),
    })
}

fn at_least_three(generations: Spanned<usize>) -> Result<usize, At> {
    match *generations.get_ref() {
        few @ 0..MIN_GENERATIONS => Err(At {
            offset: generations.span().start,
            problem: format!("`generations` is {few}: at least {MIN_GENERATIONS} are kept"),
        }),
        enough => Ok(enough),
    }
}

/// The store without links, as far as it is there: the key says where the workspace lies seen from it.
fn resolve_store(store: &Path) -> PathBuf {
    let store = normalize(store);
    let there = store.ancestors().find_map(|dir| {
        let real = fs::canonicalize(dir).ok()?;
        Some(real.join(store.strip_prefix(dir).ok()?))
    });
    // `join("")` leaves a separator at the end.
    normalize(&there.unwrap_or(store))
}

impl From<RawPanic> for Panic {
    fn from(panic: RawPanic) -> Self {
        match panic {
            RawPanic::Unwind => Panic::Unwind,
            RawPanic::Abort => Panic::Abort,
        }
    }
}

impl From<RawEmit> for Emit {
    fn from(emit: RawEmit) -> Self {
        match emit {
            RawEmit::Link => Emit::Link,
            RawEmit::LlvmBc => Emit::LlvmBc,
        }
    }
}

impl From<RawOnFailure> for OnFailure {
    fn from(on_failure: RawOnFailure) -> Self {
        match on_failure {
            RawOnFailure::Error => OnFailure::Error,
            RawOnFailure::Prebuilt => OnFailure::Prebuilt,
        }
    }
}
