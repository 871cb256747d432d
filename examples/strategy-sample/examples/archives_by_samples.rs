//! A tool that judges its archives by a strategy of its own:
//! `cargo run -p strategy-sample --example archives_by_samples -- sample build WORKSPACE PACKAGE…`.
//!
//! The first argument is who decides: `sample`, or a built-in strategy. With `hash` or `mtime` the tool does not know
//! of samples at all, and its builds record none: what follows from that can be tried.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program reads its argv and environment, and prints"
)]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use freshness::{Config, Environment, Error, Freshness, Outcome, Profile, StrategyName, Tool};
use strategy_sample::SampleStrategy;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [by, action, workspace, packages @ ..] = &arguments[..] else {
        eprintln!("sample|hash|mtime check|build WORKSPACE PACKAGE…");
        return ExitCode::from(2);
    };
    let config = match Config::new(Path::new(workspace), "target/samples-example".as_ref()) {
        Ok(config) => config.with_profile("wanted", Profile::release(packages)),
        Err(error) => {
            eprintln!("cannot find {workspace}: {error}");
            return ExitCode::from(2);
        }
    };
    match ask(config, by, action) {
        Ok(outcome) => {
            println!("{}, built: {}", outcome.verdict.word(), outcome.built);
            outcome.verdict.reasons.iter().for_each(|reason| println!("{reason}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("failed to {error}\n{}", error.hint());
            ExitCode::from(2)
        }
    }
}

fn ask(config: Config, by: &str, action: &str) -> Result<Outcome, Error> {
    let tool = Tool::new("samples-example", env!("CARGO_PKG_VERSION"));
    let freshness = Freshness::new(config, tool, Environment::new(std::env::vars_os()));
    let freshness = match StrategyName::parse(by) {
        Some(built_in) => freshness.strategy(built_in),
        None => freshness.custom_strategy(Arc::new(SampleStrategy)),
    };
    match action {
        "build" => freshness.build("wanted"),
        _ => freshness.check("wanted"),
    }
}
