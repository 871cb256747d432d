//! The program: argv and environment in, one answer out. [`main`] is its table of contents.
//!
//! The answer goes to standard output, in text or JSON; progress and notes go to standard error. The
//! exit status is 0 for fresh or ready, 1 for stale (`check`, `explain`) or something bad (`doctor`), 2 for
//! trouble, and 128 and the number of the signal that ended a build.

#![expect(
    clippy::disallowed_methods,
    reason = "a program reads its argv, environment and directory"
)]

mod asked;
mod cli;
mod deferred;
mod help;
mod init;
mod key;
mod manner;
mod plain;
mod remote;
mod report;
mod rest;
mod run;
mod storage;
mod whole_file;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::config::{Config, ConfigError};
use crate::facade::{Error, Freshness};
use crate::remote::{Asked, Pruned, Status};
use crate::signals::Signals;
use crate::store::Contents;
use crate::strategies::StrategyName;
use crate::{
    BuildError, Cancel, Collection, Diagnosis, Environment, Event, Force, Missing, Outcome, Tool,
    Trust,
};
use cli::{Action, Command, Parsed};
use report::{Answer, Explained, Notes, Put, Report};
use rest::Rest;
use storage::Shared;

/// Runs the program with the arguments and environment of this process.
#[must_use]
pub fn main() -> ExitCode {
    let start = Instant::now();
    let command = match cli::parse(std::env::args_os().collect()) {
        Ok(Parsed::Command(command)) => command,
        Ok(Parsed::Run(run)) => return run::main(&run, start),
        Ok(Parsed::Init(init)) => return init::main(&init),
        Ok(Parsed::Key(key)) => return key::main(&key),
        Ok(Parsed::Document(text)) => return report::document(&text),
        Err(usage) => return report::usage(&usage),
    };
    let notes = Arc::new(Notes::new(command.options.manner));
    let report = Report::new(&command, &notes, start);
    let signals = Heard::default();
    let (freshness, reply) = match open(&command, &notes, &signals) {
        Ok(freshness) => {
            let reply = reply(&freshness, &command);
            (Some(freshness), reply)
        }
        // A doctor is asked for most where nothing else works.
        Err(error) if command.action == Action::Doctor => (None, without_config(&error)),
        Err(error) => (None, Err(error)),
    };
    notes.end();
    let rest = freshness.as_ref().map(|freshness| Rest::new(freshness, &notes, &command));
    match reply {
        Ok(Reply::Archives(answer)) => match rest {
            Some(rest) => rest.answer(&report, *answer),
            None => report.answer(&answer),
        },
        Ok(Reply::Store(store, contents)) => report.store(&store, &contents),
        Ok(Reply::Collection(collection)) => report.collection(&collection),
        Ok(Reply::Diagnosis(diagnosis)) => report.diagnosis(&diagnosis),
        Ok(Reply::Storage(status)) => report.storage(&status),
        Ok(Reply::Put(put)) => report.put(&put),
        Ok(Reply::Pruned(pruned)) => report.pruned(&pruned),
        Err(error) => {
            let trouble = report.error(&error);
            status_of(&error, &signals).unwrap_or(trouble)
        }
    }
}

/// Signals, from when something is built on.
type Heard = Arc<OnceLock<Option<Signals>>>;

/// The exit status of the signal that was the cause of an error, if one was.
fn status_of(error: &Error, signals: &Heard) -> Option<ExitCode> {
    let signals = signals.get().and_then(Option::as_ref);
    let signals = signals.filter(|_| error.code() == "interrupted");
    signals.and_then(Signals::status).map(ExitCode::from)
}

/// What a command gives.
enum Reply {
    Archives(Box<Answer>),
    Store(PathBuf, Contents),
    Collection(Collection),
    Diagnosis(Diagnosis),
    Storage(Box<Status>),
    Put(Put),
    Pruned(Pruned),
}

/// The configuration that the options choose, ready to be asked.
fn open(command: &Command, notes: &Arc<Notes>, signals: &Heard) -> Result<Freshness, Error> {
    let options = &command.options;
    let mut config = match configuration(options.config.as_deref()) {
        // Without one, the question is whether `cargo build` would do anything here.
        Err(ConfigError::Missing { .. }) => Config::of_cargo(&here()?, &trust())?,
        found => found?,
    };
    options.plain.ask(&mut config);
    let Shared { remote, reservation } = storage::shared(&config, command.action)?;
    notes.hold(reservation);
    let freshness = with_config(config, options.strategy.as_deref(), signals, notes)?;
    let freshness = match remote {
        Some(remote) => freshness.remote(remote),
        None => freshness,
    };
    Ok(match command.action {
        Action::Build { .. } => freshness.cargo_output(notes.cargo_output()),
        _ => freshness,
    })
}

/// Whose configurations are followed beside our own.
fn trust() -> Trust {
    let listed = std::env::var_os(Trust::VARIABLE).map(|list| Trust::listed(&list));
    listed.unwrap_or_default()
}

/// The configuration in this file, or else the one found from here upwards.
fn configuration(named: Option<&Path>) -> Result<Config, ConfigError> {
    match named {
        Some(path) => Config::load_trusting(path, &trust()),
        None => Config::find_trusting(&here()?, &trust()),
    }
}

