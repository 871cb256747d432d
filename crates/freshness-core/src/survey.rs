//! Asks a strategy of every input of a snapshot, on all cores.

use crate::compare::{Step, appeared, compare_listed, merge};
use crate::path::InputPath;
use crate::place::Place;
use crate::snapshot::{Snapshot, State};
use crate::spread::{Threads, Told, spread_told};
use crate::strategy::{Assessment, FreshnessStrategy, Observation, Recorded, Subject, Work};
use crate::verdict::Reason;

/// How many inputs a thread takes at a time.
const INPUTS_AT_ONCE: usize = 256;

/// The evidence of every input of `now`, in its order.
pub fn observe_all<S: FreshnessStrategy + ?Sized>(
    strategy: &S,
    now: &Snapshot,
    earlier: Option<Recorded<'_>>,
    threads: Threads,
    told: Told<'_>,
) -> Observation {
    let then = earlier.map(|earlier| indices_then(earlier.snapshot, now));
    let parts: Vec<_> = now.entries.chunks(INPUTS_AT_ONCE).collect();
    let width = strategy.evidence_bytes();
    let observed = spread_told(threads, parts.len(), told, |part| {
        let (mut places, mut work) = (Places::new(now), Work::default());
        let mut evidence = vec![0; parts[part].len() * width];
        for (offset, (path, state)) in parts[part].iter().enumerate() {
            let index = part * INPUTS_AT_ONCE + offset;
            let known = earlier.zip(then.as_ref().and_then(|then| then[index]));
            let known = known.map(|(earlier, index)| earlier.of(index, width));
            let slot = &mut evidence[offset * width..][..width];
            strategy.observe_one(places.subject(path, state), known, slot, &mut work);
        }
        (evidence, work)
    });
    let mut all = Observation { evidence: Vec::new(), work: looked_at(now) };
    for (evidence, work) in observed {
        all.evidence.extend(evidence);
        all.work += work;
    }
    all
}

/// For each input of `now`, its index in an earlier snapshot that knows it.
fn indices_then(then: &Snapshot, now: &Snapshot) -> Vec<Option<usize>> {
    let later = merge(then, now).filter(|step| !matches!(step, Step::Removed(..)));
    let index = later.map(|step| match step {
        Step::Both(pair) => Some(pair.index),
        Step::Added(..) | Step::Removed(..) => None,
    });
    index.collect()
}

/// What differs between `now` and the record, in path order.
pub fn assess_all<S: FreshnessStrategy + ?Sized>(
    strategy: &S,
    now: &Snapshot,
    recorded: Recorded<'_>,
    threads: Threads,
    told: Told<'_>,
) -> Assessment {
    let steps: Vec<Step<'_>> = merge(recorded.snapshot, now).collect();
    let parts: Vec<_> = steps.chunks(INPUTS_AT_ONCE).collect();
    let assessed = spread_told(threads, parts.len(), told, |part| {
        let (mut places, mut found) = (Places::new(now), Assessment::default());
        for step in parts[part] {
            match step {
                Step::Added(path, state) => found.reasons.extend(appeared(path, state)),
                Step::Removed(_, State::Absent) => {}
                Step::Removed(path, _) => {
                    found.reasons.push(Reason::InputRemoved { path: (*path).clone() });
                }
                Step::Both(pair) => {
                    let path = || pair.path.clone();
                    if let Some(reason) = compare_listed(pair.then, pair.now, path) {
                        found.reasons.push(reason);
                        continue;
                    }
                    let known = recorded.of(pair.index, strategy.evidence_bytes());
                    let subject = places.subject(pair.path, pair.now);
                    let finding = strategy.assess_one(subject, known, &mut found.work);
                    found.outdated |= finding.outdated;
                    found.reasons.extend(finding.difference.map(|d| d.of(path())));
                }
            }
        }
        found
    });
    let mut all = Assessment { work: looked_at(now), ..Assessment::default() };
    for found in assessed {
        all.reasons.extend(found.reasons);
        all.work += found.work;
        all.outdated |= found.outdated;
    }
    all
}

fn looked_at(now: &Snapshot) -> Work {
    Work { inputs: now.entries.len() as u64, stats: now.stats(), ..Work::default() }
}

/// The directories of a snapshot, each opened when the first input in it is asked for.
struct Places<'s> {
    snapshot: &'s Snapshot,
    last: Option<Place>,
}

impl<'s> Places<'s> {
    fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, last: None }
    }

    fn subject<'a>(&'a mut self, path: &'a InputPath, state: &'a State) -> Subject<'a> {
        let (dir, name) = path.split();
        if self.last.as_ref().is_some_and(|place| !place.is(dir)) {
            self.last = None;
        }
        let root = &self.snapshot.root;
        let place = self.last.get_or_insert_with(|| Place::of(root, dir));
        Subject { state, place, name, opened: None }
    }
}
