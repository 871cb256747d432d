//! The standard library of compiled TypeScript programs, as a native archive with a C ABI.
//!
//! What costs build time and size is a feature, off by default: a program that hashes nothing should
//! not wait for, or carry, a hash. `include/nativets_stdlib.h` is the contract; `abi.rs` implements it.
//! Strings are `nativets-runtime`'s and are only touched through its C functions (`text.rs` says why).
//! How this archive links with others is told in `nativets-runtime`'s docs.

mod abi;
#[cfg(feature = "async-runtime")]
mod async_runtime;
#[cfg(feature = "crypto")]
mod crypto;
#[cfg(feature = "regex")]
mod pattern;
mod text;

pub use abi::*;
#[cfg(feature = "regex")]
pub use pattern::NtsRegex;
