//! `[remote]`: a storage that many machines share, as a configuration names it.
//!
//! It is read in every build of the program, also in one that can speak to no storage: what is wrong with a
//! configuration does not depend on who reads it. Nothing secret stands in it. What may be one is refused, and
//! keys and credentials come from the environment alone, so that no repository hands them out or chooses them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use archive_builder::remote::trust::Namespace;
use serde::Deserialize;
use toml::Spanned;

use super::location::Location;
use super::raw::{At, duration};
use super::size;
use super::word::Word;

/// A storage that many machines share, and on which terms it is used.
#[derive(Clone, Debug)]
pub struct RemoteConfig {
    /// Where it is, and the service that it speaks.
    pub location: Location,
    /// What is done with it.
    pub mode: RemoteMode,
    /// What is written, and read first.
    pub namespace: Namespace,
    /// What is read after it, in this order.
    pub also_read: Vec<Namespace>,
    /// The longest silence of the storage: while connecting, or between two pieces of a body.
    pub timeout: Duration,
    /// The longest transfer of one body.
    pub transfer_timeout: Duration,
    /// How often what failed and may pass is tried again.
    pub retries: u32,
    /// The longest archive that is fetched or put, in bytes.
    pub max_archive_bytes: u64,
    /// How long a program stays for what it puts after it has answered.
    pub upload_wait: Duration,
}

/// What is done with a storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RemoteMode {
    /// Nothing.
    Off,
    /// It is asked for what is stale here.
    #[default]
    Read,
    /// What was built here is put there as well.
    ReadWrite,
}

/// More would be waiting, not trying.
const MAX_RETRIES: u32 = 10;

/// The table as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    url: Spanned<String>,
    #[serde(default)]
    options: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    mode: Word<RemoteMode>,
    namespace: Option<Spanned<String>>,
    #[serde(default)]
    also_read: Vec<Spanned<String>>,
    timeout: Option<Spanned<String>>,
    transfer_timeout: Option<Spanned<String>>,
    retries: Option<Spanned<u32>>,
    max_archive_size: Option<Spanned<String>>,
    upload_wait: Option<Spanned<String>>,
}

impl Written {
    /// The storage, where one on this machine is named by a path relative to `directory`.
    pub(super) fn resolve(self, directory: &Path) -> Result<RemoteConfig, At> {
        let location = located(&self.url, self.options, directory)?;
        let namespace = match self.namespace {
            Some(namespace) => parsed("namespace", namespace)?,
            None => parsed("namespace", Spanned::new(0..0, "main".into()))?,
        };
        let also_read = self.also_read.into_iter().map(|name| parsed("also-read", name));
        let max_archive = self.max_archive_size.map(archive_size).transpose()?;
        Ok(RemoteConfig {
            location,
            mode: self.mode.0,
            namespace,
            also_read: also_read.collect::<Result<_, At>>()?,
            timeout: some_time("timeout", self.timeout, Duration::from_secs(5))?,
            transfer_timeout: some_time(
                "transfer-timeout",
                self.transfer_timeout,
                Duration::from_secs(120),
            )?,
            retries: self.retries.map_or(Ok(2), few)?,
            max_archive_bytes: max_archive.unwrap_or(1 << 30),
            // None at all is a choice: the process that built is not to wait for what it puts.
            upload_wait: match self.upload_wait {
                Some(wait) => duration("upload-wait", &wait)?,
                None => Duration::from_secs(10),
            },
        })
    }
}

/// What is wrong with an option stands where that is written, and the rest where the address is.
fn located(
    url: &Spanned<String>,
    options: BTreeMap<String, Spanned<String>>,
    directory: &Path,
) -> Result<Location, At> {
    let lines: BTreeMap<String, Spanned<()>> = (options.iter())
        .map(|(name, value)| (name.clone(), Spanned::new(value.span(), ())))
        .collect();
    let options = options.into_iter().map(|(name, value)| (name, value.into_inner())).collect();
    Location::new(url.get_ref(), &options, directory).map_err(|error| {
        match error.option.as_ref().and_then(|name| lines.get(name)) {
            Some(option) => At::new(option, error.problem),
            None => At::new(url, error.problem),
        }
    })
}

fn parsed(key: &str, name: Spanned<String>) -> Result<Namespace, At> {
    let namespace = name.get_ref().parse();
    namespace.map_err(|problem| At::new(&name, format!("`{key}`: {problem}")))
}

fn some_time(key: &str, text: Option<Spanned<String>>, default: Duration) -> Result<Duration, At> {
    let Some(text) = text else { return Ok(default) };
    match duration(key, &text)? {
        Duration::ZERO => Err(At::new(&text, format!("`{key}` is no time at all: allow some"))),
        time => Ok(time),
    }
}

fn few(retries: Spanned<u32>) -> Result<u32, At> {
    match *retries.get_ref() {
        few @ 0..=MAX_RETRIES => Ok(few),
        many => {
            let problem = format!("`retries` is {many}: at most {MAX_RETRIES} are made");
            Err(At::new(&retries, problem))
        }
    }
}

fn archive_size(text: Spanned<String>) -> Result<u64, At> {
    match size::bytes(text.get_ref()) {
        Ok(0) => {
            Err(At::new(&text, "`max-archive-size` is nothing: no archive is so short".into()))
        }
        Ok(bytes) => Ok(bytes),
        Err(problem) => Err(At::new(&text, format!("`max-archive-size`: {problem}"))),
    }
}
