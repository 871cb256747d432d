//! Whole processes, timed from being started to being gone, one contender after the other in rounds.
//!
//! Two numbers are compared only where they were measured in turns: what disturbs the machine then
//! disturbs both. Times are of the whole process because that is what one waits for.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Variables that cargo sets for what it runs, and that would make others behave unlike in a shell.
const OF_CARGO: [&str; 5] =
    ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_TARGET_DIR", "RUSTUP_TOOLCHAIN"];

/// One of those who are measured against each other.
pub struct Contender<'s> {
    name: String,
    command: Box<dyn Fn() -> Command + 's>,
    prepare: Box<dyn FnMut() -> Result<()> + 's>,
    exit: i32,
    /// Rounds that it takes part in, where they are limited.
    rounds: Option<usize>,
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'s> Contender<'s> {
    /// One that needs nothing to be done before it and succeeds.
    pub fn new(name: impl Into<String>, command: impl Fn() -> Command + 's) -> Self {
        let prepare = Box::new(|| Ok(()));
        Self { name: name.into(), command: Box::new(command), prepare, exit: 0, rounds: None }
    }

    /// Does this before each run; it is not timed.
    #[must_use]
    pub fn after(mut self, prepare: impl FnMut() -> Result<()> + 's) -> Self {
        self.prepare = Box::new(prepare);
        self
    }

    /// Another exit status is right.
    #[must_use]
    pub fn exits(mut self, exit: i32) -> Self {
        self.exit = exit;
        self
    }

    /// Takes so long that it is not warmed up, and takes part in the first rounds only.
    #[must_use]
    pub fn slow(mut self, rounds: usize) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// Runs once and looks at what it says.
    fn try_out(&mut self) -> Result<()> {
        (self.prepare)()?;
        let output = command(&self.command).stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().take(3).collect::<Vec<_>>().join(" / ");
        ensure!(output.status.code() == Some(self.exit), "{}: {said}", output.status);
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        (self.prepare)()?;
        let mut command = command(&self.command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let status = command.status().context("cannot be started")?;
        let took = start.elapsed();
        ensure!(status.code() == Some(self.exit), "{status}");
        Ok(took)
    }
}

fn command(make: &dyn Fn() -> Command) -> Command {
    as_in_a_shell(make())
}

fn as_in_a_shell(mut command: Command) -> Command {
    for name in OF_CARGO {
        command.env_remove(name);
    }
    command
}

/// How often.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Rounds go on until they took this long.
    pub budget: Duration,
    /// But there are at least so many.
    pub at_least: usize,
    /// And at most so many.
    pub at_most: usize,
    /// Whether each runs once before, untimed: not where caches are to be cold.
    pub warm: bool,
}

/// What came of one contender.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Its times, or why there are none.
    pub times: Result<Times, String>,
}

/// Times of one contender, in order of length; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Times in any order.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn new(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "who was run has a time");
        times.sort_unstable();
        Self(times)
    }

    /// The one in the middle; of two, the mean.
    #[must_use]
    pub fn median(&self) -> Duration {
        let middle = self.0.len() / 2;
        match self.0.len() % 2 {
            1 => self.0[middle],
            _ => (self.0[middle - 1] + self.0[middle]) / 2,
        }
    }

    /// The shortest.
    #[must_use]
    pub fn min(&self) -> Duration {
        self.0[0]
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.0[self.0.len() - 1]
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Runs them in turns. One that fails drops out, and the others go on.
pub fn contest(mut contenders: Vec<Contender<'_>>, plan: Plan) -> Vec<Outcome> {
    let mut times: Vec<Result<Vec<Duration>, String>> = contenders
        .iter_mut()
        .map(|contender| match plan.warm && contender.rounds.is_none() {
            true => contender.try_out().map(|()| Vec::new()).map_err(|error| format!("{error:#}")),
            false => Ok(Vec::new()),
        })
        .collect();
    let start = Instant::now();
    for round in 0..plan.at_most {
        if round >= plan.at_least && start.elapsed() >= plan.budget {
            break;
        }
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let Ok(so_far) = times else { continue };
            if contender.rounds.is_some_and(|rounds| so_far.len() >= rounds) {
                continue;
            }
            match contender.run() {
                Ok(took) => so_far.push(took),
                Err(error) => *times = Err(format!("{error:#}")),
            }
        }
    }
    let outcome = |(contender, times): (Contender<'_>, Result<Vec<_>, String>)| Outcome {
        name: contender.name,
        times: times.map(Times::new),
    };
    contenders.into_iter().zip(times).map(outcome).collect()
}

/// The times of the contender of this name, if it was there and came through.
#[must_use]
pub fn times_of<'o>(outcomes: &'o [Outcome], name: &str) -> Option<&'o Times> {
    outcomes.iter().find(|outcome| outcome.name == name)?.times.as_ref().ok()
}

/// The median of one over the median of another.
#[must_use]
pub fn ratio(outcomes: &[Outcome], of: &str, to: &str) -> Option<f64> {
    let median = |name| Some(times_of(outcomes, name)?.median().as_secs_f64());
    Some(median(of)? / median(to)?)
}

/// Runs a command to its end as the contenders are run; gives what it wrote to standard output.
///
/// # Errors
/// It cannot be started, or its exit status is not `exit`.
pub fn perform(command: Command, exit: i32) -> Result<String> {
    let mut command = as_in_a_shell(command);
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {shown}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().take(4).collect::<Vec<_>>();
    let said = last.into_iter().rev().collect::<Vec<_>>().join(" / ");
    ensure!(output.status.code() == Some(exit), "{shown}: {}: {said}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what is timed are programs")]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const PLAN: Plan = Plan { budget: Duration::ZERO, at_least: 2, at_most: 2, warm: true };

    #[test]
    fn contenders_take_turns_after_each_was_warmed_up() {
        let order = RefCell::new(String::new());
        let contender = |name: &'static str| {
            let note = || {
                order.borrow_mut().push_str(name);
                Ok(())
            };
            Contender::new(name, || Command::new("true")).after(note)
        };
        let found = contest(vec![contender("a"), contender("b"), contender("c").slow(1)], PLAN);
        assert_eq!(*order.borrow(), "ababcab");
        let counts: Vec<_> = found.iter().map(|o| o.times.as_ref().unwrap().count()).collect();
        assert_eq!(counts, [2, 2, 1]);
        assert!(ratio(&found, "a", "b").unwrap() > 0.0);
    }

    #[test]
    fn one_that_fails_drops_out_and_says_why() {
        let fails = Contender::new("fails", || Command::new("false"));
        let absent = Contender::new("absent", || Command::new("/nonexistent"));
        let stale = Contender::new("stale", || Command::new("false")).exits(1);
        let found = contest(vec![fails, absent, stale], PLAN);
        assert_eq!(found[0].times, Err("exit status: 1: ".into()));
        assert!(found[1].times.is_err() && found[2].times.is_ok());
        assert_eq!(ratio(&found, "stale", "fails"), None);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let of = |millis: &[u64]| {
            Times::new(millis.iter().map(|ms| Duration::from_millis(*ms)).collect())
        };
        assert_eq!(of(&[9, 1, 2]).median(), Duration::from_millis(2));
        assert_eq!(of(&[4, 1, 2, 9]).median(), Duration::from_millis(3));
    }
}
