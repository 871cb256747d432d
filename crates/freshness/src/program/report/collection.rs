//! How a collection is printed: one line a removal, or a list of them.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::super::cli::{Action, Format};
use super::store::Bytes;
use super::{JsonDuration, Report, ended, print_json};
use crate::{Collection, DryRun, Escaped, Removal};

impl Report<'_> {
    /// Prints what was removed, or would be; gives the exit status.
    pub(in super::super) fn collection(&self, collection: &Collection) -> ExitCode {
        let printed = match self.command.options.format {
            Format::Json => print_json(&self.json_collection(collection)),
            Format::Text => self.print_collection(collection),
        };
        ended(self.notes, printed, ExitCode::SUCCESS)
    }

    fn is_dry_run(&self) -> bool {
        matches!(self.command.action, Action::Gc { dry_run: DryRun::Yes, .. })
    }

    fn print_collection(&self, collection: &Collection) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let verb = if self.is_dry_run() { "would remove" } else { "removed" };
        for Removal { what, path, bytes, why } in &collection.removals {
            let (what, path, bytes) = (what.word(), Escaped::path(path), Bytes(*bytes));
            writeln!(out, "{verb} {what} {path}: {bytes}, {why}")?;
        }
        for (key, why) in &collection.left_alone {
            writeln!(out, "left alone {key}: {why}")?;
        }
        let count = collection.removals.len();
        let (gone, left) = (Bytes(gone(collection)), Bytes(collection.bytes_left));
        writeln!(out, "{verb} {count} ({gone}); slots take {left} then")?;
        out.flush()
    }

    fn json_collection<'c>(&self, collection: &'c Collection) -> JsonCollection<'c> {
        JsonCollection {
            schema: 1,
            command: self.command.action.word(),
            dry_run: self.is_dry_run(),
            removals: collection.removals.iter().map(JsonRemoval::new).collect(),
            left_alone: (collection.left_alone.iter())
                .map(|(key, why)| JsonLeftAlone { key, why })
                .collect(),
            removed_bytes: gone(collection),
            left_bytes: collection.bytes_left,
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

fn gone(collection: &Collection) -> u64 {
    collection.removals.iter().map(|removal| removal.bytes).sum()
}

#[derive(Serialize)]
struct JsonCollection<'a> {
    schema: u32,
    command: &'a str,
    dry_run: bool,
    removals: Vec<JsonRemoval<'a>>,
    left_alone: Vec<JsonLeftAlone<'a>>,
    removed_bytes: u64,
    left_bytes: u64,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonRemoval<'a> {
    what: &'a str,
    path: String,
    bytes: u64,
    why: &'a str,
}

#[derive(Serialize)]
struct JsonLeftAlone<'a> {
    key: &'a str,
    why: &'a str,
}

impl<'a> JsonRemoval<'a> {
    fn new(Removal { what, path, bytes, why }: &'a Removal) -> Self {
        Self { what: what.word(), path: Escaped::path(path).to_string(), bytes: *bytes, why }
    }
}
