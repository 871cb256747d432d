//! Hands out current archives: serves them, or locks the slot, looks again, builds and publishes.
//!
//! What happens under the lock between looking again and publishing is [`crate::rebuild`]. The lock
//! covers everything from the second look to the pruning, so N processes that find the same archives
//! stale run cargo once: the others find them fresh when their turn comes.

use freshness_core::{Reason, Stamp};

use crate::decide::{Decision, Scene};
use crate::error::BuildError;
use crate::events::Event;
use crate::lock::SlotLock;
use crate::observe;
use crate::publish;
use crate::rebuild::rebuild;
use crate::request::{MIN_GENERATIONS, Outcome, Request};
use crate::toolchain;

/// Whether to build what is fresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Force {
    /// Build what is stale.
    #[default]
    No,
    /// Build in any case.
    Yes,
}

/// Hands out current archives: those that are there, or those of one build.
///
/// # Errors
/// Whatever keeps the archives from being built; the earlier stamp and its archives are then as they
/// were.
pub fn build(request: &Request<'_>, force: Force) -> Result<Outcome, BuildError> {
    let scene = Scene::look(request)?;
    let arrival = scene.decide(request.strategy)?;
    if arrival.verdict.is_fresh() && force == Force::No {
        return Ok(serve(&scene, arrival));
    }
    let _heeding = request.cancel.heed();
    scene.slot.create()?;
    let (tool, timeout) = (request.tool, request.lock_timeout);
    let go_on = || request.go_on("while it waited for the lock");
    let mut lock = SlotLock::acquire(&scene.slot, tool, timeout, request.events, &go_on)?;
    let scene = Scene::look(request)?;
    let again = scene.decide(request.strategy)?;
    let mut verdict = arrival.verdict;
    if force == Force::Yes {
        verdict.reasons.push(Reason::Forced { by: request.tool.name.clone() });
    } else if again.verdict.is_fresh() {
        renew(&scene, &mut lock, &again);
        return Ok(scene.outcome(verdict, again.stamp.as_ref(), again.work));
    }
    (request.events)(Event::Stale { verdict: &again.verdict });
    let mut work = again.work;
    // What cannot be read whole proves nothing of what is to be built.
    let earlier = again.stamp.and_then(|stamp| stamp.load().ok());
    let stamp = rebuild(request, &mut lock, earlier.as_ref(), force, &mut work)?;
    request.go_on("before its stamp was written")?;
    publish::write_stamp(&scene.slot, &stamp)?;
    let kept = request.generations.max(MIN_GENERATIONS);
    note(request, publish::prune(&scene.slot, &stamp, kept));
    Ok(Outcome { built: true, ..scene.outcome(verdict, Some(&stamp), work) })
}

/// Serves what is fresh; renews the record where that is due and no one is in the way.
fn serve(scene: &Scene<'_>, decision: Decision) -> Outcome {
    if decision.outdated
        && let Some(mut lock) = SlotLock::try_acquire(&scene.slot, scene.request.tool)
        && let Ok(again) = scene.decide(scene.request.strategy)
        && again.verdict.is_fresh()
        && again.outdated
    {
        renew(scene, &mut lock, &again);
    }
    scene.outcome(decision.verdict, decision.stamp.as_ref(), decision.work)
}

/// Writes the serving stamp as the newest, with stats as they are now. Not being able to costs no more
/// than another look next time.
fn renew(scene: &Scene<'_>, lock: &mut SlotLock, decision: &Decision) {
    let outdated = decision.stamp.as_ref().filter(|_| decision.outdated);
    let Some(stamp) = outdated.and_then(|stamp| stamp.load().ok()) else { return };
    let written = renewed(scene, lock, &stamp).and_then(|renewed| match renewed {
        Some(renewed) => publish::write_stamp(&scene.slot, &renewed),
        None => Ok(()),
    });
    note(scene.request, written);
}

/// The stamp with a record of this moment, where this moment can be told from later ones.
fn renewed(
    scene: &Scene<'_>,
    lock: &mut SlotLock,
    stamp: &Stamp,
) -> Result<Option<Stamp>, BuildError> {
    let clock = || lock.clock(&scene.slot);
    let take = || Ok(scene.snapshot(stamp)?);
    let Some(mut renewed) = observe::renewed(scene.request.strategies, stamp, clock, take)? else {
        return Ok(None);
    };
    for archive in &mut renewed.head.archives {
        *archive = publish::restamped(&scene.slot, archive)?;
    }
    let Some(compiler) = toolchain::restamped(&renewed.head.toolchain_files)? else {
        return Ok(None);
    };
    renewed.head.toolchain_files = compiler;
    Ok(Some(renewed))
}

/// Tells of something that failed after the answer was safe.
fn note(request: &Request<'_>, result: Result<(), BuildError>) {
    if let Err(error) = result {
        (request.events)(Event::Note { text: &format!("failed to {error}") });
    }
}
