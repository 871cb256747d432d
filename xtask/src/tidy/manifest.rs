//! The workspace's packages and what each asks for, as cargo reads their manifests.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// One package of the workspace.
pub struct Member {
    pub name: String,
    /// From the repository's root, with `/`.
    pub manifest_path: String,
    pub manifest: String,
    pub dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table, or its `build-` or `dev-` kin.
pub struct Dependency {
    pub name: String,
    /// The name it is written under: the same unless renamed.
    pub key: String,
    pub kind: Kind,
    /// Found by path, so a package of this house.
    pub is_path: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Normal,
    Build,
    Dev,
}

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Kind::Normal => "dependencies",
            Kind::Build => "build-dependencies",
            Kind::Dev => "dev-dependencies",
        }
    }
}

impl Member {
    /// Where the manifest asks for `dependency`; the first line when it cannot be told.
    pub fn line_of(&self, dependency: &Dependency) -> usize {
        let table = dependency.kind.table();
        let own_table = format!("{table}.{}", dependency.key);
        let mut in_table = false;
        for (index, line) in self.manifest.lines().enumerate() {
            if let Some(header) = line.trim().strip_prefix('[') {
                let header = header.trim_end_matches(']');
                if is_table(header, &own_table) {
                    return index + 1;
                }
                in_table = is_table(header, table);
            } else if in_table && key_of(line) == dependency.key {
                return index + 1;
            }
        }
        1
    }
}

/// Whether `header` is `table`, for every target or (`target.'cfg(unix)'.…`) for some.
fn is_table(header: &str, table: &str) -> bool {
    header.strip_suffix(table).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// `serde` of `serde = "1"`, `serde.workspace = true` and `"serde" = "1"`.
fn key_of(line: &str) -> &str {
    let end = line.find(['=', '.']).unwrap_or(line.len());
    line[..end].trim().trim_matches('"')
}

/// Asks cargo for the packages under `root`; reads manifests only, needs no lock file.
pub fn members(root: &Path) -> Result<Vec<Member>> {
    let metadata =
        MetadataCommand::new().manifest_path(root.join("Cargo.toml")).no_deps().exec()?;
    let member = |package: cargo_metadata::Package| {
        let path = package.manifest_path.as_std_path();
        let manifest =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let manifest_path = path.strip_prefix(root).unwrap_or(path);
        let manifest_path = manifest_path.to_string_lossy().replace('\\', "/");
        let dependencies = package.dependencies.into_iter().map(dependency).collect();
        Ok(Member { name: package.name.to_string(), manifest_path, manifest, dependencies })
    };
    metadata.packages.into_iter().map(member).collect()
}

fn dependency(found: cargo_metadata::Dependency) -> Dependency {
    let kind = match found.kind {
        DependencyKind::Build => Kind::Build,
        DependencyKind::Development => Kind::Dev,
        _ => Kind::Normal,
    };
    let key = found.rename.unwrap_or_else(|| found.name.clone());
    Dependency { name: found.name, key, kind, is_path: found.path.is_some() }
}

#[cfg(test)]
pub mod samples {
    //! Members written down for the rules' tests.
    use super::*;

    /// A member whose dependencies have the given names and kinds, one a line from line 2.
    pub fn member(name: &str, dependencies: &[(&str, Kind)], is_path: bool) -> Member {
        let dependency = |&(name, kind): &(&str, Kind)| Dependency {
            name: name.to_owned(),
            key: name.to_owned(),
            kind,
            is_path,
        };
        let tables = dependencies.iter().map(|(name, kind)| format!("[{}.{name}]\n", kind.table()));
        Member {
            name: name.to_owned(),
            manifest_path: format!("crates/{name}/Cargo.toml"),
            manifest: format!("[package]\n{}", tables.collect::<String>()),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_found_in_the_table_of_its_kind() {
        let manifest = "[package]\nname = \"a\"\n\n[dependencies]\nserde.workspace = true\n\n\
                        [target.'cfg(unix)'.dependencies]\nrustix = \"1\"\n\n\
                        [dev-dependencies]\nserde = \"1\"\n\n[build-dependencies.cc]\n";
        let member = Member { manifest: manifest.to_owned(), ..samples::member("a", &[], false) };
        let line = |name: &str, kind| {
            let (name, key) = (name.to_owned(), name.to_owned());
            member.line_of(&Dependency { name, key, kind, is_path: false })
        };
        assert_eq!(line("serde", Kind::Normal), 5);
        assert_eq!(line("rustix", Kind::Normal), 8);
        assert_eq!(line("serde", Kind::Dev), 11);
        assert_eq!(line("cc", Kind::Build), 13);
        assert_eq!(line("cc", Kind::Normal), 1);
    }

    #[test]
    fn cargo_knows_this_package() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let members = members(root).unwrap();
        let own = members.iter().find(|member| member.name == "xtask").unwrap();
        assert_eq!(own.manifest_path, "xtask/Cargo.toml");
        assert!(own.dependencies.iter().any(|d| d.name == "clap" && d.kind == Kind::Normal));
        assert!(own.dependencies.iter().all(|d| !d.is_path));
    }
}
