//! `clean`: this workspace's slots go whole, all of them or none, and no others.

use std::fs;

use tests::World;

#[test]
fn the_slots_of_the_workspace_go_and_are_built_again() {
    let world = World::new();
    let nothing = world.freshness(["clean"]).run().expect(0);
    assert!(nothing.stdout.starts_with("removed 0 ("), "{nothing:#?}");
    let slot = world.slot(&world.build()[0]);
    let both = world.freshness(["build", "--profile", "both"]).run().paths();
    let one = world.freshness(["clean", "--profile", "default", "--format", "json"]).run();
    let removals = &one.expect(0).json()["removals"];
    assert_eq!((&removals[0]["what"], removals.as_array().unwrap().len()), (&"slot".into(), 1));
    assert!(!slot.exists() && both[0].exists());
    let _ = world.build();
    // One that no profile asks for any more is the workspace's all the same.
    world.config("[profile.default]\npackages = [\"alpha\"]\n");
    let _ = world.freshness(["clean"]).run().expect(0);
    let names = fs::read_dir(world.store()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["CACHEDIR.TAG"]);
    assert_eq!(world.build_and_probe().of("alpha"), 1);
}

#[test]
fn slots_of_another_workspace_in_the_same_store_stay() {
    let (mine, other) = (World::new(), World::new());
    let config = |store: &std::path::Path| {
        format!("store = \"{}\"\n[profile.default]\npackages = [\"alpha\"]\n", store.display())
    };
    let store = mine.root().join("shared");
    mine.config(&config(&store));
    other.config(&config(&store));
    let (gone, kept) = (mine.build(), other.build());
    let _ = mine.freshness(["clean"]).run().expect(0);
    assert!(!gone[0].exists() && kept[0].exists());
    other.assert_fresh();
}

#[test]
fn where_one_is_in_use_nothing_is_removed() {
    let world = World::new();
    let both = world.freshness(["build", "--profile", "both"]).run().paths();
    let gate = world.gate();
    gate.stop_times(1);
    let build = world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper()).start();
    gate.reached(1);
    let ran = world.freshness(["clean", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "lock-timeout");
    assert!(ran.stderr.contains(&format!("process {}", build.id())), "{ran:#?}");
    assert!(both[0].exists());
    gate.open(1);
    assert!(build.wait().paths()[0].exists());
}

#[test]
fn a_profile_that_is_not_there_is_trouble() {
    let world = World::new();
    let ran = world.freshness(["clean", "--profile", "nope", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "profile");
}
