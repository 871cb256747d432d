//! Repositories of others: looking runs nothing that they name, and a configuration of another user is
//! followed only where that was allowed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use tests::{Run, World};

/// A program that leaves a trace of having run.
fn canary(world: &World, name: &str) -> PathBuf {
    let program = world.path("evil").join(name);
    let trace = world.root().join("canary-sang");
    tests::write(&program, format!("#!/bin/sh\necho {name} >> '{}'\nexit 1\n", trace.display()));
    fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("chmod");
    program
}

/// Everything by which a repository can make cargo, rustup or git run a program of its own.
fn plant_canaries(world: &World) {
    for name in ["rustc", "cargo", "bin/rustc", "bin/cargo", "wrap", "run", "link", "ask"] {
        let _ = canary(world, name);
    }
    let evil = world.path("evil").display().to_string();
    world.write(
        ".cargo/config.toml",
        format!(
            "[build]\nrustc = \"{evil}/rustc\"\nrustc-wrapper = \"{evil}/wrap\"\n\
             rustc-workspace-wrapper = \"{evil}/wrap\"\nrustdoc = \"{evil}/rustc\"\n\
             [target.'cfg(all())']\nrunner = \"{evil}/run\"\nlinker = \"{evil}/link\"\n\
             [registry]\nglobal-credential-providers = [\"{evil}/ask\"]\n\
             [env]\nRUSTC = \"{evil}/rustc\"\nRUSTC_WRAPPER = \"{evil}/wrap\"\n"
        ),
    );
    world.write("rust-toolchain.toml", format!("[toolchain]\npath = \"{evil}\"\n"));
    world.write(
        ".git/config",
        format!("[core]\nfsmonitor = \"{evil}/run\"\nsshCommand = \"{evil}/run\"\n"),
    );
}

#[test]
fn looking_runs_nothing_that_a_repository_names() {
    for is_built in [false, true] {
        let world = World::new();
        if is_built {
            let _ = world.build();
        }
        plant_canaries(&world);
        let before = tests::snapshot(world.root());
        for command in ["check", "explain"] {
            for strategy in ["mtime", "hash"] {
                let _ = world.freshness([command, "--strategy", strategy]).run().expect(1);
                let path = format!("{}:/usr/bin:/bin", world.path("evil/bin").display());
                let ran = world.freshness([command, "--strategy", strategy]).env("PATH", path);
                let _ = ran.run().expect(1);
            }
        }
        assert!(tests::snapshot(world.root()) == before, "something was written");
        assert!(!world.root().join("canary-sang").exists());
    }
    // The canaries are alive: a build runs what the repository names, as cargo does.
    let world = World::new();
    plant_canaries(&world);
    let _ = world.freshness(["build"]).run().expect(2);
    assert!(world.root().join("canary-sang").exists());
}

/// A user that is neither us nor the system's, where we may give files away.
fn stranger(world: &World) -> Option<u32> {
    let me = fs::metadata(world.root()).expect("a world has a root").uid();
    (me == 0).then_some(12_345)
}

