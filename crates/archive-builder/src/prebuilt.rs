//! Archives that someone built before: used when asked for, or when a build fails and that is allowed.
//!
//! Never silently: the outcome says so, and so does an event. A prebuilt archive is checked for being
//! whole and for the right target like any other, and is used where it lies.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::{Force, build};
use crate::decide::check;
use crate::error::BuildError;
use crate::events::Event;
use crate::object_check::{self, Expected};
use crate::profile::{Emit, OnFailure, Profile};
use crate::request::{Outcome, ReadyArchive, Request};
use crate::seal;

/// What to do for a package without a prebuilt archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Fail.
    #[default]
    Fail,
    /// Build it from source.
    Build,
}

/// Builds, and where that fails and the profile allows it, falls back to prebuilt archives.
///
/// # Errors
/// The build's, where there is nothing to fall back to.
pub fn build_or_prebuilt(request: &Request<'_>, force: Force) -> Result<Outcome, BuildError> {
    let error = match build(request, force) {
        // Who wants no build wants no archives in its stead.
        Err(error @ BuildError::Interrupted { .. }) => return Err(error),
        Err(error) if request.profile.on_failure == OnFailure::Prebuilt => error,
        settled => return settled,
    };
    match (prebuilt(request, Missing::Fail), &request.profile.prebuilt) {
        (Ok(outcome), Some(dir)) => {
            let because = format!("failed to {error}");
            (request.events)(Event::UsingPrebuilt { dir, because: &because });
            Ok(outcome)
        }
        (Ok(_), None) => Err(error),
        (Err(also), _) => {
            (request.events)(Event::Note { text: &format!("failed to {also}") });
            Err(error)
        }
    }
}

/// Hands out prebuilt archives without trying cargo.
///
/// # Errors
/// No directory of prebuilt archives in the profile; one that is missing or unusable. With
/// [`Missing::Build`], those of building what is missing.
pub fn prebuilt(request: &Request<'_>, missing: Missing) -> Result<Outcome, BuildError> {
    let Some(dir) = &request.profile.prebuilt else {
        return Err(BuildError::Profile {
            problem: "the profile names no directory of prebuilt archives".into(),
            hint: "set `prebuilt = \"dir\"` in the profile".into(),
        });
    };
    let profile = request.profile;
    let is_missing = |package: &&String| profile.emit.iter().any(|e| is_absent(dir, package, *e));
    let (to_build, to_use): (Vec<_>, Vec<_>) = (profile.packages.iter())
        .partition(|package| missing == Missing::Build && is_missing(package));
    let mut archives = Vec::new();
    for package in to_use {
        for emit in &profile.emit {
            archives.push(take(profile, dir, package, *emit)?);
        }
    }
    let mut outcome = check(request)?;
    outcome.archives.clear();
    outcome.generation = None;
    outcome.prebuilt = !archives.is_empty();
    if !to_build.is_empty() {
        let mut rest = profile.clone();
        rest.set_packages(to_build);
        let built = build(&Request { profile: &rest, ..*request }, Force::No)?;
        archives.extend(built.archives);
        outcome.built = built.built;
        outcome.work += built.work;
    }
    outcome.archives = profile.in_order(archives);
    Ok(outcome)
}

fn place(dir: &Path, package: &str, emit: Emit) -> PathBuf {
    let stem = package.replace('-', "_");
    dir.join(match emit {
        Emit::Link => format!("lib{stem}.a"),
        Emit::LlvmBc => format!("{stem}.bc"),
    })
}

fn is_absent(dir: &Path, package: &str, emit: Emit) -> bool {
    fs::symlink_metadata(place(dir, package, emit)).is_err()
}

fn take(
    profile: &Profile,
    dir: &Path,
    package: &str,
    emit: Emit,
) -> Result<ReadyArchive, BuildError> {
    let path = place(dir, package, emit);
    let unusable = |problem: String| BuildError::Prebuilt {
        what: emit.archive_kind().into(),
        package: package.to_owned(),
        path: path.clone(),
        problem,
    };
    let path = fs::canonicalize(&path).map_err(|error| unusable(error.to_string()))?;
    let expected = Expected::for_target(profile.target.as_deref());
    object_check::check(&path, emit.into(), &expected).map_err(unusable)?;
    let (digest, bytes) = seal::digest_file(&path).map_err(|error| unusable(error.to_string()))?;
    let kind = emit.archive_kind().to_owned();
    Ok(ReadyArchive { package: package.to_owned(), kind, path, bytes, digest })
}
