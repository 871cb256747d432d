//! What the workspace holds, from `cargo metadata`.
//!
//! Asked once per build, before the cut-off, because cargo may write a missing or untidy `Cargo.lock`
//! while it answers. All features are assumed on, so that no path package is missed; which of them
//! took part is known after the build, from cargo's messages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{CrateType, DependencyKind, MetadataCommand, PackageId, TargetKind};

use super::invoke::Cargo;
use super::listing::Told;
use super::units::Unit;
use crate::error::BuildError;
use crate::events::Expected;
use crate::profile::Profile;

/// The workspace as cargo sees it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its root directory.
    pub(crate) root: PathBuf,
    /// Where cargo would put what it builds, were it not told otherwise.
    pub(crate) target_directory: PathBuf,
    /// The packages asked for, in that order.
    pub(crate) requested: Vec<Requested>,
    /// The path packages that they may be built from, by id; the requested ones included.
    pub(crate) path_packages: BTreeMap<String, PathPackage>,
    /// How many packages they may be built from in all.
    pub(crate) packages: usize,
}

/// A package whose archive is wanted.
#[derive(Debug)]
pub(crate) struct Requested {
    /// Its name, as asked for.
    pub(crate) name: String,
    /// cargo's id of it.
    pub(crate) id: String,
    /// The name of its library target.
    pub(crate) library: String,
}

/// A package whose sources lie on this machine and may change.
#[derive(Debug)]
pub(crate) struct PathPackage {
    /// Its name.
    pub(crate) name: String,
    /// Its manifest.
    pub(crate) manifest: PathBuf,
    /// Whether it has a build script.
    pub(crate) has_build_script: bool,
    /// What its manifest says of its files.
    pub(crate) told: Told,
}

impl PathPackage {
    /// The directory of its manifest.
    pub(crate) fn dir(&self) -> &Path {
        self.manifest.parent().unwrap_or(&self.manifest)
    }
}

