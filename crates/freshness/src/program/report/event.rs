//! How what goes on meanwhile is told: lines on standard error.

use std::io::{self, Write};

use super::REASONS_SHOWN;
use crate::{Escaped, Event};

/// Tells on standard error what goes on.
pub(in super::super) fn event(event: Event<'_>) {
    match event {
        Event::WaitingForLock { holder } => {
            say!("freshness: waiting for {holder}");
        }
        Event::Stale { verdict } => {
            for reason in verdict.reasons.iter().take(REASONS_SHOWN) {
                say!("freshness: {reason}");
            }
            if let Some(more) = verdict.reasons.len().checked_sub(REASONS_SHOWN).filter(|n| *n > 0)
            {
                say!("freshness: and {more} more reasons");
            }
        }
        Event::CargoStarts { .. } => {}
        Event::ChangedDuringRun { path } => {
            say!("freshness: {path} changed while the command ran: running it again");
        }
        Event::OutputsUntouched => {
            say!(
                "freshness: note: the command left its outputs as they were; one that compares times \
                 itself, as make does, misses changes that carry an old time"
            );
        }
        Event::CargoForced { package } => {
            say!(
                "freshness: cargo calls {} fresh, which cannot be: building from nothing",
                Escaped::text(package)
            );
        }
        Event::ChangedDuringBuild { path } => {
            say!("freshness: {path} changed while cargo ran: building again");
        }
        Event::GlobMatchesNothing { glob } => {
            say!("freshness: warning: `{}` matches no file", Escaped::text(glob));
        }
        Event::UsingPrebuilt { dir, because } => {
            say!("freshness: warning: {because}");
            say!("freshness: warning: using prebuilt archives of {}", Escaped::path(dir));
        }
        Event::Note { text } => {
            say!("freshness: note: {text}");
        }
    }
}
