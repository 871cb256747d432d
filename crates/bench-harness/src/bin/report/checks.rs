//! `freshness check` of many files against the floors: unchanged, with one edit, and reading all.

use anyhow::Result;
use bench_harness::inputs::Edit;
use bench_harness::measure::{Contender, Outcome, ratio};
use bench_harness::scene::{Scene, WAYS, Way};
use bench_harness::section::{Goal, Limit, Section, Table, count};

use crate::{Bench, seconds};

const STAT: &str = "stat floor";
const READ: &str = "read floor";

/// The ways that look at times before they read.
fn looking() -> impl Iterator<Item = Way> {
    WAYS.into_iter().filter(|way| way.name != "hash/always")
}

/// Nothing changed: what a check costs when there is nothing to say.
pub fn unchanged(bench: &Bench) -> Result<Section> {
    let scene = bench.scene(bench.size())?;
    let stamp = scene.stamp()?;
    let mut contenders = vec![
        bench.floor(STAT, "stat", &scene),
        Contender::new("reading the stamp", || {
            let mut command = bench.command("floor");
            command.arg("table").arg(&stamp);
            command
        }),
    ];
    contenders.extend(looking().map(|way| scene.contender(way)));
    let outcomes = bench.contest("nothing changed", contenders, seconds(15));
    let goal = |way: Way| {
        let what = format!("check, {}, {} unchanged files", way.name, count(scene.files));
        Goal::new(what, against(&outcomes, way.name, STAT), Limit::AtMost(1.10))
    };
    let mut goals: Vec<Goal> = looking().map(goal).collect();
    let memory = memory(bench, &scene, &mut goals)?;
    Ok(Section {
        title: format!("A check of {} unchanged files", count(scene.files)),
        intro: "`freshness check` of a package whose archive depends on all of them, against the stat floor. \
                The stamp alone is read to show what a record of that size costs."
            .into(),
        tables: vec![Table::of_contest("", &outcomes, &[STAT]), memory],
        goals,
        ..Section::default()
    })
}

/// Peak memory of each way, and the size of the stamp.
fn memory(bench: &Bench, scene: &Scene, goals: &mut Vec<Goal>) -> Result<Table> {
    let mut rows = Vec::new();
    for way in WAYS {
        let mebibytes = bench.peak(&scene.check(way))? as f64 / f64::from(1 << 20);
        rows.push(vec![way.name.to_owned(), format!("{mebibytes:.1} MiB")]);
        let what = format!("peak memory of the whole check, {}", way.name);
        goals.push(Goal::new(what, Some(mebibytes), Limit::MebibytesAtMost(16.0)));
    }
    let bytes = scene.stamp()?.metadata()?.len() as f64 / scene.files as f64;
    rows.push(vec!["stamp".into(), format!("{bytes:.1} bytes for each input")]);
    goals.push(Goal::new("stamp, for each input", Some(bytes), Limit::BytesAtMost(100.0)));
    let columns = vec![String::new(), "peak memory".into()];
    Ok(Table { caption: "Memory, in a run of its own:".into(), columns, rows })
}

/// One file of all changed: the verdict and its reason.
pub fn edited(bench: &Bench) -> Result<Section> {
    let scene = bench.scene(bench.size())?;
    let mut section = Section {
        title: format!("One of {} files edited", count(scene.files)),
        intro: "The verdict alone, again and again, while one file in the middle stays edited: written over in \
                place, replaced by renaming another over it, or a new one beside it."
            .into(),
        ..Section::default()
    };
    let edits = [
        (Edit::InPlace, "edited in place"),
        (Edit::ByRename, "saved by rename"),
        (Edit::Added, "a file added"),
    ];
    for (edit, words) in edits {
        let made = scene.edit(edit)?;
        let mut contenders = vec![bench.floor(STAT, "stat", &scene)];
        let check = |way: Way| scene.contender(way).exits(1);
        contenders.extend(looking().map(check));
        let outcomes = bench.contest(words, contenders, seconds(8));
        scene.take_back(made)?;
        section.goals.extend(looking().map(|way| {
            let what = format!("check, {}, {words}", way.name);
            Goal::new(what, against(&outcomes, way.name, STAT), Limit::AtMost(1.10))
        }));
        section.tables.push(Table::of_contest(format!("{words}:"), &outcomes, &[STAT]));
    }
    Ok(section)
}

/// Every byte read.
pub fn contents(bench: &Bench) -> Result<Section> {
    let scene = bench.scene(bench.size())?;
    let always = WAYS[3];
    let contenders = vec![bench.floor(READ, "read", &scene), scene.contender(always)];
    let outcomes = bench.contest("every byte read", contenders, seconds(12));
    let what = format!("check, {}, {} unchanged files", always.name, count(scene.files));
    let goal = Goal::new(what, against(&outcomes, always.name, READ), Limit::AtMost(1.10));
    Ok(Section {
        title: format!("Reading {} files", count(scene.files)),
        intro: "`hash` with `reread = \"always\"`, which believes no time, against the read floor."
            .into(),
        tables: vec![Table::of_contest("", &outcomes, &[READ])],
        goals: vec![goal],
        ..Section::default()
    })
}

fn against(outcomes: &[Outcome], name: &str, floor: &str) -> Option<f64> {
    ratio(outcomes, name, floor)
}
