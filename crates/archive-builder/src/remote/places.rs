//! Paths as they are called on every machine: by what they lie below, not by where that is here.
//!
//! | here | called |
//! | --- | --- |
//! | below the workspace's root | `root/…` |
//! | below cargo's home | `cargo/…` |
//! | beside the root, below a directory that holds both | `above/<levels up>/…` |
//! | anywhere else | `fixed/…`: it is looked for where it was |
//!
//! A name that another machine wrote is turned back into a path only if it climbs nowhere.

use std::path::{Component, Path, PathBuf};

use freshness_core::path::normalize;
use freshness_core::sys::bytes_of_path;
use freshness_core::{Digest, InputSpec, Pattern};

use crate::key::write_bytes;
use crate::why::Why;

use super::Site;

/// Where things lie on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    root: PathBuf,
    cargo_home: Option<PathBuf>,
    home: Option<PathBuf>,
    store: PathBuf,
}

impl Places {
    /// Those of a site whose workspace has its root here.
    pub(crate) fn of(site: &Site<'_>, root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            cargo_home: site.env.cargo_home(site.workspace).map(|home| normalize(&home)),
            home: site.env.get("HOME").map(|home| normalize(Path::new(home))),
            store: site.store.to_path_buf(),
        }
    }

    /// What a path is called everywhere; a relative one is below the root.
    pub(crate) fn name(&self, path: &Path) -> PathBuf {
        let path = normalize(&self.root.join(path));
        if let Ok(below) = path.strip_prefix(&self.root) {
            return Path::new("root").join(below);
        }
        if let Some(below) = self.cargo_home.as_ref().and_then(|h| path.strip_prefix(h).ok()) {
            return Path::new("cargo").join(below);
        }
        for (up, dir) in self.root.ancestors().enumerate().skip(1) {
            match path.strip_prefix(dir) {
                Ok(below) if dir.parent().is_some() => {
                    return Path::new("above").join(up.to_string()).join(below);
                }
                _ => {}
            }
        }
        Path::new("fixed").join(path.strip_prefix("/").unwrap_or(&path))
    }

    /// The path that is called so; nothing where it could lead anywhere else.
    pub(crate) fn path(&self, name: &Path) -> Option<PathBuf> {
        let is_plain = |c: &Component<'_>| matches!(c, Component::Normal(_));
        if !name.components().all(|component| is_plain(&component)) {
            return None;
        }
        let mut parts = name.components();
        let base = match parts.next()?.as_os_str().to_str()? {
            "root" => self.root.clone(),
            "cargo" => self.cargo_home.clone()?,
            "above" => {
                let up: usize = parts.next()?.as_os_str().to_str()?.parse().ok()?;
                self.root.ancestors().nth(up)?.to_path_buf()
            }
            "fixed" => PathBuf::from("/"),
            _ => return None,
        };
        let below = parts.as_path();
        Some(if below.as_os_str().is_empty() { base } else { base.join(below) })
    }

    /// A specification with every path in it called as everywhere.
    pub(crate) fn named(&self, spec: &InputSpec) -> InputSpec {
        let pattern = spec.pattern.map_paths(&mut |path| Some(self.name(path)));
        let pattern = pattern.unwrap_or_else(|| spec.pattern.clone());
        InputSpec { pattern, why: spec.why.clone() }
    }

    /// The specification here that is called so, but for what must never be looked into.
    pub(crate) fn here(&self, spec: &InputSpec) -> Option<InputSpec> {
        let mut pattern = spec.pattern.map_paths(&mut |name| self.path(name))?;
        match &mut pattern {
            Pattern::Tree { skip, .. }
            | Pattern::Followed { skip, .. }
            | Pattern::Package { skip, .. }
            | Pattern::Glob { skip, .. }
            | Pattern::Selected { skip, .. } => skip.push(self.store.clone()),
            Pattern::Path(_) | Pattern::Modules { .. } => {}
        }
        Some(InputSpec { pattern, why: spec.why.clone() })
    }

    /// Where a manifest above the root would make another workspace: how many places that are follows from how
    /// deep the root lies here.
    pub(crate) fn above_root(&self) -> impl Iterator<Item = PathBuf> {
        self.root.ancestors().skip(1).map(|dir| dir.join("Cargo.toml"))
    }

    /// The specifications that do not follow from how deep the root lies.
    pub(crate) fn told<'s>(
        &self,
        specs: &'s [InputSpec],
    ) -> impl Iterator<Item = &'s InputSpec> + use<'s> {
        let above: Vec<Pattern> = self.above_root().map(Pattern::Path).collect();
        let up = Why::ManifestUpTheTree.to_string();
        specs.iter().filter(move |spec| spec.why != up || !above.contains(&spec.pattern))
    }

    /// The directories whose names must not be in what is made here, were it to serve elsewhere.
    pub(crate) fn telling(&self) -> Vec<Vec<u8>> {
        let mut dirs = vec![self.root.clone(), self.store.clone()];
        dirs.extend(self.cargo_home.clone());
        dirs.extend(self.home.clone());
        dirs.extend(self.root.ancestors().skip(1).map(Path::to_path_buf));
        // `/tmp`, say, is in many a program that was made anywhere.
        let is_telling = |dir: &PathBuf| dir.components().count() > 2 || *dir == self.root;
        dirs.retain(|dir| is_telling(dir) || Some(dir) == self.home.as_ref());
        dirs.retain(|dir| dir.parent().is_some());
        sorted_bytes(dirs)
    }

    /// What stands in a source, a manifest or a variable that names an input of `specs` by its absolute path, rather
    /// than by where it lies from there: another machine would look where that leads.
    pub(crate) fn absolute<'s>(
        &self,
        specs: impl IntoIterator<Item = &'s InputSpec>,
    ) -> Vec<Vec<u8>> {
        let mut dirs = vec![self.root.clone()];
        dirs.extend(self.cargo_home.clone());
        for spec in specs {
            _ = spec.pattern.map_paths(&mut |path| {
                let path = normalize(&self.root.join(path));
                let shared = self.root.ancestors().skip(1).find(|dir| path.starts_with(dir));
                let is_beside = !path.starts_with(&self.root)
                    && shared.is_some_and(|dir| dir.parent().is_some());
                let below = shared.and_then(|dir| path.strip_prefix(dir).ok());
                let first = below.and_then(|below| below.components().next());
                if let (true, Some(dir), Some(first)) = (is_beside, shared, first) {
                    dirs.push(dir.join(first));
                }
                Some(path)
            });
        }
        sorted_bytes(dirs)
    }

    /// Tells machines apart on which things lie elsewhere.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        let or_none = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
        let (cargo_home, home) = (or_none(&self.cargo_home), or_none(&self.home));
        for path in [&self.root, &cargo_home, &home, &self.store] {
            write_bytes(&mut hasher, bytes_of_path(path));
        }
        *hasher.finalize().as_bytes()
    }
}

