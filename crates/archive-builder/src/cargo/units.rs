//! What lies in cargo's target directory: its units, what each was made from, and what it made.
//!
//! cargo keeps one directory per unit, `<profile>/.fingerprint/<package>-<hash>/`, with its dep-info
//! and the hash it compares; the hash covers flags, features, profile and compiler, so one package
//! may have several. Output of rustc lies in `deps/`, that of build scripts in `build/` (cargo's
//! `core/compiler/layout.rs`). We only ever change a target directory of our own.
//!
//! Forgetting a unit makes cargo build it again *and whatever depends on it*, and takes more than its
//! fingerprint. cargo decides what is out of date before it runs anything, from files (`check_filesystem`
//! in its `fingerprint/mod.rs`): a missing dep-info makes a compilation and its dependents out of date.
//! But a build script has no dep-info; without its fingerprint it runs again while the library that
//! includes what it generates stays as it was. Its dependents are out of date only where its recorded
//! output is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use freshness_core::path::normalize;
use freshness_core::sys::{bytes_of_path, meta_of};
use freshness_core::{Digest, InputSpec, NestedPackages, Pattern};

use super::build_script;
use super::dep_info;
use super::invoke::Target;
use super::metadata::{PathPackage, Workspace};
use crate::durable;
use crate::error::{BuildError, Context};
use crate::small_file;

/// How cargo names the unit that runs a build script.
const RUN_BUILD_SCRIPT: &str = "run-build-script";

/// One unit of cargo's work, as it was left on disk.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The directory of its fingerprint.
    pub(crate) dir: PathBuf,
    /// The recorded output, where it is a build script that ran.
    pub(crate) output: Option<PathBuf>,
    /// That directory, relative to cargo's target directory.
    pub(crate) name: String,
    /// The package's name.
    pub(crate) package: String,
    /// The files whose times cargo compares with those of the inputs.
    references: Vec<PathBuf>,
    /// The files that it made, whose times cargo compares with those of its dependencies' files.
    products: Vec<PathBuf>,
    /// The names of what it made: `lib-foo`, `build-script-build-script-build`.
    pub(crate) targets: BTreeSet<String>,
    /// Whether its sources lie on this machine and may change.
    pub(crate) is_path: bool,
    /// What it was made from.
    pub(crate) inputs: Vec<InputSpec>,
    /// Variables that it read.
    pub(crate) env: Vec<String>,
    /// Changes when cargo, or someone with it, made the unit again.
    pub(crate) identity: Digest,
    /// Whether all of that could be read.
    pub(crate) is_complete: bool,
}

impl Unit {
    /// Whether rustc made it, and so says what it read.
    pub(crate) fn is_compilation(&self) -> bool {
        !self.is_run()
    }

    /// Whether it is a build script, compiled or run: what it made enters the package's library.
    pub(crate) fn is_build_script(&self) -> bool {
        self.targets
            .iter()
            .any(|t| t.starts_with(RUN_BUILD_SCRIPT) || t.starts_with("build-script"))
    }

    /// Whether cargo would take an input of this time to be newer than the unit.
    pub(crate) fn is_older_than(&self, time: SystemTime) -> bool {
        let mtime = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified());
        self.references.iter().any(|path| mtime(path).is_ok_and(|mtime| mtime < time))
    }

    /// Moves the times that cargo compares inputs with to `time`, so that inputs that were only touched do
    /// not make cargo build it again. Only for a unit whose inputs are known to hold what they held.
    ///
    /// A build script that names no path is compared by other means (its fingerprint holds the newest time
    /// of its package) and cannot be helped.
    ///
    /// # Errors
    /// Those of setting times.
    pub(crate) fn vouch(&self, time: SystemTime) -> Result<(), BuildError> {
        set_times(&self.references, time)
    }

    /// Moves the times of what it made to `time`. The output of a build script is what cargo compares its
    /// inputs with *and* what it compares its dependents with: where one is moved, all must be.
    ///
    /// # Errors
    /// Those of setting times.
    pub(crate) fn date(&self, time: SystemTime) -> Result<(), BuildError> {
        set_times(&self.products, time)
    }

    /// Whether it ran a build script.
    pub(crate) fn is_run(&self) -> bool {
        self.output.is_some()
    }

    /// Makes cargo build it again, and whatever depends on it.
    ///
    /// # Errors
    /// Those of removing what cargo remembers of it.
    pub(crate) fn forget(&self) -> Result<(), BuildError> {
        for path in self.output.iter().chain([&self.dir]) {
            durable::remove_any(path).doing("remove what cargo remembers in", path)?;
        }
        Ok(())
    }
}

