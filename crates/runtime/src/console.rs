//! `console.log`: whole lines, collected and written to standard output in large pieces.
//!
//! One `write` a line would dominate small programs. The cost is that output appears late and that a
//! program which ends without [`flush`] (a crash, C's `_exit`) loses up to [`WRITE_AT_BYTES`] of it, so
//! the exit function flushes. The buffer is ours, not C's `stdio`: a program that mixes both must flush
//! between them.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A buffer this full is written out: large enough to make system calls rare, small enough for a cache.
const WRITE_AT_BYTES: usize = 8 * 1024;

static CONSOLE: Mutex<Console> = Mutex::new(Console { pending: Vec::new(), lost: false });

struct Console {
    pending: Vec<u8>,
    /// A write failed and its text is gone. `log_line` has nobody to tell, so the next flush tells.
    lost: bool,
}

/// Standard output did not take everything that was logged.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutputLost;

pub(crate) fn log_line(text: &str) {
    let mut console = lock();
    console.add_line(text);
    if console.pending.len() >= WRITE_AT_BYTES {
        console.write_to(&mut io::stdout());
    }
}

/// Writes what is pending; fails if any text since the last flush could not be written.
pub(crate) fn flush() -> Result<(), OutputLost> {
    lock().flush_to(&mut io::stdout())
}

impl Console {
    fn add_line(&mut self, text: &str) {
        self.pending.extend_from_slice(text.as_bytes());
        self.pending.push(b'\n');
    }

    /// Drops what could not be written: keeping it would grow without bound behind a closed pipe.
    fn write_to(&mut self, out: &mut impl Write) {
        let written = out.write_all(&self.pending).and_then(|()| out.flush());
        self.lost |= written.is_err();
        self.pending.clear();
    }

    fn flush_to(&mut self, out: &mut impl Write) -> Result<(), OutputLost> {
        self.write_to(out);
        if std::mem::take(&mut self.lost) { Err(OutputLost) } else { Ok(()) }
    }
}

/// A thread that died while logging left at worst a partial line; that is no reason to lose the rest.
fn lock() -> MutexGuard<'static, Console> {
    CONSOLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Console, OutputLost};

    fn console() -> Console {
        Console { pending: Vec::new(), lost: false }
    }

    #[test]
    fn lines_are_held_until_flushed_and_written_once() {
        let (mut console, mut out) = (console(), Vec::new());
        console.add_line("one");
        console.add_line("");
        console.add_line("two");
        assert_eq!(console.flush_to(&mut out), Ok(()));
        assert_eq!(console.flush_to(&mut out), Ok(()));
        assert_eq!(out, b"one\n\ntwo\n");
    }

    #[test]
    fn lost_output_is_reported_by_one_flush_and_not_kept() {
        let mut console = console();
        let mut full_disk: &mut [u8] = &mut [0; 2];
        console.add_line("too long");
        console.write_to(&mut full_disk);
        assert_eq!(console.flush_to(&mut Vec::new()), Err(OutputLost));
        assert_eq!(console.flush_to(&mut Vec::new()), Ok(()));
    }
}
