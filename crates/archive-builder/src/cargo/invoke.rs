//! Starts cargo and reads its messages.
//!
//! cargo gets exactly the environment that was judged, its own target directory, and one invocation
//! for all packages. With `json-render-diagnostics` it shows progress and diagnostics on standard
//! error as it always does, and says on standard output what it made and what it found fresh.

#![expect(clippy::disallowed_methods, reason = "cargo is started here and nowhere else")]

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};

use freshness_core::Escaped;

use crate::artifact::ArtifactKind;
use crate::cancel::Cancel;
use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::orphans;
use crate::profile::{Emit, Profile};

use super::messages::{Messages, Unreadable};
use super::metadata::{Requested, Workspace};
use super::process::{self, Audience, Lines, News, Said};
use super::rustflags;

/// The versions of cargo whose `find_stale_file` (in its `fingerprint/mod.rs`) was read and tried: an
/// input is out of date if its time is after that of the unit's dep-info, or of the build script's output.
const KNOWN_VERSIONS: &[&str] = &["1.95"];

/// The most that is read of what a question is answered with: more than `cargo metadata` says of any workspace.
const MAX_ANSWER_BYTES: u64 = 512 << 20;

/// What git sets for its hooks, to say which repository they are run for. A package is asked about in its own, which
/// cargo finds by where it lies and by nothing else.
const OF_A_REPOSITORY: &[&str] = &[
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
];

/// Where cargo's progress and diagnostics go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CargoOutput {
    /// To our own standard error, untouched.
    Inherit,
    /// To our own standard error, said in this way.
    As(CargoManner),
    /// Line by line to who is told of events, said in this way.
    Told(CargoManner),
    /// Into the error, should the build fail.
    #[default]
    Capture,
}

/// How cargo speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CargoManner {
    /// Whether it uses colours; where nothing is said, it decides.
    pub color: Option<bool>,
    /// Whether it says nothing but warnings and errors.
    pub is_quiet: bool,
}

impl CargoManner {
    fn args(self) -> impl Iterator<Item = &'static str> {
        let color = self.color.map(|color| if color { "--color=always" } else { "--color=never" });
        self.is_quiet.then_some("--quiet").into_iter().chain(color)
    }
}

/// cargo, ready to start.
#[derive(Debug)]
pub(crate) struct Cargo<'a> {
    program: PathBuf,
    env: &'a Environment,
    /// The directory it runs in.
    pub(crate) cwd: &'a Path,
    output: CargoOutput,
    cancel: &'a Cancel,
    spawned: Cell<u64>,
}

