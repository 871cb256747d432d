//! Where the stamp of a command lies: in a slot of the store, or in a file of the user's choice.
//!
//! Beside a stamp of the user's choice lie its lock and, for a moment, the next stamp. What stands there and is
//! no stamp is never written over: a name is easily mistyped.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use freshness_core::sys::{self, Links};
use freshness_core::{Reason, Record, Stamp};

use crate::durable;
use crate::error::{BuildError, Context};
use crate::lock::Guarded;
use crate::orphans::{self, Mark};
use crate::slot::{self, Part, Slot};

/// The place of one command's stamp.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A slot of the store.
    Slot(Slot),
    /// A file of the user's choice.
    Beside(PathBuf),
}

impl Place {
    pub(super) fn stamp(&self) -> PathBuf {
        match self {
            Place::Slot(slot) => slot.stamp(),
            Place::Beside(stamp) => stamp.clone(),
        }
    }

    /// What lies here beside what the user put here.
    pub(super) fn own(&self) -> Vec<PathBuf> {
        match self {
            Place::Slot(slot) => vec![slot.dir().to_path_buf()],
            Place::Beside(stamp) => vec![stamp.clone(), self.lock(), with_suffix(stamp, "new")],
        }
    }

    /// Whether what lies here may be believed. What is not there is not distrusted.
    ///
    /// # Errors
    /// What is another's, or may be written by everyone.
    pub(super) fn check_trust(&self) -> Result<(), BuildError> {
        let stamp = match self {
            Place::Slot(slot) => return slot.check_trust(),
            Place::Beside(stamp) => stamp,
        };
        for path in [stamp.clone(), self.lock()] {
            let found = slot::distrust(&path, Part::Slot).doing("look at the stamp", &path)?;
            if let Some(problem) = found {
                return Err(BuildError::Untrusted { path, problem });
            }
        }
        Ok(())
    }

    /// Opens the stamp.
    ///
    /// # Errors
    /// The reason why there is no stamp to believe.
    pub(super) fn open_stamp(&self) -> Result<Record, Reason> {
        match self {
            Place::Slot(slot) => slot.open_stamp(&slot.stamp()),
            Place::Beside(stamp) => Record::open(stamp),
        }
    }

    /// Puts `stamp` into its place.
    ///
    /// # Errors
    /// Those of writing it; the earlier one is then as it was.
    pub(super) fn write_stamp(&self, stamp: &Stamp) -> Result<(), BuildError> {
        let bytes = stamp.encode()?;
        match self {
            Place::Slot(slot) => durable::replace(&slot.stamp(), &bytes),
            Place::Beside(path) => {
                refuse_others(path)?;
                durable::replace_through(&with_suffix(path, "new"), path, &bytes)
            }
        }
    }

    /// Removes the stamp.
    ///
    /// # Errors
    /// Those of removing it.
    pub(super) fn remove_stamp(&self) -> Result<(), BuildError> {
        let path = self.stamp();
        durable::remove_any(&path).doing("remove the stamp", &path)
    }
}

impl Guarded for Place {
    fn lock(&self) -> PathBuf {
        match self {
            Place::Slot(slot) => slot.lock(),
            Place::Beside(stamp) => with_suffix(stamp, "lock"),
        }
    }

    fn create(&self) -> Result<(), BuildError> {
        match self {
            Place::Slot(slot) => slot.create(),
            Place::Beside(stamp) => {
                let dir = stamp.parent().unwrap_or(Path::new("/"));
                fs::create_dir_all(dir).doing("create the directory of the stamp", dir)?;
                refuse_others(stamp)
            }
        }
    }

    fn mark(&self) -> Mark {
        Mark { variable: orphans::RUN, value: self.lock() }
    }
}

/// Refuses a file that is not empty and no stamp.
fn refuse_others(path: &Path) -> Result<(), BuildError> {
    let problem = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(metadata) if !metadata.is_file() => "it is not a regular file",
        Ok(_) => {
            let mut head = Vec::new();
            let opened = sys::open_regular(path, Links::Refuse).doing("read the stamp", path)?;
            opened.take(64).read_to_end(&mut head).doing("read the stamp", path)?;
            if head.is_empty() || freshness_core::stamp::is_begun_by(&head) {
                return Ok(());
            }
            "it is no stamp, and is not written over"
        }
    };
    Err(BuildError::Stamp { path: path.to_path_buf(), problem })
}

/// A name beside the stamp that no one else will have chosen.
fn with_suffix(stamp: &Path, suffix: &str) -> PathBuf {
    let mut name = stamp.file_name().unwrap_or_default().to_owned();
    name.push(".freshness-");
    name.push(suffix);
    stamp.with_file_name(name)
}
