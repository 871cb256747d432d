//! One process that was started for a build: what it says, bounded, until it ends or is to end.
//!
//! Standard output is read by a thread of its own, so that whoever waits can look at the caller's wish to
//! stop meanwhile. Then the process is killed and no one waits for what it says: what it started may hold
//! its pipes, and is ended by whoever holds the lock (see [`crate::orphans`]).

use std::io::{self, BufRead, BufReader, Read};
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

/// What a process says while it goes on.
#[derive(Debug)]
pub(crate) enum News {
    /// A line of standard error, without its end.
    Line(Vec<u8>),
    /// cargo made a target of a package, or found it fresh.
    Made {
        /// cargo's id of the package.
        package_id: String,
        /// Whether there was nothing to do.
        is_fresh: bool,
    },
}

/// What becomes of the lines of standard error, where that is a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// They are kept.
    Kept,
    /// They are told, and not kept.
    Told,
}

/// Who hears of what a process says while it goes on: on the thread that waits for it.
pub(crate) struct Audience<'a> {
    pub(crate) lines: Lines,
    pub(crate) tell: &'a mut dyn FnMut(News),
}

/// What comes from the threads that read.
enum Word<T> {
    News(News),
    /// What standard output gave.
    End(T),
}

/// Runs a command to its end; `read` takes what it says on standard output, and `is_enough` says of the result
/// whether the rest is not worth waiting for. Standard error goes where the command sends it, and is kept
/// or told where that is a pipe.
///
/// # Errors
/// It cannot be started; [`BuildError::Interrupted`].
pub(crate) fn run<T: Send + 'static>(
    mut command: Command,
    (cancel, workspace): (&Cancel, &Path),
    read: impl FnOnce(ChildStdout, &dyn Fn(News)) -> T + Send + 'static,
    is_enough: impl FnOnce(&T) -> bool,
    Audience { lines, tell }: Audience<'_>,
) -> Result<Said<T>, BuildError> {
    let program = command.get_program().to_owned();
    let program = Path::new(&program);
    let mut child = command.stdout(Stdio::piped()).spawn().doing("start cargo", program)?;
    let (sender, said) = mpsc::channel();
    let teller = (lines == Lines::Told).then(|| sender.clone());
    let hear = |pipe| match teller {
        // Who no longer listens wants no more.
        Some(teller) => tell_lines(pipe, |line| _ = teller.send(Word::News(News::Line(line)))),
        None => tail(pipe),
    };
    let stderr = child.stderr.take().map(|pipe| thread::spawn(move || hear(pipe)));
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let end = read(stdout, &|news| _ = sender.send(Word::News(news)));
            sender.send(Word::End(end))
        });
    }
    let stdout = loop {
        match said.recv_timeout(LOOK) {
            Ok(Word::End(stdout)) => break stdout,
            Ok(Word::News(news)) => tell(news),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let error = io::Error::other("its standard output cannot be read");
                return Err(error).doing("run cargo", program);
            }
        }
        if cancel.is_cancelled() {
            // Gone already is what was wanted.
            let _ = child.kill();
            child.wait().doing("wait for cargo", program)?;
            return Err(interrupted(workspace));
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
    for word in said.try_iter() {
        if let Word::News(news) = word {
            tell(news);
        }
    }
    Ok(Said { status, stdout, stderr: stderr.unwrap_or_default() })
}

const STAGE: &str = "while cargo ran";

fn interrupted(workspace: &Path) -> BuildError {
    BuildError::Interrupted { path: workspace.to_path_buf(), stage: STAGE }
}

/// Tells every line that a pipe gives, and keeps none. One beyond all measure is told in pieces.
fn tell_lines(pipe: impl Read, tell: impl Fn(Vec<u8>)) -> Vec<u8> {
    let mut pipe = BufReader::new(pipe);
    loop {
        let mut line = Vec::new();
        let read = (&mut pipe).take(MAX_STDERR_BYTES as u64).read_until(b'\n', &mut line);
        // An error ends what can be told; whether cargo succeeded, its exit status says.
        if !matches!(read, Ok(1..)) {
            return Vec::new();
        }
        let end = [b"\r\n".as_slice(), b"\n"].into_iter().find(|end| line.ends_with(end));
        line.truncate(line.len() - end.map_or(0, <[u8]>::len));
        tell(line);
    }
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
    fn lines_are_told_without_their_ends_and_the_last_also_where_it_has_none() {
        let told = std::cell::RefCell::new(Vec::new());
        tell_lines(&b"one\r\n\ntwo\nthree"[..], |line| told.borrow_mut().push(line));
        assert_eq!(told.into_inner(), [&b"one"[..], b"", b"two", b"three"]);
    }

    #[test]
    fn of_much_that_is_said_the_end_is_kept() {
        let much = io::repeat(b'x').take(50_000_000).chain(&b"the end"[..]);
        let kept = tail(much);
        assert!(kept.len() < 2 * MAX_STDERR_BYTES + 100);
        assert!(kept.starts_with(b"(4") && kept.ends_with(b"xthe end"));
        assert_eq!(tail(&b"little"[..]), b"little");
    }
}
