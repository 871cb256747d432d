//! No false hit: whatever differs that may make other archives is not served from the storage.
//!
//! `remote get` asks and never builds, so it answers for each difference by itself. That it hits where nothing
//! differs is asked each time first: a machine that never hits would pass otherwise.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use filetime::FileTime;
use tests::{Access, Machine, Run, Share};

const CONFIG: &str = "[profile.default]\npackages = [\"gamma\", \"alpha\"]\n\
                      extra-inputs = [\"data/**\"]\nenv = [\"DECLARED_HERE\"]\n";

/// A storage with what the first machine built.
struct Scene {
    share: Share,
    prepare: fn(&Machine),
    a: Machine,
}

impl Scene {
    fn new() -> Self {
        Self::with(|_| {})
    }

    /// Both machines' workspaces are prepared like this.
    fn with(prepare: fn(&Machine)) -> Self {
        let share = Share::new();
        let a = Self::machine(&share.writing(), prepare, "work/project");
        let built = a.build();
        built.assert_missed();
        assert!(built.uploaded());
        Self { share, prepare, a }
    }

    fn machine(access: &Access, prepare: fn(&Machine), place: &str) -> Machine {
        let machine = Machine::new(place, FileTime::from_unix_time(1_500_000_000, 0), access);
        machine.write("data/table.txt", "1");
        machine.configure(CONFIG);
        prepare(&machine);
        machine.date_anew();
        machine
    }

    /// Another machine, which does not have the archives yet.
    fn other(&self) -> Machine {
        let reading = self.share.writing().reading();
        let other = Self::machine(&reading, self.prepare, "other/place/of/project");
        fetched(&other, |run| run);
        fs::remove_dir_all(other.path("target")).unwrap();
        other
    }

    /// One for each difference: none of them may be served.
    fn none_is_served(&self, differences: &[(&str, Difference)]) {
        for (what, difference) in differences {
            let other = self.other();
            let run = difference(&other, get(&other));
            let ran = run.run();
            assert_eq!(ran.code(), Some(1), "{what}: {ran:#?}");
            let answer = ran.json();
            assert_eq!(answer["remote"]["asked"], "miss", "{what}: {answer:#}");
            assert!(answer["remote"]["detail"].is_string(), "{what}: {answer:#}");
        }
    }
}

type Difference = fn(&Machine, Run) -> Run;
type Edit = fn(&Machine);

fn get(machine: &Machine) -> Run {
    machine.freshness(["remote", "get", "--format", "json"])
}

#[track_caller]
fn fetched(machine: &Machine, how: fn(Run) -> Run) {
    let answer = how(get(machine)).run().expect(0).json();
    assert_eq!(answer["remote"]["asked"], "hit", "{answer:#}");
}

/// The edit alone.
macro_rules! edit {
    ($edit:expr) => {
        |machine, run| {
            let edit: Edit = $edit;
            edit(machine);
            run
        }
    };
}

#[test]
fn a_byte_in_any_source_is_another_identity() {
    Scene::new().none_is_served(&[
        (
            "the package's library",
            edit!(|m| m.replace("alpha/src/lib.rs", "mod value;", "mod  value;")),
        ),
        ("a module", edit!(|m| m.set("alpha", 2))),
        ("a dependency", edit!(|m| m.set("beta", 2))),
        ("a package outside of the workspace", edit!(|m| m.set("outside", 2))),
        ("a text that is included from elsewhere", edit!(|m| m.set("text", 2))),
        ("a build script", edit!(|m| m.replace("gamma/build.rs", "fn main", "fn  main"))),
        ("what a build script reads", edit!(|m| m.set("declared", 2))),
        ("where a link leads", edit!(|m| m.link("alpha/src/linked.rs", "../../links/two.rs"))),
        ("what a link leads to", edit!(|m| m.replace("links/one.rs", "1", "3"))),
        (
            "a link in the place of a file",
            edit!(|m| {
                fs::rename(m.path("beta/src/value.rs"), m.path("beta/src/other.rs")).unwrap();
                m.write("beta/src/other.rs", "pub const VALUE: i32 = 9;\n");
                m.link("beta/src/value.rs", "other.rs");
            }),
        ),
        ("an input of the profile", edit!(|m| m.write("data/table.txt", "2"))),
        ("one more", edit!(|m| m.write("data/more.txt", ""))),
        ("one less", edit!(|m| fs::remove_file(m.path("data/table.txt")).unwrap())),
        (
            "an input of another name",
            edit!(|m| {
                fs::rename(m.path("data/table.txt"), m.path("data/tables.txt")).unwrap();
            }),
        ),
    ]);
}

