//! The only printer: answers in text or JSON, diagnostics, errors, and notes of what goes on.
//!
//! Nothing that comes from a file system, a source or the environment reaches a terminal raw.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use freshness::{Escaped, Event};
use serde::Serialize;

use super::cli::{Command, Format, Usage};
use super::json::{self, JsonDiagnostic, JsonError, JsonTrouble, JsonWrong, milliseconds};
use crate::config::ConfigError;
use crate::error::CompileError;
use crate::outcome::Outcome;
use crate::session::Request;

/// Prints a line on standard error. Whoever closed it, or left it no room, goes without.
macro_rules! say {
    ($($arg:tt)*) => {
        let _ = writeln!(io::stderr(), "{}", Escaped::lines(&format!($($arg)*)));
    };
}

/// How many reasons for a build of archives are shown before the rest is counted.
const REASONS_SHOWN: usize = 5;

const WRONG: u8 = 1;
const TROUBLE: u8 = 2;

/// Trouble of the program itself.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) path: Option<PathBuf>,
    pub(super) hint: String,
}

impl From<ConfigError> for Trouble {
    fn from(error: ConfigError) -> Self {
        let hint = match &error {
            ConfigError::Unreadable { .. } => "make it a readable file, or remove it",
            ConfigError::Untrusted { .. } => {
                "run as the user that it belongs to, or allow it: list its directory in FRESHNESS_TRUST"
            }
            ConfigError::Invalid { .. } => "correct that line",
        };
        let code = match &error {
            ConfigError::Untrusted { .. } => "config-untrusted",
            _ => "config",
        };
        let path = Some(error.path().to_path_buf());
        Self { code, message: error.to_string(), path, hint: hint.into() }
    }
}

/// How to say it.
pub(super) struct Report<'a> {
    command: &'a Command,
    directory: &'a Path,
    start: Instant,
}

impl<'a> Report<'a> {
    pub(super) fn new(command: &'a Command, directory: &'a Path, start: Instant) -> Self {
        Self { command, directory, start }
    }

    fn is_json(&self) -> bool {
        self.command.options.format == Format::Json
    }

    fn word(&self) -> &'static str {
        self.command.action.word()
    }

    /// Prints what was made; gives the exit status.
    pub(super) fn outcome(&self, request: &Request, outcome: &Outcome) -> ExitCode {
        self.notes(outcome);
        let printed = match (self.is_json(), &outcome.output) {
            (true, _) => {
                print_json(&json::outcome(self.word(), self.start.elapsed(), request, outcome))
            }
            (false, Some(output)) => print_line(&Escaped::path(output).to_string()),
            (false, None) => Ok(()),
        };
        match printed {
            // Whoever closed the pipe has seen what they wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                say!("error: failed to write the answer: {error}");
                ExitCode::from(TROUBLE)
            }
            _ => ExitCode::SUCCESS,
        }
    }

    /// Says what there is to say before the program takes over; JSON goes to standard error, because
    /// standard output is the program's.
    pub(super) fn before_run(&self, request: &Request, outcome: &Outcome) {
        self.notes(outcome);
        if self.is_json() {
            let text = serde_json::to_string(&json::outcome(
                self.word(),
                self.start.elapsed(),
                request,
                outcome,
            ))
            .unwrap_or_default();
            say!("{text}");
        }
    }

    fn notes(&self, outcome: &Outcome) {
        for note in &outcome.notes {
            say!("nativets: note: {}", Escaped::text(note));
        }
        if !self.command.options.verbose {
            return;
        }
        let counts = outcome.counts;
        match outcome.miss {
            None => {
                say!("nativets: nothing changed");
            }
            Some(reason) => {
                say!("nativets: made anew: {}", reason.as_str());
            }
        }
        for change in outcome.changed.iter().take(REASONS_SHOWN) {
            say!("nativets: {change}");
        }
        if let Some(more) = outcome.changed.len().checked_sub(REASONS_SHOWN).filter(|n| *n > 0) {
            say!("nativets: and {more} more");
        }
        say!(
            "nativets: {} modules: {} parsed, {} generated, {} from the cache; {}",
            outcome.modules,
            counts.parsed,
            counts.misses,
            counts.hits,
            match (outcome.linked, outcome.linker) {
                (true, Some(linker)) => format!("linked with {linker}"),
                _ => "not linked".into(),
            }
        );
        for (phase, took) in &outcome.phases {
            say!("nativets: {phase:10} {:8.2} ms", milliseconds(*took));
        }
    }

    /// Prints what is wrong; gives the exit status.
    pub(super) fn error(&self, error: &CompileError) -> ExitCode {
        let CompileError::Program(diagnostics) = error else {
            let trouble = Trouble {
                code: error.code(),
                message: format!("failed to {error}"),
                path: error.path().map(Path::to_path_buf),
                hint: error.hint(),
            };
            return self.trouble(&trouble);
        };
        for diagnostic in diagnostics {
            say!("{}", diagnostic.render(self.directory));
        }
        say!("nativets: {} found", counted(diagnostics.len()));
        if self.is_json() {
            let diagnostics = diagnostics.iter().map(JsonDiagnostic::new).collect();
            let command = self.command.action.word();
            // The exit status tells where no one reads.
            let _ = print_json(&JsonWrong { schema: 1, command, success: false, diagnostics });
        }
        ExitCode::from(WRONG)
    }

    /// Prints trouble; gives the exit status.
    pub(super) fn trouble(&self, trouble: &Trouble) -> ExitCode {
        print_trouble(self.is_json(), trouble)
    }
}

