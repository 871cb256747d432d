//! Whole-program tests: the programs are driven as processes, on small cargo workspaces made for the purpose.
//!
//! A verdict is only a claim. So each generated workspace can be asked what it really is: [`World::probe`]
//! links a C program against the archives that `freshness build` printed, runs it, and reads one constant
//! for each source file. Everything is bounded: a program that hangs is killed and fails its test.
#![expect(clippy::unwrap_used, reason = "what goes wrong here fails the test that asked for it")]
#![expect(
    clippy::disallowed_methods,
    reason = "runs the programs under test, with environments of its own"
)]

mod access;
pub mod agreement;
mod answered;
mod errand;
pub mod faults;
mod files;
mod gate;
pub mod load;
mod machine;
pub mod matrix;
mod native_workspace;
mod probe;
mod program;
mod project;
mod redact;
mod run;
pub mod servers;
pub mod share;
mod sources;
pub mod storage_faults;
mod terminal;
mod trap;
mod world;

pub use access::{Access, KeyPair, PROPOSAL, RELEASE, STRANGER};
pub use answered::Answered;
pub use errand::Errand;
pub use files::{Tree, long_ago, mtime_of, set_mtime, snapshot, wait_until, write, write_at};
pub use gate::Gate;
pub use machine::Machine;
pub use native_workspace::copy_native_workspace;
pub use probe::Constants;
pub use program::{example, freshness, freshness_with_remote, nativets, repository, xtask};
pub use project::{Answer, Project};
pub use redact::{redact, redact_json};
pub use run::{OnTerminal, Process, Ran, Run};
pub use share::Share;
pub use terminal::{screen, without_colors};
pub use trap::{Trap, runs, signal};
pub use world::{World, is_installed};
