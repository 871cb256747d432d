//! From a checkout to the first usable archive, on a machine that never built it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use bench_harness::measure::{Contender, Plan, contest, perform};
use bench_harness::section::{Section, Table};

use crate::servers::{Redis, S3};
use crate::{Bench, seconds};

const NOTHING_THERE: &str = "cargo, from nothing";
const CACHED: &str = "restored target directory, then cargo";
const RESTORED: &str = "restored store, then freshness";

/// A key that signs and what tells it, of RFC 8032 (7.1, the second test): a benchmark keeps no secret.
const SECRET: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

/// What cargo is asked for, as `freshness.toml` asks for it.
const NATIVE: &str = "build --release --offline -p nativets-runtime -p nativets-stdlib \
                      --no-default-features --features nativets-stdlib/crypto";
const SMALL: &str = "build --release --offline -p small";

/// One table: how long each way takes.
pub fn measure(bench: &Bench) -> Result<Section> {
    let scene = Scene::new(bench)?;
    let mut section = Section {
        title: "A machine that never built it".into(),
        intro: "From a fresh checkout of this repository's native archives (two packages, with regex and sha2) to \
                archives that can be linked: every source is dated anew and nothing is built before. A *restored* \
                directory is unpacked by `tar` within the time that is measured, dates and all, as caches of CI do it, \
                but fetched by no one; what comes from a *shared storage* was built and put there in another \
                directory, and is fetched within the time. Registries were fetched before."
            .into(),
        ..Section::default()
    };
    let servers = Servers { redis: Redis::start(&[]), s3: S3::start() };
    let storages = scene.storages(&servers)?;
    scene.fill(&storages)?;
    let (cargo, freshness) = (format!("cargo {}", scene.asked), scene.build("freshness.toml"));
    let unpacked = |name: &str, then: &str| format!("tar -xpf ../{name} && {then}");
    let mut contenders = vec![
        scene.contender(NOTHING_THERE, cargo.clone(), &storages).slow(2),
        scene.contender(CACHED, unpacked("target.tar", &cargo), &storages),
        scene.contender(RESTORED, unpacked("store.tar", &freshness), &storages),
    ];
    for storage in &storages {
        contenders.push(scene.contender(storage.name, scene.build(storage.config), &storages));
    }
    let start = Instant::now();
    let plan = Plan {
        budget: seconds(120),
        at_least: bench.rounds.unwrap_or(3),
        at_most: bench.rounds.unwrap_or(15),
        warm: false,
    };
    let outcomes = contest(contenders, plan);
    bench.told("machines", &outcomes, start);
    section.tables.push(Table::of_contest("", &outcomes, &[NOTHING_THERE]));
    section.notes.push(scene.sizes()?);
    Ok(section)
}

/// Those that are installed here; the others are not measured.
struct Servers {
    redis: Option<Redis>,
    s3: Option<S3>,
}

/// Where archives are shared.
struct Storage {
    name: &'static str,
    /// The name of the configuration that shares there.
    config: &'static str,
    remote: String,
    credentials: Vec<(&'static str, &'static str)>,
}

/// The checkout of the machine that is measured, and of the one that built before.
struct Scene<'b> {
    bench: &'b Bench,
    root: PathBuf,
    sources: PathBuf,
    asked: &'static str,
}

impl<'b> Scene<'b> {
    /// Empty, with the sources of what is to be built beside it.
    fn new(bench: &'b Bench) -> Result<Self> {
        let root = bench.work.join("machines");
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        let sources = root.join("sources");
        fs::create_dir_all(&sources)?;
        let asked = if bench.smoke { SMALL } else { NATIVE };
        let scene = Self { bench, root, sources, asked };
        match bench.smoke {
            true => write_small(&scene.sources)?,
            false => copy(&bench.native, &scene.sources)?,
        }
        Ok(scene)
    }

    fn writer(&self) -> PathBuf {
        self.root.join("elsewhere/built/here")
    }

    fn runner(&self) -> PathBuf {
        self.root.join("runner/checkout")
    }

