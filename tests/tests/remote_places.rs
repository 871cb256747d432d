//! What is built in two places, byte by byte: what is shared is what would have been built here, and what says
//! where it was built serves that place alone.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use filetime::FileTime;
use tests::{Access, Machine, Share};

/// Who may be served with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Serves {
    /// A machine with the same sources anywhere: it would build the same bytes.
    Anywhere,
    /// The same, although it would build other bytes: in names of symbols and objects, and in nothing else.
    AnywhereByOtherNames,
    /// One whose workspace lies at the same path.
    InItsPlace,
}

/// The sources of a package that makes an archive, written into an empty workspace.
type Sources = fn(&Machine);

const LIB: &str = "use std::os::raw::c_int;\n\
    #[unsafe(no_mangle)]\npub extern \"C\" fn one(at: c_int) -> c_int { [1, 2][at as usize] }\n";

fn package(machine: &Machine, more: &str, lib: &str) {
    let manifest = "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [lib]\ncrate-type = [\"staticlib\"]\n";
    machine.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\"]\n");
    machine.write("one/Cargo.toml", format!("{manifest}{more}"));
    machine.write("one/src/lib.rs", format!("{LIB}{lib}"));
    machine.configure("[profile.default]\npackages = [\"one\"]\n");
}

fn machine(place: &str, access: &Access, sources: Sources) -> Machine {
    let machine = Machine::bare(place, FileTime::from_unix_time(1_500_000_000, 0), access);
    sources(&machine);
    let _ = machine.cargo(["generate-lockfile", "--offline"]).run().expect(0);
    machine.date_anew();
    machine
}

/// Builds in two places, asks the storage in both, and says who is served.
fn who_is_served(what: &str, sources: Sources) -> Serves {
    let share = Share::new();
    let writer = share.writing();
    let a = machine("here/project", &writer, sources);
    let built = a.build();
    built.assert_missed();
    assert!(built.uploaded(), "{what}: {built:#?}");
    // Here again, with nothing left of the build.
    fs::remove_dir_all(a.path("target")).unwrap();
    let again = a.build_without_tools();
    again.assert_fetched();
    assert_eq!(again.digests(), built.digests(), "{what}");
    // There, by one that shares elsewhere: its own build is one that could be shared.
    let elsewhere = Share::new();
    let mut b = machine("and there/in/another/place", &elsewhere.writing(), sources);
    let own = b.build();
    own.assert_missed();
    fs::remove_dir_all(b.path("target")).unwrap();
    b.share_by(writer.reading());
    let got = b.without_tools(["remote", "get", "--format", "json"]).run();
    if got.code() != Some(0) {
        assert_eq!(got.code(), Some(1), "{what}: {got:#?}");
        return Serves::InItsPlace;
    }
    let got = got.json();
    assert_eq!(got["archives"][0]["blake3"], *built.digests()[0], "{what}");
    let got = &got["archives"][0];
    let same = got["blake3"] == *own.digests()[0];
    // Nor does it name the other place.
    let bytes = fs::read(got["path"].as_str().unwrap()).unwrap();
    let place = a.root().to_str().unwrap().as_bytes();
    assert!(
        !bytes.windows(place.len()).any(|w| w == place),
        "{what}: names {}",
        a.root().display()
    );
    if same { Serves::Anywhere } else { Serves::AnywhereByOtherNames }
}

#[test]
fn panics_and_messages_name_no_place() {
    let sources: Sources = |m| {
        package(
            m,
            "",
            "#[unsafe(no_mangle)]\npub extern \"C\" fn file() -> usize { file!().len() }\n",
        );
    };
    assert_eq!(who_is_served("panics", sources), Serves::Anywhere);
}

