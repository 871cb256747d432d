//! The only printer: answers in text or JSON, errors, and notes of what goes on.
//!
//! Nothing that comes from a file system or the environment reaches a terminal raw: names are escaped
//! the same way in text and in JSON, and whatever else is said passes [`Escaped::lines`] here.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;

use super::cli::{Action, Command, Format, Usage};
use crate::facade::Error;
use crate::strategies::StrategyName;
use crate::{Digest, Escaped, Input, Outcome, Reason, Work};

/// Prints a line on standard error. Whoever closed it, or left it no room, goes without.
macro_rules! say {
    ($($arg:tt)*) => {
        let _ = writeln!(io::stderr(), "{}", Escaped::lines(&format!($($arg)*)));
    };
}

mod collection;
mod diagnosis;
mod event;
pub(super) mod init;
pub(super) mod run;
mod store;

pub(super) use event::event;

/// How many reasons `check` and `build` show before they count the rest.
const REASONS_SHOWN: usize = 10;

const STALE: u8 = 1;
const TROUBLE: u8 = 2;

/// What there is to say.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// Each strategy's outcome, for `explain`.
    pub(super) strategies: Vec<(String, Outcome)>,
    /// Every input, for `explain --inputs`.
    pub(super) inputs: Option<Vec<Input>>,
    pub(super) strategy: StrategyName,
}

/// How to say it.
pub(super) struct Report<'a> {
    command: &'a Command,
    start: Instant,
}

impl<'a> Report<'a> {
    pub(super) fn new(command: &'a Command, start: Instant) -> Self {
        Self { command, start }
    }

    /// Prints the answer; gives the exit status.
    pub(super) fn answer(&self, answer: &Answer) -> ExitCode {
        let printed = match (self.command.options.format, self.command.action) {
            (Format::Json, _) => print_json(&self.json(answer)),
            (Format::Text, Action::Build { .. }) => self.built(answer),
            (Format::Text, action) => self.verdict(answer, action),
        };
        let is_build = matches!(self.command.action, Action::Build { .. });
        let is_fine = is_build || answer.outcome.verdict.is_fresh();
        ended(printed, if is_fine { ExitCode::SUCCESS } else { ExitCode::from(STALE) })
    }

    /// Prints an error; gives the exit status.
    pub(super) fn error(&self, error: &Error) -> ExitCode {
        failure(self.command.options.format, error)
    }

    fn milliseconds(&self) -> f64 {
        milliseconds(self.start)
    }

    fn built(&self, answer: &Answer) -> io::Result<()> {
        let outcome = &answer.outcome;
        let mut out = io::stdout().lock();
        for archive in &outcome.archives {
            writeln!(out, "{}", Escaped::path(&archive.path))?;
        }
        out.flush()?;
        let what = match (outcome.built, outcome.prebuilt, outcome.verdict.is_fresh()) {
            (_, true, _) => "prebuilt archives",
            (true, _, _) => "built",
            (false, _, true) => "fresh, cargo not started",
            (false, _, false) => "fresh by now: another process built it",
        };
        say!("freshness: {what} ({:.1} ms)", self.milliseconds());
        Ok(())
    }

