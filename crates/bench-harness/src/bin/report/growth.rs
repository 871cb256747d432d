//! The same check of ever more files: time and memory for each of them should stay as they are.

use anyhow::Result;
use bench_harness::measure::{Contender, Outcome, times_of};
use bench_harness::plot::lines;
use bench_harness::scene::WAYS;
use bench_harness::section::{Goal, Limit, Section, Table, count};

use crate::{Bench, line, seconds};

/// What was measured at one number of files.
struct Size {
    files: usize,
    outcomes: Vec<Outcome>,
    peaks: Vec<u64>,
    stamp_bytes: u64,
}

impl Size {
    fn nanos(&self, name: &str) -> Option<f64> {
        let median = times_of(&self.outcomes, name)?.median().as_secs_f64();
        Some(median * 1e9 / self.files as f64)
    }
}

const FLOORS: [(&str, &str); 2] = [("stat floor", "stat"), ("read floor", "read")];

/// Measures every size.
pub fn measure(bench: &Bench) -> Result<Section> {
    let mut sizes = Vec::new();
    for &files in &bench.sizes {
        let scene = bench.scene(files)?;
        let mut contenders: Vec<Contender<'_>> =
            FLOORS.iter().map(|(name, floor)| bench.floor(name, floor, &scene)).collect();
        contenders.extend(WAYS.map(|way| scene.contender(way)));
        let outcomes = bench.contest(&count(files), contenders, seconds(8));
        let peaks = WAYS.iter().map(|way| bench.peak(&scene.check(*way)));
        let peaks = peaks.collect::<Result<_>>()?;
        let stamp_bytes = scene.stamp()?.metadata()?.len();
        sizes.push(Size { files, outcomes, peaks, stamp_bytes });
    }
    let names: Vec<&str> =
        FLOORS.iter().map(|(name, _)| *name).chain(WAYS.iter().map(|way| way.name)).collect();
    let plot: Vec<_> = names
        .iter()
        .map(|name| {
            let point = |size: &Size| Some((size.files as f64, size.nanos(name)? / 1000.0));
            line(name, sizes.iter().filter_map(point).collect())
        })
        .collect();
    bench.write_plot("growth.svg", lines("Time for each file", "files", "µs", &plot))?;
    Ok(Section {
        title: "Growth".into(),
        intro: "The same check of more and more files. Time for each file and memory for each file are flat where \
                nothing grows faster than the files do."
            .into(),
        plots: vec![("growth.svg".into(), "microseconds for each file by number of files".into())],
        goals: goals(&sizes),
        tables: vec![times(&names, &sizes), memory(&sizes)],
        ..Section::default()
    })
}

/// Compared with 10,000 files, where the start of a process no longer counts.
fn goals(sizes: &[Size]) -> Vec<Goal> {
    let small = sizes.iter().find(|size| size.files >= 10_000).or(sizes.first());
    let (Some(small), Some(large)) = (small, sizes.last()) else { return Vec::new() };
    let (from, to) = (count(small.files), count(large.files));
    let mut goals = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let grown = large.nanos(way.name).zip(small.nanos(way.name)).map(|(l, s)| l / s);
        let what = format!("{}: time for each file at {to}, against {from}", way.name);
        goals.push(Goal::new(what, grown, Limit::AtMost(1.2)));
        let each = |size: &Size| size.peaks[number] as f64 / size.files as f64;
        let what = format!("{}: peak memory for each file at {to}, against {from}", way.name);
        goals.push(Goal::new(what, Some(each(large) / each(small)), Limit::AtMost(1.2)));
    }
    goals
}

fn head(sizes: &[Size], first: &str) -> Vec<String> {
    let sizes = sizes.iter().map(|size| count(size.files));
    [first.to_owned()].into_iter().chain(sizes).collect()
}

fn times(names: &[&str], sizes: &[Size]) -> Table {
    let row = |name: &&str| {
        let cells =
            sizes.iter().map(|size| match (size.nanos(name), times_of(&size.outcomes, name)) {
                (Some(nanos), Some(times)) => {
                    format!("{nanos:.0} ns ({})", bench_harness::section::shown(times.median()))
                }
                _ => "failed".into(),
            });
        [(*name).to_owned()].into_iter().chain(cells).collect()
    };
    let rows = names.iter().map(row).collect();
    let caption = "Median time for each file, and for all:".into();
    Table { caption, columns: head(sizes, ""), rows }
}

fn memory(sizes: &[Size]) -> Table {
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let cells = sizes.iter().map(|size| mebibytes(size.peaks[number]));
        rows.push([way.name.to_owned()].into_iter().chain(cells).collect());
    }
    let stamp = |size: &Size| format!("{:.1}", size.stamp_bytes as f64 / size.files as f64);
    let cells = sizes.iter().map(stamp);
    rows.push(["bytes of stamp for each input".to_owned()].into_iter().chain(cells).collect());
    let caption = "Peak memory of the whole process, in a run of its own:".into();
    Table { caption, columns: head(sizes, ""), rows }
}
