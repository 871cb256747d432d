//! Kills a program just before the nth system call by which it changes anything.
//!
//! What is removed is removed through open directories, by calls that the preloaded library does not see. So a
//! small tracer in C counts what the kernel is asked, and every machine that can compile the one can compile the
//! other.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::compiled;
use crate::run::{Ran, Run};

/// The calls by which a run changes anything, in order.
///
/// # Panics
/// It cannot be traced, or fails.
#[must_use]
pub fn changes(run: Run, log: &Path) -> Vec<String> {
    let _ = traced(run, 0, log).expect(0);
    std::fs::read_to_string(log).unwrap().lines().map(str::to_owned).collect()
}

/// A run that is killed before its change of this number, from 1.
///
/// # Panics
/// It comes to its end first.
pub fn killed_at(run: Run, number: usize, log: &Path) {
    let _ = traced(run, number, log).expect(128 + 9);
}

fn traced(run: Run, number: usize, log: &Path) -> Ran {
    let (tracer, number) = (tracer().to_str().unwrap(), number.to_string());
    run.under(&[tracer, &number, log.to_str().unwrap()]).run()
}

/// Compiled once for each test process.
fn tracer() -> &'static Path {
    static TRACER: OnceLock<PathBuf> = OnceLock::new();
    TRACER.get_or_init(|| compiled(include_str!("kill_at.c"), "kill_at", &[]))
}
