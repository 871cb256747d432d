//! Compares the world with a stamp on disk, directory by directory, on all cores.
//!
//! Each directory of the stamp's table is opened once; its inputs are looked at by name, compared with
//! their records and forgotten. That the *list* of inputs is what it was follows from the stats of the
//! directories that were listed ([`crate::lists`]). Where it does not follow, everything is found and
//! compared anew: slower, and the same answer. Never tolerable here: taking the quick way where the slow
//! one would have said more.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::compare::compare_listed;
use crate::discover::{BadGlob, InputSet, discover};
use crate::input::{InputSpec, Pattern};
use crate::lists::{DirStat, ListedDir, holds_still};
use crate::path::InputPath;
use crate::place::Place;
use crate::snapshot::{Kind, Meta, Snapshot, State};
use crate::spread::{Threads, Told, UNTOLD, spread_told};
use crate::stamp::table::{Entry, Group};
use crate::stamp::{Record, Stamp};
use crate::strategy::{Assessment, FreshnessStrategy, Known, StrategyId, Subject, Work};
use crate::survey::assess_all;
use crate::sys::Links;
use crate::verdict::Reason;
use crate::walk::is_cargo_target;

/// So many chunks are looked at in about a millisecond: a second thread would begin when that is over.
const FEW_CHUNKS: usize = 8;

/// Why a stamp could not be compared with the world.
#[derive(Debug)]
pub enum NoAnswer {
    /// It holds no evidence for the strategy.
    NoEvidence,
    /// It is damaged; how.
    Damaged(String),
    /// A glob that cannot be understood.
    BadGlob(BadGlob),
}

impl NoAnswer {
    /// The reason that this is for the stamp at `path`, asked about by `strategy`.
    ///
    /// # Errors
    /// The glob, which no build would understand either.
    pub fn reason(self, path: &Path, strategy: StrategyId) -> Result<Reason, BadGlob> {
        let path = path.to_path_buf();
        match self {
            NoAnswer::BadGlob(bad) => Err(bad),
            NoAnswer::Damaged(problem) => Ok(Reason::StampUnreadable { path, problem }),
            NoAnswer::NoEvidence => {
                let problem = format!("it holds no evidence for {strategy}");
                Ok(Reason::StampVersion { path, problem })
            }
        }
    }
}

/// Says what differs between a record and the world: the inputs that it remembers, and those that `here`
/// names, which follow from where the question is asked. `told` hears how far it has come.
///
/// # Errors
/// Why there is no answer.
pub fn check(
    record: &Record,
    here: &[InputSpec],
    strategy: &dyn FreshnessStrategy,
    told: Told<'_>,
) -> Result<Assessment, NoAnswer> {
    // Evidence of another width is another strategy's, whatever it is called.
    let is_its = |evidence: &std::ops::Range<usize>| {
        evidence.len() == strategy.evidence_bytes() || record.inputs() == 0
    };
    let evidence = record.evidence_of(strategy.id()).filter(is_its);
    let evidence = evidence.ok_or(NoAnswer::NoEvidence)?;
    if let Some(anew) = Anew::find(record, here).map_err(NoAnswer::BadGlob)? {
        let check = Check { record, strategy, evidence, anew, differs: AtomicBool::new(false) };
        if let Some(found) = check.by_directory(told)? {
            return Ok(found);
        }
    }
    let stamp = record.load().map_err(NoAnswer::Damaged)?;
    let specs = here.iter().chain(&stamp.specs);
    compare_whole(&stamp, specs, strategy, told)
}

/// The same where other specifications take the place of those that the record remembers.
///
/// # Errors
/// Those of [`check`].
pub fn check_by(
    record: &Record,
    specs: &[InputSpec],
    strategy: &dyn FreshnessStrategy,
) -> Result<Assessment, NoAnswer> {
    compare_whole(&record.load().map_err(NoAnswer::Damaged)?, specs.iter(), strategy, UNTOLD)
}

fn compare_whole<'s>(
    stamp: &Stamp,
    specs: impl Iterator<Item = &'s InputSpec>,
    strategy: &dyn FreshnessStrategy,
    told: Told<'_>,
) -> Result<Assessment, NoAnswer> {
    let recorded = stamp.recorded(strategy.id()).ok_or(NoAnswer::NoEvidence)?;
    let now = Snapshot::take(discover(&stamp.snapshot.root, specs).map_err(NoAnswer::BadGlob)?);
    Ok(assess_all(strategy, &now, recorded, Threads::AsUseful, told))
}

