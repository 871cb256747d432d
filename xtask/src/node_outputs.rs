//! `cargo xtask node-outputs`: what Node.js prints for the programs of the compiler's suite.
//!
//! Node.js 20 reads no TypeScript, so the programs are checked and translated by the `typescript` package
//! first, in a scratch directory under `target/`. Its version is pinned: the outputs must not depend on
//! the day. `record.mjs` does the work, because it is about JavaScript.
#![expect(clippy::print_stderr, reason = "a developer task speaks")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::command_line;

const SCRATCH: &str = "target/node-outputs";
/// As seen from the scratch directory.
const PROGRAMS: &str = "../../crates/compiler/tests/programs";
const RECORD: &str = include_str!("node_outputs/record.mjs");

/// Writes every program's `.out` anew, and the version of Node.js that they come from.
pub fn run(root: &Path) -> Result<ExitCode> {
    let scratch = root.join(SCRATCH);
    fs::create_dir_all(&scratch).with_context(|| format!("cannot create {SCRATCH}"))?;
    for (name, text) in [("record.mjs", RECORD), ("package.json", "{ \"private\": true }\n")] {
        let path = scratch.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    eprintln!("node-outputs: in {SCRATCH}");
    command_line::run("npm install --no-save --no-audit --no-fund typescript@5.9.3", &scratch)?;
    command_line::run(&format!("node record.mjs {PROGRAMS}"), &scratch)?;
    Ok(ExitCode::SUCCESS)
}
