//! After any fault on the way from the lock to the pruning: no false answer, the next build right, nothing lost.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;

use tests::faults::{
    Call, EINVAL, EIO, ENOLCK, ENOSPC, EOPNOTSUPP, Effect, Ended, Scene, Start, with_fault,
};
use tests::redact;

const EACH: [Effect; 7] =
    [Effect::Kill, EIO, ENOSPC, Effect::Torn, Effect::Short, Effect::Term, Effect::Twice];

/// Each function with each of its faults once, at whatever file of the slot comes first or last.
fn every_function_once(start: Start) {
    let mut scene = Scene::new();
    let mut calls = scene.calls(start);
    // The last calls are those that publish; the first are those that look.
    calls.reverse();
    let mut tried = BTreeSet::new();
    for call in calls {
        for effect in EACH {
            if call.effects().contains(&effect) && tried.insert((call.function.clone(), effect)) {
                let _ = scene.try_fault(start, &call, effect);
            }
        }
    }
    let functions: BTreeSet<_> = tried.iter().map(|(function, _)| function.as_str()).collect();
    for function in ["open", "write", "fsync", "rename", "copy_file_range", "mkdir", "flock"] {
        assert!(functions.contains(function), "{function} is not among {functions:?}");
    }
}

#[test]
fn a_fault_at_any_function_of_a_later_build_loses_nothing() {
    every_function_once(Start::Earlier);
}

#[test]
fn a_fault_at_any_function_of_a_first_build_loses_nothing() {
    every_function_once(Start::Nothing);
}

#[test]
fn a_stamp_that_cannot_be_read_for_a_moment_keeps_its_archive() {
    let mut scene = Scene::new();
    let calls = scene.calls(Start::Earlier);
    let opened = calls.iter().filter(|call| call.function == "open" && call.name == "stamp");
    let ended: Vec<_> = opened.map(|call| scene.try_fault(Start::Earlier, call, EIO)).collect();
    assert!(ended.contains(&Ended::Well), "{ended:?}");
}

#[test]
fn a_signal_stops_a_build_before_its_stamp_and_not_after() {
    let mut scene = Scene::new();
    let at = |function: &str, name: &str| Call {
        function: function.into(),
        name: name.into(),
        number: 1,
    };
    let before = [
        at("copy_file_range", "libalpha.a"),
        at("fsync", "libalpha.a"),
        at("rename", "libalpha.a"),
    ];
    for call in before {
        assert_eq!(scene.try_fault(Start::Earlier, &call, Effect::Term), Ended::Interrupted);
        assert_eq!(scene.try_fault(Start::Earlier, &call, Effect::Twice), Ended::Interrupted);
    }
    for call in [at("write", "stamp.new"), at("rename", "stamp"), at("unlink", "1")] {
        assert_eq!(scene.try_fault(Start::Earlier, &call, Effect::Term), Ended::Well, "{call}");
        assert_eq!(scene.try_fault(Start::Earlier, &call, Effect::Twice), Ended::Interrupted);
    }
}

#[test]
fn twenty_killed_builds_leave_no_more_than_four() {
    let mut scene = Scene::new();
    scene.reset(Start::Earlier);
    let points = [
        ("copy_file_range", "libalpha.a", Effect::Torn),
        ("fsync", "libalpha.a", Effect::Kill),
        ("write", "stamp.new", Effect::Torn),
        ("rename", "stamp", Effect::Kill),
    ];
    let mut sizes = Vec::new();
    for _ in 0..5 {
        for (function, name, effect) in points {
            let call = Call { function: function.into(), name: name.into(), number: 1 };
            assert_eq!(scene.fault(&call, effect), Ended::Killed, "{call} {effect}");
            sizes.push(scene.size());
        }
    }
    // In the first rounds there comes what the second finds: the archive, the kept stamp.
    assert_eq!(sizes[8..].iter().max(), sizes[..8].iter().max(), "{sizes:?}");
    let _ = scene.world.build();
    scene.assert_no_litter("after twenty", 3);
}

/// What is said where every call of `function` fails with `effect`.
fn refusal(scene: &Scene, function: &str, effect: Effect) -> String {
    scene.reset(Start::Earlier);
    let (world, log) = (&scene.world, scene.world.root().join("calls"));
    let call = Call::every(function);
    let run = with_fault(world.freshness(["build"]), &world.store(), &log, Some((&call, effect)));
    let said = redact(world, &run.run().expect(2).stderr);
    format!("{function} fails with {effect}:\n{said}")
}

#[test]
fn a_file_system_without_locks_or_syncing_is_an_error_that_names_the_next_step() {
    let scene = Scene::new();
    let cases =
        [("flock", ENOLCK), ("flock", EOPNOTSUPP), ("fsync", EINVAL), ("fsync", EOPNOTSUPP)];
    let said = cases.map(|(function, effect)| refusal(&scene, function, effect));
    insta::assert_snapshot!(said.join("\n"));
}
