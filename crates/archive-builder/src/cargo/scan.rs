//! Reads from cargo's target directory which units are there and what each was made from.
//!
//! One fingerprint directory is one unit. What it read comes from cargo's own dep-info beside the
//! fingerprint, from rustc's in `deps/` or `build/`, and from the recorded output of a build script; what
//! cannot be read or understood makes the unit incomplete, and an incomplete unit is never vouched for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use freshness_core::path::normalize;
use freshness_core::{Digest, InputSpec, Pattern};

use super::build_script;
use super::dep_info;
use super::invoke::Cargo;
use super::listing;
use super::metadata::{PathPackage, Workspace};
use super::unit_files::UnitFiles;
use super::units::{RUN_BUILD_SCRIPT, Unit};
use crate::small_file;
use crate::why::Why;

/// Everything in a target directory that tells what units were made from, given what is `known` of what they made.
pub(crate) fn scan(
    store: &Path,
    (target_dir, known): (&Path, &UnitFiles),
    workspace: &Workspace,
    cargo: &Cargo<'_>,
    cargo_home: Option<&Path>,
) -> Vec<Unit> {
    let mut units = Vec::new();
    for profile_dir in profile_dirs(target_dir) {
        let scan = Scan {
            store,
            target_dir,
            known,
            workspace,
            cargo,
            left_out: left_out(target_dir, cargo_home),
            made: by_hash(&profile_dir.join("deps")),
            profile_dir,
        };
        let dirs = entries(&scan.profile_dir.join(".fingerprint"));
        units.extend(dirs.into_iter().filter_map(|dir| scan.unit(dir)));
    }
    units.sort_by(|a, b| a.name.cmp(&b.name));
    units
}

/// Where nothing is an input: in what the build makes, and where cargo keeps sources that it takes to be
/// immutable (`find_stale_file` in its `fingerprint/mod.rs`).
pub(crate) fn left_out(target_dir: &Path, cargo_home: Option<&Path>) -> Vec<PathBuf> {
    let immutable = cargo_home.map(|home| ["registry", "git"].map(|dir| home.join(dir)));
    immutable.into_iter().flatten().chain([target_dir.to_path_buf()]).collect()
}

/// The directories of a target directory that hold fingerprints: `release`, `<triple>/release`.
fn profile_dirs(target_dir: &Path) -> Vec<PathBuf> {
    let holds_fingerprints = |dir: &PathBuf| dir.join(".fingerprint").is_dir();
    let (mut found, others): (Vec<_>, Vec<_>) =
        entries(target_dir).into_iter().partition(holds_fingerprints);
    found.extend(others.iter().flat_map(|dir| entries(dir)).filter(holds_fingerprints));
    found
}

pub(super) fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// What rustc made, by the hash in its name, or by its whole stem where it has none.
fn by_hash(deps: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut made: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in entries(deps) {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        // Objects of single code generation units have more dots, and are nobody's product.
        let key = split_hash(stem).map_or(stem, |(_, hash)| hash).to_owned();
        made.entry(key).or_default().push(path);
    }
    made
}

/// Splits `name-0123456789abcdef` before the hash.
pub(super) fn split_hash(name: &str) -> Option<(&str, &str)> {
    let (name, hash) = name.rsplit_once('-')?;
    (hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then_some((name, hash))
}

struct Scan<'a> {
    store: &'a Path,
    target_dir: &'a Path,
    known: &'a UnitFiles,
    workspace: &'a Workspace,
    cargo: &'a Cargo<'a>,
    left_out: Vec<PathBuf>,
    /// What lies in `deps/`.
    made: BTreeMap<String, Vec<PathBuf>>,
    profile_dir: PathBuf,
}

