//! The laws of [`FreshnessStrategy`], tried on real files: for the tests of whoever writes a strategy.
//!
//! A strategy that breaks one of them says fresh where it must not, or costs more than it has to, and neither
//! shows in a program that works. The built-in strategies keep them all. What they do not try is a strategy's
//! own blind spots: those are for its own tests, asserted as they are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::discover::{InputSet, discover};
use crate::input::{InputSpec, Pattern};
use crate::snapshot::{Meta, Snapshot, State, Timestamp, look};
use crate::spread::{Threads, UNTOLD};
use crate::strategy::{Assessment, FreshnessStrategy, Recorded};
use crate::survey::{assess_all, observe_all};
use crate::sys::meta_of;

/// The laws that `strategy` breaks, each in words with what was seen; none where it keeps them all.
///
/// Files are written below `directory`, which should be empty, and stay there.
///
/// # Errors
/// Files cannot be written or read there.
pub fn broken(strategy: &dyn FreshnessStrategy, directory: &Path) -> io::Result<Vec<String>> {
    let mut trial = Trial::begin(strategy, directory)?;
    trial.just_observed()?;
    trial.evidence();
    trial.does_not_depend_on_threads()?;
    trial.edits_are_told()?;
    trial.what_is_racy_is_looked_at_closer()?;
    Ok(trial.broken)
}

/// When files are dated, unless something else is said: long before any cut-off.
const OLD: Duration = Duration::from_secs(1_500_000_000);

/// Files of one byte, of a few, and larger than any buffer: each as it is at first.
const FILES: [(&str, usize); 5] =
    [("a", 1), ("b/c", 4), ("b/d", 20_000), ("b/e", 0), ("f", 300_000)];

struct Trial<'a> {
    strategy: &'a dyn FreshnessStrategy,
    root: PathBuf,
    /// The inputs when everything had settled.
    then: Snapshot,
    cutoff: Timestamp,
    evidence: Vec<u8>,
    broken: Vec<String>,
}

impl<'a> Trial<'a> {
    fn begin(strategy: &'a dyn FreshnessStrategy, directory: &Path) -> io::Result<Self> {
        let root = directory.join("inputs");
        for (path, length) in FILES {
            fs::create_dir_all(root.join(path).parent().unwrap_or(&root))?;
            write(&root.join(path), &vec![b'1'; length], UNIX_EPOCH + OLD)?;
        }
        let then = inputs(&root)?;
        let cutoff = moment_after(&then, &directory.join("clock"))?;
        let evidence = strategy.observe(&then, None).evidence;
        Ok(Self { strategy, root, then, cutoff, evidence, broken: Vec::new() })
    }

