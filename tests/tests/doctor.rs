//! `doctor`: finds what would make builds fail or mislead, and leaves everything as it was.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;
use tests::{Ran, Run, World};

fn doctor(world: &World) -> Run {
    world.freshness(["doctor", "--format", "json"])
}

/// What was found under a code: its status and detail. The exit status must follow from all of them.
#[track_caller]
fn found(ran: &Ran, code: &str) -> (String, String) {
    let json = ran.json();
    let findings = json["findings"].as_array().unwrap();
    let is_bad = findings.iter().any(|finding| finding["status"] == "bad");
    assert_eq!(ran.code(), Some(i32::from(is_bad)), "{ran:#?}");
    for finding in findings {
        let needs_advice = finding["status"] != "ok";
        assert_eq!(finding["advice"].is_string(), needs_advice, "{finding}");
    }
    let finding = findings.iter().find(|finding| finding["code"] == code);
    let finding = finding.unwrap_or_else(|| panic!("nothing of {code}: {ran:#?}"));
    let text = |name: &str| finding[name].as_str().unwrap().to_owned();
    (text("status"), text("detail"))
}

#[track_caller]
fn assert_found(ran: &Ran, code: &str, status: &str, detail: &str) {
    let (is, says) = found(ran, code);
    assert!(is == status && says.contains(detail), "{code} is {is}: {says}");
}

