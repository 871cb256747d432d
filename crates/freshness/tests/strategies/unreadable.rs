//! What cannot be read is stale by every strategy that wants to read it, and never taken for unchanged.
//!
//! Permissions stop no root, so these inputs cannot be read for other reasons.

use std::fs::File;

use freshness_core::{InputPath, State, Target};
use rustix::fs::{Mode, OFlags, mkdirat, openat};

use crate::contract::{FRESH, in_short};
use crate::world::{Record, STRATEGIES, World};

/// Makes directories below `src` until their path is longer than the system takes.
fn dig(world: &World) {
    let name = "n".repeat(255);
    let mut at = File::open(world.path("src")).unwrap();
    for _ in 0..=4096 / 256 {
        mkdirat(&at, &*name, Mode::RWXU).unwrap();
        at = openat(&at, &*name, OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty()).unwrap().into();
    }
}

#[test]
fn a_directory_that_cannot_be_listed_is_stale_before_and_after_a_build() {
    let mut world = World::new();
    let before = world.record();
    dig(&world);
    let after = world.record();
    for record in [before, after] {
        let now = world.look();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let found = strategy.assess(&now, record.recorded(column));
            let codes: Vec<_> = found.reasons.iter().map(|reason| reason.code()).collect();
            assert_eq!(codes, ["input-unreadable"], "{}", strategy.id());
        }
    }
}

/// Reading address 0 of a process fails, whoever asks.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_can_be_looked_at_and_not_read_is_stale_where_it_would_be_read() {
    let mut world = World::new();
    world.link("src/mem", "/proc/self/mem");
    let record = world.record();
    let now = world.look();
    let says: Vec<String> = STRATEGIES
        .iter()
        .enumerate()
        .map(|(column, strategy)| in_short(&strategy.assess(&now, record.recorded(column))))
        .collect();
    let unreadable = "input-unreadable src/mem";
    assert_eq!(says, [FRESH, FRESH, unreadable, unreadable], "times alone read nothing");
}

/// What every strategy says of `src/a.rs`, given what it was and what it is.
fn said_of_a(then: Option<State>, now: Option<State>) -> String {
    let mut world = World::new();
    let record = world.record();
    let path = InputPath::new(world.root(), "src/a.rs".as_ref());
    let with = |state: Option<State>| {
        let mut snapshot = world.look();
        let entry = snapshot.entries.iter_mut().find(|(p, _)| *p == path).unwrap();
        entry.1 = state.unwrap_or(entry.1.clone());
        snapshot
    };
    let record = Record::of(with(then), record.cutoff);
    let now = with(now);
    let mut says = STRATEGIES
        .iter()
        .enumerate()
        .map(|(column, strategy)| in_short(&strategy.assess(&now, record.recorded(column))));
    let first = says.next().unwrap();
    assert!(says.all(|other| other == first), "all strategies agree");
    first
}

fn guarded() -> State {
    State::Unreadable("Permission denied".into())
}

/// A link, seen, whose target may not be looked at.
fn guarded_behind_a_link() -> State {
    let world = World::new();
    world.link("src/link", "a.rs");
    let path = InputPath::new(world.root(), "src/link".as_ref());
    let State::Link { text, own, .. } = world.look().get(&path).unwrap().clone() else {
        panic!("a link was made");
    };
    State::Link { text, own, target: Target::Unreadable("Permission denied".into()) }
}

#[test]
fn what_cannot_be_looked_at_is_unreadable_whatever_was_recorded() {
    for hidden in [guarded, guarded_behind_a_link] {
        assert_eq!(said_of_a(None, Some(hidden())), "input-unreadable src/a.rs");
        assert_eq!(said_of_a(Some(hidden()), Some(hidden())), "input-unreadable src/a.rs");
        assert_eq!(said_of_a(Some(State::Absent), Some(hidden())), "input-unreadable src/a.rs");
    }
}

#[test]
fn what_could_not_be_looked_at_at_the_build_is_changed_once_it_can_be() {
    for hidden in [guarded, guarded_behind_a_link] {
        assert_eq!(said_of_a(Some(hidden()), None), "input-changed src/a.rs");
        assert_eq!(said_of_a(Some(hidden()), Some(State::Absent)), "input-removed src/a.rs");
    }
    assert_eq!(said_of_a(None, None), FRESH);
}
