//! The sample strategy keeps the laws, sees what it promises to see, and is blind where it says so.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use filetime::{FileTime, set_file_mtime};
use freshness::{
    Config, Environment, Freshness, InputPath, InputRecord, Look, StoredInputs, Timestamp, Tool,
    laws,
};
use strategy_sample::{END_BYTES, SampleStrategy};
use tempfile::TempDir;

/// Past every time here, so that nothing is racy.
const LATER: Timestamp = Timestamp { secs: i64::MAX, nanos: 0 };

const LARGE: usize = 5 * END_BYTES as usize;

fn old() -> FileTime {
    FileTime::from_unix_time(1_500_000_000, 0)
}

struct World(TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        world.write("small", &[b'1'; 100]);
        world.write("large", &[b'1'; LARGE]);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes and dates as it was before: what only an unkind tool does.
    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
        self.date(name, old());
    }

    fn date(&self, name: &str, time: FileTime) {
        set_file_mtime(self.path(name), time).unwrap();
    }

    /// As a copy that keeps times leaves it: another inode, another change time.
    fn copy_over_itself(&self, name: &str) {
        let bytes = fs::read(self.path(name)).unwrap();
        fs::rename(self.path(name), self.path("away")).unwrap();
        self.write(name, &bytes);
    }

    fn freshness(&self) -> Freshness {
        let config = Config::new(self.0.path(), Path::new("store")).unwrap();
        Freshness::new(config, Tool::new("test", "1"), Environment::default())
            .custom_strategy(Arc::new(SampleStrategy))
    }

    fn record(&self, freshness: &Freshness) -> InputRecord {
        let paths = ["small", "large"].map(|name| InputPath::new(self.0.path(), name.as_ref()));
        freshness.observe_inputs(Look::at(self.0.path(), paths), LATER, None)
    }

    /// What it says after `edit`, and how many bytes it read for that.
    fn after(edit: impl FnOnce(&Self)) -> (Vec<String>, u64) {
        let world = Self::new();
        let freshness = world.freshness();
        let record = world.record(&freshness).encode().unwrap();
        edit(&world);
        let stored = StoredInputs::decode(record).unwrap();
        let found = freshness.check_inputs(&stored).unwrap();
        (found.reasons.iter().map(ToString::to_string).collect(), found.work.bytes_read)
    }
}

#[test]
fn it_keeps_the_laws_of_strategies() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(laws::broken(&SampleStrategy, dir.path()).unwrap(), [""; 0]);
}

#[test]
fn nothing_is_read_where_nothing_moved() {
    assert_eq!(World::after(|_| {}), (vec![], 0));
}

#[test]
fn a_copy_that_keeps_times_is_fresh_for_the_price_of_the_ends() {
    let found = World::after(|world| {
        world.copy_over_itself("small");
        world.copy_over_itself("large");
    });
    assert_eq!(found, (vec![], 100 + 2 * END_BYTES));
}

#[test]
fn a_small_file_is_known_by_its_bytes() {
    let (touched, _) = World::after(|world| world.date("small", FileTime::zero()));
    assert_eq!(touched, [""; 0]);
    let (edited, _) = World::after(|world| {
        let mut bytes = [b'1'; 100];
        bytes[50] = b'2';
        world.write("small", &bytes);
    });
    assert_eq!(edited, ["input-changed small: content differs"]);
}

#[test]
fn a_large_file_that_was_touched_is_stale_unread() {
    let (touched, read) = World::after(|world| world.date("large", FileTime::zero()));
    assert_eq!(touched, ["input-changed large: mtime was 1500000000.000000000, is 0.000000000"]);
    assert_eq!(read, 0);
}

#[test]
fn both_ends_of_a_large_file_are_seen_whatever_its_time_says() {
    for at in [0, END_BYTES as usize - 1, LARGE - END_BYTES as usize, LARGE - 1] {
        let (edited, _) = World::after(|world| {
            let mut bytes = [b'1'; LARGE];
            bytes[at] = b'2';
            world.write("large", &bytes);
        });
        assert_eq!(edited, ["input-changed large: content differs"], "byte {at}");
    }
}

#[test]
fn the_blind_spot_is_the_middle_of_a_large_file_whose_time_was_put_back() {
    let (edited, _) = World::after(|world| {
        let mut bytes = [b'1'; LARGE];
        bytes[LARGE / 2] = b'2';
        world.write("large", &bytes);
    });
    assert_eq!(edited, [""; 0]);
}
