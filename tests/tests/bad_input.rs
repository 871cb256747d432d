//! Configuration and arguments that cannot be followed: clear words, the right status, no harm.

use std::fs;
use tests::World;

#[test]
fn a_broken_configuration_names_file_line_and_what_is_allowed() {
    let profile = "[profile.default]\npackages = [\"alpha\"]\n";
    let table: [(&str, usize, &[&str]); 20] = [
        ("strateg = \"hash\"\n", 1, &["strateg", "`strategy`", "`store`"]),
        ("\n\nstrategy = \"magic\"\n", 3, &["magic", "hash", "mtime"]),
        ("strategy = 5\n", 1, &["hash", "mtime"]),
        ("store = [1]\n", 1, &["string"]),
        ("lock-timeout = \"soon\"\n", 1, &["lock-timeout", "10m"]),
        ("lock-timeout = 10\n", 1, &["string"]),
        ("[strategy-options.mtime]\nrule = \"older\"\n", 2, &["recorded", "newer-than"]),
        ("[strategy-options.mtime]\nrul = \"recorded\"\n", 2, &["rul", "rule"]),
        ("[strategy-options.hash]\nreread = \"never\"\n", 2, &["changed", "always"]),
        ("[strategy-options.magic]\n", 1, &["magic", "hash", "mtime"]),
        ("[profile.other]\npackages = \"alpha\"\n", 2, &["sequence"]),
        ("[profile.other]\npackages = []\n", 2, &["packages"]),
        ("[profile.other]\nfeatures = []\n", 1, &["packages"]),
        ("[profile.other]\npackages = [\"alpha\"]\nfeature = []\n", 3, &["feature", "`features`"]),
        ("[profile.other]\npackages = [\"alpha\"]\npanic = \"maybe\"\n", 3, &["unwind", "abort"]),
        ("[profile.other]\npackages = [\"alpha\"]\nemit = [\"asm\"]\n", 3, &["link", "llvm-bc"]),
        ("[profile.other]\npackages = [\"alpha\"]\nemit = [\"llvm-bc\"]\n", 3, &["link"]),
        (
            "[profile.other]\npackages = [\"alpha\"]\non-failure = \"shrug\"\n",
            3,
            &["error", "prebuilt"],
        ),
        ("[profile.other]\npackages = [\"alpha\"]\nextra-inputs = [\"a[\"]\n", 3, &[]),
        ("[profile.other\n", 1, &[]),
    ];
    let world = World::new();
    let mut unclear = Vec::new();
    for (text, line, words) in table {
        world.config(&format!("{text}{profile}"));
        for command in ["check", "build", "explain"] {
            let ran = world.freshness([command, "--format", "json"]).run();
            assert_eq!(ran.error_code(), "config", "{text}");
            let error = &ran.json()["error"];
            let message = error["message"].as_str().unwrap();
            let place = format!("freshness.toml:{line}");
            if !message.contains(&place) || !words.iter().all(|word| message.contains(word)) {
                unclear.push(format!("{text}{message}\n"));
            }
            assert_eq!(error["path"], world.path("freshness.toml").to_str().unwrap());
        }
    }
    assert!(!world.store().exists(), "nothing was begun");
    unclear.dedup();
    assert!(unclear.is_empty(), "{}", unclear.concat());
}

#[test]
fn a_configuration_that_is_not_there_or_not_a_file() {
    let nowhere = tempfile::tempdir().unwrap();
    let world = World::new();
    let ran = world.freshness(["build", "--format", "json"]).in_directory(nowhere.path()).run();
    assert_eq!(ran.error_code(), "config-missing");
    assert!(ran.stderr.contains("freshness.toml"), "{ran:#?}");
    let ran = world.freshness(["check", "--config", "no/such.toml", "--format", "json"]).run();
    assert!(ran.error_code().starts_with("config"), "{ran:#?}");
    assert!(ran.stderr.contains("no/such.toml"), "{ran:#?}");
    fs::remove_file(world.path("freshness.toml")).unwrap();
    fs::create_dir(world.path("freshness.toml")).unwrap();
    assert_eq!(world.freshness(["check", "--format", "json"]).run().error_code(), "config");
    fs::remove_dir(world.path("freshness.toml")).unwrap();
    fs::write(world.path("freshness.toml"), b"strategy = \"\xff\"\n").unwrap();
    assert_eq!(world.freshness(["check", "--format", "json"]).run().error_code(), "config");
}

