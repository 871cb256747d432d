//! The tools that are known: for each, how it is asked, and how it is made ready for the question.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::{Looks, Peer, Setting};
use crate::inputs::{PER_DIRECTORY, path_of};
use crate::measure::perform;

/// All that are known.
pub const PEERS: &[Peer] = &[
    Peer {
        name: "git status",
        program: "git",
        looks: Looks::Stat,
        version: &["--version"],
        install: "apt-get install git",
        set_up: set_up_git,
        command: |at| at.git(&["status", "--porcelain"]),
        most_files: 1_000_000,
    },
    Peer {
        name: "git status -uno",
        program: "git",
        looks: Looks::Stat,
        version: &["--version"],
        install: "apt-get install git",
        set_up: set_up_git,
        command: |at| at.git(&["status", "--porcelain", "-uno"]),
        most_files: 1_000_000,
    },
    Peer {
        name: "ninja",
        program: "ninja",
        looks: Looks::Stat,
        version: &["--version"],
        install: "apt-get install ninja-build",
        set_up: set_up_ninja,
        command: |at| at.words(&["-f", &at.file("build.ninja")]),
        most_files: 1_000_000,
    },
    Peer {
        name: "samurai",
        program: "samu",
        looks: Looks::Stat,
        version: &["--version"],
        install: "apt-get install samurai, where the distribution has it",
        set_up: set_up_ninja,
        command: |at| at.words(&["-f", &at.file("build.ninja")]),
        most_files: 1_000_000,
    },
    Peer {
        name: "make",
        program: "make",
        looks: Looks::Stat,
        version: &["--version"],
        install: "apt-get install make",
        set_up: set_up_make,
        command: |at| at.words(&["-f", &at.file("Makefile")]),
        most_files: 100_000,
    },
    Peer {
        name: "cargo build",
        program: "cargo",
        looks: Looks::Stat,
        version: &["--version"],
        install: "it builds this repository",
        set_up: |at| set_up_cargo(at, &[]),
        command: |at| at.cargo(&[]),
        most_files: 100_000,
    },
    Peer {
        name: "cargo build, checksums",
        program: "cargo",
        looks: Looks::Content,
        version: &["+nightly", "--version"],
        install: "rustup toolchain install nightly",
        set_up: |at| set_up_cargo(at, CHECKSUMS),
        command: |at| at.cargo(CHECKSUMS),
        most_files: 100_000,
    },
    Peer {
        name: "b3sum --check",
        program: "b3sum",
        looks: Looks::Content,
        version: &["--version"],
        install: "apt-get install b3sum, or cargo install b3sum",
        set_up: set_up_b3sum,
        command: |at| at.words(&["--check", "--quiet", &at.file("sums")]),
        most_files: 1_000_000,
    },
    Peer {
        name: "go-task, timestamp",
        program: "task",
        looks: Looks::Stat,
        version: &["--version"],
        install: "pip install --target target/bench/python go-task-bin",
        set_up: |at| set_up_task(at, "timestamp"),
        command: |at| at.words(&["--taskfile", &at.file("Taskfile.yml")]),
        most_files: 100_000,
    },
    Peer {
        name: "go-task, checksum",
        program: "task",
        looks: Looks::Content,
        version: &["--version"],
        install: "pip install --target target/bench/python go-task-bin",
        set_up: |at| set_up_task(at, "checksum"),
        command: |at| at.words(&["--taskfile", &at.file("Taskfile.yml")]),
        most_files: 100_000,
    },
    Peer {
        name: "turbo run",
        program: "turbo",
        looks: Looks::Content,
        version: &["--version"],
        install: "npm install --prefix target/bench/node turbo",
        set_up: set_up_turbo,
        command: |at| at.words(&["run", "build", "--no-daemon", "--cwd", &at.root()]),
        most_files: 100_000,
    },
    Peer {
        name: "watchman since",
        program: "watchman",
        looks: Looks::Watch,
        version: &["--version"],
        install: "apt-get install watchman",
        set_up: set_up_watchman,
        command: |at| at.watchman(&["since", &at.inputs(), "n:freshness-bench"]),
        most_files: 1_000_000,
    },
];

const CHECKSUMS: &[&str] = &["+nightly", "-Zchecksum-freshness"];

