//! Spreads work over threads: over the cores, and over more of them where threads wait.
//!
//! Tasks are taken in order, one by one, by whichever thread is free, and each task's result is put
//! where its number says: what comes out does not depend on how many threads took part. A thread that
//! found itself waiting rather than computing (a cold cache, a network file system) calls for as many as
//! would keep the cores busy between them: how many are of use follows from where the bytes are, not from
//! the number of cores. The caller's thread takes part, so a single task costs no thread at all.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use crate::sys::{self, thread_crowded_time, thread_time};

/// As many threads as wait at once at most: what saturates the queues of common disks.
const MAX_WAITING: usize = 32;

/// How long a thread works before it judges whether it computes or waits.
const PROBATION: Duration = Duration::from_micros(500);

/// How many threads may work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Threads {
    /// One for each core, and more where they wait.
    #[default]
    AsUseful,
    /// The caller's, for tasks that are soon done, and more where it finds itself waiting.
    OneUnlessWaiting,
    /// So many.
    Exactly(NonZeroUsize),
}

/// Does `tasks` tasks, numbered from 0, and returns their results in that order.
///
/// # Panics
/// Where a task does.
pub fn spread<R: Send>(threads: Threads, tasks: usize, task: impl Fn(usize) -> R + Sync) -> Vec<R> {
    if tasks < 2 {
        return (0..tasks).map(task).collect();
    }
    let (at_once, at_most) = match threads {
        Threads::Exactly(count) => (count.get(), count.get()),
        Threads::AsUseful => (cores(), cores().max(MAX_WAITING)),
        Threads::OneUnlessWaiting => (1, MAX_WAITING),
    };
    let crew = Crew {
        task: &task,
        tasks,
        at_most: at_most.min(tasks),
        next: AtomicUsize::new(0),
        hired: AtomicUsize::new(1),
        done: Mutex::new((0..tasks).map(|_| None).collect()),
    };
    thread::scope(|scope| {
        for _ in 1..at_once.min(tasks) {
            crew.hire(scope);
        }
        crew.work(scope);
    });
    let done = crew.done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    done.into_iter().flatten().collect()
}

/// Is told how many of how many parts of some work are done, by whichever thread did the last one. The work
/// does not go on before it returns.
pub type Told<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Tells no one.
pub const UNTOLD: Told<'static> = &|_, _| {};

/// The same as [`spread`], and tells at first and after each task how many are done; nothing where there is
/// only one. Of two that are done at the same time, the later number may be told first.
///
/// # Panics
/// Where a task does.
pub fn spread_told<R: Send>(
    threads: Threads,
    tasks: usize,
    told: Told<'_>,
    task: impl Fn(usize) -> R + Sync,
) -> Vec<R> {
    let done = AtomicUsize::new(0);
    if tasks > 1 {
        told(0, tasks);
    }
    spread(threads, tasks, |index| {
        let result = task(index);
        if tasks > 1 {
            told(done.fetch_add(1, Ordering::Relaxed) + 1, tasks);
        }
        result
    })
}

/// Cores that may be used. Where there are few, a quota (which it takes eight system calls to find out) changes
/// nothing: a thread too many waits for its turn.
fn cores() -> usize {
    const FEW: usize = 4;
    match sys::allowed_cores() {
        Some(allowed) if allowed <= FEW => allowed,
        _ => thread::available_parallelism().map_or(1, NonZeroUsize::get),
    }
}

struct Crew<'t, T, R> {
    task: &'t T,
    tasks: usize,
    at_most: usize,
    /// The next task that no one has taken.
    next: AtomicUsize,
    /// How many threads there are.
    hired: AtomicUsize,
    done: Mutex<Vec<Option<R>>>,
}

