//! The configuration as it is written, and what its values must be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use archive_builder::request::MIN_GENERATIONS;
use archive_builder::{ArtifactKind, Emit, OnFailure, Panic, Profile};
use freshness_core::Escaped;
use freshness_core::path::normalize;
use serde::Deserialize;
use toml::Spanned;

use super::word::{Artifacts, Word};
use super::{ConfigError, line_of, remote};
use crate::strategies::{StrategyName, StrategyOptions};

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    #[serde(default)]
    strategy: StrategyName,
    #[serde(default = "default_store")]
    store: Spanned<PathBuf>,
    lock_timeout: Option<Spanned<String>>,
    generations: Option<Spanned<usize>>,
    #[serde(default = "yes")]
    vouch: bool,
    #[serde(default)]
    strategy_options: StrategyOptions,
    #[serde(default)]
    profile: BTreeMap<String, Spanned<WrittenProfile>>,
    remote: Option<remote::Written>,
}

/// A profile as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenProfile {
    packages: Spanned<Vec<String>>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default = "yes")]
    default_features: bool,
    #[serde(default = "release")]
    cargo_profile: String,
    target: Option<String>,
    panic: Option<Word<Panic>>,
    #[serde(default)]
    rustflags: Vec<String>,
    artifacts: Option<Spanned<Vec<Word<Artifacts>>>>,
    emit: Option<Spanned<Vec<Word<Emit>>>>,
    #[serde(default)]
    extra_inputs: Vec<Spanned<String>>,
    #[serde(default)]
    env: Vec<Spanned<String>>,
    #[serde(default)]
    on_failure: Word<OnFailure>,
    prebuilt: Option<PathBuf>,
}

fn default_store() -> Spanned<PathBuf> {
    Spanned::new(0..0, "target/freshness".into())
}

fn yes() -> bool {
    true
}

fn release() -> String {
    "release".into()
}

/// Ten minutes: longer than most cold builds of a runtime.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(600);

/// The newest generation and three to switch back to.
pub(super) const GENERATIONS: usize = 4;

/// An error at a place in the text.
pub(super) struct At {
    offset: usize,
    problem: String,
}

impl At {
    /// An error where this value stands.
    pub(super) fn new<T>(value: &Spanned<T>, problem: String) -> Self {
        Self { offset: value.span().start, problem }
    }
}

impl Config {
    /// The configuration with absolute paths and defaults.
    ///
    /// # Errors
    /// The first value that is not allowed, with its line.
    pub(super) fn resolve(
        self,
        path: PathBuf,
        directory: PathBuf,
        text: &str,
    ) -> Result<super::Config, ConfigError> {
        let invalid = |at: At| ConfigError::Invalid {
            path: path.clone(),
            line: line_of(text, at.offset),
            problem: Escaped::text(&at.problem).to_string(),
        };
        let store = not_empty(self.store).map_err(invalid)?;
        let lock_timeout = self.lock_timeout.map(|text| duration("lock-timeout", &text));
        let lock_timeout = lock_timeout.transpose().map_err(invalid)?;
        let generations = self.generations.map(at_least_three).transpose().map_err(invalid)?;
        let profiles = (self.profile.into_iter())
            .map(|(name, raw)| Ok((name, raw.into_inner().resolve(&directory)?)))
            .collect::<Result<_, At>>()
            .map_err(invalid)?;
        let remote = self.remote.map(|remote| remote.resolve(&directory));
        Ok(super::Config {
            strategy: self.strategy,
            options: self.strategy_options,
            store: resolve_store(&directory.join(store)),
            lock_timeout: lock_timeout.unwrap_or(LOCK_TIMEOUT),
            generations: generations.unwrap_or(GENERATIONS),
            vouch: self.vouch,
            profiles,
            remote: remote.transpose().map_err(invalid)?,
            path,
            directory,
        })
    }
}