fn set_up_git(at: &Setting<'_>) -> Result<()> {
    if !Path::new(&at.file("git")).exists() {
        at.perform(&at.git(&["init", "--quiet"]))?;
    }
    at.perform(&at.git(&["config", "core.untrackedCache", "true"]))?;
    at.perform(&at.git(&["add", "--all"]))?;
    let who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"];
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "inputs"];
    at.perform(&at.git(&[&who[..], &commit[..]].concat()))?;
    // The first one fills the cache of what is not tracked, and may write the index.
    let mut first = at.run(&at.git(&["status", "--porcelain"]));
    first.env_remove("GIT_OPTIONAL_LOCKS");
    perform(first, 0).map(drop)
}

fn set_up_ninja(at: &Setting<'_>) -> Result<()> {
    let out = at.file("out");
    let text = format!(
        "builddir = {}\nrule touch\n  command = touch $out\nbuild {out}: touch $\n{}\n",
        at.own.display(),
        at.listed("  ", " $")
    );
    fs::write(at.file("build.ninja"), text)?;
    at.perform(&(at.peer.command)(at)).map(drop)
}

fn set_up_make(at: &Setting<'_>) -> Result<()> {
    let out = at.file("out");
    let files = at.listed("  ", " \\");
    let text = format!(
        "MAKEFLAGS += --no-builtin-rules\n.SUFFIXES:\nFILES = \\\n{files}\n{out}: $(FILES)\n\ttouch $@\n\n$(FILES):\n"
    );
    fs::write(at.file("Makefile"), text)?;
    at.perform(&(at.peer.command)(at)).map(drop)
}

fn set_up_b3sum(at: &Setting<'_>) -> Result<()> {
    let mut sums = String::new();
    for index in 0..at.scene.files {
        let path = Path::new("inputs").join(path_of(index, PER_DIRECTORY));
        let digest = blake3::hash(&fs::read(at.scene.root().join(&path))?).to_hex();
        writeln!(sums, "{digest}  {}", path.display()).expect("writing to a string cannot fail");
    }
    Ok(fs::write(at.file("sums"), sums)?)
}

/// A library that holds every file, so that its dep-info names them.
fn set_up_cargo(at: &Setting<'_>, more: &[&str]) -> Result<()> {
    let manifest = "[package]\nname = \"holds-all\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [lib]\npath = \"lib.rs\"\n\n[workspace]\n";
    fs::write(at.file("Cargo.toml"), manifest)?;
    let before = format!("const _: &[u8] = include_bytes!(\"{}/", at.root());
    fs::write(at.file("lib.rs"), at.listed(&before, "\");"))?;
    at.perform(&at.cargo(more)).map(drop)
}

fn set_up_task(at: &Setting<'_>, method: &str) -> Result<()> {
    let (root, own) = (at.root(), at.own.display());
    let text = format!(
        "version: \"3\"\ntasks:\n  default:\n    dir: {root}\n    method: {method}\n    sources:\n      \
         - inputs/**/*.rs\n    generates:\n      - {own}/out\n    cmds:\n      - touch {own}/out\n"
    );
    fs::write(at.file("Taskfile.yml"), text)?;
    at.perform(&(at.peer.command)(at)).map(drop)
}

fn set_up_turbo(at: &Setting<'_>) -> Result<()> {
    let root = at.scene.root();
    let package = "{ \"name\": \"scene\", \"private\": true, \"packageManager\": \"npm@10.0.0\",\n  \
                   \"scripts\": { \"build\": \"true\" } }\n";
    fs::write(root.join("package.json"), package)?;
    fs::write(root.join("package-lock.json"), "{ \"lockfileVersion\": 3, \"packages\": {} }\n")?;
    let tasks = "{ \"tasks\": { \"build\": { \"inputs\": [\"inputs/**\"], \"outputs\": [] } } }\n";
    fs::write(root.join("turbo.json"), tasks)?;
    at.perform(&(at.peer.command)(at)).map(drop)
}

fn set_up_watchman(at: &Setting<'_>) -> Result<()> {
    at.perform(&at.watchman(&["watch", &at.inputs()]))?;
    // A cursor is remembered by its name from the first question on.
    at.perform(&(at.peer.command)(at)).map(drop)
}
