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
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use freshness_core::sys::meta_of;
use freshness_core::{Digest, InputSpec};

use super::messages::Target;
use super::scan::{entries, split_hash};
use super::unit_files::{UnitFile, UnitFiles};
use crate::durable;
use crate::error::{BuildError, Context};
use crate::small_file;
use crate::sys::same_file;

/// How cargo names the unit that runs a build script.
pub(super) const RUN_BUILD_SCRIPT: &str = "run-build-script";

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
    pub(super) references: Vec<PathBuf>,
    /// The files that it made, whose times cargo compares with those of its dependencies' files; by their paths in
    /// cargo's target directory.
    pub(super) products: BTreeMap<String, PathBuf>,
    /// Those of a path package as they were sealed when the unit was looked at.
    pub(super) sealed: BTreeMap<String, UnitFile>,
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
        self.references.iter().try_for_each(|path| set_time(path, time))
    }

    /// Moves the times of what it made to `time`. The output of a build script is what cargo compares its
    /// inputs with *and* what it compares its dependents with: where one is moved, all must be.
    ///
    /// # Errors
    /// Those of setting times.
    pub(crate) fn date(&self, time: SystemTime) -> Result<(), BuildError> {
        for path in self.products.values().chain(&self.output) {
            set_time(path, time)?;
        }
        Ok(())
    }

    /// Takes a digest of everything cargo compares of it: the files of its fingerprint with their times, and
    /// the recorded output of a build script. And of what cargo hands on without a look: the files that the
    /// unit made, so that one which was damaged is not linked; what is `known` of them holds while their stats
    /// do. (Those of packages that cannot change are compared by themselves: see [`UnitFiles::agree`].)
    pub(crate) fn identify(&mut self, known: &UnitFiles) {
        let mut files = entries(&self.dir);
        files.sort();
        self.sealed.clear();
        for (name, path) in self.products.iter().filter(|_| self.is_path) {
            self.sealed.extend(known.seal(name, path).map(|sealed| (name.clone(), sealed)));
        }
        let mut hasher = blake3::Hasher::new();
        let mut put = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        let name_of = |path: &Path| path.file_name().unwrap_or_default().to_owned();
        for path in files.iter().chain(&self.output) {
            put(name_of(path).as_encoded_bytes());
            if let Ok(metadata) = fs::symlink_metadata(path) {
                put(meta_of(&metadata).mtime.to_string().as_bytes());
                put(&small_file::read(path).unwrap_or_default());
            }
        }
        for (name, path) in self.products.iter().filter(|_| self.is_path) {
            put(name_of(path).as_encoded_bytes());
            put(&self.sealed.get(name).map(UnitFile::digest).unwrap_or_default());
        }
        self.identity = *hasher.finalize().as_bytes();
    }

    /// The files that it made.
    pub(super) fn files(&self) -> impl Iterator<Item = (String, &PathBuf)> {
        self.products.iter().map(|(name, path)| (name.clone(), path))
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
fn set_time(path: &Path, time: SystemTime) -> Result<(), BuildError> {
    let file = fs::File::options().append(true).open(path);
    file.and_then(|file| file.set_modified(time)).doing("set the time of", path)
}

/// What the units of path packages were made from.
pub(crate) fn compiled_inputs(units: &[Unit]) -> Vec<InputSpec> {
    units.iter().filter(|unit| unit.is_path).flat_map(|unit| unit.inputs.iter().cloned()).collect()
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
    let extension = archive.extension().unwrap_or_default();
    let twin = entries(&deps)
        .into_iter()
        .find(|path| path.extension() == Some(extension) && same_file(path, archive));
    let hash = twin.as_ref().and_then(|path| split_hash(path.file_stem()?.to_str()?));
    let name = match hash {
        Some((_, hash)) => format!("{stem}-{hash}.bc"),
        None => format!("{stem}.bc"),
    };
    let bitcode = deps.join(name);
    match bitcode.is_file() {
        true => Ok(bitcode),
        false => Err(format!("cargo left no {}", freshness_core::Escaped::path(&bitcode))),
    }
}