    fn recorded(&self) -> Recorded<'_> {
        Recorded { snapshot: &self.then, cutoff: self.cutoff, evidence: &self.evidence }
    }

    fn demand(&mut self, law: &str, holds: bool, seen: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(format!("{}: {law}: {}", self.strategy.id(), seen()));
        }
    }

    fn just_observed(&mut self) -> io::Result<()> {
        let before = everything_below(&self.root)?;
        let reused = self.strategy.observe(&self.then, Some(self.recorded())).evidence;
        let found = self.strategy.assess(&self.then, self.recorded());
        let after = everything_below(&self.root)?;
        self.demand("what was just observed is fresh", found.reasons.is_empty(), || said(&found));
        let law = "a record is out of date only where something moved";
        self.demand(law, !found.outdated, || "it is outdated at once".into());
        let law = "reusing an earlier record gives the evidence of looking at everything";
        self.demand(law, reused == self.evidence, || "it gives another".into());
        self.demand("nothing is ever written", before == after, || "a file changed".into());
        let spawned = found.work.processes_spawned;
        self.demand("assessing starts nothing", spawned == 0, || format!("{spawned} processes"));
        Ok(())
    }

    fn evidence(&mut self) {
        let (wanted, inputs) = (self.strategy.evidence_bytes(), self.then.entries.len());
        let got = self.evidence.len();
        let law = "each input has the evidence that is asked for";
        self.demand(law, got == wanted * inputs, || format!("{got} bytes for {inputs} inputs"));
        if wanted == 0 {
            return;
        }
        for (holds, evidence) in [("none", vec![]), ("zeros", vec![0; wanted * inputs])] {
            let found = self
                .strategy
                .assess(&self.then, Recorded { evidence: &evidence, ..self.recorded() });
            let is_told = |path: &Path| found.reasons.iter().any(|r| r.path() == Some(path));
            let mut files = self.then.entries.iter().filter(|(_, state)| state.file().is_some());
            let all = files.all(|(path, _)| is_told(path.as_path()));
            self.demand("a file without evidence is not fresh", all, || {
                format!("the record holds {holds}: {}", said(&found))
            });
        }
    }

    fn does_not_depend_on_threads(&mut self) -> io::Result<()> {
        let (later, cutoff) = (UNIX_EPOCH + OLD * 2, Timestamp::default());
        write(&self.root.join("b/c"), b"2222", later)?;
        write(&self.root.join("f"), b"2", later)?;
        let now = inputs(&self.root)?;
        let of = |count| {
            let threads = Threads::Exactly(count);
            let observed = observe_all(self.strategy, &now, None, threads, UNTOLD);
            let recorded = Recorded { cutoff, ..self.recorded() };
            let found = assess_all(self.strategy, &now, recorded, threads, UNTOLD);
            (observed.evidence, observed.work, found.reasons, found.work, found.outdated)
        };
        let [one, four] =
            [1, 4].map(|count| of(NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN)));
        let same = one == four;
        let sorted = one.2.is_sorted_by(|a, b| a.path() < b.path());
        let paths = format!("{:?}", one.2.iter().map(|reason| reason.path()).collect::<Vec<_>>());
        self.demand("nothing depends on the number of threads", same, || "it does".into());
        self.demand("reasons come in path order, each path once", sorted, || paths);
        self.put_back()
    }

    /// Edits of every file, each of which moves the time as an editor does and keeps the length.
    fn edits_are_told(&mut self) -> io::Result<()> {
        let Timestamp { secs, nanos } = self.cutoff;
        let cutoff = Duration::new(secs.unsigned_abs(), nanos);
        for (path, length) in FILES.iter().filter(|(_, length)| *length > 0) {
            for at in [0, length / 2, length - 1] {
                let mut bytes = vec![b'1'; *length];
                bytes[at] = b'2';
                write(&self.root.join(path), &bytes, UNIX_EPOCH + cutoff + Duration::from_secs(1))?;
                let found = self.strategy.assess(&inputs(&self.root)?, self.recorded());
                let told = found.reasons.iter().any(|r| r.path() == Some(Path::new(path)));
                let law = "an edit that moves the modification time is told";
                self.demand(law, told, || format!("byte {at} of {path}: {}", said(&found)));
            }
            self.put_back()?;
        }
        Ok(())
    }

    /// As if every edit had come in the tick of the cut-off and left the very stat that was recorded.
    fn what_is_racy_is_looked_at_closer(&mut self) -> io::Result<()> {
        for (path, length) in FILES.iter().filter(|(_, length)| *length > 0) {
            write(&self.root.join(path), &vec![b'2'; *length], UNIX_EPOCH + OLD)?;
        }
        let now = inputs(&self.root)?;
        let cutoff = Timestamp::default();
        let recorded = Recorded { snapshot: &now, cutoff, ..self.recorded() };
        let found = self.strategy.assess(&now, recorded);
        let edited = FILES.iter().filter(|(_, length)| *length > 0);
        let missed = edited.filter(|(path, _)| {
            !found.reasons.iter().any(|reason| reason.path() == Some(Path::new(path)))
        });
        let missed: Vec<_> = missed.map(|(path, _)| *path).collect();
        let law = "what is racy is not believed by its stat";
        self.demand(law, missed.is_empty(), || format!("{missed:?} edited: {}", said(&found)));
        self.put_back()
    }

    /// The first contents and times, with the record of this moment.
    fn put_back(&mut self) -> io::Result<()> {
        for (path, length) in FILES {
            write(&self.root.join(path), &vec![b'1'; length], UNIX_EPOCH + OLD)?;
        }
        self.then = inputs(&self.root)?;
        self.cutoff = moment_after(&self.then, &self.root.with_file_name("clock"))?;
        self.evidence = self.strategy.observe(&self.then, None).evidence;
        Ok(())
    }
}

/// Writes in place and dates what is written.
fn write(path: &Path, bytes: &[u8], modified: SystemTime) -> io::Result<()> {
    fs::write(path, bytes)?;
    File::options().write(true).open(path)?.set_modified(modified)
}

/// Everything below `root` as it is, and a path where nothing is.
fn inputs(root: &Path) -> io::Result<Snapshot> {
    let patterns = [
        Pattern::Tree { dir: root.to_path_buf(), skip: Vec::new() },
        Pattern::Path("absent".into()),
    ];
    let specs = patterns.map(|pattern| InputSpec { pattern, why: "a trial".into() });
    let found: InputSet =
        discover(root, &specs).map_err(|bad| io::Error::other(format!("{bad:?}")))?;
    Ok(Snapshot::take(found))
}

/// Waits, a tick at most, until the file system's clock has moved past every change of these inputs.
fn moment_after(inputs: &Snapshot, clock: &Path) -> io::Result<Timestamp> {
    let changed = |state: &State| state.file().map(|meta| meta.ctime);
    let newest = inputs.entries.iter().filter_map(|(_, state)| changed(state)).max();
    loop {
        fs::write(clock, "tick")?;
        match look(clock) {
            State::Here(Meta { mtime, .. }) if newest.is_none_or(|newest| mtime > newest) => {
                return Ok(mtime);
            }
            State::Here(_) => {}
            _ => return Err(io::Error::other("the file just written is not there")),
        }
    }
}

/// What a write would change: the stat and the bytes of every path.
fn everything_below(root: &Path) -> io::Result<BTreeMap<PathBuf, (Meta, Vec<u8>)>> {
    let mut all = BTreeMap::new();
    let mut pending = vec![root.to_path_buf()];
    while let Some(path) = pending.pop() {
        let found = fs::symlink_metadata(&path)?;
        if found.is_dir() {
            let entries = fs::read_dir(&path)?.map(|entry| Ok(entry?.path()));
            pending.extend(entries.collect::<io::Result<Vec<_>>>()?);
        }
        let bytes = if found.is_file() { fs::read(&path)? } else { Vec::new() };
        all.insert(path, (meta_of(&found), bytes));
    }
    Ok(all)
}

fn said(found: &Assessment) -> String {
    let words: Vec<String> = found.reasons.iter().map(ToString::to_string).collect();
    if words.is_empty() { "fresh".into() } else { words.join(", ") }
}
