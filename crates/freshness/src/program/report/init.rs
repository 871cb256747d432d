//! How it is printed that a configuration was written: its path, and what to do next.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::super::cli::Format;
use super::{Notes, ended, print_json};
use crate::{Escaped, Written};

/// What to do with a configuration.
const NEXT: &str = "freshness build";

/// Prints what was written; gives the exit status.
pub(in super::super) fn written(written: &Written, notes: &Notes, format: Format) -> ExitCode {
    let printed = match format {
        Format::Json => print_json(&JsonInit::new(written)),
        Format::Text => print_path(written, notes),
    };
    ended(notes, printed, ExitCode::SUCCESS)
}

fn print_path(written: &Written, notes: &Notes) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", Escaped::path(&written.path))?;
    out.flush()?;
    let names: Vec<&str> = written.packages.iter().map(|member| member.name.as_str()).collect();
    notes.note(&format!("it asks for {}; next: `{NEXT}`", names.join(", ")));
    Ok(())
}

#[derive(Serialize)]
struct JsonInit<'a> {
    schema: u32,
    command: &'a str,
    path: String,
    packages: Vec<JsonMember<'a>>,
    next: &'a str,
}

#[derive(Serialize)]
struct JsonMember<'a> {
    name: &'a str,
    makes: Vec<&'a str>,
}

impl<'a> JsonInit<'a> {
    fn new(written: &'a Written) -> Self {
        let packages = written.packages.iter().map(|member| JsonMember {
            name: &member.name,
            makes: member.makes.iter().map(|kind| kind.word()).collect(),
        });
        Self {
            schema: 1,
            command: "init",
            path: Escaped::path(&written.path).to_string(),
            packages: packages.collect(),
            next: NEXT,
        }
    }
}
