//! cargo's configuration files: where they would be, and the few values we must know without cargo.
//!
//! cargo reads `.cargo/config.toml` (or `.cargo/config`) in the working directory and in every
//! directory above it, then the one in its home; nearer files win (cargo's reference, "Hierarchical
//! structure"). Every candidate is an input, there or not, so their contents need no understanding
//! here, but for what chooses the compiler, what may be included, and whether target flags are set.
//! A file that cannot be parsed chooses nothing: cargo itself will say what is wrong with it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::small_file;

/// How deep `include` may nest; a loop ends here.
const MAX_INCLUDES: usize = 64;

/// The configuration files that are there, nearest first, and where others would be.
#[derive(Debug, Default)]
pub(crate) struct CargoConfig {
    /// Every place where a file is or would be read.
    pub(crate) candidates: BTreeSet<PathBuf>,
    /// The parsed files, nearest first.
    files: Vec<(PathBuf, Table)>,
    /// Whether some file is there that cannot be parsed.
    has_unparsed: bool,
}

impl CargoConfig {
    /// Reads the configuration that cargo would read in `cwd` with this home.
    pub(crate) fn read(cwd: &Path, cargo_home: Option<&Path>) -> Self {
        let mut config = Self::default();
        let mut dirs: Vec<PathBuf> = cwd.ancestors().map(|dir| dir.join(".cargo")).collect();
        dirs.extend(cargo_home.map(Path::to_path_buf));
        for dir in dirs {
            // Where both are there, cargo reads the one without extension and warns.
            for name in ["config", "config.toml"] {
                config.read_file(dir.join(name), 0);
            }
        }
        config
    }

    fn read_file(&mut self, path: PathBuf, depth: usize) {
        if !self.candidates.insert(path.clone()) || depth > MAX_INCLUDES {
            return;
        }
        let parsed = match small_file::read_text(&path) {
            Ok(text) => text.parse::<Table>().ok(),
            Err(error) if is_absence(&error) => return,
            Err(_) => None,
        };
        let Some(table) = parsed else {
            self.has_unparsed = true;
            return;
        };
        let includes = includes(&table);
        let dir = path.parent().map(Path::to_path_buf).unwrap_or_default();
        self.files.push((path, table));
        for include in includes {
            self.read_file(dir.join(include), depth + 1);
        }
    }

    /// Every file's content, nearest first; nothing where one of them cannot be parsed.
    pub(crate) fn tables(&self) -> Option<impl Iterator<Item = &Table>> {
        (!self.has_unparsed).then(|| self.files.iter().map(|(_, table)| table))
    }

    /// The value of `table.key` in the nearest file that has it, with that file.
    fn text(&self, table: &str, key: &str) -> Option<(&Path, &str)> {
        self.files.iter().find_map(|(path, file)| {
            let value = file.get(table)?.get(key)?.as_str()?;
            Some((path.as_path(), value))
        })
    }

    /// A program that the `[build]` table names: a name for `PATH`, or a path relative to the
    /// directory that holds `.cargo` (cargo's reference, "Executable paths").
    pub(crate) fn program(&self, key: &str) -> Option<PathBuf> {
        let (file, program) = self.text("build", key)?;
        Some(executable(file, program))
    }

    /// `build.target` of the nearest file that has it as one text.
    pub(crate) fn build_target(&self) -> Option<&str> {
        self.text("build", "target").map(|(_, target)| target)
    }

    /// The linker that the nearest file names for `triple`.
    pub(crate) fn linker(&self, triple: &str) -> Option<PathBuf> {
        self.files.iter().find_map(|(path, file)| {
            let linker = file.get("target")?.get(triple)?.get("linker")?.as_str()?;
            Some(executable(path, linker))
        })
    }

    /// `build.rustflags` where the nearest file that has it writes it as one text.
    pub(crate) fn build_rustflags_text(&self) -> Option<&str> {
        let files = self.files.iter();
        let nearest = files.filter_map(|(_, file)| file.get("build")?.get("rustflags")).next()?;
        nearest.as_str()
    }

    /// Whether some file sets flags for `triple`, or for a `cfg(…)` that may hold for it.
    pub(crate) fn sets_target_rustflags(&self, triple: Option<&str>) -> bool {
        let concerns = |name: &str| name.starts_with("cfg(") || triple.is_none_or(|t| t == name);
        self.files.iter().filter_map(|(_, file)| file.get("target")?.as_table()).any(|targets| {
            targets.iter().any(|(name, t)| concerns(name) && t.get("rustflags").is_some())
        })
    }
}

/// Whether nothing is there; a directory of that name is nothing to cargo either.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn executable(file: &Path, program: &str) -> PathBuf {
    let program = Path::new(program);
    if program.components().count() == 1 && !program.is_absolute() {
        return program.to_path_buf();
    }
    let base = file.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    base.join(program)
}

/// The files that a configuration includes: `include = "x"`, `["x"]` or `[{ path = "x" }]`.
fn includes(table: &Table) -> Vec<PathBuf> {
    let path = |value: &Value| {
        let path = value.as_str().or_else(|| value.get("path")?.as_str())?;
        Some(PathBuf::from(path))
    };
    match table.get("include") {
        Some(Value::Array(list)) => list.iter().filter_map(path).collect(),
        Some(value) => path(value).into_iter().collect(),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    use std::fs;

    #[test]
    fn nearer_files_win_and_the_home_comes_last() {
        let dir = tempfile::tempdir().unwrap();
        let (cwd, home) = (dir.path().join("a/b"), dir.path().join("home"));
        let wrapper = || CargoConfig::read(&cwd, Some(&home)).program("rustc-wrapper");
        assert_eq!(wrapper(), None);
        write(&home.join("config.toml"), "[build]\nrustc-wrapper = \"far\"");
        assert_eq!(wrapper(), Some("far".into()));
        write(&dir.path().join("a/.cargo/config.toml"), "[build]\nrustc-wrapper = \"./near\"");
        assert_eq!(wrapper(), Some(dir.path().join("a/./near")));
    }

    #[test]
    fn every_place_is_a_candidate_and_included_files_are_too() {
        let dir = tempfile::tempdir().unwrap();
        let cwd = dir.path().join("a");
        write(
            &cwd.join(".cargo/config.toml"),
            "include = [\"more.toml\", { path = \"config.toml\" }]",
        );
        write(&cwd.join(".cargo/more.toml"), "[target.'cfg(unix)']\nrustflags = [\"-Cx\"]");
        let config = CargoConfig::read(&cwd, None);
        for name in ["a/.cargo/config", "a/.cargo/more.toml", ".cargo/config.toml"] {
            assert!(config.candidates.contains(&dir.path().join(name)), "{name}");
        }
        assert!(config.sets_target_rustflags(Some("x86_64-x")));
    }

    #[test]
    fn a_file_that_cannot_be_parsed_chooses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir.path().join(".cargo/config.toml"), "[build\nrustc = 3");
        assert_eq!(CargoConfig::read(dir.path(), None).program("rustc"), None);
        write(&dir.path().join(".cargo/config.toml"), "[build]\nrustc = 3");
        assert_eq!(CargoConfig::read(dir.path(), None).program("rustc"), None);
    }
}
