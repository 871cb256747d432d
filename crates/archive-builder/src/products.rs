//! Finds what cargo made among what it said, never by guessing where it would be.
//!
//! So a build that `CARGO_BUILD_TARGET`, `build.target` or a custom target directory sends elsewhere
//! is found where it went, and an old archive in the usual place is not taken for it.

use std::path::{Component, Path, PathBuf};

use freshness_core::{InputSpec, Pattern};

use crate::artifact::{ArtifactKind, ProductKind};
use crate::cargo::dep_info;
use crate::cargo::messages::{Artifact, Messages};
use crate::cargo::metadata::{Requested, Workspace};
use crate::cargo::scan;
use crate::cargo::units;
use crate::decide::Scene;
use crate::error::BuildError;
use crate::object_check::Expected;
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

/// A file that cargo named, and what it is.
struct Named<'m> {
    kind: ArtifactKind,
    path: &'m PathBuf,
    artifact: &'m Artifact,
}

/// The files of a package that are wanted, in the order of the answer.
fn named<'m>(
    scene: &Scene<'_>,
    requested: &'m Requested,
    messages: &'m Messages,
) -> Vec<Named<'m>> {
    let wanted = &scene.request.profile.artifacts;
    let files = messages
        .of(requested)
        .flat_map(|artifact| artifact.filenames.iter().map(move |path| (artifact, path)));
    let mut named: Vec<Named<'m>> = files
        .filter(|(_, path)| is_asked_for(path))
        .filter_map(|(artifact, path)| {
            let kind = ArtifactKind::of_file(path, &artifact.target.crate_types)?;
            wanted.contains(&kind).then_some(Named { kind, path, artifact })
        })
        .collect();
    named.sort_by_key(|file| (file.kind, file.path));
    named
}

/// Whether cargo put a file where it puts what it was asked for. What it made of the same package for others (in
/// another unit, for a build script say) stays in `deps` (`uplift_to` in cargo's
/// `build_runner/compilation_files.rs`).
fn is_asked_for(file: &Path) -> bool {
    file.parent().and_then(Path::file_name) != Some("deps".as_ref())
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
        let mut told: Vec<PathBuf> = (named(scene, requested, messages).iter())
            .map(|file| file.path.with_extension("d"))
            .collect();
        told.dedup();
        for text in told.iter().filter_map(|path| small_file::read(path).ok()) {
            let files = dep_info::parse_rustc(&text).unwrap_or_default();
            let absolute = |file| scan::resolve_dots(&scene.request.workspace.join(file));
            let files = files.iter().map(absolute);
            let files = files.filter(|file| !left_out.iter().any(|dir| file.starts_with(dir)));
            let why = Why::ArchiveDepInfo(&requested.name).to_string();
            specs.extend(
                files.map(|file| InputSpec { pattern: Pattern::Path(file), why: why.clone() }),
            );
        }
    }
    specs
}

/// The products of the profile, in its order.
///
/// # Errors
/// A package of which cargo said nothing, or more than one static library; bitcode that is not there.
pub(crate) fn find<'a>(
    scene: &Scene<'_>,
    workspace: &'a Workspace,
    messages: &Messages,
) -> Result<Vec<Found<'a>>, BuildError> {
    let mut found = Vec::new();
    for requested in &workspace.requested {
        let named = named(scene, requested, messages);
        check_made(scene, requested, &named)?;
        for file in &named {
            for kind in published(scene, file.kind) {
                found.push(product(scene, requested, file, kind)?);
            }
        }
    }
    Ok(found)
}

/// What is published of a file of this kind.
fn published(scene: &Scene<'_>, kind: ArtifactKind) -> Vec<ProductKind> {
    match kind {
        // The library first, then its bitcode.
        ArtifactKind::StaticLib => {
            scene.request.profile.emit.iter().copied().map(ProductKind::from).collect()
        }
        kind => vec![ProductKind::Artifact(kind)],
    }
}

/// Whether cargo named what the manifest promises. Where whatever cargo makes is wanted, it may leave out
/// what a target does not support.
///
/// # Errors
/// The first kind that is not there, and a second static library.
fn check_made(
    scene: &Scene<'_>,
    requested: &Requested,
    named: &[Named<'_>],
) -> Result<(), BuildError> {
    let failed = |kind: ArtifactKind, problem: &str| BuildError::Artifact {
        what: kind.word().into(),
        package: requested.name.clone(),
        problem: problem.into(),
    };
    let profile = scene.request.profile;
    let count = |kind| named.iter().filter(|file| file.kind == kind).count();
    if !profile.wants_all() {
        let promised = requested.makes.iter().find(|kind| count(**kind) == 0);
        let missing = promised.or(profile.artifacts.first().filter(|_| named.is_empty()));
        if let Some(kind) = missing {
            return Err(failed(*kind, "cargo did not say that it made one"));
        }
    }
    match count(ArtifactKind::StaticLib) {
        0 | 1 => Ok(()),
        _ => Err(failed(ArtifactKind::StaticLib, "cargo named several static libraries")),
    }
}

fn product<'a>(
    scene: &Scene<'_>,
    requested: &'a Requested,
    file: &Named<'_>,
    kind: ProductKind,
) -> Result<Found<'a>, BuildError> {
    let library = &file.artifact.target.name;
    let source = match kind {
        ProductKind::Artifact(_) => Ok(file.path.clone()),
        ProductKind::Bitcode => units::bitcode_beside(file.path, library),
    };
    let source = source.map_err(|problem| BuildError::Artifact {
        what: kind.word().into(),
        package: requested.name.clone(),
        problem,
    })?;
    let file_name = match kind {
        ProductKind::Artifact(_) => {
            file.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
        }
        ProductKind::Bitcode => format!("{}.bc", library.replace('-', "_")),
    };
    let triple = triple_of(&scene.slot.target(), file.path);
    Ok(Found {
        file: Product { package: &requested.name, kind, source, file_name },
        expected: Expected::for_target(triple.as_deref()),
        is_fresh: file.artifact.fresh,
    })
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
