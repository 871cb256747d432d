//! What runs at build time: build scripts, what they depend on and generate, procedural macros, and variables read by macros.
//!
//! Each case changes content under an old time, where cargo alone would keep the old archive, and reads
//! the linked program.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;

use tests::{World, long_ago};

const GAMMA: &str = "[profile.default]\npackages = [\"gamma\"]\n";

/// A world whose gamma has this build script, and this expression as its constant.
fn world(build_script: &str, constant: &str) -> World {
    let world = World::with_config(GAMMA);
    let rest = "println!(\"cargo::rustc-env=DECLARED=1\"); println!(\"cargo::rustc-env=MODE=0\");";
    world.write("gamma/build.rs", format!("fn main() {{ {build_script}\n{rest} }}\n"));
    world.write("gamma/src/value.rs", format!("pub const VALUE: i32 = {constant};\n"));
    world
}

fn add_to_manifest(world: &World, package: &str, text: &str) {
    let path = world.path(package).join("Cargo.toml");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(path, manifest + text).unwrap();
}

/// A library in the workspace beside gamma.
fn add_package(world: &World, name: &str, lib: &str, code: &str) {
    let members = "members = [\"alpha\", \"beta\", \"gamma\", \"helper\"]";
    let workspace = fs::read_to_string(world.path("Cargo.toml")).unwrap();
    let old = "members = [\"alpha\", \"beta\", \"gamma\"]";
    world.write("Cargo.toml", workspace.replace(old, &members.replace("helper", name)));
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\n{lib}\n"
    );
    world.write(&format!("{name}/Cargo.toml"), manifest);
    world.write(&format!("{name}/src/lib.rs"), code);
}

/// Builds and expects 1; changes a file under an old time; expects a stale answer, then 2.
fn assert_reaches_the_program(world: &World, file: &str, text: &str) {
    assert_eq!(world.build_and_probe().of("gamma"), 1);
    world.assert_fresh();
    tests::write_at(&world.path(file), text, long_ago());
    world.assert_stale(&format!("input-changed {file}"));
    assert_eq!(world.build_and_probe().of("gamma"), 2, "{file}");
    world.assert_fresh();
}

#[test]
fn a_package_that_only_the_build_script_uses() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=build.rs\");\n\
         println!(\"cargo::rustc-cfg=v{}\", helper::VALUE);",
        "if cfg!(v1) { 1 } else if cfg!(v2) { 2 } else { 0 }",
    );
    add_package(&world, "helper", "", "pub const VALUE: i32 = 1;\n");
    add_to_manifest(&world, "gamma", "[build-dependencies]\nhelper = { path = \"../helper\" }\n");
    assert_reaches_the_program(&world, "helper/src/lib.rs", "pub const VALUE: i32 = 2;\n");
}

#[test]
fn a_build_dependency_that_was_only_touched_compiles_nothing() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=build.rs\");\n\
         println!(\"cargo::rustc-cfg=v{}\", helper::VALUE);",
        "if cfg!(v1) { 1 } else { 0 }",
    );
    add_package(&world, "helper", "", "pub const VALUE: i32 = 1;\n");
    add_to_manifest(&world, "gamma", "[build-dependencies]\nhelper = { path = \"../helper\" }\n");
    let _ = world.build();
    for _ in 0..2 {
        for path in
            ["gamma/build.rs", "gamma/src/lib.rs", "gamma/src/value.rs", "helper/src/lib.rs"]
        {
            tests::set_mtime(&world.path(path), filetime::FileTime::now());
        }
        let built = world.freshness(["build", "--strategy", "mtime"]).run().expect(0);
        assert!(built.stderr.contains("input-changed"), "{built:#?}");
        assert!(!built.stderr.contains("Compiling"), "{built:#?}");
    }
}

