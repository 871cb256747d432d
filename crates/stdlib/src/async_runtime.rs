//! The process-wide async runtime (feature `async-runtime`): one tokio, entered by whoever needs it.
//!
//! Extension archives have no runtime of their own. They look for the one that the calling thread is in,
//! which works because all archives of one cargo invocation share one copy of tokio. A second copy would
//! have its own idea of "the current runtime" and find none.
//!
//! The runtime is tokio's current-thread kind, driven for ever by one background thread. Compiled
//! programs call blocking functions from their main thread; a current-thread runtime that nobody drives
//! would never fire their timers, and one driven by the caller could not be blocked on from inside. It
//! costs one thread, started on first use and never joined: it owns nothing that outlives the process.

use std::sync::OnceLock;
use std::{future, io, thread};
use tokio::runtime::{Builder, Handle};

static RUNTIME: OnceLock<Option<Handle>> = OnceLock::new();

/// Calls `task` with this thread inside the runtime; nothing if the runtime could not be started.
///
/// Entering again from inside is allowed.
pub(crate) fn enter<T>(task: impl FnOnce() -> T) -> Option<T> {
    let handle = RUNTIME.get_or_init(|| start().ok()).as_ref()?;
    let _inside = handle.enter();
    Some(task())
}

fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("nts-async".to_owned())
        .spawn(move || runtime.block_on(future::pending::<()>()))?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::enter;
    use std::time::{Duration, Instant};
    use tokio::runtime::Handle;

    #[test]
    fn a_thread_is_inside_only_while_its_task_runs() {
        assert!(Handle::try_current().is_err());
        assert_eq!(enter(|| Handle::try_current().is_ok()), Some(true));
        assert!(Handle::try_current().is_err());
    }

    #[test]
    fn timers_fire_for_a_thread_that_blocks_inside() {
        let requested = Duration::from_millis(20);
        let elapsed = enter(|| {
            let start = Instant::now();
            Handle::current().block_on(async { tokio::time::sleep(requested).await });
            start.elapsed()
        });
        assert!(elapsed.is_some_and(|elapsed| elapsed >= requested), "{elapsed:?}");
    }

    #[test]
    fn every_entry_is_to_the_same_runtime() {
        let id = || enter(|| Handle::current().id());
        assert!(id().is_some());
        assert_eq!(id(), enter(id).flatten());
    }
}
