//! The program: argv and environment in, one answer out. [`main`] is its table of contents.
//!
//! The answer goes to standard output, in text or JSON; progress, diagnostics and notes go to standard
//! error. The exit status is 0 where there is a program, 1 where the program is wrong, 2 for trouble, and 128 and the
//! number of the signal that ended a build of archives.

#![expect(
    clippy::disallowed_methods,
    reason = "a program reads its argv, environment and directory, and `run` starts what was made"
)]

mod cli;
mod json;
mod progress;
mod report;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use freshness::signals::Signals;
use freshness::{Cancel, Environment, Event, StrategyName, Trust, normalize};

use crate::archives::{ArchiveSettings, Auto};
use crate::compile::compile;
use crate::config::Config;
use crate::outcome::{Outcome, Progress};
use crate::session::{Goal, Request};
use crate::sys::{become_program, code_of};
use cli::{Action, Command};
use progress::Bar;
use report::{Report, Trouble};

/// Where this compiler's own workspace was when it was built.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Runs the program with the arguments and environment of this process.
#[must_use]
pub fn main() -> ExitCode {
    let start = Instant::now();
    let command = match cli::parse(std::env::args_os().collect()) {
        Ok(command) => command,
        Err(usage) => return report::usage(&usage),
    };
    let signals = Arc::new(OnceLock::new());
    let request = match request(&command, &signals) {
        Ok(request) => request,
        Err(trouble) => return Report::new(&command, Path::new("/"), start).trouble(&trouble),
    };
    let report = Report::new(&command, &request.directory, start);
    let compiled = compile(&request);
    (request.on_progress)(Progress::Done);
    match compiled {
        Ok(outcome) => match &command.action {
            Action::Run { arguments } => run(&report, &request, outcome, arguments),
            _ => report.outcome(&request, &outcome),
        },
        Err(error) => {
            let trouble = report.error(&error);
            let signals = signals.get().filter(|_| error.code() == "interrupted");
            let status = signals.and_then(Option::as_ref).and_then(Signals::status);
            status.map_or(trouble, ExitCode::from)
        }
    }
}

/// Becomes the program that was made; one that is not kept is run and removed.
fn run(
    report: &Report<'_>,
    request: &Request,
    outcome: Outcome,
    arguments: &[OsString],
) -> ExitCode {
    report.before_run(request, &outcome);
    let Some(program) = outcome.output else { return ExitCode::SUCCESS };
    let mut command = process::Command::new(&program);
    command.args(arguments);
    let is_kept = outcome.temporary.as_ref().is_none_or(|dir| !program.starts_with(dir.path()));
    let ended = match is_kept {
        true => {
            drop(outcome.temporary);
            become_program(&mut command)
        }
        false => command.status(),
    };
    let error = match ended {
        Ok(status) => return ExitCode::from(code_of(status)),
        Err(error) => error,
    };
    report.trouble(&Trouble {
        code: "run",
        message: format!("start the program: {error}"),
        path: Some(program),
        hint: "compile it with -o and run it by hand".into(),
    })
}

