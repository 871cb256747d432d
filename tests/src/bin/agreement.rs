//! Runs the agreement test at length and prints its table: `cargo xtask agreement` passes its options on.
//!
//! Arguments: how many edits, the first seed, and the workspaces, all of them by default, among which the
//! edits are shared out. Runs are of at most 100 edits, with seeds that follow one another.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a developer task speaks")]
#![expect(clippy::disallowed_methods, reason = "argv is read here")]

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use tests::agreement::{SUBJECTS, Subject, Tally, run, table};

/// Edits of one run: the directories that cargo fills grow with them.
const RUN_STEPS: u32 = 100;

/// One run that is to be made.
struct Job {
    subject: &'static Subject,
    seed: u32,
    steps: u32,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(jobs) = jobs(&args) else {
        let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
        eprintln!("say: agreement EDITS SEED [WORKSPACE…], of: {}", names.join(", "));
        return ExitCode::from(2);
    };
    let results = work_off(jobs);
    let tallies = sums(results.iter().filter_map(|result| result.as_ref().ok()));
    if !tallies.is_empty() {
        println!("{}", table(&tallies));
    }
    match results.iter().filter(|result| result.is_err()).count() {
        0 => ExitCode::SUCCESS,
        failed => {
            eprintln!("{failed} runs found a disagreement");
            ExitCode::FAILURE
        }
    }
}

/// The runs that the arguments ask for, round by round.
fn jobs(args: &[String]) -> Option<Vec<Job>> {
    let [edits, seed, names @ ..] = args else { return None };
    let (edits, first): (u32, u32) = (edits.parse().ok()?, seed.parse().ok()?);
    let named = |name: &String| SUBJECTS.iter().find(|subject| subject.name == name);
    let subjects: Vec<&'static Subject> = match names {
        [] => SUBJECTS.iter().collect(),
        names => names.iter().map(named).collect::<Option<_>>()?,
    };
    let shares: u32 = subjects.iter().map(|subject| subject.share).sum();
    let jobs = subjects.iter().flat_map(|subject| {
        let edits = (edits * subject.share).div_ceil(shares);
        let rounds = (0..edits).step_by(RUN_STEPS as usize).zip(first..);
        rounds.map(move |(done, seed)| Job { subject, seed, steps: RUN_STEPS.min(edits - done) })
    });
    let mut jobs: Vec<Job> = jobs.collect();
    jobs.sort_by_key(|job| job.seed);
    Some(jobs)
}

/// Makes the runs, one on each core at a time.
fn work_off(mut jobs: Vec<Job>) -> Vec<Result<Tally, String>> {
    jobs.reverse();
    let (jobs, results) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    let next = || jobs.lock().expect("no one panics with it").pop();
    let work = || {
        while let Some(job) = next() {
            let caught = catch_unwind(|| run(job.subject, job.seed.into(), job.steps));
            let result = caught.unwrap_or_else(|_| Err(format!("{}: panicked", job.subject.name)));
            match &result {
                Ok(tally) => eprintln!("{}, seed {}: {} edits", tally.name, job.seed, tally.steps),
                Err(problem) => eprintln!("{problem}"),
            }
            results.lock().expect("no one panics with it").push(result);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    results.into_inner().expect("every thread has ended")
}

/// One tally for each workspace, in the order of the subjects.
fn sums<'t>(tallies: impl Iterator<Item = &'t Tally>) -> Vec<Tally> {
    let mut sums: Vec<Tally> = Vec::new();
    for tally in tallies {
        match sums.iter_mut().find(|sum| sum.name == tally.name) {
            Some(sum) => sum.add(tally),
            None => sums.push(tally.clone()),
        }
    }
    sums.sort_by_key(|sum| SUBJECTS.iter().position(|subject| subject.name == sum.name));
    sums
}
