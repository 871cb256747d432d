//! `cargo xtask demo`: the proof that this project began with, end to end, on the real compiler.
//!
//! In a scratch directory, with a copy of the native archives' sources: a program of three modules is
//! compiled (1), one module is edited and compiled again where no cargo and no rustc can be found (2),
//! nothing is changed (3), a source of the runtime is edited (4), and all of that once more by the other
//! strategy (5). Every step is checked, so the demo is also a test.
#![expect(clippy::print_stdout, reason = "a developer task speaks")]

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{command_line, native_workspace};

/// Where and with what.
#[derive(clap::Args)]
pub struct Options {
    /// Use this compiler; without it, the one of this repository is built in release
    #[arg(long, value_name = "FILE")]
    compiler: Option<PathBuf>,
    /// The scratch directory, which is removed first; without it, target/demo
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// Runs the five steps and prints their table.
pub fn run(root: &Path, options: &Options) -> Result<ExitCode> {
    let compiler = match &options.compiler {
        Some(compiler) => std::path::absolute(compiler)?,
        None => {
            let build = "cargo build --release --locked --package nativets --target-dir target";
            command_line::run(build, root)?;
            root.join("target/release/nativets")
        }
    };
    let scratch = options.scratch.clone().unwrap_or_else(|| root.join("target/demo"));
    let scratch = std::path::absolute(scratch)?;
    if scratch.exists() {
        fs::remove_dir_all(&scratch)
            .with_context(|| format!("cannot clear {}", scratch.display()))?;
    }
    let mut rows = Vec::new();
    for strategy in ["hash", "mtime"] {
        let proof = Proof::set_up(root, &scratch.join(strategy), &compiler, strategy)?;
        proof.prove(&mut rows).with_context(|| format!("by {strategy}"))?;
    }
    print!("{}", table(&rows));
    Ok(ExitCode::SUCCESS)
}

/// One strategy's scratch directory.
struct Proof<'a> {
    compiler: &'a Path,
    strategy: &'static str,
    project: PathBuf,
    native: PathBuf,
    /// A directory with `cc` and the linkers, and neither cargo nor rustc.
    tools: PathBuf,
}

struct Row {
    step: String,
    what: &'static str,
    printed: String,
    took: Duration,
    facts: String,
}

/// A compile and what its program printed.
struct Compiled {
    json: Value,
    printed: String,
    took: Duration,
}

impl<'a> Proof<'a> {
    fn set_up(
        root: &Path,
        scratch: &Path,
        compiler: &'a Path,
        strategy: &'static str,
    ) -> Result<Self> {
        let [project, native, tools] =
            ["project", "native", "tools"].map(|name| scratch.join(name));
        native_workspace::copy(root, &native)?;
        fs::create_dir_all(&project)?;
        fs::create_dir_all(&tools)?;
        for tool in ["cc", "ld", "ld.lld"] {
            if let Some(path) = command_line::find(tool) {
                symlink(path, tools.join(tool))?;
            }
        }
        let config = format!(
            "[freshness]\nstrategy = \"{strategy}\"\n\n[archives]\nworkspace = \"../native\"\nstore = \"../store\"\n"
        );
        fs::write(project.join("nativets.toml"), config)?;
        fs::write(
            project.join("main.ts"),
            "import { base } from \"./base.ts\";\nimport { extra } from \"./extra.ts\";\n\nconsole.log(base() + extra());\n",
        )?;
        fs::write(project.join("extra.ts"), "export function extra(): number {\n  return 2;\n}\n")?;
        let proof = Self { compiler, strategy, project, native, tools };
        proof.write_base(40)?;
        Ok(proof)
    }

    fn write_base(&self, value: u32) -> Result<()> {
        let text = format!("export function base(): number {{\n  return {value};\n}}\n");
        Ok(fs::write(self.project.join("base.ts"), text)?)
    }