#[test]
fn another_manifest_or_lock_file_is_another_identity() {
    Scene::new().none_is_served(&[
        (
            "the workspace's manifest",
            edit!(|m| m.replace("Cargo.toml", "resolver = \"3\"", "resolver = \"2\"")),
        ),
        (
            "profiles in it",
            edit!(|m| {
                m.replace(
                    "Cargo.toml",
                    "[workspace]",
                    "[profile.release]\nopt-level = 1\n[workspace]",
                );
            }),
        ),
        ("a package's", edit!(|m| m.replace("beta/Cargo.toml", "0.1.0", "0.1.1"))),
        (
            "one outside",
            edit!(|m| m.replace(
                "../outside/Cargo.toml",
                "edition = \"2024\"",
                "edition = \"2021\""
            )),
        ),
        ("the lock file", edit!(|m| m.replace("Cargo.lock", "version = 4", "version = 3"))),
        ("no lock file", edit!(|m| fs::remove_file(m.path("Cargo.lock")).unwrap())),
    ]);
}

#[test]
fn a_file_that_would_be_found_first_is_another_identity() {
    Scene::new().none_is_served(&[
        (
            "a module beside a module",
            edit!(|m| m.write("alpha/src/value/mod.rs", "pub const VALUE: i32 = 2;\n")),
        ),
        ("cargo's configuration", edit!(|m| m.write(".cargo/config.toml", FLAGS))),
        ("cargo's configuration above", edit!(|m| m.write("../.cargo/config.toml", FLAGS))),
        (
            "cargo's configuration further above",
            edit!(|m| {
                fs::create_dir(m.root().join("other/.cargo")).unwrap();
                fs::write(m.root().join("other/.cargo/config.toml"), FLAGS).unwrap();
            }),
        ),
        ("by its old name", edit!(|m| m.write(".cargo/config", FLAGS))),
        (
            "cargo's configuration at home",
            edit!(|m| {
                fs::write(m.cargo_home().join("config.toml"), FLAGS).unwrap();
            }),
        ),
        (
            "a choice of toolchain",
            edit!(|m| {
                m.write("rust-toolchain.toml", "[toolchain]\nprofile = \"minimal\"\n");
            }),
        ),
    ]);
}

const FLAGS: &str = "[build]\nrustflags = [\"--cfg\", \"one\"]\n";