impl<'a> Cargo<'a> {
    /// Finds cargo: `CARGO`, else the first on `PATH`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(
        env: &'a Environment,
        cwd: &'a Path,
        output: CargoOutput,
        cancel: &'a Cancel,
    ) -> Result<Self, BuildError> {
        let named = env.get("CARGO");
        let found = env.find_program(named.unwrap_or(OsStr::new("cargo")), cwd);
        let problem = match named {
            Some(named) => format!("CARGO names {}, which is not there", Escaped::os_str(named)),
            None => "it is not on PATH and CARGO is not set".into(),
        };
        let program = found.ok_or(BuildError::ProgramMissing { program: "cargo", problem })?;
        Ok(Self { program, env, cwd, output, cancel, spawned: Cell::new(0) })
    }

    /// How many processes were started.
    pub(crate) fn spawned(&self) -> u64 {
        self.spawned.get()
    }

    fn command(&self, args: &[String]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(self.cwd).stdin(Stdio::null()).stderr(Stdio::piped());
        command.env_clear().envs(self.env.iter());
        command
    }

    /// Runs cargo to its end, keeping what it prints.
    ///
    /// # Errors
    /// It could not be started, or printed more than any cargo does; the caller wants no more.
    pub(crate) fn run_captured(&self, args: &[String]) -> Result<Said<Vec<u8>>, BuildError> {
        self.ask(self.command(args))
    }

    fn ask(&self, command: Command) -> Result<Said<Vec<u8>>, BuildError> {
        let read = |stdout: ChildStdout, _: &dyn Fn(News)| {
            let mut bytes = Vec::new();
            stdout.take(MAX_ANSWER_BYTES + 1).read_to_end(&mut bytes).map(|_| bytes)
        };
        let is_too_long = |bytes: &Vec<u8>| bytes.len() as u64 > MAX_ANSWER_BYTES;
        let is_enough = |read: &io::Result<_>| read.as_ref().is_ok_and(is_too_long);
        let silent = Audience { lines: Lines::Kept, tell: &mut |_| {} };
        let Said { status, stdout, stderr } = self.run(command, read, is_enough, silent)?;
        let stdout = stdout.doing("read what is said by", &self.program)?;
        if is_too_long(&stdout) {
            let problem = format!("its answer is longer than {} MiB", MAX_ANSWER_BYTES >> 20);
            return Err(BuildError::CargoMessages { path: self.cwd.into(), problem });
        }
        Ok(Said { status, stdout, stderr })
    }

    fn run<T: Send + 'static>(
        &self,
        command: Command,
        read: impl FnOnce(ChildStdout, &dyn Fn(News)) -> T + Send + 'static,
        is_enough: impl FnOnce(&T) -> bool,
        audience: Audience<'_>,
    ) -> Result<Said<T>, BuildError> {
        self.spawned.set(self.spawned.get() + 1);
        process::run(command, (self.cancel, self.cwd), read, is_enough, audience)
    }

    /// What cargo says of itself: `cargo 1.95.0 (…)`.
    ///
    /// # Errors
    /// It could not be started, or failed.
    pub(crate) fn version(&self) -> Result<String, BuildError> {
        let output = self.run_captured(&["--version".into()])?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !output.status.success() {
            let problem = ended(output.status, &output.stderr);
            return Err(BuildError::CargoFailed { path: self.cwd.into(), problem });
        }
        Ok(said)
    }

    /// Whether this is a version whose comparison of times is known: see [`Unit::vouch`].
    ///
    /// # Errors
    /// It could not be started.
    ///
    /// [`Unit::vouch`]: super::units::Unit::vouch
    pub(crate) fn compares_times_as_known(&self) -> Result<bool, BuildError> {
        let output = self.run_captured(&["--version".into()])?;
        Ok(compares_times_as_known(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Which program it is.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// What git answers in `dir`; nothing where there is no git, or it refuses.
    pub(crate) fn ask_git(&self, dir: &Path, args: &[&str]) -> Option<Vec<u8>> {
        let git = self.env.find_program(OsStr::new("git"), self.cwd)?;
        let mut command = Command::new(git);
        command.args(args).current_dir(dir).stdin(Stdio::null()).stderr(Stdio::null());
        command.env_clear().envs(self.env.iter());
        for name in OF_A_REPOSITORY {
            command.env_remove(name);
        }
        let output = self.ask(command).ok()?;
        output.status.success().then_some(output.stdout)
    }

    /// Builds the profile's packages into `target_dir`, in one invocation, and tells how it comes along.
    ///
    /// # Errors
    /// cargo could not be started, was killed, failed, or says what cargo does not; the caller wants no more.
    pub(crate) fn build(
        &self,
        plan: &Plan,
        events: &dyn Fn(Event<'_>),
    ) -> Result<Messages, BuildError> {
        let mut command = self.command(&plan.args);
        if let CargoOutput::As(manner) | CargoOutput::Told(manner) = self.output {
            command.args(manner.args());
        }
        command.env_remove("CARGO_TARGET_DIR").env(orphans::BUILD_DIR, &plan.target_dir);
        command.envs(plan.env.iter().map(|(name, value)| (name, value)));
        command.stderr(match self.output {
            CargoOutput::Inherit | CargoOutput::As(_) => Stdio::inherit(),
            CargoOutput::Capture | CargoOutput::Told(_) => Stdio::piped(),
        });
        let mut tell = |news: News| match &news {
            News::Line(line) => events(Event::CargoSays { line }),
            News::Made { package_id, is_fresh } => {
                events(Event::CargoMade { package_id, is_fresh: *is_fresh });
            }
        };
        let lines = match self.output {
            CargoOutput::Told(_) => Lines::Told,
            _ => Lines::Kept,
        };
        let is_enough = |read: &Result<_, _>| matches!(read, Err(Unreadable::TooMuch(_)));
        let audience = Audience { lines, tell: &mut tell };
        let said = self.run(command, Messages::read_telling, is_enough, audience);
        events(Event::CargoEnds);
        let said = said?;
        let path = self.cwd.to_path_buf();
        let messages = |problem| BuildError::CargoMessages { path: path.clone(), problem };
        match said.stdout {
            Err(error @ Unreadable::TooMuch(_)) => Err(messages(error.to_string())),
            _ if !said.status.success() => {
                let problem = ended(said.status, &said.stderr);
                Err(BuildError::CargoFailed { path, problem })
            }
            Err(error) => Err(messages(error.to_string())),
            Ok(messages) => Ok(messages),
        }
    }
}

/// Whether the version that cargo says it is compares times as known.
pub(crate) fn compares_times_as_known(version: &str) -> bool {
    KNOWN_VERSIONS.iter().any(|known| version.starts_with(&format!("cargo {known}.")))
}

/// What the compiler at `program` says of itself (`-vV`): lines, the first `rustc 1.95.0 (…)`.
///
/// # Errors
/// It could not be started, or failed.
pub(crate) fn rustc_version(program: &Path, env: &Environment, cwd: &Path) -> io::Result<String> {
    let mut command = Command::new(program);
    command.arg("-vV").current_dir(cwd).stdin(Stdio::null());
    let output = command.env_clear().envs(env.iter()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("it ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command of one build.
#[derive(Debug)]
pub(crate) struct Plan {
    /// cargo's arguments.
    pub(crate) args: Vec<String>,
    env: Vec<(&'static str, std::ffi::OsString)>,
    target_dir: PathBuf,
}

impl Plan {
    /// The command that builds `profile` into `target_dir`, with these flags for rustc beside the profile's.
    pub(crate) fn new(
        profile: &Profile,
        workspace: &Workspace,
        env: &Environment,
        config: &CargoConfig,
        target_dir: &Path,
        remapped: Vec<String>,
    ) -> Self {
        let mut args: Vec<String> = vec!["build".into()];
        args.extend(targets(profile, workspace).map(String::from));
        // One word each, so that no value can be taken for an option.
        let mut arg = |name: &str, value: &str| args.push(format!("{name}={value}"));
        for requested in &workspace.requested {
            arg("--package", &requested.id);
        }
        arg("--profile", &profile.cargo_profile);
        arg("--message-format", "json-render-diagnostics");
        arg("--target-dir", &target_dir.to_string_lossy());
        if let Some(target) = &profile.target {
            arg("--target", target);
        }
        for feature in &profile.features {
            arg("--features", feature);
        }
        let table = cargo_profile_table(&profile.cargo_profile);
        if let Some(panic) = profile.panic {
            arg("--config", &format!("profile.{table}.panic=\"{}\"", panic.word()));
        }
        if profile.emit.contains(&Emit::LlvmBc) {
            // One module of bitcode per package needs one unit of code generation.
            for name in &profile.packages {
                arg("--config", &format!("profile.{table}.package.\"{name}\".codegen-units=1"));
            }
        }
        if !profile.default_features {
            args.push("--no-default-features".into());
        }
        let flags = rustflags::flags(profile, env, config, remapped);
        args.extend(flags.args);
        Self { args, env: flags.env, target_dir: target_dir.to_path_buf() }
    }
}

/// What narrows a build to the targets that are wanted, where one option does.
fn targets(profile: &Profile, workspace: &Workspace) -> Option<&'static str> {
    let is_program = |kind: &ArtifactKind| *kind == ArtifactKind::Bin;
    if profile.artifacts.iter().all(is_program) {
        return Some("--bins");
    }
    let has_library = |requested: &Requested| !requested.makes.iter().all(is_program);
    let only_libraries = !profile.artifacts.iter().any(is_program);
    (only_libraries && workspace.requested.iter().all(has_library)).then_some("--lib")
}

/// The table in a manifest that holds the settings of a cargo profile.
fn cargo_profile_table(name: &str) -> &str {
    match name {
        "debug" => "dev",
        name => name,
    }
}

fn ended(status: ExitStatus, said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    match said.trim() {
        "" => format!("cargo ended with {status}"),
        said => format!("cargo ended with {status}\n{said}"),
    }
}
