//! Takes looks that a stamp can be made of: settled, and with the evidence of every strategy.

use std::thread;
use std::time::{Duration, Instant};

use freshness_core::compare::compare_lists;
use freshness_core::spread::{Threads, Told, UNTOLD};
use freshness_core::survey::observe_all;
use freshness_core::{
    Evidence, FreshnessStrategy, Head, Lists, Recorded, Snapshot, Stamp, StrategyId, Timestamp,
};

use crate::error::BuildError;

/// How long a build gives the file system's clock to move past the newest input: beyond the coarsest
/// tick in use, the two seconds of FAT.
pub(crate) const SETTLE: Duration = Duration::from_millis(2500);

/// How long an answer that is ready is held up for that: a few of the ticks that are common.
pub(crate) const BRIEFLY: Duration = Duration::from_millis(40);

/// Between two looks at the clock; below the finest tick that is common, a jiffy.
const RETRY: Duration = Duration::from_millis(2);

/// Takes the cut-off and then a snapshot, again while the newest input is of the same tick: a write in
/// that tick could not be told from what was seen. An input from a clock ahead of ours stays racy, and
/// strategies look closer at it.
///
/// # Errors
/// Those of the clock and the snapshot.
pub(crate) fn settled(
    patience: Duration,
    mut clock: impl FnMut() -> Result<Timestamp, BuildError>,
    take: impl Fn() -> Result<(Snapshot, Lists), BuildError>,
) -> Result<(Timestamp, (Snapshot, Lists)), BuildError> {
    let start = Instant::now();
    loop {
        let cutoff = clock()?;
        let look = take()?;
        if look.0.racy(cutoff).is_none() || start.elapsed() > patience {
            return Ok((cutoff, look));
        }
        thread::sleep(RETRY);
    }
}

/// The stamp with a record of this moment, where this moment can be told from later ones and the list, and
/// the evidence of every strategy, are what they were at the build. That one strategy is content is not
/// enough: a look by times alone proves nothing about contents, and renewing on its word would hide a change
/// from all the others.
///
/// # Errors
/// Those of the clock and the snapshot.
pub(crate) fn renewed(
    strategies: &[&dyn FreshnessStrategy],
    stamp: &Stamp,
    clock: impl FnMut() -> Result<Timestamp, BuildError>,
    take: impl Fn() -> Result<(Snapshot, Lists), BuildError>,
) -> Result<Option<Stamp>, BuildError> {
    let (cutoff, (snapshot, lists)) = settled(BRIEFLY, clock, &take)?;
    let evidence = evidence(strategies, &snapshot, |id| stamp.recorded(id), UNTOLD);
    let is_proven =
        compare_lists(&stamp.snapshot, &snapshot, |_| {}).is_empty() && evidence == stamp.evidence;
    if !is_proven || snapshot.racy(cutoff).is_some() || take()?.0 != snapshot {
        return Ok(None);
    }
    let head = Head { cutoff, ..stamp.head.clone() };
    let lists = Lists { since: cutoff, ..lists };
    Ok(Some(Stamp { head, snapshot, evidence, lists, specs: stamp.specs.clone() }))
}

/// The evidence of every strategy; what an `earlier` record proves is reused.
pub(crate) fn evidence<'e>(
    strategies: &[&dyn FreshnessStrategy],
    snapshot: &Snapshot,
    earlier: impl Fn(StrategyId) -> Option<Recorded<'e>>,
    told: Told<'_>,
) -> Vec<Evidence> {
    let evidence = |strategy: &&dyn FreshnessStrategy| {
        let id = strategy.id();
        let known = earlier(id);
        let bytes = observe_all(*strategy, snapshot, known, Threads::AsUseful, told).evidence;
        Evidence { strategy: id.name.into(), version: id.evidence_version, bytes }
    };
    strategies.iter().map(evidence).collect()
}