#[test]
fn debug_information_names_no_place() {
    let sources: Sources = |m| {
        package(m, "", "");
        m.configure("[profile.default]\npackages = [\"one\"]\ncargo-profile = \"dev\"\n");
    };
    // What rustc compiles piece by piece it names anew each time, in the same place too.
    assert_eq!(who_is_served("incremental", sources), Serves::AnywhereByOtherNames);
    let sources: Sources = |m| {
        package(m, "", "");
        let manifest = fs::read_to_string(m.path("Cargo.toml")).unwrap();
        m.write("Cargo.toml", format!("{manifest}[profile.dev]\nincremental = false\n"));
        m.configure("[profile.default]\npackages = [\"one\"]\ncargo-profile = \"dev\"\n");
    };
    assert_eq!(who_is_served("debug information", sources), Serves::Anywhere);
}

#[test]
fn a_package_beside_the_workspace_is_shared() {
    let sources: Sources = |m| {
        package(
            m,
            "[dependencies]\nbeside = { path = \"../../beside\" }\n",
            "#[unsafe(no_mangle)]\npub extern \"C\" fn two(at: usize) -> i32 { beside::at(at) }\n",
        );
        m.write(
            "../beside/Cargo.toml",
            "[package]\nname = \"beside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
        );
        m.write(
            "../beside/src/lib.rs",
            "#[inline(never)]\npub fn at(at: usize) -> i32 { [1, 2][at] }\n",
        );
    };
    // cargo tells such a package apart by where it lies, and so do the names of its symbols.
    assert_eq!(who_is_served("a package beside", sources), Serves::AnywhereByOtherNames);
}

#[test]
fn what_a_build_script_generates_is_shared() {
    let sources: Sources = |m| {
        package(m, "", "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n");
        m.write("one/build.rs", "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n\
            let out = std::env::var(\"OUT_DIR\").unwrap();\n\
            let made = \"#[unsafe(no_mangle)]\\npub extern \\\"C\\\" fn made(at: usize) -> i32 { [1, 2][at] }\\n\";\n\
            std::fs::write(format!(\"{out}/made.rs\"), made).unwrap();\n}\n");
    };
    assert_eq!(who_is_served("generated sources", sources), Serves::Anywhere);
}

#[test]
fn what_names_its_own_directory_serves_that_directory_alone() {
    let sources: Sources = |m| {
        package(
            m,
            "",
            "#[unsafe(no_mangle)]\npub static ROOT: &str = env!(\"CARGO_MANIFEST_DIR\");\n",
        );
    };
    assert_eq!(who_is_served("its directory", sources), Serves::InItsPlace);
    // The archive need not show it.
    let sources: Sources = |m| {
        let lib = "#[unsafe(no_mangle)]\npub extern \"C\" fn length() -> usize { env!(\"CARGO_MANIFEST_DIR\").len() }\n";
        package(m, "", lib);
    };
    assert_eq!(who_is_served("how long its name is", sources), Serves::InItsPlace);
}

#[test]
fn what_a_build_script_says_of_its_place_serves_that_place_alone() {
    let sources: Sources = |m| {
        package(m, "", "#[unsafe(no_mangle)]\npub static ROOT: &str = env!(\"PLACE\");\n");
        m.write(
            "one/build.rs",
            "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n\
            let here = std::env::current_dir().unwrap();\n\
            println!(\"cargo::rustc-env=PLACE={}\", here.display());\n}\n",
        );
    };
    assert_eq!(who_is_served("what a build script says", sources), Serves::InItsPlace);
}

/// A build script that lets a C compiler make an object, as packages that wrap a C library do.
const OF_C: &str = r#"use std::{env, process::Command};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=two.c");
    let out = env::var("OUT_DIR").unwrap();
    let root = env::var("CARGO_MANIFEST_DIR").unwrap();
    let run = |program: &str, args: &[&str]| {
        assert!(Command::new(program).args(args).status().unwrap().success());
    };
    run("cc", &["FLAG", "-c", &format!("{root}/two.c"), "-o", &format!("{out}/two.o")]);
    run("ar", &["crD", &format!("{out}/libtwo.a"), &format!("{out}/two.o")]);
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rustc-link-lib=static=two");
}
"#;

