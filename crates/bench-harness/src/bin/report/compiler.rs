//! `nativets` on a thousand modules against their Rust twin, two bundlers, and the bare link.

use std::cell::Cell;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bench_harness::dep_wide::{MODULES, edit_dep_wide, write_dep_wide};
use bench_harness::measure::{Contender, Outcome, perform, times_of};
use bench_harness::plot::{Group, Kind, bars};
use bench_harness::rust_twin::{PROFILES, edit_rust_twin, write_rust_twin};
use bench_harness::section::{Goal, Limit, Section, Table};

use crate::{Bench, seconds};

const NATIVETS: &str = "nativets";
const BARE_LINK: &str = "the bare link";
const ESBUILD: &str = "esbuild --bundle";
const BUN: &str = "bun build --compile";

/// Measures the four phases.
pub fn measure(bench: &Bench) -> Result<Section> {
    let scene = Programs::set_up(bench)?;
    let medium = scene.modules / 10;
    // The cold builds come first: they fill the caches that the others need.
    let phases = [
        (format!("cold: {} modules, native archives there", scene.modules), scene.cold()),
        ("no-op: nothing changed".to_owned(), scene.no_op()),
        ("small: one module edited".to_owned(), scene.edited("small", 1)?),
        (format!("medium: {medium} modules edited"), scene.edited("medium", medium)?),
    ];
    scene.same_output()?;
    let [cold, no_op, small, medium] = phases.each_ref().map(|(_, outcomes)| outcomes.as_slice());
    let goals = goals(cold, no_op, small, medium);
    let groups: Vec<_> = phases
        .iter()
        .map(|(phase, outcomes)| {
            let bar = |outcome: &Outcome| {
                let times = outcome.times.as_ref().ok()?;
                let is_ours = outcome.name.starts_with(NATIVETS);
                let kind = if is_ours { Kind::Ours } else { Kind::Other };
                Some((outcome.name.clone(), times.median().as_secs_f64() * 1000.0, kind))
            };
            Group { name: phase.clone(), bars: outcomes.iter().filter_map(bar).collect() }
        })
        .collect();
    bench
        .write_plot("compiler.svg", bars("nativets against its Rust twin and bundlers", &groups))?;
    let tables = phases
        .iter()
        .map(|(phase, outcomes)| Table::of_contest(format!("{phase}:"), outcomes, &[NATIVETS]));
    Ok(Section {
        title: "The compiler".into(),
        intro: "`nativets compile` of an entry and a thousand modules of a hundred lines; the *Rust twin* has the same \
                functions as modules of a cargo package, and prints the same number. The bare link is `cc` with the \
                arguments that `nativets` gave it, and nothing else. The twin is built by the cargo on `PATH`, as one \
                types it; with rustup that is a proxy of the toolchain's own. Builds of it that take long are run \
                once or twice."
            .into(),
        plots: vec![("compiler.svg".into(), "milliseconds by phase".into())],
        tables: tables.collect(),
        goals,
        notes: scene.absent(),
        ..Section::default()
    })
}

fn goals(cold: &[Outcome], no_op: &[Outcome], small: &[Outcome], medium: &[Outcome]) -> Vec<Goal> {
    let median =
        |outcomes: &[Outcome], name: &str| Some(times_of(outcomes, name)?.median().as_secs_f64());
    let twin = |outcomes: &[Outcome]| {
        let medians = PROFILES.iter().filter_map(|profile| median(outcomes, &twin_name(profile)));
        medians.min_by(f64::total_cmp)
    };
    let over =
        |outcomes: &[Outcome], other: Option<f64>| Some(median(outcomes, NATIVETS)? / other?);
    let faster = |outcomes: &[Outcome]| Some(twin(outcomes)? / median(outcomes, NATIVETS)?);
    let to = |outcomes: &[Outcome], name: &str| over(outcomes, median(outcomes, name));
    let most = Limit::AtMost;
    vec![
        Goal::new("cold, against the twin in dev", to(cold, &twin_name("dev")), most(0.3)),
        Goal::new("no-op, against the twin's quickest", faster(no_op), Limit::AtLeast(5.0)),
        Goal::new("small, against the bare link", to(small, BARE_LINK), most(1.25)),
        Goal::new("small, against the twin's quickest", faster(small), Limit::AtLeast(20.0)),
        Goal::new("small, against esbuild --bundle", to(small, ESBUILD), most(1.0)),
        Goal::new("small, against bun build --compile", to(small, BUN), most(1.0)),
        Goal::new("medium, against bun build --compile", to(medium, BUN), most(1.0)),
    ]
}

fn twin_name(profile: &str) -> String {
    format!("twin, {profile}")
}

