//! A cargo workspace without a configuration: would `cargo build` do anything here, and what does it make?
#![expect(clippy::disallowed_methods, reason = "puts an installed program on PATH")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use tests::{Errand, Run, World, long_ago};

const PACKAGE: &str = "version = \"0.1.0\"\nedition = \"2024\"\n";

/// Programs, a dynamic library and a macro beside the generated packages; no `freshness.toml`.
fn plain() -> World {
    let world = World::without_config();
    world.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"alpha\", \"beta\", \"gamma\", \"apps/*\"]\n\
         [workspace.lints.rust]\nunexpected_cfgs = \"allow\"\n",
    );
    let manifest = |name: &str, rest: &str| {
        let text = format!("[package]\nname = \"{name}\"\n{PACKAGE}{rest}");
        world.write(&format!("apps/{name}/Cargo.toml"), text);
    };
    manifest("tool", "[dependencies]\nbeta = { path = \"../../beta\" }\n");
    world.write("apps/tool/src/main.rs", "fn main() { println!(\"{}\", beta::value::VALUE) }\n");
    world.write("apps/tool/src/bin/second.rs", "fn main() { println!(\"second\") }\n");
    manifest("dynamic", "[lib]\ncrate-type = [\"cdylib\"]\n");
    world.write(
        "apps/dynamic/src/lib.rs",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn dynamic() -> i32 { 7 }\n",
    );
    world
}