impl Scan<'_> {
    fn unit(&self, dir: PathBuf) -> Option<Unit> {
        let dir_name = dir.file_name()?.to_str()?.to_owned();
        let (package, hash) = split_hash(&dir_name)?;
        let packages: Vec<&PathPackage> = self.workspace.named(package).collect();
        let name = dir.strip_prefix(self.target_dir).ok()?.to_str()?.to_owned();
        let files: BTreeSet<String> = entries(&dir)
            .iter()
            .filter_map(|p| Some(p.file_name()?.to_str()?.to_owned()))
            .collect();
        let output = self.profile_dir.join("build").join(&dir_name).join("output");
        let mut unit = Unit {
            name,
            output: files.iter().any(|f| f.starts_with(RUN_BUILD_SCRIPT)).then(|| output.clone()),
            package: package.to_owned(),
            targets: files
                .iter()
                .filter(|f| files.contains(&format!("{f}.json")))
                .cloned()
                .collect(),
            is_path: !packages.is_empty(),
            references: Vec::new(),
            products: self.products(&dir_name, hash),
            sealed: BTreeMap::new(),
            inputs: Vec::new(),
            env: Vec::new(),
            identity: Digest::default(),
            is_complete: true,
            dir,
        };
        for target in unit.targets.clone() {
            let read = match target.starts_with(RUN_BUILD_SCRIPT) {
                true => self.add_build_script(&mut unit, &output, &packages, package),
                false => self.add_compilation(&mut unit, &target, hash, &packages, package),
            };
            unit.is_complete &= read.is_some();
        }
        unit.is_complete &= !unit.targets.is_empty();
        unit.inputs.sort();
        unit.inputs.dedup();
        unit.identify(self.known);
        Some(unit)
    }

    /// What a unit made: in `deps/`, or for a compiled build script in its own directory.
    fn products(&self, dir_name: &str, hash: &str) -> BTreeMap<String, PathBuf> {
        let own = self.profile_dir.join("build").join(dir_name);
        let is_script = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.replace('_', "-").starts_with("build-script") && path.is_file()
        };
        let scripts = entries(&own).into_iter().filter(is_script);
        let made = scripts.chain(self.made.get(hash).cloned().unwrap_or_default());
        // A name that is not UTF-8 is none of rustc's.
        let name =
            |path: &PathBuf| path.strip_prefix(self.target_dir).ok()?.to_str().map(str::to_owned);
        made.filter_map(|path| Some((name(&path)?, path))).collect()
    }

    /// Adds what a compilation read, as cargo recorded it and as rustc named it.
    fn add_compilation(
        &self,
        unit: &mut Unit,
        target: &str,
        hash: &str,
        packages: &[&PathPackage],
        package: &str,
    ) -> Option<()> {
        let reference = unit.dir.join(format!("dep-{target}"));
        let by_cargo = dep_info::parse_cargo(&small_file::read(&reference).ok()?).ok()?;
        unit.references.push(reference);
        unit.env.extend(by_cargo.env);
        if packages.is_empty() {
            return Some(());
        }
        let why = Why::DepInfo(package).to_string();
        for root in packages {
            for path in &by_cargo.in_package {
                self.add_path(unit, &root.dir().join(path), &why);
            }
        }
        for path in by_cargo.elsewhere {
            self.add_path(unit, &self.target_dir.join(path), &why);
        }
        // A name that cargo resolved to the target of a link is not the name that rustc opened.
        let by_rustc = self.rustc_dep_info(unit, target, hash)?;
        let by_rustc = dep_info::parse_rustc(&small_file::read(&by_rustc).ok()?).ok()?;
        for root in packages {
            let files: Vec<PathBuf> =
                by_rustc.iter().map(|path| self.rustc_cwd(root).join(path)).collect();
            let resolved: Vec<PathBuf> = files.iter().map(|path| resolve_dots(path)).collect();
            unit.inputs.extend(modules(resolved.iter().filter(|f| !self.is_left_out(f)), package));
            for path in &files {
                self.add_path(unit, path, &why);
            }
        }
        Some(())
    }

    /// Adds what a build script declared; where that is no path, its whole package.
    fn add_build_script(
        &self,
        unit: &mut Unit,
        output: &Path,
        packages: &[&PathPackage],
        package: &str,
    ) -> Option<()> {
        let declared = build_script::parse_output(&small_file::read(output).ok()?);
        let why = Why::BuildScript(package).to_string();
        if declared.is_whole_package() {
            for package in packages {
                unit.inputs.extend(listing::specs(package, self.cargo, self.skip(), &why));
            }
        } else {
            unit.references.push(output.to_path_buf());
            if declared.links_native {
                unit.inputs.extend(packages.iter().map(|p| self.native_sources(p)));
            }
        }
        unit.env.extend(declared.env);
        let why_native = Why::NativeSource(package).to_string();
        for dir in declared.searched {
            let dirs = packages.iter().map(|root| root.dir().join(&dir));
            let alone = (packages.is_empty() && dir.is_absolute()).then(|| dir.clone());
            for base in dirs.chain(alone).map(|dir| resolve_dots(&dir)) {
                let is_systems = build_script::OF_THE_SYSTEM.iter().any(|at| base.starts_with(at))
                    && !base.starts_with(&self.workspace.root);
                if !is_systems && !self.is_left_out(&base) {
                    let glob = build_script::STATIC_LIBRARIES.to_owned();
                    let pattern = Pattern::Glob { base, glob, skip: self.skip() };
                    unit.inputs.push(InputSpec { pattern, why: why_native.clone() });
                }
            }
        }
        for path in declared.paths {
            if packages.is_empty() && path.is_absolute() {
                self.add_declared(unit, &path, &why);
            }
            for root in packages {
                self.add_declared(unit, &root.dir().join(&path), &why);
            }
        }
        Some(())
    }

    fn native_sources(&self, package: &PathPackage) -> InputSpec {
        let (base, glob) = (package.dir().to_path_buf(), build_script::NATIVE_SOURCES.into());
        let pattern = Pattern::Glob { base, glob, skip: self.skip() };
        InputSpec { pattern, why: Why::NativeSource(&package.name).to_string() }
    }

    /// Directories that hold what is built.
    fn skip(&self) -> Vec<PathBuf> {
        vec![self.workspace.target_directory.clone(), self.store.to_path_buf()]
    }

    /// Adds a path that a build script named: a file, a directory with all it holds, or nothing yet.
    fn add_declared(&self, unit: &mut Unit, path: &Path, why: &str) {
        self.add_path(unit, path, why);
        if path.is_dir() && !self.is_left_out(path) {
            let pattern = Pattern::Followed { dir: path.to_path_buf(), skip: self.skip() };
            unit.inputs.push(InputSpec { pattern, why: why.to_owned() });
        }
    }

    fn add_path(&self, unit: &mut Unit, path: &Path, why: &str) {
        for path in links_left_by_dots(path).into_iter().chain([resolve_dots(path)]) {
            if !self.is_left_out(&path) {
                unit.inputs.push(InputSpec { pattern: Pattern::Path(path), why: why.to_owned() });
            }
        }
    }

    fn is_left_out(&self, path: &Path) -> bool {
        self.left_out.iter().any(|dir| path.starts_with(dir))
    }

    fn rustc_dep_info(&self, unit: &Unit, target: &str, hash: &str) -> Option<PathBuf> {
        if target.starts_with("build-script") {
            let dir = self.profile_dir.join("build").join(unit.dir.file_name()?);
            return entries(&dir).into_iter().find(|p| p.extension().is_some_and(|e| e == "d"));
        }
        let unhashed = target.split_once('-').map(|(_, name)| name.replace('-', "_"));
        let made = self.made.get(hash).or_else(|| self.made.get(&unhashed?))?;
        made.iter().find(|path| path.extension().is_some_and(|e| e == "d")).cloned()
    }

    /// Where cargo starts rustc: the workspace for packages inside it, else the package.
    fn rustc_cwd<'p>(&'p self, package: &'p PathPackage) -> &'p Path {
        let root = self.workspace.root.as_path();
        if package.dir().starts_with(root) { root } else { package.dir() }
    }
}