/// The programs' sources and what makes them.
struct Programs<'b> {
    bench: &'b Bench,
    modules: usize,
    project: PathBuf,
    twin: PathBuf,
    /// The cargo that one types.
    cargo: PathBuf,
    /// Each edit is another.
    revision: Cell<usize>,
}

impl<'b> Programs<'b> {
    /// Sources anew, caches empty, archives built.
    fn set_up(bench: &'b Bench) -> Result<Self> {
        let modules = if bench.smoke { 30 } else { MODULES };
        let root = bench.work.join("compiler");
        let [project, twin] = ["project", "twin"].map(|name| root.join(name));
        for dir in [&project, &twin] {
            if dir.exists() {
                fs::remove_dir_all(dir)?;
            }
        }
        write_dep_wide(&project, modules)?;
        write_rust_twin(&twin, modules)?;
        let config = format!(
            "[archives]\nworkspace = \"{}\"\nstore = \"{}\"\n",
            bench.repository.display(),
            root.join("store").display()
        );
        fs::write(project.join("nativets.toml"), config)?;
        let cargo = bench.find("cargo").unwrap_or_else(|| bench.cargo());
        let programs = Self { bench, modules, project, twin, cargo, revision: Cell::new(0) };
        perform(programs.nativets("app"), 0).context("build the native archives")?;
        Ok(programs)
    }

    fn nativets(&self, output: &str) -> Command {
        let mut command = self.bench.command("nativets");
        command.current_dir(&self.project).args(["compile", "main.ts", "-o", output]);
        command
    }