#[test]
fn unknown_names_are_errors_that_tell_the_known_ones() {
    let world = World::new();
    let run = |args: &[&str]| world.freshness(args).args(["--format", "json"]).run();
    let ran = run(&["check", "--profile", "nope"]);
    assert_eq!(ran.error_code(), "profile");
    let words = ["nope", "default", "both", "gamma", "extra"];
    assert!(words.iter().all(|word| ran.stderr.contains(word)), "{ran:#?}");

    let ran = run(&["check", "--strategy", "magic"]);
    let _ = ran.error_code();
    assert!(["magic", "mtime", "hash"].iter().all(|w| ran.stderr.contains(w)), "{ran:#?}");
    let ran = world.freshness(["check"]).env("FRESHNESS_STRATEGY", "magic").run().expect(2);
    let words = ["FRESHNESS_STRATEGY", "magic", "mtime", "hash"];
    assert!(words.iter().all(|word| ran.stderr.contains(word)), "{ran:#?}");

    for (setting, words) in [
        ("packages = [\"nope\"]", ["nope", "alpha", "gamma"]),
        ("packages = [\"gamma\"]\nfeatures = [\"gamma/nope\"]", ["nope", "gamma", "feature"]),
        ("packages = [\"gamma\"]\nfeatures = [\"nope/extra\"]", ["nope", "nope", "nope"]),
    ] {
        world.config(&format!("[profile.default]\n{setting}\n"));
        let ran = run(&["build"]);
        let _ = ran.error_code();
        assert!(words.iter().all(|word| ran.stderr.contains(word)), "{setting}: {ran:#?}");
    }
    world.config("[profile.default]\npackages = [\"alpha\"]\ncargo-profile = \"nope\"\n");
    let ran = run(&["build"]);
    let _ = ran.error_code();
    assert!(ran.stderr.contains("nope"), "{ran:#?}");
    world.config("[profile.default]\npackages = [\"alpha\"]\ntarget = \"no-such-triple\"\n");
    let ran = run(&["build"]);
    let _ = ran.error_code();
    assert!(ran.stderr.contains("no-such-triple"), "{ran:#?}");
}

#[test]
fn a_package_that_makes_no_static_library_is_named() {
    let world = World::with_config("[profile.default]\npackages = [\"alpha\", \"beta\"]\n");
    let ran = world.freshness(["build", "--format", "json"]).run();
    let _ = ran.error_code();
    assert!(ran.stderr.contains("beta") && ran.stderr.contains("staticlib"), "{ran:#?}");
    assert_ne!(world.stale_by("hash"), [""; 0]);
}

#[test]
fn a_directory_without_a_workspace_is_an_error() {
    let world = World::new();
    let nowhere = tempfile::tempdir().unwrap();
    let config = nowhere.path().join("freshness.toml");
    fs::write(&config, "[profile.default]\npackages = [\"alpha\"]\n").unwrap();
    let args = ["build", "--format", "json", "--config", config.to_str().unwrap()];
    let ran = world.freshness(args).run();
    let _ = ran.error_code();
    assert!(ran.stderr.contains("Cargo.toml"), "{ran:#?}");
    world.write("Cargo.toml", "this is not TOML");
    let ran = world.freshness(["build", "--format", "json"]).run();
    let _ = ran.error_code();
    assert!(ran.stderr.contains("Cargo.toml"), "{ran:#?}");
}

#[test]
fn arguments_that_are_not_understood_exit_with_two() {
    let world = World::new();
    let tables: [&[&str]; 5] =
        [&[], &["chekc"], &["check", "--nope"], &["check", "more"], &["build", "--build-missing"]];
    for args in tables {
        let ran = world.freshness(args).run().expect(2);
        assert_eq!(ran.stdout, "", "{args:?}");
        assert_ne!(ran.stderr, "", "{args:?}");
    }
    for args in [&["check", "--nope", "--format", "json"], &["check", "x", "--format", "json"]] {
        let _ = world.freshness(args).run().error_code();
    }
    let _ = world.freshness(["check", "--format", "xml"]).run().expect(2);
    let help = world.freshness(["--help"]).run().expect(0);
    assert!(["check", "build", "explain"].iter().all(|c| help.stdout.contains(c)), "{help:#?}");
}