/// Where the modules in these files might come from instead, one pattern for each directory. What is
/// called like a target's root is none: rustc looks nowhere else for it.
fn modules<'f>(files: impl Iterator<Item = &'f PathBuf>, package: &str) -> Vec<InputSpec> {
    let mut by_directory: BTreeMap<&Path, BTreeSet<String>> = BTreeMap::new();
    for file in files.filter(|file| file.extension().is_some_and(|e| e == "rs")) {
        let stem = |path: &'f Path| Some((path.parent()?, path.file_stem()?.to_str()?));
        let module = match stem(file) {
            Some((dir, "mod")) => stem(dir),
            Some((_, "lib" | "main" | "build")) => None,
            named => named,
        };
        if let Some((dir, name)) = module {
            by_directory.entry(dir).or_default().insert(name.to_owned());
        }
    }
    let specs = by_directory.into_iter().map(|(dir, names)| InputSpec {
        pattern: Pattern::Modules { dir: dir.to_path_buf(), names: names.into_iter().collect() },
        why: Why::Module(package).to_string(),
    });
    specs.collect()
}

/// The links that a path goes through and leaves by a `..` behind them: where they lead decides where the path does,
/// and what it leads to does not tell.
fn links_left_by_dots(path: &Path) -> Vec<PathBuf> {
    let mut links = Vec::new();
    let mut so_far = PathBuf::new();
    for component in path.components() {
        let is_left = component == Component::ParentDir
            && fs::symlink_metadata(&so_far).is_ok_and(|metadata| metadata.is_symlink());
        if let (true, Some(dir), Some(name)) = (is_left, so_far.parent(), so_far.file_name()) {
            links.push(resolve_dots(dir).join(name));
        }
        so_far.push(component);
    }
    links
}

/// Resolves `..` by name where that leads to the same place, else as the file system does: behind a
/// link to a directory, the two differ.
pub(crate) fn resolve_dots(path: &Path) -> PathBuf {
    let by_name = normalize(path);
    if by_name == path {
        return by_name;
    }
    match (fs::canonicalize(path), fs::canonicalize(&by_name)) {
        (Ok(real), named) if named.as_ref().ok() != Some(&real) => real,
        _ => by_name,
    }
}