#[test]
fn a_procedural_macro() {
    let code = |value: u8| {
        format!(
            "#[proc_macro]\npub fn value(_: proc_macro::TokenStream) -> proc_macro::TokenStream {{ \
             \"{value}\".parse().unwrap() }}\n"
        )
    };
    let world = world("println!(\"cargo::rerun-if-changed=build.rs\");", "helper::value!()");
    add_package(&world, "helper", "proc-macro = true", &code(1));
    add_to_manifest(&world, "gamma", "[dependencies]\nhelper = { path = \"../helper\" }\n");
    assert_reaches_the_program(&world, "helper/src/lib.rs", &code(2));
}

#[test]
fn generated_code() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=input.txt\");\n\
         let out = std::path::PathBuf::from(std::env::var(\"OUT_DIR\").unwrap());\n\
         std::fs::copy(\"input.txt\", out.join(\"value.txt\")).unwrap();",
        "include!(concat!(env!(\"OUT_DIR\"), \"/value.txt\"))",
    );
    world.write("gamma/input.txt", "1");
    assert_reaches_the_program(&world, "gamma/input.txt", "2");
}

#[test]
fn a_declared_directory() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=data\");\n\
         let n = std::fs::read_to_string(\"data/deep/er/value.txt\").unwrap();\n\
         println!(\"cargo::rustc-cfg=v{}\", n);",
        "if cfg!(v1) { 1 } else if cfg!(v2) { 2 } else { 0 }",
    );
    world.write("gamma/data/deep/er/value.txt", "1");
    assert_reaches_the_program(&world, "gamma/data/deep/er/value.txt", "2");
    tests::write_at(&world.path("gamma/data/deep/other.txt"), "x", long_ago());
    world.assert_stale("input-added gamma/data/deep/other.txt");
}

#[test]
fn a_declared_file_of_another_package() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=../beta/value.txt\");\n\
         let n = std::fs::read_to_string(\"../beta/value.txt\").unwrap();\n\
         println!(\"cargo::rustc-cfg=v{}\", n);",
        "if cfg!(v1) { 1 } else if cfg!(v2) { 2 } else { 0 }",
    );
    world.write("beta/value.txt", "1");
    assert_reaches_the_program(&world, "beta/value.txt", "2");
}

#[test]
fn a_declared_path_that_is_missing_is_not_stale_for_ever() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=missing.txt\");\n\
         let n = std::fs::read_to_string(\"missing.txt\").unwrap_or(\"1\".into());\n\
         println!(\"cargo::rustc-cfg=v{}\", n);",
        "if cfg!(v1) { 1 } else if cfg!(v2) { 2 } else { 0 }",
    );
    assert_eq!(world.build_and_probe().of("gamma"), 1);
    world.assert_fresh();
    let builds = world.cargo_builds();
    let _ = world.build();
    assert_eq!(world.cargo_builds(), builds);
    tests::write_at(&world.path("gamma/missing.txt"), "2", long_ago());
    world.assert_stale("input-added gamma/missing.txt");
    assert_eq!(world.build_and_probe().of("gamma"), 2);
    world.assert_fresh();
}

#[test]
fn a_build_script_that_rewrites_a_source_settles() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=input.txt\");\n\
         std::fs::copy(\"input.txt\", \"src/generated.txt\").unwrap();",
        "include!(\"generated.txt\")",
    );
    world.write("gamma/input.txt", "1");
    assert_eq!(world.build_and_probe().of("gamma"), 1);
    assert_eq!(world.stale_by("hash"), [""; 0]);
    let builds = world.cargo_builds();
    let _ = world.build();
    assert_eq!(world.cargo_builds(), builds);
    tests::write_at(&world.path("gamma/input.txt"), "2", long_ago());
    assert_eq!(world.build_and_probe().of("gamma"), 2);
    assert_eq!(world.stale_by("hash"), [""; 0]);
}

