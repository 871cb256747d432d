//! Publishes archives and stamps, and removes what nothing points to any more.
//!
//! The crash story, told once. Every step leaves either the old state or the new one:
//!
//! 1. An archive is copied to `archives/.incoming/`, checked there, made durable, made read-only and
//!    renamed to `archives/<digest>/`. Killed before the rename: litter in `.incoming`, which the next
//!    publication removes. Killed after: a whole archive that no stamp names, which pruning removes.
//! 2. When all are in place, the old stamp gets a second name in `stamps/`. Killed here: it has two
//!    names, the next publication gives it no third, and pruning removes one.
//! 3. The new stamp is written beside the old, made durable, and renamed over it. This rename is the
//!    publication. A stamp is never durable before the archives that it vouches for.
//! 4. Generations beyond those kept are removed: stamps first, then archives that no stamp names.
//!
//! A published file is never written into. cargo's own output is copied, never linked: its names share
//! one inode, and whoever truncates one truncates all. Where the file system can share blocks, the
//! copy does (`copy_file_range(2)`, which `std::io::copy` uses).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use freshness_core::{Archive, Digest, Head, Record, SealedFile, Stamp, Work, sys};

use crate::artifact::{ArtifactKind, ProductKind};
use crate::durable;
use crate::error::{BuildError, Context};
use crate::object_check::{self, Expected};
use crate::seal::{self, Condition, ReadBytes};
use crate::slot::{Slot, of_another_user};
use crate::sys::{make_read_only, may_be_run};

/// What to publish.
#[derive(Debug)]
pub(crate) struct Product<'a> {
    /// The package that makes it.
    pub(crate) package: &'a str,
    /// What it is.
    pub(crate) kind: ProductKind,
    /// Where cargo put it.
    pub(crate) source: PathBuf,
    /// The name it is published under.
    pub(crate) file_name: String,
}

impl Product<'_> {
    /// What tells it from the package's others.
    pub(crate) fn identity(&self) -> String {
        match self.kind {
            // A package has one of each.
            ProductKind::Artifact(ArtifactKind::StaticLib) | ProductKind::Bitcode => {
                self.kind.word().into()
            }
            ProductKind::Artifact(kind) => format!("{} {}", kind.word(), self.file_name),
        }
    }
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
    let copied = copy_durably(product, &copy);
    if copied.is_err() {
        // Frees the space of a partial copy on a full disk; the copy's error is the one told.
        let _ = durable::remove_any(&incoming);
    }
    copied?;
    object_check::check(&copy, product.kind, expected).map_err(|problem| BuildError::Artifact {
        what: product.kind.word().into(),
        package: product.package.into(),
        problem,
    })?;
    let (digest, _) = seal::digest_file(&copy).doing("read back", &copy)?;
    let place = PathBuf::from(blake3::Hash::from_bytes(digest).to_hex().as_str());
    let is_program = product.kind.is_program();
    let place = place.join(&product.file_name);
    let file = put_in_place(slot, &incoming, &place, (&digest, is_program))?;
    Ok(Archive { package: product.package.to_owned(), kind: product.kind.word().to_owned(), file })
}

fn copy_durably(product: &Product<'_>, copy: &Path) -> Result<(), BuildError> {
    let copied = || -> io::Result<fs::File> {
        let mut from = sys::open_regular(&product.source, sys::Links::Refuse)?;
        let mut to = durable::create(copy)?;
        io::copy(&mut from, &mut to)?;
        make_read_only(&to, product.kind.is_program())?;
        Ok(to)
    };
    let to = copied().doing("copy the archive to", copy)?;
    to.sync_all().doing("make durable", copy)
}

