//! A directory of files, and records of it as a stamp would hold them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use filetime::{FileTime, set_file_mtime};
use freshness_core::{
    Assessment, FreshnessStrategy, InputSpec, Pattern, Recorded, Snapshot, Timestamp, discover,
};
use strategy_hash::{HashStrategy, Reread};
use tempfile::TempDir;

pub const CHANGED: HashStrategy = HashStrategy { reread: Reread::Changed };
pub const ALWAYS: HashStrategy = HashStrategy { reread: Reread::Always };

/// After every ctime, so that nothing recorded is racy.
pub const LATER: Timestamp = Timestamp { secs: i64::MAX, nanos: 0 };

/// Before every ctime, so that every file recorded is racy.
pub const EARLIER: Timestamp = Timestamp { secs: 0, nanos: 0 };

pub struct World {
    dir: TempDir,
}

impl World {
    /// A directory with these files, each dated back.
    pub fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        let world = Self { dir: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, text)| world.write(path, text));
        world
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
        self.date(path, 1_500_000_000);
    }

    /// Writes, and dates it otherwise: the ctime may still be of the same tick of the clock.
    pub fn edit(&self, path: &str, text: &str) {
        self.write(path, text);
        self.date(path, 1_600_000_000);
    }

    pub fn date(&self, path: &str, secs: i64) {
        set_file_mtime(self.path(path), FileTime::from_unix_time(secs, 0)).unwrap();
    }

    pub fn link(&self, path: &str, text: impl AsRef<Path>) {
        symlink(text, self.path(path)).unwrap();
    }

    /// Everything in the directory as it is now.
    pub fn look(&self) -> Snapshot {
        let pattern = Pattern::Tree { dir: self.dir.path().into(), skip: Vec::new() };
        let spec = InputSpec { pattern, why: "a test".into() };
        Snapshot::take(discover(self.dir.path(), &[spec]).unwrap())
    }

    pub fn record(&self) -> Record {
        let snapshot = self.look();
        Record { evidence: CHANGED.observe(&snapshot, None).evidence, snapshot, cutoff: LATER }
    }
}

/// What a stamp holds for this strategy.
#[derive(Clone)]
pub struct Record {
    pub snapshot: Snapshot,
    pub cutoff: Timestamp,
    pub evidence: Vec<u8>,
}

impl Record {
    pub fn as_recorded(&self) -> Recorded<'_> {
        Recorded { snapshot: &self.snapshot, cutoff: self.cutoff, evidence: &self.evidence }
    }

    pub fn assess(&self, strategy: HashStrategy, world: &World) -> Assessment {
        strategy.assess(&world.look(), self.as_recorded())
    }
}

/// The reasons, one a line.
pub fn said(assessment: &Assessment) -> String {
    assessment.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
