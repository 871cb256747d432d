//! Publishes archives and stamps, and removes what nothing points to any more.
//!
//! The crash story, told once. Every step leaves either the old state or the new one:
//!
//! 1. An archive is copied to `archives/.incoming/`, checked there, made durable, made read-only and
//!    renamed to `archives/<digest>/`. Killed before the rename: litter in `.incoming`, which the next
//!    publication removes. Killed after: a whole archive that no stamp names, which pruning removes.
//! 2. When all are in place, the old stamp gets a second name in `stamps/`. Killed here: it has two
//!    names, and pruning removes one.
//! 3. The new stamp is written beside the old, made durable, and renamed over it. This rename is the
//!    publication. A stamp is never durable before the archives that it vouches for.
//! 4. Generations beyond those kept are removed: stamps first, then archives that no stamp names.
//!
//! A published file is never written into. cargo's own output is copied, never linked: its names share
//! one inode, and whoever truncates one truncates all. Where the file system can share blocks, the
//! copy does (`copy_file_range(2)`, which `std::io::copy` uses).

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use freshness_core::{Archive, Digest, SealedFile, Stamp, Work, sys};

use crate::durable;
use crate::error::{BuildError, Context};
use crate::object_check::{self, Expected};
use crate::profile::Emit;
use crate::seal::{self, Condition, ReadBytes};
use crate::slot::Slot;

/// What to publish.
#[derive(Debug)]
pub(crate) struct Product<'a> {
    /// The package that makes it.
    pub(crate) package: &'a str,
    /// What it is.
    pub(crate) emit: Emit,
    /// Where cargo put it.
    pub(crate) source: PathBuf,
    /// The name it is published under.
    pub(crate) file_name: String,
}

/// Copies one product into place, checked and durable.
///
/// # Errors
/// Those of the file system; a product that is not what it should be.
pub(crate) fn publish(
    slot: &Slot,
    product: &Product<'_>,
    expected: &Expected,
) -> Result<Archive, BuildError> {
    let incoming = slot.archives().join(".incoming");
    durable::remove_any(&incoming).doing("clear", &incoming)?;
    fs::create_dir(&incoming).doing("create", &incoming)?;
    let copy = incoming.join(&product.file_name);
    let copied = copy_durably(&product.source, &copy);
    if copied.is_err() {
        // Frees the space of a partial copy on a full disk; the copy's error is the one told.
        let _ = durable::remove_any(&incoming);
    }
    copied.doing("copy the archive to", &copy)?;
    object_check::check(&copy, product.emit, expected).map_err(|problem| BuildError::Artifact {
        what: product.emit.archive_kind().into(),
        package: product.package.into(),
        problem,
    })?;
    let (digest, _) = seal::digest_file(&copy).doing("read back", &copy)?;
    let place = PathBuf::from(blake3::Hash::from_bytes(digest).to_hex().as_str());
    let file = put_in_place(slot, &incoming, &place.join(&product.file_name), &digest)?;
    Ok(Archive {
        package: product.package.to_owned(),
        kind: product.emit.archive_kind().to_owned(),
        file,
    })
}

fn copy_durably(source: &Path, copy: &Path) -> io::Result<()> {
    let mut from = sys::open_regular(source, sys::Links::Refuse)?;
    let mut to = durable::create(copy)?;
    io::copy(&mut from, &mut to)?;
    to.set_permissions(Permissions::from_mode(0o444))?;
    to.sync_all()
}

/// Moves `.incoming/<name>` to `archives/<place>`, unless the same bytes are published there already.
fn put_in_place(
    slot: &Slot,
    incoming: &Path,
    place: &Path,
    digest: &Digest,
) -> Result<SealedFile, BuildError> {
    let archives = slot.archives();
    let published = archives.join(place);
    let dir = published.parent().unwrap_or(&archives).to_path_buf();
    let is_whole = || matches!(seal::digest_file(&published), Ok((found, _)) if found == *digest);
    if !is_whole() {
        let copy = incoming.join(place.file_name().unwrap_or_default());
        if !fs::symlink_metadata(&dir).is_ok_and(|m| m.is_dir()) {
            durable::remove_any(&dir).doing("clear", &dir)?;
            fs::create_dir(&dir).doing("create", &dir)?;
        }
        if fs::symlink_metadata(&published).is_ok_and(|m| m.is_dir()) {
            durable::remove_any(&published).doing("clear", &published)?;
        }
        fs::rename(&copy, &published).doing("publish", &published)?;
        durable::sync_parent(&published)?;
        durable::sync_parent(&dir)?;
    }
    durable::remove_any(incoming).doing("clear", incoming)?;
    let metadata = fs::symlink_metadata(&published).doing("look at", &published)?;
    Ok(SealedFile {
        path: Path::new("archives").join(place),
        meta: sys::meta_of(&metadata),
        digest: *digest,
    })
}

