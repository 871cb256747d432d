//! What is asked of the storage itself, beside a build: how it stands, one's own archives to and fro, room.

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
        Ok(upload.run(self.wish())?)
    }

    /// Removes from the own namespace of the storage what no one needs, and what `limits` ask for.
    ///
    /// # Errors
    /// No storage, or one that cannot list; the storage's.
    pub fn prune_storage(&self, limits: Limits, dry_run: DryRun) -> Result<Pruned, Error> {
        let pruned = prune(self.needs_storage()?, limits, dry_run);
        Ok(pruned.map_err(BuildError::from)?)
    }

    fn needs_storage(&self) -> Result<&Remote, Error> {
        let none = || ConfigError::NoRemote { path: self.config().path.clone() };
        Ok(self.storage().ok_or_else(none)?)
    }
}
