//! A machine among others that share a storage: a place, a home, a clock and tools of its own.
//!
//! All of them are directories of this one. What another machine has otherwise is another here: the path of
//! the workspace and how deep it lies, whose home it is, cargo's home, the store, the dates of all sources,
//! and what is on `PATH`. Toolchains are the same, as on machines that share archives they are.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use filetime::FileTime;
use tempfile::TempDir;

use crate::access::Access;
use crate::answered::Answered;
use crate::files::{mtime_of, set_mtime, write};
use crate::gate::Gate;
use crate::probe::{self, Constants};
use crate::program;
use crate::run::{Run, path_of};
use crate::sources;
use crate::world::on_path;

/// A machine with the generated workspace.
#[derive(Debug)]
pub struct Machine {
    root: PathBuf,
    workspace: PathBuf,
    access: Access,
    dated: FileTime,
    _directory: TempDir,
}

impl Machine {
    /// A machine whose workspace lies at `place`, a relative path, every source of it being of the moment `dated`.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn new(place: &str, dated: FileTime, access: &Access) -> Self {
        let machine = Self::bare(place, dated, access);
        sources::write_workspace(&machine.workspace);
        sources::write_lock(&machine.workspace);
        machine.configure(sources::CONFIG);
        machine.date_anew();
        machine
    }

    /// The same with an empty workspace.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn bare(place: &str, dated: FileTime, access: &Access) -> Self {
        // Outside of this repository, which would be above every workspace: cargo and we ask git about files there.
        let directory = tempfile::Builder::new().tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let workspace = root.join(place);
        let access = access.clone();
        let machine = Self { root, workspace, access, dated, _directory: directory };
        fs::create_dir_all(machine.path("")).unwrap();
        fs::create_dir_all(machine.cargo_home()).unwrap();
        fs::create_dir_all(machine.root.join("nothing")).unwrap();
        machine.write_counting_cargo();
        machine
    }

    /// Two machines that are unlike in all that must not matter: one that writes into the storage, one that reads.
    #[must_use]
    pub fn pair(writer: &Access) -> (Self, Self) {
        (Self::first(writer), Self::second(&writer.reading()))
    }

    /// A machine of a usual kind.
    #[must_use]
    pub fn first(access: &Access) -> Self {
        Self::new("work/project", FileTime::from_unix_time(1_600_000_000, 5), access)
    }

    /// One elsewhere, whose clock went wrong.
    #[must_use]
    pub fn second(access: &Access) -> Self {
        Self::new("srv/another user/builds/7/checkout", crate::long_ago(), access)
    }

    /// The directory of everything.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the workspace.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.workspace.clone() } else { self.workspace.join(path) }
    }

    /// Where cargo keeps its own things.
    #[must_use]
    pub fn cargo_home(&self) -> PathBuf {
        self.root.join("home/.cargo")
    }

    /// On which terms it shares.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Shares on other terms from now on; what else the configuration says stays.
    ///
    /// # Panics
    /// There is no configuration.
    pub fn share_by(&mut self, access: Access) {
        let config = fs::read_to_string(self.path("freshness.toml")).unwrap();
        let (lines, _) = config.split_once("\n[remote]\n").unwrap();
        self.access = access;
        self.configure(lines);
    }

    /// Writes `freshness.toml`: these lines, and the storage.
    pub fn configure(&self, lines: &str) {
        self.write("freshness.toml", format!("{lines}\n{}", self.access.config()));
    }

    /// Writes a file of the workspace.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.path(path), text);
    }

    /// Puts something else in the place of what a file of the workspace says once or more often.
    ///
    /// # Panics
    /// It does not say so.
    #[track_caller]
    pub fn replace(&self, path: &str, what: &str, by: &str) {
        let path = self.path(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(what), "{} has no {what}", path.display());
        write(&path, text.replace(what, by));
    }

    /// Changes a constant, as an editor would.
    pub fn set(&self, name: &str, value: u8) {
        let (path, text) = sources::constant(&self.workspace, name, value);
        write(&path, text);
    }

    /// Dates every file of the workspace and beside it by this machine's clock; the stores apart.
    ///
    /// # Panics
    /// Something is not there.
    pub fn date_anew(&self) {
        date(self.workspace.parent().unwrap(), self.dated);
    }

    /// A run of `freshness` that can share, with a toolchain on `PATH`.
    pub fn freshness(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.in_environment(program::freshness_with_remote(), args)
    }

    /// The same with nothing on `PATH`: no cargo, no compiler, no linker.
    pub fn without_tools(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.freshness(args).env("PATH", self.root.join("nothing"))
    }

    /// The real cargo, in the workspace.
    pub fn cargo(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.in_environment(&on_path("cargo"), args)
    }

    /// What the compiler calls the system that it runs on.
    ///
    /// # Panics
    /// It does not say.
    #[must_use]
    pub fn host(&self) -> String {
        let said = self.in_environment(&on_path("rustc"), ["-vV"]).run().expect(0).stdout;
        let host = said.lines().find_map(|line| line.strip_prefix("host: "));
        host.unwrap().to_owned()
    }

    /// Builds, waits for what is put into the storage, and gives the answer.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn build(&self) -> Answered {
        Answered::of(self.freshness(BUILD))
    }

    /// The same with nothing on `PATH`.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn build_without_tools(&self) -> Answered {
        let answered = Answered::of(self.without_tools(BUILD));
        assert_eq!(answered.json["work"]["processes_spawned"], 0, "{answered:#?}");
        answered
    }

    /// Why the default profile is stale by this strategy, nothing being on `PATH`.
    ///
    /// # Panics
    /// It is trouble.
    #[track_caller]
    #[must_use]
    pub fn stale_by(&self, strategy: &str) -> Vec<String> {
        self.without_tools(["check", "--strategy", strategy, "--format", "json"]).run().reasons()
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

    /// Links a program against archives of this machine: the constants in them.
    #[must_use]
    pub fn probe(&self, archives: &[PathBuf]) -> Constants {
        probe::probe(archives)
    }

    /// How often cargo was started for anything.
    #[must_use]
    pub fn cargo_starts(&self) -> usize {
        fs::read_to_string(self.root.join("cargo-log")).unwrap_or_default().lines().count()
    }

    /// How often cargo was started to build.
    #[must_use]
    pub fn cargo_builds(&self) -> usize {
        let log = fs::read_to_string(self.root.join("cargo-log")).unwrap_or_default();
        log.lines().filter(|line| ["build", "rustc"].iter().any(|c| line.starts_with(c))).count()
    }

    /// Where slots live.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.path("target/freshness")
    }

    fn in_environment(
        &self,
        program: &Path,
        args: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Run {
        let mut path = vec![self.root.join("bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let run = Run::new(program, &self.workspace).args(args).like_ours();
        let run = run.env("HOME", self.root.join("home")).env("RUSTUP_HOME", rustup_home());
        let run = run.env("PATH", path_of(&path)).env("CARGO_HOME", self.cargo_home());
        self.access.environment().fold(run, |run, (name, value)| run.env(name, value))
    }

    fn write_counting_cargo(&self) {
        let cargo = self.root.join("bin/cargo");
        let log = self.root.join("cargo-log");
        let (log, real) = (log.display(), on_path("cargo"));
        let real = real.display();
        write(&cargo, format!("#!/bin/sh\necho \"$*\" >> '{log}'\nexec '{real}' \"$@\"\n"));
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A wrapper of the compiler that does nothing of its own.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate::new(&self.root.join("gate"))
    }

    /// A compiler that says that it is of another commit, for `RUSTC`.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn other_compiler(&self) -> PathBuf {
        let rustc = self.root.join("other/rustc");
        let real = on_path("rustc");
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *-vV*|*--version*) '{0}' \"$@\" | sed 's/^commit-hash: ..../commit-hash: 0000/' ;;\n\
             *) exec '{0}' \"$@\" ;; esac\n",
            real.display()
        );
        write(&rustc, script);
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755)).unwrap();
        rustc
    }

    /// A link in the workspace to something else.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn link(&self, path: &str, leads_to: &str) {
        let path = self.path(path);
        let _ = fs::remove_file(&path);
        symlink(leads_to, path).unwrap();
    }
}

const BUILD: [&str; 4] = ["build", "--wait-upload", "--format", "json"];

/// Where rustup keeps toolchains: the homes of these machines have none.
fn rustup_home() -> PathBuf {
    let named = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".rustup"))
}

fn date(directory: &Path, time: FileTime) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "target" {
                date(&path, time);
            }
        } else if mtime_of(&path) != time {
            set_mtime(&path, time);
        }
    }
}
