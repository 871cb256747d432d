//! What a run counts, and the table that shows it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use super::answers::Answer;
use super::scene::Files;

/// How often an answer was wrong, in either way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Fresh, where a build from nothing would give something else.
    pub false_fresh: u32,
    /// Stale, where it would give the same.
    pub needless: u32,
}

/// How much is looked at, beside what cargo itself lists.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Inputs of ours, and the calls of `stat` for them.
    pub inputs: u64,
    pub stats: u64,
    /// Files that rustc's dep-info lists.
    pub dep_info: usize,
    /// Manifests and lock files of the scene.
    pub manifests: usize,
}

impl Look {
    pub(super) fn of(answer: &Answer, read: &BTreeMap<PathBuf, u64>, files: &Files) -> Self {
        let is_manifest =
            |path: &&PathBuf| path.ends_with("Cargo.toml") || path.ends_with("Cargo.lock");
        let manifests = files.keys().filter(is_manifest).count();
        Self { inputs: answer.inputs, stats: answer.stats, dep_info: read.len(), manifests }
    }
}

/// What one run counted.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The workspace.
    pub name: String,
    /// Edits made.
    pub steps: u32,
    /// Edits after which a build from nothing gives something else, or fails.
    pub changed: u32,
    /// By strategy and option.
    pub strategies: BTreeMap<String, Counts>,
    /// cargo's own.
    pub cargo: Counts,
    /// Path packages that we had compiled, over all steps.
    pub compiled: usize,
    /// Those that cargo alone compiled.
    pub cargo_compiled: usize,
    /// Those whose library is another when built from nothing.
    pub minimum: usize,
    /// The size of the last look.
    pub look: Look,
    /// Whether the last edit left something that cannot be built.
    pub(super) last_was_broken: bool,
}

impl Tally {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            steps: 0,
            changed: 0,
            strategies: BTreeMap::new(),
            cargo: Counts::default(),
            compiled: 0,
            cargo_compiled: 0,
            minimum: 0,
            look: Look::default(),
            last_was_broken: false,
        }
    }

    /// Adds a run of the same workspace.
    pub fn add(&mut self, other: &Tally) {
        self.steps += other.steps;
        self.changed += other.changed;
        self.compiled += other.compiled;
        self.cargo_compiled += other.cargo_compiled;
        self.minimum += other.minimum;
        self.look = other.look;
        let both = other.strategies.iter().map(|(name, counts)| (name.as_str(), counts));
        for (name, counts) in both {
            let own = self.strategies.entry(name.to_owned()).or_default();
            own.false_fresh += counts.false_fresh;
            own.needless += counts.needless;
        }
        self.cargo.false_fresh += other.cargo.false_fresh;
        self.cargo.needless += other.cargo.needless;
    }
}

/// Words the tallies as two tables of Markdown, with a line of sums.
///
/// # Panics
/// There is none.
#[must_use]
pub fn table(tallies: &[Tally]) -> String {
    let mut all = tallies.to_vec();
    let mut sum = Tally::new("**all**");
    tallies.iter().for_each(|tally| sum.add(tally));
    all.push(sum);
    let strategies: Vec<&String> = all[0].strategies.keys().collect();
    let mut text = String::from("| workspace | edits | changed something | cargo |");
    strategies.iter().for_each(|name| write!(text, " {name} |").unwrap());
    text += "\n| --- | --: | --: | --: |";
    strategies.iter().for_each(|_| text += " --: |");
    for tally in &all {
        let (name, steps, changed) = (&tally.name, tally.steps, tally.changed);
        write!(text, "\n| {name} | {steps} | {changed} | {} |", pair(tally.cargo)).unwrap();
        for strategy in &strategies {
            let counts = tally.strategies.get(*strategy).copied().unwrap_or_default();
            write!(text, " {} |", pair(counts)).unwrap();
        }
    }
    text += "\n\n| workspace | packages compiled: cargo | freshness | minimum | inputs | stats \
             | in dep-info | manifests |\n| --- | --: | --: | --: | --: | --: | --: | --: |\n";
    for tally in &all {
        let (name, look) = (&tally.name, tally.look);
        let (cargo, ours, least) = (tally.cargo_compiled, tally.compiled, tally.minimum);
        let looks = match name.starts_with('*') {
            true => " | | | |".to_owned(),
            false => format!(
                " {} | {} | {} | {} |",
                look.inputs, look.stats, look.dep_info, look.manifests
            ),
        };
        writeln!(text, "| {name} | {cargo} | {ours} | {least} |{looks}").unwrap();
    }
    text
}

fn pair(counts: Counts) -> String {
    format!("{} / {}", counts.false_fresh, counts.needless)
}