impl Workspace {
    /// Asks cargo, and checks that the profile asks for what is there.
    ///
    /// # Errors
    /// cargo's own; a package that is not there, or makes no static library; a feature that is not there.
    pub(crate) fn load(cargo: &Cargo<'_>, profile: &Profile) -> Result<Self, BuildError> {
        let args = ["metadata", "--format-version", "1", "--all-features"].map(String::from);
        let problem = |problem: String| BuildError::Metadata { path: cargo.cwd.into(), problem };
        let output = cargo.run_captured(&args)?;
        if !output.status.success() {
            return Err(problem(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata = MetadataCommand::parse(text).map_err(|e| problem(e.to_string()))?;
        let requested = requests(&metadata, profile)?;
        let closure = closure(&metadata, &requested);
        let path_packages = path_packages(&metadata, &closure);
        Ok(Self {
            root: metadata.workspace_root.into(),
            target_directory: metadata.target_directory.into(),
            requested,
            path_packages,
            packages: closure.len(),
        })
    }

    /// How many packages cargo will speak of: those that it built here before, else at most those of the
    /// closure.
    pub(crate) fn expected(&self, units: &[Unit]) -> Expected {
        let built: BTreeSet<&str> = units.iter().map(|unit| unit.package.as_str()).collect();
        match built.len() {
            0 => Expected::AtMost(self.packages),
            built => Expected::About(built),
        }
    }

    /// The path packages of this name; two may differ in version.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &PathPackage> {
        self.path_packages.values().filter(move |package| package.name == name)
    }
}

/// What the profile asks for, of what cargo told.
///
/// # Errors
/// It is not there, or makes no static library.
pub(crate) fn requests(
    metadata: &cargo_metadata::Metadata,
    profile: &Profile,
) -> Result<Vec<Requested>, BuildError> {
    let requested = (profile.packages.iter())
        .map(|name| request(metadata, name))
        .collect::<Result<Vec<_>, _>>()?;
    for feature in &profile.features {
        check_feature(metadata, &requested, feature)?;
    }
    Ok(requested)
}

fn request(metadata: &cargo_metadata::Metadata, name: &str) -> Result<Requested, BuildError> {
    let mut members = metadata.workspace_packages();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    let all = metadata.packages.iter().filter(|p| p.source.is_none());
    let package = members.iter().copied().chain(all).find(|p| p.name.as_str() == name);
    let Some(package) = package else {
        let names: Vec<&str> = members.iter().map(|p| p.name.as_str()).collect();
        return Err(BuildError::Profile {
            problem: format!("the workspace has no package `{name}`"),
            hint: format!("name one of: {}", names.join(", ")),
        });
    };
    let is_static = |t: &&cargo_metadata::Target| {
        t.crate_types.contains(&CrateType::StaticLib) && !t.kind.contains(&TargetKind::Example)
    };
    let Some(library) = package.targets.iter().find(is_static) else {
        return Err(BuildError::Profile {
            problem: format!("the package `{name}` makes no static library"),
            hint: format!(
                "add `crate-type = [\"staticlib\"]` to [lib] in {}",
                package.manifest_path
            ),
        });
    };
    Ok(Requested {
        name: name.to_owned(),
        id: package.id.repr.clone(),
        library: library.name.clone(),
    })
}

/// A feature must be there before cargo starts, so that what is there can be named. What is not one of
/// the requested packages' own is left to cargo, which knows more ways to name it.
fn check_feature(
    metadata: &cargo_metadata::Metadata,
    requested: &[Requested],
    feature: &str,
) -> Result<(), BuildError> {
    let (package, name) = match feature.split_once('/') {
        Some((package, name)) => (Some(package), name),
        None => (None, feature),
    };
    let asked: Vec<_> = (requested.iter())
        .filter(|r| package.is_none_or(|package| package == r.name))
        .filter_map(|r| metadata.packages.iter().find(|p| p.id.repr == r.id))
        .collect();
    if asked.is_empty() || asked.iter().any(|p| p.features.contains_key(name)) {
        return Ok(());
    }
    let known: Vec<&str> =
        asked.iter().flat_map(|p| p.features.keys()).map(String::as_str).collect();
    let names: Vec<&str> = asked.iter().map(|p| p.name.as_str()).collect();
    let names = names.join(", ");
    Err(BuildError::Profile {
        problem: format!("{names} has no feature `{name}`"),
        hint: match known.is_empty() {
            true => format!("{names} has no features: remove it"),
            false => format!("name one of: {}", known.join(", ")),
        },
    })
}

/// The packages that `requested` may be built from: their dependencies and build-dependencies,
/// and those of these; dev-dependencies take no part.
fn closure(metadata: &cargo_metadata::Metadata, requested: &[Requested]) -> BTreeSet<PackageId> {
    let nodes: BTreeMap<&PackageId, _> = (metadata.resolve.iter())
        .flat_map(|resolve| &resolve.nodes)
        .map(|node| (&node.id, node))
        .collect();
    let mut pending: Vec<PackageId> =
        requested.iter().map(|r| PackageId { repr: r.id.clone() }).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let deps = nodes.get(&id).into_iter().flat_map(|node| &node.deps);
        let built = deps.filter(|dep| {
            dep.dep_kinds.is_empty()
                || dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        });
        pending.extend(built.map(|dep| dep.pkg.clone()));
    }
    seen
}

/// Those of some packages whose sources lie on this machine, by id.
fn path_packages(
    metadata: &cargo_metadata::Metadata,
    seen: &BTreeSet<PackageId>,
) -> BTreeMap<String, PathPackage> {
    let workspace = metadata.workspace_root.join("Cargo.toml");
    let local = metadata.packages.iter().filter(|p| p.source.is_none() && seen.contains(&p.id));
    local
        .map(|p| {
            let manifest = p.manifest_path.clone().into_std_path_buf();
            let told = Told::read(&manifest, workspace.as_std_path());
            let has_build_script =
                p.targets.iter().any(|target| target.kind.contains(&TargetKind::CustomBuild));
            (
                p.id.repr.clone(),
                PathPackage { name: p.name.to_string(), manifest, has_build_script, told },
            )
        })
        .collect()
}
