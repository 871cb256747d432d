//! What is proven by digests, what is read to prove it, and that threads make no difference.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod evidence;
mod threads;
mod work;
mod world;