fn sorted_bytes(mut dirs: Vec<PathBuf>) -> Vec<Vec<u8>> {
    dirs.sort();
    dirs.dedup();
    dirs.iter().map(|dir| bytes_of_path(dir).to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &str, home: &str) -> Places {
        let store = Path::new(root).join("target/freshness");
        Places { root: root.into(), cargo_home: Some(home.into()), home: None, store }
    }

    #[test]
    fn a_path_is_called_alike_on_two_machines() {
        let a = places("/home/a/work/ws", "/home/a/.cargo");
        let b = places("/srv/ws2", "/opt/cargo");
        for (here, there) in [
            ("/home/a/work/ws/src/lib.rs", "/srv/ws2/src/lib.rs"),
            ("src/lib.rs", "/srv/ws2/src/lib.rs"),
            ("/home/a/work/ws", "/srv/ws2"),
            ("/home/a/work/lib/src/lib.rs", "/srv/lib/src/lib.rs"),
            ("/home/a/.cargo/registry/x", "/opt/cargo/registry/x"),
            ("/usr/include/zlib.h", "/usr/include/zlib.h"),
        ] {
            assert_eq!(b.path(&a.name(Path::new(here))), Some(there.into()), "{here}");
        }
        // Nothing is above the root of the file system.
        assert_eq!(places("/ws", "/c").name(Path::new("/usr/x")), Path::new("fixed/usr/x"));
    }

    #[test]
    fn how_deep_the_root_lies_is_not_told() {
        let places = places("/home/a/ws", "/home/a/.cargo");
        let spec = |path: &str, why: Why<'_>| InputSpec {
            pattern: Pattern::Path(path.into()),
            why: why.to_string(),
        };
        let up = Why::ManifestUpTheTree;
        let all = [
            spec("/Cargo.toml", up),
            spec("/home/a/Cargo.toml", up),
            spec("/home/a/lib/Cargo.toml", up),
            spec("/home/a/Cargo.toml", Why::ExtraInputs),
        ];
        let told: Vec<&InputSpec> = places.told(&all).collect();
        assert_eq!(told, [&all[2], &all[3]]);
    }

    #[test]
    fn a_name_that_climbs_or_is_foreign_leads_nowhere() {
        let places = places("/srv/ws", "/opt/cargo");
        for name in
            ["root/../x", "/etc/passwd", "", "above/x/y", "above/9/x", "home/x", "root/./../x"]
        {
            assert_eq!(places.path(Path::new(name)), None, "{name}");
        }
    }

    fn texts(bytes: Vec<Vec<u8>>) -> Vec<String> {
        bytes.into_iter().map(|d| String::from_utf8(d).unwrap()).collect()
    }

    #[test]
    fn directories_of_this_machine_are_known_by_their_names() {
        let mut places = places("/home/a/work/ws", "/home/a/.cargo");
        places.home = Some("/root".into());
        let expected = [
            "/home/a",
            "/home/a/.cargo",
            "/home/a/work",
            "/home/a/work/ws",
            "/home/a/work/ws/target/freshness",
            "/root",
        ];
        assert_eq!(texts(places.telling()), expected);
    }

    #[test]
    fn what_lies_beside_the_root_may_be_named_from_anywhere() {
        let places = places("/home/a/work/ws", "/home/a/.cargo");
        let spec =
            |path: &str| InputSpec { pattern: Pattern::Path(path.into()), why: String::new() };
        let specs =
            [spec("src/lib.rs"), spec("/home/a/work/lib/x"), spec("/home/s/y"), spec("/usr/x")];
        let expected = ["/home/a/.cargo", "/home/a/work/lib", "/home/a/work/ws", "/home/s"];
        assert_eq!(texts(places.absolute(&specs)), expected);
    }
}
