//! Measures, group by group, and writes the results into the document: `cargo xtask bench` starts it.
//!
//! A group that fails says so in its place, and the others are measured.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program reads its argv, runs others and speaks"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bench_harness::machine::{self, version};
use bench_harness::measure::{Contender, Outcome, Plan, contest};
use bench_harness::peers::{PEERS, find};
use bench_harness::scene::Scene;
use bench_harness::section::{Section, count, parse_count};
use bench_harness::{document, plot};
use clap::Parser;

mod checks;
mod cold;
mod compiler;
mod growth;
mod machines;
mod peers;
#[path = "../../../../../tests/src/servers.rs"]
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "the servers of the tests, of which some is used here"
)]
mod servers;
mod workspaces;

/// What to measure, and where.
#[derive(Parser)]
struct Options {
    /// The repository, whose document is rewritten
    #[arg(long, value_name = "DIR")]
    repository: PathBuf,
    /// A workspace of two packages and its freshness.toml; a trial does without it
    #[arg(long, value_name = "DIR")]
    native: PathBuf,
    /// The `freshness` that can share
    #[arg(long, value_name = "FILE")]
    sharing: PathBuf,
    /// Where fixtures are kept
    #[arg(long, value_name = "DIR")]
    work: PathBuf,
    /// Where registries' clients installed other tools: `node/` and `python/`
    #[arg(long, value_name = "DIR")]
    installed: PathBuf,
    /// Where the document goes
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// How many files, several times over
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = files)]
    files: Vec<usize>,
    /// These groups alone
    #[arg(long, value_name = "GROUP", num_args = 1.., value_parser = GROUPS.map(|group| group.0))]
    only: Vec<String>,
    /// Exactly so many rounds
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Small fixtures, and one round of everything
    #[arg(long)]
    smoke: bool,
}