    fn prove(&self, rows: &mut Vec<Row>) -> Result<()> {
        let first = self.compile("first compile", None)?;
        expect(&first, "42", &[("/build_cache/miss_reason", "manifest-missing".into())])?;
        expect(
            &first,
            "42",
            &[("/archive_cache/hit", false.into()), ("/native_modules", 3.into())],
        )?;
        self.row(rows, 1, "first compile", &first);

        self.write_base(41)?;
        let edited = self.compile("one module edited", Some(&self.tools))?;
        expect(
            &edited,
            "43",
            &[
                ("/build_cache/hit", false.into()),
                ("/codegen_cache/hits", 2.into()),
                ("/codegen_cache/misses", 1.into()),
                ("/codegen_cache/stores", 1.into()),
                ("/link_cache/linked", true.into()),
                ("/link_cache/object_files_hashed", 0.into()),
                ("/archive_cache/hit", true.into()),
                ("/archive_cache/processes_spawned", 0.into()),
                ("/archive_cache/strategy", self.strategy.into()),
            ],
        )?;
        ensure!(edited.json["checksum"] != first.json["checksum"], "the checksum is the same");
        self.row(rows, 2, "one module edited, no cargo on PATH", &edited);

        let same = self.compile("nothing changed", None)?;
        let facts = [("/build_cache/hit", true.into()), ("/link_cache/linked", false.into())];
        expect(&same, "43", &facts)?;
        ensure!(same.json["checksum"] == edited.json["checksum"], "the checksum is another");
        self.row(rows, 3, "nothing changed", &same);

        self.edit_runtime()?;
        let rebuilt = self.compile("runtime edited", None)?;
        expect(
            &rebuilt,
            "43!",
            &[
                ("/build_cache/miss_reason", "archive".into()),
                ("/archive_cache/hit", false.into()),
                ("/codegen_cache/misses", 0.into()),
                ("/link_cache/linked", true.into()),
            ],
        )?;
        self.row(rows, 4, "a source of the runtime edited", &rebuilt);
        Ok(())
    }

    /// Every line that a program logs now ends in an exclamation mark.
    fn edit_runtime(&self) -> Result<()> {
        let path = self.native.join("crates/runtime/src/console.rs");
        let text = fs::read_to_string(&path)?;
        let line_end = "push(b'\\n')";
        ensure!(text.contains(line_end), "{} does not end lines as expected", path.display());
        Ok(fs::write(&path, text.replace(line_end, "extend_from_slice(b\"!\\n\")"))?)
    }

    fn compile(&self, what: &str, only_tools: Option<&Path>) -> Result<Compiled> {
        let start = Instant::now();
        let arguments = ["compile", "main.ts", "-o", "app", "--format", "json"];
        let text = command_line::capture(self.compiler, &arguments, &self.project, only_tools)
            .with_context(|| what.to_owned())?;
        let took = start.elapsed();
        let json = serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
        let printed = command_line::capture(&self.project.join("app"), &[], &self.project, None)?;
        Ok(Compiled { json, printed: printed.trim_end().to_owned(), took })
    }

    fn row(&self, rows: &mut Vec<Row>, step: usize, what: &'static str, compiled: &Compiled) {
        let json = &compiled.json;
        let facts = format!(
            "generated {}, reused {}, {}, {}",
            json["codegen_cache"]["misses"],
            json["codegen_cache"]["hits"],
            if json["link_cache"]["linked"] == true { "linked" } else { "not linked" },
            if json["archive_cache"]["hit"] == true { "archives fresh" } else { "archives built" },
        );
        // The second strategy repeats the first four steps: together they are the fifth.
        let step = if self.strategy == "hash" { step.to_string() } else { format!("5.{step}") };
        let (printed, took) = (compiled.printed.clone(), compiled.took);
        rows.push(Row { step, what, printed, took, facts });
    }
}

fn expect(compiled: &Compiled, printed: &str, facts: &[(&str, Value)]) -> Result<()> {
    if compiled.printed != printed {
        bail!("the program printed {:?}, not {printed:?}", compiled.printed);
    }
    for (pointer, expected) in facts {
        let found = compiled.json.pointer(pointer).unwrap_or(&Value::Null);
        ensure!(found == expected, "{pointer} is {found}, not {expected}: {}", compiled.json);
    }
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let mut text = format!("{:5}{:38}{:>8}{:>11}  what was done\n", "step", "", "prints", "ms");
    for Row { step, what, printed, took, facts } in rows {
        let ms = took.as_secs_f64() * 1000.0;
        writeln!(text, "{step:5}{what:38}{printed:>8}{ms:>11.1}  {facts}")
            .expect("writing to a String cannot fail");
    }
    text
}
