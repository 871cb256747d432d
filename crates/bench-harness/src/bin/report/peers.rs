//! Other tools with the same files and nothing to do.

use anyhow::Result;
use bench_harness::measure::{Contender, Outcome, times_of};
use bench_harness::peers::{Looks, PEERS, Setting};
use bench_harness::plot::lines;
use bench_harness::scene::WAYS;
use bench_harness::section::{Section, Table, count};

use crate::{Bench, line, seconds};

/// Measures them at every size that is not larger than that of the goals.
pub fn measure(bench: &Bench) -> Result<Section> {
    let sizes: Vec<usize> =
        bench.sizes.iter().copied().filter(|size| *size <= bench.size()).collect();
    let mut section = Section {
        title: "Other tools".into(),
        intro: "Each is asked what it is asked when nothing changed, over the same files. Those that *look* compare \
                times, those that *read* compare contents; watchman is told by the kernel all the while, and keeps a \
                process and its memory for that. Tools that record dependencies are given all files as those of one \
                output."
            .into(),
        plots: vec![("peers.svg".into(), "milliseconds by number of files, for each tool".into())],
        ..Section::default()
    };
    let mut measured: Vec<(usize, Vec<Outcome>)> = Vec::new();
    for files in sizes {
        let (outcomes, absent) = at(bench, files)?;
        let caption = format!("{} files:", count(files));
        section.tables.push(Table::of_contest(caption, &outcomes, &["stat floor"]));
        section.notes = absent;
        measured.push((files, outcomes));
    }
    let names: Vec<String> = measured
        .last()
        .map(|(_, outcomes)| outcomes.iter().map(|o| o.name.clone()).collect())
        .unwrap_or_default();
    let plot: Vec<_> = names
        .iter()
        .map(|name| {
            let point = |(files, outcomes): &(usize, Vec<Outcome>)| {
                Some((*files as f64, times_of(outcomes, name)?.median().as_secs_f64() * 1000.0))
            };
            line(name, measured.iter().filter_map(point).collect())
        })
        .collect();
    bench.write_plot("peers.svg", lines("Nothing changed", "files", "ms", &plot))?;
    Ok(section)
}

/// All at one number of files; and a line on each that is not there.
fn at(bench: &Bench, files: usize) -> Result<(Vec<Outcome>, Vec<String>)> {
    let scene = bench.scene(files)?;
    let mut absent = Vec::new();
    let mut settings: Vec<Setting<'_>> = Vec::new();
    for peer in PEERS {
        if files > peer.most_files {
            absent.push(format!("{} is not asked about {} files.", peer.name, count(files)));
            continue;
        }
        if peer.version(bench.installed()).is_none() {
            absent.push(format!("Not installed: {} (`{}`).", peer.name, peer.install));
            continue;
        }
        match peer.set_up(&scene, bench.installed()) {
            Ok(setting) => settings.push(setting),
            Err(error) => absent.push(format!("Left out: {error:#}.")),
        }
    }
    let mut contenders =
        vec![bench.floor("stat floor", "stat", &scene), bench.floor("read floor", "read", &scene)];
    contenders.extend(WAYS.map(|way| scene.contender(way)));
    let of_peer = |setting| Contender::new(Setting::name(setting), || setting.command());
    contenders.extend(settings.iter().map(of_peer));
    let outcomes = bench.contest(&format!("{} files", count(files)), contenders, seconds(15));
    let outcomes = outcomes.into_iter().map(|outcome| {
        let looks = PEERS.iter().find(|peer| peer.name == outcome.name).map(|peer| peer.looks);
        let word = match looks {
            Some(Looks::Stat) => " (looks)",
            Some(Looks::Content) => " (reads)",
            Some(Looks::Watch) => " (watches)",
            None => "",
        };
        Outcome { name: format!("{}{word}", outcome.name), ..outcome }
    });
    Ok((outcomes.collect(), absent))
}