/// Prints help, or what is wrong with the arguments; gives the exit status.
pub(super) fn usage(usage: &Usage) -> ExitCode {
    if !usage.error.use_stderr() {
        // Help and version: a closed pipe has seen enough.
        let _ = usage.error.print();
        return ExitCode::SUCCESS;
    }
    let text = usage.error.to_string();
    if usage.format == Format::Text {
        say!("{}", text.trim_end());
        return ExitCode::from(TROUBLE);
    }
    // What is missing stands on lines of its own below the first.
    let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
    let message = lines.collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message).to_owned();
    let hint = "see `nativets --help`".to_owned();
    print_trouble(true, &Trouble { code: "usage", message, path: None, hint })
}

/// Tells on standard error what a build of archives does.
pub(super) fn archive_event(event: Event<'_>) {
    match event {
        Event::WaitingForLock { holder } => {
            say!("nativets: waiting for {holder}");
        }
        Event::Stale { verdict } => {
            say!("nativets: building the native archives");
            for reason in verdict.reasons.iter().take(REASONS_SHOWN) {
                say!("nativets: {reason}");
            }
            if let Some(more) = verdict.reasons.len().checked_sub(REASONS_SHOWN).filter(|n| *n > 0)
            {
                say!("nativets: and {more} more reasons");
            }
        }
        Event::UsingPrebuilt { dir, because } => {
            say!("nativets: warning: {because}");
            say!("nativets: warning: using prebuilt archives of {}", Escaped::path(dir));
        }
        Event::ChangedDuringBuild { path } => {
            say!("nativets: {path} changed while cargo ran: building again");
        }
        Event::Note { text } => {
            say!("nativets: note: {text}");
        }
        Event::CargoStarts { .. }
        | Event::CargoMade { .. }
        | Event::CargoSays { .. }
        | Event::CargoEnds
        | Event::CargoForced { .. }
        | Event::Looking { .. }
        | Event::Fetching { .. }
        | Event::Fetched { .. }
        | Event::LockTaken
        | Event::GlobMatchesNothing { .. } => {}
        // A compile asks for archives, and has no command run.
        Event::OutputsUntouched | Event::ChangedDuringRun { .. } => {}
    }
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 error".into() } else { format!("{errors} errors") }
}

fn print_trouble(json: bool, trouble: &Trouble) -> ExitCode {
    say!("error: {}\n  hint: {}", trouble.message, trouble.hint);
    if json {
        let error = JsonError {
            code: trouble.code,
            message: Escaped::lines(&trouble.message).to_string(),
            path: trouble.path.as_ref().map(|path| Escaped::path(path).to_string()),
            hint: Escaped::lines(&trouble.hint).to_string(),
        };
        // The exit status tells where no one reads.
        let _ = print_json(&JsonTrouble { schema: 1, success: false, error });
    }
    ExitCode::from(TROUBLE)
}

fn print_line(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}
