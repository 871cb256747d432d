//! What is put into a storage after the answer was given: each on a thread of its own, which nothing waits for
//! unless it is asked to.

use std::fmt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use archive_builder::remote::upload::{Upload, Uploaded};
use archive_builder::{BuildError, Cancel};

/// How often a wish to stop is looked for.
const GLANCE: Duration = Duration::from_millis(50);

/// What was begun and has not been asked for.
#[derive(Debug, Default)]
pub(crate) struct Uploads(Mutex<Vec<Running>>);

struct Running(Receiver<Result<Uploaded, BuildError>>);

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

impl Uploads {
    /// Begins to put what a build left to be put.
    pub(crate) fn start(&self, upload: &Arc<Upload>, cancel: &Cancel) {
        let (upload, cancel) = (Arc::clone(upload), cancel.clone());
        let (told, running) = mpsc::channel();
        // Where no thread is to be had, nothing is put: the end of the channel tells.
        let _ = thread::Builder::new().name("upload".into()).spawn(move || {
            let _ = told.send(upload.run(&cancel));
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Running(running));
    }

    /// What became of each, in the order in which they were begun; those that have not ended after `wait` go on
    /// for as long as the process does. Without it each is waited for, within the bounds of the storage.
    pub(crate) fn finish(
        &self,
        wait: Option<Duration>,
        cancel: &Cancel,
    ) -> Vec<Result<Uploaded, BuildError>> {
        let running = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let end = wait.and_then(|wait| Instant::now().checked_add(wait));
        running.iter().map(|running| running.result(end, cancel)).collect()
    }
}

impl Running {
    fn result(&self, end: Option<Instant>, cancel: &Cancel) -> Result<Uploaded, BuildError> {
        let not = |because: &str| Ok(Uploaded::Not { because: because.into() });
        loop {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            match self.0.recv_timeout(left.map_or(GLANCE, |left| left.min(GLANCE))) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => return not("its thread broke off"),
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    return not("it was interrupted");
                }
                Err(RecvTimeoutError::Timeout) if left == Some(Duration::ZERO) => {
                    return not("it had not ended by then");
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
