//! What remains once the answer is known: putting what was built into the shared storage.

use std::process::ExitCode;
use std::time::Duration;

use super::cli::{Action, Command, Format};
use super::report::{Answer, Notes, Report};
use crate::facade::Freshness;
use crate::remote::Uploaded;

/// What remains of a build, and for how long the program stays for it.
pub(super) struct Rest<'a> {
    freshness: &'a Freshness,
    notes: &'a Notes,
    /// Without one, for as long as it takes.
    wait: Option<Duration>,
    /// Whether the answer says what became of it.
    is_told: bool,
}

impl<'a> Rest<'a> {
    pub(super) fn new(freshness: &'a Freshness, notes: &'a Notes, command: &Command) -> Self {
        let waits = matches!(command.action, Action::Build { wait_upload: true, .. });
        let remote = freshness.config().remote.as_ref().filter(|_| !waits);
        let is_told = waits && command.options.format == Format::Json;
        Self { freshness, notes, wait: remote.map(|remote| remote.upload_wait), is_told }
    }

    /// Answers, and sees to what remains: before the answer only where that tells of it. Gives the exit status.
    pub(super) fn answer(&self, report: &Report<'_>, mut answer: Answer) -> ExitCode {
        if self.is_told {
            answer.uploaded = Some(self.finish());
            return report.answer(&answer);
        }
        let status = report.answer(&answer);
        self.finish();
        status
    }

    /// Waits, and says what became of it; whether there was something, and all of it is there.
    fn finish(&self) -> bool {
        let results = self.freshness.finish_uploads(self.wait);
        for result in &results {
            self.notes.uploaded(result);
        }
        let is_there = |uploaded: &Uploaded| !matches!(uploaded, Uploaded::Not { .. });
        !results.is_empty() && results.iter().all(|result| result.as_ref().is_ok_and(is_there))
    }
}
