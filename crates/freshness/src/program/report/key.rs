//! How a new pair of keys is printed: the one place where a secret is shown, because it is asked for.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::super::cli::Format;
use super::{Notes, ended, print_json};
use crate::remote::Terms;
use crate::remote::trust::PublicKey;

/// Prints a pair of keys, the secret one as its hexadecimal digits; gives the exit status.
pub(in super::super) fn pair(
    secret: &str,
    public: &PublicKey,
    notes: &Notes,
    format: Format,
) -> ExitCode {
    let printed = match format {
        Format::Json => print_json(&JsonPair {
            schema: 1,
            command: "remote-key",
            secret_key: secret,
            public_key: public.to_string(),
        }),
        Format::Text => print_pair(secret, public),
    };
    ended(notes, printed, ExitCode::SUCCESS)
}

fn print_pair(secret: &str, public: &PublicKey) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}={secret}\npublic key {public}", Terms::KEY)?;
    out.flush()
}

#[derive(Serialize)]
struct JsonPair<'a> {
    schema: u32,
    command: &'a str,
    secret_key: &'a str,
    public_key: String,
}
