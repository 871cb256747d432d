//! What the workspace holds, from `cargo metadata`.
//!
//! Asked once per build, before the cut-off, because cargo may write a missing or untidy `Cargo.lock`
//! while it answers. All features are assumed on, so that no path package is missed; which of them
//! took part is known after the build, from cargo's messages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId, TargetKind};

use super::invoke::Cargo;
use super::listing::Told;
use super::units::Unit;
use crate::artifact::ArtifactKind;
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
    /// The manifests of its members.
    pub(crate) members: Vec<PathBuf>,
    /// The path packages that they may be built from, by id; the requested ones included.
    pub(crate) path_packages: BTreeMap<String, PathPackage>,
    /// How many packages they may be built from in all.
    pub(crate) packages: usize,
}

/// A package whose archives are wanted.
#[derive(Debug)]
pub(crate) struct Requested {
    /// Its name, as asked for.
    pub(crate) name: String,
    /// cargo's id of it.
    pub(crate) id: String,
    /// What it makes of what is wanted, as its manifest says.
    pub(crate) makes: BTreeSet<ArtifactKind>,
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
    /// cargo's own; a package that is not there, or makes nothing that is wanted; a feature that is not there.
    pub(crate) fn load(cargo: &Cargo<'_>, profile: &Profile) -> Result<Self, BuildError> {
        let metadata = ask(cargo, &["--all-features"])?;
        let requested = requests(&metadata, profile)?;
        let closure = closure(&metadata, &requested);
        let path_packages = path_packages(&metadata, &closure);
        Ok(Self {
            root: metadata.workspace_root.into(),
            target_directory: metadata.target_directory.into(),
            members: (metadata.packages.iter())
                .filter(|package| metadata.workspace_members.contains(&package.id))
                .map(|package| package.manifest_path.clone().into())
                .collect(),
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

/// Asks `cargo metadata`, with these options.
///
/// # Errors
/// cargo's own.
pub(crate) fn ask(
    cargo: &Cargo<'_>,
    options: &[&str],
) -> Result<cargo_metadata::Metadata, BuildError> {
    let args = ["metadata", "--format-version", "1"].iter().chain(options);
    let args: Vec<String> = args.map(ToString::to_string).collect();
    let problem = |problem: String| BuildError::Metadata { path: cargo.cwd.into(), problem };
    let output = cargo.run_captured(&args)?;
    if !output.status.success() {
        return Err(problem(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    MetadataCommand::parse(text).map_err(|e| problem(e.to_string()))
}

/// What the profile asks for, of what cargo told.
///
/// # Errors
/// It is not there, or makes nothing that is wanted.
pub(crate) fn requests(
    metadata: &cargo_metadata::Metadata,
    profile: &Profile,
) -> Result<Vec<Requested>, BuildError> {
    let names = match profile.packages.is_empty() {
        true => default_members(metadata)?,
        false => profile.packages.clone(),
    };
    let requested = (names.iter())
        .map(|name| request(metadata, name, profile))
        .collect::<Result<Vec<_>, _>>()?;
    for feature in &profile.features {
        check_feature(metadata, &requested, feature)?;
    }
    Ok(requested)
}

/// What cargo builds where nothing is named, by name.
fn default_members(metadata: &cargo_metadata::Metadata) -> Result<Vec<String>, BuildError> {
    if !metadata.workspace_default_members.is_available() {
        return Err(BuildError::Profile {
            problem: "this cargo does not say which packages it builds where none is named".into(),
            hint: "use cargo 1.71 or newer, or name them".into(),
        });
    }
    let is_default =
        |p: &&cargo_metadata::Package| metadata.workspace_default_members.contains(&p.id);
    let names = metadata.packages.iter().filter(is_default).map(|p| p.name.to_string());
    Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
}

/// The kinds that a target makes when its package is built.
fn kinds_of(target: &cargo_metadata::Target) -> impl Iterator<Item = ArtifactKind> {
    const APART: [TargetKind; 4] =
        [TargetKind::Example, TargetKind::Test, TargetKind::Bench, TargetKind::CustomBuild];
    let is_built = !target.kind.iter().any(|kind| APART.contains(kind));
    let crate_types = target.crate_types.iter().filter(move |_| is_built);
    crate_types.filter_map(|crate_type| ArtifactKind::of_crate_type(&crate_type.to_string()))
}

/// What a package makes when it is built.
pub(crate) fn made_by(package: &cargo_metadata::Package) -> BTreeSet<ArtifactKind> {
    package.targets.iter().flat_map(kinds_of).collect()
}

fn request(
    metadata: &cargo_metadata::Metadata,
    name: &str,
    profile: &Profile,
) -> Result<Requested, BuildError> {
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
    let made = made_by(package);
    let makes: BTreeSet<ArtifactKind> = made.intersection(&profile.artifacts).copied().collect();
    if makes.is_empty() && !profile.wants_all() {
        return Err(makes_nothing_wanted(package, &made, profile));
    }
    // A program that needs features is built only where they are on.
    let needs_features = |t: &&cargo_metadata::Target| !t.required_features.is_empty();
    let optional: BTreeSet<ArtifactKind> =
        package.targets.iter().filter(needs_features).flat_map(kinds_of).collect();
    let makes = makes.difference(&optional).copied().collect();
    Ok(Requested { name: name.to_owned(), id: package.id.repr.clone(), makes })
}

fn makes_nothing_wanted(
    package: &cargo_metadata::Package,
    made: &BTreeSet<ArtifactKind>,
    profile: &Profile,
) -> BuildError {
    let (name, manifest) = (&package.name, &package.manifest_path);
    let made: Vec<String> = made.iter().map(|kind| format!("{:?}", kind.word())).collect();
    let made = match made.is_empty() {
        true => String::new(),
        false => format!(", or ask for what it makes: `artifacts = [{}]`", made.join(", ")),
    };
    if profile.artifacts.iter().eq(&[ArtifactKind::StaticLib]) {
        return BuildError::Profile {
            problem: format!("the package `{name}` makes no static library"),
            hint: format!("add `crate-type = [\"staticlib\"]` to [lib] in {manifest}{made}"),
        };
    }
    let wanted: Vec<&str> = profile.artifacts.iter().map(|kind| kind.word()).collect();
    BuildError::Profile {
        problem: format!("the package `{name}` makes none of: {}", wanted.join(", ")),
        hint: format!("let {manifest} make one{made}"),
    }
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
