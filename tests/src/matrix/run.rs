//! One family, event by event: what was said against what the table says, and what a build then gives.

use super::original;
use super::scene::Scene;
use super::{COLUMNS, Event, FRESH, Family, Truth, WRONG};
use crate::Constants;

/// Runs a family; one line for each answer that is not the table's.
///
/// # Panics
/// A program does not do what it is asked for.
#[must_use]
pub fn run(family: &Family) -> Vec<String> {
    let scene = Scene::new(family);
    let mut findings = Vec::new();
    for event in family.events {
        let found = try_event(&scene, event);
        findings.extend(found.iter().map(|f| format!("{}: {}: {f}", family.name, event.name)));
    }
    findings
}

fn try_event(scene: &Scene, event: &Event) -> Vec<String> {
    if let Err(problem) = scene.reset() {
        return vec![problem];
    }
    (event.act)(scene);
    let (says, explained) = (scene.says(), scene.explained());
    let mut findings = Vec::new();
    for (n, column) in COLUMNS.iter().enumerate() {
        if says[n] != spoken(event.says[n]) {
            findings.push(format!("{column} says {}, not {}", says[n], event.says[n]));
        }
    }
    for (n, word) in explained.iter().enumerate() {
        if (word == FRESH) != (says[n] == FRESH) {
            findings.push(format!("explain has {} say {word}", COLUMNS[n]));
        }
    }
    findings.extend(truth_of(scene, event, &says).err());
    findings
}

/// What a program says for a cell: it does not know that it is wrong.
fn spoken(cell: &'static str) -> &'static str {
    if cell == WRONG { FRESH } else { cell }
}

/// Lets the row's truth be shown by the archives that a build gives.
fn truth_of(scene: &Scene, event: &Event, says: &[String; 5]) -> Result<(), String> {
    match event.truth {
        Truth::Same | Truth::Unvouched => expect_base(scene, &scene.build_and_probe()),
        Truth::Changed(wanted) => {
            let before = scene.base();
            if wanted.iter().all(|(name, value)| before.get(name) == Some(*value)) {
                return Err(format!("nothing changed: {wanted:?}"));
            }
            expect(wanted, &scene.probe(&scene.build(seeing(says))))
        }
        Truth::Damaged => expect_base(scene, &scene.probe(&scene.build(seeing(says)))),
        Truth::Broken => match scene.build(seeing(says)).error_code().as_str() {
            "cargo-failed" => Ok(()),
            other => Err(format!("the build is {other}")),
        },
        Truth::Built(wanted) => {
            let starts = scene.world.cargo_starts();
            let constants = scene.build_and_probe();
            if says[..4].iter().all(|said| said == FRESH) && scene.world.cargo_starts() != starts {
                return Err("cargo was started for what is fresh".into());
            }
            expect(wanted, &constants)?;
            expect_original(scene, event, wanted)
        }
    }
}

/// The default strategy, or where it says fresh the one that reads every byte.
fn seeing(says: &[String; 5]) -> &'static str {
    if says[2] == FRESH { COLUMNS[3] } else { COLUMNS[2] }
}

fn expect_base(scene: &Scene, constants: &Constants) -> Result<(), String> {
    let base = scene.base();
    let same = (*constants == base).then_some(());
    same.ok_or_else(|| format!("a build gives {constants:?} instead of {base:?}"))
}

fn expect(wanted: &[(&str, i64)], constants: &Constants) -> Result<(), String> {
    let given = wanted.iter().all(|(name, value)| constants.get(name) == Some(*value));
    given.then_some(()).ok_or_else(|| format!("a build gives {constants:?}, not {wanted:?}"))
}

/// Where the original rule calls fresh what it built itself, its archives show whether it is right.
fn expect_original(scene: &Scene, event: &Event, wanted: &[(&str, i64)]) -> Result<(), String> {
    let constants = scene.world.probe(&original::archives(scene));
    match (event.says[4], expect(wanted, &constants)) {
        (WRONG, Ok(())) => Err("the original rule is not wrong".into()),
        (FRESH, Err(problem)) => Err(format!("the original rule is wrong: {problem}")),
        _ => Ok(()),
    }
}
