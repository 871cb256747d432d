//! Timers for compiled TypeScript programs: a *wrapper* archive, whose code runs on a runtime that
//! another archive owns.
//!
//! It has no runtime. `nativets-stdlib`, built with `async-runtime`, starts one and calls the program
//! inside it; this archive asks tokio for the runtime that the calling thread is in. Both must therefore
//! contain the same copy of tokio, which cargo promises only for one invocation: one `cargo build` names
//! both packages, features are unified, and tokio is compiled once. Built apart with other features,
//! this archive brings a second tokio whose threads are in no runtime, and says so with
//! [`NTS_TIMERS_NO_RUNTIME`] rather than failing in a stranger way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::runtime::Handle;

/// The sleep is over.
pub const NTS_TIMERS_OK: i32 = 0;
/// This thread is in no runtime that this archive knows of; it did not sleep.
pub const NTS_TIMERS_NO_RUNTIME: i32 = 1;
/// The runtime refused: the call came from a task that the runtime itself is running. What it said is on
/// standard error. Built with `panic = "abort"`, this archive ends the process instead.
pub const NTS_TIMERS_REFUSED: i32 = 2;

/// Blocks this thread for at least `ms` milliseconds, on the runtime it is in; an `NTS_TIMERS_*` status.
#[expect(
    unsafe_code,
    reason = "an exported symbol; each of ours has its archive's prefix, so none can clash"
)]
#[unsafe(no_mangle)]
pub extern "C" fn nts_timers_sleep_ms(ms: u64) -> i32 {
    let Ok(runtime) = Handle::try_current() else {
        return NTS_TIMERS_NO_RUNTIME;
    };
    // tokio panics where blocking would stop the runtime; a panic must not reach a caller in C.
    let slept =
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(sleep(Duration::from_millis(ms)))));
    if slept.is_ok() { NTS_TIMERS_OK } else { NTS_TIMERS_REFUSED }
}

/// `async` because a timer must be made inside the runtime that fires it.
async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::{NTS_TIMERS_NO_RUNTIME, NTS_TIMERS_OK, NTS_TIMERS_REFUSED, nts_timers_sleep_ms};
    use tokio::runtime::Builder;

    fn runtime() -> tokio::runtime::Runtime {
        Builder::new_current_thread().enable_time().build().unwrap()
    }

    #[test]
    fn a_thread_in_no_runtime_is_told_so() {
        assert_eq!(nts_timers_sleep_ms(0), NTS_TIMERS_NO_RUNTIME);
    }

    #[test]
    fn a_thread_in_a_driven_runtime_sleeps() {
        let runtime = runtime();
        let handle = runtime.handle().clone();
        // It ends with the process, as the standard library's does.
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        let _inside = handle.enter();
        assert_eq!(nts_timers_sleep_ms(1), NTS_TIMERS_OK);
    }

    #[test]
    fn a_task_of_the_runtime_is_refused_and_lives_on() {
        let status = runtime().block_on(async { nts_timers_sleep_ms(0) });
        assert_eq!(status, NTS_TIMERS_REFUSED);
    }
}