/// Moves `.incoming/<name>` to `archives/<place>`, unless the same bytes are published there already.
fn put_in_place(
    slot: &Slot,
    incoming: &Path,
    place: &Path,
    (digest, is_program): (&Digest, bool),
) -> Result<SealedFile, BuildError> {
    let archives = slot.archives();
    let published = archives.join(place);
    let dir = published.parent().unwrap_or(&archives).to_path_buf();
    let is_real = fs::symlink_metadata(&dir).is_ok_and(|metadata| metadata.is_dir());
    let is_whole = || matches!(seal::digest_file(&published), Ok((found, _)) if found == *digest);
    let can_run = || fs::symlink_metadata(&published).is_ok_and(|m| may_be_run(&m));
    if !(is_real && is_whole() && (!is_program || can_run())) {
        let copy = incoming.join(place.file_name().unwrap_or_default());
        if !is_real {
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
    for place in [Some(slot.archives().as_path()), path.parent(), Some(&path)].into_iter().flatten()
    {
        let Ok(metadata) = fs::symlink_metadata(place) else { continue };
        if place != path && metadata.is_symlink() {
            return Condition::Changed("its directory is a link now".into());
        }
        if let Some(problem) = of_another_user(&metadata) {
            return Condition::Changed(problem);
        }
        let is_program = archive.kind == ArtifactKind::Bin.word();
        if place == path && is_program && !may_be_run(&metadata) {
            return Condition::Changed("may not be run any more".into());
        }
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
    let is_earlier = |old: Record| old.head.generation != stamp.head.generation;
    // One that cannot be read now may be read by the pruning, which must not take it for missing.
    let is_to_keep = slot.find_stamp(&path).map_or(true, |old| old.is_some_and(is_earlier));
    if is_to_keep && !has_second_name(slot) {
        let kept = slot.stamps().join(next_name(slot).to_string());
        // Not every file system has hard links.
        let linked = fs::hard_link(&path, &kept).or_else(|_| fs::copy(&path, &kept).map(drop));
        linked.doing("keep the earlier stamp as", &kept)?;
        durable::sync_parent(&kept)?;
    }
    durable::replace(&path, &bytes)
}

/// Whether a killed build kept the newest stamp already: another name for each kill would pile up.
fn has_second_name(slot: &Slot) -> bool {
    let latest = earlier_stamps(slot).into_iter().next();
    let bytes = latest.and_then(|path| fs::read(path).ok());
    bytes.is_some_and(|bytes| fs::read(slot.stamp()).is_ok_and(|newest| newest == bytes))
}

/// The stamps of earlier generations, the latest to have been the newest first.
pub(crate) fn earlier_stamps(slot: &Slot) -> Vec<PathBuf> {
    let mut numbered = numbered_stamps(slot);
    numbered.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, path)| path).collect()
}

/// The number of the generation that comes next; `earlier` is the newest stamp, where it could be read whole.
pub(crate) fn next_generation(slot: &Slot, earlier: Option<&Stamp>) -> u64 {
    // The newest is counted even where it could not be read before: two generations of one number
    // would be taken for one, and the archives of the other removed.
    let kept = std::iter::once(slot.stamp()).chain(earlier_stamps(slot));
    let kept = kept.filter_map(|path| Some(slot.open_stamp(&path).ok()?.head.generation));
    let newest = kept.chain(earlier.map(|stamp| stamp.head.generation)).max();
    newest.unwrap_or(0) + 1
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
    let mut seen = BTreeSet::from([newest.head.generation]);
    let mut named: BTreeSet<PathBuf> = directories(&newest.head);
    for path in earlier_stamps(slot) {
        let found = slot.find_stamp(&path).doing("read the earlier stamp", &path)?;
        let kept = found.filter(|_| seen.len() < generations);
        match kept.filter(|stamp| seen.insert(stamp.head.generation)) {
            Some(stamp) => named.extend(directories(&stamp.head)),
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
pub(crate) fn directories(stamp: &Head) -> BTreeSet<PathBuf> {
    let dir = |archive: &Archive| Some(PathBuf::from(archive.file.path.parent()?.file_name()?));
    stamp.archives.iter().filter_map(dir).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;
    use crate::profile::Emit;
    use crate::testing::{self, X86_64, stamp_of};

    struct World {
        dir: tempfile::TempDir,
        slot: Slot,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let slot = testing::slot(dir.path());
            Self { dir, slot }
        }

        /// Publishes an archive with this payload as cargo's.
        fn publish(&self, payload: &[u8]) -> Result<Archive, BuildError> {
            let source = self.dir.path().join("libx.a");
            fs::write(&source, testing::archive(X86_64, payload)).unwrap();
            let product = Product {
                package: "x",
                kind: Emit::Link.into(),
                source,
                file_name: "libx.a".into(),
            };
            publish(&self.slot, &product, &Expected::for_target(Some("x86_64-x")))
        }

        /// Builds, in short: publishes, stamps, prunes.
        fn build(&self, generation: u64, payload: &[u8]) -> PathBuf {
            let archive = self.publish(payload).unwrap();
            let path = self.slot.dir().join(&archive.file.path);
            let stamp = stamp_of(generation, vec![archive]);
            write_stamp(&self.slot, &stamp).unwrap();
            prune(&self.slot, &stamp, 3).unwrap();
            path
        }

        fn condition(&self, archive: &Archive) -> Condition {
            examine(&self.slot, archive, ReadBytes::WhereStatDiffers, &mut Work::default())
        }
    }

    #[test]
    fn equal_bytes_are_one_archive_and_other_bytes_another() {
        let world = World::new();
        let one = world.publish(b"one").unwrap();
        let inode = |a: &Archive| fs::metadata(world.slot.dir().join(&a.file.path)).unwrap().ino();
        let before = inode(&one);
        assert_eq!(world.publish(b"one").unwrap(), one);
        assert_eq!(inode(&one), before);
        let two = world.publish(b"two").unwrap();
        assert_ne!(two.file.path, one.file.path);
        assert_eq!(world.condition(&one), Condition::Intact);
    }

    #[test]
    fn damage_is_seen_and_replaced_by_another_file() {
        let world = World::new();
        let archive = world.publish(b"one").unwrap();
        let path = world.slot.dir().join(&archive.file.path);
        let whole = fs::read(&path).unwrap();
        let mut held = fs::File::open(&path).unwrap();

        // Someone truncates it in place; a reader that holds it sees that, and no repair goes into it.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&path, b"!<arch>\n").unwrap();
        assert!(matches!(world.condition(&archive), Condition::Changed(_)));
        world.publish(b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
        let mut seen = Vec::new();
        held.read_to_end(&mut seen).unwrap();
        assert_eq!(seen, b"!<arch>\n");

        fs::remove_file(&path).unwrap();
        assert_eq!(world.condition(&archive), Condition::Missing);
        fs::create_dir(&path).unwrap();
        assert_eq!(world.condition(&archive), Condition::Changed("is a directory now".into()));
        world.publish(b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
    }

    #[test]
    fn a_link_where_an_archive_or_its_directory_was_is_not_followed() {
        let world = World::new();
        let archive = world.publish(b"one").unwrap();
        let path = world.slot.dir().join(&archive.file.path);
        let elsewhere = world.dir.path().join("elsewhere");
        fs::rename(path.parent().unwrap(), &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, path.parent().unwrap()).unwrap();
        assert!(matches!(world.condition(&archive), Condition::Changed(_)));
        world.publish(b"one").unwrap();
        assert!(fs::symlink_metadata(path.parent().unwrap()).unwrap().is_dir());

        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(elsewhere.join("libx.a"), &path).unwrap();
        assert_eq!(world.condition(&archive), Condition::Changed("is a link now".into()));
    }

    #[test]
    fn the_generation_before_the_newest_outlives_the_next_build() {
        let world = World::new();
        let paths: Vec<PathBuf> =
            (1..=5).map(|n| world.build(n, format!("payload {n}").as_bytes())).collect();
        let there: Vec<bool> = paths.iter().map(|path| path.exists()).collect();
        assert_eq!(there, [false, false, true, true, true]);
        assert_eq!(earlier_stamps(&world.slot).len(), 2);
        assert_eq!(Stamp::read(&world.slot.stamp()).unwrap().head.generation, 5);
    }

    #[test]
    fn what_a_crash_left_behind_is_removed_and_nothing_that_is_named() {
        let world = World::new();
        let path = world.build(1, b"one");
        let archives = world.slot.archives();
        fs::create_dir_all(archives.join(".incoming/deep")).unwrap();
        fs::create_dir(archives.join("unnamed")).unwrap();
        fs::write(world.slot.stamps().join("7"), b"torn").unwrap();
        fs::write(world.slot.dir().join("stamp.new"), b"torn").unwrap();
        let next = world.build(2, b"two");
        assert!(path.exists() && next.exists());
        assert!(!archives.join(".incoming").exists() && !archives.join("unnamed").exists());
        assert!(!world.slot.dir().join("stamp.new").exists());
        assert_eq!(earlier_stamps(&world.slot).len(), 1);
    }

    #[test]
    fn a_product_that_is_no_archive_leaves_nothing_published() {
        let world = World::new();
        let source = world.dir.path().join("libx.a");
        fs::write(&source, b"!<arch>\n").unwrap();
        let product =
            Product { package: "x", kind: Emit::Link.into(), source, file_name: "libx.a".into() };
        let error = publish(&world.slot, &product, &Expected::for_target(None)).unwrap_err();
        assert_eq!(error.to_string(), "take the staticlib of x: it holds no object file");
        let incoming = std::ffi::OsString::from(".incoming");
        let left = fs::read_dir(world.slot.archives()).unwrap().flatten();
        assert_eq!(left.map(|e| e.file_name()).filter(|n| *n != incoming).count(), 0);
    }
}
