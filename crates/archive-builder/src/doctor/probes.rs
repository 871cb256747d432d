//! Tries on files of its own how a file system behaves.
//!
//! Each probe does the thing and looks at the result; none infers from the kind of file system. The files
//! live in a directory that is made for them and removed at the end. What could not be tried is an error
//! and never a result.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use freshness_core::{Timestamp, sys};

use crate::durable;
use crate::lock;
use crate::sys::{clone_blocks, create_new_private_dir, sync_dir};

/// What the names of probe directories begin with.
pub(crate) const PREFIX: &str = ".doctor-";

/// How long a file's time is given to move: beyond the coarsest tick in use, the two seconds of FAT.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// How many moves of the clock are looked at.
const MOVES: usize = 3;

/// A directory of probe files in the store.
#[derive(Debug)]
pub(super) struct Probes {
    dir: PathBuf,
}

/// How a file system behaves.
#[derive(Debug)]
pub(super) struct Behaviour {
    /// The shortest move of a file's modification time that was seen.
    pub(super) tick: io::Result<Duration>,
    /// The finest time that is kept as it was set.
    pub(super) precision: io::Result<Duration>,
    /// How far its clock is from this machine's.
    pub(super) clock_offset: io::Result<Duration>,
    /// Whether ctime tells of a write whose mtime was set back.
    pub(super) ctime_moves: io::Result<bool>,
    /// Whether a file keeps its inode over a rename, and a file put in its place has another.
    pub(super) inodes_hold: io::Result<bool>,
    /// Whether a lock keeps a second handle out, and ends with the first.
    pub(super) locks_exclude: io::Result<bool>,
    /// Whether files and directories can be made durable.
    pub(super) syncs: io::Result<()>,
    /// Whether copies can share their blocks.
    pub(super) reflinks: io::Result<bool>,
    /// Whether names that differ in case are two names.
    pub(super) case_matters: io::Result<bool>,
}

