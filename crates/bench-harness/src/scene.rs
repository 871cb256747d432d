//! A cargo workspace whose one archive depends on all files of `inputs`, to be checked by `freshness`.
//!
//! It stays from one run to the next: writing a million files takes longer than measuring them. What a
//! measurement changes in it, it takes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::inputs::{self, Edit, Edited, PER_DIRECTORY};
use crate::measure::{Contender, perform};
use crate::table::Table;

/// A workspace with that many inputs.
#[derive(Debug)]
pub struct Scene {
    root: PathBuf,
    /// How many files.
    pub files: usize,
    freshness: PathBuf,
}

/// A strategy with one of its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// As reasons and `explain` name it.
    pub name: &'static str,
    strategy: &'static str,
    config: &'static str,
}

/// All of them.
pub const WAYS: [Way; 4] = [
    Way { name: "mtime/recorded", strategy: "mtime", config: CONFIG },
    Way { name: "mtime/newer-than", strategy: "mtime", config: OTHER_CONFIG },
    Way { name: "hash/changed", strategy: "hash", config: CONFIG },
    Way { name: "hash/always", strategy: "hash", config: OTHER_CONFIG },
];

const CONFIG: &str = "freshness.toml";
const OTHER_CONFIG: &str = "freshness-other.toml";

const PROFILE: &str = "[profile.default]\npackages = [\"scene\"]\ncargo-profile = \"dev\"\n\
                       extra-inputs = [\"inputs\"]\n";
const OTHER_OPTIONS: &str =
    "\n[strategy-options]\nmtime.rule = \"newer-than\"\nhash.reread = \"always\"\n";
const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"scene\"]\n";
const PACKAGE: &str = "[package]\nname = \"scene\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                       [lib]\ncrate-type = [\"staticlib\"]\n";
const SOURCE: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn scene() -> i32 {\n    1\n}\n";

impl Scene {
    /// The scene of so many files below `dir`, written and built where it is not there yet.
    ///
    /// # Errors
    /// Those of writing, and a build that fails.
    pub fn open(dir: &Path, files: usize, freshness: &Path) -> Result<Self> {
        let root = dir.join(format!("inputs-{}", crate::section::count(files)));
        let scene = Self { root, files, freshness: freshness.to_owned() };
        let complete = scene.root.join("complete");
        if !complete.exists() {
            scene.write().with_context(|| format!("write {}", scene.root.display()))?;
            fs::write(complete, "")?;
        }
        scene.build()?;
        for way in WAYS {
            perform(scene.check(way), 0).with_context(|| way.name)?;
        }
        Ok(scene)
    }

    fn write(&self) -> Result<()> {
        if self.root.exists() {
            fs::remove_dir_all(&self.root)?;
        }
        fs::create_dir_all(self.root.join("scene/src"))?;
        inputs::write_inputs(&self.inputs(), self.files, PER_DIRECTORY)?;
        fs::write(self.root.join("Cargo.toml"), WORKSPACE)?;
        fs::write(self.root.join("scene/Cargo.toml"), PACKAGE)?;
        fs::write(self.root.join("scene/src/lib.rs"), SOURCE)?;
        fs::write(self.root.join(CONFIG), PROFILE)?;
        fs::write(self.root.join(OTHER_CONFIG), format!("{PROFILE}{OTHER_OPTIONS}"))?;
        Ok(Table::write(&self.inputs(), &self.table())?)
    }

    /// Makes the archive current, and the record with it.
    ///
    /// # Errors
    /// The build fails.
    pub fn build(&self) -> Result<()> {
        let mut command = self.command(&self.freshness);
        command.args(["build", "--strategy", "hash"]);
        perform(command, 0).map(drop)
    }

    /// `freshness check` by a strategy.
    #[must_use]
    pub fn check(&self, way: Way) -> Command {
        let mut command = self.command(&self.freshness);
        command.args(["check", "--strategy", way.strategy, "--config", way.config]);
        command
    }

    /// The same, to be measured.
    #[must_use]
    pub fn contender(&self, way: Way) -> Contender<'_> {
        Contender::new(way.name, move || self.check(way))
    }

    /// Changes one file in the middle.
    ///
    /// # Errors
    /// Those of writing it.
    pub fn edit(&self, edit: Edit) -> Result<Edited> {
        Ok(Edited::make(&self.inputs(), self.files / 2, edit)?)
    }

    /// Takes an edit back and renews the record.
    ///
    /// # Errors
    /// Those of writing; the file is not fresh again.
    pub fn take_back(&self, edited: Edited) -> Result<()> {
        edited.take_back()?;
        self.build()
    }

    /// A command in the workspace.
    #[expect(clippy::disallowed_methods, reason = "what is measured are programs")]
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// Where the workspace is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the files are.
    #[must_use]
    pub fn inputs(&self) -> PathBuf {
        self.root.join("inputs")
    }

    /// The table of them for the floors.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.root.join("inputs.table")
    }

    /// The record of the newest build.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn stamp(&self) -> Result<PathBuf> {
        let slots = fs::read_dir(self.root.join("target/freshness"))?;
        let stamps = slots.map(|slot| Ok(slot?.path().join("stamp")));
        let mut stamps = stamps.filter(|s: &Result<PathBuf>| s.as_ref().is_ok_and(|s| s.exists()));
        let stamp = stamps.next().context("find a stamp")?;
        ensure!(stamps.next().is_none(), "{} has two slots", self.root.display());
        stamp
    }
}
