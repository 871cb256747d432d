//! `freshness init`: writes a first configuration.

use std::process::ExitCode;

use clap::Args;

use super::cli::Format;
use super::manner::Manner;
use super::report::Notes;
use super::{here, report};
use crate::facade::Error;
use crate::{Environment, Existing, Written, init};

/// What `init` takes.
#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// Put a new configuration in the place of one that is there
    #[arg(long)]
    force: bool,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    manner: Manner,
}

/// Writes the configuration; gives the exit status.
pub(super) fn main(args: &InitArgs) -> ExitCode {
    let notes = Notes::new(args.manner);
    match written(args) {
        Ok(written) => report::init::written(&written, &notes, args.format),
        Err(error) => report::failure(&notes, args.format, &error),
    }
}

fn written(args: &InitArgs) -> Result<Written, Error> {
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    init(&here()?, &Environment::new(std::env::vars_os()), existing)
}
