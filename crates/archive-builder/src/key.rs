//! The key: blake3 over the canonical encoding of a profile, the name of its slot.
//!
//! What goes where:
//!
//! | fact | where | because |
//! | --- | --- | --- |
//! | packages, features, default features, cargo profile, target, panic, rustflags, emit | key | both values should coexist on disk |
//! | name and version of the tool that asks | key | two tools, or two versions of one, may want different archives side by side |
//! | where the workspace lies, seen from the store | key | workspaces that share a store must not share a slot; one that moves with its store keeps it |
//! | the workspace directory itself | stamp | moved archives may hold the old place |
//! | toolchain, environment, ambient flags, sources, manifests, configuration | stamp | a change should replace the archive |
//! | `extra-inputs`, `env` | stamp | they say what to look at, not what to build |
//! | `on-failure`, `prebuilt` | neither | they do not change what is built |
//!
//! Every field is written as its name, a count, and its values, each behind its length in bytes, so
//! no two profiles have one encoding.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use freshness_core::sys::bytes_of_path;

use crate::profile::Profile;

/// Raised when the encoding changes, so that old slots are left alone rather than misread.
const ENCODING: &str = "freshness key 1";

/// The same for keys of commands.
const OF_OUTPUTS: &str = "freshness command key 1";

/// The tool that asks for archives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// The tool of this name in this version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into() }
    }
}

/// The name of a slot: 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of `profile`, asked for by `tool`, for the workspace at `workspace` (absolute) in the
    /// store at `store` (absolute).
    #[must_use]
    pub fn derive(profile: &Profile, tool: &Tool, workspace: &Path, store: &Path) -> Self {
        let place = relative(store, workspace);
        let mut hasher = blake3::Hasher::new();
        let mut put = |name: &str, values: &[&[u8]]| {
            write_bytes(&mut hasher, name.as_bytes());
            hasher.update(&(values.len() as u64).to_le_bytes());
            for value in values {
                write_bytes(&mut hasher, value);
            }
        };
        put("encoding", &[ENCODING.as_bytes()]);
        put("tool", &[tool.name.as_bytes(), tool.version.as_bytes()]);
        put("place", &[bytes_of_path(&place)]);
        for (name, values) in profile.key_fields() {
            let values: Vec<&[u8]> = values.into_iter().map(str::as_bytes).collect();
            put(name, &values);
        }
        Self(hasher.finalize().to_hex().to_string())
    }

    /// The key of a command that runs in `directory` (absolute) and makes `outputs` (absolute), in the store
    /// at `store` (absolute). What makes them is not part of it: two commands cannot both have made the same
    /// files, and must not try at once.
    #[must_use]
    pub fn of_outputs<'p>(
        directory: &Path,
        outputs: impl Iterator<Item = &'p Path>,
        store: &Path,
    ) -> Self {
        let mut hasher = blake3::Hasher::new();
        write_bytes(&mut hasher, OF_OUTPUTS.as_bytes());
        write_bytes(&mut hasher, bytes_of_path(&relative(store, directory)));
        for output in outputs {
            write_bytes(&mut hasher, bytes_of_path(&relative(directory, output)));
        }
        Self(hasher.finalize().to_hex().to_string())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name is one that a slot can have.
pub(crate) fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hashes bytes behind their length, so that no two sequences of them are hashed alike.
pub(crate) fn write_bytes(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// The way from one absolute directory to another: `..` up to what they share, then down.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(profile: &Profile) -> Key {
        let tool = Tool { name: "t".into(), version: "1".into() };
        Key::derive(profile, &tool, Path::new("/ws"), Path::new("/ws/target/freshness"))
    }

    #[test]
    fn order_and_repetition_of_features_and_packages_do_not_matter() {
        let mut a = Profile::release(["x", "y"]);
        a.features = ["f", "g"].map(String::from).into();
        let mut b = Profile::release(["y", "x", "y"]);
        b.features = ["g", "f", "g"].map(String::from).into();
        assert_eq!(key(&a), key(&b));
    }

    #[test]
    fn every_field_of_the_key_tells_profiles_apart() {
        let base = Profile::release(["x"]);
        let mut seen = vec![key(&base)];
        let mut differs = |change: &dyn Fn(&mut Profile)| {
            let mut profile = base.clone();
            change(&mut profile);
            let key = key(&profile);
            assert!(!seen.contains(&key), "{profile:?}");
            seen.push(key);
        };
        differs(&|p| p.packages.push("y".into()));
        differs(&|p| p.features = ["f".into()].into());
        differs(&|p| p.default_features = false);
        differs(&|p| p.cargo_profile = "dev".into());
        differs(&|p| p.target = Some("f".into()));
        differs(&|p| p.panic = Some(Panic::Abort));
        differs(&|p| p.rustflags = vec!["-Cx".into(), "-Cy".into()]);
        differs(&|p| p.rustflags = vec!["-Cy".into(), "-Cx".into()]);
        differs(&|p| p.rustflags = vec!["-Cx-Cy".into()]);
        differs(&|p| p.emit = [Emit::Link, Emit::LlvmBc].into());
        differs(&|p| p.artifacts = [ArtifactKind::Bin].into());
        differs(&|p| p.artifacts = ArtifactKind::ALL.into());
    }

    #[test]
    fn the_tool_and_the_place_are_part_of_the_key() {
        let profile = Profile::release(["x"]);
        let tool = |name: &str, version: &str| Tool { name: name.into(), version: version.into() };
        let derive = |tool: Tool, ws: &str, store: &str| {
            Key::derive(&profile, &tool, Path::new(ws), Path::new(store))
        };
        let base = derive(tool("t", "1"), "/ws", "/ws/target/f");
        assert_ne!(base, derive(tool("t", "2"), "/ws", "/ws/target/f"));
        assert_ne!(base, derive(tool("t1", ""), "/ws", "/ws/target/f"));
        assert_ne!(base, derive(tool("t", "1"), "/ws/a", "/ws/target/f"));
        // Moved together with its store, a workspace keeps its slot.
        assert_eq!(base, derive(tool("t", "1"), "/else/ws", "/else/ws/target/f"));
    }

    #[test]
    fn a_command_is_known_by_where_it_runs_and_what_it_makes() {
        let of = |directory: &str, outputs: &[&str], store: &str| {
            let outputs: Vec<&Path> = outputs.iter().map(Path::new).collect();
            Key::of_outputs(Path::new(directory), outputs.into_iter(), Path::new(store))
        };
        let base = of("/ws", &["/ws/a", "/ws/b"], "/ws/s");
        assert_ne!(base, of("/ws", &["/ws/a"], "/ws/s"));
        assert_ne!(base, of("/ws", &["/ws/a/ws/b"], "/ws/s"));
        assert_ne!(base, of("/ws/x", &["/ws/a", "/ws/b"], "/ws/s"));
        assert_eq!(base, of("/else", &["/else/a", "/else/b"], "/else/s"));
        assert!(is_key(base.as_str()));
    }

    #[test]
    fn a_key_is_told_from_other_names() {
        let key = key(&Profile::release(["x"]));
        assert!(is_key(key.as_str()));
        for name in ["", "target", &key.as_str()[1..], &key.as_str().to_uppercase()] {
            assert!(!is_key(name), "{name}");
        }
    }

    use crate::artifact::ArtifactKind;
    use crate::profile::{Emit, Panic};
}
