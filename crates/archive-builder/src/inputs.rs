//! Which inputs a build has: patterns, each with why it is one.
//!
//! Two sorts. Some follow from where we stand and are found anew at every look: configuration files of
//! cargo and toolchain files up the tree, there or not. The others follow from the build and are
//! remembered in the stamp: the workspace's manifest and lock file, the manifests of the path packages
//! that took part, and what cargo's units say they read. Registry and git packages are pinned by the
//! lock file. As long as a package's units have not said what they read (before its first build, or
//! where what they left cannot be understood), every file of it counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use freshness_core::discover::{BadGlob, is_glob};
use freshness_core::{InputPath, InputSpec, Pattern, discover};

use crate::artifact::ArtifactKind;
use crate::cargo::listing;
use crate::cargo::metadata::{PathPackage, Workspace};
use crate::cargo::units::Unit;
use crate::cargo_config::CargoConfig;
use crate::profile::Profile;
use crate::rustup::TOOLCHAIN_FILES;
use crate::why::Why;

/// An input, and everything that makes it one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is, or would be.
    pub path: InputPath,
    /// Why it is looked at, in a few words each, in a fixed order: `dep-info of runtime`.
    pub why: Vec<String>,
}

/// Every input that `specs` name, with why.
///
/// # Errors
/// A glob that cannot be understood.
pub(crate) fn with_reasons<'s>(
    root: &Path,
    specs: impl IntoIterator<Item = &'s InputSpec>,
) -> Result<Vec<Input>, BadGlob> {
    let mut found: BTreeMap<InputPath, Vec<String>> = BTreeMap::new();
    for spec in specs {
        for path in discover(root, [spec])?.paths.into_keys() {
            let why = found.entry(path).or_default();
            if !why.contains(&spec.why) {
                why.push(spec.why.clone());
            }
        }
    }
    Ok(found.into_iter().map(|(path, why)| Input { path, why }).collect())
}

/// Where cargo and rustup look for settings when started in `cwd`.
pub(crate) fn up_the_tree(cwd: &Path, config: &CargoConfig) -> Vec<InputSpec> {
    let mut specs: Vec<InputSpec> =
        config.candidates.iter().map(|path| at(path, Why::CargoConfiguration)).collect();
    for dir in cwd.ancestors() {
        specs.extend(TOOLCHAIN_FILES.map(|name| at(&dir.join(name), Why::ToolchainFile)));
    }
    specs
}

/// What the workspace, these path packages and cargo's units name.
pub(crate) fn of_build<'a>(
    profile: &Profile,
    cwd: &Path,
    store: &Path,
    workspace: &Workspace,
    packages: impl Iterator<Item = &'a PathPackage>,
    units: &[Unit],
) -> Vec<InputSpec> {
    let root = &workspace.root;
    let skip = vec![workspace.target_directory.clone(), store.to_path_buf()];
    let mut specs = vec![
        at(&root.join("Cargo.toml"), Why::WorkspaceManifest),
        at(&root.join("Cargo.lock"), Why::LockFile),
    ];
    for package in packages {
        specs.push(at(&package.manifest, Why::Manifest(&package.name)));
        let build_script = package.dir().join("build.rs");
        if !package.has_build_script && !package.told.refuses_build_script {
            specs.push(at(&build_script, Why::PossibleBuildScript(&package.name)));
        }
        if !is_told_by(units, package) {
            let why = Why::Package(&package.name).to_string();
            let dir = package.dir().to_path_buf();
            specs.push(InputSpec { pattern: Pattern::Tree { dir, skip: skip.clone() }, why });
        }
        if !package.told.is_workspace {
            // cargo takes the nearest workspace above for its own, wherever one is or appears.
            let above = package.dir().ancestors().skip(1).take_while(|dir| dir != root);
            specs.extend(above.map(|dir| at(&dir.join("Cargo.toml"), Why::ManifestUpTheTree)));
        }
    }
    specs.extend(units.iter().flat_map(|unit| unit.inputs.iter().cloned()));
    specs.extend(of_choice(profile, workspace, &skip));
    specs.extend(profile.extra_inputs.iter().flat_map(|glob| extra_input(glob, cwd, &skip)));
    if let Some(target) = profile.target.as_ref().filter(|t| t.ends_with(".json")) {
        specs.push(at(&cwd.join(target), Why::TargetSpecification));
    }
    specs.sort();
    specs.dedup();
    specs
}