/// A configuration, ready to be asked by the strategy of this name, or else the one that is chosen otherwise.
fn with_config(
    config: Config,
    strategy: Option<&str>,
    signals: &Heard,
    notes: &Arc<Notes>,
) -> Result<Freshness, Error> {
    let notes = Arc::clone(notes);
    let strategy = chosen_strategy(strategy)?.unwrap_or(config.strategy);
    let tool = Tool { name: "freshness".into(), version: env!("CARGO_PKG_VERSION").into() };
    let (cancel, signals) = (Cancel::default(), Arc::clone(signals));
    let wish = cancel.clone();
    let on_event = move |event: Event<'_>| {
        // From here on something is built; what is answered before may be ended anywhere, and is quicker so.
        if matches!(event, Event::WaitingForLock { .. } | Event::Stale { .. }) {
            signals.get_or_init(|| Signals::install(&wish).ok());
        }
        notes.event(event);
    };
    Ok(Freshness::new(config, tool, Environment::new(std::env::vars_os()))
        .strategy(strategy)
        .cancel(cancel)
        .on_event(on_event))
}

/// The strategy that the command line or the environment names, in this order.
fn chosen_strategy(named: Option<&str>) -> Result<Option<StrategyName>, ConfigError> {
    let by_variable = std::env::var_os("FRESHNESS_STRATEGY").filter(|name| !name.is_empty());
    let by_variable = by_variable.map(|name| name.to_string_lossy().into_owned());
    let named = match (named, by_variable) {
        (Some(name), _) => ("--strategy", name.to_owned()),
        (None, Some(name)) => ("FRESHNESS_STRATEGY", name),
        (None, None) => return Ok(None),
    };
    let (from, name) = named;
    StrategyName::parse(&name).map(Some).ok_or(ConfigError::UnknownStrategy { from, name })
}

/// What the doctor says where no configuration can be had, for this reason.
fn without_config(error: &Error) -> Result<Reply, Error> {
    let env = Environment::new(std::env::vars_os());
    Ok(Reply::Diagnosis(Diagnosis::without_config(error, &here()?, &env)))
}

fn here() -> Result<PathBuf, ConfigError> {
    std::env::current_dir().map_err(|source| ConfigError::Unreadable { path: ".".into(), source })
}

fn reply(freshness: &Freshness, command: &Command) -> Result<Reply, Error> {
    let profile = &command.options.profile;
    let strategy = freshness.strategy_name();
    let plain = |outcome| Answer { outcome, strategy, explained: None, uploaded: None };
    Ok(Reply::Archives(Box::new(match command.action {
        Action::Check => plain(freshness.check(profile)?),
        Action::Build { force, prebuilt: None, .. } => {
            plain(freshness.build_with(profile, if force { Force::Yes } else { Force::No })?)
        }
        Action::Build { prebuilt: Some(build_missing), .. } => {
            let missing = if build_missing { Missing::Build } else { Missing::Fail };
            plain(freshness.prebuilt(profile, missing)?)
        }
        Action::Explain => {
            let explanation = freshness.explain(profile)?;
            let story = match &command.options.asked.why_not_fresh {
                Some(path) => Some(explanation.path(&here()?.join(path))),
                None => None,
            };
            let outcome = explanation.outcome.clone();
            Answer {
                outcome,
                strategy,
                explained: Some(Box::new(Explained { explanation, story })),
                uploaded: None,
            }
        }
        Action::List => {
            return Ok(Reply::Store(freshness.config().store.clone(), freshness.list()?));
        }
        Action::Gc { limits, dry_run } => {
            return Ok(Reply::Collection(freshness.gc(limits, dry_run)?));
        }
        Action::Clean { whole } => {
            let profile = (!whole).then_some(profile.as_str());
            return Ok(Reply::Collection(freshness.clean(profile)?));
        }
        Action::Doctor => return Ok(Reply::Diagnosis(freshness.doctor())),
        Action::RemoteStatus => {
            return Ok(Reply::Storage(Box::new(freshness.storage_status(profile)?)));
        }
        Action::RemoteGet => plain(got(freshness.fetch(profile)?)?),
        Action::RemotePut => return Ok(Reply::Put(put(freshness, profile)?)),
        Action::RemotePrune { limits, dry_run } => {
            return Ok(Reply::Pruned(freshness.prune_storage(limits, dry_run)?));
        }
    })))
}

/// What the storage gave, or was to give: that it could not be asked is trouble here, where nothing is built.
fn got(outcome: Outcome) -> Result<Outcome, Error> {
    match &outcome.asked {
        Asked::Failed(because) | Asked::Refused(because) if outcome.archives.is_empty() => {
            Err(BuildError::Remote {
                problem: because.clone(),
                hint: "see `freshness remote status`; `freshness build` goes on without it",
            }
            .into())
        }
        _ => Ok(outcome),
    }
}

/// Puts what is fresh here.
fn put(freshness: &Freshness, profile: &str) -> Result<Put, Error> {
    let outcome = freshness.check(profile)?;
    match outcome.verdict.is_fresh() {
        true => Ok(Put::There(freshness.put(profile)?)),
        false => Ok(Put::Stale(Box::new(outcome))),
    }
}
