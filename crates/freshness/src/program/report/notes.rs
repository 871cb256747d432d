//! What is said on standard error: errors, warnings, and notes of what goes on.
//!
//! Whoever closed it, or left it no room, goes without.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use clap::builder::styling::Style;

use super::super::manner::Manner;
use super::palette::Palette;
use super::progress::{self, Progress};
use super::storage::amount;
use super::store::Bytes;
use super::{REASONS_SHOWN, cargo_line};
use crate::facade::Error;
use crate::remote::Uploaded;
use crate::{CargoManner, CargoOutput, Escaped, Event, Reason};

/// Speaks on standard error.
#[derive(Debug, Default)]
pub(in super::super) struct Notes {
    manner: Manner,
    progress: Progress,
    /// What is to be said once something is stale.
    held: Mutex<Option<String>>,
}

impl Notes {
    pub(in super::super) fn new(manner: Manner) -> Self {
        Self { manner, ..Self::default() }
    }

    /// Keeps a note until something is found stale: what is said of how that is made fresh is of no interest before.
    pub(in super::super) fn hold(&self, note: Option<String>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = note;
    }

    /// Where cargo's standard error goes: through us where a bar stands below it.
    pub(in super::super) fn cargo_output(&self) -> CargoOutput {
        let manner = self.manner.of_cargo();
        if self.manner.quiet || !progress::is_seen() {
            return CargoOutput::As(manner);
        }
        // Behind a pipe cargo cannot tell what we can.
        let color = Palette::has_color(&io::stderr(), self.manner.color);
        CargoOutput::Told(CargoManner { color: Some(color), ..manner })
    }

    /// Takes away what is shown of anything that goes on.
    pub(in super::super) fn end(&self) {
        self.progress.clear();
    }

    /// The colours of standard error, asked for only where something is said.
    fn palette(&self) -> Palette {
        Palette::of(&io::stderr(), self.manner.color)
    }

    /// A note, unless only errors are wanted.
    pub(super) fn note(&self, text: &str) {
        if !self.manner.quiet {
            self.line(&[(self.palette().faint, "freshness: "), (Style::new(), text)]);
        }
    }

    /// A note for those who want to know more.
    fn detail(&self, text: &str) {
        if self.manner.verbose {
            self.note(text);
        }
    }

    fn warning(&self, text: &str) {
        let Palette { faint, warn, .. } = self.palette();
        self.line(&[(faint, "freshness: "), (warn, "warning: "), (Style::new(), text)]);
    }

    pub(super) fn error(&self, text: &str) {
        let text = text.strip_prefix("error: ").unwrap_or(text);
        self.line(&[(self.palette().bad, "error: "), (Style::new(), text)]);
    }

    fn line(&self, parts: &[(Style, &str)]) {
        let mut line = String::new();
        for (style, text) in parts {
            line.push_str(&format!("{style}{}{style:#}", Escaped::lines(text)));
        }
        self.progress.above(|| {
            let _ = writeln!(io::stderr(), "{line}");
        });
    }

    fn reason(&self, reason: &Reason) {
        if self.manner.quiet {
            return;
        }
        let text = reason.to_string();
        let (code, rest) = text.split_at(reason.code().len());
        let Palette { faint, warn, .. } = self.palette();
        self.line(&[(faint, "freshness: "), (warn, code), (Style::new(), rest)]);
    }

    /// Passes on a line of cargo's as it is; what the bar shows as well only to those who want to know more.
    fn cargo_says(&self, line: &[u8]) {
        if let Some(status) = cargo_line::status(line) {
            self.progress.says(&status);
            if !self.manner.verbose {
                return;
            }
        }
        self.progress.above(|| {
            let _ = io::stderr().write_all(&[line, b"\n"].concat());
        });
    }

    /// Tells what became of what was built, once the answer was given.
    pub(in super::super) fn uploaded(&self, result: &Result<Uploaded, Error>) {
        /// What else can be done.
        const LATER: &str = "`freshness remote put` can do it";
        match result {
            Ok(Uploaded::Put { archives, bytes, .. }) => {
                self.note(&format!("put {} into the shared storage", amount(*archives, *bytes)));
            }
            Ok(Uploaded::AlreadyThere { .. }) => self.detail("the shared storage has it already"),
            Ok(Uploaded::Not { because }) => {
                self.note(&format!("note: not put into the shared storage: {because}; {LATER}"));
            }
            Err(error) => self.note(&format!("note: failed to {error}; {LATER}")),
        }
    }

    /// Tells what goes on.
    pub(in super::super) fn event(&self, event: Event<'_>) {
        if !self.manner.quiet && self.progress.event(&event) {
            return;
        }
        match event {
            Event::WaitingForLock { holder } => self.note(&format!("waiting for {holder}")),
            Event::Stale { verdict } => {
                let reasons = &verdict.reasons;
                reasons.iter().take(REASONS_SHOWN).for_each(|reason| self.reason(reason));
                if let Some(more) = reasons.len().checked_sub(REASONS_SHOWN).filter(|n| *n > 0) {
                    self.note(&format!("and {more} more reasons"));
                }
                let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(held) = held {
                    self.note(&format!("note: {held}"));
                }
            }
            Event::Fetched { storage, bytes } => {
                self.note(&format!("fetched from {storage} ({})", Bytes(bytes)));
            }
            Event::CargoStarts { args, .. } => {
                self.detail(&format!("starting cargo {}", args.join(" ")));
            }
            Event::CargoSays { line } => self.cargo_says(line),
            Event::LockTaken
            | Event::Looking { .. }
            | Event::Fetching { .. }
            | Event::CargoMade { .. }
            | Event::CargoEnds => {}
            Event::CargoForced { package } => self.note(&format!(
                "cargo calls {} fresh, which cannot be: building from nothing",
                Escaped::text(package)
            )),
            Event::ChangedDuringBuild { path } => {
                self.note(&format!("{path} changed while cargo ran: building again"));
            }
            Event::GlobMatchesNothing { glob } => {
                self.warning(&format!("`{}` matches no file", Escaped::text(glob)));
            }
            Event::UsingPrebuilt { dir, because } => {
                self.warning(because);
                self.warning(&format!("using prebuilt archives of {}", Escaped::path(dir)));
            }
            Event::ChangedDuringRun { path } => {
                self.note(&format!("{path} changed while the command ran: running it again"));
            }
            Event::OutputsUntouched => self.note(
                "note: the command left its outputs as they were; one that compares times itself, as make \
                 does, misses changes that carry an old time",
            ),
            Event::Note { text } => self.note(&format!("note: {text}")),
        }
    }
}
