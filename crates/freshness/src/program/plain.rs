//! What is asked of cargo without a profile: `freshness check` as one would say `cargo build`.

use clap::Args;

use crate::config::Config;

/// What narrows such a question.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Plain {
    /// Ask for whatever cargo makes of this package, rather than for a profile
    #[arg(short, long = "package", value_name = "NAME", conflicts_with = "profile")]
    packages: Vec<String>,
    /// Ask for whatever cargo makes with --release, rather than for a profile
    #[arg(short, long, conflicts_with = "profile")]
    release: bool,
}

impl Plain {
    /// Asks `config` as these say, where they say something.
    pub(super) fn ask(&self, config: &mut Config) {
        if self.release || !self.packages.is_empty() {
            let cargo_profile = if self.release { "release" } else { "dev" };
            config.ask_cargo(self.packages.clone(), cargo_profile);
        }
    }
}
