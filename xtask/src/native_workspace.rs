//! A copy of the native archives' sources as a cargo workspace of its own, to be edited at will.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The packages of the native archives.
const MEMBERS: [&str; 3] = ["crates/runtime", "crates/stdlib", "crates/ext-timers"];

/// Copies them, with this repository's manifest and lock file cut down to them.
pub fn copy(root: &Path, to: &Path) -> Result<()> {
    for member in MEMBERS {
        copy_tree(&root.join(member), &to.join(member))
            .with_context(|| format!("cannot copy {member}"))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(to.join("Cargo.toml"), with_members(&manifest, &MEMBERS))?;
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock"))?;
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}

/// The manifest with other members, and no defaults among them.
fn with_members(manifest: &str, members: &[&str]) -> String {
    let mut text = String::new();
    let mut in_members = false;
    for line in manifest.lines() {
        if line.starts_with("members = [") {
            in_members = true;
            text.push_str(&format!("members = {members:?}\n"));
        }
        if !in_members && !line.starts_with("default-members") {
            text.push_str(line);
            text.push('\n');
        }
        in_members &= !line.ends_with(']');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_keeps_all_but_its_members() {
        let manifest = "[workspace]\nmembers = [\n    \"a\",\n    \"b\",\n]\ndefault-members = [\"a\"]\n\n[x]\ny = [1]\n";
        let expected = "[workspace]\nmembers = [\"b\"]\n\n[x]\ny = [1]\n";
        assert_eq!(with_members(manifest, &["b"]), expected);
    }
}
