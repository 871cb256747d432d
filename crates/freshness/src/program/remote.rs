//! `freshness remote`: its errands, and how they become commands.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::cli::{Action, Command, Format, Options, Parsed, StoreOptions};
use super::deferred::Deferred;
use super::help;
use super::manner::Manner;
use crate::DryRun;
use crate::config::size::bytes;
use crate::remote::PruneLimits;

/// What `remote` takes.
#[derive(Args, Debug)]
pub(super) struct RemoteArgs {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Subcommand, Debug)]
enum Errand {
    /// Say how the storage stands, who is believed, and whether it has what would be built here
    #[command(after_help = help::REMOTE_STATUS)]
    Status {
        #[command(flatten)]
        options: Deferred<Options>,
    },
    /// Print the paths of current archives: those that are there, or those of the storage
    #[command(after_help = help::REMOTE_GET)]
    Get {
        #[command(flatten)]
        options: Deferred<Options>,
    },
    /// Put the archives that are fresh here into the storage, and wait for it
    #[command(after_help = help::REMOTE_PUT)]
    Put {
        #[command(flatten)]
        options: Deferred<Options>,
    },
    /// Remove from the namespace that this machine writes what no one needs, and what limits ask for
    #[command(after_help = help::REMOTE_PRUNE)]
    Prune {
        #[command(flatten)]
        options: Deferred<PruneOptions>,
    },
    /// Print a new pair of keys: one to sign with, and one to know what it signed
    #[command(after_help = help::REMOTE_KEY)]
    Key(Deferred<KeyArgs>),
}

/// What `remote prune` takes.
#[derive(Args, Clone, Debug)]
struct PruneOptions {
    #[command(flatten)]
    options: StoreOptions,
    /// Remove what was put longer ago: `30d`, `12h`
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    max_age: Option<Duration>,
    /// Remove what was put longest ago until the namespace is no larger: `20GiB`, `500MB`
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Say what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What `remote key` takes.
#[derive(Args, Debug)]
pub(super) struct KeyArgs {
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) manner: Manner,
}

impl From<RemoteArgs> for Parsed {
    fn from(args: RemoteArgs) -> Self {
        let (action, options) = match args.errand {
            Errand::Status { options } => (Action::RemoteStatus, options.0),
            Errand::Get { options } => (Action::RemoteGet, options.0),
            Errand::Put { options } => (Action::RemotePut, options.0),
            Errand::Prune { options: Deferred(prune) } => {
                let PruneOptions { options, max_age, max_size, dry_run } = prune;
                let limits = PruneLimits { max_age, max_bytes: max_size };
                let dry_run = if dry_run { DryRun::Yes } else { DryRun::No };
                (Action::RemotePrune { limits, dry_run }, options.into())
            }
            Errand::Key(Deferred(key)) => return Parsed::Key(key),
        };
        Parsed::Command(Command { action, options })
    }
}
