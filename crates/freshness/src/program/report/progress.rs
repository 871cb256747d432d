//! What a terminal shows while something takes long: a bar for cargo's packages, a bar for the inputs that are
//! read, a line for who is waited for. It goes when that is over, and nothing of it reaches a file.
//!
//! No bar, and no thread that moves one, is made before there is something to show: an answer that is there
//! at once costs a glance at the clock.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{Escaped, Event, Expected};

/// Looking at inputs that is done before is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often a bar moves by itself.
const TICK: Duration = Duration::from_millis(100);

const BUILDING: &str = "{spinner} {bar:24} {prefix} {elapsed} {wide_msg}";
const READING: &str = "{spinner} {bar:24} {percent}% of the inputs {elapsed}";
const FETCHING: &str =
    "{spinner} {bar:24} {binary_bytes} of {binary_total_bytes} {elapsed} {wide_msg}";
const WAITING: &str = "{spinner} {elapsed} {wide_msg}";

/// Shows what goes on, on standard error.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    bar: Option<ProgressBar>,
    /// When the look that goes on began.
    looking: Option<Instant>,
    building: Building,
}

/// How far cargo has come.
#[derive(Debug, Default)]
struct Building {
    /// The packages that it spoke of.
    packages: BTreeSet<String>,
    expected: Option<Expected>,
}

/// Whether anyone would see it.
pub(super) fn is_seen() -> bool {
    io::stderr().is_terminal() && !ProgressDrawTarget::stderr().is_hidden()
}

impl Progress {
    /// Shows what happens; says whether nothing more need be said of it.
    pub(super) fn event(&self, event: &Event<'_>) -> bool {
        match event {
            Event::Looking { done, of } => self.look(*done, *of),
            Event::WaitingForLock { holder } => {
                return self.start(WAITING, |bar| {
                    bar.set_message(format!("waiting for {}", Escaped::text(holder)));
                });
            }
            Event::CargoStarts { packages, .. } => {
                let building = Building { expected: Some(*packages), ..Building::default() };
                self.start(BUILDING, |bar| building.show(bar));
                self.state().building = building;
            }
            Event::CargoMade { package_id, .. } => self.made(package_id),
            Event::Fetching { storage, done, of } => self.fetch(storage, *done, *of),
            Event::LockTaken | Event::Fetched { .. } | Event::CargoEnds => self.clear(),
            _ => {}
        }
        false
    }

    /// Shows what cargo says it is at.
    pub(super) fn says(&self, status: &str) {
        if let Some(bar) = &self.state().bar {
            bar.set_message(status.to_owned());
        }
    }

    /// Prints something above what is shown.
    pub(super) fn above(&self, print: impl FnOnce()) {
        let bar = self.state().bar.clone();
        match bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes away what is shown.
    pub(super) fn clear(&self) {
        let bar = self.state().bar.take();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
    }

    /// Puts a bar in the place of what is shown; says whether there is someone to see it.
    fn start(&self, template: &str, fill: impl FnOnce(&ProgressBar)) -> bool {
        self.clear();
        if !is_seen() {
            return false;
        }
        let bar = bar(template);
        fill(&bar);
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
        self.state().bar = Some(bar);
        true
    }

    fn look(&self, done: usize, of: usize) {
        if done == of {
            self.state().looking = None;
            return self.clear();
        }
        let (is_long, is_new) = {
            let mut state = self.state();
            if done == 0 {
                state.looking = Some(Instant::now());
            }
            // What is told late belongs to a look that is over.
            let is_long = state.looking.is_some_and(|since| since.elapsed() >= PATIENCE);
            (is_long, state.bar.is_none())
        };
        if !is_long {
            return;
        }
        let show = |bar: &ProgressBar| {
            bar.set_length(of as u64);
            bar.set_position(bar.position().max(done as u64));
        };
        if is_new {
            self.start(READING, show);
        } else if let Some(bar) = &self.state().bar {
            show(bar);
        }
    }

    /// Unlike a look, a transfer shows from its beginning: nothing else would tell why it takes long.
    fn fetch(&self, storage: &str, done: u64, of: u64) {
        if done == 0 || self.state().bar.is_none() {
            self.start(FETCHING, |bar| bar.set_message(format!("from {}", Escaped::text(storage))));
        }
        if let Some(bar) = &self.state().bar {
            bar.set_length(of);
            bar.set_position(done);
        }
    }

    fn made(&self, package_id: &str) {
        let mut state = self.state();
        state.building.packages.insert(package_id.to_owned());
        if let Some(bar) = &state.bar {
            state.building.show(bar);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Building {
    fn show(&self, bar: &ProgressBar) {
        let done = self.packages.len();
        bar.set_length(self.length() as u64);
        bar.set_position(done as u64);
        bar.set_prefix(self.words());
    }

    /// How many packages there are, as far as is known by now.
    fn length(&self) -> usize {
        let expected = match self.expected {
            Some(Expected::About(packages) | Expected::AtMost(packages)) => packages,
            None => 0,
        };
        expected.max(self.packages.len())
    }

    fn words(&self) -> String {
        let (done, of) = (self.packages.len(), self.length());
        match self.expected {
            Some(Expected::AtMost(_)) => format!("{done} of at most {of} packages"),
            _ => format!("{done} of {of} packages"),
        }
    }
}

/// A bar that no one sees yet.
fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template(template);
    style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("=> ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_counted_once_and_never_beyond_their_number() {
        let mut building = Building { expected: Some(Expected::About(2)), ..Building::default() };
        assert_eq!(building.words(), "0 of 2 packages");
        for id in ["a", "b", "a", "c"] {
            building.packages.insert(id.into());
        }
        assert_eq!(building.words(), "3 of 3 packages");
        building.expected = Some(Expected::AtMost(9));
        assert_eq!(building.words(), "3 of at most 9 packages");
    }

    #[test]
    fn every_template_is_understood() {
        for template in [BUILDING, READING, FETCHING, WAITING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_look_that_is_done_soon_makes_no_bar() {
        let progress = Progress::default();
        progress.look(0, 3);
        progress.look(2, 3);
        assert!(progress.state().looking.is_some() && progress.state().bar.is_none());
        progress.look(3, 3);
        progress.look(1, 3);
        assert!(progress.state().looking.is_none());
    }
}