fn names(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

/// What the published program of this name prints.
#[track_caller]
fn says(paths: &[PathBuf], name: &str) -> String {
    let program = paths.iter().find(|path| path.ends_with(name)).unwrap();
    let ran = Run::new(program, Path::new("/")).run().expect(0);
    ran.stdout.trim_end().to_owned()
}

#[test]
fn whatever_cargo_makes_is_published_and_then_fresh() {
    let world = plain();
    let before = tests::snapshot(world.root());
    for strategy in ["mtime", "hash"] {
        let reasons = world.stale_by(strategy);
        assert!(reasons.len() == 1 && reasons[0].starts_with("no-stamp "), "{reasons:?}");
    }
    assert!(tests::snapshot(world.root()) == before, "looking starts and writes nothing");
    assert_eq!(world.cargo_starts(), 0);

    let built = world.build();
    let all = [
        "libalpha.a",
        "libbeta.rlib",
        "libdynamic.so",
        "libgamma.a",
        "libgamma.rlib",
        "second",
        "tool",
    ];
    #[cfg(target_os = "linux")]
    assert_eq!(names(&built), all);
    assert_eq!(built.len(), all.len());
    assert_eq!((says(&built, "tool"), says(&built, "second")), ("1".into(), "second".into()));
    assert_eq!(world.probe(&built[..1]).of("alpha"), 1);
    world.assert_fresh();
    assert_eq!((world.build(), world.cargo_builds()), (built, 1));
}

#[test]
fn a_published_program_is_made_anew_when_what_it_is_made_from_changes() {
    let world = plain();
    let _ = world.build();
    world.set("beta", 2);
    world.assert_stale("input-changed beta/src/value.rs");
    let built = world.build();
    assert_eq!(says(&built, "tool"), "2");
    world.assert_fresh();
    // Whatever time the change carries.
    world.set_at("beta", 3, long_ago());
    world.assert_stale("input-changed beta/src/value.rs");
    assert_eq!(says(&world.build(), "tool"), "3");
    world.write("apps/tool/src/main.rs", "fn main() { println!(\"other\") }\n");
    assert_eq!(says(&world.build(), "tool"), "other");
}

#[test]
fn the_answer_says_what_each_file_is() {
    let world = plain();
    let json = world.freshness(["build", "--format", "json"]).run().expect(0).json();
    let archives = json["archives"].as_array().unwrap();
    let kinds: Vec<(&str, &str)> = (archives.iter())
        .map(|archive| (archive["package"].as_str().unwrap(), archive["kind"].as_str().unwrap()))
        .collect();
    let expected = [
        ("alpha", "staticlib"),
        ("beta", "rlib"),
        ("dynamic", "cdylib"),
        ("gamma", "staticlib"),
        ("gamma", "rlib"),
        ("tool", "bin"),
        ("tool", "bin"),
    ];
    assert_eq!(kinds, expected);
    for archive in archives {
        let mode = fs::metadata(archive["path"].as_str().unwrap()).unwrap().permissions().mode();
        let expected = if archive["kind"] == "bin" { 0o555 } else { 0o444 };
        assert_eq!(mode & 0o777, expected, "{archive}");
    }
}

#[test]
fn a_damaged_program_is_told_and_replaced() {
    let world = plain();
    let built = world.build();
    let tool = built.iter().find(|path| path.ends_with("tool")).unwrap();
    fs::remove_file(tool).unwrap();
    fs::write(tool, "#!/bin/sh\necho forged\n").unwrap();
    let reasons = world.stale_by("hash");
    assert!(reasons.len() == 1 && reasons[0].starts_with("archive-changed "), "{reasons:?}");
    assert_eq!(says(&world.build(), "tool"), "1");
    world.assert_fresh();
}

#[test]
fn what_cargo_would_come_to_build_is_noticed() {
    let world = plain();
    let _ = world.build();
    let main = "fn main() { println!(\"new\") }\n";
    let added = |path: &str, text: &str, reason: &str| {
        world.write(path, text);
        world.assert_stale(reason);
        fs::remove_file(world.path(path)).unwrap();
        world.assert_fresh();
    };
    added("apps/tool/src/bin/new.rs", main, "input-added apps/tool/src/bin/new.rs");
    added("apps/tool/src/bin/big/main.rs", main, "input-added apps/tool/src/bin/big/main.rs");
    added("apps/tool/src/lib.rs", "", "input-added apps/tool/src/lib.rs");
    added("apps/dynamic/src/main.rs", main, "input-added apps/dynamic/src/main.rs");

    world.write("apps/new/Cargo.toml", format!("[package]\nname = \"new\"\n{PACKAGE}"));
    world.write("apps/new/src/main.rs", main);
    world.assert_stale("input-added apps/new/Cargo.toml");
    let built = world.build();
    assert_eq!(says(&built, "new"), "new");
    fs::remove_dir_all(world.path("apps/new")).unwrap();
    world.assert_stale("input-removed apps/new/Cargo.toml");
    assert!(!names(&world.build()).contains(&"new"));
    world.assert_fresh();
}

#[test]
fn default_members_are_what_is_built() {
    let world = plain();
    let manifest = fs::read_to_string(world.path("Cargo.toml")).unwrap();
    let members = |members: &str| {
        let text = format!("default-members = [{members}]\n[workspace.lints.rust]");
        world.write("Cargo.toml", manifest.replace("[workspace.lints.rust]", &text));
    };
    members("\"alpha\"");
    assert_eq!(names(&world.build()), ["libalpha.a"]);
    members("\"apps/tool\", \"alpha\"");
    world.assert_stale("input-changed Cargo.toml");
    assert_eq!(names(&world.build()), ["libalpha.a", "second", "tool"]);
}

#[test]
fn where_one_stands_says_what_is_built_and_the_store_is_the_workspaces() {
    let world = plain();
    let built = world.freshness(["build"]).in_directory(&world.path("apps/tool/src"));
    let built = built.run().expect(0).paths();
    assert_eq!(names(&built), ["second", "tool"]);
    assert!(built[0].starts_with(world.store()));
    let check = world.freshness(["check"]).in_directory(&world.path("apps/tool"));
    let _ = check.run().expect(0);
    let _ = world.freshness(["check"]).run().expect(1);
}

#[test]
fn one_package_and_a_release_may_be_asked_for() {
    let world = plain();
    let build = |args: &[&str]| {
        let built = world.freshness(["build"].iter().chain(args)).run().expect(0).paths();
        let _ = world.freshness(["check"].iter().chain(args)).run().expect(0);
        built
    };
    assert_eq!(names(&build(&["--package", "tool"])), ["second", "tool"]);
    assert_eq!(names(&build(&["-p", "tool", "-p", "alpha"])), ["second", "tool", "libalpha.a"]);
    let (dev, release) = (build(&["-p", "alpha"]), build(&["-p", "alpha", "--release"]));
    let debug = |archives: &[PathBuf]| world.probe(archives).of("debug");
    assert_eq!((debug(&dev), debug(&release)), (1, 0));
    let unknown = world.freshness(["build", "-p", "nope", "--format", "json"]).run();
    assert_eq!(unknown.error_code(), "profile");
    // A configuration is no obstacle.
    world.config("store = \"kept\"\n[profile.default]\npackages = [\"alpha\"]\n");
    assert!(build(&["-p", "tool"])[0].starts_with(world.path("kept")));
    assert_eq!(names(&build(&[])), ["libalpha.a"]);
    let both = ["check", "-p", "tool", "--profile", "default", "--format", "json"];
    assert_eq!(world.freshness(both).run().error_code(), "usage");
}

#[test]
fn a_program_that_needs_features_is_built_where_they_are_on() {
    let world = plain();
    let manifest = fs::read_to_string(world.path("apps/tool/Cargo.toml")).unwrap();
    let with = |default: &str| {
        let features = format!("[features]\ndefault = [{default}]\nmore = []\n");
        let second = "[[bin]]\nname = \"second\"\nrequired-features = [\"more\"]\n";
        world.write("apps/tool/Cargo.toml", format!("{manifest}{features}{second}"));
    };
    with("");
    let build = || world.freshness(["build", "-p", "tool"]).run().expect(0).paths();
    assert_eq!(names(&build()), ["tool"]);
    let _ = world.freshness(["check", "-p", "tool"]).run().expect(0);
    with("\"more\"");
    assert_eq!(names(&build()), ["second", "tool"]);
}

#[test]
fn a_macro_and_the_library_that_uses_it_are_published() {
    let world = plain();
    let lib = "[lib]\nproc-macro = true\n";
    world.write("apps/made/Cargo.toml", format!("[package]\nname = \"made\"\n{PACKAGE}{lib}"));
    let value = |n: u8| {
        let head = "use proc_macro::TokenStream;\n#[proc_macro]\npub fn value(_: TokenStream)";
        let text = format!("{head} -> TokenStream {{ \"{n}\".parse().unwrap() }}\n");
        world.write("apps/made/src/lib.rs", text);
    };
    value(4);
    world.write(
        "apps/tool/Cargo.toml",
        format!(
            "[package]\nname = \"tool\"\n{PACKAGE}[dependencies]\nmade = {{ path = \"../made\" }}\n"
        ),
    );
    world.write("apps/tool/src/main.rs", "fn main() { println!(\"{}\", made::value!()) }\n");
    let build = || world.freshness(["build", "-p", "made", "-p", "tool"]).run().expect(0).paths();
    let built = build();
    assert_eq!(built.len(), 3, "{built:?}");
    assert_eq!(says(&built, "tool"), "4");
    value(5);
    let _ = world.freshness(["check", "-p", "made", "-p", "tool"]).run().expect(1);
    assert_eq!(says(&build(), "tool"), "5");
    let _ = world.freshness(["check", "-p", "made", "-p", "tool"]).run().expect(0);
}

#[test]
fn the_other_commands_find_the_same_store() {
    let world = plain();
    let _ = world.freshness(["build", "-p", "alpha"]).run().expect(0);
    let listed = world.freshness(["list"]).run().expect(0);
    assert!(listed.stdout.contains("\"alpha\""), "{listed:#?}");
    let _ = world.freshness(["doctor"]).run().expect(0);
    let _ = world.freshness(["clean"]).run().expect(0);
    let _ = world.freshness(["check", "-p", "alpha"]).run().expect(1);
}

#[test]
fn without_a_manifest_there_is_no_answer() {
    let errand = Errand::new();
    for command in ["check", "build", "explain", "list"] {
        let ran = errand.freshness([command, "--format", "json"]).run();
        assert_eq!(ran.error_code(), "config-missing", "{command}");
    }
}

#[test]
fn a_manifest_of_another_user_is_followed_only_where_that_is_allowed() {
    let world = plain();
    let manifest = world.path("Cargo.toml");
    if chown(&manifest, Some(12_345), None).is_err() {
        // Only root can make files of others; the rest of the rules is tested without.
        return;
    }
    for command in ["check", "build", "explain", "list"] {
        let ran = world.freshness([command, "--format", "json"]).run();
        assert_eq!(ran.error_code(), "config-untrusted", "{command}");
    }
    assert_eq!(world.cargo_starts(), 0);
    let allowed = world.freshness(["check"]).env("FRESHNESS_TRUST", world.workspace());
    let _ = allowed.run().expect(1);
}

#[test]
fn an_installed_program_is_a_command_of_cargo() {
    let world = plain();
    let installed = world.root().join("installed");
    fs::create_dir(&installed).unwrap();
    let program = installed.join("cargo-freshness");
    let cargo_freshness = |args: &[&str]| {
        let path = std::env::join_paths([&installed, &world.root().join("bin")]).unwrap();
        let path = [path, std::env::var_os("PATH").unwrap()].join(":".as_ref());
        world.cargo(["freshness"].iter().chain(args)).env("PATH", path)
    };
    let expect = |args: &[&str], code: i32| cargo_freshness(args).run().expect(code);
    // As `cargo install` puts it there, and as a link to the other program.
    fs::copy(tests::freshness().with_file_name("cargo-freshness"), &program).unwrap();
    let _ = expect(&["check", "-p", "alpha"], 1);
    let built = expect(&["build", "-p", "alpha"], 0).paths();
    assert_eq!(names(&built), ["libalpha.a"]);
    fs::remove_file(&program).unwrap();
    symlink(tests::freshness(), &program).unwrap();
    let _ = expect(&["check", "-p", "alpha"], 0);
    let run = ["run", "--input", "links", "--output", "out", "--", "cp", "links/one.rs", "out"];
    let _ = expect(&run, 0);
    assert_eq!(fs::read(world.path("out")).unwrap(), fs::read(world.path("links/one.rs")).unwrap());
    let _ = expect(&["--version"], 0);
}
