//! Starts a command and waits for its end.
//!
//! It gets the environment and the directory that were recorded, our standard error, and an empty standard
//! input: what it read there would be an input that no one sees. It stays in our process group, so that a
//! terminal's Ctrl-C reaches it, and carries the mark by which it is known should we be killed first.

#![expect(clippy::disallowed_methods, reason = "commands are started here")]

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use freshness_core::Escaped;

use crate::cancel::Cancel;
use crate::error::{BuildError, Context};
use crate::orphans::Mark;
use crate::sys;

use super::{Job, JobRequest};

/// How long a command that was asked to end may take for it.
const GRACE: Duration = Duration::from_secs(2);

/// How soon it is looked whether a command has ended, and how often where it takes longer.
const FIRST_LOOK: Duration = Duration::from_micros(100);
const LOOK: Duration = Duration::from_millis(10);

/// Where a command's standard output goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommandStdout {
    /// To our own standard output.
    #[default]
    Inherit,
    /// To our own standard error, because our standard output is spoken for.
    ToStderr,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandEnd {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

impl CommandEnd {
    /// The status as a shell gives it: that of the command, or 128 and the number of the signal.
    #[must_use]
    pub fn status(self) -> u8 {
        let status = match self {
            CommandEnd::Exited(status) => status,
            CommandEnd::Killed(signal) => 128 + signal,
        };
        u8::try_from(status).unwrap_or(u8::MAX)
    }

    pub(super) fn is_success(self) -> bool {
        self == CommandEnd::Exited(0)
    }
}

impl From<ExitStatus> for CommandEnd {
    fn from(status: ExitStatus) -> Self {
        match status.code() {
            Some(code) => CommandEnd::Exited(code),
            None => CommandEnd::Killed(sys::signal_of(status).unwrap_or_default()),
        }
    }
}

/// The program that a command would start, as a shell would find it.
///
/// # Errors
/// There is none.
pub(super) fn find(job: &Job) -> Result<PathBuf, BuildError> {
    let missing = |problem: &str| BuildError::CommandMissing {
        program: job.program.clone(),
        problem: problem.into(),
    };
    let problem = match job.program.as_encoded_bytes().contains(&b'/') {
        true => "it is not there, or not executable",
        false => "it is not on PATH",
    };
    let found = (!job.program.is_empty())
        .then(|| job.environment.find_program(OsStr::new(&job.program), &job.directory));
    found.flatten().ok_or_else(|| missing(problem))
}

/// Runs the command to its end. Where the caller wishes that it end, it is asked to, and killed where it takes
/// its time.
///
/// # Errors
/// It could not be started; [`BuildError::CommandInterrupted`].
pub(super) fn run(
    request: &JobRequest<'_>,
    program: &Path,
    mark: &Mark,
) -> Result<CommandEnd, BuildError> {
    let job = request.job;
    let mut command = Command::new(program);
    sys::set_own_name(&mut command, &job.program).args(&job.args).current_dir(&job.directory);
    command.env_clear().envs(job.environment.iter()).env(mark.variable, &mark.value);
    command.stdin(Stdio::null()).stdout(match request.stdout {
        CommandStdout::Inherit => Stdio::inherit(),
        CommandStdout::ToStderr => Stdio::from(io::stderr()),
    });
    let mut child = command.spawn().map_err(|error| BuildError::CommandMissing {
        program: job.program.clone(),
        problem: format!("{}: {error}", Escaped::path(program)),
    })?;
    let status = wait(&mut child, request.cancel).doing("wait for", program)?;
    // A terminal's interrupt reaches it as well as us.
    request.go_on("while it ran")?;
    Ok(status.into())
}

fn wait(child: &mut Child, cancel: &Cancel) -> io::Result<ExitStatus> {
    let mut pause = FIRST_LOOK;
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        match asked {
            None if cancel.is_cancelled() => {
                sys::ask_to_end(child);
                asked = Some(Instant::now());
            }
            Some(since) if since.elapsed() > GRACE => {
                // Gone already is what was wanted.
                let _ = child.kill();
                return child.wait();
            }
            _ => {}
        }
        thread::sleep(pause);
        pause = (2 * pause).min(LOOK);
    }
}
