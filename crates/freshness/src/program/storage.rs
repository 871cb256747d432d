//! The storage that a command may ask: that of the configuration, on the terms of our environment.

use std::path::Path;
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
        let remote = open(terms, &config.directory)?;
        return Ok(Shared { remote: Some(remote), reservation: None });
    }
    if terms.config.mode == RemoteMode::Off {
        return Ok(Shared::default());
    }
    let (reservation, reads) = (terms.reservation(), terms.reads());
    Ok(match open(terms, &config.directory) {
        Ok(remote) => Shared { remote: reads.then_some(remote), reservation },
        Err(Lack { because, .. }) => {
            let reservation = Some(format!("the shared storage is not asked: {because}"));
            Shared { remote: None, reservation }
        }
    })
}

/// What keeps this program from using a storage.
struct Lack {
    because: &'static str,
    hint: &'static str,
}

impl From<Lack> for Error {
    fn from(Lack { because, hint }: Lack) -> Self {
        BuildError::Remote { problem: because.into(), hint }.into()
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
    let not = |because, hint| Err(Lack { because, hint }.into());
    match action {
        Action::RemoteStatus => Ok(()),
        _ if mode == RemoteMode::Off => {
            not("its mode is `off`", "set `mode` in [remote], or FRESHNESS_REMOTE_MODE")
        }
        Action::RemotePut | Action::RemotePrune { .. } if !writes => not(
            "its mode is `read`",
            "set FRESHNESS_REMOTE_MODE to `read-write`, where that is meant to be allowed",
        ),
        Action::RemotePut if !terms.writes() => not(
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

#[cfg(not(feature = "remote"))]
fn open(_: Terms, _: &Path) -> Result<Arc<Remote>, Lack> {
    Err(NOT_BUILT_IN)
}

/// What is said where only a program that can speak to a storage has what is asked for.
#[cfg(not(feature = "remote"))]
pub(super) fn not_built_in() -> Error {
    NOT_BUILT_IN.into()
}
