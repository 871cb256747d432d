//! The slot's lock: one build at a time, with a named holder and a bounded wait.
//!
//! It is an advisory lock of the operating system on an open file, so it ends with its holder however
//! that ends; there is no stale lock file to clean up. The file's content names the holder, for the
//! message that others show while they wait, and the process group of what it starts, see
//! [`crate::orphans`]. It is written by the holder only, and its modification
//! time doubles as the file system's clock: see [`SlotLock::clock`].

#![expect(clippy::disallowed_methods, reason = "this is the module that takes locks")]

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use freshness_core::{Escaped, Timestamp, sys};

use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::key::Tool;
use crate::orphans::{self, Mark};
use crate::slot::Slot;
use crate::small_file;
use crate::sys::private_file;

/// How often a held lock is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// Begins the second line of the lock, which is for [`orphans`].
const GROUP: &str = "process group ";

/// What a lock keeps others out of.
pub(crate) trait Guarded {
    /// Where the lock lies.
    fn lock(&self) -> PathBuf;

    /// Makes what the lock lies in, where it is missing.
    ///
    /// # Errors
    /// Those of making it; a place that must not be believed.
    fn create(&self) -> Result<(), BuildError>;

    /// How what was started under the lock is known.
    fn mark(&self) -> Mark;
}

impl Guarded for Slot {
    fn lock(&self) -> PathBuf {
        Slot::lock(self)
    }

    fn create(&self) -> Result<(), BuildError> {
        Slot::create(self)
    }

    fn mark(&self) -> Mark {
        Mark::of_target(&self.target())
    }
}

/// The lock of a slot, released when dropped.
#[derive(Debug)]
pub(crate) struct SlotLock {
    file: File,
    holder: String,
    /// Whether something that was started under it may be running.
    is_at_work: bool,
}

impl SlotLock {
    /// Waits for the lock at most `timeout` and for as long as `go_on` agrees, saying once who is waited for.
    ///
    /// # Errors
    /// [`BuildError::LockTimeout`]; those of `go_on`; a lock that cannot be opened, or a file system without locks.
    pub(crate) fn acquire(
        slot: &dyn Guarded,
        tool: &Tool,
        timeout: Duration,
        events: &dyn Fn(Event<'_>),
        go_on: &dyn Fn() -> Result<(), BuildError>,
    ) -> Result<Self, BuildError> {
        let path = slot.lock();
        let mut file = open_in(slot, &path)?;
        let start = Instant::now();
        let mut announced = false;
        loop {
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => {
                    if announced {
                        events(Event::LockTaken);
                    }
                    return Self::held(file, tool, slot);
                }
                // Its holder removed the slot; the lock of what is there now is another.
                Ok(()) => {
                    file = open_in(slot, &path)?;
                    continue;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error).doing("lock", &path),
            }
            go_on()?;
            if start.elapsed() >= timeout {
                return Err(BuildError::LockTimeout {
                    holder: holder(&path),
                    waited: timeout,
                    path,
                });
            }
            if !announced {
                events(Event::WaitingForLock { holder: &holder(&path) });
                announced = true;
            }
            thread::sleep(RETRY.min(timeout.saturating_sub(start.elapsed())));
        }
    }

    /// The lock if no one holds it; `None` where it is held or cannot be taken.
    pub(crate) fn try_acquire(slot: &dyn Guarded, tool: &Tool) -> Option<Self> {
        let path = slot.lock();
        let file = open(&path).ok()?;
        file.try_lock().ok().filter(|()| is_at(&file, &path))?;
        Self::held(file, tool, slot).ok()
    }

    fn held(file: File, tool: &Tool, slot: &dyn Guarded) -> Result<Self, BuildError> {
        let path = &slot.lock();
        if let Some(group) = group_of_last(path) {
            end_orphans(slot, group)?;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (pid, name, version) = (std::process::id(), &tool.name, &tool.version);
        let holder = format!("process {pid} ({name} {version}, since {since} s after the epoch)\n");
        let mut lock = Self { file, holder, is_at_work: true };
        lock.write_holder().doing("write the lock", path)?;
        Ok(lock)
    }

    /// Says whether something that was started under the lock may be running, from the next look at the clock
    /// on. Whoever takes the lock next ends it then; what a command left behind on purpose stays.
    pub(crate) fn set_at_work(&mut self, is_at_work: bool) {
        self.is_at_work = is_at_work;
    }

    fn write_holder(&mut self) -> io::Result<()> {
        let mut text = self.holder.clone();
        if self.is_at_work {
            text.push_str(&format!("{GROUP}{}\n", orphans::group()));
        }
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }

    /// The instant now by the clock of the file system that the slot is on: what a file written now
    /// gets as its modification time. The host's own clock may be another (network file systems),
    /// and is finer than the ticks that files get.
    ///
    /// # Errors
    /// A lock that can no longer be written: a full or read-only file system.
    pub(crate) fn clock(&mut self, slot: &dyn Guarded) -> Result<Timestamp, BuildError> {
        let path = slot.lock();
        self.write_holder().doing("read the file system's clock from", &path)?;
        let metadata = self.file.metadata().doing("read the file system's clock from", &path)?;
        Ok(sys::meta_of(&metadata).mtime)
    }
}

/// The lock of a slot, taken without a word: who looked after a slot did not use it, so neither the name of
/// its last holder nor the time of its last use changes.
#[derive(Debug)]
pub(crate) struct Quiet {
    file: File,
}

impl Quiet {
    /// The lock, if no one holds it.
    ///
    /// # Errors
    /// A lock that cannot be opened, or a file system without locks.
    pub(crate) fn take(slot: &Slot) -> Result<Option<Self>, BuildError> {
        let path = slot.lock();
        let file = open(&path).doing("open the lock", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(is_at(&file, &path).then_some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).doing("lock", &path),
        }
    }

