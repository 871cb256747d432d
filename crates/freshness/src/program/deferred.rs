//! Options that are only made where their command is the one that is given: making those of every command takes
//! longer than many an answer.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The options `T` of a command. They come behind those that the command has besides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deferred<T>(pub(super) T);

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| keeping_its_purpose(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| keeping_its_purpose(command, T::augment_args_for_update))
    }
}

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// Adds options without what is said of them as a whole, which would take the place of what the command is for.
fn keeping_its_purpose(command: Command, augment: fn(Command) -> Command) -> Command {
    let (about, long) = (command.get_about().cloned(), command.get_long_about().cloned());
    let command = augment(command).about(about.unwrap_or_default());
    match long {
        Some(long) => command.long_about(long),
        None => command.long_about(None::<&str>),
    }
}
