//! The comparison of lists that every strategy shares, against a model that is easy to read.

use std::collections::{BTreeMap, BTreeSet};

use freshness_core::compare::{Step, compare_lists, merge};
use freshness_core::{InputPath, Kind, Meta, Reason, Snapshot, State, Target, Timestamp};
use proptest::prelude::*;

type World = BTreeMap<&'static str, State>;

fn snapshot(world: &World) -> Snapshot {
    let mut entries: Vec<(InputPath, State)> = world
        .iter()
        .map(|(path, state)| (InputPath::from_recorded(path.into()), state.clone()))
        .collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Snapshot { root: "/ws".into(), entries }
}

fn meta(kind: Kind, len: u64, times: u32) -> Meta {
    let time = Timestamp { secs: 1, nanos: times };
    Meta { kind, len, mtime: time, ctime: time, inode: times.into() }
}

fn file(len: u64) -> State {
    State::Here(meta(Kind::File, len, 0))
}

fn link(text: &str, target: Target) -> State {
    State::Link { text: text.into(), own: meta(Kind::Link, 1, 0), target }
}

fn there(len: u64) -> Target {
    Target::There(meta(Kind::File, len, 0))
}

fn any_meta() -> impl Strategy<Value = Meta> {
    let kinds = vec![Kind::File, Kind::File, Kind::Directory, Kind::Fifo];
    (prop::sample::select(kinds), 0..2_u64, 0..2_u32).prop_map(|(k, len, t)| meta(k, len, t))
}

fn any_state() -> impl Strategy<Value = State> {
    let target = prop_oneof![
        1 => Just(Target::Nowhere),
        1 => Just(Target::Unreadable("guarded".into())),
        3 => any_meta().prop_map(Target::There),
    ];
    prop_oneof![
        1 => Just(State::Absent),
        1 => Just(State::Unreadable("guarded".into())),
        4 => any_meta().prop_map(State::Here),
        4 => (prop::sample::select(vec!["a", "b"]), target).prop_map(|(text, t)| link(text, t)),
    ]
}

/// Few names, so that two worlds share some; their order by bytes is not that of their components.
fn any_world() -> impl Strategy<Value = World> {
    let names = vec!["a", "a-b", "a/b", "a.rs", "z", "/etc/x"];
    prop::collection::btree_map(prop::sample::select(names), any_state(), 0..6)
}

/// What the list records of one input, in a form in which equal means equal.
fn shape(state: &State) -> String {
    let of = |meta: &Meta| match meta.kind {
        Kind::File => format!("a file of {}", meta.len),
        kind => kind.word().to_owned(),
    };
    match state {
        State::Absent => "nothing".into(),
        State::Unreadable(_) => "unknown".into(),
        State::Here(meta) => of(meta),
        State::Link { text, target, .. } => {
            let target = match target {
                Target::Nowhere => "nowhere".into(),
                Target::Unreadable(_) => "the unknown".into(),
                Target::There(meta) => of(meta),
            };
            format!("a link {} to {target}", text.display())
        }
    }
}

/// The code that a difference gives; `closer` where the lists agree and the strategy has to look.
fn expected(then: Option<&State>, now: Option<&State>) -> Option<&'static str> {
    match (then, now) {
        (None, None | Some(State::Absent)) | (Some(State::Absent), None) => None,
        (None, Some(State::Unreadable(_))) => Some("input-unreadable"),
        (None, Some(_)) => Some("input-added"),
        (Some(_), None) => Some("input-removed"),
        (Some(then), Some(now)) => Some(if now.unreadable().is_some() {
            "input-unreadable"
        } else if then.unreadable().is_none() && shape(then) == shape(now) {
            "closer"
        } else if *then == State::Absent {
            "input-added"
        } else if *now == State::Absent {
            "input-removed"
        } else {
            "input-changed"
        }),
    }
}

