//! How long anything may take, and what is tried again.
//!
//! Three bounds hold for every call: the longest silence, the longest transfer, and the number of tries. What
//! timed out is not tried again, for it has cost its time already; what was refused is not either, for it would be
//! refused again.

use std::time::Duration;

use crate::trouble::Failure;

/// The bounds of every call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The longest time in which nothing comes or goes.
    pub(crate) silence: Duration,
    /// The longest time from the beginning of a call to its end, whatever is tried again.
    pub(crate) transfer: Duration,
    /// How often something is tried after it failed once.
    pub(crate) retries: u32,
    /// Who notices silence.
    pub(crate) watch: Watch,
}

/// Who notices that a service says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Each step of an operation is one answer of the service, and takes no longer than a silence may.
    Steps,
    /// The HTTP client, which sees bytes go out: a step may send a large part, slowly.
    Client,
}

/// The first wait before something is tried again; each is twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Pace {
    /// Does `step`, within the longest silence.
    pub(crate) async fn step<T, E: Into<Failure>>(
        &self,
        step: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        match self.watch {
            Watch::Client => step.await.map_err(Into::into),
            Watch::Steps => match tokio::time::timeout(self.silence, step).await {
                Ok(done) => done.map_err(Into::into),
                Err(_) => Err(Failure::silent(self.silence)),
            },
        }
    }

    /// Does `attempt`, again where it failed in a way that may pass.
    pub(crate) async fn persist<T>(
        &self,
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut wait = FIRST_WAIT;
        for _ in 0..self.retries {
            match attempt().await {
                Err(failure) if failure.may_pass => {}
                done => return done,
            }
            tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        attempt().await
    }

    /// Does all of `work`, within the longest transfer.
    pub(crate) async fn bound<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let done = tokio::time::timeout(self.transfer, work).await;
        done.unwrap_or_else(|_| Err(Failure::slow(self.transfer)))
    }
}

#[cfg(test)]
mod tests {
    use archive_builder::remote::storage::Trouble;

    use super::*;

    const PACE: Pace = Pace {
        silence: Duration::from_millis(20),
        transfer: Duration::from_secs(60),
        retries: 2,
        watch: Watch::Steps,
    };

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    fn failure(may_pass: bool) -> Failure {
        Failure { may_pass, ..Failure::new(Trouble::Answer, "no") }
    }

    #[test]
    fn what_may_pass_is_tried_again_and_no_more_often_than_said() {
        let mut tries = 0;
        let done: Result<(), _> = run(PACE.persist(async || {
            tries += 1;
            Err(failure(true))
        }));
        assert!(done.is_err());
        assert_eq!(tries, 3);
    }

    #[test]
    fn what_would_be_refused_again_is_tried_once() {
        let mut tries = 0;
        let done: Result<(), _> = run(PACE.persist(async || {
            tries += 1;
            Err(failure(false))
        }));
        assert!(done.is_err());
        assert_eq!(tries, 1);
    }

    #[test]
    fn what_passes_the_second_time_is_an_answer() {
        let mut tries = 0;
        let done = run(PACE.persist(async || {
            tries += 1;
            if tries == 1 { Err(failure(true)) } else { Ok(tries) }
        }));
        assert_eq!(done.unwrap(), 2);
    }

    #[test]
    fn silence_and_length_are_bounded() {
        let never = std::future::pending::<Result<(), Failure>>;
        assert_eq!(run(PACE.step(never())).unwrap_err().trouble, Trouble::TimedOut);
        let short = Pace { transfer: Duration::from_millis(20), ..PACE };
        assert_eq!(run(short.bound(never())).unwrap_err().trouble, Trouble::TimedOut);
    }
}
