//! The storage that a command may ask: that of the configuration, on the terms of our environment.

use std::sync::Arc;

use super::cli::Action;
use crate::BuildError;
use crate::config::{Config, ConfigError, RemoteMode};
use crate::facade::Error;
use crate::remote::{Remote, Terms};

/// A storage for a command, and what is to be said of it once it would be asked.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) remote: Option<Arc<Remote>>,
    pub(super) reservation: Option<String>,
}

/// The storage of this configuration, for what `action` does with it.
pub(super) fn shared(config: &Config, action: Action) -> Result<Shared, Error> {
    let is_errand = action.is_errand();
    if !is_errand && !matches!(action, Action::Build { .. }) {
        return Ok(Shared::default());
    }
    let Some(settings) = &config.remote else {
        let none = || ConfigError::NoRemote { path: config.path.clone() };
        return if is_errand { Err(none().into()) } else { Ok(Shared::default()) };
    };
    let terms = Terms::new(settings.clone(), |name| std::env::var_os(name))?;
    if is_errand {
        allowed(&terms, action)?;
        let remote = open(terms)?;
        return Ok(Shared { remote: Some(remote), reservation: None });
    }
    if terms.config.mode == RemoteMode::Off {
        return Ok(Shared::default());
    }
    for_a_build(terms)
}

/// What keeps this program from using a storage.
struct Lack {
    because: &'static str,
    hint: &'static str,
}

impl Lack {
    fn error(self) -> Error {
        BuildError::Remote { problem: self.because.into(), hint: self.hint }.into()
    }
}

#[cfg(not(feature = "remote"))]
const NOT_BUILT_IN: Lack = Lack {
    because: "this program was built without the feature `remote`",
    hint: "build it with `--features remote`",
};

/// Whether what is asked for may be done on these terms.
fn allowed(terms: &Terms, action: Action) -> Result<(), Error> {
    let (mode, writes) = (terms.config.mode, terms.config.mode == RemoteMode::ReadWrite);
    let not = |because, hint| Err(Lack { because, hint }.error());
    match action {
        Action::RemoteStatus => Ok(()),
        _ if mode == RemoteMode::Off => {
            not("its mode is `off`", "set `mode` in [remote], or FRESHNESS_REMOTE_MODE")
        }
        Action::RemotePut | Action::RemotePrune { .. } if !writes => not(
            "its mode is `read`",
            "set FRESHNESS_REMOTE_MODE to `read-write`, where that is meant to be allowed",
        ),
        Action::RemotePut | Action::RemotePrune { .. } if !terms.writes() => not(
            "there is no key to sign with",
            "set FRESHNESS_REMOTE_KEY: see `freshness remote key`",
        ),
        Action::RemoteGet if !terms.reads() => not(
            "no key is believed in what is read there",
            "set FRESHNESS_REMOTE_TRUST to `namespace=publickey`, or FRESHNESS_REMOTE_KEY",
        ),
        _ => Ok(()),
    }
}

/// What a build asks for what is stale; nothing is asked before that.
#[cfg(feature = "remote")]
fn for_a_build(terms: Terms) -> Result<Shared, Error> {
    let reservation = terms.reservation();
    let remote = terms.reads().then(|| open(terms)).transpose()?;
    Ok(Shared { remote, reservation })
}

#[cfg(not(feature = "remote"))]
fn for_a_build(_: Terms) -> Result<Shared, Error> {
    let reservation = format!("the shared storage is not asked: {}", NOT_BUILT_IN.because);
    Ok(Shared { remote: None, reservation: Some(reservation) })
}

/// The storage of these terms, with the credentials of our environment.
#[cfg(feature = "remote")]
fn open(terms: Terms) -> Result<Arc<Remote>, Error> {
    // What is not text is no credential, nor the name of one.
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    terms.open(std::env::vars_os().filter_map(text).collect())
}

#[cfg(not(feature = "remote"))]
fn open(_: Terms) -> Result<Arc<Remote>, Error> {
    Err(NOT_BUILT_IN.error())
}

/// What is said where only a program that can speak to a storage has what is asked for.
#[cfg(not(feature = "remote"))]
pub(super) fn not_built_in() -> Error {
    NOT_BUILT_IN.error()
}
