//! Workspaces as cargo has them, where nothing changed: this repository's archives, and a larger one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use bench_harness::measure::{Contender, Outcome, perform, ratio, times_of};
use bench_harness::real_workspace::{count_units, write_real_workspace};
use bench_harness::section::{Goal, Limit, Section, Table};

use crate::{Bench, seconds};

const NOTHING: &str = "/bin/true";
const CHECK: &str = "freshness check";
const BUILD: &str = "freshness build";
/// What one starts by typing `cargo`: that is rustup's proxy where rustup is.
const TYPED: &str = "cargo build, cargo from PATH";
/// What the proxy starts.
const DIRECT: &str = "cargo build, the toolchain's own cargo";

/// What the others are compared with.
const BASELINES: [&str; 2] = [NOTHING, CHECK];

/// Measures both; of the smallest fixture only, where it is a trial.
pub fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section {
        title: "Workspaces where nothing changed".into(),
        intro: "The native archives of this repository (two packages, with regex and sha2), as a workspace of their own and \
                as the part of this repository that they are; and a workspace of published packages, of which many \
                are its own. What one types is the cargo on `PATH`; with rustup that is a proxy, which first finds the \
                toolchain's own. Goals are set against what one types. Each has a target directory of its own: \
                in a common one the two would forget what the other knows of the compiler."
            .into(),
        ..Section::default()
    };
    if bench.smoke {
        let scene = bench.scene(bench.sizes[0])?;
        let small = Workspace::new(bench, scene.root(), &["--workspace"]);
        section.tables.push(Table::of_contest("", &small.contest()?, &BASELINES));
        return Ok(section);
    }
    let arguments = "--release --locked -p nativets-runtime -p nativets-stdlib \
                     --no-default-features --features nativets-stdlib/crypto";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let faster = |outcomes: &[Outcome]| ratio(outcomes, TYPED, CHECK);
    let subjects =
        [(&bench.native, "two packages"), (&bench.repository, "two packages of this repository")];
    for (root, words) in subjects {
        let outcomes = Workspace::new(bench, root, &arguments).contest()?;
        let to_nothing = ratio(&outcomes, CHECK, NOTHING);
        section.goals.extend([
            Goal::new(
                format!("check of {words}, against {NOTHING}"),
                to_nothing,
                Limit::AtMost(2.5),
            ),
            Goal::new(
                format!("check of {words}, against cargo's no-op"),
                faster(&outcomes),
                Limit::AtLeast(15.0),
            ),
        ]);
        section.tables.push(Table::of_contest(format!("{words}:"), &outcomes, &BASELINES));
    }
    let (caption, outcomes) = real(bench)?;
    let what = "check of the larger workspace, against cargo's no-op";
    section.goals.push(Goal::new(what, faster(&outcomes), Limit::AtLeast(80.0)));
    section.tables.push(Table::of_contest(caption, &outcomes, &BASELINES));
    Ok(section)
}

/// The larger one, with what it consists of.
fn real(bench: &Bench) -> Result<(String, Vec<Outcome>)> {
    let root = bench.work.join("real");
    let is_new = write_real_workspace(&root, &bench.repository)?;
    let workspace = Workspace::new(bench, &root, &["--workspace"]);
    workspace.seed(is_new)?;
    let outcomes = workspace.contest()?;
    let typed = &workspace.cargos[0];
    let mut build = workspace.cargo(typed);
    build.args(["--message-format", "json"]);
    let units = count_units(&perform(build, 0)?, &root, &typed.target.join("debug/deps"))?;
    let caption = format!(
        "{} units of cargo, {} source files of the workspace's own packages:",
        units.units, units.compiled_files
    );
    Ok((caption, outcomes))
}

/// A workspace with what cargo is to build of it.
struct Workspace<'b> {
    bench: &'b Bench,
    root: &'b Path,
    arguments: &'b [&'b str],
    /// The one that is typed first.
    cargos: Vec<Cargo>,
}

/// A cargo, and where it builds.
struct Cargo {
    name: &'static str,
    program: PathBuf,
    target: PathBuf,
}

impl<'b> Workspace<'b> {
    fn new(bench: &'b Bench, root: &'b Path, arguments: &'b [&'b str]) -> Self {
        let name = root.file_name().unwrap_or_default();
        let cargo = |(name_of_cargo, place, program): (&'static str, &str, PathBuf)| Cargo {
            name: name_of_cargo,
            program,
            target: bench.work.join(place).join(name),
        };
        let direct = bench.cargo();
        let typed = bench.find("cargo").unwrap_or_else(|| direct.clone());
        let mut cargos = vec![(TYPED, "by-cargo", typed.clone())];
        if typed != direct {
            cargos.push((DIRECT, "by-own-cargo", direct));
        }
        Self { bench, root, arguments, cargos: cargos.into_iter().map(cargo).collect() }
    }

    /// Gives each cargo what Freshness had it build: it finds most of it current, and compiles the rest.
    fn seed(&self, is_new: bool) -> Result<()> {
        perform(self.freshness("build", "hash"), 0)?;
        for Cargo { target, .. } in &self.cargos {
            if is_new && target.exists() {
                fs::remove_dir_all(target)?;
            }
            if target.exists() {
                continue;
            }
            fs::create_dir_all(target)?;
            for slot in fs::read_dir(self.root.join("target/freshness"))? {
                let made = slot?.path().join("target");
                if made.is_dir() {
                    let mut copy = Command::new("cp");
                    copy.arg("-a").arg(made.join(".")).arg(target);
                    perform(copy, 0)?;
                }
            }
        }
        Ok(())
    }

    /// Builds by all, then has them find that there is nothing to do.
    fn contest(&self) -> Result<Vec<Outcome>> {
        perform(self.freshness("build", "hash"), 0)?;
        for cargo in &self.cargos {
            perform(self.cargo(cargo), 0)?;
        }
        let bench = self.bench;
        let mut contenders = vec![
            Contender::new(NOTHING, || Command::new(NOTHING)),
            Contender::new(CHECK, || self.freshness("check", "hash")),
            Contender::new("freshness check, mtime", || self.freshness("check", "mtime")),
            Contender::new(BUILD, || self.freshness("build", "hash")),
        ];
        let cargos = self.cargos.iter();
        contenders.extend(cargos.map(|cargo| Contender::new(cargo.name, || self.cargo(cargo))));
        let name = self.root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let outcomes = bench.contest(&name, contenders, seconds(12));
        if times_of(&outcomes, CHECK).is_none() {
            anyhow::bail!("{name} is not fresh after a build");
        }
        Ok(outcomes)
    }

    fn freshness(&self, command: &str, strategy: &str) -> Command {
        let mut freshness = self.bench.command("freshness");
        freshness.current_dir(self.root).args([command, "--strategy", strategy]);
        freshness
    }

    fn cargo(&self, cargo: &Cargo) -> Command {
        let mut command = Command::new(&cargo.program);
        command.current_dir(self.root).args(["build", "--offline", "--target-dir"]);
        command.arg(&cargo.target).args(self.arguments);
        command
    }
}
