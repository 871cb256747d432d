//! Values of the environment stay where they are: no store, answer, reason, note or error shows one.

use std::fs;
use std::path::Path;

use tests::{Ran, World};

/// Variables that a stamp tracks, and some that it does not, each with a value that could be secret.
fn variables(secret: &str) -> Vec<(&'static str, String)> {
    let mut variables: Vec<(&'static str, String)> = [
        "TOKEN_OF_THE_PROFILE",
        "GAMMA_ENV",
        "CARGO_REGISTRY_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "CARGO_BUILD_SECRET",
        "CARGO_HOST_SECRET",
        "CARGO_UNSTABLE_SECRET",
        "CARGO_PROFILE_SECRET_SECRET",
        "CARGO_TARGET_SECRET_SECRET",
        "IPHONEOS_DEPLOYMENT_TARGET",
        "MACOSX_DEPLOYMENT_TARGET",
        "RUSTC_BOOTSTRAP",
        "RUST_TARGET_PATH",
        "SDKROOT",
        "SOURCE_DATE_EPOCH",
        "__CARGO_DEFAULT_LIB_METADATA",
    ]
    .map(|name| (name, format!("{secret}{}", name.to_lowercase())))
    .into();
    for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        variables.push((name, format!("--cfg {secret}{}", name.to_lowercase())));
    }
    let encoded = format!("--cfg\u{1f}{secret}encoded");
    variables.push(("CARGO_ENCODED_RUSTFLAGS", encoded));
    variables
}

fn run(world: &World, args: &[&str], secret: &str) -> Ran {
    let run = world.freshness(args);
    variables(secret).into_iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

fn assert_unsaid(ran: &Ran) {
    for said in [&ran.stdout, &ran.stderr] {
        assert!(!said.to_lowercase().contains("hunter"), "{ran:#?}");
    }
}

/// That no file in `dir` holds a secret, but in cargo's own directory, which is cargo's to write.
fn assert_unstored(dir: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        assert!(!path.to_string_lossy().contains("hunter"), "{}", path.display());
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                files += assert_unstored(&path);
            }
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        let is_held = bytes.windows(6).any(|found| found.eq_ignore_ascii_case(b"hunter"));
        assert!(!is_held, "{} holds a secret", path.display());
        files += 1;
    }
    files
}

#[test]
fn no_value_of_the_environment_is_stored_or_shown() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\", \"gamma\"]\nenv = [\"TOKEN_OF_THE_PROFILE\"]\n\
         rustflags = [\"--cfg\", \"ours\"]\n",
    );
    let every = [
        &["check"][..],
        &["check", "--format", "json"],
        &["explain", "--inputs"],
        &["explain", "--inputs", "--format", "json"],
        &["build"],
        &["build", "--format", "json"],
    ];
    for secret in ["hunter_one_", "hunter_two_"] {
        for args in every {
            let ran = run(&world, args, secret);
            assert!(ran.code() != Some(2), "{ran:#?}");
            assert_unsaid(&ran);
        }
        assert!(assert_unstored(&world.store()) > 5, "lock, stamps, cargo-saw, archives");
        let ran = run(&world, &["check"], secret).expect(0);
        assert!(ran.stdout.starts_with("fresh"), "they were all tracked as they are");
    }
    // Each that is tracked is named, and nothing more of it is said.
    let stale = run(&world, &["explain", "--format", "json"], "hunter_three_").expect(1);
    for name in ["TOKEN_OF_THE_PROFILE", "CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "SDKROOT"] {
        assert!(stale.stdout.contains(name), "{name}: {stale:#?}");
    }
    assert_unsaid(&stale);

    world.write("alpha/src/lib.rs", "this is no Rust");
    for args in [&["build"][..], &["build", "--format", "json"]] {
        assert_unsaid(&run(&world, args, "hunter_four_").expect(2));
    }
    let _ = assert_unstored(&world.store());
}
