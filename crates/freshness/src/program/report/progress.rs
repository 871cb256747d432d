//! What a terminal shows while something takes long: a bar for cargo's packages, a bar for the inputs that are
//! read, a line for who is waited for. It goes when that is over, and nothing of it reaches a file.
//!
//! No bar, and no thread that moves one, is made before there is something to show: an answer that is there
//! at once costs a glance at the clock.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::store::Bytes;
use crate::bar::{self, Bar, Motion, Words};
use crate::{Escaped, Event, Expected};

/// Looking at inputs that is done before is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shows what goes on, on standard error.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    bar: Option<Bar>,
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

/// As much of a transfer as a bar can tell apart.
fn kibibytes(bytes: u64) -> usize {
    usize::try_from(bytes >> 10).unwrap_or(usize::MAX)
}

/// Whether anyone would see it.
pub(super) fn is_seen() -> bool {
    bar::is_seen(std::env::var_os("TERM").as_deref())
}

impl Progress {
    /// Shows what happens; says whether nothing more need be said of it.
    pub(super) fn event(&self, event: &Event<'_>) -> bool {
        match event {
            Event::Looking { done, of } => self.look(*done, *of),
            Event::WaitingForLock { holder } => {
                let what = format!("waiting for {}", Escaped::text(holder));
                return self.start(Words { what, ..Words::default() });
            }
            Event::CargoStarts { packages, .. } => {
                let building = Building { expected: Some(*packages), ..Building::default() };
                self.start(building.words(String::new()));
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
            bar.say(|words| words.what = status.to_owned());
        }
    }

    /// Prints something above what is shown.
    pub(super) fn above(&self, print: impl FnOnce()) {
        match &self.state().bar {
            Some(bar) => bar.above(print),
            None => print(),
        }
    }

    /// Takes away what is shown.
    pub(super) fn clear(&self) {
        self.state().bar = None;
    }

    /// Puts a bar in the place of what is shown; says whether there is someone to see it.
    fn start(&self, words: Words) -> bool {
        self.clear();
        let is_seen = is_seen();
        if is_seen {
            self.state().bar = Some(Bar::show(words, Motion::Ticking));
        }
        is_seen
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
        if is_new {
            self.start(share(done, of));
        } else if let Some(bar) = &self.state().bar {
            // What was done later may be told earlier.
            bar.say(|words| {
                if words.done < Some((done, of)) {
                    *words = share(done, of);
                }
            });
        }
    }

    /// Unlike a look, a transfer shows from its beginning: nothing else would tell why it takes long.
    fn fetch(&self, storage: &str, done: u64, of: u64) {
        let words = || Words {
            done: Some((kibibytes(done), kibibytes(of))),
            count: format!("{} of {}", Bytes(done), Bytes(of)),
            what: format!("from {}", Escaped::text(storage)),
        };
        if done == 0 || self.state().bar.is_none() {
            self.start(words());
        } else if let Some(bar) = &self.state().bar {
            bar.say(|said| *said = words());
        }
    }

    fn made(&self, package_id: &str) {
        let mut state = self.state();
        state.building.packages.insert(package_id.to_owned());
        if let Some(bar) = &state.bar {
            bar.say(|words| *words = state.building.words(std::mem::take(&mut words.what)));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Building {
    /// What is said of it while cargo is at `what`.
    fn words(&self, what: String) -> Words {
        Words { done: Some((self.packages.len(), self.length())), count: self.count(), what }
    }

    /// How many packages there are, as far as is known by now.
    fn length(&self) -> usize {
        let expected = match self.expected {
            Some(Expected::About(packages) | Expected::AtMost(packages)) => packages,
            None => 0,
        };
        expected.max(self.packages.len())
    }

    fn count(&self) -> String {
        let (done, of) = (self.packages.len(), self.length());
        match self.expected {
            Some(Expected::AtMost(_)) => format!("{done} of at most {of} packages"),
            _ => format!("{done} of {of} packages"),
        }
    }
}

/// How much of the inputs was looked at.
fn share(done: usize, of: usize) -> Words {
    let percent = (done * 100).checked_div(of).unwrap_or(100);
    let count = format!("{percent}% of the inputs");
    Words { done: Some((done, of)), count, what: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_counted_once_and_never_beyond_their_number() {
        let mut building = Building { expected: Some(Expected::About(2)), ..Building::default() };
        assert_eq!(building.count(), "0 of 2 packages");
        for id in ["a", "b", "a", "c"] {
            building.packages.insert(id.into());
        }
        assert_eq!(building.count(), "3 of 3 packages");
        building.expected = Some(Expected::AtMost(9));
        assert_eq!(building.count(), "3 of at most 9 packages");
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
