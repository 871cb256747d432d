//! Finds what cargo made among what it said, never by guessing where it would be.
//!
//! So a build that `CARGO_BUILD_TARGET`, `build.target` or a custom target directory sends elsewhere
//! is found where it went, and an old archive in the usual place is not taken for it.

use std::path::{Component, Path, PathBuf};

use freshness_core::{InputSpec, Pattern};

use crate::cargo::dep_info;
use crate::cargo::messages::{Artifact, Messages};
use crate::cargo::metadata::{Requested, Workspace};
use crate::cargo::scan;
use crate::cargo::units;
use crate::decide::Scene;
use crate::error::BuildError;
use crate::object_check::Expected;
use crate::profile::Emit;
use crate::publish::Product;
use crate::small_file;
use crate::why::Why;

/// A product of cargo.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// What to publish.
    pub(crate) file: Product<'a>,
    /// What it must be for.
    pub(crate) expected: Expected,
    /// Whether cargo says that it did not have to make it.
    pub(crate) is_fresh: bool,
}

/// What cargo says each archive was made from, in the file that it leaves beside it for other build
/// systems (cargo's reference, "Dep-info files"). It covers the whole closure of path packages, so it
/// stands in where units cannot be told apart.
pub(crate) fn inputs(
    scene: &Scene<'_>,
    workspace: &Workspace,
    messages: &Messages,
) -> Vec<InputSpec> {
    let home = scene.request.env.cargo_home(scene.request.workspace);
    let left_out = scan::left_out(&scene.slot.target(), home.as_deref());
    let mut specs = Vec::new();
    for requested in &workspace.requested {
        let archive = messages.library(requested).map(static_library);
        let Some(Ok(archive)) = archive else { continue };
        let Ok(text) = small_file::read(&archive.with_extension("d")) else { continue };
        let files = dep_info::parse_rustc(&text).unwrap_or_default();
        let absolute = |file| scan::resolve_dots(&scene.request.workspace.join(file));
        let files = files.iter().map(absolute);
        let files = files.filter(|file| !left_out.iter().any(|dir| file.starts_with(dir)));
        let why = Why::ArchiveDepInfo(&requested.name).to_string();
        specs
            .extend(files.map(|file| InputSpec { pattern: Pattern::Path(file), why: why.clone() }));
    }
    specs
}

/// The products of the profile, in its order.
///
/// # Errors
/// A package of which cargo said nothing, or more than one thing; bitcode that is not there.
pub(crate) fn find<'a>(
    scene: &Scene<'_>,
    workspace: &'a Workspace,
    messages: &Messages,
) -> Result<Vec<Found<'a>>, BuildError> {
    let mut found = Vec::new();
    for requested in &workspace.requested {
        for emit in scene.request.profile.emit.iter().copied() {
            let failed = |problem: String| BuildError::Artifact {
                what: emit.archive_kind().into(),
                package: requested.name.clone(),
                problem,
            };
            let artifact = messages
                .library(requested)
                .ok_or_else(|| failed("cargo did not say that it made one".into()))?;
            found.push(product(scene, requested, artifact, emit).map_err(failed)?);
        }
    }
    Ok(found)
}

fn product<'a>(
    scene: &Scene<'_>,
    requested: &'a Requested,
    artifact: &Artifact,
    emit: Emit,
) -> Result<Found<'a>, String> {
    let archive = static_library(artifact)?;
    let target = scene.slot.target();
    let triple = triple_of(&target, archive);
    let source = match emit {
        Emit::Link => archive.clone(),
        Emit::LlvmBc => units::bitcode_beside(archive, &requested.library)?,
    };
    let file_name = match emit {
        Emit::Link => archive.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        Emit::LlvmBc => format!("{}.bc", requested.library.replace('-', "_")),
    };
    Ok(Found {
        file: Product { package: &requested.name, emit, source, file_name },
        expected: Expected::for_target(triple.as_deref()),
        is_fresh: artifact.fresh,
    })
}

/// The one static library among the files of an artifact.
fn static_library(artifact: &Artifact) -> Result<&PathBuf, String> {
    let is_archive = |path: &&PathBuf| path.extension().is_some_and(|e| e == "a" || e == "lib");
    let mut archives = artifact.filenames.iter().filter(is_archive);
    match (archives.next(), archives.next()) {
        (Some(archive), None) => Ok(archive),
        (None, _) => Err("cargo named no static library among its files".into()),
        (Some(_), Some(_)) => Err("cargo named several static libraries".into()),
    }
}

/// The target triple in `<target directory>/<triple>/<profile>/<file>`; without one cargo built for
/// its host.
fn triple_of(target: &Path, file: &Path) -> Option<String> {
    let below = file.strip_prefix(target).ok()?;
    let parts: Vec<&str> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    match parts[..] {
        [triple, _, _] => Some(triple.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triple_is_read_from_where_cargo_put_the_file() {
        let triple = |file: &str| triple_of(Path::new("/s/target"), Path::new(file));
        assert_eq!(triple("/s/target/release/liba.a"), None);
        assert_eq!(triple("/s/target/wasm32-x/release/liba.a").as_deref(), Some("wasm32-x"));
    }
}
