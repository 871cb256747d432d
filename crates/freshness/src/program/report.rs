//! The only printer: answers in text or JSON, errors, and notes of what goes on.
//!
//! Nothing that comes from a file system or the environment reaches a terminal raw: names are escaped
//! the same way in text and in JSON, and whatever else is said passes [`Escaped::lines`] in [`notes`].

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;

use super::cli::{Action, Command, Format, Usage};
use super::manner::Manner;
use crate::facade::Error;
use crate::remote::Asked;
use crate::strategies::StrategyName;
use crate::{Digest, Escaped, Outcome, Reason, Work};

mod cargo_line;
mod collection;
mod diagnosis;
mod explanation;
pub(super) mod init;
mod json_explanation;
pub(super) mod key;
mod notes;
mod page;
mod palette;
mod progress;
pub(super) mod run;
mod seen;
mod storage;
mod store;

pub(super) use explanation::Explained;
use json_explanation::JsonExplained;
pub(super) use notes::Notes;
pub(super) use palette::Palette;
pub(super) use storage::Put;
use storage::{JsonOrigin, JsonRemote};

/// How many reasons `check` and `build` show before they count the rest.
const REASONS_SHOWN: usize = 10;

const STALE: u8 = 1;
const TROUBLE: u8 = 2;

/// What there is to say.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) strategy: StrategyName,
    /// For `explain`.
    pub(super) explained: Option<Box<Explained>>,
    /// For `build`, where that was waited for: whether what was built is in the shared storage.
    pub(super) uploaded: Option<bool>,
}

/// How to say it.
pub(super) struct Report<'a> {
    command: &'a Command,
    notes: &'a Notes,
    start: Instant,
}

impl<'a> Report<'a> {
    pub(super) fn new(command: &'a Command, notes: &'a Notes, start: Instant) -> Self {
        Self { command, notes, start }
    }

    /// The colours of what is printed on standard output.
    fn palette(&self) -> Palette {
        Palette::of(&io::stdout(), self.command.options.manner.color)
    }

    /// Prints the answer; gives the exit status.
    pub(super) fn answer(&self, answer: &Answer) -> ExitCode {
        if let (Some(explained), Some(file)) = (&answer.explained, &self.command.options.asked.html)
            && let Err(trouble) = self.write_page(explained, answer.strategy, file)
        {
            return trouble;
        }
        let printed = match (self.command.options.format, self.command.action) {
            (Format::Json, _) => print_json(&self.json(answer)),
            (Format::Text, Action::Build { .. } | Action::RemoteGet) => self.built(answer),
            (Format::Text, _) => self.verdict(answer),
        };
        let is_fine = match self.command.action {
            Action::Build { .. } => true,
            Action::RemoteGet => !answer.outcome.archives.is_empty(),
            _ => answer.outcome.verdict.is_fresh(),
        };
        ended(self.notes, printed, if is_fine { ExitCode::SUCCESS } else { ExitCode::from(STALE) })
    }

    /// Prints an error; gives the exit status.
    pub(super) fn error(&self, error: &Error) -> ExitCode {
        failure(self.notes, self.command.options.format, error)
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
        let what = match (&outcome.asked, outcome.built, outcome.prebuilt) {
            (_, _, true) => "prebuilt archives".to_owned(),
            (_, true, _) => "built".to_owned(),
            (Asked::Hit, _, _) => "ready, cargo not started".to_owned(),
            (Asked::Miss(why), _, _) => format!("not in the shared storage: {why}"),
            _ if outcome.verdict.is_fresh() => "fresh, cargo not started".to_owned(),
            _ => "fresh by now: another process built it".to_owned(),
        };
        self.notes.note(&format!("{what} ({:.1} ms)", self.milliseconds()));
        Ok(())
    }

