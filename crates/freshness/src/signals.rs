//! Signals that end a program, as a [`Cancel`] to hand down. For programs: the library installs nothing.
//!
//! A signal to the process alone would leave cargo and its compilers running. So the first one is left to a
//! build where one looks at the wish to stop, and ends the process at once where none does; the second
//! ends it in any case. A signal that is ignored (by `nohup`, by a shell for what it starts in the background)
//! stays ignored.
//!
//! # Platform
//! Which signals are ignored is known on Linux, by `/proc`; elsewhere none counts as ignored. On Windows there are
//! none.

use std::io;
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Cancel;

/// Signals of this process, from now on.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    came: Arc<AtomicUsize>,
}

#[cfg(unix)]
impl Signals {
    /// Makes an interrupt, a request to terminate, and the end of the terminal a wish of `cancel`.
    ///
    /// # Errors
    /// Those of installing a handler.
    pub fn install(cancel: &Cancel) -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag;

        let came = Arc::new(AtomicUsize::new(0));
        let ignored = ignored(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if ignored & (1 << (signal - 1)) != 0 {
                continue;
            }
            // In this order at each signal: end where no one looks; else tell, and let no one look at the next.
            flag::register_conditional_shutdown(signal, 128 + signal, cancel.unheeded())?;
            flag::register_usize(signal, Arc::clone(&came), signal.unsigned_abs() as usize)?;
            flag::register(signal, cancel.flag())?;
            flag::register(signal, cancel.unheeded())?;
        }
        Ok(Self { came })
    }

    /// The exit status that tells of the signal that came, as a shell gives it: 128 and its number.
    #[must_use]
    pub fn status(&self) -> Option<u8> {
        let signal = self.came.load(Ordering::SeqCst);
        u8::try_from(signal).ok().filter(|signal| *signal != 0)?.checked_add(128)
    }
}

#[cfg(not(unix))]
impl Signals {
    /// There are none.
    ///
    /// # Errors
    /// None.
    pub fn install(_: &Cancel) -> io::Result<Self> {
        Ok(Self {})
    }

    /// There are none.
    #[must_use]
    pub fn status(&self) -> Option<u8> {
        None
    }
}

/// The mask of ignored signals, as `/proc/<pid>/status` shows it.
#[cfg(unix)]
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = "Name:\tfreshness\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored(status), 0x1001);
        assert_eq!(ignored(""), 0);
    }
}