    /// Dates a lock that was made for this, so that it tells of no use.
    ///
    /// # Errors
    /// Those of setting the time.
    pub(crate) fn date(&self, time: SystemTime) -> io::Result<()> {
        self.file.set_modified(time)
    }
}

/// Opens the lock, and makes the slot where it was removed meanwhile.
fn open_in(slot: &dyn Guarded, path: &Path) -> Result<File, BuildError> {
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            slot.create()?;
            open(path).doing("open the lock", path)
        }
        opened => opened.doing("open the lock", path),
    }
}

/// Whether this is the file at `path`, and not one whose slot was removed.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(there)) => is_same(&held, &there),
        _ => false,
    }
}

/// Without inodes, as far as a stat can tell: a lock that was made anew was written at another time.
fn is_same(held: &fs::Metadata, there: &fs::Metadata) -> bool {
    match (sys::identity_of(held), sys::identity_of(there)) {
        (Some(held), Some(there)) => held == there,
        _ => sys::meta_of(held) == sys::meta_of(there),
    }
}

/// Whether a lock on this file keeps a second handle out for as long as the first has it.
///
/// # Errors
/// Those of opening and locking it: a file system without locks.
pub(crate) fn excludes(path: &Path) -> io::Result<bool> {
    let (first, second) = (open(path)?, open(path)?);
    first.try_lock().map_err(io::Error::from)?;
    let is_kept_out = match second.try_lock() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(error)) => return Err(error),
    };
    drop(first);
    Ok(is_kept_out && second.try_lock().is_ok())
}

/// Ends what is left of a build in this slot, whose lock we hold.
///
/// # Errors
/// [`BuildError::Orphan`].
pub(crate) fn end_orphans(slot: &dyn Guarded, group: i32) -> Result<(), BuildError> {
    let mark = slot.mark();
    orphans::end(group, &mark)
        .map_err(|process| BuildError::Orphan { path: mark.value.clone(), process })
}

/// The process group of who held the lock last.
fn group_of_last(path: &Path) -> Option<i32> {
    let text = small_file::read_text(path).ok()?;
    text.lines().nth(1)?.strip_prefix(GROUP)?.parse().ok()
}

fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "not a regular file"));
    }
    private_file().read(true).write(true).create(true).truncate(false).open(path)
}

/// Name and version of the tool that took the lock last, as its content says; escaped.
pub(crate) fn last_tool(path: &Path) -> Option<String> {
    let text = small_file::read_text(path).ok()?;
    let (_, behind) = text.lines().next()?.split_once(" (")?;
    let (tool, _) = behind.rsplit_once(", since ")?;
    Some(Escaped::text(tool).to_string())
}

/// Who holds the lock, as far as its content says.
pub(crate) fn holder(path: &Path) -> String {
    let text = small_file::read_text(path).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() { "another process".into() } else { Escaped::text(line).to_string() }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::testing;

    fn tool() -> Tool {
        Tool { name: "t".into(), version: "1".into() }
    }

    #[test]
    fn a_held_lock_is_waited_for_once_announced_and_no_longer_than_said() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let timeout = Duration::from_millis(60);
        let held = SlotLock::acquire(&slot, &tool(), timeout, &|_| {}, &|| Ok(())).unwrap();
        let said = RefCell::new(Vec::new());
        let listen = |event: Event<'_>| {
            if let Event::WaitingForLock { holder } = event {
                said.borrow_mut().push(holder.to_owned());
            }
        };
        let error = SlotLock::acquire(&slot, &tool(), timeout, &listen, &|| Ok(())).unwrap_err();
        assert_eq!(error.code(), "lock-timeout");
        let me = format!("process {} (t 1, since ", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        assert_eq!(said.borrow().len(), 1);
        assert!(SlotLock::try_acquire(&slot, &tool()).is_none());
        drop(held);
        assert!(SlotLock::try_acquire(&slot, &tool()).is_some());
    }

    #[test]
    fn a_slot_removed_under_a_waiter_is_made_anew_and_locked_there() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let held = Quiet::take(&slot).unwrap().unwrap();
        let away = dir.path().join("away");
        let mut held = Some(held);
        let listen = |event: Event<'_>| {
            if matches!(event, Event::WaitingForLock { .. }) {
                fs::rename(slot.dir(), &away).unwrap();
            }
        };
        let waiter = thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                SlotLock::acquire(&slot, &tool(), Duration::from_secs(30), &listen, &|| Ok(()))
                    .unwrap()
            });
            while !away.exists() {
                thread::yield_now();
            }
            held.take();
            waiter.join().unwrap()
        });
        assert!(slot.lock().exists(), "it is another slot");
        assert!(Quiet::take(&slot).unwrap().is_none(), "and it is locked");
        drop(waiter);
    }

    #[test]
    fn the_clock_is_the_file_systems_and_does_not_go_back() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        let mut lock = SlotLock::try_acquire(&slot, &tool()).unwrap();
        let first = lock.clock(&slot).unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        let written = sys::meta_of(&fs::metadata(&file).unwrap()).mtime;
        assert!(first <= written && written <= lock.clock(&slot).unwrap());
    }

    #[test]
    fn something_else_under_the_locks_name_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let slot = testing::slot(dir.path());
        fs::create_dir(slot.lock()).unwrap();
        let error =
            SlotLock::acquire(&slot, &tool(), Duration::ZERO, &|_| {}, &|| Ok(())).unwrap_err();
        assert!(error.to_string().starts_with("open the lock "), "{error}");
    }
}
