//! What is asked of the storage itself, beside a build: how it stands, one's own archives to and fro, room; and what
//! a build leaves to be put there.

use std::time::Duration;

use archive_builder::gc::DryRun;
use archive_builder::remote::prune::{Limits, Pruned, prune};
use archive_builder::remote::status::{Status, status};
use archive_builder::remote::upload::{Uploaded, upload};
use archive_builder::remote::{Remote, fetch};
use archive_builder::{BuildError, Outcome};

use crate::config::ConfigError;
use crate::facade::{Error, Freshness};

impl Freshness {
    /// How the storage stands, and what it has for a profile as its inputs are. That it cannot be reached is part
    /// of the answer.
    ///
    /// # Errors
    /// No storage; an unknown profile; inputs that cannot be told.
    pub fn storage_status(&self, profile: &str) -> Result<Status, Error> {
        self.needs_storage()?;
        self.asked(profile, status)
    }

    /// Current archives of a profile as [`Freshness::build`] gives them, but never those of cargo: where the storage
    /// has none either there are none, and the outcome says why.
    ///
    /// # Errors
    /// No storage; an unknown profile; whatever keeps archives from being published here.
    pub fn fetch(&self, profile: &str) -> Result<Outcome, Error> {
        self.needs_storage()?;
        self.asked(profile, fetch::fetch)
    }

    /// Puts the archives of a profile, which are fresh here, into the storage, and waits for it.
    ///
    /// # Errors
    /// No storage; an unknown profile; archives that are stale; the storage's.
    pub fn put(&self, profile: &str) -> Result<Uploaded, Error> {
        self.needs_storage()?;
        let upload = self.asked(profile, upload)?;
        Ok(upload.run(&self.cancel)?)
    }

    /// Removes from the own namespace of the storage what no one needs, and what `limits` ask for.
    ///
    /// # Errors
    /// No storage, or one that cannot list; the storage's.
    pub fn prune_storage(&self, limits: Limits, dry_run: DryRun) -> Result<Pruned, Error> {
        let pruned = prune(self.needs_storage()?, limits, dry_run);
        Ok(pruned.map_err(BuildError::from)?)
    }

    /// Begins to put what this build left to be put, where there is a key to sign it with.
    pub(crate) fn uploading(&self, outcome: Outcome) -> Outcome {
        let signs = self.remote.as_ref().is_some_and(|remote| remote.keys.secret.is_some());
        if let Some(upload) = outcome.upload.as_ref().filter(|_| signs) {
            self.uploads.start(upload, &self.cancel);
        }
        outcome
    }

    /// What became of what builds left to be put into the storage, one for each such build. What has not ended
    /// after `wait` goes on for as long as the process does; without it each is waited for, within the bounds that
    /// the storage keeps. Nothing waits for uploads but this.
    pub fn finish_uploads(&self, wait: Option<Duration>) -> Vec<Result<Uploaded, Error>> {
        let results = self.uploads.finish(wait, &self.cancel);
        results.into_iter().map(|result| Ok(result?)).collect()
    }

    fn needs_storage(&self) -> Result<&Remote, Error> {
        let none = || ConfigError::NoRemote { path: self.config().path.clone() };
        Ok(self.remote.as_deref().ok_or_else(none)?)
    }
}
