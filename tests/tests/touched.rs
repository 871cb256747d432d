//! Inputs that were only touched: cargo builds again what changed and what depends on it, nothing else.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use tests::{World, long_ago};

const CONFIG: &str = "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n";
const NAMES: [&str; 6] = ["alpha", "beta", "outside", "text", "gamma", "declared"];

/// Every source as a fresh checkout leaves it: the same content, a newer time than any build.
fn touch_everything(world: &World) {
    let later = filetime::FileTime::now();
    let scripts = ["gamma/build.rs", "alpha/src/lib.rs", "beta/src/lib.rs", "gamma/src/lib.rs"];
    let files = scripts.iter().map(|path| world.path(path));
    for path in files.chain(NAMES.iter().map(|name| world.file_of(name))) {
        tests::set_mtime(&path, later);
    }
}

/// The packages that a build compiled, by cargo's own words; it must succeed.
fn compiled(world: &World, strategy: &str) -> BTreeSet<String> {
    let built = world.freshness(["build", "--strategy", strategy]).run().expect(0);
    let name = |line: &str| Some(line.trim().strip_prefix("Compiling ")?.split(' ').next()?.into());
    built.stderr.lines().filter_map(name).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn after_a_fresh_checkout_with_one_edit_only_its_dependents_are_compiled() {
    let world = World::with_config(CONFIG);
    let _ = world.build();
    touch_everything(&world);
    world.set("beta", 2);
    assert_eq!(compiled(&world, "hash"), names(&["alpha", "beta"]));
    assert_eq!(world.build_and_probe().of("beta"), 2);
}

#[test]
fn where_vouching_is_off_cargo_goes_by_times() {
    let world = World::with_config(&format!("vouch = false\n{CONFIG}"));
    let _ = world.build();
    touch_everything(&world);
    world.set("beta", 2);
    assert_eq!(compiled(&world, "hash"), names(&["alpha", "beta", "gamma", "outside"]));
}

#[test]
fn with_a_cargo_whose_comparison_of_times_is_not_known_nothing_is_vouched_for() {
    let world = World::with_config(CONFIG);
    let _ = world.build();
    let cargo = world.root().join("bin/cargo");
    let script = std::fs::read_to_string(&cargo).unwrap();
    let says_other = "if [ \"$1\" = --version ]; then echo 'cargo 1.999.0'; exit; fi\n";
    let other = script.replacen("#!/bin/sh\n", &format!("#!/bin/sh\n{says_other}"), 1);
    std::fs::write(&cargo, other).unwrap();
    touch_everything(&world);
    world.set("beta", 2);
    assert_eq!(compiled(&world, "hash"), names(&["alpha", "beta", "gamma", "outside"]));
    assert_eq!(world.build_and_probe().of("beta"), 2);
}

#[test]
fn a_strategy_by_times_starts_a_cargo_that_has_nothing_to_compile() {
    let world = World::with_config(CONFIG);
    let before = world.build();
    touch_everything(&world);
    assert!(!world.stale_by("mtime").is_empty());
    assert_eq!(compiled(&world, "mtime"), names(&[]));
    assert_eq!(world.build(), before);
    world.assert_fresh();
}

#[test]
fn what_changed_under_an_older_time_after_a_touch_is_still_seen() {
    let world = World::with_config(CONFIG);
    let _ = world.build();
    touch_everything(&world);
    let _ = compiled(&world, "mtime");
    for name in NAMES {
        world.set_at(name, 7, long_ago());
        assert_eq!(world.build_and_probe().of(name), 7, "{name}");
    }
}

#[test]
fn every_input_is_listed_with_why_it_is_one() {
    let world = World::with_config(CONFIG);
    let _ = world.build();
    let json = world.freshness(["explain", "--inputs", "--format", "json"]).run().expect(0).json();
    let inputs = json["inputs"].as_array().expect("explain lists inputs");
    let why = |wanted: &str| {
        let input = inputs.iter().find(|input| input["path"] == wanted);
        let why = input.unwrap_or_else(|| panic!("{wanted} is an input"))["why"].clone();
        why.as_array().expect("a list").iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(why("gamma/declared.txt"), ["\"build script of gamma\""]);
    assert_eq!(why("shared/text.txt"), ["\"dep-info of alpha\""]);
    assert_eq!(why("alpha/src/lib.rs"), ["\"dep-info of alpha\""]);
    assert_eq!(why("alpha/Cargo.toml"), ["\"manifest of alpha\""]);
    assert_eq!(why(".cargo/config.toml"), ["\"cargo configuration\""]);
    assert_eq!(why("rust-toolchain.toml"), ["\"toolchain file\""]);
    assert_eq!(why("alpha/build.rs"), ["\"build script that alpha may get\""]);
    let text = world.freshness(["explain", "--inputs"]).run().expect(0).stdout;
    assert!(text.contains("\nshared/text.txt: dep-info of alpha\n"), "{text}");
}

#[test]
fn a_compiler_of_which_only_the_stat_moved_is_read_until_the_next_build() {
    let world = World::new();
    // A wrapper counts as a part of the compiler, and this one is ours.
    let wrapper = world.root().join("wrapper");
    std::fs::write(&wrapper, "#!/bin/sh\nexec \"$@\"\n").unwrap();
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let files_read = |command: &str| {
        let asked = world.freshness([command, "--format", "json"]).env("RUSTC_WRAPPER", &wrapper);
        let answer = asked.run().expect(0).json();
        assert_eq!(answer["work"]["processes_spawned"] != 0, answer["built"] == true, "{answer}");
        answer["work"]["files_read"].as_u64().unwrap()
    };
    let _ = files_read("build");
    assert_eq!(files_read("check"), 0);
    // Another name for it moves its ctime and nothing else.
    std::fs::hard_link(&wrapper, world.root().join("another name")).unwrap();
    assert_eq!(files_read("check"), 1);
    assert_eq!(files_read("check"), 1, "a check writes nothing");
    let _ = files_read("build");
    assert_eq!(files_read("check"), 0);
}
