//! What came of a load run, in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// Counts over all clients, and what must not be.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs that ended by themselves.
    pub requests: usize,
    /// Of them, served by the storage.
    pub hits: usize,
    /// The storage had none.
    pub misses: usize,
    /// The storage failed, or gave what was refused.
    pub refused: usize,
    /// Served by what was there already.
    pub fresh: usize,
    /// Without an archive: nothing there can build, and the storage gave none.
    pub unserved: usize,
    /// Runs in which cargo made the archive.
    pub built: usize,
    /// Runs that put their archive into the storage.
    pub uploaded: usize,
    /// Runs that were killed.
    pub killed: usize,
    /// Clients that had what they wanted while the weather was bad.
    pub served: usize,
    /// Clients that had not.
    pub gave_up: usize,
    /// False answers: must be empty.
    pub wrong: Vec<String>,
    /// What was there and is no more: must be empty.
    pub lost: Vec<String>,
    /// From the first try of a client to its archive, in bad weather.
    pub times: Vec<Duration>,
    /// How long the bad weather lasted.
    pub storm: Duration,
    /// And all of it, with what was looked at afterwards.
    pub whole: Duration,
    /// Archives that were given out, by identity.
    pub digests: BTreeMap<usize, BTreeSet<String>>,
}

impl Tally {
    /// The time that so many of a hundred clients did not exceed.
    #[must_use]
    pub fn percentile(&self, of_100: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        times.get((times.len() * of_100 / 100).min(last)).copied().unwrap_or_default()
    }

    /// Identities of which there were different archives.
    #[must_use]
    pub fn ambiguous(&self) -> Vec<usize> {
        let several = self.digests.iter().filter(|(_, digests)| digests.len() > 1);
        several.map(|(identity, _)| *identity).collect()
    }

    /// Demands that nothing was false and nothing was lost.
    ///
    /// # Panics
    /// Something was.
    pub fn assert_nothing_false_or_lost(&self) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.lost.is_empty(), "{:#?}", self.lost);
        assert!(self.ambiguous().is_empty(), "{:?}", self.ambiguous());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let rows = [
            ("requests", self.requests.to_string()),
            ("hits", self.hits.to_string()),
            ("misses", self.misses.to_string()),
            ("refused or failed", self.refused.to_string()),
            ("fresh already", self.fresh.to_string()),
            ("no archive, said so", self.unserved.to_string()),
            ("built", self.built.to_string()),
            ("uploaded", self.uploaded.to_string()),
            ("killed", self.killed.to_string()),
            ("clients served in the storm", self.served.to_string()),
            ("clients that gave up until it was over", self.gave_up.to_string()),
            ("wrong", self.wrong.len().to_string()),
            ("lost", self.lost.len().to_string()),
            ("identities with more than one archive", self.ambiguous().len().to_string()),
            ("the storm", seconds(self.storm)),
            ("all of it", seconds(self.whole)),
            ("a client, half of them within", seconds(self.percentile(50))),
            ("a client, 99 of 100 within", seconds(self.percentile(99))),
        ];
        writeln!(f, "| | |\n| --- | --: |")?;
        rows.iter().try_for_each(|(what, number)| writeln!(f, "| {what} | {number} |"))
    }
}
