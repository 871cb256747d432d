//! A small workspace in which every time that can be set is set.
//!
//! Only the kernel sets a ctime. Where a test needs it to have moved, [`World::tick`] writes beside
//! the tree until the file system's own clock has moved past everything in it: at most one tick, and
//! no luck. The cut-off is a value, so what is racy is chosen and not waited for.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use filetime::{FileTime, set_file_mtime, set_symlink_file_times};
use freshness_core::snapshot::look;
use freshness_core::{
    FreshnessStrategy, InputSpec, Meta, Pattern, Recorded, Snapshot, State, Target, Timestamp,
    discover,
};
use rustix::fs::{CWD, Mode, mkfifoat};
use strategy_hash::{HashStrategy, Reread};
use strategy_mtime::{MtimeStrategy, Rule};
use tempfile::TempDir;

/// Every strategy with every option, in the order of the columns.
pub const STRATEGIES: [&dyn FreshnessStrategy; 4] = [
    &MtimeStrategy { rule: Rule::Recorded },
    &MtimeStrategy { rule: Rule::NewerThan },
    &HashStrategy { reread: Reread::Changed },
    &HashStrategy { reread: Reread::Always },
];

/// A moment, most of them relative to the cut-off.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// When everything was written, unless it says otherwise.
    Old,
    /// Before that.
    Older,
    /// After that, and long before the cut-off.
    LessOld,
    /// One nanosecond before the cut-off.
    JustBefore,
    /// The cut-off.
    AtCutoff,
    /// A second after the cut-off.
    After,
    /// The year 2100.
    Future,
    /// The Unix epoch.
    Epoch,
    /// A second and a half before the epoch.
    BeforeEpoch,
}

pub struct World {
    dir: TempDir,
    pub cutoff: Timestamp,
}

impl World {
    /// A workspace with two sources of equal length, an empty one and a manifest; what lies in `data`
    /// is no input by itself.
    pub fn new() -> Self {
        let world = Self { dir: tempfile::tempdir().unwrap(), cutoff: Timestamp::default() };
        world.write("src/a.rs", "aaaa");
        world.write("src/b.rs", "bbbb");
        world.write("src/empty.rs", "");
        world.write("Cargo.toml", "[package]");
        world.write("data/one", "1111");
        world.write("data/two", "2222");
        world.write("data/one-again", "1111");
        world
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    /// Writes, in place where there is a file, and dates it [`When::Old`].
    pub fn write(&self, path: impl AsRef<Path>, text: &str) {
        self.write_at(path, text, When::Old);
    }

    pub fn write_at(&self, path: impl AsRef<Path>, text: &str, when: When) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        set_file_mtime(&path, self.time(when)).unwrap();
    }

    /// Sets the times of a path without opening it, which of a named pipe would wait for a writer.
    pub fn date(&self, path: &str, when: When) {
        let time = self.time(when);
        set_symlink_file_times(self.path(path), time, time).unwrap();
    }

    pub fn link(&self, path: &str, text: &str) {
        self.link_at(path, text, When::Old);
    }

    /// Makes a link and dates it, in the place of one that may be there.
    pub fn link_at(&self, path: &str, text: &str, when: When) {
        if fs::symlink_metadata(self.path(path)).is_ok() {
            self.remove(path);
        }
        symlink(text, self.path(path)).unwrap();
        let time = self.time(when);
        set_symlink_file_times(self.path(path), time, time).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub fn make_dir(&self, path: &str) {
        fs::create_dir(self.path(path)).unwrap();
    }

    pub fn make_fifo(&self, path: &str) {
        mkfifoat(CWD, self.path(path), Mode::RUSR | Mode::WUSR).unwrap();
    }

    pub fn chmod(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn time(&self, when: When) -> FileTime {
        const OLD: i64 = 1_500_000_000;
        let Timestamp { secs, nanos } = self.cutoff;
        match when {
            When::Old => FileTime::from_unix_time(OLD, 123_456_789),
            When::Older => FileTime::from_unix_time(OLD - 86_400, 0),
            When::LessOld => FileTime::from_unix_time(OLD + 86_400, 0),
            When::JustBefore if nanos == 0 => FileTime::from_unix_time(secs - 1, 999_999_999),
            When::JustBefore => FileTime::from_unix_time(secs, nanos - 1),
            When::AtCutoff => FileTime::from_unix_time(secs, nanos),
            When::After => FileTime::from_unix_time(secs + 1, nanos),
            When::Future => FileTime::from_unix_time(4_102_444_800, 0),
            When::Epoch => FileTime::zero(),
            When::BeforeEpoch => FileTime::from_unix_time(-2, 500_000_000),
        }
    }

    /// The inputs as they are now: every source, the manifest, and a path where nothing is at first.
    pub fn look(&self) -> Snapshot {
        let patterns = [
            Pattern::Tree { dir: "src".into(), skip: Vec::new() },
            Pattern::Path("Cargo.toml".into()),
            Pattern::Path("absent.toml".into()),
        ];
        let specs = patterns.map(|pattern| InputSpec { pattern, why: "a test".into() });
        Snapshot::take(discover(self.root(), &specs).unwrap())
    }

    /// Waits for the file system's clock to move past every change so far, and reads it.
    pub fn tick(&self) -> Timestamp {
        let newest = self.look().entries.iter().flat_map(|(_, state)| ctimes(state)).max();
        let probe = self.path("clock");
        loop {
            fs::write(&probe, "tick").unwrap();
            let State::Here(Meta { mtime, .. }) = look(&probe) else { panic!("no clock") };
            if newest.is_none_or(|newest| mtime > newest) {
                return mtime;
            }
        }
    }

    /// What a build records, with the cut-off that the file system's clock gives just before.
    pub fn record(&mut self) -> Record {
        self.cutoff = self.tick();
        Record::of(self.look(), self.cutoff)
    }
}

fn ctimes(state: &State) -> Vec<Timestamp> {
    match state {
        State::Here(meta) => vec![meta.ctime],
        State::Link { own, target: Target::There(meta), .. } => vec![own.ctime, meta.ctime],
        State::Link { own, .. } => vec![own.ctime],
        State::Absent | State::Unreadable(_) => Vec::new(),
    }
}

/// What a stamp holds of the inputs, with the evidence of every strategy.
pub struct Record {
    pub snapshot: Snapshot,
    pub cutoff: Timestamp,
    pub evidence: [Vec<u8>; 4],
}

impl Record {
    pub fn of(snapshot: Snapshot, cutoff: Timestamp) -> Self {
        let evidence = STRATEGIES.map(|strategy| strategy.observe(&snapshot, None).evidence);
        Self { snapshot, cutoff, evidence }
    }

    /// For the strategy in this column.
    pub fn recorded(&self, column: usize) -> Recorded<'_> {
        let evidence = &self.evidence[column];
        Recorded { snapshot: &self.snapshot, cutoff: self.cutoff, evidence }
    }
}
