//! Runs a command under its lock, and stamps what it made.
//!
//! The order is that of a build with cargo, and so are the reasons: the look before the command comes after
//! the cut-off; inputs are looked at again after it, and what was written meanwhile starts it over, once;
//! evidence is observed between two looks that are equal; outputs are durable before the stamp is. While the
//! command runs the earlier stamp stays where it is: it vouches for outputs by their bytes, so half-written
//! ones make it stale. A run that fails, or is stopped, leaves it only where it still vouches.

use freshness_core::spread::UNTOLD;
use freshness_core::stamp::EnvFact;
use freshness_core::{Head, InputPath, Lists, Recorded, Stamp, Timestamp, Work};

use crate::contents::Changed;
use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::lock::{self, Guarded, SlotLock};
use crate::meanwhile;
use crate::observe::{self, BRIEFLY, SETTLE, settled};
use crate::orphans;
use crate::seal::{self, ReadBytes};

use super::changes::Inputs;
use super::scene::{Decision, Scene, real};
use super::{CommandEnd, JobOutcome, JobRequest, outputs, spawn};

/// How one run of the command went.
enum Attempt {
    /// It made its outputs from a world that still stands.
    Made(Box<Stamp>),
    /// It failed.
    Failed(CommandEnd),
    /// This input changed meanwhile.
    InputChanged(InputPath),
}

/// Runs the command if it has to run; its failure is an outcome.
///
/// # Errors
/// Whatever keeps the command from being run, or what it made from being vouched for.
pub fn run(request: &JobRequest<'_>) -> Result<JobOutcome, BuildError> {
    let scene = Scene::look(request)?;
    let arrival = scene.decide()?;
    if arrival.verdict.is_fresh() {
        return Ok(serve(&scene, arrival));
    }
    scene.require_matches(&scene.take()?.0)?;
    let _heeding = request.cancel.heed();
    scene.place.create()?;
    let (tool, timeout) = (request.tool, request.lock_timeout);
    let go_on = || request.go_on("while it waited for the lock");
    let mut lock = SlotLock::acquire(&scene.place, tool, timeout, request.events, &go_on)?;
    let scene = Scene::look(request)?;
    let again = scene.decide()?;
    if again.verdict.is_fresh() {
        renew(&scene, &mut lock, &again);
        return Ok(scene.outcome(arrival.verdict, again.serving(), again.work));
    }
    (request.events)(Event::Stale { verdict: &again.verdict });
    let mut work = again.work;
    let earlier = again.stamp.and_then(|stamp| stamp.load().ok());
    let mut changed = Changed::Written;
    loop {
        let attempt = attempt(&scene, &mut lock, earlier.as_ref(), changed, &mut work);
        match &attempt {
            Ok(Attempt::Made(_)) => {}
            Ok(Attempt::InputChanged(_)) if changed == Changed::Written => {}
            _ => note(request, drop_what_no_longer_vouches(&scene)),
        }
        match attempt? {
            Attempt::Made(stamp) => {
                request.go_on("before its stamp was written")?;
                scene.place.write_stamp(&stamp)?;
                let outcome = scene.outcome(arrival.verdict, Some(&stamp.head), work);
                return Ok(JobOutcome { end: Some(CommandEnd::Exited(0)), ..outcome });
            }
            Attempt::Failed(end) => {
                let outcome = scene.outcome(arrival.verdict, None, work);
                return Ok(JobOutcome { end: Some(end), ..outcome });
            }
            Attempt::InputChanged(path) if changed == Changed::Written => {
                (request.events)(Event::ChangedDuringRun { path: &path });
                changed = Changed::Content;
            }
            Attempt::InputChanged(path) => return Err(BuildError::ChangedDuringRun { path }),
        }
    }
}

