//! A `RUSTC_WRAPPER` that stands still in the middle of a compilation, so that a test can end what it wants.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{wait_until, write};

/// A `rustc` that, while the trap is set, says who it is and who started it, and stands still.
#[derive(Debug)]
pub struct Trap {
    directory: PathBuf,
}

impl Trap {
    /// A trap in `directory` for this crate, not yet set.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn new(directory: &Path, crate_name: &str) -> Self {
        let script = "#!/bin/sh\n\
            here=$(dirname \"$0\")\n\
            case \" $* \" in *' --crate-name CRATE '*) ;; *) exec \"$@\" ;; esac\n\
            [ -e \"$here/trap\" ] || exec \"$@\"\n\
            echo \"$$ $PPID\" > \"$here/who.new\"; mv \"$here/who.new\" \"$here/who\"\n\
            tries=0\n\
            while [ $tries -lt 6000 ]; do tries=$((tries + 1)); sleep 0.01; done\n\
            exit 99\n";
        let trap = Self { directory: directory.to_owned() };
        write(&trap.wrapper(), script.replace("CRATE", crate_name));
        fs::set_permissions(trap.wrapper(), fs::Permissions::from_mode(0o755)).unwrap();
        trap
    }

    /// The program to set `RUSTC_WRAPPER` to.
    #[must_use]
    pub fn wrapper(&self) -> PathBuf {
        self.directory.join("wrapper")
    }

    /// Catches the next compilation of the crate.
    ///
    /// # Panics
    /// It cannot be set.
    pub fn set(&self) {
        let _ = fs::remove_file(self.directory.join("who"));
        write(&self.directory.join("trap"), "");
    }

    /// Waits until rustc stands, and catches no other: its number, and cargo's.
    ///
    /// # Panics
    /// It does not come.
    #[track_caller]
    #[must_use]
    pub fn caught(&self) -> (u32, u32) {
        let who = self.directory.join("who");
        wait_until("rustc is caught", || who.exists());
        let who = fs::read_to_string(who).unwrap();
        fs::remove_file(self.directory.join("trap")).unwrap();
        let (rustc, cargo) = who.trim().split_once(' ').unwrap();
        (rustc.parse().unwrap(), cargo.parse().unwrap())
    }
}

/// Sends a signal, `-TERM` say, to a process, or to the group of one where its number is negative.
///
/// # Panics
/// It cannot be sent.
#[track_caller]
pub fn signal(signal: &str, process: &str) {
    let status = Command::new("kill").args([signal, "--", process]).status().unwrap();
    assert!(status.success(), "kill {signal} {process}");
}

/// Whether it runs: one that ended may keep its number until someone asks how.
#[must_use]
pub fn runs(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
