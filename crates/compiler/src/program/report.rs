//! The only printer: answers in text or JSON, diagnostics, errors, and notes of what goes on.
//!
//! Nothing that comes from a file system, a source or the environment reaches a terminal raw.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use freshness::{Escaped, Event};
use serde::Serialize;

use super::cli::{Command, Format, Usage};
use crate::archives::shown_reason;
use crate::config::ConfigError;
use crate::diagnostics::Located;
use crate::error::CompileError;
use crate::fingerprint::hex;
use crate::outcome::Outcome;
use crate::session::Request;

/// Prints a line on standard error. Whoever closed it, or left it no room, goes without.
macro_rules! say {
    ($($arg:tt)*) => {
        let _ = writeln!(io::stderr(), $($arg)*);
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
            ConfigError::Invalid { .. } => "correct that line",
        };
        let path = Some(error.path().to_path_buf());
        Self { code: "config", message: error.to_string(), path, hint: hint.into() }
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

    /// Prints what was made; gives the exit status.
    pub(super) fn outcome(&self, request: &Request, outcome: &Outcome) -> ExitCode {
        self.notes(outcome);
        let printed = match (self.is_json(), &outcome.output) {
            (true, _) => print_json(&self.json(request, outcome)),
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
            let text = serde_json::to_string(&self.json(request, outcome)).unwrap_or_default();
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
        for change in &outcome.changed {
            say!("nativets: {change}");
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

    fn json<'o>(&self, request: &Request, outcome: &'o Outcome) -> JsonOutcome<'o>
    where
        'a: 'o,
    {
        let counts = outcome.counts;
        let base = outcome.archives.outcomes.first();
        let mut duration_ms: BTreeMap<&str, f64> =
            outcome.phases.iter().map(|(name, took)| (*name, milliseconds(*took))).collect();
        duration_ms.insert("total", milliseconds(self.start.elapsed()));
        JsonOutcome {
            schema: 1,
            command: self.command.action.word(),
            success: true,
            output: outcome.output.as_ref().map(|path| Escaped::path(path).to_string()),
            checksum: outcome.checksum.map(|checksum| hex(&checksum)),
            native_modules: outcome.modules,
            build_cache: JsonBuildCache {
                hit: outcome.miss.is_none(),
                miss_reason: outcome.miss.map(|reason| reason.as_str()),
                changed: &outcome.changed,
            },
            codegen_cache: JsonCodegenCache {
                hits: counts.hits,
                misses: counts.misses,
                stores: counts.stores,
                object_cache_paths_reused: counts.hits,
                object_cache_paths_stored: counts.stores,
            },
            link_cache: JsonLinkCache {
                linked: outcome.linked,
                skipped: !outcome.linked && outcome.output.is_some(),
                object_fingerprints_used: counts.fingerprints_used,
                object_files_hashed: counts.objects_hashed,
                external_inputs_hashed: outcome.archives.hashed,
            },
            archive_cache: outcome.output.as_ref().map(|_| JsonArchiveCache {
                hit: outcome.archives.hit(),
                strategy: request.archives.strategy.word(),
                key: base.map(|base| base.key.as_str()),
                prebuilt: outcome.archives.outcomes.iter().any(|outcome| outcome.prebuilt),
                packages: outcome.archives.archives.iter().map(|a| a.package.as_str()).collect(),
                reasons: (outcome.archives.outcomes.iter())
                    .flat_map(|o| o.verdict.reasons.iter().map(|r| shown_reason(r, &o.root)))
                    .collect(),
                processes_spawned: (outcome.archives.outcomes.iter())
                    .map(|outcome| outcome.work.processes_spawned)
                    .sum(),
            }),
            sources: JsonSources {
                stats: counts.stats,
                files_read: counts.files_read,
                parsed: counts.parsed,
            },
            linker: outcome.linker,
            notes: &outcome.notes,
            duration_ms,
        }
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
    let message = text.lines().next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message).to_owned();
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
        | Event::CargoForced { .. }
        | Event::GlobMatchesNothing { .. } => {}
    }
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 error".into() } else { format!("{errors} errors") }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn print_trouble(json: bool, trouble: &Trouble) -> ExitCode {
    say!("error: {}\n  hint: {}", trouble.message, trouble.hint);
    if json {
        let error = JsonError {
            code: trouble.code,
            message: &trouble.message,
            path: trouble.path.as_ref().map(|path| Escaped::path(path).to_string()),
            hint: &trouble.hint,
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

#[derive(Serialize)]
struct JsonOutcome<'a> {
    schema: u32,
    command: &'a str,
    success: bool,
    output: Option<String>,
    checksum: Option<String>,
    native_modules: usize,
    build_cache: JsonBuildCache<'a>,
    codegen_cache: JsonCodegenCache,
    link_cache: JsonLinkCache,
    archive_cache: Option<JsonArchiveCache<'a>>,
    sources: JsonSources,
    linker: Option<&'static str>,
    notes: &'a [String],
    duration_ms: BTreeMap<&'a str, f64>,
}

#[derive(Serialize)]
struct JsonBuildCache<'a> {
    hit: bool,
    miss_reason: Option<&'static str>,
    changed: &'a [String],
}

#[derive(Serialize)]
struct JsonCodegenCache {
    hits: usize,
    misses: usize,
    stores: usize,
    object_cache_paths_reused: usize,
    object_cache_paths_stored: usize,
}

#[derive(Serialize)]
struct JsonLinkCache {
    linked: bool,
    skipped: bool,
    object_fingerprints_used: usize,
    object_files_hashed: usize,
    external_inputs_hashed: usize,
}

#[derive(Serialize)]
struct JsonArchiveCache<'a> {
    hit: bool,
    strategy: &'static str,
    key: Option<&'a str>,
    prebuilt: bool,
    packages: Vec<&'a str>,
    reasons: Vec<String>,
    processes_spawned: u64,
}

#[derive(Serialize)]
struct JsonSources {
    stats: u64,
    files_read: u64,
    parsed: usize,
}

#[derive(Serialize)]
struct JsonWrong<'a> {
    schema: u32,
    command: &'a str,
    success: bool,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> JsonDiagnostic<'a> {
    fn new(located: &'a Located) -> Self {
        Self {
            file: Escaped::path(&located.path).to_string(),
            line: located.line,
            column: located.column,
            message: &located.message,
            help: located.help.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct JsonTrouble<'a> {
    schema: u32,
    success: bool,
    error: JsonError<'a>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: &'a str,
    message: &'a str,
    path: Option<String>,
    hint: &'a str,
}