    fn build_twin(&self, profile: &str) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.twin).args(["build", "--offline", "--profile", profile]);
        command
    }

    /// The same by the toolchain's own cargo, where that is another one than is typed.
    fn build_twin_directly(&self) -> Option<Command> {
        let direct = self.bench.cargo();
        let mut command = Command::new(&direct);
        command.current_dir(&self.twin).args(["build", "--offline", "--target-dir", "target-own"]);
        (direct != self.cargo).then_some(command)
    }

    fn twin_target(&self, profile: &str) -> PathBuf {
        let directory = if profile == "dev" { "debug" } else { profile };
        self.twin.join("target").join(directory)
    }

    fn cold(&self) -> Vec<Outcome> {
        let nativets = Contender::new(NATIVETS, || {
            let mut command = self.nativets("cold");
            command.args(["--cache-dir", "cold-cache"]);
            command
        });
        let nativets = nativets.after(|| {
            let _ = fs::remove_file(self.project.join("cold"));
            remove_tree(&self.project.join("cold-cache"))
        });
        let mut contenders = vec![nativets];
        for profile in PROFILES {
            let target = self.twin_target(profile);
            let twin = Contender::new(twin_name(profile), move || self.build_twin(profile));
            let rounds = if profile == "dev" { 2 } else { 1 };
            contenders.push(twin.after(move || remove_tree(&target)).slow(rounds));
        }
        contenders.extend(self.bundlers(0));
        self.bench.contest("cold", contenders, seconds(15))
    }

    fn no_op(&self) -> Vec<Outcome> {
        let mut contenders = vec![
            Contender::new("/bin/true", || Command::new("/bin/true")),
            Contender::new(NATIVETS, || self.nativets("app")),
            Contender::new("nativets, mtime", || {
                let mut command = self.nativets("app");
                command.args(["--strategy", "mtime"]);
                command
            }),
        ];
        contenders.extend(
            PROFILES.map(|profile| {
                Contender::new(twin_name(profile), move || self.build_twin(profile))
            }),
        );
        if self.build_twin_directly().is_some() {
            let name = format!("{}, by the toolchain's own cargo", twin_name("dev"));
            let directly = || self.build_twin_directly().unwrap_or_else(|| self.build_twin("dev"));
            contenders.push(Contender::new(name, directly));
        }
        self.bench.contest("no-op", contenders, seconds(10))
    }

    fn edited(&self, what: &str, count: usize) -> Result<Vec<Outcome>> {
        let link = self.recorded_link(what)?;
        let mut contenders = vec![
            Contender::new(NATIVETS, || self.nativets("app")).after(move || self.edit(count)),
            Contender::new(BARE_LINK, move || link.command()),
        ];
        for profile in PROFILES {
            let twin = Contender::new(twin_name(profile), move || self.build_twin(profile));
            let rounds = if profile == "release" { 1 } else { 3 };
            contenders.push(twin.after(move || self.edit_twin(count)).slow(rounds));
        }
        contenders.extend(self.bundlers(count));
        // The twin alone takes more than half of it.
        Ok(self.bench.contest(what, contenders, seconds(35)))
    }

    /// Those that are there; they keep nothing from one run to the next.
    fn bundlers(&self, count: usize) -> Vec<Contender<'_>> {
        let bundlers = [
            (ESBUILD, "esbuild", "main.ts --bundle --platform=node --outfile=bundle.js"),
            (BUN, "bun", "build main.ts --compile --outfile bun-app"),
        ];
        let there = bundlers.into_iter().filter_map(|(name, program, arguments)| {
            let program = self.bench.find(program)?;
            let contender = Contender::new(name, move || {
                let mut command = Command::new(&program);
                command.current_dir(&self.project).args(arguments.split(' '));
                command
            });
            Some(contender.after(move || self.edit(count)))
        });
        there.collect()
    }

    /// Edits so many modules in the middle, each as never before.
    fn edit(&self, count: usize) -> Result<()> {
        let (first, revision) = self.next(count);
        (first..first + count)
            .try_for_each(|index| edit_dep_wide(&self.project, index, revision))?;
        Ok(())
    }

    fn edit_twin(&self, count: usize) -> Result<()> {
        let (first, revision) = self.next(count);
        (first..first + count).try_for_each(|index| edit_rust_twin(&self.twin, index, revision))?;
        Ok(())
    }

    fn next(&self, count: usize) -> (usize, usize) {
        self.revision.set(self.revision.get() + 1);
        ((self.modules - count) / 2, self.revision.get())
    }

    /// Both programs of one revision print one number.
    fn same_output(&self) -> Result<()> {
        write_dep_wide(&self.project, self.modules)?;
        (0..self.modules).try_for_each(|index| edit_rust_twin(&self.twin, index, 0))?;
        perform(self.nativets("app"), 0)?;
        perform(self.build_twin("dev"), 0)?;
        let ours = perform(Command::new(self.project.join("app")), 0)?;
        let twins = perform(Command::new(self.twin_target("dev").join("twin")), 0)?;
        ensure!(ours == twins, "the program prints {ours}, its twin {twins}");
        Ok(())
    }

    /// Has `nativets` link once with a `cc` that writes down what it was told. It is a program of its own, made
    /// for the first time: later ones are linked from a list that no one can read twice.
    fn recorded_link(&self, what: &str) -> Result<Link> {
        let tools = self.project.join("tools");
        fs::create_dir_all(&tools)?;
        let driver = self.bench.find("cc").context("find cc")?;
        let [arguments, objects] = ["arguments", "objects"].map(|name| tools.join(name));
        let script = format!(
            "#!/bin/sh\nfor word in \"$@\"; do\n  case \"$word\" in @*) cp \"${{word#@}}\" '{}' ;; esac\n  \
             printf '%s\\n' \"$word\"\ndone > '{}'\nexec '{}' \"$@\"\n",
            objects.display(),
            arguments.display(),
            driver.display()
        );
        fs::write(tools.join("cc"), script)?;
        fs::set_permissions(tools.join("cc"), Permissions::from_mode(0o755))?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [tools.clone()].into_iter().chain(std::env::split_paths(&path));
        let mut command = self.nativets(&format!("recorded-{what}"));
        command.env("PATH", std::env::join_paths(path)?);
        perform(command, 0).context("link with a recording cc")?;
        Link::read(driver, &arguments, &objects, &self.project.join("bare"))
    }

    fn absent(&self) -> Vec<String> {
        let tools = [("esbuild", ESBUILD), ("bun", BUN)];
        let absent = tools.iter().filter(|(program, _)| self.bench.find(program).is_none());
        let line = |(program, name): &(&str, &str)| {
            format!("Not installed: {name} (`npm install --prefix target/bench/node {program}`).")
        };
        absent.map(line).collect()
    }
}

/// A link as `nativets` asked for it.
struct Link {
    driver: PathBuf,
    arguments: Vec<String>,
}

impl Link {
    /// The recorded one, with its list of objects where it was kept and another output.
    fn read(driver: PathBuf, arguments: &Path, objects: &Path, output: &Path) -> Result<Self> {
        let text = fs::read_to_string(arguments).context("no link was recorded")?;
        let mut words = text.lines();
        let mut arguments = Vec::new();
        while let Some(word) = words.next() {
            match word {
                "-o" => {
                    words.next();
                    arguments.extend(["-o".to_owned(), output.display().to_string()]);
                }
                list if list.starts_with('@') => arguments.push(format!("@{}", objects.display())),
                word => arguments.push(word.to_owned()),
            }
        }
        Ok(Self { driver, arguments })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.driver);
        command.args(&self.arguments);
        command
    }
}

fn remove_tree(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("remove {}", path.display()))?;
    }
    Ok(())
}