#[test]
fn another_environment_is_another_identity() {
    Scene::new().none_is_served(&[
        ("RUSTFLAGS", |_, run| run.env("RUSTFLAGS", "--cfg one")),
        ("RUSTFLAGS, encoded", |_, run| run.env("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}one")),
        ("RUSTFLAGS of cargo", |_, run| run.env("CARGO_BUILD_RUSTFLAGS", "--cfg one")),
        ("a level of optimization", |_, run| run.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")),
        ("debug information", |_, run| run.env("CARGO_PROFILE_RELEASE_DEBUG", "true")),
        ("a variable that a build script asks for", |_, run| run.env("GAMMA_MODE", "1")),
        ("an empty one", |_, run| run.env("GAMMA_MODE", "")),
        ("a variable of the profile", |_, run| run.env("DECLARED_HERE", "1")),
        ("a compiler that calls itself nightly", |_, run| run.env("RUSTC_BOOTSTRAP", "1")),
        ("another target", |_, run| run.env("CARGO_BUILD_TARGET", "wasm32-unknown-unknown")),
        ("flags of the target", |m, run| run.env(&of_host(m, "RUSTFLAGS"), "--cfg one")),
        ("a linker of the target", |m, run| run.env(&of_host(m, "LINKER"), "ld")),
        ("another C compiler", |m, run| run.env("CC", m.gate().wrapper())),
        ("a wrapper of the compiler", |m, run| run.env("RUSTC_WRAPPER", m.gate().wrapper())),
        ("a wrapper for the workspace", |m, run| {
            run.env("RUSTC_WORKSPACE_WRAPPER", m.gate().wrapper())
        }),
        ("another commit of the compiler", |m, run| run.env("RUSTC", m.other_compiler())),
    ]);
}

#[test]
fn the_same_values_are_the_same_identity_on_another_machine() {
    let share = Share::new();
    let a = Scene::machine(&share.writing(), |_| {}, "work/project");
    let b = Scene::machine(&share.writing().reading(), |_| {}, "elsewhere/project");
    let variables: &[(&str, &str)] =
        &[("DECLARED_HERE", "a value"), ("GAMMA_MODE", "3"), ("RUSTFLAGS", "--cfg two")];
    let with = |run: Run| variables.iter().fold(run, |run, (name, value)| run.env(name, value));
    let build = ["build", "--wait-upload", "--format", "json"];
    let built = with(a.freshness(build)).run().expect(0).json();
    assert_eq!(built["remote"]["uploaded"], true, "{built:#}");
    let fetched = with(b.without_tools(build)).run().expect(0).json();
    assert_eq!(fetched["remote"]["asked"], "hit", "{fetched:#}");
    // One of them is another.
    let _ = fs::remove_dir_all(b.path("target"));
    assert_eq!(with(get(&b)).env("GAMMA_MODE", "4").run().code(), Some(1));
    assert_eq!(with(get(&b)).without("RUSTFLAGS").run().code(), Some(1));
}

#[test]
fn what_is_made_for_one_processor_is_not_shared() {
    let share = Share::new();
    let native = format!("{CONFIG}rustflags = [\"-Ctarget-cpu=native\"]\n");
    let a = Machine::first(&share.writing());
    a.configure(&native);
    let built = a.build();
    assert!(built.built() && !built.uploaded(), "{built:#?}");
    let b = Machine::second(&share.writing().reading());
    b.configure(&native);
    assert_ne!(get(&b).run().code(), Some(0));
}

#[test]
fn a_compiler_that_comes_later_is_judged_by_what_it_is() {
    let scene = Scene::new();
    let other = scene.other();
    other.build_without_tools().assert_fetched();
    // The archive is of a compiler that no one could name; now there is one, and it is the same.
    let found = other.build();
    assert!(!found.built(), "{found:#?}");
    assert_eq!(other.cargo_builds(), 0);
    let reasons = other.freshness(["check", "--format", "json"]).run().reasons();
    assert_eq!(reasons, [""; 0]);
    // Another one is another.
    let other_one = other.freshness(["remote", "get"]).env("RUSTC", other.other_compiler());
    assert_eq!(other_one.run().code(), Some(1));
}

fn of_host(machine: &Machine, setting: &str) -> String {
    let host = machine.host().to_uppercase().replace('-', "_");
    format!("CARGO_TARGET_{host}_{setting}")
}

/// cargo's configuration that says part of what it says elsewhere.
fn includes(machine: &Machine) {
    machine.write(".cargo/config.toml", "include = [\"more.toml\"]\n");
    machine.write(".cargo/more.toml", "[build]\njobs = 1\n");
}

#[test]
fn what_cargos_configuration_includes_is_another_identity() {
    Scene::with(includes)
        .none_is_served(&[("flags", edit!(|m| m.write(".cargo/more.toml", FLAGS)))]);
}

/// A text further up than another machine's workspace may lie deep.
fn reads_far_above(machine: &Machine) {
    machine.write("../../text.txt", "1");
    machine.replace("alpha/src/lib.rs", "../../shared/text.txt", "../../../../text.txt");
}

#[test]
fn a_text_far_above_counts_by_what_it_says() {
    Scene::with(reads_far_above)
        .none_is_served(&[("what it says", edit!(|m| m.write("../../text.txt", "2")))]);
}

#[test]
fn another_profile_is_another_identity() {
    Scene::new().none_is_served(&[
        ("a feature", edit!(|m| m.configure(&format!("{CONFIG}features = [\"gamma/extra\"]\n")))),
        (
            "a profile of cargo's",
            edit!(|m| m.configure(&format!("{CONFIG}cargo-profile = \"dev\"\n"))),
        ),
        ("a panic strategy", edit!(|m| m.configure(&format!("{CONFIG}panic = \"abort\"\n")))),
        ("flags", edit!(|m| m.configure(&format!("{CONFIG}rustflags = [\"--cfg\", \"one\"]\n")))),
        (
            "a target",
            edit!(|m| m.configure(&format!("{CONFIG}target = \"wasm32-unknown-unknown\"\n"))),
        ),
        (
            "the host as a target",
            edit!(|m| m.configure(&format!("{CONFIG}target = \"{}\"\n", m.host()))),
        ),
        ("kinds", edit!(|m| m.configure(&format!("{CONFIG}emit = [\"link\", \"llvm-bc\"]\n")))),
        ("fewer packages", edit!(|m| m.configure(&CONFIG.replace("\"gamma\", ", "")))),
    ]);
}

#[test]
fn an_input_that_cannot_be_read_is_no_hit() {
    let scene = Scene::new();
    let cases: [(&str, Edit); 3] = [
        ("a directory", |m| {
            fs::remove_file(m.path("beta/src/value.rs")).unwrap();
            fs::create_dir(m.path("beta/src/value.rs")).unwrap();
        }),
        ("a link to nothing", |m| m.link("beta/src/value.rs", "nothing.rs")),
        ("nothing", |m| fs::remove_file(m.path("shared/text.txt")).unwrap()),
    ];
    for (what, edit) in cases {
        let other = scene.other();
        edit(&other);
        let ran = get(&other).run();
        assert!(ran.code().is_some_and(|code| code != 0), "{what}: {ran:#?}");
        let ran = other.freshness(["build"]).run();
        assert_eq!(ran.code(), Some(2), "{what}: {ran:#?}");
    }
}

/// A build script that names nothing: all files of its package are inputs.
fn says_nothing(machine: &Machine) {
    machine.write("gamma/build.rs", "fn main() {}\n");
    machine.replace("gamma/src/lib.rs", "env!(\"DECLARED\").trim()", "\"1\"");
    machine.replace("gamma/src/lib.rs", "env!(\"MODE\")", "\"0\"");
}

#[test]
fn any_file_of_a_package_counts_where_its_build_script_names_none() {
    Scene::with(says_nothing).none_is_served(&[
        ("one more", edit!(|m| m.write("gamma/notes.txt", "new"))),
        ("one that is there", edit!(|m| m.set("declared", 2))),
        ("one less", edit!(|m| fs::remove_file(m.path("gamma/declared.txt")).unwrap())),
        ("one further down", edit!(|m| m.write("gamma/deep/er/notes.txt", ""))),
    ]);
}

#[test]
fn a_miss_is_built_from_what_is_here_and_one_that_is_alike_is_served() {
    let scene = Scene::new();
    let other = scene.other();
    other.set("beta", 2);
    let built = other.build();
    built.assert_missed();
    assert_eq!((built.probe().of("beta"), built.probe().of("declared")), (2, 1));
    let other = scene.other();
    let built = |run: Run| run.env("RUSTFLAGS", "--cfg one").run().expect(0);
    let paths = built(other.freshness(["build"])).paths();
    assert_eq!(other.probe(&paths).of("flags"), 1);
    // Differences that make no other archives: no hit is lost for them.
    let alike: [(&str, Difference); 5] = [
        (
            "dates",
            edit!(|m| tests::set_mtime(
                &m.path("beta/src/value.rs"),
                FileTime::from_unix_time(5, 0)
            )),
        ),
        ("a file that nothing reads", edit!(|m| m.write("beta/notes.txt", "new"))),
        ("a user", |_, run| run.env("USER", "someone").env("LOGNAME", "someone")),
        ("a language", |_, run| run.env("LANG", "de_DE.UTF-8").env("LC_ALL", "C")),
        ("a store", edit!(|m| m.configure(&format!("store = \"elsewhere\"\n{CONFIG}")))),
    ];
    for (what, difference) in alike {
        let other = scene.other();
        let answer = difference(&other, get(&other)).run().expect(0).json();
        assert_eq!(answer["remote"]["asked"], "hit", "{what}: {answer:#}");
    }
    assert_eq!(scene.a.cargo_builds(), 1);
}