impl WrittenProfile {
    fn resolve(self, directory: &Path) -> Result<Profile, At> {
        let at = |offset: usize, problem: &str| Err(At { offset, problem: problem.into() });
        if self.packages.get_ref().is_empty() {
            return at(
                self.packages.span().start,
                "`packages` is empty: name at least one package",
            );
        }
        let emit: BTreeSet<Emit> = match &self.emit {
            Some(emit) if !emit.get_ref().contains(&Word(Emit::Link)) => {
                return at(emit.span().start, "`emit` must contain `link`; `llvm-bc` may be added");
            }
            Some(emit) => emit.get_ref().iter().map(|emit| emit.0).collect(),
            None => [Emit::Link].into(),
        };
        let artifacts = match &self.artifacts {
            Some(none) if none.get_ref().is_empty() => {
                return at(none.span().start, "`artifacts` is empty: name at least one kind");
            }
            Some(artifacts) => kinds(artifacts.get_ref()),
            None => [ArtifactKind::StaticLib].into(),
        };
        if !artifacts.contains(&ArtifactKind::StaticLib) && emit.contains(&Emit::LlvmBc) {
            let problem =
                "`llvm-bc` is emitted of static libraries: add `staticlib` to `artifacts`";
            return at(self.packages.span().start, problem);
        }
        if artifacts != [ArtifactKind::StaticLib].into() && self.prebuilt.is_some() {
            let problem = "`prebuilt` holds static libraries alone: leave `artifacts` out";
            return at(self.packages.span().start, problem);
        }
        for glob in &self.extra_inputs {
            let problem = freshness_core::discover::compile_glob(glob.get_ref()).err();
            if let Some(problem) = problem {
                return at(glob.span().start, &problem.problem);
            }
        }
        let cannot_be_set = |name: &str| name.is_empty() || name.contains(['=', '\0']);
        if let Some(name) = self.env.iter().find(|name| cannot_be_set(name.get_ref())) {
            return at(name.span().start, "`env` lists names of variables: not empty, without `=`");
        }
        if self.on_failure.0 == OnFailure::Prebuilt && self.prebuilt.is_none() {
            let problem = "`on-failure = \"prebuilt\"` needs `prebuilt = \"dir\"` beside it";
            return at(self.packages.span().start, problem);
        }
        let mut profile = Profile::release(self.packages.into_inner());
        profile.features = self.features.into_iter().collect();
        profile.default_features = self.default_features;
        profile.cargo_profile = self.cargo_profile;
        profile.target = self.target;
        profile.panic = self.panic.map(|panic| panic.0);
        profile.rustflags = self.rustflags;
        profile.artifacts = artifacts;
        profile.emit = emit;
        profile.extra_inputs = self.extra_inputs.into_iter().map(Spanned::into_inner).collect();
        profile.env = self.env.into_iter().map(Spanned::into_inner).collect();
        profile.on_failure = self.on_failure.0;
        profile.prebuilt = self.prebuilt.map(|dir| normalize(&directory.join(dir)));
        Ok(profile)
    }
}

fn kinds(words: &[Word<Artifacts>]) -> BTreeSet<ArtifactKind> {
    let kinds = words.iter().flat_map(|word| match word.0 {
        Artifacts::One(kind) => vec![kind],
        Artifacts::All => ArtifactKind::ALL.to_vec(),
    });
    kinds.collect()
}

/// An empty store would be the directory itself.
fn not_empty(store: Spanned<PathBuf>) -> Result<PathBuf, At> {
    let offset = store.span().start;
    let store = store.into_inner();
    if normalize(&store).as_os_str().is_empty() {
        let problem = "`store` is the directory itself: name one for the store alone".into();
        return Err(At { offset, problem });
    }
    Ok(store)
}

pub(super) fn duration(key: &str, text: &Spanned<String>) -> Result<Duration, At> {
    humantime::parse_duration(text.get_ref()).map_err(|error| {
        At::new(text, format!("`{key}` is not a duration such as `90s` or `10m`: {error}"))
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
pub(super) fn resolve_store(store: &Path) -> PathBuf {
    let store = normalize(store);
    let there = store.ancestors().find_map(|dir| {
        let real = fs::canonicalize(dir).ok()?;
        Some(real.join(store.strip_prefix(dir).ok()?))
    });
    // `join("")` leaves a separator at the end.
    normalize(&there.unwrap_or(store))
}