impl Probes {
    /// Makes the directory, private, in `store`.
    ///
    /// # Errors
    /// Those of making it.
    pub(super) fn new(store: &Path) -> io::Result<Self> {
        let id = std::process::id();
        for attempt in 0..100 {
            let dir = store.join(format!("{PREFIX}{id}-{attempt}"));
            match create_new_private_dir(&dir) {
                Ok(()) => return Ok(Self { dir }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "probe directories of others are there"))
    }

    /// Writes a file and makes it durable.
    ///
    /// # Errors
    /// Those of the system: no room, a read-only file system.
    pub(super) fn write(&self) -> io::Result<()> {
        let mut file = self.create("write")?;
        file.write_all(&[0; 4096])?;
        file.sync_all()
    }

    /// Tries everything.
    pub(super) fn behaviour(&self) -> Behaviour {
        Behaviour {
            tick: self.tick(),
            precision: self.precision(),
            clock_offset: self.clock_offset(),
            ctime_moves: self.ctime_moves(),
            inodes_hold: self.inodes_hold(),
            locks_exclude: self.locks_exclude(),
            syncs: self.syncs(),
            reflinks: self.reflinks(),
            case_matters: self.case_matters(),
        }
    }

    fn create(&self, name: &str) -> io::Result<File> {
        let path = self.dir.join(name);
        OpenOptions::new().read(true).write(true).create_new(true).open(path)
    }

    fn tick(&self) -> io::Result<Duration> {
        let mut file = self.create("tick")?;
        let mut last = touched(&mut file)?;
        let mut shortest = None;
        let start = Instant::now();
        for _ in 0..MOVES {
            let now = after(&mut file, last, start)?;
            let moved = between(last, now);
            shortest = Some(shortest.map_or(moved, |shortest: Duration| shortest.min(moved)));
            last = now;
            // A coarse clock has shown itself; there is no need to wait for it again.
            if moved >= Duration::from_millis(500) {
                break;
            }
        }
        shortest.ok_or_else(stands_still)
    }

    fn precision(&self) -> io::Result<Duration> {
        let file = self.create("precision")?;
        let set = Duration::new(1_000_000_001, 123_456_789);
        file.set_modified(UNIX_EPOCH + set)?;
        let kept = mtime(&file)?;
        let kept = SystemTime::from(kept).duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let steps = [1, 100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000];
        let cut = |step: u128| set.as_nanos() / step * step;
        let found = steps.into_iter().find(|step| cut(u128::from(*step)) == kept.as_nanos());
        found.map(Duration::from_nanos).ok_or_else(|| {
            io::Error::other(format!("a time of {set:?} after the epoch became {kept:?}"))
        })
    }

    fn clock_offset(&self) -> io::Result<Duration> {
        let mut file = self.create("clock")?;
        let before = SystemTime::now();
        let written = SystemTime::from(touched(&mut file)?);
        let after = SystemTime::now();
        let early = before.duration_since(written).unwrap_or_default();
        let late = written.duration_since(after).unwrap_or_default();
        Ok(early.max(late))
    }

    /// What a restored modification time hides from everyone who looks at it alone.
    fn ctime_moves(&self) -> io::Result<bool> {
        let mut file = self.create("ctime")?;
        file.write_all(b"1")?;
        let set = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        file.set_modified(set)?;
        let before = sys::meta_of(&file.metadata()?);
        // Time must be seen to pass, or nothing could move.
        let mut clock = self.create("ctime-clock")?;
        let last = touched(&mut clock)?;
        after(&mut clock, last, Instant::now())?;
        file.write_all(b"2")?;
        file.set_len(1)?;
        file.set_modified(set)?;
        let now = sys::meta_of(&file.metadata()?);
        if now.mtime != before.mtime {
            return Err(io::Error::other("a modification time could not be restored"));
        }
        Ok(now.ctime != before.ctime)
    }

    fn inodes_hold(&self) -> io::Result<bool> {
        let inode = |name: &str| {
            let found = sys::identity_of(&fs::symlink_metadata(self.dir.join(name))?);
            found.ok_or_else(|| io::Error::other("there are no inodes"))
        };
        self.create("inode")?;
        self.create("inode-other")?;
        let (one, other) = (inode("inode")?, inode("inode-other")?);
        fs::rename(self.dir.join("inode"), self.dir.join("inode-moved"))?;
        let moved = inode("inode-moved")?;
        fs::rename(self.dir.join("inode-other"), self.dir.join("inode-moved"))?;
        let replaced = inode("inode-moved")?;
        Ok(one == moved && other == replaced && one != other)
    }

    fn locks_exclude(&self) -> io::Result<bool> {
        self.create("lock")?;
        lock::excludes(&self.dir.join("lock"))
    }

    fn syncs(&self) -> io::Result<()> {
        let mut file = self.create("sync")?;
        file.write_all(b"x")?;
        file.sync_all()?;
        sync_dir(&self.dir)
    }

    fn reflinks(&self) -> io::Result<bool> {
        let mut from = self.create("reflink")?;
        from.write_all(&[1; 4096])?;
        clone_blocks(&from, &self.create("reflink-to")?)
    }

    fn case_matters(&self) -> io::Result<bool> {
        self.create("case")?;
        match fs::symlink_metadata(self.dir.join("CASE")) {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        // What cannot be removed was reported when it could not be written, and is listed the next time.
        let _ = durable::remove_any(&self.dir);
    }
}

/// Writes to the file: its modification time after that.
fn touched(file: &mut File) -> io::Result<Timestamp> {
    file.write_all(b"x")?;
    mtime(file)
}

fn mtime(file: &File) -> io::Result<Timestamp> {
    Ok(sys::meta_of(&file.metadata()?).mtime)
}

/// Writes until the modification time is another than `last`.
fn after(file: &mut File, last: Timestamp, start: Instant) -> io::Result<Timestamp> {
    loop {
        let now = touched(file)?;
        if now != last {
            return Ok(now);
        }
        if start.elapsed() > PATIENCE {
            return Err(stands_still());
        }
        std::thread::sleep(Duration::from_micros(50));
    }
}

fn stands_still() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "modification times stood still")
}

fn between(a: Timestamp, b: Timestamp) -> Duration {
    let (a, b) = (SystemTime::from(a), SystemTime::from(b));
    b.duration_since(a).or_else(|_| a.duration_since(b)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn every_probe_gives_a_result_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let names = || fs::read_dir(slot.store()).unwrap().count();
        let before = names();
        let probes = Probes::new(slot.store()).unwrap();
        probes.write().unwrap();
        let found = probes.behaviour();
        assert!(found.tick.unwrap() < PATIENCE);
        assert!(found.precision.unwrap() <= Duration::from_secs(2));
        assert!(found.clock_offset.is_ok() && found.reflinks.is_ok());
        // What the other tests of this workspace rely on.
        assert!(found.ctime_moves.unwrap() && found.inodes_hold.unwrap());
        assert!(found.locks_exclude.unwrap() && found.case_matters.unwrap());
        found.syncs.unwrap();
        drop(probes);
        assert_eq!(names(), before);
    }

    #[test]
    fn what_cannot_be_tried_is_an_error_and_no_result() {
        let dir = tempfile::tempdir().unwrap();
        let probes = Probes::new(testing::slot(dir.path()).store()).unwrap();
        durable::remove_any(&probes.dir).unwrap();
        let found = probes.behaviour();
        assert!(found.tick.is_err() && found.precision.is_err() && found.clock_offset.is_err());
        assert!(found.ctime_moves.is_err() && found.inodes_hold.is_err());
        assert!(found.locks_exclude.is_err() && found.syncs.is_err());
        assert!(found.reflinks.is_err() && found.case_matters.is_err());
        assert!(Probes::new(&dir.path().join("none")).is_err());
    }
}