#[test]
fn a_variable_that_a_macro_reads() {
    let value = "match option_env!(\"CHOICE\") { Some(_) => 2, None => 1 }";
    let world = world("println!(\"cargo::rerun-if-changed=build.rs\");", value);
    assert_eq!(world.build_and_probe().of("gamma"), 1);
    world.assert_fresh();
    let ran = world.check("mtime").env("CHOICE", "x").run();
    assert_eq!(ran.reasons(), ["env-changed"]);
    assert!(ran.stdout.contains("CHOICE"), "{ran:#?}");
    assert!(!ran.stdout.contains("secret-of-mine"));
    let built = world.freshness(["build"]).env("CHOICE", "secret-of-mine").run().expect(0);
    assert_eq!(world.probe(&built.paths()).of("gamma"), 2);
    assert!(world.check("hash").env("CHOICE", "secret-of-mine").run().reasons().is_empty());
    let stamp = fs::read(world.slot(&built.paths()[0]).join("stamp")).unwrap();
    let has = |text: &[u8]| stamp.windows(text.len()).any(|window| window == text);
    assert!(has(b"CHOICE") && !has(b"secret-of-mine"), "names in clear, values as digests");
    world.assert_fresh();
}

#[test]
fn a_dependency_under_another_name_and_for_this_target_only() {
    let world = world("println!(\"cargo::rerun-if-changed=build.rs\");", "renamed::VALUE");
    add_package(&world, "helper", "", "pub const VALUE: i32 = 1;\n");
    let dependency = "[target.'cfg(unix)'.dependencies]\n\
                      renamed = { package = \"helper\", path = \"../helper\" }\n";
    add_to_manifest(&world, "gamma", dependency);
    assert_reaches_the_program(&world, "helper/src/lib.rs", "pub const VALUE: i32 = 2;\n");
}

#[test]
fn a_source_outside_the_usual_places() {
    let world = world(
        "println!(\"cargo::rerun-if-changed=build.rs\");",
        "{ #[path = \"../../odd places/the value.rs\"] mod value; value::VALUE }",
    );
    world.write("odd places/the value.rs", "pub const VALUE: i32 = 1;\n");
    let lib = fs::read_to_string(world.path("gamma/src/lib.rs")).unwrap();
    let module = "#[path = \"../../odd places/the value.rs\"]\nmod value;";
    world.write("gamma/src/lib.rs", lib.replace("mod value;", module));
    assert_reaches_the_program(&world, "odd places/the value.rs", "pub const VALUE: i32 = 2;\n");
}

#[test]
fn a_c_source_that_a_build_script_compiled_and_did_not_name() {
    for said in ["rerun-if-changed=build.rs", "rerun-if-env-changed=CC"] {
        let world = world(
            &format!(
                "println!(\"cargo::{said}\");\n\
                 let out = std::env::var(\"OUT_DIR\").unwrap();\n\
                 let run = |program: &str, args: &[&str]| assert!(std::process::Command::new(program)\n\
                 .args(args).status().unwrap().success());\n\
                 run(\"cc\", &[\"-c\", \"native/value.c\", \"-o\", &format!(\"{{out}}/value.o\")]);\n\
                 run(\"ar\", &[\"crs\", &format!(\"{{out}}/libvalue.a\"), &format!(\"{{out}}/value.o\")]);\n\
                 println!(\"cargo::rustc-link-search=native={{out}}\");\n\
                 println!(\"cargo::rustc-link-lib=static=value\");"
            ),
            "0",
        );
        let lib = fs::read_to_string(world.path("gamma/src/lib.rs")).unwrap();
        let lib =
            lib.replacen("{ value::VALUE }", "{ value::VALUE + unsafe { native_value() } }", 1);
        assert!(lib.contains("native_value"), "{lib}");
        let native = "unsafe extern \"C\" { fn native_value() -> i32; }\n";
        world.write("gamma/src/lib.rs", lib + native);
        world.write("gamma/native/value.c", "int native_value(void) { return 1; }\n");
        let source = "int native_value(void) { return 2; }\n";
        assert_reaches_the_program(&world, "gamma/native/value.c", source);
    }
}
