//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::asked::Asked;
use super::deferred::Deferred;
use super::help;
use super::init::InitArgs;
use super::manner::Manner;
use super::plain::Plain;
use super::remote::{KeyArgs, RemoteArgs};
use super::run::RunArgs;
use crate::config::size::bytes;
use crate::remote::PruneLimits;
use crate::{DryRun, Limits};

/// Would this build change anything? Answered before cargo starts.
#[derive(Parser)]
#[command(
    name = "freshness",
    version,
    after_help = help::PROGRAM
)]
struct Cli {
    #[command(subcommand)]
    action: CliAction,
}

#[derive(Subcommand)]
enum CliAction {
    /// Say whether the archives are current: spawns nothing, writes nothing, locks nothing
    #[command(after_help = help::CHECK)]
    Check {
        #[command(flatten)]
        options: Deferred<Options>,
    },
    /// Print the paths of current archives: those that are there, or those of one cargo build
    #[command(after_help = help::BUILD)]
    Build {
        #[command(flatten)]
        options: Deferred<BuildOptions>,
    },
    /// Say every reason, and what each strategy would say
    #[command(after_help = help::EXPLAIN)]
    Explain {
        #[command(flatten)]
        options: Deferred<ExplainOptions>,
    },
    /// Write a first freshness.toml for the cargo workspace that this is
    #[command(after_help = help::INIT)]
    Init(Deferred<InitArgs>),
    /// Run any command when what it reads, or what it made, changed, and only then
    #[command(after_help = help::RUN)]
    Run(Deferred<RunArgs>),
    /// List what the store holds: spawns nothing, writes nothing, locks nothing
    #[command(after_help = help::LIST)]
    List {
        #[command(flatten)]
        options: Deferred<StoreOptions>,
    },
    /// Remove what no one needs from the store, and what limits ask for
    #[command(after_help = help::GC)]
    Gc {
        #[command(flatten)]
        options: Deferred<GcOptions>,
    },
    /// Remove this workspace's slots from the store
    #[command(after_help = help::CLEAN)]
    Clean {
        #[command(flatten)]
        options: Deferred<CleanOptions>,
    },
    /// Look after the storage that many machines share
    #[command(after_help = help::REMOTE)]
    Remote(Deferred<RemoteArgs>),
    /// Examine what builds lean on, and say what to do about it
    #[command(after_help = help::DOCTOR)]
    Doctor {
        #[command(flatten)]
        options: Deferred<StoreOptions>,
    },
    /// Print a completion script for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print a manual page
    #[command(after_help = help::MAN)]
    Man {
        /// The command; without it, the program itself
        command: Vec<String>,
    },
}

/// What the commands take that concern the store as a whole.
#[derive(Args, Clone, Debug)]
pub(super) struct StoreOptions {
    /// The configuration; without it, freshness.toml is looked for from here upwards
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    manner: Manner,
}

impl From<StoreOptions> for Options {
    fn from(StoreOptions { config, format, manner }: StoreOptions) -> Self {
        let (profile, plain, asked) = ("default".into(), Plain::default(), Asked::default());
        Self { config, profile, plain, strategy: None, format, manner, asked }
    }
}

/// What the commands take that ask for archives.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// The configuration; without it, freshness.toml is looked for from here upwards
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The profile to ask for
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(super) profile: String,
    #[command(flatten)]
    pub(super) plain: Plain,
    /// The strategy that decides: mtime or hash
    #[arg(long, value_name = "NAME")]
    pub(super) strategy: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) manner: Manner,
    /// What `explain` is asked; other commands leave it empty.
    #[arg(skip)]
    pub(super) asked: Asked,
}

/// What `build` takes.
#[derive(Args, Clone, Debug)]
struct BuildOptions {
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
    /// Stay until what was built is in the shared storage
    #[arg(long)]
    wait_upload: bool,
}

/// What `gc` takes.
#[derive(Args, Clone, Debug)]
struct GcOptions {
    #[command(flatten)]
    options: StoreOptions,
    /// Remove slots that were not used for longer: `30d`, `12h`
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    max_age: Option<Duration>,
    /// Remove what was used least recently until the store is no larger: `2GiB`, `500MB`
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Say what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What `clean` takes.
#[derive(Args, Clone, Debug)]
struct CleanOptions {
    #[command(flatten)]
    options: StoreOptions,
    /// Remove the slot of this profile alone
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// What `explain` takes.
#[derive(Args, Clone, Debug)]
struct ExplainOptions {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    asked: Asked,
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

/// What the arguments are.
pub(super) enum Parsed {
    /// Something is asked.
    Command(Command),
    /// A configuration is to be written.
    Init(InitArgs),
    /// A command is to be run.
    Run(RunArgs),
    /// A pair of keys is wanted.
    Key(KeyArgs),
    /// A text that follows from the arguments alone.
    Document(Vec<u8>),
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
    Build { force: bool, prebuilt: Option<bool>, wait_upload: bool },
    /// `explain`; what of, the options say.
    Explain,
    /// `list`
    List,
    /// `gc`
    Gc { limits: Limits, dry_run: DryRun },
    /// `clean`; of every profile, or the one that the options name.
    Clean { whole: bool },
    /// `doctor`
    Doctor,
    /// `remote status`
    RemoteStatus,
    /// `remote get`
    RemoteGet,
    /// `remote put`
    RemotePut,
    /// `remote prune`
    RemotePrune { limits: PruneLimits, dry_run: DryRun },
}

impl Action {
    /// The command's name.
    pub(super) fn word(self) -> &'static str {
        match self {
            Action::Check => "check",
            Action::Build { .. } => "build",
            Action::Explain => "explain",
            Action::List => "list",
            Action::Gc { .. } => "gc",
            Action::Clean { .. } => "clean",
            Action::Doctor => "doctor",
            Action::RemoteStatus => "remote-status",
            Action::RemoteGet => "remote-get",
            Action::RemotePut => "remote-put",
            Action::RemotePrune { .. } => "remote-prune",
        }
    }

