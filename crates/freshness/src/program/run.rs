//! `freshness run`: its arguments, and how they become a command.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::cli::Format;
use super::manner::Manner;
use super::report::{self, Notes, run as said};
use super::{Heard, configuration, here, status_of, with_config};
use crate::config::{Config, ConfigError};
use crate::facade::Error;
use crate::{CommandStdout, Environment, Idle, Job};

/// What `run` takes.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// What the command reads: globs and paths; `!GLOB` leaves out
    #[arg(long, value_name = "GLOB", required = true, num_args = 1..)]
    input: Vec<PathBuf>,
    /// A file that the command makes
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    output: Vec<PathBuf>,
    /// A variable that the command reads
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = variable)]
    env: Vec<String>,
    /// Allow inputs that name nothing
    #[arg(long)]
    allow_empty: bool,
    /// Say whether the command would run, and run nothing
    #[arg(long)]
    dry_run: bool,
    /// Where the stamp lies; without it, in the store
    #[arg(long, value_name = "FILE")]
    stamp: Option<PathBuf>,
    /// The configuration; without it, freshness.toml is looked for from here upwards, and may be missing
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The strategy that decides: mtime or hash
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// How the answer is printed; with json, the command's standard output goes to standard error
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    manner: Manner,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// The name of a variable.
fn variable(name: &str) -> Result<String, String> {
    match name.is_empty() || name.contains('=') {
        true => Err("name a variable: not empty, without `=`".into()),
        false => Ok(name.to_owned()),
    }
}

/// Runs the command, or says whether it would run; gives the exit status.
pub(super) fn main(args: &RunArgs, start: Instant) -> ExitCode {
    let signals = Heard::default();
    let notes = Arc::new(Notes::new(args.manner));
    let answered = answer(args, &notes, &signals, start);
    notes.end();
    answered.unwrap_or_else(|error| {
        let trouble = report::failure(&notes, args.format, &error);
        status_of(&error, &signals).unwrap_or(trouble)
    })
}

fn answer(
    args: &RunArgs,
    notes: &Arc<Notes>,
    signals: &Heard,
    start: Instant,
) -> Result<ExitCode, Error> {
    let directory = here()?;
    let config = match configuration(args.config.as_deref()) {
        // A command says itself what it reads and makes; only the store must be somewhere.
        Err(ConfigError::Missing { .. }) => Config::new(&directory, Path::new("target/freshness"))
            .map_err(|source| ConfigError::Unreadable { path: directory.clone(), source })?,
        found => found?,
    };
    let freshness = with_config(config, args.strategy.as_deref(), signals, notes)?;
    let said = said::Said {
        strategy: freshness.strategy_name(),
        format: args.format,
        color: args.manner.color,
        notes,
        start,
    };
    let job = job(args, directory);
    if args.dry_run {
        let outcome = freshness.check_job(&job)?;
        notes.end();
        return Ok(said.verdict(&outcome));
    }
    let stdout = match args.format {
        Format::Text => CommandStdout::Inherit,
        Format::Json => CommandStdout::ToStderr,
    };
    let outcome = freshness.run_job(&job, stdout)?;
    notes.end();
    Ok(said.ran(&outcome))
}

fn job(args: &RunArgs, directory: PathBuf) -> Job {
    let mut command = args.command.iter().cloned();
    Job {
        program: command.next().unwrap_or_default(),
        args: command.collect(),
        directory,
        inputs: args.input.clone(),
        idle: if args.allow_empty { Idle::Allow } else { Idle::Refuse },
        outputs: args.output.clone(),
        env: args.env.iter().cloned().collect(),
        environment: Environment::whole(std::env::vars_os()),
        stamp: args.stamp.clone(),
    }
}
