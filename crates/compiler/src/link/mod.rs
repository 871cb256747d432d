//! From objects and archives to a program in its place.

mod groups;
pub mod join;
pub mod linker;
pub mod output;

use std::path::PathBuf;

use freshness::Digest;

use crate::archives::ReadyArchives;
use crate::error::CompileError;
use crate::fingerprint::Fingerprint;
use crate::objects::{Object, ObjectStore};
use linker::Linker;
use output::{Output, Placed};

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

/// Links a program and puts it into its place.
///
/// # Errors
/// The linker's; those of putting it there.
pub fn link(
    parts: &Parts<'_>,
    linker: &Linker,
    store: &ObjectStore,
    output: &Output,
) -> Result<Placed, CompileError> {
    let write = |source| CompileError::Write { what: "the program's parts".into(), source };
    let mut objects = vec![parts.startup.path.clone()];
    objects.extend(groups::files(&parts.modules, store)?);
    let archives: Vec<PathBuf> =
        parts.archives.archives.iter().map(|archive| archive.path.clone()).collect();
    let scratch = store.temporary().map_err(write)?;
    let unplaced = output.unplaced()?;
    linker.link(&objects, &archives, &unplaced, scratch)?;
    output.place(unplaced)
}