/// Everything in a target directory that tells what units were made from.
pub(crate) fn scan(
    store: &Path,
    target_dir: &Path,
    workspace: &Workspace,
    cargo_home: Option<&Path>,
) -> Vec<Unit> {
    let mut units = Vec::new();
    for profile_dir in profile_dirs(target_dir) {
        let scan = Scan {
            store,
            target_dir,
            workspace,
            immutable: cargo_home.map(|home| ["registry", "git"].map(|d| home.join(d))),
            made: by_hash(&profile_dir.join("deps")),
            profile_dir,
        };
        let dirs = entries(&scan.profile_dir.join(".fingerprint"));
        units.extend(dirs.into_iter().filter_map(|dir| scan.unit(dir)));
    }
    units.sort_by(|a, b| a.name.cmp(&b.name));
    units
}

/// The directories of a target directory that hold fingerprints: `release`, `<triple>/release`.
fn profile_dirs(target_dir: &Path) -> Vec<PathBuf> {
    let holds_fingerprints = |dir: &PathBuf| dir.join(".fingerprint").is_dir();
    let (mut found, others): (Vec<_>, Vec<_>) =
        entries(target_dir).into_iter().partition(holds_fingerprints);
    found.extend(others.iter().flat_map(|dir| entries(dir)).filter(holds_fingerprints));
    found
}

