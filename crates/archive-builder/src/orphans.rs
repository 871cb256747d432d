//! Ends what is left of a build whose holder, or whose cargo, was killed.
//!
//! A killed process does not take its children along: a rustc that outlives the cargo that started it
//! writes its output by path, into the directory in which the next build works meanwhile. Whoever holds
//! the slot's lock knows that no build but its own may be running there. So it ends every process that
//!
//! - is in the process group that the last holder wrote into the lock, and
//! - was started with this slot's directory as its build directory (an environment variable that cargo gets
//!   from us and hands down), or by a command that was told which lock it runs under.
//!
//! Each alone would not do: numbers of groups are given out again, and a compiler cache's server inherits the
//! variable of whoever happens to start it, but leaves the group. Children stay in our group rather than get one
//! of their own, so that a terminal's Ctrl-C reaches them all.
//!
//! # Platform
//! Linux, by `/proc`; elsewhere nothing is found. A process is signalled through a descriptor of it (pidfd),
//! never through a number that might be another's by then.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use crate::sys;

/// The variable by which what cargo started is known.
pub(crate) const BUILD_DIR: &str = "CARGO_BUILD_BUILD_DIR";

/// The variable by which a command that we started is known; its value is the command's lock.
pub(crate) const RUN: &str = "FRESHNESS_RUN";

/// How long a killed process may take to be gone, which a disk that answers slowly makes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether they are gone.
const RETRY: Duration = Duration::from_millis(5);

/// How the processes of one build are known: by a variable that they inherit, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) variable: &'static str,
    pub(crate) value: PathBuf,
}

impl Mark {
    /// That of a build in this target directory.
    pub(crate) fn of_target(target: &Path) -> Self {
        Self { variable: BUILD_DIR, value: target.to_path_buf() }
    }
}

/// The group that processes of our builds are in; 0 where there are no groups.
pub(crate) fn group() -> i32 {
    sys::process_group()
}

/// Kills what is left in this group of what has this mark, and waits until it is gone.
///
/// # Errors
/// The number of a process that cannot be ended.
pub(crate) fn end(group: i32, mark: &Mark) -> Result<(), i32> {
    if !sys::is_process_group(group) {
        return Ok(());
    }
    let start = Instant::now();
    let mut killed = false;
    loop {
        let left = members(group, mark);
        // Once more where there were some: one may have started another just before its end.
        let Some(first) = left.first() else {
            if !std::mem::take(&mut killed) {
                return Ok(());
            }
            thread::sleep(RETRY);
            continue;
        };
        if start.elapsed() > PATIENCE {
            return Err(*first);
        }
        for pid in left {
            // Unless its number is another's by now. One that is gone already is what was wanted.
            sys::kill(pid, || is_member(pid, group, mark));
        }
        killed = true;
        thread::sleep(RETRY);
    }
}

/// The processes of the group that have this mark.
fn members(group: i32, mark: &Mark) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pid = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
    let pids = entries.flatten().filter_map(pid);
    let own = i32::try_from(process::id()).unwrap_or(0);
    pids.filter(|pid| *pid != own && is_member(*pid, group, mark)).collect()
}

fn is_member(pid: i32, group: i32, mark: &Mark) -> bool {
    // Its name, in parentheses, may hold anything; then come state, parent and group.
    let stat = fs::read(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.iter().rposition(|byte| *byte == b')').map_or(0, |at| at + 1);
    let fields = String::from_utf8_lossy(&stat[after..]);
    if fields.split_whitespace().nth(2) != Some(group.to_string().as_str()) {
        return false;
    }
    // Empty for one that is ended and not yet waited for: it writes nothing any more.
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let value = |line| <[u8]>::strip_prefix(line, mark.variable.as_bytes())?.strip_prefix(b"=");
    let mut lines = environment.split(|byte| *byte == 0);
    lines.find_map(value) == Some(mark.value.as_os_str().as_encoded_bytes())
}