    fn verdict(&self, answer: &Answer, action: Action) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let (outcome, profile) = (&answer.outcome, &self.command.options.profile);
        let reasons = &outcome.verdict.reasons;
        let strategy = answer.strategy.word();
        let profile = Escaped::text(profile);
        match reasons.len() {
            0 => {
                let generation = outcome.generation.unwrap_or_default();
                writeln!(out, "fresh: profile {profile} by {strategy}, generation {generation}")?;
            }
            1 => writeln!(out, "stale: profile {profile} by {strategy}, 1 reason")?,
            n => writeln!(out, "stale: profile {profile} by {strategy}, {n} reasons")?,
        }
        let explains = matches!(action, Action::Explain { .. });
        let shown = if explains { reasons.len() } else { REASONS_SHOWN };
        for reason in reasons.iter().take(shown) {
            writeln!(out, "  {}", shown_reason(reason, &answer.outcome.root))?;
        }
        if reasons.len() > shown {
            writeln!(out, "  and {} more: see `freshness explain`", reasons.len() - shown)?;
        }
        for (name, outcome) in &answer.strategies {
            let count = outcome.verdict.reasons.len();
            match count {
                0 => writeln!(out, "{name}: fresh")?,
                1 => writeln!(out, "{name}: stale, 1 reason")?,
                n => writeln!(out, "{name}: stale, {n} reasons")?,
            }
        }
        for input in answer.inputs.iter().flatten() {
            writeln!(out, "{}: {}", input.path, shown_why(input).join(", "))?;
        }
        out.flush()
    }

    fn json<'o>(&self, answer: &'o Answer) -> JsonAnswer<'o>
    where
        'a: 'o,
    {
        let outcome = &answer.outcome;
        let is_build = matches!(self.command.action, Action::Build { .. });
        let strategies = answer.strategies.iter();
        JsonAnswer {
            schema: 1,
            command: self.command.action.word(),
            profile: Escaped::text(&self.command.options.profile).to_string(),
            key: outcome.key.as_str(),
            strategy: answer.strategy.word(),
            verdict: outcome.verdict.word(),
            reasons: (outcome.verdict.reasons.iter())
                .map(|reason| JsonReason::new(reason, &answer.outcome.root))
                .collect(),
            archives: outcome.archives.iter().map(JsonArchive::new).collect(),
            generation: outcome.generation,
            built: is_build.then_some(outcome.built),
            prebuilt: is_build.then_some(outcome.prebuilt),
            strategies: (!answer.strategies.is_empty())
                .then(|| strategies.map(|(n, o)| (n.clone(), o.verdict.word().into())).collect()),
            inputs: (answer.inputs.as_ref())
                .map(|inputs| inputs.iter().map(JsonInput::new).collect()),
            work: JsonWork::new(outcome.work),
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

/// Prints an error; gives the exit status.
pub(super) fn failure(format: Format, error: &Error) -> ExitCode {
    let path = error.path().map(|path| Escaped::path(path).to_string());
    let json = format == Format::Json;
    trouble(json, error.code(), &format!("failed to {error}"), path, &error.hint())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Prints a text as it is; gives the exit status.
pub(super) fn document(text: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    ended(out.write_all(text).and_then(|()| out.flush()), ExitCode::SUCCESS)
}

/// The exit status of what was printed: trouble where no one could be told.
fn ended(printed: io::Result<()>, status: ExitCode) -> ExitCode {
    match printed {
        // Whoever closed the pipe has seen what they wanted; the verdict stands.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say!("error: failed to write the answer: {error}");
            ExitCode::from(TROUBLE)
        }
        _ => status,
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
    match usage.format {
        Format::Text => {
            say!("{}", text.trim_end());
            ExitCode::from(TROUBLE)
        }
        Format::Json => {
            // What is missing stands on lines of its own below the first.
            let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
            let message = lines.collect::<Vec<_>>().join(" ");
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            trouble(true, "usage", message, None, "see `freshness --help`")
        }
    }
}

fn trouble(json: bool, code: &str, message: &str, path: Option<String>, hint: &str) -> ExitCode {
    say!("error: {message}\n  hint: {hint}");
    if json {
        let shown = |text| Escaped::lines(text).to_string();
        let error = JsonError { code, message: shown(message), path, hint: shown(hint) };
        // The exit status tells where no one reads.
        let _ = print_json(&JsonTrouble { schema: 1, error });
    }
    ExitCode::from(TROUBLE)
}

fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)?;
    out.flush()
}

/// A reason with its path relative to the workspace's root where it is inside.
fn shown_reason(reason: &Reason, root: &Path) -> String {
    match shown_path(reason, root) {
        Some(path) => format!("{} {path}: {}", reason.code(), reason.detail()),
        None => format!("{}: {}", reason.code(), reason.detail()),
    }
}

fn shown_why(input: &Input) -> Vec<String> {
    input.why.iter().map(|why| Escaped::text(why).to_string()).collect()
}

fn shown_path(reason: &Reason, root: &Path) -> Option<String> {
    let path = reason.path()?;
    Some(Escaped::path(path.strip_prefix(root).unwrap_or(path)).to_string())
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    schema: u32,
    command: &'a str,
    profile: String,
    key: &'a str,
    strategy: &'a str,
    verdict: &'a str,
    reasons: Vec<JsonReason>,
    archives: Vec<JsonArchive>,
    generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    built: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prebuilt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategies: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<JsonInput>>,
    work: JsonWork,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonReason {
    code: &'static str,
    path: Option<String>,
    detail: String,
}

impl JsonReason {
    fn new(reason: &Reason, root: &Path) -> Self {
        Self { code: reason.code(), path: shown_path(reason, root), detail: reason.detail() }
    }
}

#[derive(Serialize)]
struct JsonInput {
    path: String,
    why: Vec<String>,
}

impl JsonInput {
    fn new(input: &Input) -> Self {
        Self { path: input.path.to_string(), why: shown_why(input) }
    }
}

#[derive(Serialize)]
struct JsonArchive {
    package: String,
    path: String,
    bytes: u64,
    blake3: String,
    kind: String,
}

fn hexadecimal(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl JsonArchive {
    fn new(archive: &crate::ReadyArchive) -> Self {
        Self {
            package: archive.package.clone(),
            path: Escaped::path(&archive.path).to_string(),
            bytes: archive.bytes,
            blake3: hexadecimal(&archive.digest),
            kind: archive.kind.clone(),
        }
    }
}

#[derive(Serialize)]
struct JsonWork {
    inputs: u64,
    stats: u64,
    files_read: u64,
    bytes_read: u64,
    digests_reused: u64,
    processes_spawned: u64,
}

impl JsonWork {
    fn new(work: Work) -> Self {
        Self {
            inputs: work.inputs,
            stats: work.stats,
            files_read: work.files_read,
            bytes_read: work.bytes_read,
            digests_reused: work.digests_reused,
            processes_spawned: work.processes_spawned,
        }
    }
}

#[derive(Serialize)]
struct JsonDuration {
    total: f64,
}

#[derive(Serialize)]
struct JsonTrouble<'a> {
    schema: u32,
    error: JsonError<'a>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: &'a str,
    message: String,
    path: Option<String>,
    hint: String,
}
