//! The files that are judged: every text file of the repository that a person wrote.
//!
//! Walked, not asked of git: a new file is judged before it is added, and an exported tree too.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// One file, read whole.
pub struct SourceFile {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
}

const EXTENSIONS: &[&str] = &["rs", "toml", "md"];

impl SourceFile {
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A file that is all test: beside the sources, or a `#[cfg(test)]` module of its own.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

/// Every `.rs`, `.toml` and `.md` file under `root`, but for hidden directories and build output.
pub fn files(root: &Path) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    Ok(files)
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> Result<()> {
    let cannot_read = |path: &Path| format!("cannot read {}", path.display());
    for entry in fs::read_dir(directory).with_context(|| cannot_read(directory))? {
        let entry = entry.with_context(|| cannot_read(directory))?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let kind = entry.file_type().with_context(|| cannot_read(&path))?;
        if kind.is_dir() {
            if !name.starts_with('.') && !is_build_output(prefix, name, &path) {
                collect(&path, &format!("{prefix}{name}/"), files)?;
            }
        } else if kind.is_file() && is_judged(&path) {
            let text = fs::read_to_string(&path).with_context(|| cannot_read(&path))?;
            files.push(SourceFile { path: format!("{prefix}{name}"), text });
        }
    }
    Ok(())
}

/// The repository's own `/target` (cargo leaves it untagged when a directory inside it was made
/// first), and any other that is tagged as a cache: a module may well be called `target`.
fn is_build_output(prefix: &str, name: &str, path: &Path) -> bool {
    (prefix.is_empty() && name == "target") || path.join("CACHEDIR.TAG").exists()
}

fn is_judged(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_finds_itself_and_no_build_output() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = files(package.parent().unwrap()).unwrap();
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert!(paths.contains(&"xtask/src/tidy/source.rs"));
        assert!(paths.contains(&"Cargo.toml"));
        assert!(!paths.iter().any(|path| path.starts_with("target/") || path.starts_with(".")));
    }

    #[test]
    fn tests_are_known_by_where_they_are() {
        let is_test = |path: &str| SourceFile { path: path.into(), text: String::new() }.is_test();
        assert!(is_test("tests/tests/contract.rs"));
        assert!(is_test("crates/a/tests/b.rs"));
        assert!(is_test("crates/a/src/b/tests.rs"));
        assert!(!is_test("tests/src/world.rs"));
        assert!(!is_test("crates/a/src/attests.rs"));
    }
}
