//! What cargo alone would do, and what is true: what a build from nothing gives.
//!
//! cargo builds in a target directory of its own for each lane, which is right for the state before the
//! edit: its answer is what it compiles there. Then the path packages are removed from that directory and
//! built again; what comes out is the truth, and the directory is right for the next edit. A state that
//! was seen before has the same truth, so only what was never seen is built from nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::scene::Scene;
use crate::run::Ran;

/// One build of a lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Built {
    /// The archives, by a digest of each.
    pub(super) archives: Vec<u64>,
    /// What each path package's library was made to, by a digest of it.
    pub(super) libraries: BTreeMap<String, u64>,
    /// Whether cargo called everything fresh.
    pub(super) all_fresh: bool,
    /// The path packages that were compiled.
    pub(super) compiled: BTreeSet<String>,
    /// The directories of the path packages that took part.
    pub(super) packages: BTreeSet<PathBuf>,
}

/// What is true of a state that can be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) archives: Vec<u64>,
    pub(super) libraries: BTreeMap<String, u64>,
    /// Every file that rustc read of the scene, by the name that it had for it, and its content.
    pub(super) read: BTreeMap<PathBuf, u64>,
    /// The directories of the path packages that took part.
    pub(super) packages: BTreeSet<PathBuf>,
}

impl Truth {
    /// Whether a change of this file concerns only packages that took no part, as far as `all` are known:
    /// it may keep cargo from loading the workspace, and is nothing to the archives.
    pub(super) fn is_elsewhere(&self, file: &Path, all: &BTreeSet<PathBuf>) -> bool {
        let nearest = file.ancestors().skip(1).find(|dir| all.contains(*dir));
        nearest.is_some_and(|dir| dir != Path::new("workspace") && !self.packages.contains(dir))
    }
}

/// The truths that are known, by state; none where it cannot be built.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    known: HashMap<u64, Option<Truth>>,
}

impl Oracle {
    /// What is true now, after cargo alone built, or failed to.
    pub(super) fn truth(
        &mut self,
        scene: &Scene,
        state: u64,
        trial: Option<&Built>,
    ) -> Option<Truth> {
        let known = self.known.get(&state);
        let is_right = |truth: &Option<Truth>| match (truth, trial) {
            (Some(truth), Some(trial)) => {
                truth.archives == trial.archives && truth.libraries == trial.libraries
            }
            (truth, trial) => truth.is_none() && trial.is_none(),
        };
        if let Some(truth) = known.filter(|truth| is_right(truth)) {
            return truth.clone();
        }
        let truth = from_nothing(scene);
        if let Some(known) = known {
            assert_eq!(*known, truth, "the same state gives two results");
        }
        self.known.insert(state, truth.clone());
        truth
    }
}

/// What cargo alone makes of the lane, in its own target directory; nothing where it fails.
pub(super) fn by_cargo(scene: &Scene) -> Option<Built> {
    let target = scene.cargo_target();
    let features = scene.lane().features.join(",");
    let run = scene.cargo(["build", "--lib", "--offline", "--message-format=json", "--target-dir"]);
    let run =
        run.args([target.as_os_str()]).args(["--no-default-features", "--features", &features]);
    let ran = run.args(scene.lane().packages.iter().flat_map(|name| ["-p", name])).run();
    ran.succeeded().then(|| built(scene, &ran))
}

/// The path packages that cargo said it compiles.
pub(super) fn compiled(said: &str) -> BTreeSet<String> {
    let lines = said.lines().filter_map(|line| line.trim().strip_prefix("Compiling "));
    // A package from elsewhere is named without a path.
    let of_paths = lines.filter(|line| line.ends_with(')') && line.contains(" (/"));
    of_paths.filter_map(|line| Some(line.split(' ').next()?.to_owned())).collect()
}

fn built(scene: &Scene, ran: &Ran) -> Built {
    let mut built = Built { all_fresh: true, compiled: compiled(&ran.stderr), ..Built::default() };
    for message in messages(ran) {
        if message["reason"] != "compiler-artifact" || !is_of_path(&message) {
            continue;
        }
        built.all_fresh &= message["fresh"] == true;
        let manifest = Path::new(message["manifest_path"].as_str().unwrap());
        let dir = manifest.parent().and_then(|dir| dir.strip_prefix(scene.root()).ok());
        built.packages.extend(dir.map(Path::to_path_buf));
        if message["target"]["kind"][0] == "custom-build" {
            continue;
        }
        let mut files = message["filenames"].as_array().unwrap().iter().filter_map(Value::as_str);
        let mut hasher = DefaultHasher::new();
        for file in files.clone() {
            hasher.write_u64(digest(Path::new(file)));
        }
        built.libraries.insert(name(&message), hasher.finish());
        built.archives.extend(files.find(|f| f.ends_with(".a")).map(|f| digest(Path::new(f))));
    }
    // cargo reports what it finishes first.
    built.archives.sort_unstable();
    built
}

