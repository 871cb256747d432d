//! The configuration `nativets.toml`: found beside the entry or above it, read strictly, with errors that
//! name file, line and what is allowed.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use freshness::{Escaped, Links, StrategyName, StrategyOptions, Trust, normalize, open_regular};
use serde::Deserialize;

/// The name that is looked for.
const FILE_NAME: &str = "nativets.toml";

/// A configuration is written by hand; a larger file is something else.
const MAX_BYTES: u64 = 1 << 20;

/// Room for most of them, so that one read gives all.
const USUAL_BYTES: usize = 4 << 10;

/// What a configuration says; paths are absolute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// The strategy that decides, for archives and modules.
    pub strategy: StrategyName,
    /// The options of all strategies.
    pub options: StrategyOptions,
    /// The cargo workspace of the native archives.
    pub workspace: Option<PathBuf>,
    /// Where built archives are kept.
    pub store: Option<PathBuf>,
    /// Where prebuilt archives lie.
    pub prebuilt: Option<PathBuf>,
}

/// The file as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    freshness: WrittenFreshness,
    #[serde(default)]
    archives: WrittenArchives,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenFreshness {
    #[serde(default)]
    strategy: StrategyName,
    #[serde(default)]
    strategy_options: StrategyOptions,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArchives {
    workspace: Option<PathBuf>,
    store: Option<PathBuf>,
    prebuilt: Option<PathBuf>,
}

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("read the configuration {}: {source}", Escaped::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is another user's, who would decide what is linked.
    #[error("follow the configuration {}: {problem}", Escaped::path(path))]
    Untrusted {
        /// The file.
        path: PathBuf,
        /// What of it is whose.
        problem: String,
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
}

impl ConfigError {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            ConfigError::Unreadable { path, .. }
            | ConfigError::Untrusted { path, .. }
            | ConfigError::Invalid { path, .. } => path,
        }
    }
}

impl Config {
    /// The configuration in `directory` (absolute) or above it; the defaults where there is none.
    ///
    /// # Errors
    /// There is one, and it cannot be read or is wrong, or another user's that `trust` does not allow.
    pub fn find(directory: &Path, trust: &Trust) -> Result<Self, ConfigError> {
        let mut candidates = directory.ancestors().map(|dir| dir.join(FILE_NAME));
        // Whatever has the name is the configuration; if it cannot be read, that is the error.
        match candidates.find(|path| fs::symlink_metadata(path).is_ok()) {
            Some(path) => Self::load(&path, trust),
            None => Ok(Self::default()),
        }
    }

    fn load(path: &Path, trust: &Trust) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_path_buf(), source };
        let (text, opened) = read(path).map_err(unreadable)?;
        if let Some(problem) = trust.refuses(path, &opened).map_err(unreadable)? {
            return Err(ConfigError::Untrusted { path: path.to_path_buf(), problem });
        }
        let written: Written = toml::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.to_path_buf(),
            line: error.span().map_or(1, |span| line_of(&text, span.start)),
            problem: Escaped::text(error.message().trim()).to_string(),
        })?;
        let directory = path.parent().unwrap_or(Path::new("/"));
        let absolute = |path: PathBuf| normalize(&directory.join(path));
        Ok(Self {
            path: Some(path.to_path_buf()),
            strategy: written.freshness.strategy,
            options: written.freshness.strategy_options,
            workspace: written.archives.workspace.map(absolute),
            store: written.archives.store.map(absolute),
            prebuilt: written.archives.prebuilt.map(absolute),
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

    fn load(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, text).unwrap();
        let place = dir.path().display().to_string();
        Config::find(dir.path(), &Trust::default())
            .map_err(|error| error.to_string().replace(&place, ""))
    }

    #[test]
    fn errors_name_file_line_and_what_is_allowed() {
        let cases = [
            ("\n[freshness]\nstrategy = \"sha\"", "3", "expected `mtime` or `hash`"),
            ("[freshness]\nstrategy = 1", "2", "expected `mtime` or `hash`"),
            ("[freshness]\ncolour = 1", "2", "expected `strategy` or `strategy-options`"),
            ("[frshness]", "1", "expected `freshness` or `archives`"),
            ("[archives]\nstores = \"x\"", "2", "expected one of `workspace`, `store`, `prebuilt`"),
            ("[archives]\nstore = true", "2", "expected path string"),
            (
                "[freshness.strategy-options.hash]\nreread = \"now\"",
                "2",
                "expected `changed` or `always`",
            ),
            ("[freshness.strategy-options.md5]", "1", "expected `mtime` or `hash`"),
            ("= 1", "1", ""),
        ];
        for (text, line, allowed) in cases {
            let error = load(text).unwrap_err();
            let start = format!("understand /nativets.toml:{line}: ");
            assert!(error.starts_with(&start) && error.contains(allowed), "{text}: {error}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = load("[archives]\nworkspace = \"../w\"\nstore = \"/s\"\n").unwrap();
        let above = config.path.unwrap().parent().unwrap().parent().unwrap().to_path_buf();
        assert_eq!(config.workspace, Some(above.join("w")));
        assert_eq!((config.store, config.prebuilt), (Some("/s".into()), None));
    }

    #[test]
    fn the_nearest_file_upwards_is_taken_and_none_is_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let below = dir.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(dir.path().join(FILE_NAME), "[freshness]\nstrategy = \"mtime\"\n").unwrap();
        assert_eq!(Config::find(&below, &Trust::default()).unwrap().strategy, StrategyName::Mtime);
        fs::write(below.join(FILE_NAME), "").unwrap();
        assert_eq!(Config::find(&below, &Trust::default()).unwrap().strategy, StrategyName::Hash);
    }
}
