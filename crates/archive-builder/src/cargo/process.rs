//! One process that was started for a build: what it says, bounded, until it ends or is to end.
//!
//! Standard output is read by a thread of its own, so that whoever waits can look at the caller's wish to
//! stop meanwhile. Then the process is killed and no one waits for what it says: what it started may hold
//! its pipes, and is ended by whoever holds the lock (see [`crate::orphans`]).

use std::io::{self, Read};
use std::path::Path;
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::error::{BuildError, Context};

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(10);

/// How much is kept of the end of what a process says on standard error.
const MAX_STDERR_BYTES: usize = 1 << 20;

/// What a process said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said<T> {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: T,
    pub(crate) stderr: Vec<u8>,
}

/// Runs a command to its end; `read` takes what it says on standard output, and `is_enough` says of the result
/// whether the rest is not worth waiting for. Standard error goes where the command sends it, and is kept
/// where that is a pipe.
///
/// # Errors
/// It cannot be started; [`BuildError::Interrupted`].
pub(crate) fn run<T: Send + 'static>(
    mut command: Command,
    (cancel, workspace): (&Cancel, &Path),
    read: impl FnOnce(ChildStdout) -> T + Send + 'static,
    is_enough: impl FnOnce(&T) -> bool,
) -> Result<Said<T>, BuildError> {
    let program = command.get_program().to_owned();
    let program = Path::new(&program);
    let mut child = command.stdout(Stdio::piped()).spawn().doing("start cargo", program)?;
    let stderr = child.stderr.take().map(|pipe| thread::spawn(move || tail(pipe)));
    let (sender, said) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || sender.send(read(stdout)));
    }
    let stdout = loop {
        match said.recv_timeout(LOOK) {
            Ok(stdout) => break stdout,
            Err(RecvTimeoutError::Timeout) if !cancel.is_cancelled() => {}
            Err(RecvTimeoutError::Timeout) => {
                // Gone already is what was wanted.
                let _ = child.kill();
                child.wait().doing("wait for cargo", program)?;
                return Err(interrupted(workspace));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let error = io::Error::other("its standard output cannot be read");
                return Err(error).doing("run cargo", program);
            }
        }
    };
    let is_enough = is_enough(&stdout);
    if is_enough {
        let _ = child.kill();
    }
    let status = child.wait().doing("wait for cargo", program)?;
    // A terminal's interrupt reaches it as well as us.
    cancel.check(workspace, STAGE)?;
    let stderr = stderr.filter(|_| !is_enough).and_then(|thread| thread.join().ok());
    Ok(Said { status, stdout, stderr: stderr.unwrap_or_default() })
}

const STAGE: &str = "while cargo ran";

fn interrupted(workspace: &Path) -> BuildError {
    BuildError::Interrupted { path: workspace.to_path_buf(), stage: STAGE }
}

/// The end of what a pipe gives.
fn tail(mut pipe: impl Read) -> Vec<u8> {
    let (mut kept, mut left_out) = (Vec::new(), 0);
    let mut buffer = [0; 8192];
    // What was read before an error is still worth showing.
    while let Ok(length @ 1..) = pipe.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..length]);
        if kept.len() > 2 * MAX_STDERR_BYTES {
            left_out += kept.drain(..kept.len() - MAX_STDERR_BYTES).len();
        }
    }
    if left_out == 0 {
        return kept;
    }
    let mut shown = format!("({left_out} bytes before this are left out)\n").into_bytes();
    shown.append(&mut kept);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_much_that_is_said_the_end_is_kept() {
        let much = io::repeat(b'x').take(50_000_000).chain(&b"the end"[..]);
        let kept = tail(much);
        assert!(kept.len() < 2 * MAX_STDERR_BYTES + 100);
        assert!(kept.starts_with(b"(4") && kept.ends_with(b"xthe end"));
        assert_eq!(tail(&b"little"[..]), b"little");
    }
}
