//! What may happen to a workspace, its store and its surroundings, and how likely each is.

use proptest::prelude::*;
use proptest::sample::select;

/// Paths to edit: few, so that edits meet.
pub const PATHS: &[&str] = &[
    "a/src/lib.rs",
    "a/src/x.rs",
    "a/src/y.rs",
    "a/src/x/mod.rs",
    "a/src/unused.rs",
    "b/src/lib.rs",
    "b/src/z.rs",
    "data/one",
    "data/two",
];

/// Texts of modules, most of one length.
const TEXTS: &[&str] = &["1111", "2222", "3333", "", "longer"];

/// Texts of library roots, most of one length.
const ROOTS: &[&str] = &[
    "mod x\nmod y\n",
    "mod y\nmod x\n",
    "mod x\nenv  M\n",
    "mod x\n\nenv M",
    "mod z\n",
    "mod x\n",
    "include ../../data/one\nmod x\n",
    "include ../../data/two\nmod x\n",
];

/// What links say.
const LINKS: &[&str] = &["x.rs", "y.rs", "../../data/one", "../../data/two", "x", "nothing"];

/// The time that a file is left with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Now,
    Kept,
    Past,
    Epoch,
    Future,
}

/// Parts of a store, to restore or to damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Slot,
    Stamp,
    Stamps,
    Archives,
    Saw,
    Target,
}

/// What is done to a file of the store.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    Flip,
    Truncate,
    Remove,
    Empty,
}

#[derive(Clone, Debug)]
pub enum Op {
    Write(&'static str, &'static str, When),
    Replace(&'static str, &'static str, When),
    Touch(&'static str, When),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    Swap(&'static str, &'static str),
    HardLink(&'static str, &'static str),
    Link(&'static str, &'static str),
    Directory(&'static str),
    Forbid(&'static str),
    Repair,
    Reorder,
    Manifest(&'static str, usize, When),
    CargoConfig(usize, When),
    Compiler(usize, When),
    Rustflags(usize),
    Variable(usize),
    Feature,
    SaveTree,
    RestoreTree,
    SaveStore,
    RestoreStore(Part),
    Damage(Part, usize, usize, Harm),
    Build,
    BuildBy(&'static str),
    BuildTogether,
    BuildFails(&'static str),
    BuildWhileEdited(&'static str, &'static str, &'static str),
    BuildKilled(&'static str, &'static str),
    BuildKilledAfter(u64),
    CheckApart(usize),
}

fn path() -> impl Strategy<Value = &'static str> {
    select(PATHS)
}

/// A path and a text that suits it.
fn written() -> impl Strategy<Value = (&'static str, &'static str)> {
    path().prop_flat_map(|path| {
        let is_root = path.ends_with("lib.rs");
        (Just(path), select(if is_root { ROOTS } else { TEXTS }))
    })
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        3 => Just(When::Now),
        4 => Just(When::Kept),
        2 => Just(When::Past),
        1 => Just(When::Epoch),
        1 => Just(When::Future),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    select(&[Part::Slot, Part::Stamp, Part::Stamps, Part::Archives, Part::Saw, Part::Target][..])
}

fn edit() -> impl Strategy<Value = Op> {
    let link = || select(LINKS);
    prop_oneof![
        8 => (written(), when()).prop_map(|((p, t), w)| Op::Write(p, t, w)),
        3 => (written(), when()).prop_map(|((p, t), w)| Op::Replace(p, t, w)),
        2 => (path(), when()).prop_map(|(p, w)| Op::Touch(p, w)),
        1 => path().prop_map(Op::Remove),
        1 => (path(), path()).prop_map(|(p, q)| Op::Rename(p, q)),
        2 => (path(), path()).prop_map(|(p, q)| Op::Swap(p, q)),
        1 => (path(), path()).prop_map(|(p, q)| Op::HardLink(p, q)),
        2 => (path(), link()).prop_map(|(p, t)| Op::Link(p, t)),
        1 => path().prop_map(Op::Directory),
        1 => path().prop_map(Op::Forbid),
        8 => Just(Op::Repair),
        1 => Just(Op::Reorder),
    ]
}

fn surroundings() -> impl Strategy<Value = Op> {
    prop_oneof![
        (select(&["a", "b"][..]), 0..4_usize, when()).prop_map(|(p, n, w)| Op::Manifest(p, n, w)),
        (0..3_usize, when()).prop_map(|(n, w)| Op::CargoConfig(n, w)),
        (0..3_usize, when()).prop_map(|(n, w)| Op::Compiler(n, w)),
        (0..3_usize).prop_map(Op::Rustflags),
        (0..3_usize).prop_map(Op::Variable),
        Just(Op::Feature),
        Just(Op::SaveTree),
        Just(Op::RestoreTree),
    ]
}

fn store() -> impl Strategy<Value = Op> {
    let harm = || select(&[Harm::Flip, Harm::Truncate, Harm::Remove, Harm::Empty][..]);
    prop_oneof![
        1 => Just(Op::SaveStore),
        2 => part().prop_map(Op::RestoreStore),
        1 => (part(), any::<u16>(), any::<u16>(), harm())
            .prop_map(|(p, f, at, h)| Op::Damage(p, f.into(), at.into(), h)),
    ]
}

fn build() -> impl Strategy<Value = Op> {
    let stage = || select(&["start", "early", "half", "late", "end"][..]);
    let any_stage = || select(&["metadata", "start", "early", "half", "late", "end"][..]);
    prop_oneof![
        16 => Just(Op::Build),
        4 => select(&["mtime", "hash"][..]).prop_map(Op::BuildBy),
        1 => Just(Op::BuildTogether),
        2 => any_stage().prop_map(Op::BuildFails),
        2 => (stage(), written()).prop_map(|(s, (p, t))| Op::BuildWhileEdited(s, p, t)),
        1 => (any_stage(), select(&["stop", "go-on"][..]))
            .prop_map(|(s, then)| Op::BuildKilled(s, then)),
        1 => (0..40_000_u64).prop_map(Op::BuildKilledAfter),
    ]
}

/// One step.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        55 => edit(),
        12 => surroundings(),
        8 => store(),
        25 => build(),
        1 => (1..3_usize).prop_map(Op::CheckApart),
    ]
}