    fn verdict(&self, answer: &Answer) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let (outcome, profile) = (&answer.outcome, &self.command.options.profile);
        let reasons = &outcome.verdict.reasons;
        let strategy = answer.strategy.word();
        let profile = Escaped::text(profile);
        let palette = self.palette();
        let Palette { good, bad, .. } = palette;
        match reasons.len() {
            0 => {
                let generation = outcome.generation.unwrap_or_default();
                let rest = format!("profile {profile} by {strategy}, generation {generation}");
                writeln!(out, "{good}fresh{good:#}: {rest}")?;
            }
            n => {
                let reasons = if n == 1 { "1 reason".into() } else { format!("{n} reasons") };
                let rest = format!("profile {profile} by {strategy}, {reasons}");
                writeln!(out, "{bad}stale{bad:#}: {rest}")?;
            }
        }
        if let Some(explained) = &answer.explained {
            if let Some(origin) = &outcome.origin {
                writeln!(out, "{}", storage::origin(origin))?;
            }
            self.explained(&mut out, explained)?;
            return out.flush();
        }
        for reason in reasons.iter().take(REASONS_SHOWN) {
            writeln!(out, "  {}", shown_reason(reason, &answer.outcome.root, palette))?;
        }
        if let Some(more) = reasons.len().checked_sub(REASONS_SHOWN).filter(|n| *n > 0) {
            writeln!(out, "  and {more} more: see `freshness explain`")?;
        }
        out.flush()
    }

    fn json<'o>(&self, answer: &'o Answer) -> JsonAnswer<'o>
    where
        'a: 'o,
    {
        let outcome = &answer.outcome;
        let is_build = matches!(self.command.action, Action::Build { .. } | Action::RemoteGet);
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
            origin: outcome.origin.as_ref().map(JsonOrigin::new),
            remote: is_build.then(|| JsonRemote::new(&outcome.asked, answer.uploaded)),
            explained: (answer.explained.as_ref())
                .map(|explained| JsonExplained::new(explained, &self.command.options.asked)),
            work: JsonWork::new(outcome.work),
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

/// Prints an error; gives the exit status.
pub(super) fn failure(notes: &Notes, format: Format, error: &Error) -> ExitCode {
    let path = error.path().map(|path| Escaped::path(path).to_string());
    let json = format == Format::Json;
    trouble(notes, json, error.code(), &format!("failed to {error}"), path, &error.hint())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Prints a text as it is; gives the exit status.
pub(super) fn document(text: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    ended(
        &Notes::new(Manner::default()),
        out.write_all(text).and_then(|()| out.flush()),
        ExitCode::SUCCESS,
    )
}

/// The exit status of what was printed: trouble where no one could be told.
fn ended(notes: &Notes, printed: io::Result<()>, status: ExitCode) -> ExitCode {
    match printed {
        // Whoever closed the pipe has seen what they wanted; the verdict stands.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            notes.error(&format!("failed to write the answer: {error}"));
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
    let notes = Notes::new(usage.manner);
    match usage.format {
        Format::Text => {
            notes.error(text.trim_end());
            ExitCode::from(TROUBLE)
        }
        Format::Json => {
            // What is missing stands on lines of its own below the first.
            let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
            let message = lines.collect::<Vec<_>>().join(" ");
            let message = message.strip_prefix("error: ").unwrap_or(&message);
            trouble(&notes, true, "usage", message, None, "see `freshness --help`")
        }
    }
}

fn trouble(
    notes: &Notes,
    json: bool,
    code: &str,
    message: &str,
    path: Option<String>,
    hint: &str,
) -> ExitCode {
    notes.error(&format!("{message}\n  hint: {hint}"));
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
fn shown_reason(reason: &Reason, root: &Path, Palette { warn, strong, .. }: Palette) -> String {
    let (code, detail) = (reason.code(), reason.detail());
    match shown_path(reason, root) {
        Some(path) => format!("{warn}{code}{warn:#} {strong}{path}{strong:#}: {detail}"),
        None => format!("{warn}{code}{warn:#}: {detail}"),
    }
}

fn shown_why(why: &[String]) -> Vec<String> {
    why.iter().map(|why| Escaped::text(why).to_string()).collect()
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
    origin: Option<JsonOrigin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<JsonRemote>,
    #[serde(flatten)]
    explained: Option<JsonExplained>,
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
