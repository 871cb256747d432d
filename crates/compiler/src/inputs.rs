//! Records the sources of a compile: only such as are proven to be what was compiled.
//!
//! 1. The file system's clock was read before the first source was (`begun`).
//! 2. Everything is looked at once more, after all was read. A file that is now what it was when it was
//!    read (by this compile, or by the one whose record told what is in it), and was last changed before
//!    that clock, is what was compiled; any other is read again and compared with the digest of what was
//!    compiled. That a strategy called it unchanged is not enough: one that goes by times alone may be wrong,
//!    and a record made on its word would hide the change from all others.
//! 3. The strategies take their evidence, which may read.
//! 4. Everything is looked at a last time. Where anything moved since (2) there is no record.
//!
//! Tolerable: no record, and so a compile that finds its objects in the cache. Never: a record of
//! contents that were not compiled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use freshness::{InputPath, InputRecord, Links, Look, State, Timestamp, open_regular};

use crate::cache::{CacheDir, read_from};
use crate::fingerprint::digest_of;
use crate::graph::resolve::candidates;
use crate::graph::{EdgeTarget, Graph, Module, Source};
use crate::session::Session;

/// How long the file system's clock may take to move past the newest source: a few of its ticks.
const SETTLE: Duration = Duration::from_millis(100);

/// Below the finest tick that is common.
const RETRY: Duration = Duration::from_millis(1);

/// The record of what `graph` was compiled from; all that was read of it was read after `begun`, by the file system's
/// clock.
///
/// # Errors
/// Why that cannot be told, in words.
pub(crate) fn record(
    session: &Session<'_>,
    begun: Option<Timestamp>,
    graph: &Graph,
) -> Result<InputRecord, &'static str> {
    const NO_CLOCK: &str = "the cache cannot be written";
    const MOVED: &str = "a source is not what was compiled";
    let cache = session.cache.as_ref().ok_or(NO_CLOCK)?;
    let begun = begun.ok_or(NO_CLOCK)?;
    let absent = absences(graph);
    let input = |path: &Path| InputPath::new(&session.root, path);
    let sources: Vec<InputPath> = graph.modules.iter().map(|module| input(&module.path)).collect();
    let absent: Vec<InputPath> = absent.iter().map(|path| input(path)).collect();
    let paths = || sources.iter().chain(&absent).cloned();
    let (cutoff, look) = settled(cache, &session.root, paths).ok_or(MOVED)?;
    let earlier = session.record.as_ref().ok().and_then(|record| record.inputs.whole());
    let is_absent = |path: &InputPath| look.state(path).is_none_or(|state| state.file().is_none());
    let is_proven = |(module, path): (&Module, &InputPath)| {
        let seen = earlier.and_then(|earlier| earlier.look().state(path));
        look.state(path).is_some_and(|now| is_what_was_compiled(module, now, seen, begun))
    };
    if !absent.iter().all(is_absent) || !graph.modules.iter().zip(&sources).all(is_proven) {
        return Err(MOVED);
    }
    let record = InputRecord::observe(look, cutoff, earlier);
    if record.look().again() == *record.look() { Ok(record) } else { Err(MOVED) }
}

/// The places that were looked at in vain.
fn absences(graph: &Graph) -> BTreeSet<PathBuf> {
    let of_module = |module: &Module| {
        let directory = module.path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let edges = module.imports.iter().filter_map(|edge| match edge.target {
            EdgeTarget::Module { candidate: 0, .. } | EdgeTarget::Builtin(_) => None,
            EdgeTarget::Module { candidate, .. } => Some((&edge.specifier, candidate)),
        });
        let places = edges.flat_map(move |(specifier, candidate)| {
            candidates(&directory, specifier).into_iter().flatten().take(candidate)
        });
        places.collect::<Vec<_>>()
    };
    graph.modules.iter().flat_map(of_module).collect()
}

/// A look of which every later write can be told.
fn settled<I: Iterator<Item = InputPath>>(
    cache: &CacheDir,
    root: &Path,
    paths: impl Fn() -> I,
) -> Option<(Timestamp, Look)> {
    let start = Instant::now();
    loop {
        let cutoff = cache.clock().ok()?;
        let look = Look::at(root, paths());
        if look.is_settled(cutoff) {
            return Some((cutoff, look));
        }
        if start.elapsed() > SETTLE {
            return None;
        }
        thread::sleep(RETRY);
    }
}

/// Whether a module that is now in this state, and was `seen` in that one when it was recorded, is what was
/// compiled.
fn is_what_was_compiled(
    module: &Module,
    state: &State,
    seen: Option<&State>,
    begun: Timestamp,
) -> bool {
    let Some(now) = state.file() else { return false };
    let is_as_seen = match &module.source {
        Source::Parsed { meta, .. } => now == meta,
        Source::Recorded(_) => seen == Some(state),
    };
    if is_as_seen && !now.is_racy(begun) {
        return true;
    }
    let read = open_regular(&module.path, Links::Follow);
    read.and_then(|file| read_from(file, u64::MAX - 1))
        .is_ok_and(|(bytes, _)| digest_of(&bytes) == module.text)
}
