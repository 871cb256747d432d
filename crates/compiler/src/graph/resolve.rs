//! Where an import leads: the rules, and the places that were looked at in vain.
//!
//! | specifier | candidates, in order |
//! | --- | --- |
//! | `node:…` that is known | a builtin module |
//! | `./x.ts`, `../x.ts` | that file |
//! | `./x`, `../x`, `./x.y` | `x.ts`, then `x/index.ts` |
//! | `.`, `..`, `./x/` | `index.ts` in that directory |
//!
//! Paths are joined by name: `a/../b` is `b`, and a module is what its path says, so one that is reached
//! by two links is two modules. The first candidate that is a file, directly or through a link, is taken;
//! that those before it were none is part of what a compile depends on.

use std::fs;
use std::path::{Component, Path, PathBuf};

use freshness::normalize;

use crate::language::{Builtin, builtin};

/// What an import leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Native code.
    Builtin(&'static Builtin),
    /// A file: the candidate of this index.
    File {
        /// Where it is.
        path: PathBuf,
        /// How many candidates were none.
        candidate: usize,
    },
}

/// Why an import leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It is neither relative nor builtin.
    Unknown,
    /// Nothing is at any of these places.
    Missing(Vec<PathBuf>),
}

/// The files that a specifier may mean for a module in `directory`; none where it is not relative.
#[must_use]
pub fn candidates(directory: &Path, specifier: &str) -> Option<Vec<PathBuf>> {
    let first = specifier.split('/').next();
    if !matches!(first, Some("." | "..")) {
        return None;
    }
    let path = normalize(&directory.join(specifier));
    let last = specifier.rsplit('/').next();
    if matches!(last, Some("." | ".." | "")) {
        return Some(vec![path.join("index.ts")]);
    }
    if specifier.ends_with(".ts") {
        return Some(vec![path]);
    }
    let mut with_extension = path.clone().into_os_string();
    with_extension.push(".ts");
    Some(vec![with_extension.into(), path.join("index.ts")])
}

/// Finds what a specifier means for a module in `directory`: one `stat` for each candidate.
///
/// # Errors
/// It means nothing.
pub fn resolve(directory: &Path, specifier: &str) -> Result<Resolution, Unresolved> {
    if let Some(builtin) = builtin(specifier) {
        return Ok(Resolution::Builtin(builtin));
    }
    let candidates = candidates(directory, specifier).ok_or(Unresolved::Unknown)?;
    let is_file = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    match candidates.iter().position(is_file) {
        Some(candidate) => Ok(Resolution::File { path: candidates[candidate].clone(), candidate }),
        None => Err(Unresolved::Missing(candidates)),
    }
}

/// The name of a module: its path relative to the entry's directory, with `/`. Both are absolute and
/// normal.
#[must_use]
pub fn id_of(root: &Path, path: &Path) -> String {
    let mut up = 0;
    let mut base = root;
    let below = loop {
        match (path.strip_prefix(base), base.parent()) {
            (Ok(below), _) => break below,
            (Err(_), Some(parent)) => {
                base = parent;
                up += 1;
            }
            (Err(_), None) => break path,
        }
    };
    let names = below.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    std::iter::repeat_n("..".to_owned(), up).chain(names).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(specifier: &str) -> Option<Vec<String>> {
        let candidates = candidates(Path::new("/p/src"), specifier)?;
        Some(candidates.iter().map(|path| path.display().to_string()).collect())
    }

    #[test]
    fn the_rules_of_the_table() {
        let cases: [(&str, &[&str]); 9] = [
            ("./x.ts", &["/p/src/x.ts"]),
            ("../x.ts", &["/p/x.ts"]),
            ("./x", &["/p/src/x.ts", "/p/src/x/index.ts"]),
            ("./a/../x", &["/p/src/x.ts", "/p/src/x/index.ts"]),
            ("./x.y", &["/p/src/x.y.ts", "/p/src/x.y/index.ts"]),
            (".", &["/p/src/index.ts"]),
            ("..", &["/p/index.ts"]),
            ("./x/", &["/p/src/x/index.ts"]),
            ("./x/..", &["/p/src/index.ts"]),
        ];
        for (specifier, expected) in cases {
            assert_eq!(shown(specifier).unwrap(), expected, "{specifier}");
        }
        for specifier in ["x", "x/y", "/p/x.ts", "node:fs", "", ".x", "..x"] {
            assert_eq!(shown(specifier), None, "{specifier}");
        }
    }

    #[test]
    fn a_directory_of_that_name_is_no_module() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("x.ts")).unwrap();
        fs::create_dir_all(dir.path().join("x")).unwrap();
        let places = vec![dir.path().join("x.ts"), dir.path().join("x/index.ts")];
        assert_eq!(resolve(dir.path(), "./x"), Err(Unresolved::Missing(places.clone())));
        fs::write(&places[1], "").unwrap();
        let expected = Resolution::File { path: places[1].clone(), candidate: 1 };
        assert_eq!(resolve(dir.path(), "./x"), Ok(expected));
    }

    #[test]
    fn names_are_relative_to_the_entry_and_hold_no_absolute_path() {
        let id = |path: &str| id_of(Path::new("/home/me/p"), Path::new(path));
        assert_eq!(id("/home/me/p/main.ts"), "main.ts");
        assert_eq!(id("/home/me/p/a/b.ts"), "a/b.ts");
        assert_eq!(id("/home/me/q/b.ts"), "../q/b.ts");
        assert_eq!(id("/x.ts"), "../../../x.ts");
    }
}
