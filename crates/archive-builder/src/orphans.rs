//! Ends what is left of a build whose holder, or whose cargo, was killed.
//!
//! A killed process does not take its children along: a rustc that outlives the cargo that started it
//! writes its output by path, into the directory in which the next build works meanwhile. Whoever holds
//! the slot's lock knows that no build but its own may be running there. So it ends every process that
//!
//! - is in the process group that the last holder wrote into the lock, and
//! - was started with this slot's directory as its build directory (an environment variable that cargo gets
//!   from us and hands down).
//!
//! Each alone would not do: numbers of groups are given out again, and a compiler cache's server inherits the
//! variable of whoever happens to start it, but leaves the group. Children stay in our group rather than get one
//! of their own, so that a terminal's Ctrl-C reaches them all.
//!
//! # Platform
//! Linux, by `/proc`; elsewhere nothing is found. A process is signalled through a descriptor of it (pidfd),
//! never through a number that might be another's by then.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, getpgrp, getpid, test_kill_process_group};
#[cfg(target_os = "linux")]
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The variable by which a process of a build is known.
pub(crate) const BUILD_DIR: &str = "CARGO_BUILD_BUILD_DIR";

/// How long a killed process may take to be gone, which a disk that answers slowly makes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether they are gone.
const RETRY: Duration = Duration::from_millis(5);

/// The group that processes of our builds are in.
pub(crate) fn group() -> i32 {
    getpgrp().as_raw_pid()
}

/// Kills what is left in this group of a build in `target`, and waits until it is gone.
///
/// # Errors
/// The number of a process that cannot be ended.
pub(crate) fn end(group: i32, target: &Path) -> Result<(), i32> {
    let Some(leader) = Pid::from_raw(group) else { return Ok(()) };
    // Of group 1 it cannot be asked: the number would mean every process.
    if group != 1 && test_kill_process_group(leader).is_err() {
        return Ok(());
    }
    let start = Instant::now();
    let mut killed = false;
    loop {
        let left = members(group, target);
        // Once more where there were some: one may have started another just before its end.
        let Some(first) = left.first() else {
            if !std::mem::take(&mut killed) {
                return Ok(());
            }
            thread::sleep(RETRY);
            continue;
        };
        if start.elapsed() > PATIENCE {
            return Err(first.as_raw_pid());
        }
        for pid in left {
            kill(pid, group, target);
        }
        killed = true;
        thread::sleep(RETRY);
    }
}

/// The processes of the group that build in `target`.
fn members(group: i32, target: &Path) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pid = |entry: fs::DirEntry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?);
    let pids = entries.flatten().filter_map(pid);
    pids.filter(|pid| *pid != getpid() && is_member(*pid, group, target)).collect()
}

fn is_member(pid: Pid, group: i32, target: &Path) -> bool {
    let pid = pid.as_raw_pid();
    // Its name, in parentheses, may hold anything; then come state, parent and group.
    let stat = fs::read(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.iter().rposition(|byte| *byte == b')').map_or(0, |at| at + 1);
    let fields = String::from_utf8_lossy(&stat[after..]);
    if fields.split_whitespace().nth(2) != Some(group.to_string().as_str()) {
        return false;
    }
    // Empty for one that is ended and not yet waited for: it writes nothing any more.
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let value = |line| <[u8]>::strip_prefix(line, BUILD_DIR.as_bytes())?.strip_prefix(b"=");
    let mut lines = environment.split(|byte| *byte == 0);
    lines.find_map(value) == Some(target.as_os_str().as_bytes())
}

/// Kills it, unless its number is another's by now. One that is gone already is what was wanted.
#[cfg(target_os = "linux")]
fn kill(pid: Pid, group: i32, target: &Path) {
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    if is_member(pid, group, target) {
        let _ = pidfd_send_signal(&process, Signal::KILL);
    }
}

/// Nothing is found where there is no `/proc`.
#[cfg(not(target_os = "linux"))]
fn kill(_: Pid, _: i32, _: &Path) {}
