//! What each strategy says after each edit: one contract for all of them, and an oracle beside it.
//!
//! [`contract`] runs the tables: what is done to real files, and what each strategy then says, blind
//! spots included. [`laws`] holds every strategy to the laws of the trait on the same rows. [`oracle`]
//! compares random edits with a plain comparison of bytes.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod contents;
mod contract;
mod edits;
mod laws;
mod links;
mod lists;
mod oracle;
mod times;
mod unreadable;
mod world;
