//! Decides whether native archives are current, builds them once with cargo when they are not, and
//! publishes copies that no other process can pull from under a linker.
//!
//! A caller describes what it wants ([`Profile`]) and where it stands ([`Request`]), and asks
//! [`check`] (no side effects) or [`build()`] (reuse, or build once). Strategies are handed in; this
//! crate knows none. It prints nothing: [`Event`]s tell what goes on, [`BuildError`]s what went wrong.
//!
//! Where a line lives: [`profile`] and [`key`] say what is asked, [`environment`] and `toolchain` what
//! it is asked in, `decide` compares a stamp with the world, `build` and `rebuild` are the stale path,
//! `publish` tells the crash story, `job` runs other commands the same way, `cargo/` is all that speaks cargo.

mod artifact;
mod build;
mod cancel;
mod cargo;
mod cargo_config;
mod contents;
mod decide;
pub mod doctor;
mod durable;
pub mod environment;
pub mod error;
pub mod events;
pub mod explain;
mod fit;
#[doc(hidden)]
pub mod fuzzing;
pub mod gc;
mod inputs;
pub mod job;
pub mod key;
mod lock;
mod meanwhile;
pub mod members;
mod object_check;
mod observe;
mod orphans;
mod prebuilt;
mod products;
pub mod profile;
mod publish;
mod rebuild;
pub mod remote;
mod removal;
pub mod request;
mod rustup;
mod saw;
mod seal;
mod slot;
mod small_file;
pub mod store;
mod sys;
#[cfg(test)]
mod testing;
mod toolchain;
mod wasm;
mod why;

pub use artifact::ArtifactKind;
pub use build::{Force, build};
pub use cancel::Cancel;
pub use cargo::invoke::{CargoManner, CargoOutput};
pub use decide::check;
pub use environment::Environment;
pub use error::BuildError;
pub use events::{Event, Expected};
pub use explain::explain;
pub use inputs::Input;
pub use key::{Key, Tool};
pub use prebuilt::{Missing, build_or_prebuilt, prebuilt};
pub use profile::{Emit, OnFailure, Panic, Profile};
pub use removal::remove_below_tag;
pub use request::{Outcome, ReadyArchive, Request};
