//! A storage for archives on the services that Apache OpenDAL speaks.
//!
//! The builder asks for named bodies, blocking; OpenDAL gives futures. What is between them is here: one private
//! runtime, started when a storage is first asked and never before, bounds on time and length, and failures as
//! sorts of trouble in the service's own words. Nothing is read from the process: what a credential is taken from
//! comes in as values.

mod bodies;
mod client;
mod environment;
mod name;
mod pace;
mod pieces;
mod service;
mod share;
mod storage;
mod trouble;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use archive_builder::remote::storage::Storage;

/// What is needed to speak to a storage.
#[derive(Clone)]
pub struct Settings {
    /// Which service: `fs`, `s3`, `gcs`, `azblob`, `redis`, `webdav` or `ghac`.
    pub scheme: String,
    /// What it is, for people, without credentials: `s3 bucket/prefix`.
    pub description: String,
    /// The parts of its url and its options, by name: `bucket`, `root`, `endpoint`, …
    pub values: BTreeMap<String, String>,
    /// The variables that credentials, proxies and homes are taken from.
    pub environment: BTreeMap<String, String>,
    /// The longest silence: while connecting, or between two pieces of a body.
    pub timeout: Duration,
    /// The longest time for one body, or one listing, whatever is tried again.
    pub transfer_timeout: Duration,
    /// How often something is tried again that failed in a way that may pass.
    pub retries: u32,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut settings = f.debug_struct("Settings");
        settings.field("description", &self.description).field("values", &self.values);
        settings.field("timeout", &self.timeout).field("transfer_timeout", &self.transfer_timeout);
        settings.field("retries", &self.retries).finish_non_exhaustive()
    }
}

impl Settings {
    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<&str, OpenError> {
        self.get(name).ok_or_else(|| OpenError(format!("{} needs `{name}`", self.scheme)))
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, OpenError> {
        let parse =
            |value: &str| value.parse().map_err(|_| OpenError(format!("`{name}` is no number")));
        self.get(name).map(parse).transpose()
    }
}

/// Why these settings name no storage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(String);

/// The storage of these settings. Nothing is asked, made or started before it is used.
///
/// # Errors
/// The settings lack what their service cannot do without.
pub fn open(settings: Settings) -> Result<Arc<dyn Storage>, OpenError> {
    Ok(Arc::new(storage::Opened::new(settings)?))
}
