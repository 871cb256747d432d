//! A bar on the terminal, for compiles that take long enough to wonder.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::outcome::Progress;

/// A compile that is done before is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(400);

/// Drawn on standard error, and only where that is a terminal.
pub(super) struct Bar {
    begun: Instant,
    is_wanted: bool,
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    pub(super) fn new(is_text: bool) -> Self {
        let is_wanted = is_text && io::stderr().is_terminal();
        Self { begun: Instant::now(), is_wanted, bar: OnceLock::new() }
    }

    /// Shows what goes on, once that takes long.
    pub(super) fn show(&self, progress: Progress) {
        if !self.is_wanted {
            return;
        }
        match progress {
            Progress::Generating(modules) => self.bar().set_length(modules as u64),
            Progress::Generated => self.bar().inc(1),
            Progress::Linking => self.bar().set_message("linking"),
            Progress::Done => return self.bar().finish_and_clear(),
            Progress::Read => return,
        }
        if self.begun.elapsed() > PATIENCE && self.bar().is_hidden() {
            self.bar().set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn bar(&self) -> &ProgressBar {
        self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} modules {msg}");
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            style.map_or(bar.clone(), |style| bar.with_style(style))
        })
    }
}
