//! How the answer about a command is printed. In text, standard output is the command's own.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;

use super::super::cli::Format;
use super::{
    JsonArchive, JsonDuration, JsonReason, JsonWork, Notes, Palette, REASONS_SHOWN, STALE, ended,
    hexadecimal, milliseconds, print_json, shown_reason,
};
use crate::strategies::StrategyName;
use crate::{CommandEnd, Escaped, JobOutcome, ReadyOutput};

/// Prints whether the command would run; gives the exit status.
pub(in super::super) fn verdict(
    outcome: &JobOutcome,
    strategy: StrategyName,
    format: Format,
    start: Instant,
) -> ExitCode {
    let printed = match format {
        Format::Json => print_json(&JsonRun::new(outcome, strategy, start)),
        Format::Text => print_verdict(outcome, strategy),
    };
    let is_fresh = outcome.verdict.is_fresh();
    ended(
        &Notes::default(),
        printed,
        if is_fresh { ExitCode::SUCCESS } else { ExitCode::from(STALE) },
    )
}

fn print_verdict(outcome: &JobOutcome, strategy: StrategyName) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let reasons = &outcome.verdict.reasons;
    let strategy = strategy.word();
    match reasons.len() {
        0 => writeln!(out, "fresh: by {strategy}, run {}", outcome.generation.unwrap_or_default())?,
        1 => writeln!(out, "stale: by {strategy}, 1 reason")?,
        n => writeln!(out, "stale: by {strategy}, {n} reasons")?,
    }
    for reason in reasons.iter().take(REASONS_SHOWN) {
        writeln!(out, "  {}", shown_reason(reason, &outcome.root, Palette::default()))?;
    }
    if reasons.len() > REASONS_SHOWN {
        writeln!(out, "  and {} more: see `--format json`", reasons.len() - REASONS_SHOWN)?;
    }
    out.flush()
}

/// Prints what was done; gives the exit status, which is the command's where it ran.
pub(in super::super) fn ran(
    outcome: &JobOutcome,
    strategy: StrategyName,
    format: Format,
    start: Instant,
) -> ExitCode {
    let what = match outcome.end {
        None if outcome.verdict.is_fresh() => "fresh, command not started".into(),
        None => "fresh by now: another process ran it".into(),
        Some(CommandEnd::Exited(0)) => "ran".to_owned(),
        Some(CommandEnd::Exited(status)) => format!("the command ended with status {status}"),
        Some(CommandEnd::Killed(signal)) => format!("the command was killed by signal {signal}"),
    };
    say!("freshness: {what} ({:.1} ms)", milliseconds(start));
    let printed = match format {
        Format::Json => print_json(&JsonRun::new(outcome, strategy, start)),
        Format::Text => Ok(()),
    };
    ended(&Notes::default(), printed, ExitCode::from(outcome.end.map_or(0, CommandEnd::status)))
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
    fn new(outcome: &'a JobOutcome, strategy: StrategyName, start: Instant) -> Self {
        let reasons = outcome.verdict.reasons.iter();
        Self {
            schema: 1,
            command: "run",
            key: outcome.key.as_str(),
            strategy: strategy.word(),
            verdict: outcome.verdict.word(),
            reasons: reasons.map(|reason| JsonReason::new(reason, &outcome.root)).collect(),
            archives: [],
            outputs: outcome.outputs.iter().map(JsonOutput::new).collect(),
            generation: outcome.generation,
            ran: outcome.end.is_some(),
            status: outcome.end.map(CommandEnd::status),
            work: JsonWork::new(outcome.work),
            duration_ms: JsonDuration { total: milliseconds(start) },
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
