//! Histories that failed once, or that must be told in every run, whatever the seed.

use crate::op::{Harm, Op, Part, When};
use crate::tally::Tally;

const BUILD_AND_RESTORE: &[Op] = &[
    Op::Build,
    Op::SaveTree,
    Op::SaveStore,
    Op::Write("a/src/x.rs", "3333", When::Kept),
    Op::Build,
    Op::RestoreTree,
    Op::Build,
    Op::RestoreStore(Part::Stamp),
    Op::RestoreStore(Part::Saw),
    Op::Write("b/src/z.rs", "2222", When::Past),
    Op::Build,
    Op::Damage(Part::Target, 0, 0, Harm::Flip),
    Op::Damage(Part::Archives, 0, 70, Harm::Flip),
    Op::Build,
];

const HISTORIES: &[(&str, &[Op])] = &[("restores what was and builds on it", BUILD_AND_RESTORE)];

/// Tells every history, vouching and not.
pub fn run() -> Vec<String> {
    let mut problems = Vec::new();
    for (name, history) in HISTORIES {
        for vouch in [true, false] {
            let found = crate::tell(vouch, history, &Tally::default());
            problems.extend(found.err().map(|problem| format!("{name}: {problem}")));
        }
    }
    problems
}
