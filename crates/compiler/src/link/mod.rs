//! From objects and archives to a program in its place.

pub(crate) mod groups;
pub mod join;
pub mod linker;
pub mod output;
pub mod standby;

use std::path::PathBuf;

use freshness::Digest;

use crate::archives::ReadyArchives;
use crate::compile::Failure;
use crate::error::CompileError;
use crate::fingerprint::Fingerprint;
use crate::objects::{Object, ObjectStore};
use linker::Linker;
use output::{Output, Placed};
use standby::Standby;

/// What a program is linked from.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The object with `main`.
    pub startup: &'a Object,
    /// The objects of the modules by their ids, in the order of initialisation.
    pub modules: Vec<(&'a str, &'a Object)>,
    /// The native archives.
    pub archives: &'a ReadyArchives,
}

/// The digest of all that a program is linked from: bytes, not places.
#[must_use]
pub fn key(parts: &Parts<'_>, linker: &Linker) -> Digest {
    let key = Fingerprint::new("nativets link 1").bytes(&linker.identity());
    let key = key.bytes(&parts.startup.seal.digest).count(parts.modules.len());
    let key = parts.modules.iter().fold(key, |key, (_, object)| key.bytes(&object.seal.digest));
    let archives = &parts.archives.archives;
    let key = archives.iter().fold(key.count(archives.len()), |key, archive| {
        key.text(&archive.package).bytes(&archive.digest)
    });
    key.digest()
}

/// The files to link, the startup object first.
///
/// # Errors
/// A file that has to be made can be written nowhere; an object is not what the record says.
pub(crate) fn objects(parts: &Parts<'_>, store: &ObjectStore) -> Result<Vec<PathBuf>, Failure> {
    let mut objects = vec![parts.startup.path.clone()];
    objects.extend(groups::files(&parts.modules, store)?);
    Ok(objects)
}

/// Links objects and archives, with the linker that waits for them if there is one, and puts the program
/// into its place.
///
/// # Errors
/// The linker's; those of putting it there.
pub fn link(
    objects: &[PathBuf],
    archives: &[PathBuf],
    linker: &Linker,
    store: &ObjectStore,
    output: &Output,
    standby: Option<Standby>,
) -> Result<Placed, CompileError> {
    if let Some(linked) = standby.and_then(|standby| standby.link(objects, archives)) {
        return output.place(linked);
    }
    let write = |source| CompileError::Write { what: "the program's parts".into(), source };
    let scratch = store.temporary().map_err(write)?;
    let unplaced = output.unplaced()?;
    linker.link(objects, archives, &unplaced, scratch)?;
    output.place(unplaced)
}
