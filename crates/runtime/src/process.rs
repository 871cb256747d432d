//! A program's beginning and its end when something is wrong with it.
//!
//! The program runs on a thread whose stack is of a known size, because only so can compiled code tell
//! that a recursion has no end before the stack has: it compares its stack pointer with [`stack_limit`].
//! The address space is reserved, the memory is not. It costs one thread start, some 50 µs.

use std::cell::Cell;
use std::io::Write;
use std::thread;

use crate::console;

/// Some sixty times what Node.js gives a program.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Where the system refuses so much.
const SMALL_STACK_BYTES: usize = 8 * 1024 * 1024;
/// What a function of the archives, or a compiled one that calls none that calls it, may use beyond the
/// limit.
const RESERVE_BYTES: usize = 1024 * 1024;

thread_local! {
    static STACK_LIMIT: Cell<usize> = const { Cell::new(0) };
}

/// Runs `program` on a stack with a known end, and returns after it has.
pub(crate) fn run(program: impl FnOnce() + Send + Clone) {
    for stack_bytes in [STACK_BYTES, SMALL_STACK_BYTES] {
        let program = program.clone();
        let started = thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(stack_bytes);
            let body = move || {
                let here = 0_u8;
                let top = std::ptr::from_ref(&here).addr();
                STACK_LIMIT.set(top.saturating_sub(stack_bytes - RESERVE_BYTES));
                program();
            };
            builder.spawn_scoped(scope, body).is_ok()
        });
        if started {
            return;
        }
    }
    program();
}

/// The address below which compiled code must not let this thread's stack grow; 0 where it is not known.
pub(crate) fn stack_limit() -> usize {
    STACK_LIMIT.get()
}

/// Writes what was logged, then the message to standard error; the program has failed.
pub(crate) fn fail(message: &str) -> ! {
    // That output is lost as well is the smaller trouble now.
    let _ = console::flush();
    // Nor is there anybody to tell that standard error is closed.
    let _ = writeln!(std::io::stderr(), "Uncaught {message}");
    std::process::exit(1)
}

#[cfg(test)]
mod tests {
    use super::{RESERVE_BYTES, SMALL_STACK_BYTES, run, stack_limit};
    use std::sync::Mutex;

    #[test]
    fn the_limit_is_known_inside_and_well_below() {
        assert_eq!(stack_limit(), 0);
        let seen = Mutex::new(None);
        run(|| {
            let here = 0_u8;
            *seen.lock().unwrap() = Some((std::ptr::from_ref(&here).addr(), stack_limit()));
        });
        let (here, limit) = seen.into_inner().unwrap().expect("it has run");
        assert!(here - limit >= SMALL_STACK_BYTES - RESERVE_BYTES - 64 * 1024, "{here} {limit}");
    }
}
