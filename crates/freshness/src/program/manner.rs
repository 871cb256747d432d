//! How much is said, and in which colours: what every command takes.

use std::ffi::OsString;

use clap::{Args, ColorChoice};

use crate::CargoManner;

/// The options that every command takes.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// When to colour what is printed
    #[arg(long, value_name = "WHEN", default_value_t)]
    pub(super) color: ColorChoice,
    /// Say nothing but answers, warnings and errors
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say more of what goes on
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

impl Manner {
    /// How cargo speaks where it speaks to our standard error.
    pub(super) fn of_cargo(self) -> CargoManner {
        let color = match self.color {
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
            ColorChoice::Auto => None,
        };
        CargoManner { color, is_quiet: self.quiet }
    }

    /// When to colour what is said of arguments that could not be read, as far as they tell.
    pub(super) fn color_of(args: &[OsString]) -> ColorChoice {
        // What follows `--` is another program's.
        let args = args.split(|arg| arg == "--").next().unwrap_or_default();
        let value = args.windows(2).find(|pair| pair[0] == "--color").and_then(|p| p[1].to_str());
        let joined = || args.iter().find_map(|arg| arg.to_str()?.strip_prefix("--color="));
        value.or_else(joined).and_then(|value| value.parse().ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_known_before_the_arguments_are() {
        let color =
            |args: &[&str]| Manner::color_of(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(color(&["freshness", "--color", "never", "x"]), ColorChoice::Never);
        assert_eq!(color(&["freshness", "--color=always"]), ColorChoice::Always);
        assert_eq!(color(&["freshness", "--color=mauve"]), ColorChoice::Auto);
        assert_eq!(color(&["freshness", "--color"]), ColorChoice::Auto);
    }
}