/// The condition of a published archive.
pub(crate) fn examine(
    slot: &Slot,
    archive: &Archive,
    when: ReadBytes,
    work: &mut Work,
) -> Condition {
    let file = &archive.file;
    let path = slot.dir().join(&file.path);
    let is_link = |p: &Path| fs::symlink_metadata(p).is_ok_and(|m| m.is_symlink());
    if path.parent().is_some_and(is_link) {
        return Condition::Changed("its directory is a link now".into());
    }
    seal::examine(&path, &file.meta, &file.digest, when, work)
}

/// The archive with the stat that it has now.
///
/// # Errors
/// Those of `stat`.
pub(crate) fn restamped(slot: &Slot, archive: &Archive) -> Result<Archive, BuildError> {
    let path = slot.dir().join(&archive.file.path);
    let metadata = fs::symlink_metadata(&path).doing("look at", &path)?;
    let mut archive = archive.clone();
    archive.file.meta = sys::meta_of(&metadata);
    Ok(archive)
}

/// Makes `stamp` the newest, and the one that was an earlier generation.
///
/// # Errors
/// Those of the file system; the old stamp is then still the newest.
pub(crate) fn write_stamp(slot: &Slot, stamp: &Stamp) -> Result<(), BuildError> {
    let path = slot.stamp();
    let bytes = stamp.encode()?;
    if Stamp::read(&path).is_ok_and(|old| old.generation != stamp.generation) {
        let kept = slot.stamps().join(next_name(slot).to_string());
        // Not every file system has hard links.
        let linked = fs::hard_link(&path, &kept).or_else(|_| fs::copy(&path, &kept).map(drop));
        linked.doing("keep the earlier stamp as", &kept)?;
        durable::sync_parent(&kept)?;
    }
    if fs::symlink_metadata(&path).is_ok_and(|m| m.is_dir()) {
        durable::remove_any(&path).doing("clear", &path)?;
    }
    durable::replace(&path, &bytes)
}

/// The stamps of earlier generations, the latest to have been the newest first.
pub(crate) fn earlier_stamps(slot: &Slot) -> Vec<PathBuf> {
    let mut numbered = numbered_stamps(slot);
    numbered.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, path)| path).collect()
}

fn numbered_stamps(slot: &Slot) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(slot.stamps()) else { return Vec::new() };
    let number = |entry: &fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    entries.flatten().filter_map(|entry| Some((number(&entry)?, entry.path()))).collect()
}

fn next_name(slot: &Slot) -> u64 {
    numbered_stamps(slot).iter().map(|(number, _)| number + 1).max().unwrap_or(1)
}

/// Keeps `generations` stamps in all, and the archives that they name.
///
/// # Errors
/// Those of removing what is left over; nothing that is named is touched.
pub(crate) fn prune(slot: &Slot, newest: &Stamp, generations: usize) -> Result<(), BuildError> {
    let mut seen = BTreeSet::from([newest.generation]);
    let mut named: BTreeSet<PathBuf> = directories(newest);
    for path in earlier_stamps(slot) {
        let kept = Stamp::read(&path).ok().filter(|_| seen.len() < generations);
        match kept.filter(|stamp| seen.insert(stamp.generation)) {
            Some(stamp) => named.extend(directories(&stamp)),
            None => durable::remove_any(&path).doing("remove the old stamp", &path)?,
        }
    }
    let archives = slot.archives();
    for entry in fs::read_dir(&archives).doing("list", &archives)?.flatten() {
        if !named.contains(Path::new(&entry.file_name())) {
            let path = entry.path();
            durable::remove_any(&path).doing("remove the old archive", &path)?;
        }
    }
    Ok(())
}

/// The directories in `archives/` that a stamp names.
fn directories(stamp: &Stamp) -> BTreeSet<PathBuf> {
    let dir = |archive: &Archive| Some(PathBuf::from(archive.file.path.parent()?.file_name()?));
    stamp.archives.iter().filter_map(dir).collect()
}
