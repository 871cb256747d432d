//! The build cache: is the program that is there the one that would be made?
//!
//! Everything that a program depends on is compared with the record of its newest compile, by itself, so
//! that what changed has a name. Reads no source, but where the strategy wants to; writes nothing.

use std::thread;

use freshness::InputRecord;

use crate::archives::{ReadyArchives, shown_reason};
use crate::error::CompileError;
use crate::graph::{Changes, Known};
use crate::link::output::Placed;
use crate::outcome::{Counts, MissReason};
use crate::record::{Circumstances, NoRecord, Record};
use crate::session::Session;

/// What the build cache found.
pub(crate) struct Found {
    /// Why something has to be done; `None` where nothing has.
    pub miss: Option<MissReason>,
    /// Which sources changed.
    pub changed: Vec<String>,
    /// What changed since the record was made; `None` where its modules are not to be believed.
    pub changes: Option<Changes>,
    /// The archives of the recorded features, if they are current.
    pub archives: Option<ReadyArchives>,
    /// The program that is there, if it is what was linked.
    pub placed: Option<Placed>,
    /// Whether stats of the record are out of date although nothing changed.
    pub outdated: bool,
    pub counts: Counts,
}

impl Found {
    fn nothing(miss: MissReason) -> Self {
        Self {
            miss: Some(miss),
            changed: Vec::new(),
            changes: None,
            archives: None,
            placed: None,
            outdated: false,
            counts: Counts::default(),
        }
    }
}

/// What need not be read again. The table of modules is decoded here, where something has to be done.
pub(crate) fn known(session: &Session<'_>, found: &mut Found) -> Known {
    match (&session.record, found.changes.take()) {
        (Ok(record), Some(changes)) => {
            Known::new(&session.root, record.modules().unwrap_or_default(), changes)
        }
        _ => Known::default(),
    }
}

/// Compares the world with the record of the newest compile.
///
/// # Errors
/// Those of asking for the archives.
pub(crate) fn examine(session: &Session<'_>) -> Result<Found, CompileError> {
    let Some(now) = session.circumstances.as_ref().filter(|_| session.cache.is_some()) else {
        return Ok(Found::nothing(MissReason::Disabled));
    };
    let record = match &session.record {
        Ok(record) => record,
        Err(NoRecord::Missing) => return Ok(Found::nothing(MissReason::ManifestMissing)),
        Err(NoRecord::Damaged) => return Ok(Found::nothing(MissReason::ManifestDamaged)),
    };
    let differing = compare(&record.circumstances, now);
    if differing == Some(MissReason::Compiler) {
        // Another compiler may understand the same text otherwise.
        return Ok(Found::nothing(MissReason::Compiler));
    }
    let is_linked = session.output.is_some();
    thread::scope(|scope| {
        let archives = scope.spawn(|| match is_linked {
            true => session.archives.check(&record.features),
            false => Ok(None),
        });
        let mut found = look(session, record, differing);
        // A panic there is a panic here.
        let archives = archives.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        found.archives = archives;
        Ok(found)
    })
    .map(|found| finish(session, record, now, found))
}

/// What about the circumstances differs, before any source is looked at.
fn compare(then: &Circumstances, now: &Circumstances) -> Option<MissReason> {
    let facts = [
        (then.compiler.digest == now.compiler.digest, MissReason::Compiler),
        (then.machine == now.machine, MissReason::Compiler),
        (then.arguments == now.arguments, MissReason::Arguments),
        (then.config == now.config, MissReason::Config),
        (then.environment == now.environment, MissReason::Environment),
    ];
    facts.into_iter().find(|(is_equal, _)| !is_equal).map(|(_, reason)| reason)
}

fn look(session: &Session<'_>, record: &Record, differing: Option<MissReason>) -> Found {
    let Some(assessment) = session.archives.freshness().check_inputs(&record.inputs) else {
        return Found::nothing(MissReason::ManifestDamaged);
    };
    let miss = differing.or_else(|| (!assessment.reasons.is_empty()).then_some(MissReason::Source));
    let counts = Counts {
        stats: assessment.work.stats,
        files_read: assessment.work.files_read,
        ..Counts::default()
    };
    Found {
        changed: assessment.reasons.iter().map(|r| shown_reason(r, &session.root)).collect(),
        changes: Some(Changes::new(&session.root, &assessment.reasons)),
        outdated: assessment.outdated,
        counts,
        miss,
        ..Found::nothing(MissReason::Source)
    }
}

/// Compares what is left: archives, linker, output.
fn finish(session: &Session<'_>, record: &Record, now: &Circumstances, mut found: Found) -> Found {
    let Some(output) = &session.output else { return found };
    found.placed = match output.meta() {
        Some(meta) if meta == record.output.meta && meta.is_telling() => {
            Some(Placed { meta, checksum: record.output.checksum })
        }
        Some(_) => output.read().filter(|placed| placed.checksum == record.output.checksum),
        None => None,
    };
    let is_same_archives =
        found.archives.as_ref().is_some_and(|ready| ready.linked() == record.archives);
    let later = [
        (is_same_archives, MissReason::Archive),
        (record.circumstances.linker == now.linker, MissReason::Linker),
        (found.placed.is_some(), MissReason::Output),
    ];
    let differing = later.into_iter().find(|(is_equal, _)| !is_equal).map(|(_, reason)| reason);
    found.miss = found.miss.or(differing);
    found.outdated |= found.placed.is_some_and(|placed| placed.meta != record.output.meta);
    found
}

/// Writes the record anew where only its stats are out of date, so that nothing is read twice. Not being
/// able to costs no more than another look.
pub(crate) fn renew(session: &Session<'_>, found: &Found) {
    let (Some(cache), Some(program), Ok(record)) =
        (&session.cache, &session.program, &session.record)
    else {
        return;
    };
    let (Ok(cutoff), Some(recorded)) = (cache.clock(), record.inputs.whole()) else { return };
    let look = recorded.look().again();
    if !look.is_settled(cutoff) {
        return;
    }
    let inputs = InputRecord::observe(look, cutoff, Some(recorded));
    // By contents, whatever strategy called it fresh; and nothing may have moved meanwhile.
    let is_same = inputs.has_same_contents(recorded);
    if !is_same || inputs.look().again() != *inputs.look() || cache.clock().is_err() {
        return;
    }
    let mut output = record.output.clone();
    if let Some(placed) = found.placed {
        output.meta = placed.meta;
    }
    let now = session.circumstances.as_ref().unwrap_or(&record.circumstances);
    let _ = record.renewed(inputs).and_then(|prepared| {
        prepared.write(&program.join("record"), now, &record.features, &record.archives, &output)
    });
}
