//! How the answer about a command is printed. In text, standard output is the command's own.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use clap::ColorChoice;
use serde::Serialize;

use super::super::cli::Format;
use super::{
    JsonArchive, JsonDuration, JsonReason, JsonWork, Notes, Palette, REASONS_SHOWN, STALE, ended,
    hexadecimal, milliseconds, print_json, shown_reason,
};
use crate::strategies::StrategyName;
use crate::{CommandEnd, Escaped, JobOutcome, ReadyOutput};

/// How the answer is said.
pub(in super::super) struct Said<'a> {
    pub(in super::super) strategy: StrategyName,
    pub(in super::super) format: Format,
    pub(in super::super) color: ColorChoice,
    pub(in super::super) notes: &'a Notes,
    pub(in super::super) start: Instant,
}

impl Said<'_> {
    /// Prints whether the command would run; gives the exit status.
    pub(in super::super) fn verdict(&self, outcome: &JobOutcome) -> ExitCode {
        let printed = match self.format {
            Format::Json => print_json(&JsonRun::new(outcome, self)),
            Format::Text => self.print_verdict(outcome),
        };
        let is_fresh = outcome.verdict.is_fresh();
        let status = if is_fresh { ExitCode::SUCCESS } else { ExitCode::from(STALE) };
        ended(self.notes, printed, status)
    }

    fn print_verdict(&self, outcome: &JobOutcome) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let palette = Palette::of(&io::stdout(), self.color);
        let Palette { good, bad, .. } = palette;
        let reasons = &outcome.verdict.reasons;
        let strategy = self.strategy.word();
        match reasons.len() {
            0 => {
                let run = outcome.generation.unwrap_or_default();
                writeln!(out, "{good}fresh{good:#}: by {strategy}, run {run}")?;
            }
            1 => writeln!(out, "{bad}stale{bad:#}: by {strategy}, 1 reason")?,
            n => writeln!(out, "{bad}stale{bad:#}: by {strategy}, {n} reasons")?,
        }
        for reason in reasons.iter().take(REASONS_SHOWN) {
            writeln!(out, "  {}", shown_reason(reason, &outcome.root, palette))?;
        }
        if reasons.len() > REASONS_SHOWN {
            writeln!(out, "  and {} more: see `--format json`", reasons.len() - REASONS_SHOWN)?;
        }
        out.flush()
    }

    /// Prints what was done; gives the exit status, which is the command's where it ran.
    pub(in super::super) fn ran(&self, outcome: &JobOutcome) -> ExitCode {
        let what = match outcome.end {
            None if outcome.verdict.is_fresh() => "fresh, command not started".into(),
            None => "fresh by now: another process ran it".into(),
            Some(CommandEnd::Exited(0)) => "ran".to_owned(),
            Some(CommandEnd::Exited(status)) => format!("the command ended with status {status}"),
            Some(CommandEnd::Killed(signal)) => {
                format!("the command was killed by signal {signal}")
            }
        };
        self.notes.note(&format!("{what} ({:.1} ms)", milliseconds(self.start)));
        let printed = match self.format {
            Format::Json => print_json(&JsonRun::new(outcome, self)),
            Format::Text => Ok(()),
        };
        ended(self.notes, printed, ExitCode::from(outcome.end.map_or(0, CommandEnd::status)))
    }
}

#[derive(Serialize)]
struct JsonRun<'a> {
    schema: u32,
    command: &'a str,
    key: &'a str,
    strategy: &'a str,
    verdict: &'a str,
    reasons: Vec<JsonReason>,
    archives: [JsonArchive; 0],
    outputs: Vec<JsonOutput>,
    generation: Option<u64>,
    ran: bool,
    /// As a shell gives it; `null` where the command was not run.
    status: Option<u8>,
    work: JsonWork,
    duration_ms: JsonDuration,
}

impl<'a> JsonRun<'a> {
    fn new(outcome: &'a JobOutcome, said: &Said<'_>) -> Self {
        let reasons = outcome.verdict.reasons.iter();
        Self {
            schema: 1,
            command: "run",
            key: outcome.key.as_str(),
            strategy: said.strategy.word(),
            verdict: outcome.verdict.word(),
            reasons: reasons.map(|reason| JsonReason::new(reason, &outcome.root)).collect(),
            archives: [],
            outputs: outcome.outputs.iter().map(JsonOutput::new).collect(),
            generation: outcome.generation,
            ran: outcome.end.is_some(),
            status: outcome.end.map(CommandEnd::status),
            work: JsonWork::new(outcome.work),
            duration_ms: JsonDuration { total: milliseconds(said.start) },
        }
    }
}

#[derive(Serialize)]
struct JsonOutput {
    path: String,
    bytes: u64,
    blake3: String,
}

impl JsonOutput {
    fn new(output: &ReadyOutput) -> Self {
        Self {
            path: Escaped::path(&output.path).to_string(),
            bytes: output.bytes,
            blake3: hexadecimal(&output.digest),
        }
    }
}