    /// A directory, and the servers that are there.
    fn storages(&self, servers: &Servers) -> Result<Vec<Storage>> {
        let share = self.root.join("share");
        fs::create_dir_all(&share)?;
        let mut storages = vec![Storage {
            name: "shared directory, then freshness",
            config: "fs.toml",
            remote: format!("url = \"fs://{}\"\n", share.display()),
            credentials: Vec::new(),
        }];
        storages.extend(servers.redis.as_ref().map(|redis| Storage {
            name: "shared Redis, then freshness",
            config: "redis.toml",
            remote: format!("url = \"redis://{}/0\"\n", redis.address()),
            credentials: Vec::new(),
        }));
        storages.extend(servers.s3.as_ref().map(|s3| {
            s3.bucket("archives");
            Storage {
                name: "shared S3, then freshness",
                config: "s3.toml",
                remote: format!(
                    "url = \"s3://archives/shared\"\n\
                     options = {{ region = \"us-east-1\", endpoint = \"http://{}\" }}\n",
                    s3.address()
                ),
                credentials: vec![
                    ("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY),
                    ("AWS_SECRET_ACCESS_KEY", S3::SECRET_KEY),
                ],
            }
        }));
        Ok(storages)
    }

    /// Sources as a checkout leaves them.
    fn check_out(&self, to: &Path) -> Result<()> {
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        copy(&self.sources, to)
    }

    /// What other machines and earlier runs left: the storages filled, and the two directories packed.
    fn fill(&self, storages: &[Storage]) -> Result<()> {
        let profile = fs::read_to_string(self.sources.join("freshness.toml"))?;
        for storage in storages {
            let remote = format!(
                "{profile}\n[remote]\n{}mode = \"read-write\"\nnamespace = \"bench\"\n",
                storage.remote
            );
            fs::write(self.sources.join(storage.config), remote)?;
        }
        self.check_out(&self.writer())?;
        for storage in storages {
            let line = format!("{} --wait-upload", self.build(storage.config));
            self.perform(&self.writer(), &line, storages)?;
            let put = format!("{} remote put --config {}", self.program(), storage.config);
            self.perform(&self.writer(), &put, storages)?;
        }
        self.check_out(&self.runner())?;
        self.perform(&self.runner(), &format!("cargo {}", self.asked), storages)?;
        let pack = "tar -cf ../target.tar target && rm -rf target";
        self.perform(&self.runner(), pack, storages)?;
        self.perform(&self.runner(), &self.build("freshness.toml"), storages)?;
        self.perform(&self.runner(), "tar -cf ../store.tar target/freshness", storages)
    }

    fn perform(&self, directory: &Path, line: &str, storages: &[Storage]) -> Result<()> {
        let command = self.command(directory, line, storages);
        perform(command, 0).map(drop).with_context(|| line.to_owned())
    }

    fn program(&self) -> String {
        self.bench.sharing.display().to_string()
    }

    /// A build by this configuration.
    fn build(&self, config: &str) -> String {
        format!("{} build --config {config}", self.program())
    }

    /// A line of the shell there.
    fn command(&self, directory: &Path, line: &str, storages: &[Storage]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(directory).env("FRESHNESS_REMOTE_KEY", SECRET);
        let credentials = storages.iter().flat_map(|storage| &storage.credentials);
        command.envs(credentials.copied());
        command
    }

    /// This line on a machine that has a checkout and nothing else.
    fn contender<'s>(&'s self, name: &str, line: String, storages: &'s [Storage]) -> Contender<'s> {
        let runner = self.runner();
        let contender = Contender::new(name, move || self.command(&runner, &line, storages));
        contender.after(|| self.check_out(&self.runner()))
    }

    /// What is unpacked and what is fetched, in MiB.
    fn sizes(&self) -> Result<String> {
        let mib =
            |path: PathBuf| Ok::<_, anyhow::Error>(fs::metadata(path)?.len() as f64 / 1048576.0);
        let packed = |name: &str| mib(self.root.join("runner").join(name));
        let mut fetched = 0.0;
        for entry in fs::read_dir(self.root.join("share/bench/archives"))? {
            fetched += mib(entry?.path())?;
        }
        Ok(format!(
            "The target directory has {:.0} MiB, the store {:.0} MiB (cargo's directory in it among them), the archives \
             that are fetched {fetched:.1} MiB.",
            packed("target.tar")?,
            packed("store.tar")?
        ))
    }
}

/// A package that takes no time, where it is a trial.
fn write_small(to: &Path) -> Result<()> {
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [lib]\ncrate-type = [\"staticlib\"]\n[workspace]\n";
    let lock = "# This file is automatically @generated by Cargo.\n\
                # It is not intended for manual editing.\nversion = 4\n\n\
                [[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";
    fs::create_dir_all(to.join("src"))?;
    fs::write(to.join("Cargo.toml"), manifest)?;
    fs::write(to.join("Cargo.lock"), lock)?;
    fs::write(to.join("src/lib.rs"), "//! Nothing but what every archive holds.\n")?;
    Ok(fs::write(to.join("freshness.toml"), "[profile.default]\npackages = [\"small\"]\n")?)
}

/// Copies files and directories, but for what was built; every copy is of now.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            fs::copy(entry.path(), to)?;
        } else if entry.file_name() != "target" {
            copy(&entry.path(), &to)?;
        }
    }
    Ok(())
}
