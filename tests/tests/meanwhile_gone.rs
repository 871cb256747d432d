//! What is there only while cargo runs: files that go, or come and go, and directories in another's place.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tests::{Run, World, wait_until};

/// A program that prints what its build script saw in a directory; the script stands still after it looked, for
/// as long as there is a file `hold`.
fn world(declared: &str) -> World {
    let world = World::without_config();
    for member in ["alpha", "beta", "gamma", "outside"] {
        let _ = fs::remove_dir_all(world.path(member));
    }
    world.write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    world.write("src/main.rs", "fn main() { println!(\"{}\", env!(\"SEEN\")) }\n");
    world.write("signals/none", "");
    world.write(".gitignore", "signals\ntarget\n");
    let signals = world.path("signals");
    let script = format!(
        "use std::{{fs, path::Path, thread, time::Duration}};\n\
         fn main() {{\n    {declared}\n    let mut seen: Vec<String> = fs::read_dir(\"data/in\").unwrap()\n        \
         .map(|entry| entry.unwrap().path())\n        .map(|path| format!(\"{{}}={{}}\", \
         path.file_name().unwrap().display(), fs::read_to_string(&path).unwrap()))\n        .collect();\n    \
         seen.sort();\n    println!(\"cargo::rustc-env=SEEN={{}}\", seen.join(\",\"));\n    \
         let signals = Path::new({signals:?});\n    if signals.join(\"hold\").exists() {{\n        \
         fs::write(signals.join(\"looked\"), \"\").unwrap();\n        while signals.join(\"hold\").exists() \
         {{ thread::sleep(Duration::from_millis(5)); }}\n    }}\n}}\n"
    );
    world.write("build.rs", script);
    world.write("data/in/k", "1");
    world.write("data/in/q", "2");
    world
}

/// Builds while `change` happens, behind the build script's look; what the program that is handed out prints.
fn built_while(world: &World, change: &dyn Fn(&Path)) -> String {
    world.write("signals/hold", "");
    let build = world.freshness(["build"]).start();
    wait_until("the build script looks", || world.path("signals/looked").exists());
    change(&world.path(""));
    fs::remove_file(world.path("signals/looked")).unwrap();
    fs::remove_file(world.path("signals/hold")).unwrap();
    let built = build.wait().expect(0);
    assert!(built.stderr.contains("changed while cargo ran: building again"), "{built:#?}");
    let program = world.build().into_iter().find(|path| path.ends_with("app")).unwrap();
    Run::new(program, Path::new("/")).run().expect(0).stdout.trim_end().to_owned()
}

const DIRECTORY: &str = "println!(\"cargo::rerun-if-changed=data/in\");";

#[test]
fn a_file_that_is_removed_while_cargo_runs_is_not_in_what_is_handed_out() {
    // Of a directory that the script names, and of a package that counts whole.
    for declared in [DIRECTORY, ""] {
        let world = world(declared);
        let remove = |root: &Path| fs::remove_file(root.join("data/in/q")).unwrap();
        assert_eq!(built_while(&world, &remove), "k=1", "a first build, {declared:?}");
        world.write("data/in/q", "3");
        let away = |root: &Path| fs::rename(root.join("data/in/q"), root.join("away")).unwrap();
        assert_eq!(built_while(&world, &away), "k=1", "a later one, {declared:?}");
    }
}

#[test]
fn a_directory_put_in_anothers_place_while_cargo_runs_is_noticed() {
    let world = world(DIRECTORY);
    world.write("other/in/k", "5");
    world.write("other/in/q", "6");
    let swap = |root: &Path| {
        fs::rename(root.join("data"), root.join("old")).unwrap();
        fs::rename(root.join("other"), root.join("data")).unwrap();
    };
    assert_eq!(built_while(&world, &swap), "k=5,q=6");
}

#[test]
fn a_link_above_inputs_that_leads_elsewhere_while_cargo_runs_is_noticed() {
    let world = world(DIRECTORY);
    world.write("one/in/k", "1");
    world.write("two/in/k", "2");
    fs::remove_dir_all(world.path("data")).unwrap();
    symlink("one", world.path("data")).unwrap();
    let retarget = |root: &Path| {
        symlink("two", root.join("next")).unwrap();
        fs::rename(root.join("next"), root.join("data")).unwrap();
    };
    assert_eq!(built_while(&world, &retarget), "k=2");
}

#[test]
fn a_file_that_comes_and_goes_while_cargo_runs_is_built_again_for() {
    let world = world(DIRECTORY);
    let come_and_go = |root: &Path| {
        fs::write(root.join("data/in/z"), "9").unwrap();
        fs::remove_file(root.join("data/in/z")).unwrap();
    };
    assert_eq!(built_while(&world, &come_and_go), "k=1,q=2");
}
