//! `freshness remote key`: makes a pair of keys.

use std::process::ExitCode;

use super::remote::KeyArgs;
use super::report::{self, Notes};
use crate::facade::Error;

/// Makes a pair and prints it; gives the exit status.
pub(super) fn main(args: &KeyArgs) -> ExitCode {
    let notes = Notes::new(args.manner);
    match seed() {
        Ok(seed) => {
            let public = crate::remote::trust::SecretKey::of_seed(&seed).public();
            let secret: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
            report::key::pair(&secret, &public, &notes, args.format)
        }
        Err(error) => report::failure(&notes, args.format, &error),
    }
}

/// What no one can guess.
#[cfg(feature = "remote")]
fn seed() -> Result<[u8; 32], Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| crate::BuildError::Remote {
        problem: format!("the system has no random bytes: {error}"),
        hint: "see the system's message",
    })?;
    Ok(seed)
}

#[cfg(not(feature = "remote"))]
fn seed() -> Result<[u8; 32], Error> {
    Err(super::storage::not_built_in())
}
