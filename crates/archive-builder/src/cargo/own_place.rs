//! Whether a source asked for the name of the directory that its package lies in.
//!
//! rustc tells in its dep-info (`# env-dep:` lines, the rustc book on `--emit=dep-info`). What was made of the name
//! need not hold it: its length, a digest of it, a choice by it. So whoever asked depends on its place, whatever the
//! archive shows, and doubt counts as having asked.
//!
//! Blind: `OUT_DIR`, for nearly all who ask for that include what their build script left there and keep nothing of
//! the name; and what a macro reads of its environment by itself, which neither rustc nor cargo is told.

use std::fs;
use std::path::Path;

use crate::small_file;

/// What names a package's own directory, as dep-info has it.
const ASKED: [&str; 2] = ["# env-dep:CARGO_MANIFEST_DIR", "# env-dep:CARGO_MANIFEST_PATH"];

/// Whether a source that was compiled into this target directory asked for it, or there is no telling.
pub(crate) fn is_asked_for(target: &Path) -> bool {
    let mut told = false;
    let mut dirs = vec![target.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { return true };
        for entry in entries {
            let Ok((entry, kind)) = entry.and_then(|e| Ok((e.path(), e.file_type()?))) else {
                return true;
            };
            if kind.is_dir() {
                dirs.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "d") {
                told = true;
                if asks(&entry) {
                    return true;
                }
            }
        }
    }
    !told
}

fn asks(dep_info: &Path) -> bool {
    let Ok(bytes) = small_file::read(dep_info) else { return true };
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.any(|line| ASKED.iter().any(|asked| line.starts_with(asked.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_its_directory_is_found_and_so_is_doubt() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path();
        assert!(is_asked_for(&target.join("none")), "nothing to be told from");
        assert!(is_asked_for(target), "nothing told");
        let deps = target.join("release/deps");
        fs::create_dir_all(&deps).unwrap();
        fs::write(deps.join("a-1.d"), "a.rlib: a.rs\n\n# env-dep:CARGO_PKG_NAME=a\n").unwrap();
        fs::write(deps.join("a.rmeta"), "# env-dep:CARGO_MANIFEST_DIR=/a\n").unwrap();
        assert!(!is_asked_for(target));
        fs::write(deps.join("b-2.d"), "b.rlib: b.rs\n\n# env-dep:CARGO_MANIFEST_DIR=/b\n").unwrap();
        assert!(is_asked_for(target));
    }
}
