//! The language as a whole: what programs print, what is said of wrong ones, what objects depend on.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run cc and what it makes"
)]

mod errors;
mod limits;
mod objects;
mod ownership;
mod programs;
mod support;
