//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Typed TypeScript to native programs.
#[derive(Parser)]
#[command(
    name = "nativets",
    version,
    after_help = "Exit status: 0 done (run: the program's own); 1 the program is wrong; 2 trouble.\n\
                  nativets.toml is looked for beside the entry and above it; see docs/NATIVETS.md."
)]
struct Cli {
    #[command(subcommand)]
    action: CliAction,
}

#[derive(Subcommand)]
enum CliAction {
    /// Make a program
    Compile {
        #[command(flatten)]
        options: Options,
        /// The program; without it, the entry's name without `.ts`
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        building: Building,
    },
    /// Make a program and run it
    Run {
        #[command(flatten)]
        options: Options,
        #[command(flatten)]
        building: Building,
        /// Arguments for the program
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<OsString>,
    },
    /// Say what is wrong with a program, if anything
    Check {
        #[command(flatten)]
        options: Options,
    },
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The file that the program begins in
    #[arg(value_name = "ENTRY")]
    pub(super) entry: PathBuf,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Say on standard error what was found and done
    #[arg(long)]
    pub(super) verbose: bool,
}

/// What commands take that make a program.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Building {
    /// The strategy that decides what changed: mtime or hash
    #[arg(long, value_name = "NAME")]
    pub(super) strategy: Option<String>,
    /// Keep nothing, and use nothing that was kept
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Where caches are; without it, .nativets-cache beside nativets.toml or the entry
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Link prebuilt archives without asking cargo; a wrapper that is missing is built once
    #[arg(long)]
    pub(super) no_auto: bool,
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
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
    pub(super) building: Building,
}

/// The commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `compile`
    Compile { output: Option<PathBuf> },
    /// `run`
    Run { arguments: Vec<OsString> },
    /// `check`
    Check,
}

impl Action {
    /// The command's name.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Action::Compile { .. } => "compile",
            Action::Run { .. } => "run",
            Action::Check => "check",
        }
    }
}

/// An argument list that is not understood, or a request for help.
pub(super) struct Usage {
    pub(super) error: clap::Error,
    pub(super) format: Format,
}

/// Reads the arguments.
pub(super) fn parse(args: Vec<OsString>) -> Result<Command, Usage> {
    let asks_json = args.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || args.iter().any(|arg| arg == "--format=json");
    let format = if asks_json { Format::Json } else { Format::Text };
    let cli = Cli::try_parse_from(args).map_err(|error| Usage { error, format })?;
    Ok(match cli.action {
        CliAction::Compile { options, output, building } => {
            Command { action: Action::Compile { output }, options, building }
        }
        CliAction::Run { options, building, arguments } => {
            Command { action: Action::Run { arguments }, options, building }
        }
        CliAction::Check { options } => {
            Command { action: Action::Check, options, building: Building::default() }
        }
    })
}
