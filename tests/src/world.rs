//! A generated workspace on disk, and the programs run in it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use tempfile::TempDir;

use crate::files::{write, write_at};
use crate::gate::Gate;
use crate::probe::{self, Constants};
use crate::program;
use crate::run::{Run, path_of};
use crate::sources;

/// A workspace of its own, its cargo home, and a `cargo` that keeps count.
#[derive(Debug)]
pub struct World {
    root: PathBuf,
    program: &'static Path,
    _directory: TempDir,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Writes a workspace with every constant 1.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn new() -> Self {
        Self::in_directory(tempfile::Builder::new().tempdir_in(program::scratch()).unwrap())
    }

    /// Writes the same workspace outside of this repository, and no configuration: none is found upwards then.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn without_config() -> Self {
        let world = Self::in_directory(tempfile::Builder::new().tempdir().unwrap());
        fs::remove_file(world.path("freshness.toml")).unwrap();
        world
    }

    /// Writes the same workspace, in which a `freshness` is run that can speak to a storage which machines share:
    /// see [`program::freshness_with_remote`].
    ///
    /// # Panics
    /// It cannot be written, or the program cannot be built.
    #[must_use]
    pub fn with_remote() -> Self {
        Self { program: program::freshness_with_remote(), ..Self::new() }
    }

    fn in_directory(directory: TempDir) -> Self {
        let root = fs::canonicalize(directory.path()).unwrap();
        let world = Self { root, program: program::freshness(), _directory: directory };
        fs::create_dir_all(world.root.join("home")).unwrap();
        sources::write_workspace(&world.workspace());
        world.write_counting_cargo();
        world
    }

    /// The same with another configuration.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn with_config(config: &str) -> Self {
        let world = Self::new();
        world.config(config);
        world
    }

    /// The directory of everything.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The cargo workspace.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.root.join("workspace")
    }

    /// A path in the workspace.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.workspace().join(path)
    }

    /// Where slots live, unless the configuration says otherwise.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path("target/freshness")
    }

    /// The slot that published this archive.
    ///
    /// # Panics
    /// It is not a published archive.
    #[must_use]
    pub fn slot(&self, archive: &Path) -> PathBuf {
        let slot = archive.ancestors().nth(3).unwrap();
        assert!(slot.join("lock").exists(), "{} is not a slot", slot.display());
        slot.to_owned()
    }

    /// Replaces `freshness.toml`.
    pub fn config(&self, text: &str) {
        self.write("freshness.toml", text);
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.path(path), text);
    }

    /// The file that a constant comes from.
    #[must_use]
    pub fn file_of(&self, name: &str) -> PathBuf {
        sources::constant(&self.workspace(), name, 0).0
    }

    /// Changes a constant, as an editor would.
    pub fn set(&self, name: &str, value: u8) {
        let (path, text) = sources::constant(&self.workspace(), name, value);
        write(&path, text);
    }

    /// Changes a constant and leaves the file with this modification time.
    pub fn set_at(&self, name: &str, value: u8, time: FileTime) {
        let (path, text) = sources::constant(&self.workspace(), name, value);
        write_at(&path, text, time);
    }

    /// A run of `freshness` in the workspace.
    pub fn freshness(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.in_environment(Run::new(self.program, &self.workspace()).args(args))
    }

    /// A run of `cargo freshness`, which cargo finds on `PATH`.
    pub fn cargo_freshness(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        let mut path = vec![program::directory().to_owned()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        self.cargo(["freshness"]).args(args).env("PATH", path_of(&path))
    }

    /// A run of the real `cargo` in the workspace, not counted.
    pub fn cargo(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.in_environment(Run::new(real_cargo(), &self.workspace()).args(args))
    }

    /// A run of a program that was built here, an example say, in the workspace.
    pub fn program(&self, program: &Path) -> Run {
        self.in_environment(Run::new(program, &self.workspace()))
    }

    /// A run of another program in the workspace, which finds `freshness` as an installed one.
    pub fn user_of_freshness(&self, program: &str, args: &[&str]) -> Run {
        let ours = self.program.parent().unwrap().to_owned();
        let mut path = vec![self.root.join("bin"), ours];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        self.run(program, args).env("PATH", path_of(&path))
    }

    /// A run of another program in the workspace.
    pub fn run(&self, program: &str, args: &[&str]) -> Run {
        self.in_environment(Run::new(on_path(program), &self.workspace()).args(args))
    }

    /// `build` of the default profile: what it printed.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    #[must_use]
    pub fn build(&self) -> Vec<PathBuf> {
        self.freshness(["build"]).run().expect(0).paths()
    }

    /// A run of `check` of the default profile by this strategy, for `Ran::reasons`.
    pub fn check(&self, strategy: &str) -> Run {
        self.freshness(["check", "--strategy", strategy, "--format", "json"])
    }

    /// Why the default profile is stale by this strategy: see `Ran::reasons`.
    ///
    /// # Panics
    /// It is trouble.
    #[track_caller]
    #[must_use]
    pub fn stale_by(&self, strategy: &str) -> Vec<String> {
        self.check(strategy).run().reasons()
    }

    /// Demands that both strategies call the default profile fresh.
    ///
    /// # Panics
    /// One does not.
    #[track_caller]
    pub fn assert_fresh(&self) {
        for strategy in ["mtime", "hash"] {
            assert_eq!(self.stale_by(strategy), [""; 0], "by {strategy}");
        }
    }

    /// Demands that both strategies call the default profile stale, for this reason among others.
    ///
    /// # Panics
    /// One does not.
    #[track_caller]
    pub fn assert_stale(&self, reason: &str) {
        for strategy in ["mtime", "hash"] {
            let reasons = self.stale_by(strategy);
            assert!(reasons.iter().any(|r| r == reason), "by {strategy}: {reasons:?}");
        }
    }

    /// Builds the default profile and reads the constants of what was published.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    #[must_use]
    pub fn build_and_probe(&self) -> Constants {
        self.probe(&self.build())
    }

    /// Links a C program against these archives and runs it.
    ///
    /// # Panics
    /// It does not link or run.
    #[track_caller]
    #[must_use]
    pub fn probe(&self, archives: &[PathBuf]) -> Constants {
        probe::probe(archives)
    }

    /// Links this C program against these archives and runs it: what it prints, or why it does not link.
    ///
    /// # Errors
    /// What the linker says.
    pub fn link(&self, archives: &[PathBuf], source: &str) -> Result<String, String> {
        probe::link(archives, source)
    }

    /// How often `cargo build` was started.
    ///
    /// # Panics
    /// The log cannot be read.
    #[must_use]
    pub fn cargo_builds(&self) -> usize {
        let log = fs::read_to_string(self.root.join("cargo-log")).unwrap_or_default();
        log.lines().filter(|line| ["build", "rustc"].iter().any(|c| line.starts_with(c))).count()
    }

    /// How often `cargo` was started for anything.
    #[must_use]
    pub fn cargo_starts(&self) -> usize {
        fs::read_to_string(self.root.join("cargo-log")).unwrap_or_default().lines().count()
    }

    /// A gate for cargo.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate::new(&self.root.join("gate"))
    }

    /// A `PATH` with these programs and no others.
    ///
    /// # Panics
    /// One of them is not to be found.
    #[must_use]
    pub fn path_with_only(&self, programs: &[&str]) -> PathBuf {
        let bin = self.root.join("only");
        let _ = fs::remove_dir_all(&bin);
        fs::create_dir(&bin).unwrap();
        for program in programs {
            std::os::unix::fs::symlink(on_path(program), bin.join(program)).unwrap();
        }
        bin
    }

    fn in_environment(&self, run: Run) -> Run {
        let mut path = vec![self.root.join("bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        run.like_ours().env("PATH", path_of(&path)).env("CARGO_HOME", self.root.join("home"))
    }

    fn write_counting_cargo(&self) {
        let cargo = self.root.join("bin/cargo");
        let log = self.root.join("cargo-log");
        let (log, real) = (log.display(), real_cargo());
        let script =
            format!("#!/bin/sh\necho \"$*\" >> '{log}'\nexec '{}' \"$@\"\n", real.display());
        write(&cargo, script);
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn real_cargo() -> PathBuf {
    on_path("cargo")
}

/// Whether a program is there to be run.
///
/// # Panics
/// There is no `PATH`.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    find(program).is_some()
}

pub(crate) fn on_path(program: &str) -> PathBuf {
    find(program).unwrap_or_else(|| panic!("no {program} on PATH"))
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}
