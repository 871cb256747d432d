//! `freshness init`: a first configuration that works as it is.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;

use tests::{Errand, World};

fn config(world: &World) -> String {
    fs::read_to_string(world.path("freshness.toml")).unwrap()
}

#[test]
fn what_is_written_can_be_built_as_it_is() {
    let world = World::without_config();
    let ran = world.freshness(["init"]).run().expect(0);
    assert_eq!(ran.paths(), [world.path("freshness.toml")]);
    assert!(ran.stderr.contains("next: `freshness build`"), "{ran:#?}");
    let text = config(&world);
    assert!(text.contains("#   alpha: staticlib\n#   gamma: staticlib, rlib\n"), "{text}");
    assert!(text.contains("packages = [\"alpha\", \"gamma\"]\nartifacts = [\"staticlib\"]\n"));
    assert_eq!(world.cargo_builds(), 0, "it only asks");
    assert!(!world.path("Cargo.lock").exists(), "and settles nothing");
    let built = world.build();
    let names: Vec<_> = built.iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(names, ["libalpha.a", "libgamma.a"]);
    world.assert_fresh();
}

#[test]
fn it_is_written_at_the_root_of_the_workspace() {
    let world = World::without_config();
    let ran = world.freshness(["init", "--format", "json"]).in_directory(&world.path("beta/src"));
    let json = ran.run().expect(0).json();
    assert_eq!(json["path"], world.path("freshness.toml").to_str().unwrap());
    assert_eq!((&json["command"], &json["next"]), (&"init".into(), &"freshness build".into()));
    let packages = &json["packages"];
    assert_eq!(packages[0], serde_json::json!({ "name": "alpha", "makes": ["staticlib"] }));
    assert_eq!(packages[1], serde_json::json!({ "name": "gamma", "makes": ["staticlib", "rlib"] }));
}

#[test]
fn one_that_is_there_is_left_alone_unless_it_is_to_be_replaced() {
    let world = World::without_config();
    world.config("mine = true\n");
    let ran = world.freshness(["init", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "config-exists");
    assert!(ran.json()["error"]["hint"].as_str().unwrap().contains("--force"));
    assert_eq!(config(&world), "mine = true\n");
    let _ = world.freshness(["init", "--force"]).run().expect(0);
    assert!(config(&world).contains("[profile.default]"));
    // A link is replaced, not what it leads to; and nothing is written through one.
    fs::rename(world.path("freshness.toml"), world.path("kept.toml")).unwrap();
    fs::write(world.path("kept.toml"), "kept = true\n").unwrap();
    for leads_to in ["kept.toml", "nowhere"] {
        let _ = fs::remove_file(world.path("freshness.toml"));
        symlink(leads_to, world.path("freshness.toml")).unwrap();
        let ran = world.freshness(["init", "--format", "json"]).run();
        assert_eq!(ran.error_code(), "config-exists");
        let _ = world.freshness(["init", "--force"]).run().expect(0);
        assert!(fs::symlink_metadata(world.path("freshness.toml")).unwrap().is_file());
    }
    assert_eq!(fs::read_to_string(world.path("kept.toml")).unwrap(), "kept = true\n");
    assert!(!world.path("nowhere").exists());
    let left: Vec<_> = fs::read_dir(world.workspace()).unwrap().flatten().collect();
    assert!(left.iter().all(|e| !e.file_name().to_string_lossy().contains("new")), "{left:?}");
}

#[test]
fn without_libraries_for_others_whatever_cargo_makes_is_asked_for() {
    let world = World::without_config();
    world.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"beta\"]\n[workspace.lints]\n",
    );
    let _ = world.freshness(["init"]).run().expect(0);
    let text = config(&world);
    assert!(text.contains("packages = [\"beta\"]\nartifacts = [\"all\"]\n"), "{text}");
    let built = world.build();
    assert!(built.len() == 1 && built[0].ends_with("libbeta.rlib"), "{built:?}");
    world.assert_fresh();
}

#[test]
fn where_there_is_nothing_to_ask_for_nothing_is_written() {
    let errand = Errand::new();
    let init = || errand.freshness(["init", "--format", "json"]);
    assert_eq!(init().run().error_code(), "cargo-metadata");
    errand.write("Cargo.toml", "[workspace]\nmembers = []\n");
    assert_eq!(init().run().error_code(), "profile");
    assert_eq!(init().env("PATH", errand.path("nowhere")).run().error_code(), "cargo-missing");
    assert!(!errand.path("freshness.toml").exists());
}
