//! A workspace under test: its directories, its environment, and everything in it as a map.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::subject::{Lane, Subject};
use crate::files::{long_ago, set_mtime, write};
use crate::program;
use crate::run::{LIMIT, Run};

/// What a path holds: everything but times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Held {
    File { bytes: Vec<u8>, mode: u32 },
    Link(PathBuf),
}

/// Every file and link, by its path below the scene.
pub(super) type Files = BTreeMap<PathBuf, Held>;

/// The configuration with the default options of both strategies.
pub(super) const CONFIG: &str = "freshness.toml";

/// The one with their other options.
pub(super) const OTHER_CONFIG: &str = "freshness-other.toml";

const OTHER_OPTIONS: &str =
    "[strategy-options]\nmtime.rule = \"newer-than\"\nhash.reread = \"always\"\n";

/// A workspace with what surrounds it.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) subject: &'static Subject,
    /// What is set for every program that runs here.
    pub(super) variables: BTreeMap<String, String>,
    /// Which of the subject's lanes is built.
    pub(super) lane: usize,
    /// As it was first written.
    pub(super) pristine: Files,
    /// Files worth editing: what the compiler read at the last look.
    pub(super) compiled: Vec<PathBuf>,
    /// How many edits were made, to make each one another.
    pub(super) edits: u32,
    dir: TempDir,
}

impl Scene {
    pub(super) fn new(subject: &'static Subject) -> Self {
        let dir = tempfile::Builder::new().prefix("agreement-").tempdir_in(program::scratch());
        let mut scene = Self {
            subject,
            variables: BTreeMap::new(),
            lane: 0,
            pristine: Files::new(),
            compiled: Vec::new(),
            edits: 0,
            dir: dir.unwrap(),
        };
        (subject.write)(&scene.workspace());
        for (name, options) in [(CONFIG, ""), (OTHER_CONFIG, OTHER_OPTIONS)] {
            write(&scene.workspace().join(name), format!("{}{options}", config(subject)));
        }
        let home = scene.root().join("home");
        fs::create_dir_all(&home).unwrap();
        symlink(real_cargo_home().join("registry"), home.join("registry")).unwrap();
        // The lock file is written before the first look, so that no edit is blamed for it.
        let _ = scene.cargo(["metadata", "--format-version", "1"]).run().expect(0);
        scene.pristine = scene.files();
        for path in scene.pristine.keys() {
            set_mtime(&scene.root().join(path), long_ago());
        }
        scene
    }

    /// The directory that holds the workspace and what edits may reach outside of it.
    pub(super) fn root(&self) -> PathBuf {
        fs::canonicalize(self.dir.path()).unwrap().join("scene")
    }

    pub(super) fn workspace(&self) -> PathBuf {
        fs::create_dir_all(self.dir.path().join("scene/workspace")).unwrap();
        self.root().join("workspace")
    }

    /// Where cargo alone builds the lane.
    pub(super) fn cargo_target(&self) -> PathBuf {
        self.dir.path().join(format!("by-cargo-{}", self.lane))
    }

    pub(super) fn lane(&self) -> &'static Lane {
        &self.subject.lanes[self.lane]
    }

    /// Every file and link of the scene, but for what is built and for the registry.
    pub(super) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut pending = vec![self.root()];
        while let Some(dir) = pending.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                let below = path.strip_prefix(self.root()).unwrap().to_owned();
                let is_cargos = below.starts_with("home") && !below.ends_with("config.toml");
                if below == Path::new("workspace/target") || is_cargos && below != Path::new("home")
                {
                    continue;
                }
                if path.is_dir() && !path.is_symlink() {
                    pending.push(path);
                } else if let Some(held) = held(&path) {
                    files.insert(below, held);
                }
            }
        }
        files
    }

    /// What files, variables and lane are, in one number.
    pub(super) fn state(&self, files: &Files) -> u64 {
        let mut hasher = DefaultHasher::new();
        std::hash::Hash::hash(&(files, &self.variables, self.lane), &mut hasher);
        hasher.finish()
    }

    /// The directories that hold a manifest.
    pub(super) fn packages(&self, files: &Files) -> BTreeSet<PathBuf> {
        let manifests = files.keys().filter(|path| path.ends_with("Cargo.toml"));
        manifests.filter_map(|path| Some(path.parent()?.to_owned())).collect()
    }

    pub(super) fn freshness(&self, args: &[&str]) -> Run {
        let lane = self.lane.to_string();
        let run = Run::new(program::freshness(), &self.workspace()).args(args);
        self.in_environment(run.args(["--profile", &format!("lane-{lane}")]))
    }

    pub(super) fn cargo<const N: usize>(&self, args: [&str; N]) -> Run {
        self.in_environment(Run::new(env!("CARGO"), &self.workspace()).args(args))
    }

    fn in_environment(&self, run: Run) -> Run {
        let home = self.root().join("home");
        let run =
            run.limit(10 * LIMIT).like_ours().env("CARGO_HOME", home).env("CARGO_INCREMENTAL", "0");
        let run = run.env("PATH", std::env::var_os("PATH").unwrap());
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}

fn held(path: &Path) -> Option<Held> {
    let metadata = fs::symlink_metadata(path).ok()?;
    match metadata.is_symlink() {
        true => Some(Held::Link(fs::read_link(path).ok()?)),
        false => {
            let mode = metadata.permissions().mode() & 0o777;
            Some(Held::File { bytes: fs::read(path).ok()?, mode })
        }
    }
}

fn config(subject: &Subject) -> String {
    let profiles = subject.lanes.iter().enumerate().map(|(number, lane)| {
        format!(
            "[profile.lane-{number}]\npackages = {:?}\nfeatures = {:?}\ncargo-profile = \"dev\"\n",
            lane.packages, lane.features
        )
    });
    format!("strategy = \"mtime\"\n{}", profiles.collect::<String>())
}

fn real_cargo_home() -> PathBuf {
    let home = |name| std::env::var_os(name).map(PathBuf::from);
    home("CARGO_HOME").or_else(|| Some(home("HOME")?.join(".cargo"))).unwrap()
}