    /// Whether it is one of `remote`.
    pub(super) fn is_errand(self) -> bool {
        matches!(
            self,
            Action::RemoteStatus
                | Action::RemoteGet
                | Action::RemotePut
                | Action::RemotePrune { .. }
        )
    }
}

/// An argument list that is not understood, or a request for help.
pub(super) struct Usage {
    pub(super) error: clap::Error,
    pub(super) format: Format,
    pub(super) manner: Manner,
}

/// Reads the arguments; `cargo freshness` passes its own name as the first.
pub(super) fn parse(mut args: Vec<OsString>) -> Result<Parsed, Usage> {
    let is_subcommand = args.first().is_some_and(|program| {
        PathBuf::from(program).file_stem().is_some_and(|stem| stem == "cargo-freshness")
    });
    if is_subcommand && args.get(1).is_some_and(|arg| arg == "freshness") {
        args.remove(1);
    }
    // What follows `--` is another program's.
    let own = args.split(|arg| arg == "--").next().unwrap_or_default();
    let asks_json = own.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || own.iter().any(|arg| arg == "--format=json");
    let format = if asks_json { Format::Json } else { Format::Text };
    let manner = Manner { color: Manner::color_of(&args), ..Manner::default() };
    let usage = |error| Usage { error, format, manner };
    let matches = Cli::command().color(manner.color).try_get_matches_from(args).map_err(usage)?;
    let cli = Cli::from_arg_matches(&matches).map_err(usage)?;
    Ok(Parsed::Command(match cli.action {
        CliAction::Completions { shell } => return Ok(Parsed::Document(completions(shell))),
        CliAction::Man { command } => {
            let page = manual(&command).map_err(usage);
            return page.map(Parsed::Document);
        }
        CliAction::Init(init) => return Ok(Parsed::Init(init.0)),
        CliAction::Run(run) => return Ok(Parsed::Run(run.0)),
        CliAction::Remote(remote) => return Ok(remote.0.into()),
        CliAction::Check { options: Deferred(options) } => {
            Command { action: Action::Check, options }
        }
        CliAction::Explain { options: Deferred(ExplainOptions { options, asked }) } => {
            Command { action: Action::Explain, options: Options { asked, ..options } }
        }
        CliAction::List { options } => Command { action: Action::List, options: options.0.into() },
        CliAction::Gc { options: Deferred(gc) } => {
            let GcOptions { options, max_age, max_size, dry_run } = gc;
            let limits = Limits { max_age, max_bytes: max_size };
            let dry_run = if dry_run { DryRun::Yes } else { DryRun::No };
            Command { action: Action::Gc { limits, dry_run }, options: options.into() }
        }
        CliAction::Clean { options: Deferred(CleanOptions { options, profile }) } => {
            let action = Action::Clean { whole: profile.is_none() };
            let options = Options::from(options);
            Command { action, options: Options { profile: profile.unwrap_or_default(), ..options } }
        }
        CliAction::Doctor { options: Deferred(options) } => {
            Command { action: Action::Doctor, options: options.into() }
        }
        CliAction::Build { options: Deferred(build) } => {
            let BuildOptions { options, force, prebuilt, build_missing, wait_upload } = build;
            let prebuilt = prebuilt.then_some(build_missing);
            Command { action: Action::Build { force, prebuilt, wait_upload }, options }
        }
    }))
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "freshness", &mut text);
    text
}

/// The page of a command, or of the program.
fn manual(command: &[String]) -> Result<Vec<u8>, clap::Error> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut page = &program;
    for name in command {
        page = match page.find_subcommand(name) {
            Some(found) => found,
            None => {
                let name = command.join(" ");
                let message = format!("there is no command `{}`", crate::Escaped::text(&name));
                return Err(program.error(ErrorKind::InvalidValue, message));
            }
        };
    }
    let page = page.clone();
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(text)
}
