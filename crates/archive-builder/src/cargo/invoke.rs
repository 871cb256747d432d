//! Starts cargo and reads its messages.
//!
//! cargo gets exactly the environment that was judged, its own target directory, and one invocation
//! for all packages. With `json-render-diagnostics` it shows progress and diagnostics on standard
//! error as it always does, and says on standard output what it made and what it found fresh.

#![expect(clippy::disallowed_methods, reason = "cargo is started here and nowhere else")]

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;

use freshness_core::Escaped;
use serde::Deserialize;

use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::error::{BuildError, Context};
use crate::orphans;
use crate::profile::{Emit, Profile};

use super::metadata::{Requested, Workspace};
use super::rustflags;

/// The versions of cargo whose `find_stale_file` (in its `fingerprint/mod.rs`) was read and tried: an
/// input is out of date if its time is after that of the unit's dep-info, or of the build script's output.
const KNOWN_VERSIONS: &[&str] = &["1.95"];

/// Where cargo's progress and diagnostics go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CargoOutput {
    /// To our own standard error, untouched.
    Inherit,
    /// Into the error, should the build fail.
    #[default]
    Capture,
}

/// cargo, ready to start.
#[derive(Debug)]
pub(crate) struct Cargo<'a> {
    program: PathBuf,
    env: &'a Environment,
    /// The directory it runs in.
    pub(crate) cwd: &'a Path,
    output: CargoOutput,
    spawned: Cell<u64>,
}

/// What cargo said of one target of one package.
#[derive(Debug, Deserialize)]
pub(crate) struct Artifact {
    pub(crate) package_id: String,
    pub(crate) target: Target,
    pub(crate) filenames: Vec<PathBuf>,
    pub(crate) fresh: bool,
}

/// A target of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) crate_types: Vec<String>,
    pub(crate) name: String,
}

/// What cargo said of a whole build.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    /// Each target that took part.
    pub(crate) artifacts: Vec<Artifact>,
    /// The ids of packages whose build script took part.
    pub(crate) build_scripts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact(Artifact),
    BuildScriptExecuted {
        package_id: String,
    },
    #[serde(other)]
    Other,
}

impl Messages {
    /// Whether a package took part in the build.
    pub(crate) fn mentions(&self, package_id: &str) -> bool {
        self.artifacts.iter().any(|a| a.package_id == package_id)
            || self.build_scripts.iter().any(|id| id == package_id)
    }

    /// What cargo said of the library that was asked for.
    pub(crate) fn library(&self, requested: &Requested) -> Option<&Artifact> {
        self.artifacts.iter().find(|a| {
            a.package_id == requested.id
                && a.target.name == requested.library
                && a.target.crate_types.iter().any(|t| t == "staticlib")
        })
    }
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
    ) -> Result<Self, BuildError> {
        let named = env.get("CARGO");
        let found = env.find_program(named.unwrap_or(OsStr::new("cargo")), cwd);
        let problem = match named {
            Some(named) => format!("CARGO names {}, which is not there", Escaped::os_str(named)),
            None => "it is not on PATH and CARGO is not set".into(),
        };
        let program = found.ok_or(BuildError::ProgramMissing { program: "cargo", problem })?;
        Ok(Self { program, env, cwd, output, spawned: Cell::new(0) })
    }

    /// How many processes were started.
    pub(crate) fn spawned(&self) -> u64 {
        self.spawned.get()
    }

    fn command(&self, args: &[String]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(self.cwd).stdin(Stdio::null());
        command.env_clear().envs(self.env.iter());
        command
    }

    /// Runs cargo to its end, keeping what it prints.
    ///
    /// # Errors
    /// It could not be started.
    pub(crate) fn run_captured(&self, args: &[String]) -> Result<Output, BuildError> {
        self.spawned.set(self.spawned.get() + 1);
        self.command(args).output().doing("start cargo", &self.program)
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
        command.args(args).current_dir(dir).stdin(Stdio::null());
        command.env_clear().envs(self.env.iter());
        self.spawned.set(self.spawned.get() + 1);
        let output = command.output().ok()?;
        output.status.success().then_some(output.stdout)
    }

    /// Builds the profile's packages into `target_dir`, in one invocation.
    ///
    /// # Errors
    /// cargo could not be started, was killed, or failed.
    pub(crate) fn build(&self, plan: &Plan) -> Result<Messages, BuildError> {
        let mut command = self.command(&plan.args);
        command.env_remove("CARGO_TARGET_DIR").env(orphans::BUILD_DIR, &plan.target_dir);
        command.envs(plan.env.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(match self.output {
            CargoOutput::Inherit => Stdio::inherit(),
            CargoOutput::Capture => Stdio::piped(),
        });
        self.spawned.set(self.spawned.get() + 1);
        let mut child = command.spawn().doing("start cargo", &self.program)?;
        let stderr = child.stderr.take().map(|pipe| thread::spawn(move || drain(pipe)));
        let stdout = child.stdout.take().map(read_messages);
        let status = child.wait().doing("wait for cargo", &self.program)?;
        let said = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();
        let failed = |problem| Err(BuildError::CargoFailed { path: self.cwd.into(), problem });
        match stdout {
            _ if !status.success() => failed(ended(status, &said)),
            Some(Ok(messages)) => Ok(messages),
            Some(Err(error)) => failed(format!("its messages cannot be read: {error}")),
            None => failed("it has no standard output".into()),
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
    /// The command that builds `profile` into `target_dir`.
    pub(crate) fn new(
        profile: &Profile,
        workspace: &Workspace,
        env: &Environment,
        config: &CargoConfig,
        target_dir: &Path,
    ) -> Self {
        let mut args: Vec<String> = vec!["build".into(), "--lib".into()];
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
        let flags = rustflags::flags(profile, env, config);
        args.extend(flags.args);
        Self { args, env: flags.env, target_dir: target_dir.to_path_buf() }
    }
}

/// The table in a manifest that holds the settings of a cargo profile.
fn cargo_profile_table(name: &str) -> &str {
    match name {
        "debug" => "dev",
        name => name,
    }
}

fn drain(mut pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before an error is still worth showing.
    let _ = pipe.read_to_end(&mut bytes);
    bytes
}

pub(crate) fn read_messages(stdout: impl Read) -> io::Result<Messages> {
    let mut messages = Messages::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line?;
        if !line.starts_with(b"{") {
            continue;
        }
        match serde_json::from_slice(&line)? {
            Message::CompilerArtifact(artifact) => messages.artifacts.push(artifact),
            Message::BuildScriptExecuted { package_id } => messages.build_scripts.push(package_id),
            Message::Other => {}
        }
    }
    Ok(messages)
}

fn ended(status: ExitStatus, said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    match said.trim() {
        "" => format!("cargo ended with {status}"),
        said => format!("cargo ended with {status}\n{said}"),
    }
}