/// Inputs that are found anew at every look: those that follow from where we stand, and those of packages
/// whose listing rests on rules.
struct Anew {
    by_dir: HashMap<PathBuf, BTreeSet<OsString>>,
    count: usize,
}

impl Anew {
    /// Finds them; nothing where the record's list must be found anew as a whole.
    fn find(record: &Record, here: &[InputSpec]) -> Result<Option<Self>, BadGlob> {
        let lists = record.lists();
        let is_as_tagged =
            |(dir, by_cargo): (&PathBuf, &bool)| is_cargo_target(dir) == Some(*by_cargo);
        if !lists.complete || !lists.tagged.iter().all(is_as_tagged) || !lists.rules_hold() {
            return Ok(None);
        }
        let unlisted: Vec<InputSpec> =
            record.unnamed_specs().filter(|spec| !is_told_by_lists(&spec.pattern)).collect();
        let InputSet { paths, .. } = discover(&record.root, here.iter().chain(&unlisted))?;
        if paths.values().any(|found| found.unlisted.is_some()) {
            return Ok(None);
        }
        let mut by_dir: HashMap<PathBuf, BTreeSet<OsString>> = HashMap::new();
        for path in paths.keys() {
            let (dir, name) = path.split();
            by_dir.entry(dir.to_path_buf()).or_default().insert(name.to_owned());
        }
        Ok(Some(Self { by_dir, count: paths.len() }))
    }
}

/// Whether what a pattern finds follows from the directories that it lists.
fn is_told_by_lists(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Tree { .. } | Pattern::Followed { .. } => true,
        Pattern::Modules { .. } | Pattern::Glob { .. } | Pattern::Selected { .. } => true,
        Pattern::Path(_) | Pattern::Package { .. } => false,
    }
}

struct Check<'a> {
    record: &'a Record,
    strategy: &'a dyn FreshnessStrategy,
    evidence: std::ops::Range<usize>,
    anew: Anew,
    /// Whether the list was seen to differ, so that going on is of no use.
    differs: AtomicBool,
}

/// What comparing a part of the table found.
#[derive(Default)]
struct Part {
    found: Assessment,
    /// How many inputs were met that are found anew.
    anew: usize,
}

/// Why comparing a part of the table stopped.
enum Stop {
    Damaged(String),
    /// The list is another one.
    Differs,
}

impl From<String> for Stop {
    fn from(damage: String) -> Self {
        Self::Damaged(damage)
    }
}

