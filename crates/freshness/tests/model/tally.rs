//! What was tried, in numbers: a run that tried nothing proves nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

/// Counts; shared by all histories of a run.
#[derive(Debug, Default)]
pub struct Tally {
    steps: Cell<u64>,
    counts: RefCell<BTreeMap<String, u64>>,
}

impl Tally {
    pub fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    fn count(&self, what: impl Into<String>) {
        *self.counts.borrow_mut().entry(what.into()).or_default() += 1;
    }

    /// How often something happened.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.borrow().get(what).copied().unwrap_or(0)
    }

    pub fn verdict(&self, id: &str, is_fresh: bool) {
        self.count(format!("{id} {}", if is_fresh { "fresh" } else { "stale" }));
    }

    pub fn blind_spot(&self) {
        self.count("blind spot of mtime/newer-than");
    }

    pub fn culprits(&self) {
        self.count("culprits compared");
    }

    pub fn build(&self, built: bool) {
        self.count(if built { "builds" } else { "builds that reused" });
    }

    pub fn failed_build(&self) {
        self.count("builds that failed");
    }

    pub fn killed_build(&self) {
        self.count("builds that were killed");
    }

    pub fn extra_build(&self) {
        self.count("builds that needed one extra run");
    }

    pub fn apart(&self) {
        self.count("answers of another process");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "steps: {}", self.steps())?;
        for (what, count) in &*self.counts.borrow() {
            writeln!(f, "{what}: {count}")?;
        }
        Ok(())
    }
}
