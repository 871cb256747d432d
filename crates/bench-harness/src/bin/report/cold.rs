//! Reading all files when none is in memory, where more threads than cores may help.

use std::fs;
use std::time::Instant;

use anyhow::Result;
use bench_harness::measure::{Contender, Plan, contest, times_of};
use bench_harness::scene::WAYS;
use bench_harness::section::{Goal, Limit, Section, Table, count};

use crate::{Bench, seconds};

const DROP: &str = "/proc/sys/vm/drop_caches";
const THREADS: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// Cold reads by the floor at any number of threads, and by a check.
pub fn measure(bench: &Bench) -> Result<Section> {
    let scene = bench.scene(bench.size())?;
    let mut section = Section {
        title: format!("Reading {} files from a cold cache", count(scene.files)),
        intro: "Before each run the kernel is told to drop all that it has cached, programs included. The floor is \
                run at several numbers of threads, because what waits for a disk needs no core."
            .into(),
        ..Section::default()
    };
    if let Err(error) = drop_caches() {
        section.notes.push(format!("Skipped: `{DROP}` cannot be written ({error})."));
        return Ok(section);
    }
    let floor = |threads: usize| format!("read floor, {threads} threads");
    let mut contenders: Vec<Contender<'_>> = Vec::new();
    for threads in THREADS {
        let contender = bench.threaded_floor(&floor(threads), threads, &scene);
        // Few threads take long, and are only there to show that they do.
        contenders.push(if threads > 2 { contender } else { contender.slow(1) });
    }
    contenders.push(scene.contender(WAYS[3]));
    contenders.push(bench.floor("stat floor", "stat", &scene));
    contenders.push(scene.contender(WAYS[2]));
    let contenders = contenders.into_iter().map(|one| one.after(|| Ok(drop_caches()?))).collect();
    let start = Instant::now();
    let plan = Plan {
        budget: seconds(60),
        at_least: bench.rounds.unwrap_or(2),
        at_most: bench.rounds.unwrap_or(9),
        warm: false,
    };
    let outcomes = contest(contenders, plan);
    bench.told("cold", &outcomes, start);
    let median = |name: &str| Some(times_of(&outcomes, name)?.median().as_secs_f64());
    let best = THREADS.iter().filter_map(|threads| median(&floor(*threads)));
    let best = best.min_by(f64::total_cmp);
    let measured = median("hash/always").zip(best).map(|(check, best)| check / best);
    section.goals.push(Goal::new(
        "check, hash/always, cold, against the best floor of any number of threads",
        measured,
        Limit::AtMost(1.15),
    ));
    let base = THREADS.map(floor).into_iter().find(|name| median(name) == best);
    let base = base.unwrap_or_default();
    section.tables.push(Table::of_contest("", &outcomes, &[&base]));
    Ok(section)
}

fn drop_caches() -> std::io::Result<()> {
    // What is not written yet cannot be dropped.
    rustix::fs::sync();
    fs::write(DROP, "3")
}
