//! One line at the bottom of a terminal that says how far something has come, and goes when that is over.
//!
//! Made for programs that start thousands of times and seldom have something to show: nothing here is loaded, opened
//! or begun before a line is shown, and no arithmetic of it needs the system's library of mathematics, which every
//! start would pay for. A line never wraps: what does not fit the terminal is cut.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use freshness_core::sys;

/// How often a line that moves by itself does so.
const TICK: Duration = Duration::from_millis(100);

/// What turns while nothing else moves.
const SPINNER: [char; 8] = ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇', '⠏', '⠟'];

/// Cells of a bar.
const CELLS: usize = 24;

/// Takes the line away.
const CLEAR: &[u8] = b"\r\x1b[2K";

/// Where a terminal does not tell how wide it is.
const USUAL_COLUMNS: usize = 80;

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// How much of how much is done; without it there is no bar.
    pub done: Option<(usize, usize)>,
    /// What is counted, behind the bar.
    pub count: String,
    /// What goes on, behind the time that it has taken.
    pub what: String,
}

/// Whether a line moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// Something turns, and the time is shown.
    Ticking,
    /// Only what it says changes it.
    Still,
}

/// A line on standard error; dropped, it is taken away.
#[derive(Debug)]
pub struct Bar(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    line: Mutex<Line>,
    over: Condvar,
}

#[derive(Debug)]
struct Line {
    words: Words,
    motion: Motion,
    since: Instant,
    is_over: bool,
}

impl Bar {
    /// Shows a line.
    #[must_use]
    pub fn show(words: Words, motion: Motion) -> Self {
        let line = Line { words, motion, since: Instant::now(), is_over: false };
        line.draw();
        let bar = Self(Arc::new(Shared { line: Mutex::new(line), over: Condvar::new() }));
        if motion == Motion::Ticking {
            let shared = Arc::clone(&bar.0);
            // Where there is no thread to be had, it moves with what it says.
            _ = thread::Builder::new().spawn(move || shared.tick());
        }
        bar
    }

    /// Changes what it says.
    pub fn say(&self, change: impl FnOnce(&mut Words)) {
        let mut line = self.0.line();
        change(&mut line.words);
        line.draw();
    }

    /// Prints something above it.
    pub fn above(&self, print: impl FnOnce()) {
        let line = self.0.line();
        write(CLEAR);
        print();
        line.draw();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let mut line = self.0.line();
        line.is_over = true;
        write(CLEAR);
        self.0.over.notify_all();
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let mut line = self.line();
        loop {
            let waited = self.over.wait_timeout(line, TICK);
            line = waited.unwrap_or_else(PoisonError::into_inner).0;
            if line.is_over {
                return;
            }
            line.draw();
        }
    }
}

impl Line {
    fn draw(&self) {
        let columns = sys::terminal_columns().unwrap_or(USUAL_COLUMNS);
        let text = text(&self.words, self.motion, self.since.elapsed());
        // In the last column some terminals begin another line.
        let text: String = text.chars().take(columns.saturating_sub(1)).collect();
        write(&[CLEAR, text.as_bytes()].concat());
    }
}

fn text(words: &Words, motion: Motion, elapsed: Duration) -> String {
    let turns = usize::try_from(elapsed.as_millis() / TICK.as_millis()).unwrap_or(0);
    let secs = elapsed.as_secs();
    let time = match secs / 60 {
        0 => format!("{secs}s"),
        minutes => format!("{minutes}m{:02}s", secs % 60),
    };
    let (spinner, time) = match motion {
        Motion::Ticking => (SPINNER[turns % SPINNER.len()].to_string(), time),
        Motion::Still => (String::new(), String::new()),
    };
    let bar = words.done.map(|(done, of)| cells(done, of)).unwrap_or_default();
    let parts = [spinner, bar, words.count.clone(), time, words.what.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn cells(done: usize, of: usize) -> String {
    let full = (done.min(of) * CELLS).checked_div(of).unwrap_or(0);
    let head = if full < CELLS { ">" } else { "" };
    format!("{}{head}{}", "=".repeat(full), " ".repeat(CELLS - full - head.len()))
}

/// Whoever closed it sees nothing.
fn write(bytes: &[u8]) {
    let mut out = io::stderr().lock();
    _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Whether a line would be seen: standard error is a terminal, and one that can take it away again; `term` is the
/// variable `TERM`.
#[must_use]
pub fn is_seen(term: Option<&std::ffi::OsStr>) -> bool {
    term.is_none_or(|term| term != "dumb") && io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_only_what_there_is_to_say() {
        let mut words = Words { what: "waiting".into(), ..Words::default() };
        assert_eq!(text(&words, Motion::Still, Duration::ZERO), "waiting");
        assert_eq!(text(&words, Motion::Ticking, Duration::from_secs(61)), "⠸ 1m01s waiting");
        words.done = Some((1, 2));
        words.count = "1 of 2".into();
        let expected = "============>            1 of 2 waiting";
        assert_eq!(text(&words, Motion::Still, Duration::ZERO), expected);
    }

    #[test]
    fn a_bar_is_as_long_as_any_other() {
        for (done, of) in [(0, 0), (0, 7), (3, 7), (7, 7), (9, 7)] {
            assert_eq!(cells(done, of).len(), CELLS, "{done} of {of}");
        }
        assert_eq!(cells(7, 7), "=".repeat(CELLS));
    }
}