impl Check<'_> {
    /// Compares everything; nothing where the list is not what it was.
    fn by_directory(&self, told: Told<'_>) -> Result<Option<Assessment>, NoAnswer> {
        let mut all = Part::default();
        let chunks = self.record.chunks();
        let threads = match chunks <= FEW_CHUNKS && !self.strategy.reads_always() {
            true => Threads::OneUnlessWaiting,
            false => Threads::AsUseful,
        };
        let parts = spread_told(threads, chunks, told, |chunk| self.part(chunk));
        for part in parts {
            match part {
                Ok(part) => {
                    all.found.reasons.extend(part.found.reasons);
                    all.found.work += part.found.work;
                    all.found.outdated |= part.found.outdated;
                    all.anew += part.anew;
                }
                Err(Stop::Damaged(problem)) => return Err(NoAnswer::Damaged(problem)),
                Err(Stop::Differs) => self.differs.store(true, Ordering::Relaxed),
            }
        }
        if self.differs.load(Ordering::Relaxed) || all.anew != self.anew.count {
            return Ok(None);
        }
        all.found.reasons.sort_by(|a, b| path_of(a).cmp(&path_of(b)));
        Ok(Some(all.found))
    }

    fn part(&self, chunk: usize) -> Result<Part, Stop> {
        let mut part = Part::default();
        let compared = self.record.read_chunk(chunk, |group| self.group(&group, &mut part));
        if matches!(compared, Err(Stop::Differs)) {
            self.differs.store(true, Ordering::Relaxed);
        }
        compared.map(|()| part)
    }

    fn group(&self, group: &Group<'_>, part: &mut Part) -> Result<(), Stop> {
        if self.differs.load(Ordering::Relaxed) {
            return Err(Stop::Differs);
        }
        let place = Place::of(&self.record.root, group.dir);
        if let Some(listed) = &group.listed {
            part.found.work.stats += 1;
            if !is_as_listed(&place, listed, group) {
                return Err(Stop::Differs);
            }
        }
        let anew = self.anew.by_dir.get(group.dir);
        for entry in &group.entries {
            match anew.is_some_and(|names| names.contains(entry.name)) {
                true => part.anew += 1,
                false if entry.is_named() || entry.found => {}
                false => return Err(Stop::Differs),
            }
            self.entry(entry, &place, group.dir, &mut part.found)?;
        }
        Ok(())
    }

    fn entry(
        &self,
        entry: &Entry<'_>,
        place: &Place,
        dir: &Path,
        found: &mut Assessment,
    ) -> Result<(), Stop> {
        found.work.inputs += 1;
        if self.reads_as_recorded(entry, place, &mut found.work) {
            return Ok(());
        }
        found.work.stats += 1;
        let compare = |then: &State, now: &State, opened, found: &mut Assessment| {
            let path = || InputPath::joined(dir, entry.name);
            if let Some(reason) = compare_listed(then, now, path) {
                found.reasons.push(reason);
                return;
            }
            let evidence = entry.evidence(&self.evidence);
            let known = Known { state: then, cutoff: self.record.head.cutoff, evidence };
            let subject = Subject { state: now, place, name: entry.name, opened };
            let finding = self.strategy.assess_one(subject, known, &mut found.work);
            found.outdated |= finding.outdated;
            found.reasons.extend(finding.difference.map(|difference| difference.of(path())));
        };
        if let Some(then) = entry.plain()
            && let Some((now, opened)) = self.plain(&then, entry, place)
        {
            compare(&State::Here(then), &State::Here(now), opened, found);
            return Ok(());
        }
        let now = place.look(entry.name);
        found.work.stats += u64::from(matches!(now, State::Link { .. }));
        let then = entry.state().map_err(|damaged| Stop::Damaged(damaged.into()))?;
        compare(&then, &now, None, found);
        Ok(())
    }

    /// Whether an input that was a regular file still gives the same bytes, told by reading it.
    fn reads_as_recorded(&self, entry: &Entry<'_>, place: &Place, work: &mut Work) -> bool {
        if !self.strategy.reads_always() {
            return false;
        }
        let Some(then) = entry.plain().filter(|then| then.kind == Kind::File) else { return false };
        let evidence = entry.evidence(&self.evidence);
        let state = &State::Here(then);
        let known = Known { state, cutoff: self.record.head.cutoff, evidence };
        let file = place.open_anything(entry.name);
        file.is_ok_and(|file| self.strategy.reads_as_recorded(&file, known, work))
    }

    /// Looks at what was no link, where it is none; opens a file that will be read in any case, rather than
    /// asking twice.
    fn plain(&self, then: &Meta, entry: &Entry<'_>, place: &Place) -> Option<(Meta, Option<File>)> {
        if self.strategy.reads_always() && then.kind == Kind::File {
            let (file, now) = place.open(entry.name, Links::Refuse).ok()?;
            return Some((now, Some(file)));
        }
        let now = place.stat(entry.name, Links::Refuse).ok()?;
        (now.kind != Kind::Link).then_some((now, None))
    }
}

/// Whether listing a directory would give what it gave.
fn is_as_listed(place: &Place, listed: &ListedDir, group: &Group<'_>) -> bool {
    let own = place.own().map(DirStat::new);
    if own.is_some() && own == listed.own {
        return true;
    }
    let was_there = |entry: &&Entry<'_>| !entry.was_absent();
    let inputs: Vec<&OsStr> = group.entries.iter().filter(was_there).map(|e| e.name).collect();
    own.is_some() && group.is_whole && holds_still(place.path(), &inputs, &listed.others)
}

fn path_of(reason: &Reason) -> Option<&[u8]> {
    reason.path().map(|path| path.as_os_str().as_encoded_bytes())
}
