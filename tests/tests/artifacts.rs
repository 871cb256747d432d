//! Profiles that ask for other artifacts than static libraries.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tests::{Run, World};

/// The generated workspace, in which `gamma` is a static library and one for Rust, and `beta` for Rust alone.
fn world(artifacts: &str, packages: &str) -> World {
    World::with_config(&format!(
        "[profile.default]\npackages = [{packages}]\n{artifacts}\ncargo-profile = \"dev\"\n"
    ))
}

fn names(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect()
}

fn refused(world: &World) -> (String, String) {
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "profile");
    let text = |name: &str| ran.json()["error"][name].as_str().unwrap().to_owned();
    (text("message"), text("hint"))
}

#[test]
fn the_kinds_that_are_named_are_published_of_each_package() {
    let all = world("artifacts = [\"rlib\", \"staticlib\"]", "\"gamma\", \"beta\"");
    assert_eq!(names(&all.build()), ["libgamma.a", "libgamma.rlib", "libbeta.rlib"]);
    all.assert_fresh();
    all.set("beta", 2);
    all.assert_stale("input-changed beta/src/value.rs");
    let _ = all.build();
    all.assert_fresh();
    all.config(
        "[profile.default]\npackages = [\"gamma\"]\nartifacts = [\"all\"]\ncargo-profile = \"dev\"\n",
    );
    assert_eq!(names(&all.build()), ["libgamma.a", "libgamma.rlib"]);
}

#[test]
fn a_package_that_makes_none_of_them_is_refused_and_what_it_makes_named() {
    let (message, hint) = refused(&world("", "\"beta\""));
    assert!(message.ends_with("the package `beta` makes no static library"), "{message}");
    assert!(hint.contains("crate-type = [\"staticlib\"]"), "{hint}");
    assert!(hint.ends_with("or ask for what it makes: `artifacts = [\"rlib\"]`"), "{hint}");
    let (message, hint) = refused(&world("artifacts = [\"bin\", \"cdylib\"]", "\"gamma\""));
    assert!(message.ends_with("the package `gamma` makes none of: cdylib, bin"), "{message}");
    assert!(hint.ends_with("`artifacts = [\"staticlib\", \"rlib\"]`"), "{hint}");
}

#[test]
fn asking_for_static_libraries_is_what_it_was() {
    let world = world("", "\"gamma\"");
    let named = world.build();
    world.config(
        "[profile.default]\npackages = [\"gamma\"]\nartifacts = [\"staticlib\"]\n\
         cargo-profile = \"dev\"\n",
    );
    assert_eq!(world.build(), named);
    assert_eq!(world.cargo_builds(), 1);
}

#[test]
fn a_package_that_also_serves_a_build_script_is_published_once() {
    // In a release the build script's own is another unit than the one that is asked for.
    let world = World::with_config(
        "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n\
         [profile.rust]\npackages = [\"gamma\", \"alpha\"]\nartifacts = [\"all\"]\n",
    );
    let manifest = std::fs::read_to_string(world.path("alpha/Cargo.toml")).unwrap();
    let build = "[build-dependencies]\ngamma = { path = \"../gamma\" }\n";
    world.write("alpha/Cargo.toml", format!("{manifest}{build}"));
    world.write("alpha/build.rs", "fn main() { println!(\"cargo::rerun-if-changed=build.rs\") }\n");
    let built = world.build();
    assert_eq!(names(&built), ["libgamma.a", "libalpha.a"]);
    assert_eq!(world.probe(&built).of("gamma"), 1);
    world.assert_fresh();
    let all = world.freshness(["build", "--profile", "rust"]).run().expect(0).paths();
    assert_eq!(names(&all), ["libgamma.a", "libgamma.rlib", "libalpha.a"]);
}

#[test]
fn a_package_of_which_nothing_was_made_is_an_error() {
    let world = world("artifacts = [\"bin\"]", "\"beta\"");
    let manifest = std::fs::read_to_string(world.path("beta/Cargo.toml")).unwrap();
    let with = |features: &str| {
        let bin = "[[bin]]\nname = \"tool\"\nrequired-features = [\"more\"]\n";
        let features = format!("[features]\ndefault = [{features}]\nmore = []\n");
        world.write("beta/Cargo.toml", format!("{manifest}{features}{bin}"));
    };
    world.write("beta/src/bin/tool.rs", "fn main() {}\n");
    with("");
    let ran = world.freshness(["build", "--format", "json"]).run();
    assert_eq!(ran.error_code(), "artifact");
    with("\"more\"");
    assert_eq!(names(&world.build()), ["tool"]);
    world.assert_fresh();
}

#[test]
fn a_program_that_may_not_be_run_any_more_is_published_again() {
    let world = World::without_config();
    world.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    world.write("src/main.rs", "fn main() { println!(\"here\") }\n");
    let program = world.build().into_iter().find(|path| path.ends_with("app")).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o444)).expect("it is ours");
    let reasons = world.stale_by("hash");
    assert!(reasons.len() == 1 && reasons[0].starts_with("archive-changed "), "{reasons:?}");
    let again = world.build().into_iter().find(|path| path.ends_with("app")).expect("a program");
    assert_eq!(Run::new(again, Path::new("/")).run().expect(0).stdout, "here\n");
}
