//! Stamps: what is written is read back, and nothing else is ever believed.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod damage;
mod hostile;
mod round_trip;
mod sample;