fn attempt(
    scene: &Scene<'_>,
    lock: &mut SlotLock,
    earlier: Option<&Stamp>,
    changed: Changed,
    work: &mut Work,
) -> Result<Attempt, BuildError> {
    let JobRequest { job, strategies, events, .. } = scene.request;
    let program = spawn::find(job)?;
    let known = earlier.and_then(|stamp| stamp.head.toolchain_files.first());
    let sealed = seal::seal(&real(&program), known).doing("read the program", &program)?;
    lock.set_at_work(true);
    let clock = || lock.clock(&scene.place);
    let (cutoff, (snapshot, _)) = settled(SETTLE, clock, || scene.take())?;
    scene.require_matches(&snapshot)?;
    let recorded = |id| earlier.and_then(|stamp| stamp.recorded(id));
    let evidence = observe::evidence(strategies, &snapshot, recorded, UNTOLD);
    let before = Inputs { snapshot, evidence };
    let environment = job.environment.facts_of(&job.env);
    let outputs_before = outputs::stats(&scene.outputs);

    work.processes_spawned += 1;
    let end = spawn::run(scene.request, &program, &scene.place.mark());
    if !end.as_ref().is_ok_and(|end| end.is_success()) {
        // Something that it started may be left, and would write while others look.
        lock::end_orphans(&scene.place, orphans::group())?;
        return end.map(Attempt::Failed);
    }

    lock.set_at_work(false);
    let after_cutoff = lock.clock(&scene.place)?;
    let (snapshot, lists) = scene.take()?;
    let known = |id| Recorded::find(id, &before.evidence, &before.snapshot, cutoff);
    let evidence = observe::evidence(strategies, &snapshot, known, UNTOLD);
    let after = Inputs { snapshot, evidence };
    if let Some(path) = after.first_change(&before, changed) {
        return Ok(Attempt::InputChanged(path));
    }
    // Directories that were listed do not count: a command may make and remove files of its own beside inputs.
    let moved = || meanwhile::moved_since(&after.snapshot, cutoff);
    if let Some(path) = (changed == Changed::Written).then(moved).flatten() {
        return Ok(Attempt::InputChanged(path));
    }
    if let Some(path) = after.snapshot.first_difference(&scene.take()?.0) {
        return Ok(Attempt::InputChanged(path.clone()));
    }
    let is_written = after.first_change(&before, Changed::Written).is_some();
    let cutoff = if is_written { after_cutoff } else { cutoff };
    if outputs_before.iter().all(Option::is_some)
        && outputs_before == outputs::stats(&scene.outputs)
    {
        events(Event::OutputsUntouched);
    }
    let archives = outputs::seal_all(&scene.outputs, SETTLE, || lock.clock(&scene.place))?;
    let generation = earlier.map_or(0, |stamp| stamp.head.generation) + 1;
    let head = Head { generation, cutoff, archives, ..head(scene, environment) };
    let head = Head { toolchain_files: vec![sealed], ..head };
    Ok(Attempt::Made(Box::new(stamp(scene, head, after, Lists { since: after_cutoff, ..lists }))))
}

fn head(scene: &Scene<'_>, environment: Vec<EnvFact>) -> Head {
    let (key, profile) = (scene.key.to_string(), scene.facts());
    Head { key, profile, environment, ..Head::default() }
}

fn stamp(scene: &Scene<'_>, head: Head, inputs: Inputs, lists: Lists) -> Stamp {
    let Inputs { snapshot, evidence } = inputs;
    Stamp { head, specs: scene.specs.clone(), snapshot, evidence, lists }
}

/// Removes a stamp that does not vouch for what is there now.
fn drop_what_no_longer_vouches(scene: &Scene<'_>) -> Result<(), BuildError> {
    let Ok(stamp) = scene.place.open_stamp() else { return Ok(()) };
    let mut work = Work::default();
    let sealed = &stamp.head.archives;
    let (reasons, _) = outputs::compare(sealed, ReadBytes::WhereStatDiffers, &mut work);
    if reasons.is_empty() { Ok(()) } else { scene.place.remove_stamp() }
}

/// Serves what is fresh; renews the record where that is due and no one is in the way.
fn serve(scene: &Scene<'_>, decision: Decision) -> JobOutcome {
    if decision.outdated
        && let Some(mut lock) = SlotLock::try_acquire(&scene.place, scene.request.tool)
        && let Ok(again) = scene.decide()
        && again.verdict.is_fresh()
    {
        renew(scene, &mut lock, &again);
    }
    scene.outcome(decision.verdict.clone(), decision.serving(), decision.work)
}

/// Writes the stamp with stats as they are now. Not being able to costs no more than another look.
fn renew(scene: &Scene<'_>, lock: &mut SlotLock, decision: &Decision) {
    let outdated = decision.stamp.as_ref().filter(|_| decision.outdated);
    let Some(stamp) = outdated.and_then(|stamp| stamp.load().ok()) else { return };
    let written = renewed(scene, lock, &stamp).and_then(|renewed| match renewed {
        Some(renewed) => scene.place.write_stamp(&renewed),
        None => Ok(()),
    });
    note(scene.request, written);
}

/// Tells of something that failed and does not change the answer.
fn note(request: &JobRequest<'_>, result: Result<(), BuildError>) {
    if let Err(error) = result {
        (request.events)(Event::Note { text: &format!("failed to {error}") });
    }
}

fn renewed(
    scene: &Scene<'_>,
    lock: &mut SlotLock,
    stamp: &Stamp,
) -> Result<Option<Stamp>, BuildError> {
    let mut clock = || -> Result<Timestamp, BuildError> { lock.clock(&scene.place) };
    let strategies = scene.request.strategies;
    let Some(renewed) = observe::renewed(strategies, stamp, &mut clock, || scene.take())? else {
        return Ok(None);
    };
    let archives = outputs::seal_all(&scene.outputs, BRIEFLY, &mut clock)?;
    let digests = |archives: &[freshness_core::Archive]| -> Vec<freshness_core::Digest> {
        archives.iter().map(|archive| archive.file.digest).collect()
    };
    let mut files = stamp.head.toolchain_files.clone();
    for file in &mut files {
        let digest = file.digest;
        *file = seal::seal(&file.path, Some(file)).doing("read the program", &file.path)?;
        if file.digest != digest {
            return Ok(None);
        }
    }
    if digests(&archives) != digests(&stamp.head.archives) {
        return Ok(None);
    }
    let head = Head { archives, toolchain_files: files, ..renewed.head };
    Ok(Some(Stamp { head, specs: scene.specs.clone(), ..renewed }))
}