impl<T: Fn(usize) -> R + Sync, R: Send> Crew<'_, T, R> {
    fn hire<'scope, 'env>(&'env self, scope: &'scope Scope<'scope, 'env>) {
        let place = |hired| (hired < self.at_most).then_some(hired + 1);
        if self.hired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, place).is_ok() {
            // Where the system has no thread to give, those that are there do the work.
            let hand = thread::Builder::new();
            _ = hand.spawn_scoped(scope, move || self.work(scope));
        }
    }

    fn work<'scope, 'env>(&'env self, scope: &'scope Scope<'scope, 'env>) {
        let mut mine = Vec::new();
        let mut watch = Watch::start();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.tasks {
                break;
            }
            mine.push((index, (self.task)(index)));
            if self.hired.load(Ordering::Relaxed) < self.at_most
                && let Some(of_use) = watch.threads_of_use()
            {
                while self.hired.load(Ordering::Relaxed) < of_use.min(self.at_most) {
                    self.hire(scope);
                }
            }
        }
        let mut done = self.done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (index, result) in mine {
            done[index] = Some(result);
        }
    }
}

/// Tells whether a thread mostly waits for something other than a core.
struct Watch {
    since: Instant,
    /// Nothing where the system does not tell; then no more threads are called for.
    computed: Option<Duration>,
    /// Asked for when it first matters: it costs more than the rest.
    crowded: Option<Duration>,
}

impl Watch {
    fn start() -> Self {
        Self { since: Instant::now(), computed: thread_time(), crowded: None }
    }

    /// How many threads would keep the cores busy if all waited as this one did since this was last judged,
    /// where it mostly waited; not before there is something to judge by.
    fn threads_of_use(&mut self) -> Option<usize> {
        let elapsed = self.since.elapsed();
        if elapsed < PROBATION {
            return None;
        }
        let computed = thread_time();
        let idle = elapsed.saturating_sub(computed?.saturating_sub(self.computed?));
        (self.since, self.computed) = (Instant::now(), computed);
        if idle * 2 < elapsed {
            self.crowded = None;
            return None;
        }
        let crowded = thread_crowded_time();
        let in_queue = crowded.saturating_sub(self.crowded.replace(crowded)?);
        // Where it waits for a core more than for anything else, another thread would only wait for one too.
        let waits = idle.saturating_sub(in_queue) > in_queue;
        let computed = elapsed.saturating_sub(idle).max(Duration::from_micros(1));
        let of_use = cores() as u128 * elapsed.as_nanos() / computed.as_nanos();
        waits.then(|| usize::try_from(of_use).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_is_told_once_and_a_single_one_not_at_all() {
        let heard = Mutex::new(Vec::new());
        let told = |done, of| heard.lock().unwrap().push((done, of));
        assert_eq!(spread_told(Threads::AsUseful, 40, &told, |index| index).len(), 40);
        let mut all = std::mem::take(&mut *heard.lock().unwrap());
        assert_eq!(all[0], (0, 40));
        all.sort_unstable();
        assert_eq!(all, (0..=40).map(|done| (done, 40)).collect::<Vec<_>>());
        assert_eq!(spread_told(Threads::AsUseful, 1, &told, |index| index), [0]);
        assert!(heard.lock().unwrap().is_empty());
    }

    fn exactly(count: usize) -> Threads {
        Threads::Exactly(NonZeroUsize::new(count).unwrap())
    }

    #[test]
    fn results_come_in_the_order_of_tasks_whatever_the_threads() {
        let squares = |threads| spread(threads, 1000, |i| i * i);
        let expected: Vec<usize> = (0..1000).map(|i| i * i).collect();
        let useful = [Threads::AsUseful, Threads::OneUnlessWaiting];
        for threads in useful.into_iter().chain([1, 7, 2000].map(exactly)) {
            assert_eq!(squares(threads), expected);
        }
        assert_eq!(spread(Threads::AsUseful, 0, |i| i), Vec::<usize>::new());
    }

    #[test]
    fn one_task_is_done_where_it_was_asked_for() {
        let me = thread::current().id();
        assert_eq!(spread(Threads::AsUseful, 1, |_| thread::current().id()), [me]);
    }

    #[test]
    fn threads_that_wait_call_for_more() {
        for threads in [Threads::AsUseful, Threads::OneUnlessWaiting] {
            let at_work = AtomicUsize::new(0);
            let most = AtomicUsize::new(0);
            spread(threads, 400, |_| {
                most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                at_work.fetch_sub(1, Ordering::SeqCst);
            });
            let most = most.into_inner();
            assert!(most > cores() && most <= cores().max(MAX_WAITING), "{most} of {}", cores());
        }
    }
}