type Group = (&'static str, fn(&Bench) -> Result<Section>);

/// In the order in which they stand in the document.
const GROUPS: [Group; 9] = [
    ("check", checks::unchanged),
    ("edited", checks::edited),
    ("contents", checks::contents),
    ("cold", cold::measure),
    ("workspaces", workspaces::measure),
    ("growth", growth::measure),
    ("peers", peers::measure),
    ("compiler", compiler::measure),
    ("machines", machines::measure),
];

/// Everything that groups need to know.
struct Bench {
    repository: PathBuf,
    native: PathBuf,
    sharing: PathBuf,
    /// Where the programs are that are measured.
    programs: PathBuf,
    work: PathBuf,
    installed: PathBuf,
    plots: PathBuf,
    sizes: Vec<usize>,
    rounds: Option<usize>,
    smoke: bool,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Measures and writes; gives whether every group could be measured.
fn run(options: Options) -> Result<bool> {
    let bench = Bench::new(&options)?;
    let path = options.docs.join("BENCHMARKS.md");
    let mut all = true;
    for (name, measure) in GROUPS {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
            continue;
        }
        let start = Instant::now();
        eprintln!("bench: {name}");
        let wanted = match measure(&bench) {
            Ok(mut section) => {
                section.command = format!("cargo xtask bench --only {name}");
                section.markdown()
            }
            Err(error) => {
                all = false;
                eprintln!("bench: {name}: failed: {error:#}");
                format!("## {name}\n\nCould not be measured: {error:#}")
            }
        };
        eprintln!("bench: {name}: {:.0} s", start.elapsed().as_secs_f64());
        // After each group, so that a run that is stopped leaves what it has.
        let text = fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
        let text = document::with_section(&text, "machine", &bench.machine());
        let text = document::with_section(&text, name, &wanted);
        let text = document::with_section(&text, "goals", &document::goals(&text));
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    }
    eprintln!("bench: wrote {}", path.display());
    Ok(all)
}

/// The document before anything was measured.
const HEAD: &str = include_str!("head.md");

impl Bench {
    fn new(options: &Options) -> Result<Self> {
        let programs = std::env::current_exe()?;
        let programs = programs.parent().context("find the programs' directory")?.to_owned();
        let plots = options.docs.join("bench");
        fs::create_dir_all(&plots)?;
        fs::create_dir_all(&options.work)?;
        let mut sizes = match (options.files.is_empty(), options.smoke) {
            (false, _) => options.files.clone(),
            (true, true) => vec![200, 1000],
            (true, false) => vec![1000, 10_000, 100_000, 1_000_000],
        };
        sizes.sort_unstable();
        Ok(Self {
            repository: fs::canonicalize(&options.repository)?,
            native: options.native.clone(),
            // Looked for where it is needed: other groups can do without it.
            sharing: fs::canonicalize(&options.sharing).unwrap_or_default(),
            programs,
            work: fs::canonicalize(&options.work)?,
            // Programs are started from other directories than this one; where none is installed, none is found.
            installed: fs::canonicalize(&options.installed).unwrap_or_default(),
            plots,
            sizes,
            rounds: options.rounds.or(options.smoke.then_some(1)),
            smoke: options.smoke,
        })
    }

    /// The size at which goals are set: 100,000 files, or the largest below.
    fn size(&self) -> usize {
        let below = self.sizes.iter().copied().filter(|size| *size <= 100_000).max();
        below.unwrap_or(self.sizes[0])
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    fn command(&self, name: &str) -> Command {
        Command::new(self.program(name))
    }

    /// Where registries' clients installed other tools.
    fn installed(&self) -> &Path {
        &self.installed
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        find(program, self.installed())
    }

    /// The toolchain's own cargo; rustup's proxy would look for it at each start.
    fn cargo(&self) -> PathBuf {
        let mut which = Command::new("rustup");
        which.args(["which", "cargo"]);
        let direct = bench_harness::measure::perform(which, 0).ok();
        direct.map_or_else(|| "cargo".into(), |path| PathBuf::from(path.trim()))
    }

    fn scene(&self, files: usize) -> Result<Scene> {
        eprintln!("bench:   scene of {} files", count(files));
        Scene::open(&self.work, files, &self.program("freshness"))
    }

    fn contest(
        &self,
        what: &str,
        contenders: Vec<Contender<'_>>,
        budget: Duration,
    ) -> Vec<Outcome> {
        let start = Instant::now();
        let rounds = self.rounds;
        let outcomes = contest(
            contenders,
            Plan {
                budget,
                at_least: rounds.unwrap_or(5),
                at_most: rounds.unwrap_or(101),
                warm: true,
            },
        );
        self.told(what, &outcomes, start);
        outcomes
    }

    fn told(&self, what: &str, outcomes: &[Outcome], start: Instant) {
        eprintln!("bench:   {what}: {:.1} s", start.elapsed().as_secs_f64());
        for Outcome { name, times } in outcomes {
            match times {
                Ok(times) => {
                    let median = bench_harness::section::shown(times.median());
                    eprintln!("bench:     {name}: {median}");
                }
                Err(problem) => eprintln!("bench:     {name}: {problem}"),
            }
        }
    }

    /// A floor over the files of a scene.
    fn floor<'s>(&'s self, name: &str, floor: &'static str, scene: &'s Scene) -> Contender<'s> {
        Contender::new(name, move || {
            let mut command = self.command("floor");
            command.arg(floor).arg(scene.inputs()).arg(scene.table());
            command
        })
    }

    /// The floor that reads, with so many threads.
    fn threaded_floor<'s>(&'s self, name: &str, threads: usize, scene: &'s Scene) -> Contender<'s> {
        Contender::new(name, move || {
            let mut command = self.command("floor");
            command.arg("read").arg(scene.inputs()).arg(scene.table());
            command.args(["--threads", &threads.to_string()]);
            command
        })
    }

    /// The most memory that a command had, in bytes.
    fn peak(&self, command: &Command) -> Result<u64> {
        let mut peak = self.command("peak");
        peak.arg(command.get_program()).args(command.get_args());
        if let Some(directory) = command.get_current_dir() {
            peak.current_dir(directory);
        }
        let said = bench_harness::measure::perform(peak, 0)?;
        let kib = said.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        Ok(1024 * kib.with_context(|| format!("read {said:?}"))?)
    }

    fn write_plot(&self, name: &str, drawn: Result<String>) -> Result<()> {
        let text = drawn?;
        fs::write(self.plots.join(name), text).with_context(|| format!("write {name}"))
    }

    fn machine(&self) -> String {
        let mut versions = Vec::new();
        let mut add = |name: &str, command: Command| {
            versions.extend(version(command).map(|version| (name.to_owned(), version)));
        };
        for (program, option) in [("rustc", "--version"), ("cc", "--version"), ("ld", "--version")]
        {
            let mut command = Command::new(program);
            command.arg(option);
            add(program, command);
        }
        for name in ["esbuild", "bun"] {
            if let Some(path) = self.find(name) {
                let mut command = Command::new(path);
                command.arg("--version");
                add(name, command);
            }
        }
        let mut known: Vec<&str> = Vec::new();
        for peer in PEERS {
            let program = peer.name.split([',', ' ']).next().unwrap_or(peer.name);
            let version = peer.version(self.installed()).filter(|_| !known.contains(&program));
            versions.extend(version.map(|version| (program.to_owned(), version)));
            known.push(program);
        }
        machine::markdown(&versions)
    }
}

/// Where servers are looked for that `cargo xtask servers` installed.
fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Seconds, of a budget.
const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// `100k` and `1M` are counts.
fn files(text: &str) -> Result<usize, String> {
    parse_count(text).ok_or_else(|| format!("{text} is no count of files"))
}

/// A line of a plot, drawn by whose it is.
fn line(name: &str, points: Vec<(f64, f64)>) -> plot::Line {
    let is_ours = bench_harness::scene::WAYS.iter().any(|way| way.name == name);
    let kind = match name.ends_with("floor") {
        true => plot::Kind::Floor,
        false if is_ours => plot::Kind::Ours,
        false => plot::Kind::Other,
    };
    plot::Line { name: name.to_owned(), points, kind }
}
