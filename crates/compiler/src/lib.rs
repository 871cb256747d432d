//! The reference compiler: a typed subset of TypeScript to native programs.
//!
//! [`language`] is the compiler proper: text in, objects out. Around it, in the order of a compile:
//! [`session`] looks at what was asked, `build_cache` whether anything has to be done, [`graph`] finds the
//! modules, `codegen` makes their objects, which [`objects`] keeps, [`archives`] gets the native archives by Freshness,
//! [`mod@link`] makes the program, `inputs` and [`record`] remember what it was made from. [`mod@compile`]
//! is the way through. Nothing but [`program`] reads the process or prints.

pub mod archives;
mod build_cache;
pub mod cache;
pub mod codec;
mod codegen;
pub mod compile;
pub mod config;
mod cores;
pub mod diagnostics;
pub mod error;
pub mod fingerprint;
pub mod graph;
mod inputs;
pub mod language;
pub mod link;
pub mod objects;
pub mod outcome;
pub mod program;
pub mod record;
pub mod session;
mod sys;
pub mod wrappers;
