//! Hands out current archives: serves them, or locks the slot, looks again, builds and publishes.
//!
//! What happens under the lock between looking again and publishing is [`crate::rebuild`]. The lock
//! covers everything from the second look to the pruning, so N processes that find the same archives
//! stale run cargo once: the others find them fresh when their turn comes.

use std::sync::Arc;

use freshness_core::{Reason, Stamp};

use crate::decide::{Decision, Scene};
use crate::error::BuildError;
use crate::events::Event;
use crate::lock::SlotLock;
use crate::observe;
use crate::publish;
use crate::rebuild::rebuild;
use crate::remote::upload::Upload;
use crate::remote::{self, Asked};
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
    supply(request, Means::Cargo(force))
}

/// The same without cargo: what is not here and not in the storage is not handed out.
///
/// # Errors
/// Those of [`build`], but for cargo's.
pub(crate) fn without_cargo(request: &Request<'_>) -> Result<Outcome, BuildError> {
    supply(request, Means::StorageAlone)
}

/// How stale archives are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// By those of the storage, or one build.
    Cargo(Force),
    /// By those of the storage.
    StorageAlone,
}

fn supply(request: &Request<'_>, means: Means) -> Result<Outcome, BuildError> {
    let is_forced = means == Means::Cargo(Force::Yes);
    let scene = Scene::look(request)?;
    let arrival = scene.decide(request.strategy)?;
    if arrival.verdict.is_fresh() && !is_forced {
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
    if is_forced {
        verdict.reasons.push(Reason::Forced { by: request.tool.name.clone() });
    } else if again.verdict.is_fresh() {
        renew(&scene, &mut lock, &again);
        return Ok(scene.outcome(verdict, again.stamp.as_ref(), again.work));
    }
    (request.events)(Event::Stale { verdict: &again.verdict });
    let mut work = again.work;
    let (fetched, asked) = match request.remote {
        Some(remote) if !is_forced => remote::fetch::stamp(&scene, &mut lock, remote, &mut work)?,
        _ => (None, Asked::No),
    };
    if let Asked::Failed(problem) | Asked::Refused(problem) = &asked {
        let storage = request.remote.map(|r| r.storage.describe()).unwrap_or_default();
        let text = format!("archives of {storage} are not used: {problem}");
        (request.events)(Event::Note { text: &text });
    }
    let built = match (fetched, means) {
        (Some(stamp), _) => Built { stamp, by_cargo: false },
        (None, Means::StorageAlone) => {
            let nothing = scene.outcome(verdict, None::<&Stamp>, work);
            return Ok(Outcome { asked, ..nothing });
        }
        (None, Means::Cargo(force)) => {
            // What cannot be read whole proves nothing of what is to be built.
            let earlier = again.stamp.and_then(|stamp| stamp.load().ok());
            let stamp = rebuild(request, &mut lock, earlier.as_ref(), force, &mut work)?;
            Built { stamp, by_cargo: true }
        }
    };
    let Built { stamp, by_cargo } = built;
    request.go_on("before its stamp was written")?;
    publish::write_stamp(&scene.slot, &stamp)?;
    let kept = request.generations.max(MIN_GENERATIONS);
    note(request, publish::prune(&scene.slot, &stamp, kept));
    let outcome = scene.outcome(verdict, Some(&stamp), work);
    // A storage that did not answer a moment ago is not waited for again.
    let answers = !matches!(asked, Asked::Failed(_));
    let upload = request.remote.filter(|remote| by_cargo && remote.writes && answers);
    let upload = upload.map(|remote| Arc::new(Upload::new(request, remote, stamp, &asked)));
    Ok(Outcome { built: by_cargo, asked, upload, ..outcome })
}

/// What came to replace stale archives.
struct Built {
    stamp: Stamp,
    by_cargo: bool,
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
