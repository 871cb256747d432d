//! What a command made: sealed once it is durable and settled, compared as published archives are.
//!
//! An output is the user's file, so anyone may write it, a moment after it was sealed say. So it is sealed
//! only once the file system's clock has moved past it: whatever is written from then on shows in its stat.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use freshness_core::sys::{self, Links};
use freshness_core::{Archive, Meta, Reason, SealedFile, Timestamp, Work};

use crate::durable;
use crate::error::{BuildError, Context};
use crate::seal::{self, Condition, ReadBytes};

/// What a stamp calls them.
const KIND: &str = "output";

/// Between two looks at the clock.
const RETRY: Duration = Duration::from_millis(2);

/// Makes what is there now durable and seals it, once the clock has moved past it; for that it has so much
/// `patience`.
///
/// # Errors
/// An output that is not there, is no regular file, or keeps changing; those of the file system.
pub(super) fn seal_all(
    outputs: &[PathBuf],
    patience: Duration,
    mut clock: impl FnMut() -> Result<Timestamp, BuildError>,
) -> Result<Vec<Archive>, BuildError> {
    for path in outputs {
        if let Some(problem) = problem_of(path) {
            return Err(BuildError::Output { path: path.clone(), problem });
        }
    }
    let start = Instant::now();
    let mut now = clock()?;
    while newest_change(outputs) >= now && start.elapsed() <= patience {
        thread::sleep(RETRY);
        now = clock()?;
    }
    outputs.iter().map(|path| seal_one(path, now)).collect()
}

fn seal_one(path: &Path, now: Timestamp) -> Result<Archive, BuildError> {
    let changed = || BuildError::Output {
        path: path.to_path_buf(),
        problem: "it changed while it was looked at".into(),
    };
    let file = sys::open_regular(path, Links::Refuse).doing("read the output", path)?;
    file.sync_all().doing("make durable", path)?;
    durable::sync_parent(path)?;
    let stat = || Ok::<Meta, io::Error>(sys::meta_of(&file.metadata()?));
    let meta = stat().doing("look at", path)?;
    let (digest, bytes) = seal::digest_reader(&file).doing("read the output", path)?;
    if stat().doing("look at", path)? != meta || bytes != meta.len {
        return Err(changed());
    }
    // A stat that tells too little is recorded as one that is never believed: then the bytes are read.
    let ctime = if meta.ctime >= now { Timestamp::default() } else { meta.ctime };
    let file = SealedFile { path: path.to_path_buf(), meta: Meta { ctime, ..meta }, digest };
    Ok(Archive { package: String::new(), kind: KIND.into(), file })
}

/// What keeps a path from being an output that can be vouched for.
fn problem_of(path: &Path) -> Option<String> {
    let problem = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => return None,
        Ok(metadata) if metadata.is_dir() => "it is a directory: name the files in it".into(),
        Ok(metadata) if metadata.is_symlink() => "it is a link: name what it leads to".into(),
        Ok(_) => "it is not a regular file".into(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            "the command did not make it".into()
        }
        Err(error) => error.to_string(),
    };
    Some(problem)
}

fn newest_change(outputs: &[PathBuf]) -> Timestamp {
    stats(outputs).into_iter().flatten().map(|meta| meta.ctime).max().unwrap_or_default()
}

/// What each is now, where it is there.
pub(super) fn stats(outputs: &[PathBuf]) -> Vec<Option<Meta>> {
    let stat = |path: &PathBuf| fs::symlink_metadata(path).ok();
    outputs.iter().map(|path| Some(sys::meta_of(&stat(path)?))).collect()
}

/// What differs between outputs and their seals, and whether a recorded stat is out of date.
pub(super) fn compare(sealed: &[Archive], when: ReadBytes, work: &mut Work) -> (Vec<Reason>, bool) {
    let (mut reasons, mut outdated) = (Vec::new(), false);
    for SealedFile { path, meta, digest } in sealed.iter().map(|archive| &archive.file) {
        let path = path.clone();
        match seal::examine(&path, meta, digest, when, work) {
            Condition::Intact => {}
            Condition::Restamped => outdated = true,
            Condition::Missing => reasons.push(Reason::OutputMissing { path }),
            Condition::Changed(problem) => reasons.push(Reason::OutputChanged { path, problem }),
        }
    }
    (reasons, outdated)
}