/// What decides which packages and programs there are to build, where that is left to cargo: it lists members
/// by globs, and takes files for programs by where they are (cargo's reference, "Target auto-discovery").
fn of_choice(profile: &Profile, workspace: &Workspace, skip: &[PathBuf]) -> Vec<InputSpec> {
    let glob = |base: &Path, glob: String, why: Why<'_>| InputSpec {
        pattern: Pattern::Glob { base: base.to_path_buf(), glob, skip: skip.to_vec() },
        why: why.to_string(),
    };
    let mut specs = Vec::new();
    if profile.packages.is_empty() {
        specs.extend(workspace.members.iter().map(|path| at(path, Why::MemberManifest)));
        let root = &workspace.root;
        let entries = listing::member_entries(&root.join("Cargo.toml"));
        specs.extend(entries.into_iter().map(|entry| {
            glob(root, format!("{}/Cargo.toml", entry.trim_end_matches('/')), Why::Members)
        }));
    }
    if profile.artifacts.contains(&ArtifactKind::Bin) {
        let requested = workspace.requested.iter();
        for package in requested.filter_map(|r| workspace.path_packages.get(&r.id)) {
            let why = Why::Targets(&package.name);
            let dir = package.dir();
            specs.extend(["src/main.rs", "src/lib.rs"].map(|path| at(&dir.join(path), why)));
            let programs = ["src/bin/*.rs", "src/bin/*/main.rs"];
            specs.extend(programs.map(|programs| glob(dir, programs.into(), why)));
        }
    }
    specs
}

/// Whether the units of a package say all that they read.
fn is_told_by(units: &[Unit], package: &PathPackage) -> bool {
    let mut own = units.iter().filter(|unit| unit.package == package.name);
    own.clone().any(Unit::is_compilation) && own.all(|unit| unit.is_complete)
}

/// The globs of a profile that match nothing: allowed, and most likely slips.
pub(crate) fn idle_globs<'s>(root: &Path, specs: &'s [InputSpec]) -> impl Iterator<Item = &'s str> {
    let chosen = |spec: &&InputSpec| Why::parse(&spec.why) == Some(Why::ExtraInputs);
    specs.iter().filter(chosen).filter_map(move |spec| {
        let Pattern::Glob { glob, .. } = &spec.pattern else { return None };
        let found = discover(root, [spec]);
        found.is_ok_and(|found| found.paths.is_empty()).then_some(glob.as_str())
    })
}

/// An entry of `extra-inputs`: a glob, or without special characters a path; a directory stands for
/// all that it holds.
fn extra_input(glob: &str, cwd: &Path, skip: &[PathBuf]) -> Vec<InputSpec> {
    let spec = |pattern| InputSpec { pattern, why: Why::ExtraInputs.to_string() };
    let skip = skip.to_vec();
    if is_glob(glob) {
        return vec![spec(Pattern::Glob { base: cwd.into(), glob: glob.to_owned(), skip })];
    }
    let path = cwd.join(glob);
    let mut specs = vec![spec(Pattern::Path(path.clone()))];
    if path.is_dir() {
        specs.push(spec(Pattern::Tree { dir: path, skip }));
    }
    specs
}

fn at(path: &Path, why: Why<'_>) -> InputSpec {
    InputSpec { pattern: Pattern::Path(path.to_path_buf()), why: why.to_string() }
}