fn names(then: &World, now: &World) -> BTreeSet<&'static str> {
    then.keys().chain(now.keys()).copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn merging_pairs_every_input_once_in_path_order(then in any_world(), now in any_world()) {
        let (before, after) = (snapshot(&then), snapshot(&now));
        let mut order = Vec::new();
        for step in merge(&before, &after) {
            let (path, was, is) = match step {
                Step::Added(path, state) => (path, None, Some(state)),
                Step::Removed(path, state) => (path, Some(state), None),
                Step::Both(pair) => {
                    prop_assert_eq!(&before.entries[pair.index].0, pair.path);
                    (pair.path, Some(pair.then), Some(pair.now))
                }
            };
            let name = path.to_string();
            prop_assert_eq!((was, is), (then.get(&*name), now.get(&*name)));
            order.push(name);
        }
        prop_assert!(order.is_sorted_by(|a, b| a < b), "{:?}", order);
        prop_assert_eq!(order.len(), names(&then, &now).len());
    }

    #[test]
    fn each_input_gives_one_reason_or_a_closer_look(then in any_world(), now in any_world()) {
        let (before, after) = (snapshot(&then), snapshot(&now));
        let mut closer = Vec::new();
        let reasons = compare_lists(&before, &after, |pair| closer.push(pair.path.to_string()));
        let shown = |r: &Reason| r.path().map(|p| (p.display().to_string(), r.code()));
        let mut found: Vec<_> = reasons.iter().filter_map(shown).collect();
        prop_assert_eq!(found.len(), reasons.len());
        prop_assert!(found.is_sorted(), "reasons come in path order: {:?}", found);
        prop_assert!(closer.is_sorted(), "{:?}", closer);
        found.extend(closer.into_iter().map(|path| (path, "closer")));
        found.sort();
        let model = names(&then, &now).into_iter().filter_map(|name| {
            Some((name.to_owned(), expected(then.get(name), now.get(name))?))
        });
        prop_assert_eq!(found, model.collect::<Vec<_>>());
    }

    #[test]
    fn nothing_differs_from_itself_but_what_could_not_be_looked_at(world in any_world()) {
        let same = snapshot(&world);
        let unreadable = world.values().filter(|state| state.unreadable().is_some()).count();
        let reasons = compare_lists(&same, &same, |_| {});
        prop_assert!(reasons.iter().all(|r| r.code() == "input-unreadable"), "{:?}", reasons);
        prop_assert_eq!(reasons.len(), unreadable);
    }
}

#[test]
fn a_reason_says_what_differs() {
    let directory = State::Here(meta(Kind::Directory, 0, 0));
    let to_directory = Target::There(meta(Kind::Directory, 0, 0));
    let rows = [
        (file(1), file(2), "length was 1, is 2 bytes"),
        (file(1), directory, "was a file, is a directory"),
        (file(1), link("to", there(1)), "was a file, is a link"),
        (link("to", there(1)), file(1), "was a link, is a file"),
        (link("to", there(1)), link("fro", there(1)), "link led to to, leads to fro"),
        (link("to", there(1)), link("to", there(2)), "length was 1, is 2 bytes"),
        (link("to", there(1)), link("to", to_directory), "was a file, is a directory"),
        (link("to", there(1)), link("to", Target::Nowhere), "link is dangling, was not"),
        (link("to", Target::Nowhere), link("to", there(1)), "link was dangling, is not"),
        (State::Absent, file(1), "was not there at the last build"),
        (file(1), State::Absent, "was there at the last build"),
        (State::Unreadable("guarded".into()), file(1), "content differs"),
        (file(1), State::Unreadable("guarded".into()), "cannot be read: guarded"),
        (
            link("to", there(1)),
            link("to", Target::Unreadable("guarded".into())),
            "cannot be read: guarded",
        ),
    ];
    for (then, now, words) in rows {
        let one = |state| snapshot(&World::from([("a", state)]));
        let reasons = compare_lists(&one(then), &one(now), |pair| panic!("{pair:?}"));
        let said: Vec<String> = reasons.iter().map(Reason::detail).collect();
        assert_eq!(said, [words]);
    }
}
