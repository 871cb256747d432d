//! A register of live strings (feature `full`): counts for a leak check, and a dump for a person.
//!
//! Every string carries a [`Ticket`] that enters it on creation and strikes it out on drop, so the
//! register cannot drift from what exists. It costs a lock and a tree entry a string: a debugging aid,
//! hence off by default.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is shown of a string in a dump: enough to recognise it.
const PREVIEW_CHARS: usize = 32;

static REGISTER: Mutex<Register> = Mutex::new(Register::new());

/// Counts of string values, as filled in by `nts_rt_heap_stats`. Bytes are of text, without overhead.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NtsHeapStats {
    /// Strings made since the program started.
    pub created: u64,
    /// Strings not yet freed.
    pub live: u64,
    /// Bytes of text that they hold.
    pub live_bytes: u64,
    /// The most that `live_bytes` has ever been.
    pub peak_bytes: u64,
}

/// Proof that one string is in the register; dropping it strikes the string out.
#[derive(Debug)]
pub(crate) struct Ticket(u64);

impl Ticket {
    pub(crate) fn new(text: &str) -> Self {
        Self(lock().enter(text))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock().strike_out(self.0);
    }
}

pub(crate) fn stats() -> NtsHeapStats {
    lock().stats
}

/// One line of totals, then one for each live string, oldest first.
pub(crate) fn dump() -> String {
    lock().dump()
}

struct Register {
    stats: NtsHeapStats,
    /// By serial number, so that a dump reads in order of creation.
    live: BTreeMap<u64, Entry>,
}

struct Entry {
    bytes: u64,
    preview: String,
}

impl Register {
    const fn new() -> Self {
        let stats = NtsHeapStats { created: 0, live: 0, live_bytes: 0, peak_bytes: 0 };
        Self { stats, live: BTreeMap::new() }
    }

    fn enter(&mut self, text: &str) -> u64 {
        let entry =
            Entry { bytes: text.len() as u64, preview: text.chars().take(PREVIEW_CHARS).collect() };
        self.stats.created += 1;
        self.stats.live += 1;
        self.stats.live_bytes += entry.bytes;
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.stats.live_bytes);
        self.live.insert(self.stats.created, entry);
        self.stats.created
    }

    fn strike_out(&mut self, serial: u64) {
        if let Some(entry) = self.live.remove(&serial) {
            self.stats.live -= 1;
            self.stats.live_bytes -= entry.bytes;
        }
    }

    fn dump(&self) -> String {
        let NtsHeapStats { created, live, live_bytes, peak_bytes } = self.stats;
        let mut text = format!(
            "strings: {live} live, {live_bytes} bytes ({created} created, peak {peak_bytes} bytes)\n"
        );
        for (serial, Entry { bytes, preview }) in &self.live {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  #{serial} {bytes} bytes {preview:?}");
        }
        text
    }
}

fn lock() -> MutexGuard<'static, Register> {
    REGISTER.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{NtsHeapStats, Register};

    #[test]
    fn counts_follow_creation_and_release() {
        let mut register = Register::new();
        let first = register.enter("abc");
        let second = register.enter("é");
        register.strike_out(first);
        let expected = NtsHeapStats { created: 2, live: 1, live_bytes: 2, peak_bytes: 5 };
        assert_eq!(register.stats, expected);
        register.strike_out(second);
        assert_eq!((register.stats.live, register.stats.live_bytes), (0, 0));
    }

    #[test]
    fn dump_names_what_is_still_alive() {
        let mut register = Register::new();
        let freed = register.enter("freed");
        register.enter("kept\n");
        register.strike_out(freed);
        let expected =
            "strings: 1 live, 5 bytes (2 created, peak 10 bytes)\n  #2 5 bytes \"kept\\n\"\n";
        assert_eq!(register.dump(), expected);
    }
}
