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

use super::Site;
use crate::why::Why;

/// Where things lie on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    root: PathBuf,
    cargo_home: Option<PathBuf>,
    store: PathBuf,
}

impl Places {
    /// Those of a site whose workspace has its root here.
    pub(crate) fn of(site: &Site<'_>, root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            cargo_home: site.env.cargo_home(site.workspace).map(|home| normalize(&home)),
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

    /// The directories whose names must not be in what is made here, were it to serve elsewhere. `specs` are
    /// those of this machine that are told to others.
    pub(crate) fn telling<'s>(
        &self,
        specs: impl IntoIterator<Item = &'s InputSpec>,
    ) -> Vec<Vec<u8>> {
        let mut dirs = vec![self.root.clone(), self.store.clone()];
        dirs.extend(self.cargo_home.clone());
        for spec in specs {
            // Any of its paths would do: what is beside the root shares a directory with it.
            _ = spec.pattern.map_paths(&mut |path| {
                let name = self.name(path);
                let mut parts = name.components();
                let is_above = parts.next().is_some_and(|first| first.as_os_str() == "above");
                let up = parts.next().and_then(|up| up.as_os_str().to_str()?.parse().ok());
                if let (true, Some(up)) = (is_above, up) {
                    dirs.extend(self.root.ancestors().nth(up).map(Path::to_path_buf));
                }
                Some(path.to_path_buf())
            });
        }
        dirs.sort();
        dirs.dedup();
        dirs.iter().map(|dir| bytes_of_path(dir).to_vec()).collect()
    }

    /// Tells machines apart on which things lie elsewhere.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        let home = self.cargo_home.as_deref().unwrap_or(Path::new(""));
        for path in [&self.root, home, &self.store] {
            hasher.update(&(bytes_of_path(path).len() as u64).to_le_bytes());
            hasher.update(bytes_of_path(path));
        }
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &str, home: &str) -> Places {
        let store = Path::new(root).join("target/freshness");
        Places { root: root.into(), cargo_home: Some(home.into()), store }
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

    #[test]
    fn what_lies_beside_the_root_tells_where_that_is() {
        let places = places("/home/a/work/ws", "/home/a/.cargo");
        let spec =
            |path: &str| InputSpec { pattern: Pattern::Path(path.into()), why: String::new() };
        let telling =
            places.telling(&[spec("src/lib.rs"), spec("/home/a/work/lib/x"), spec("/usr/x")]);
        let telling: Vec<String> =
            telling.into_iter().map(|d| String::from_utf8(d).unwrap()).collect();
        let expected = [
            "/home/a/.cargo",
            "/home/a/work",
            "/home/a/work/ws",
            "/home/a/work/ws/target/freshness",
        ];
        assert_eq!(telling, expected);
    }
}