fn entries(dir: &Path) -> Vec<PathBuf> {
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
fn split_hash(name: &str) -> Option<(&str, &str)> {
    let (name, hash) = name.rsplit_once('-')?;
    (hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then_some((name, hash))
}

struct Scan<'a> {
    store: &'a Path,
    target_dir: &'a Path,
    workspace: &'a Workspace,
    /// Where cargo keeps sources that it takes to be immutable (`find_stale_file` in its
    /// `fingerprint/mod.rs`).
    immutable: Option<[PathBuf; 2]>,
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
            products: self.made.get(hash).cloned().unwrap_or_default(),
            inputs: Vec::new(),
            env: Vec::new(),
            identity: identity(&dir, &files, &output),
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
        Some(unit)
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
        let why = format!("dep-info of {package}");
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
            for path in &by_rustc {
                self.add_path(unit, &self.rustc_cwd(root).join(path), &why);
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
        let why = format!("build script of {package}");
        if declared.is_whole_package() {
            unit.inputs.extend(packages.iter().map(|p| self.package_tree(p, &why)));
        }
        if !declared.is_whole_package() {
            unit.references.push(output.to_path_buf());
        }
        unit.env.extend(declared.env);
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

    /// Directories that hold what is built.
    fn skip(&self) -> Vec<PathBuf> {
        vec![self.workspace.target_directory.clone(), self.store.to_path_buf()]
    }

    fn package_tree(&self, package: &PathPackage, why: &str) -> InputSpec {
        let skip = self.skip();
        let (dir, nested) = (package.dir().to_path_buf(), NestedPackages::LeftOut);
        InputSpec { pattern: Pattern::Followed { dir, skip, nested }, why: why.to_owned() }
    }

    /// Adds a path that a build script named: a file, a directory with all it holds, or nothing yet.
    fn add_declared(&self, unit: &mut Unit, path: &Path, why: &str) {
        self.add_path(unit, path, why);
        if path.is_dir() && !self.is_left_out(path) {
            let (dir, nested) = (path.to_path_buf(), NestedPackages::Listed);
            let pattern = Pattern::Followed { dir, skip: self.skip(), nested };
            unit.inputs.push(InputSpec { pattern, why: why.to_owned() });
        }
    }

    fn add_path(&self, unit: &mut Unit, path: &Path, why: &str) {
        let path = resolve_dots(path);
        if !self.is_left_out(&path) {
            unit.inputs.push(InputSpec { pattern: Pattern::Path(path), why: why.to_owned() });
        }
    }

    /// Whether a path is the build's own product, or immutable.
    fn is_left_out(&self, path: &Path) -> bool {
        path.starts_with(self.target_dir)
            || self.immutable.iter().flatten().any(|dir| path.starts_with(dir))
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

/// Resolves `..` by name where that leads to the same place, else as the file system does: behind a
/// link to a directory, the two differ.
fn resolve_dots(path: &Path) -> PathBuf {
    let by_name = normalize(path);
    if by_name == path {
        return by_name;
    }
    match (fs::canonicalize(path), fs::canonicalize(&by_name)) {
        (Ok(real), named) if named.as_ref().ok() != Some(&real) => real,
        _ => by_name,
    }
}

/// A digest of everything cargo compares of a unit: the files of its fingerprint with their times, and
/// the recorded output of a build script.
fn identity(dir: &Path, files: &BTreeSet<String>, output: &Path) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut add = |path: &Path| {
        let mut put = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        put(bytes_of_path(path.file_name().map_or(Path::new(""), Path::new)));
        if let Ok(metadata) = fs::symlink_metadata(path) {
            let mtime = meta_of(&metadata).mtime;
            put(format!("{mtime}").as_bytes());
            put(&small_file::read(path).unwrap_or_default());
        }
    };
    for file in files {
        add(&dir.join(file));
    }
    add(output);
    *hasher.finalize().as_bytes()
}

fn set_times(paths: &[PathBuf], time: SystemTime) -> Result<(), BuildError> {
    for path in paths {
        let file = fs::File::options().append(true).open(path);
        file.and_then(|file| file.set_modified(time)).doing("set the time of", path)?;
    }
    Ok(())
}

/// The name under which cargo keeps a target's fingerprint.
pub(crate) fn target_name(target: &Target) -> String {
    let prefix = match target.kind.first().map(String::as_str) {
        Some("custom-build") => "build-script",
        Some("bin") => "bin",
        _ => "lib",
    };
    format!("{prefix}-{}", target.name)
}

/// The bitcode that was emitted beside `archive`: cargo's messages name the archive without its hash,
/// so the hash is taken from the name in `deps/` that shares its inode.
///
/// # Errors
/// In words, where there is none.
pub(crate) fn bitcode_beside(archive: &Path, library: &str) -> Result<PathBuf, String> {
    let stem = library.replace('-', "_");
    let deps = archive.parent().map(|dir| dir.join("deps")).unwrap_or_default();
    let inode = |path: &Path| -> io::Result<(u64, u64)> {
        let metadata = fs::metadata(path)?;
        Ok((metadata.dev(), metadata.ino()))
    };
    let wanted = inode(archive).map_err(|e| e.to_string())?;
    let extension = archive.extension().unwrap_or_default();
    let twin = entries(&deps).into_iter().find(|path| {
        path.extension() == Some(extension) && inode(path).is_ok_and(|found| found == wanted)
    });
    let hash = twin.as_ref().and_then(|path| split_hash(path.file_stem()?.to_str()?));
    let name = match hash {
        Some((_, hash)) => format!("{stem}-{hash}.bc"),
        None => format!("{stem}.bc"),
    };
    let bitcode = deps.join(name);
    match bitcode.is_file() {
        true => Ok(bitcode),
        false => Err(format!("cargo left no {}", bitcode.display())),
    }
}
