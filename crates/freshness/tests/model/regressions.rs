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

const BROKEN_OFF: &[Op] = &[
    Op::BuildFails("half"),
    Op::BuildKilled("metadata", "stop"),
    Op::BuildKilled("half", "stop"),
    Op::BuildKilled("late", "go-on"),
    Op::BuildKilledAfter(3_000),
    Op::BuildBy("mtime"),
    Op::Reorder,
    Op::CheckApart(1),
    Op::CheckApart(2),
    Op::Write("b/src/z.rs", "2222", When::Past),
    Op::BuildWhileEdited("early", "b/src/z.rs", "3333"),
    Op::BuildWhileEdited("late", "a/src/x.rs", "2222"),
    Op::Build,
];

/// Of two builds at once the other one may have built; times that are kept are the blind spot of
/// `newer-than` then as ever.
const TOGETHER: &[Op] = &[
    Op::Build,
    Op::HardLink("b/src/z.rs", "b/src/lib.rs"),
    Op::Write("a/src/y.rs", "3333", When::Kept),
    Op::BuildTogether,
    Op::Write("b/src/lib.rs", "mod z\n", When::Kept),
    Op::Write("b/src/z.rs", "3333", When::Kept),
    Op::Swap("a/src/x.rs", "a/src/y.rs"),
    Op::Build,
];

/// A dot sorts before a slash: the order of reasons is that of bytes.
const ORDER: &[Op] = &[
    Op::Build,
    Op::Write("a/src/x.rs", "2222", When::Now),
    Op::Write("a/src/x/mod.rs", "1111", When::Now),
];

/// What cargo made of a dependency, damaged with its time kept, is not linked into what is built next.
const HARMED: &[Op] = &[
    Op::Build,
    Op::Damage(Part::Slot, 19_241, 0, Harm::Flip),
    Op::Write("a/src/x.rs", "2222", When::Now),
    Op::Build,
];

const HISTORIES: &[(&str, &[Op])] = &[
    ("restores what was and builds on it", BUILD_AND_RESTORE),
    ("builds after what was broken off", BROKEN_OFF),
    ("builds twice at once", TOGETHER),
    ("names culprits in the order of bytes", ORDER),
    ("links nothing that was damaged", HARMED),
];

/// Tells every history, vouching and not.
pub fn run(tally: &Tally) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, history) in HISTORIES {
        for vouch in [true, false] {
            let found = crate::tell(vouch, history, tally);
            problems.extend(found.err().map(|problem| format!("{name}: {problem}")));
        }
    }
    problems
}
