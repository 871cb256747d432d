//! The main job: build once, then answer from the stamp, with nothing on `PATH`.

use std::path::PathBuf;

use tests::World;

#[test]
fn the_second_build_prints_the_same_paths_and_starts_nothing() {
    let world = World::new();
    let first = world.freshness(["build", "--profile", "both"]).run().expect(0);
    let names: Vec<_> = first.paths().iter().map(|p| p.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["libgamma.a", "libalpha.a"], "in the order asked for");
    assert_eq!(world.cargo_builds(), 1);
    let constants = world.probe(&first.paths());
    assert_eq!((constants.of("alpha"), constants.of("gamma")), (1, 1));

    let starts = world.cargo_starts();
    for strategy in ["mtime", "hash"] {
        let args = ["build", "--profile", "both", "--strategy", strategy];
        let second = world.freshness(args).env("PATH", "/nonexistent").run().expect(0);
        assert_eq!(second.paths(), first.paths());
    }
    let args = ["build", "--profile", "both", "--format", "json"];
    let json = world.freshness(args).env("PATH", "/nonexistent").run().expect(0).json();
    assert_eq!(json["work"]["processes_spawned"], 0);
    assert_eq!(json["built"], false);
    let paths: Vec<PathBuf> = json["archives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|archive| archive["path"].as_str().unwrap().into())
        .collect();
    assert_eq!(paths, first.paths());
    assert_eq!(world.cargo_starts(), starts);
}

#[test]
fn without_cargo_stale_archives_are_an_error_that_names_it() {
    let world = World::new();
    let archives = world.build();
    world.set("alpha", 2);
    let only = world.path_with_only(&["rustc"]);
    for path in [PathBuf::from("/nonexistent"), only] {
        let args = ["build", "--format", "json"];
        let ran = world.freshness(args).env("PATH", &path).run();
        assert!(["cargo-missing", "rustc-missing"].contains(&&*ran.error_code()), "{ran:#?}");
        assert!(ran.stderr.contains("cargo") || ran.stderr.contains("rustc"), "{ran:#?}");
    }
    let only = world.path_with_only(&["rustc"]);
    let ran = world.freshness(["build"]).env("PATH", only).run().expect(2);
    assert!(ran.stderr.contains("`cargo`"), "{ran:#?}");
    assert_eq!(ran.stdout, "", "trouble goes to stderr alone");
    assert!(archives[0].exists());
}

#[test]
fn without_rustc_stale_archives_are_an_error_that_names_it() {
    let world = World::new();
    let archives = world.build();
    let only = world.path_with_only(&["cargo"]);
    let fresh = world.freshness(["build"]).env("PATH", &only).run().expect(0);
    assert_eq!(fresh.paths(), archives, "what is fresh is served");
    world.set("alpha", 2);
    let ran = world.freshness(["build", "--format", "json"]).env("PATH", &only).run();
    assert_eq!(ran.error_code(), "rustc-missing");
    assert!(ran.stderr.contains("`rustc`"), "{ran:#?}");
}

#[test]
fn a_first_build_without_cargo_is_an_error() {
    let world = World::new();
    let ran = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(2);
    assert!(ran.stderr.contains("cargo") || ran.stderr.contains("rustc"), "{ran:#?}");
    assert_eq!(ran.stdout, "");
}

#[test]
fn the_tools_may_be_named_by_variables_instead_of_path() {
    let world = World::new();
    let _ = world.path_with_only(&["cargo", "rustc"]);
    let only = world.root().join("only");
    // A linker must still be found.
    let run = |args: &[&str]| {
        world
            .freshness(args)
            .env("CARGO", only.join("cargo"))
            .env("RUSTC", only.join("rustc"))
            .env("PATH", "/usr/bin:/bin")
            .run()
    };
    let built = run(&["build"]).expect(0);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 1);
    assert_eq!(run(&["check", "--format", "json"]).reasons(), [""; 0]);
}

#[test]
fn the_configuration_is_found_upwards_and_can_be_named() {
    let world = World::new();
    let archives = world.build();
    let below = world.freshness(["build"]).in_directory(&world.path("alpha/src")).run().expect(0);
    assert_eq!(below.paths(), archives);
    let config = world.path("freshness.toml");
    let named = ["build", "--config", config.to_str().unwrap()];
    let elsewhere = world.freshness(named).in_directory(world.root()).run().expect(0);
    assert_eq!(elsewhere.paths(), archives);
    let relative = ["check", "--config", "workspace/freshness.toml"];
    let relative = world.freshness(relative).in_directory(world.root()).run().expect(0);
    assert!(relative.stdout.starts_with("fresh"), "{relative:#?}");
}

#[test]
fn reason_paths_are_relative_to_the_workspace_wherever_the_configuration_is() {
    let world = World::new();
    world.write("settings/freshness.toml", "[profile.default]\npackages = [\"alpha\"]\n");
    let run = |command| {
        let args = [command, "--config", "settings/freshness.toml", "--format", "json"];
        world.freshness(args).run()
    };
    assert_eq!(run("build").json()["built"], true);
    assert_eq!(run("check").reasons(), [""; 0]);
    world.set("beta", 2);
    assert_eq!(run("check").reasons(), ["input-changed beta/src/value.rs"]);
}

#[test]
fn the_strategy_comes_from_flag_then_variable_then_configuration() {
    let world = World::new();
    let _ = world.build();
    let strategy_of = |args: &[&str], variable: Option<&str>| {
        let run = world.freshness(["check", "--format", "json"]).args(args);
        let run = variable.into_iter().fold(run, |run, v| run.env("FRESHNESS_STRATEGY", v));
        run.run().expect(0).json()["strategy"].as_str().unwrap().to_owned()
    };
    assert_eq!(strategy_of(&[], None), "hash", "the default");
    assert_eq!(strategy_of(&[], Some("mtime")), "mtime");
    assert_eq!(strategy_of(&["--strategy", "hash"], Some("mtime")), "hash");
    world.config(&format!("strategy = \"mtime\"\n{}", "[profile.default]\npackages = [\"alpha\"]"));
    assert_eq!(strategy_of(&[], None), "mtime");
    assert_eq!(strategy_of(&[], Some("hash")), "hash");
}

#[test]
fn cargo_freshness_is_the_same_program() {
    let world = World::new();
    let built = world.cargo_freshness(["build"]).run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("alpha"), 1);
    let check = world.cargo_freshness(["check", "--format", "json"]).run();
    assert_eq!(check.reasons(), [""; 0], "by itself");
    assert_eq!(world.stale_by("mtime"), [""; 0], "what one built the other calls fresh");
    world.set("alpha", 2);
    let _ = world.cargo_freshness(["check"]).run().expect(1);
    let _ = world.cargo_freshness(["check", "--nope"]).run().expect(2);
}

#[test]
fn running_under_cargo_or_not_gives_one_answer() {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\", \"alpha\"]\n");
    let archives = world.build();
    // What `cargo run` and `cargo test` put into the environment of what they start.
    let ran =
        (world.check("hash").env("CARGO_PKG_NAME", "other").env("CARGO_PKG_VERSION", "9.9.9"))
            .env("CARGO_MANIFEST_DIR", "/elsewhere")
            .env("OUT_DIR", "/elsewhere/out")
            .run();
    assert_eq!(ran.reasons(), [""; 0]);
    assert_eq!(world.build(), archives);
}
