//! Faults in the one process that publishes: killed at a call, or a call that fails or falls short.
//!
//! A small library of C is preloaded into `freshness` (its children run without) and does to one chosen
//! call what a full disk, a broken one, a signal or a kill does. Every machine that can link an archive can
//! compile it. It sees the calls that go through the C library: all that change anything do; what looks
//! (`statx`, opening inputs) partly does not, and changes nothing.

mod kill_at;
mod scene;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub use kill_at::{changes, killed_at};
pub use scene::{Ended, Scene, Start};

use crate::program;
use crate::run::Run;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The process is killed before it.
    Kill,
    /// Half of it is done, then the process is killed.
    Torn,
    /// Half of it is done.
    Short,
    /// A request to terminate comes just before it.
    Term,
    /// Two of them do.
    Twice,
    /// It fails with this error, by name and number.
    Errno(&'static str, i32),
}

/// The medium is broken.
pub const EIO: Effect = Effect::Errno("EIO", 5);
/// The disk is full.
pub const ENOSPC: Effect = Effect::Errno("ENOSPC", 28);
/// A signal came.
pub const EINTR: Effect = Effect::Errno("EINTR", 4);
/// The file system has no such thing, and says so in one of three ways.
pub const EOPNOTSUPP: Effect = Effect::Errno("EOPNOTSUPP", 95);
/// See [`EOPNOTSUPP`].
pub const EINVAL: Effect = Effect::Errno("EINVAL", 22);
/// No locks are left, or there never were any.
pub const ENOLCK: Effect = Effect::Errno("ENOLCK", 37);
/// Not permitted: also what a file system without hard links says.
pub const EPERM: Effect = Effect::Errno("EPERM", 1);

/// One call of the C library: the nth of its kind on a file of this name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `rename`.
    pub function: String,
    /// The last part of the path that it is about.
    pub name: String,
    /// From 1; 0 for all of them.
    pub number: u32,
}

impl Call {
    /// Every call of this function, on whatever file of the store.
    #[must_use]
    pub fn every(function: &str) -> Self {
        Self { function: function.into(), name: "*".into(), number: 0 }
    }

    /// What may happen to it.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects = vec![Effect::Kill, EIO, Effect::Term, Effect::Twice];
        effects.extend_from_slice(match self.function.as_str() {
            "read" | "pread" => &[EINTR, Effect::Short][..],
            "write" => &[ENOSPC, EINTR, Effect::Short, Effect::Torn],
            "copy_file_range" => &[ENOSPC, EINTR, EOPNOTSUPP, Effect::Short, Effect::Torn],
            "open" | "openat" | "ftruncate" => &[ENOSPC, EINTR],
            "mkdir" | "rename" => &[ENOSPC],
            "link" => &[ENOSPC, EPERM, EOPNOTSUPP],
            "fsync" => &[ENOSPC, EINTR, EINVAL],
            "flock" => &[ENOLCK, EOPNOTSUPP, EINTR],
            "fchmod" => &[EPERM, EINTR],
            _ => &[],
        });
        effects
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.function, self.name, self.number)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Effect::Kill => "kill",
            Effect::Torn => "torn",
            Effect::Short => "short",
            Effect::Term => "term",
            Effect::Twice => "twice",
            Effect::Errno(name, _) => name,
        })
    }
}

/// The run with its calls on files of `store` written to `log`, and with this fault among them.
///
/// # Panics
/// The library cannot be compiled.
#[must_use]
pub fn with_fault(run: Run, store: &Path, log: &Path, fault: Option<(&Call, Effect)>) -> Run {
    let run = run.env("LD_PRELOAD", library()).env("FAULT_BELOW", store).env("FAULT_LOG", log);
    match fault {
        None => run,
        Some((call, Effect::Errno(_, number))) => run.env("FAULT_AT", format!("{call} {number}")),
        Some((call, effect)) => run.env("FAULT_AT", format!("{call} {effect}")),
    }
}

/// The library, compiled once for each test process, under a name that they share.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    let arguments = ["-shared", "-fPIC", "-ldl", "-lpthread"];
    LIBRARY.get_or_init(|| compiled(include_str!("preload.c"), "preload.so", &arguments))
}

/// A source of C, compiled under a name that all test processes share.
pub(crate) fn compiled(source: &str, name: &str, arguments: &[&str]) -> PathBuf {
    let directory = tempfile::tempdir_in(program::scratch()).unwrap();
    let (file, new) = (directory.path().join("source.c"), directory.path().join("new"));
    std::fs::write(&file, source).unwrap();
    let mut cc = Command::new("cc");
    // Libraries are named after what needs them.
    cc.args(["-O1", "-o"]).arg(&new).arg(&file).args(arguments);
    let output = cc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compiled = program::scratch().join(name);
    std::fs::rename(new, &compiled).unwrap();
    compiled
}
