//! A tool that needs native archives, whole: `cargo run --example archives -- WORKSPACE PACKAGE…`.
//!
//! It prints where current archives are, one a line, and says on standard error what it did for them. Run twice, the
//! second run starts nothing.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program reads its argv and environment, and prints"
)]

use std::path::Path;
use std::process::ExitCode;

use freshness::{Config, Environment, Error, Escaped, Event, Freshness, Outcome, Profile, Tool};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workspace, packages @ ..] = &arguments[..] else { return usage() };
    if packages.is_empty() {
        return usage();
    }
    let workspace = Path::new(workspace);
    let config = match Config::new(workspace, "target/archives-example".as_ref()) {
        Ok(config) => config.with_profile("wanted", Profile::release(packages)),
        Err(error) => {
            eprintln!("cannot find {}: {error}", Escaped::path(workspace));
            return ExitCode::from(2);
        }
    };
    match archives(config) {
        Ok(outcome) => {
            let done = if outcome.built { "built" } else { "nothing to do" };
            eprintln!("{done}: generation {}", outcome.generation.unwrap_or_default());
            outcome.archives.iter().for_each(|archive| println!("{}", archive.path.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("failed to {error}\n{}", error.hint());
            ExitCode::from(2)
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("name a workspace, and the packages whose static libraries are wanted");
    ExitCode::from(2)
}

/// Current archives: those that are there, or those of one cargo run.
fn archives(config: Config) -> Result<Outcome, Error> {
    let tool = Tool::new("archives-example", env!("CARGO_PKG_VERSION"));
    Freshness::new(config, tool, Environment::new(std::env::vars_os()))
        .on_event(|event| match event {
            Event::Stale { verdict } => verdict.reasons.iter().for_each(|r| eprintln!("{r}")),
            Event::WaitingForLock { holder } => eprintln!("waiting for {holder}"),
            _ => {}
        })
        .build("wanted")
}
