//! The colours of a report: on a terminal, or where they are asked for; else none.
//!
//! `--color` decides, then `NO_COLOR` and `CLICOLOR_FORCE` (<https://no-color.org>, <https://bixense.com/clicolors>),
//! then whether the stream is a terminal that knows colours. Names are escaped whatever is decided, so every
//! escape sequence that is printed comes from here.

use anstream::AutoStream;
use anstream::stream::RawStream;
use clap::ColorChoice;
use clap::builder::styling::{AnsiColor, Style};

/// The styles of a report. Printed before a text, and in their alternate form (`{:#}`) behind it.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Palette {
    /// Fresh; nothing to do.
    pub(super) good: Style,
    /// Stale; an error.
    pub(super) bad: Style,
    /// What deserves a look: a warning, the code of a reason.
    pub(super) warn: Style,
    /// A title, a name.
    pub(super) strong: Style,
    /// What is beside the point.
    pub(super) faint: Style,
}

impl Palette {
    /// The colours for a stream, given what was asked for.
    pub(in super::super) fn of<S: RawStream>(stream: &S, color: ColorChoice) -> Self {
        if Self::has_color(stream, color) { Self::colored() } else { Self::default() }
    }

    /// Whether a stream gets colours.
    pub(in super::super) fn has_color<S: RawStream>(stream: &S, color: ColorChoice) -> bool {
        match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => AutoStream::choice(stream) != anstream::ColorChoice::Never,
        }
    }

    fn colored() -> Self {
        Self {
            good: AnsiColor::Green.on_default().bold(),
            bad: AnsiColor::Red.on_default().bold(),
            warn: AnsiColor::Yellow.on_default(),
            strong: Style::new().bold(),
            faint: Style::new().dimmed(),
        }
    }
}