/// Everything that the command line, the configuration and the environment say, as values; in this order
/// of precedence: the command line, the environment, the configuration, the defaults.
fn request(
    command: &Command,
    signals: &Arc<OnceLock<Option<Signals>>>,
) -> Result<Request, Trouble> {
    let directory = std::env::current_dir().map_err(|error| Trouble {
        code: "directory",
        message: format!("find the working directory: {error}"),
        path: None,
        hint: "change to one that exists".into(),
    })?;
    let environment = Environment::new(std::env::vars_os());
    let absolute = |path: &Path| normalize(&directory.join(path));
    let entry = absolute(&command.options.entry);
    let beside = entry.parent().unwrap_or(Path::new("/")).to_path_buf();
    let trust = environment.get(Trust::VARIABLE).map(Trust::listed).unwrap_or_default();
    let config = Config::find(&beside, &trust).map_err(Trouble::from)?;
    let archives = archive_settings(command, &config, &environment, &directory)?;
    let cache_home = config.path.as_deref().and_then(Path::parent).unwrap_or(&beside);
    let cache = match &command.building.cache_dir {
        Some(path) => Some(absolute(path)),
        None => Some(cache_home.join(".nativets-cache")),
    };
    let goal = match &command.action {
        Action::Check => Goal::Check,
        Action::Run { .. } => Goal::Run,
        Action::Compile { output: Some(path) } => Goal::Program(absolute(path)),
        Action::Compile { output: None } => Goal::Program(default_output(&entry)?),
    };
    if let (Goal::Program(output), Some(config)) = (&goal, &config.path)
        && output == config
    {
        return Err(Trouble {
            code: "output",
            message: "write the program: it would replace the configuration".into(),
            path: Some(output.clone()),
            hint: "name another file with -o".into(),
        });
    }
    let bar = Bar::new(command.options.format == cli::Format::Text);
    let (cancel, signals) = (Cancel::default(), Arc::clone(signals));
    let wish = cancel.clone();
    let on_archive_event = move |event: Event<'_>| {
        // Cargo must not outlive us; whatever else is done may be ended anywhere, and is quicker so.
        if matches!(event, Event::WaitingForLock { .. } | Event::Stale { .. }) {
            signals.get_or_init(|| Signals::install(&wish).ok());
        }
        report::archive_event(event);
    };
    Ok(Request {
        goal,
        cache: cache.filter(|_| !command.building.no_cache && command.action != Action::Check),
        temporary: std::env::temp_dir(),
        compiler: std::env::current_exe().unwrap_or_default(),
        cancel,
        on_archive_event: Arc::new(on_archive_event),
        on_progress: Box::new(move |progress| bar.show(progress)),
        entry,
        directory,
        environment,
        archives,
    })
}

/// The entry without `.ts`; one that has no such ending would be replaced by its program.
fn default_output(entry: &Path) -> Result<PathBuf, Trouble> {
    match entry.extension() {
        Some(extension) if extension == "ts" => Ok(entry.with_extension("")),
        _ if entry.is_dir() => Err(Trouble {
            code: "entry",
            message: "read the entry: it is a directory".into(),
            path: Some(entry.to_path_buf()),
            hint: "name the file that the program begins in".into(),
        }),
        _ => Err(Trouble {
            code: "usage",
            message: "name the program: the entry does not end in `.ts`".into(),
            path: Some(entry.to_path_buf()),
            hint: "add -o FILE".into(),
        }),
    }
}

fn archive_settings(
    command: &Command,
    config: &Config,
    environment: &Environment,
    directory: &Path,
) -> Result<ArchiveSettings, Trouble> {
    let strategy = match &command.building.strategy {
        None => config.strategy,
        Some(name) => StrategyName::parse(name).ok_or_else(|| Trouble {
            code: "strategy",
            message: format!(
                "use the strategy `{}` that --strategy names: allowed are `mtime` or `hash`",
                freshness::Escaped::text(name)
            ),
            path: None,
            hint: "name one of them".into(),
        })?,
    };
    let set = |name: &str| environment.get(name).map(|value| normalize(&directory.join(value)));
    let workspace = set("NATIVETS_WORKSPACE").or_else(|| config.workspace.clone());
    let workspace = workspace.unwrap_or_else(|| normalize(Path::new(WORKSPACE)));
    let beside_compiler = || {
        let compiler = std::env::current_exe().ok();
        compiler.as_deref().and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default()
    };
    let forced = environment.get("NATIVETS_FORCE_WRAPPERS").and_then(OsStr::to_str);
    let forced = forced.into_iter().flat_map(|names| names.split(','));
    Ok(ArchiveSettings {
        store: config.store.clone().unwrap_or_else(|| workspace.join("target/freshness")),
        prebuilt: config.prebuilt.clone().unwrap_or_else(beside_compiler),
        auto: if command.building.no_auto { Auto::Prebuilt } else { Auto::Build },
        strategy,
        options: config.options,
        forced_wrappers: forced
            .map(|name| name.trim().to_owned())
            .filter(|n| !n.is_empty())
            .collect(),
        workspace,
    })
}
