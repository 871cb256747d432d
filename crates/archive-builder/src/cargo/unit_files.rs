//! The files that cargo's units made, each with what it held when cargo had made it.
//!
//! cargo compares times of what it made and never looks into it, and hands on to the linker whatever has the
//! name. So each file is sealed after a build: its digest holds for as long as its stat does, and where that
//! differs the file is read. That costs a `stat` for each of them at the next build; the first one after
//! cargo compiled reads them once, which is little beside having compiled them.
//!
//! Blind: a file that was damaged between cargo's last write and our first read of it, and one that changes
//! while no time of it moves (a shared mapping).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bincode::{Decode, Encode};
use freshness_core::sys::meta_of;
use freshness_core::{Digest, Kind, Meta, Timestamp};

use super::units::Unit;
use crate::seal::digest_file;

/// Every file of every unit, by its path in cargo's target directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct UnitFiles(BTreeMap<String, UnitFile>);

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct UnitFile {
    len: u64,
    /// Seconds and nanoseconds.
    mtime: (i64, u32),
    /// The same; zero where it must not be believed.
    ctime: (i64, u32),
    inode: u64,
    digest: Digest,
}

impl UnitFile {
    fn new(meta: &Meta, digest: Digest) -> Self {
        let time = |time: Timestamp| (time.secs, time.nanos);
        let (mtime, ctime) = (time(meta.mtime), time(meta.ctime));
        Self { len: meta.len, mtime, ctime, inode: meta.inode, digest }
    }

    /// What it held.
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    fn meta(&self) -> Meta {
        let time = |(secs, nanos)| Timestamp { secs, nanos };
        let (mtime, ctime) = (time(self.mtime), time(self.ctime));
        Meta { kind: Kind::File, len: self.len, mtime, ctime, inode: self.inode }
    }
}

impl UnitFiles {
    /// Seals the files of these units; of those made or changed since `since`, by the file system's clock, the
    /// stat is not believed next time, because another write may have left the same.
    pub(crate) fn of(units: &[Unit], earlier: &Self, since: Timestamp) -> Self {
        let mut files = BTreeMap::new();
        for unit in units {
            for (name, path) in unit.files() {
                let sealed = match unit.sealed.get(&name) {
                    Some(sealed) => Some(sealed.clone()),
                    None => earlier.seal(&name, path),
                };
                let Some(mut sealed) = sealed else { continue };
                if sealed.meta().ctime >= since {
                    sealed.ctime = (0, 0);
                }
                files.insert(name, sealed);
            }
        }
        Self(files)
    }

    /// Seals one file as it is now; what is known of it holds where its stat is as it was.
    pub(crate) fn seal(&self, name: &str, path: &Path) -> Option<UnitFile> {
        let meta = meta_of(&fs::symlink_metadata(path).ok()?);
        let known = self.0.get(name).filter(|known| known.meta() == meta && meta.is_telling());
        match known {
            Some(known) => Some(known.clone()),
            None => Some(UnitFile::new(&meta, digest_file(path).ok()?.0)),
        }
    }

    /// Whether every file of a unit that is known holds what it held. One that is not known yet is believed, and
    /// one that is gone is missed by cargo itself.
    pub(crate) fn agree(&self, unit: &Unit) -> bool {
        unit.files().all(|(name, path)| match self.0.get(&name) {
            Some(known) => self.seal(&name, path).is_none_or(|now| now.digest == known.digest),
            None => true,
        })
    }

    /// The same files, of which no stat is believed.
    pub(crate) fn unbelieved(mut self) -> Self {
        for file in self.0.values_mut() {
            file.ctime = (0, 0);
        }
        self
    }
}