fn with_c(machine: &Machine, flag: &str) {
    package(
        machine,
        "",
        "unsafe extern \"C\" { fn two() -> c_int; }\n\
        #[unsafe(no_mangle)]\npub extern \"C\" fn three() -> c_int { 1 + unsafe { two() } }\n",
    );
    machine.write("one/build.rs", OF_C.replace("FLAG", flag));
    machine.write("one/two.c", "int two(void) { return 2; }\n");
}

#[test]
fn objects_of_c_are_shared_where_they_name_no_place() {
    assert_eq!(who_is_served("C", |m| with_c(m, "-g0")), Serves::Anywhere);
    assert_eq!(who_is_served("C, debugged", |m| with_c(m, "-g")), Serves::InItsPlace);
}

/// A dependency as a registry gives it, from a directory that stands for the registry.
fn with_vendored(machine: &Machine) {
    package(
        machine,
        "[dependencies]\nleaf = \"1\"\n",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn two(at: usize) -> i32 { leaf::at(at) }\n",
    );
    let vendored = machine.root().join("home/registry/leaf");
    tests::write(
        &vendored.join("Cargo.toml"),
        "[package]\nname = \"leaf\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    tests::write(
        &vendored.join("src/lib.rs"),
        "#[inline(never)]\npub fn at(at: usize) -> i32 { [1, 2][at] }\n",
    );
    tests::write(&vendored.join(".cargo-checksum.json"), "{\"files\":{}}");
    let sources = format!(
        "[source.crates-io]\nreplace-with = \"here\"\n[source.here]\ndirectory = \"{}\"\n",
        machine.root().join("home/registry").display()
    );
    tests::write(&machine.cargo_home().join("config.toml"), sources);
}

#[test]
fn what_holds_crates_from_a_directory_is_not_shared() {
    // Their files are believed by cargo as they lie there.
    let share = Share::new();
    let machine = machine("here/project", &share.writing(), with_vendored);
    let built = machine.build();
    assert!(built.built() && !built.uploaded(), "{built:#?}");
    assert!(share.files().is_empty());
}

/// What flags are in force on a machine that shares, which gives rustc flags of its own.
fn flags_in_force(config: &str, cargo: &str, variable: Option<(&str, &str)>) -> i64 {
    let share = Share::new();
    let machine = Machine::first(&share.writing());
    machine.configure(&format!("[profile.default]\npackages = [\"alpha\"]\n{config}"));
    machine.write(".cargo/config.toml", cargo.replace("HOST", &machine.host()));
    let run = machine.freshness(["build"]);
    let run = variable.into_iter().fold(run, |run, (name, value)| run.env(name, value));
    machine.probe(&run.run().expect(0).paths()).of("flags")
}

#[test]
fn flags_from_everywhere_count_although_directories_get_other_names() {
    let one = "[build]\nrustflags = [\"--cfg\", \"one\"]\n";
    assert_eq!(flags_in_force("", one, None), 1);
    assert_eq!(flags_in_force("", &one.replace("build", "target.HOST"), None), 1);
    assert_eq!(flags_in_force("", &one.replace("build", "target.'cfg(unix)'"), None), 1);
    assert_eq!(flags_in_force("", "", Some(("RUSTFLAGS", "--cfg two"))), 10);
    assert_eq!(flags_in_force("", one, Some(("RUSTFLAGS", "--cfg two"))), 10, "as cargo has it");
    let profile = "rustflags = [\"--cfg\", \"three\"]\n";
    assert_eq!(flags_in_force(profile, "", None), 100);
    let both = flags_in_force(profile, one, None);
    let without_sharing = {
        let world = tests::World::new();
        world.config(&format!("[profile.default]\npackages = [\"alpha\"]\n{profile}"));
        world.write(".cargo/config.toml", one);
        world.build_and_probe().of("flags")
    };
    assert_eq!(both, without_sharing);
}
