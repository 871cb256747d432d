//! How a diagnosis is printed: one line a finding, or a list of them.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::super::cli::Format;
use super::{JsonDuration, Palette, Report, STALE, ended, print_json};
use crate::{Diagnosis, Escaped, Finding, Status};

impl Report<'_> {
    /// Prints what the doctor found; gives the exit status.
    pub(in super::super) fn diagnosis(&self, diagnosis: &Diagnosis) -> ExitCode {
        let printed = match self.command.options.format {
            Format::Json => print_json(&self.json_diagnosis(diagnosis)),
            Format::Text => print_lines(diagnosis, self.palette()),
        };
        let is_bad = diagnosis.needs_action();
        ended(self.notes, printed, if is_bad { ExitCode::from(STALE) } else { ExitCode::SUCCESS })
    }

    fn json_diagnosis<'d>(&self, diagnosis: &'d Diagnosis) -> JsonDiagnosis<'d> {
        JsonDiagnosis {
            schema: 1,
            command: "doctor",
            workspace: Escaped::path(&diagnosis.workspace).to_string(),
            store: diagnosis.store.as_deref().map(|store| Escaped::path(store).to_string()),
            recommended: diagnosis.recommended,
            findings: diagnosis.findings.iter().map(JsonFinding::new).collect(),
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

fn print_lines(diagnosis: &Diagnosis, palette: Palette) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Finding { code, status, detail, advice } in &diagnosis.findings {
        // A line each, whatever a message of the system's holds.
        let detail = detail.lines().collect::<Vec<_>>().join(" ");
        let style = match status {
            Status::Ok => palette.good,
            Status::Note => palette.faint,
            Status::Warn => palette.warn,
            Status::Bad => palette.bad,
        };
        write!(out, "{style}{:<4}{style:#} {code}: {detail}", status.word())?;
        match advice {
            Some(advice) => writeln!(out, " (do: {advice})")?,
            None => writeln!(out)?,
        }
    }
    out.flush()
}

#[derive(Serialize)]
struct JsonDiagnosis<'a> {
    schema: u32,
    command: &'a str,
    workspace: String,
    store: Option<String>,
    recommended: &'a str,
    findings: Vec<JsonFinding<'a>>,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: &'a str,
    status: &'a str,
    detail: &'a str,
    advice: Option<&'a str>,
}

impl<'a> JsonFinding<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            code: finding.code,
            status: finding.status.word(),
            detail: &finding.detail,
            advice: finding.advice.as_deref(),
        }
    }
}
