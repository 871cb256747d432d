//! Storages against real services, and against servers that do what servers should not.
//!
//! The contract is one table that every service is held to; what is particular to one stands in its own file.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

mod contract;
mod faults;
mod faulty;
mod others;
mod redis;
mod s3;
mod settings;
mod share;
mod webdav;
