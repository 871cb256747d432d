//! Programs of the language print what Node.js printed for them.
//!
//! Each `programs/*.ts`, and each directory there with a `main.ts`, is compiled, linked and run; what it
//! writes to standard output must be the `.out` beside it, to the byte. The `.out`s come from a real
//! Node.js, whose version is in `programs/NODE_VERSION`: `cargo xtask node-outputs` writes them anew. A
//! `.exit` beside it says with which status a program ends that does not end with 0.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Sources, checked, link, objects, run};
use tempfile::TempDir;

/// How many programs the suite must have at least.
const PROGRAMS_AT_LEAST: usize = 80;

#[test]
fn programs_print_what_node_prints() {
    let programs = programs();
    assert!(programs.len() >= PROGRAMS_AT_LEAST, "only {} programs", programs.len());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = compare(program) {
                        failures.lock().unwrap().push(format!("{}: {failure}", program.display()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
}

fn programs() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut programs: Vec<_> = entries
        .filter(|path| path.is_dir() || path.extension().is_some_and(|extension| extension == "ts"))
        .collect();
    programs.sort();
    programs
}

fn compare(program: &Path) -> Result<(), String> {
    let (sources, entry) = sources(program);
    let modules = checked(&sources, &entry).map_err(|wrong| format!("{wrong:#?}"))?;
    let features: BTreeSet<_> =
        modules.iter().flat_map(|(_, module)| module.features().clone()).collect();
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let executable = link(&objects(&modules), &features, dir.path());
    let output = run(&mut Command::new(executable));
    let expected = fs::read(program.with_extension("out"))
        .map_err(|error| format!("no recorded output: {error}"))?;
    let exit = fs::read_to_string(program.with_extension("exit")).unwrap_or_default();
    let expected_status = exit.trim().parse().unwrap_or(0);
    if output.status.code() != Some(expected_status) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} rather than {expected_status}: {stderr}", output.status));
    }
    if output.stdout != expected {
        let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (found, expected) = (lines(&output.stdout), lines(&expected));
        let differing = found.lines().zip(expected.lines()).find(|(found, node)| found != node);
        return Err(match differing {
            Some((found, node)) => format!("printed {found:?} where Node.js prints {node:?}"),
            None => format!("printed {} bytes of {}", found.len(), expected.len()),
        });
    }
    Ok(())
}

fn sources(program: &Path) -> (Sources, String) {
    if program.is_file() {
        let name = program.file_name().unwrap().to_str().unwrap().to_owned();
        return (Sources::from([(name.clone(), fs::read_to_string(program).unwrap())]), name);
    }
    let mut sources = Sources::new();
    collect(program, program, &mut sources);
    (sources, "main.ts".to_owned())
}

fn collect(root: &Path, dir: &Path, sources: &mut Sources) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "ts") {
            let id = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            sources.insert(id, fs::read_to_string(&path).unwrap());
        }
    }
}
