//! Every developer task of this repository: `cargo xtask --help` lists them.
//!
//! Depends on no workspace crate, so that it builds, and can say what is wrong, while they do not.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

mod agreement;
mod api;
mod bench;
mod ci;
mod command_line;
mod crashes;
mod demo;
mod docs;
mod fixture;
mod fuzz;
mod load;
mod man;
mod matrix;
mod native_workspace;
mod node_outputs;
mod servers;
mod tidy;

#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Edit real workspaces at random and compare our answers with cargo's and with the truth
    Agreement(agreement::Options),
    /// Write what the libraries promise to docs/api, one line for each public name
    Api,
    /// Measure everything anew and write docs/BENCHMARKS.md
    Bench(bench::Options),
    /// Run the whole of CI in order, up to the first step that fails
    Ci(ci::Options),
    /// Kill a build, or fail it, at every call on the way from the lock to the pruning, and print what came of it
    Crashes,
    /// Repeat the proof that this project began with, in a scratch directory, and print its table
    Demo(demo::Options),
    /// Make the user guide's pages with mdBook, in target/guide
    Docs,
    /// Write a fixture of the benchmarks
    Fixture(fixture::Options),
    /// Let many clients loose on one shared storage, with faults, and print what came of it
    Load(load::Options),
    /// Write the manual pages to target/man
    Man,
    /// Run the detection matrix, every event by every strategy, and write docs/DETECTION.md
    Matrix(matrix::Options),
    /// Tell random histories at length and judge every strategy by plain bytes
    Fuzz(fuzz::Options),
    /// Install the servers that storages are tried against, where they are missing
    Servers,
    /// Check what the compiler does not: crate edges, lengths, owners, words, generated docs
    Tidy(tidy::Options),
    /// Record anew what Node.js prints for the compiler's programs (needs node and npm)
    NodeOutputs,
}

fn main() -> anyhow::Result<ExitCode> {
    match Task::parse() {
        Task::Agreement(options) => agreement::run(repository(), &options),
        Task::Api => api::run(repository()),
        Task::Bench(options) => bench::run(repository(), &options),
        Task::Ci(options) => ci::run(repository(), &options),
        Task::Crashes => crashes::run(repository()),
        Task::Demo(options) => demo::run(repository(), &options),
        Task::Docs => docs::run(repository()),
        Task::Fixture(options) => fixture::run(repository(), &options),
        Task::Load(options) => load::run(repository(), &options),
        Task::Man => man::run(repository()),
        Task::Matrix(options) => matrix::run(repository(), &options),
        Task::Fuzz(options) => fuzz::run(repository(), &options),
        Task::Servers => servers::run(repository()),
        Task::Tidy(options) => tidy::run(repository(), &options),
        Task::NodeOutputs => node_outputs::run(repository()),
    }
}

/// Where this source was compiled: right wherever in the repository the task is called from.
fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("xtask is a directory of the repository")
}
