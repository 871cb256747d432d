//! Lets many clients loose on one storage and prints what came of it: `cargo xtask load`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a developer task has arguments and speaks"
)]

use std::process::ExitCode;

use tests::Share;
use tests::load::{Ground, Plan, run};
use tests::servers::Redis;

fn main() -> ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    let [clients, identities, at_once, seed] = numbers[..] else {
        eprintln!("usage: load CLIENTS IDENTITIES AT_ONCE SEED");
        return ExitCode::from(2);
    };
    let plan = Plan { clients, identities, at_once, seed: seed as u64 };
    let mut whole = true;
    let redis = Redis::start(&[]);
    let on_redis = redis.as_ref().map(|redis| ("Redis", Ground::redis(redis)));
    for (name, ground) in [("a share", Ground::Share(Share::new()))].into_iter().chain(on_redis) {
        println!("{clients} clients, {at_once} at once, {identities} identities, on {name}:\n");
        let tally = run(plan, &ground);
        println!("{tally}");
        for what in tally.wrong.iter().chain(&tally.lost) {
            eprintln!("{what}");
        }
        whole &= tally.wrong.is_empty() && tally.lost.is_empty() && tally.ambiguous().is_empty();
    }
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