fn codes(json: &Value) -> Vec<String> {
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn everything_is_looked_at_in_a_fixed_order() {
    let world = World::new();
    let _ = world.build();
    let ran = doctor(&world).run().expect(0);
    let json = ran.json();
    assert_eq!((&json["schema"], &json["command"]), (&1.into(), &"doctor".into()));
    let expected = "config cargo rustc linker store store-writable store-space store-tag slots \
                    store-file-system tick precision clock ctime inodes locks durable reflinks case \
                    sources-file-system sources strategy";
    assert_eq!(codes(&json).join(" "), expected);
    assert_found(&ran, "store", "ok", "is yours alone");
    assert_found(&ran, "slots", "ok", "1 slot");
    assert_found(&ran, "locks", "ok", "second handle");
    assert_found(&ran, "durable", "ok", "");
    let text = world.freshness(["doctor"]).run().expect(0);
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!(lines.len(), codes(&json).len(), "a line a finding: {text:#?}");
    assert!(lines[0].starts_with("ok   config: "), "{text:#?}");
}

#[test]
fn every_code_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/STORE.md");
    let page = fs::read_to_string(page).unwrap();
    let world = World::new();
    let ran = doctor(&world).env("RUSTC_WRAPPER", "none").run();
    for code in codes(&ran.json()) {
        assert!(page.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn nothing_but_the_store_is_touched_and_no_probe_is_left() {
    let world = World::new();
    let _ = world.build();
    let slots = |tree: tests::Tree| -> tests::Tree {
        // The store's own times tell that probes came and went.
        tree.into_iter().filter(|(path, _)| *path != world.store()).collect()
    };
    let before = slots(tests::snapshot(&world.workspace()));
    let _ = doctor(&world).run().expect(0);
    assert_eq!(slots(tests::snapshot(&world.workspace())), before);
    world.assert_fresh();
    assert_eq!(world.cargo_builds(), 1);
}

#[test]
fn a_store_that_is_not_there_is_made_as_a_build_would() {
    let world = World::new();
    assert_found(&doctor(&world).run(), "store", "ok", "was not there and is made");
    let mode = fs::metadata(world.store()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let names = fs::read_dir(world.store()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["CACHEDIR.TAG"]);
    assert_eq!(world.build_and_probe().of("alpha"), 1);
}

#[test]
fn a_held_slot_does_not_hold_the_doctor_up() {
    let world = World::new();
    let gate = world.gate();
    gate.stop_times(1);
    let build = world.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper()).start();
    gate.reached(1);
    let ran = doctor(&world).run();
    assert_found(&ran, "slots", "ok", "1 slot");
    gate.open(1);
    let _ = build.wait().expect(0);
}

#[test]
fn without_a_configuration_the_rest_is_examined() {
    let world = World::new();
    let named = doctor(&world).args(["--config", "none.toml"]).run();
    assert_found(&named, "config", "bad", "read the configuration none.toml");
    // Worlds lie below a directory that has one.
    let ran = doctor(&world).in_directory(Path::new("/")).run();
    assert_found(&ran, "config", "bad", "find freshness.toml in / or above it");
    let expected = "config cargo rustc linker sources-file-system sources strategy";
    assert_eq!(codes(&ran.json()).join(" "), expected);
    assert!(ran.json()["store"].is_null());
    assert!(!world.store().exists(), "where it would be is not known");

    world.config("colour = 1\n");
    assert_found(
        &doctor(&world).run(),
        "config",
        "bad",
        "freshness.toml:1: unknown field `colour`",
    );
    world.config("");
    assert_found(&doctor(&world).run(), "config", "warn", "has no profile");
    let wrong = doctor(&world).env("FRESHNESS_STRATEGY", "guess").run();
    assert_found(&wrong, "config", "bad", "`guess`");
}

#[test]
fn a_store_that_is_not_believed_is_not_written_to() {
    let world = World::new();
    let _ = world.build();
    fs::set_permissions(world.store(), Permissions::from_mode(0o777)).unwrap();
    let before = tests::snapshot(&world.store());
    let ran = doctor(&world).run();
    assert_found(&ran, "store", "bad", "everyone may write it");
    assert!(!codes(&ran.json()).contains(&"locks".to_owned()), "nothing was tried");
    assert_eq!(tests::snapshot(&world.store()), before);
}

#[test]
fn a_store_that_cannot_be_is_bad() {
    let world = World::new();
    world.write("target/freshness", "a file");
    assert_found(&doctor(&world).run(), "store", "bad", "it is not a directory");
    for store in ["/proc/nothing/here", "target/freshness/below"] {
        world.config(&format!("store = \"{store}\"\n[profile.default]\npackages = [\"alpha\"]\n"));
        let (status, detail) = found(&doctor(&world).run(), "store");
        assert_eq!(status, "bad", "{store}: {detail}");
    }
    assert_eq!(fs::read_to_string(world.store()).unwrap(), "a file");
}

#[test]
fn a_full_disk_is_bad_and_no_probe_is_left() {
    let world = World::new();
    let _ = world.build();
    let full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""];
    // A pipe has no limit: what is said there is whole.
    let ran = doctor(&world).under(&full).run();
    assert_found(&ran, "store-writable", "bad", "cannot be written");
    assert_found(&ran, "rustc", "ok", "rustc 1.");
    assert_eq!(fs::read_dir(world.store()).unwrap().count(), 2, "a slot and the tag");
    world.assert_fresh();
}

#[test]
fn what_is_not_ours_in_the_store_is_named() {
    let world = World::new();
    let archives = world.build();
    let slot = world.slot(&archives[0]);
    fs::write(world.store().join(OsStr::from_bytes(b"odd\xff\n")), "x").unwrap();
    fs::create_dir(world.store().join("ABC")).unwrap();
    fs::create_dir(world.store().join(".removing-x")).unwrap();
    let ran = doctor(&world).run().expect(0);
    assert_found(&ran, "slots", "warn", "1 slot, and what is not ours: ABC, odd\\xff\\x0a");
    fs::set_permissions(&slot, Permissions::from_mode(0o777)).unwrap();
    assert_found(&doctor(&world).run(), "slots", "bad", "everyone may write it");
}

#[test]
fn a_store_that_another_program_tagged_is_not_believed() {
    let world = World::new();
    world.write("target/freshness/CACHEDIR.TAG", "something else");
    fs::set_permissions(world.store(), Permissions::from_mode(0o700)).unwrap();
    assert_found(&doctor(&world).run().expect(1), "store", "bad", "is another program's");
    fs::remove_file(world.store().join("CACHEDIR.TAG")).unwrap();
    assert_found(&doctor(&world).run(), "store-tag", "ok", "");
}

#[test]
fn programs_that_are_missing_or_broken_are_found() {
    let world = World::new();
    let nothing = doctor(&world).env("PATH", world.path_with_only(&[])).run();
    assert_found(&nothing, "cargo", "bad", "it is not on PATH");
    assert_found(&nothing, "rustc", "bad", "it is not on PATH");
    assert_found(&nothing, "linker", "warn", "there is no `cc` on PATH");

    let broken = |name: &str, program: &Path| doctor(&world).env(name, program).run();
    let no_program = world.path("Cargo.toml");
    assert_found(&broken("RUSTC", &no_program), "rustc", "bad", "is not there");
    assert_found(
        &broken("RUSTC_WRAPPER", &world.path("none")),
        "wrapper",
        "bad",
        "/none, which is",
    );
    let failing = world.root().join("failing");
    fs::write(&failing, "#!/bin/sh\necho 'some words' >&2\nexit 3\n").unwrap();
    fs::set_permissions(&failing, Permissions::from_mode(0o755)).unwrap();
    assert_found(&broken("RUSTC", &failing), "rustc", "bad", "does not run: it ended with");
    assert_found(&broken("CARGO", &failing), "cargo", "bad", "some words");
    let lines = world.freshness(["doctor"]).env("CARGO", &failing).run();
    assert!(lines.stdout.lines().all(|line| line.contains(": ")), "a line a finding: {lines:#?}");
}

#[test]
fn a_cargo_of_an_unknown_version_is_noted_where_that_matters() {
    let world = World::new();
    let other = world.root().join("other-cargo");
    fs::write(&other, "#!/bin/sh\necho 'cargo 9.0.0'\n").unwrap();
    fs::set_permissions(&other, Permissions::from_mode(0o755)).unwrap();
    let ran = || doctor(&world).env("CARGO", &other).run();
    assert_found(&ran(), "cargo", "note", "cargo 9.0.0");
    world.config("vouch = false\n[profile.default]\npackages = [\"alpha\"]\n");
    assert_found(&ran(), "cargo", "ok", "cargo 9.0.0");
}

#[test]
fn a_target_whose_library_is_missing_is_found() {
    let world =
        World::with_config("[profile.default]\npackages = [\"alpha\"]\ntarget = \"riscv9-none\"\n");
    assert_found(&doctor(&world).run(), "target", "warn", "no standard library for riscv9-none");
}

#[test]
fn the_strategy_is_judged_by_what_was_tried() {
    let world = World::new();
    let (_, said) = found(&doctor(&world).run(), "strategy");
    let recommended = doctor(&world).run().json()["recommended"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!("{recommended} is recommended: ")), "{said}");
    let profile = "[profile.default]\npackages = [\"alpha\"]\n";
    let newer = "strategy = \"mtime\"\n[strategy-options.mtime]\nrule = \"newer-than\"\n";
    world.config(&format!("{newer}{profile}"));
    assert_found(&doctor(&world).run(), "strategy", "warn", "edits that leave an old time");
}

#[test]
fn arguments_of_other_commands_are_refused() {
    let world = World::new();
    let refused = world.freshness(["doctor", "--profile", "x", "--format", "json"]).run();
    assert_eq!(refused.error_code(), "usage");
    let unheard = world.freshness(["doctor"]);
    let unheard = unheard.under(&["sh", "-c", "exec \"$0\" \"$@\" >/dev/full"]).run();
    let _ = unheard.expect(2);
}
