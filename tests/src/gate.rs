//! A `RUSTC_WRAPPER` that holds cargo where a test wants it.
//!
//! It stops after rustc has compiled `alpha`, so what a test does meanwhile is not in the archive, and
//! goes on when the test says so. How many such stops there are is set beforehand.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::files::{wait_until, write};

/// The wrapper and its signals.
#[derive(Debug)]
pub struct Gate {
    directory: PathBuf,
}

impl Gate {
    /// A gate in `directory` that stops no one yet.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        let script = "#!/bin/sh\n\
            here=$(dirname \"$0\")\n\
            \"$@\"\n\
            status=$?\n\
            case \" $* \" in *' --crate-name alpha '*) ;; *) exit $status ;; esac\n\
            stop=1\n\
            while [ -e \"$here/reached.$stop\" ]; do stop=$((stop + 1)); done\n\
            [ \"$stop\" -le \"$(cat \"$here/stops\")\" ] || exit $status\n\
            : > \"$here/reached.$stop\"\n\
            tries=0\n\
            while [ ! -e \"$here/open.$stop\" ]; do\n\
              tries=$((tries + 1)); [ $tries -lt 3000 ] || exit 99\n\
              sleep 0.01\n\
            done\n\
            exit $status\n";
        let gate = Self { directory: directory.to_owned() };
        write(&gate.wrapper(), script);
        fs::set_permissions(gate.wrapper(), fs::Permissions::from_mode(0o755)).unwrap();
        gate.stop_times(0);
        gate
    }

    /// The program to set `RUSTC_WRAPPER` to.
    #[must_use]
    pub fn wrapper(&self) -> PathBuf {
        self.directory.join("wrapper")
    }

    /// Stops this many compilations from now on, and counts from one again.
    ///
    /// # Panics
    /// The signals cannot be set.
    pub fn stop_times(&self, times: u32) {
        for stop in 1..10 {
            let _ = fs::remove_file(self.directory.join(format!("reached.{stop}")));
            let _ = fs::remove_file(self.directory.join(format!("open.{stop}")));
        }
        write(&self.directory.join("stops"), times.to_string());
    }

    /// Waits until cargo stands at this stop.
    ///
    /// # Panics
    /// It does not come.
    #[track_caller]
    pub fn reached(&self, stop: u32) {
        let signal = self.directory.join(format!("reached.{stop}"));
        wait_until(&format!("cargo comes to stop {stop}"), || signal.exists());
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// The signal cannot be given.
    pub fn open(&self, stop: u32) {
        write(&self.directory.join(format!("open.{stop}")), "");
    }
}