fn messages(ran: &Ran) -> impl Iterator<Item = Value> {
    ran.stdout.lines().filter_map(|line| serde_json::from_str(line).ok())
}

fn is_of_path(message: &Value) -> bool {
    message["package_id"].as_str().unwrap_or_default().starts_with("path+")
}

fn name(message: &Value) -> String {
    message["target"]["name"].as_str().unwrap().to_owned()
}

/// Removes every path package from cargo's target directory and builds them again.
fn from_nothing(scene: &Scene) -> Option<Truth> {
    let metadata = scene.cargo(["metadata", "--offline", "--format-version", "1"]).run();
    if !metadata.succeeded() {
        return None;
    }
    let metadata = metadata.json();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let of_paths: Vec<&Value> = packages.filter(|package| package["source"].is_null()).collect();
    let ids = of_paths.iter().filter_map(|package| package["id"].as_str());
    let target = scene.cargo_target();
    let run = scene.cargo(["clean", "--offline", "--target-dir"]).args([target.as_os_str()]);
    let _ = run.args(ids.flat_map(|id| ["-p", id])).run().expect(0);
    let built = by_cargo(scene)?;
    let dirs = of_paths.iter().filter_map(|package| package["manifest_path"].as_str());
    let dirs: Vec<&Path> = dirs.filter_map(|manifest| Path::new(manifest).parent()).collect();
    let read = read_by_rustc(scene, &dirs);
    let Built { archives, libraries, packages, .. } = built;
    Some(Truth { archives, libraries, read, packages })
}

/// Every file of the scene that dep-info in cargo's target directory lists, which holds path packages of
/// this state alone.
fn read_by_rustc(scene: &Scene, packages: &[&Path]) -> BTreeMap<PathBuf, u64> {
    let mut read = BTreeMap::new();
    for dep_info in dep_infos(&scene.cargo_target().join("debug")) {
        let text = fs::read_to_string(dep_info).unwrap();
        let listed = text.lines().filter_map(|line| line.strip_suffix(':'));
        for file in listed.map(|file| PathBuf::from(file.replace("\\ ", " "))) {
            let workspace = scene.workspace();
            let mut bases = std::iter::once(workspace.as_path()).chain(packages.iter().copied());
            let Some(path) = bases.find_map(|dir| named(&dir.join(&file))) else { continue };
            if let Ok(below) = path.strip_prefix(scene.root()) {
                let is_in_home = below.starts_with("home");
                let entry = (!is_in_home).then(|| (below.to_owned(), digest(&path)));
                read.extend(entry);
            }
        }
    }
    read
}

/// The file's own name in its real directory: a link keeps its name, whatever it leads to.
fn named(path: &Path) -> Option<PathBuf> {
    let is_there = path.exists();
    is_there.then(|| Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?)))?
}

/// rustc's dep-info below a profile's directory.
fn dep_infos(dir: &Path) -> Vec<PathBuf> {
    let entries = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let builds = entries(&dir.join("build"));
    let all = builds.iter().flat_map(|dir| entries(dir)).chain(entries(&dir.join("deps")));
    all.filter(|path| path.extension().is_some_and(|e| e == "d")).collect()
}

/// What build scripts of path packages said of what they read, as cargo recorded it.
pub(super) fn script_outputs(scene: &Scene) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    for entry in fs::read_dir(scene.cargo_target().join("debug/build")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let unit = path.file_name().unwrap().to_string_lossy().into_owned();
        let package =
            unit.rsplit_once('-').map_or(unit.as_str(), |(package, _)| package).to_owned();
        outputs.extend(fs::read_to_string(path.join("output")).ok().map(|text| (package, text)));
    }
    outputs
}

/// A digest of a file's content.
pub(super) fn digest(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(path).unwrap_or_default());
    hasher.finish()
}
