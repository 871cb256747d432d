//! The slot's lock: one build at a time, with a named holder and a bounded wait.
//!
//! It is an advisory lock of the operating system on an open file, so it ends with its holder however
//! that ends; there is no stale lock file to clean up. The file's content names the holder, for the
//! message that others show while they wait. It is written by the holder only, and its modification
//! time doubles as the file system's clock: see [`SlotLock::clock`].

#![expect(clippy::disallowed_methods, reason = "this is the module that takes locks")]

use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use freshness_core::{Escaped, Timestamp, sys};

use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::key::Tool;
use crate::slot::Slot;
use crate::small_file;
use crate::sys::private_file;

/// How often a held lock is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// The lock of a slot, released when dropped.
#[derive(Debug)]
pub(crate) struct SlotLock {
    file: File,
    holder: String,
}

impl SlotLock {
    /// Waits for the lock at most `timeout`, saying once who is waited for.
    ///
    /// # Errors
    /// [`BuildError::LockTimeout`]; a lock that cannot be opened, or a file system without locks.
    pub(crate) fn acquire(
        slot: &Slot,
        tool: &Tool,
        timeout: Duration,
        events: &dyn Fn(Event<'_>),
    ) -> Result<Self, BuildError> {
        let path = slot.lock();
        let file = open(&path).doing("open the lock", &path)?;
        let start = Instant::now();
        let mut announced = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Self::held(file, tool, &path),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error).doing("lock", &path),
            }
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
    pub(crate) fn try_acquire(slot: &Slot, tool: &Tool) -> Option<Self> {
        let path = slot.lock();
        let file = open(&path).ok()?;
        file.try_lock().ok()?;
        Self::held(file, tool, &path).ok()
    }

    fn held(file: File, tool: &Tool, path: &Path) -> Result<Self, BuildError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (pid, name, version) = (std::process::id(), &tool.name, &tool.version);
        let holder = format!("process {pid} ({name} {version}, since {since} s after the epoch)\n");
        let mut lock = Self { file, holder };
        lock.write_holder().doing("write the lock", path)?;
        Ok(lock)
    }

    fn write_holder(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(self.holder.as_bytes())?;
        self.file.set_len(self.holder.len() as u64)
    }

    /// The instant now by the clock of the file system that the slot is on: what a file written now
    /// gets as its modification time. The host's own clock may be another (network file systems),
    /// and is finer than the ticks that files get.
    ///
    /// # Errors
    /// A lock that can no longer be written: a full or read-only file system.
    pub(crate) fn clock(&mut self, slot: &Slot) -> Result<Timestamp, BuildError> {
        let path = slot.lock();
        self.write_holder().doing("read the file system's clock from", &path)?;
        let metadata = self.file.metadata().doing("read the file system's clock from", &path)?;
        Ok(sys::meta_of(&metadata).mtime)
    }
}

fn open(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "not a regular file"));
    }
    private_file().read(true).write(true).create(true).truncate(false).open(path)
}

/// Who holds the lock, as far as its content says.
fn holder(path: &Path) -> String {
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
        let held = SlotLock::acquire(&slot, &tool(), timeout, &|_| {}).unwrap();
        let said = RefCell::new(Vec::new());
        let listen = |event: Event<'_>| {
            if let Event::WaitingForLock { holder } = event {
                said.borrow_mut().push(holder.to_owned());
            }
        };
        let error = SlotLock::acquire(&slot, &tool(), timeout, &listen).unwrap_err();
        assert_eq!(error.code(), "lock-timeout");
        let me = format!("process {} (t 1, since ", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        assert_eq!(said.borrow().len(), 1);
        assert!(SlotLock::try_acquire(&slot, &tool()).is_none());
        drop(held);
        assert!(SlotLock::try_acquire(&slot, &tool()).is_some());
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
        let error = SlotLock::acquire(&slot, &tool(), Duration::ZERO, &|_| {}).unwrap_err();
        assert!(error.to_string().starts_with("open the lock "), "{error}");
    }
}
