//! A bar on the terminal, for compiles that take long enough to wonder.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use freshness::bar::{self, Bar as Line, Motion, Words};

use crate::outcome::Progress;

/// A compile that is done before is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(400);

/// Drawn on standard error, and only where that is a terminal.
pub(super) struct Bar {
    begun: Instant,
    is_wanted: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: usize,
    of: usize,
    what: String,
    line: Option<Line>,
}

impl Bar {
    pub(super) fn new(is_text: bool) -> Self {
        let is_wanted = is_text && bar::is_seen(std::env::var_os("TERM").as_deref());
        Self { begun: Instant::now(), is_wanted, state: Mutex::default() }
    }

    /// Shows what goes on, once that takes long.
    pub(super) fn show(&self, progress: Progress) {
        if !self.is_wanted {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Generating(modules) => state.of = modules,
            Progress::Generated => state.done += 1,
            Progress::Linking => state.what = "linking".to_owned(),
            Progress::Done => return state.line = None,
            Progress::Read => return,
        }
        let words = state.words();
        match &state.line {
            Some(line) => line.say(|shown| *shown = words),
            None if self.begun.elapsed() > PATIENCE => {
                state.line = Some(Line::show(words, Motion::Still));
            }
            None => {}
        }
    }
}

impl State {
    fn words(&self) -> Words {
        let count = format!("{}/{} modules", self.done, self.of);
        Words { done: Some((self.done, self.of)), count, what: self.what.clone() }
    }
}