#[test]
fn a_configuration_of_another_user_is_followed_only_where_that_is_allowed() {
    let world = World::new();
    // Only root can make files of others; the rest of the rules is tested without.
    let Some(stranger) = stranger(&world) else { return };
    let config = world.path("freshness.toml");
    let give: [(&Path, &str); 2] = [(&config, "it"), (&world.workspace(), "its directory")];
    for (path, what) in give {
        chown(path, Some(stranger), None).expect("chown");
        for command in ["check", "build", "explain"] {
            let ran = world.freshness([command, "--format", "json"]).run();
            assert_eq!(ran.error_code(), "config-untrusted", "{command} {what}");
            let problem = format!("{what} belongs to user {stranger}, not to user 0");
            assert!(ran.stderr.contains(&problem), "{ran:#?}");
            assert!(ran.stderr.contains("FRESHNESS_TRUST"), "the next step: {ran:#?}");
            let named = config.to_str().expect("UTF-8");
            let ran = world.freshness([command, "--config", named, "--format", "json"]).run();
            assert_eq!(ran.error_code(), "config-untrusted", "{command} {what}");
        }
        assert!(!world.path("target").exists(), "nothing is made");
        let allowed = world.workspace().display().to_string();
        for list in [allowed.clone(), format!("/no/such:{allowed}"), "*".into()] {
            let _ = world.freshness(["check"]).env("FRESHNESS_TRUST", list).run().expect(1);
        }
        for list in ["", ".", "/"] {
            let ran = world.freshness(["check"]).env("FRESHNESS_TRUST", list).run().expect(2);
            assert!(ran.stderr.contains("belongs to user"), "{list:?}: {ran:#?}");
        }
        chown(path, Some(0), None).expect("chown");
    }
    // A link of theirs to a configuration of ours would choose what it is applied to.
    let ours = world.root().join("ours.toml");
    fs::rename(&config, &ours).expect("move");
    symlink(&ours, &config).expect("link");
    let _ = world.freshness(["check"]).run().expect(1);
    lchown(&config, Some(stranger), None).expect("lchown");
    let ran = world.freshness(["check", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "config-untrusted");
}

#[test]
fn the_compiler_follows_no_configuration_of_another_user_either() {
    let world = World::new();
    let Some(stranger) = stranger(&world) else { return };
    world.write("x.ts", "console.log(\"x\");\n");
    world.write("nativets.toml", "");
    let run = || {
        let args = ["check", "x.ts", "--format", "json"];
        Run::new(tests::nativets(), &world.workspace()).args(args)
    };
    let _ = run().run().expect(0);
    chown(world.path("nativets.toml"), Some(stranger), None).expect("chown");
    let ran = run().run().expect(2);
    assert!(ran.stdout.contains("config-untrusted"), "{ran:#?}");
    assert!(ran.stderr.contains("FRESHNESS_TRUST"), "{ran:#?}");
    let _ = run().env("FRESHNESS_TRUST", world.workspace()).run().expect(0);
}

#[test]
fn every_part_of_a_store_that_is_another_users_is_refused_with_the_next_step() {
    let world = World::new();
    let archives = world.build();
    let Some(stranger) = stranger(&world) else { return };
    let slot = world.slot(&archives[0]);
    for name in ["", "stamp", "stamps", "lock", "cargo-saw", "archives", "target"] {
        let path = if name.is_empty() { slot.clone() } else { slot.join(name) };
        chown(&path, Some(stranger), None).expect("chown");
        for command in ["check", "build", "explain"] {
            let ran = world.freshness([command, "--format", "json"]).run();
            assert_eq!(ran.error_code(), "store-untrusted", "{command} {name}");
            assert!(ran.stderr.contains("run as the user that it belongs to"), "{ran:#?}");
        }
        chown(&path, Some(0), None).expect("chown");
    }
    world.assert_fresh();
    for path in [archives[0].as_path(), archives[0].parent().expect("a directory")] {
        chown(path, Some(stranger), None).expect("chown");
        let reasons = world.stale_by("hash");
        assert!(reasons.iter().any(|r| r.starts_with("archive-changed")), "{reasons:?}");
        chown(path, Some(0), None).expect("chown");
    }
}

#[test]
fn a_stamp_is_not_read_through_a_link() {
    for name in ["", "archives"] {
        let world = World::new();
        let archives = world.build();
        let planted = world.slot(&archives[0]);
        let planted = if name.is_empty() { planted } else { planted.join(name) };
        let elsewhere = world.root().join("elsewhere");
        fs::rename(&planted, &elsewhere).expect("move");
        symlink(&elsewhere, &planted).expect("link");
        for strategy in ["mtime", "hash"] {
            assert_ne!(world.stale_by(strategy), [""; 0], "{name:?} by {strategy}");
        }
    }
}
