//! What `explain` is asked beside the verdict.

use std::path::PathBuf;

use clap::Args;

/// The options of `explain` alone.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Asked {
    /// List every input, with why it is one
    #[arg(long)]
    pub(super) inputs: bool,
    /// Show every change, not the first ones of each package
    #[arg(long)]
    pub(super) all: bool,
    /// Say of one path whether it is an input, by which rule, and what has changed of it
    #[arg(long, value_name = "PATH")]
    pub(super) why_not_fresh: Option<PathBuf>,
    /// Write the explanation to this file as well, as a page for a browser
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
}
