//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Would this build change anything? Answered before cargo starts.
#[derive(Parser)]
#[command(
    name = "freshness",
    version,
    after_help = "Exit status: 0 fresh, or archives ready; 1 stale (check, explain); 2 trouble.\n\
                  FRESHNESS_STRATEGY names a strategy where --strategy does not; FRESHNESS_TRUST lists\n\
                  directories (as PATH does) whose freshness.toml is followed though another user's."
)]
struct Cli {
    #[command(subcommand)]
    action: CliAction,
}

#[derive(Subcommand)]
enum CliAction {
    /// Say whether the archives are current: spawns nothing, writes nothing, locks nothing
    Check {
        #[command(flatten)]
        options: Options,
    },
    /// Print the paths of current archives: those that are there, or those of one cargo build
    Build {
        #[command(flatten)]
        options: Options,
        /// Build even what is fresh
        #[arg(long, conflicts_with = "prebuilt")]
        force: bool,
        /// Use the profile's prebuilt archives, without trying cargo
        #[arg(long)]
        prebuilt: bool,
        /// With --prebuilt: build the packages that have no prebuilt archive
        #[arg(long, requires = "prebuilt")]
        build_missing: bool,
    },
    /// Say every reason, and what each strategy would say
    Explain {
        #[command(flatten)]
        options: Options,
        /// List every input, with why it is one
        #[arg(long)]
        inputs: bool,
    },
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The configuration; without it, freshness.toml is looked for from here upwards
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The profile to ask for
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(super) profile: String,
    /// The strategy that decides: mtime or hash
    #[arg(long, value_name = "NAME")]
    pub(super) strategy: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people and shells
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) action: Action,
    pub(super) options: Options,
}

/// The commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `check`
    Check,
    /// `build`; with `prebuilt`, whether missing ones are built.
    Build { force: bool, prebuilt: Option<bool> },
    /// `explain`; with the inputs, if asked for.
    Explain { inputs: bool },
}

impl Action {
    /// The command's name.
    pub(super) fn word(self) -> &'static str {
        match self {
            Action::Check => "check",
            Action::Build { .. } => "build",
            Action::Explain { .. } => "explain",
        }
    }
}

/// An argument list that is not understood, or a request for help.
pub(super) struct Usage {
    pub(super) error: clap::Error,
    pub(super) format: Format,
}

/// Reads the arguments; `cargo freshness` passes its own name as the first.
pub(super) fn parse(mut args: Vec<OsString>) -> Result<Command, Usage> {
    let is_subcommand = args.first().is_some_and(|program| {
        PathBuf::from(program).file_stem().is_some_and(|stem| stem == "cargo-freshness")
    });
    if is_subcommand && args.get(1).is_some_and(|arg| arg == "freshness") {
        args.remove(1);
    }
    let asks_json = args.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || args.iter().any(|arg| arg == "--format=json");
    let format = if asks_json { Format::Json } else { Format::Text };
    let cli = Cli::try_parse_from(args).map_err(|error| Usage { error, format })?;
    Ok(match cli.action {
        CliAction::Check { options } => Command { action: Action::Check, options },
        CliAction::Explain { options, inputs } => {
            Command { action: Action::Explain { inputs }, options }
        }
        CliAction::Build { options, force, prebuilt, build_missing } => {
            let prebuilt = prebuilt.then_some(build_missing);
            Command { action: Action::Build { force, prebuilt }, options }
        }
    })
}
