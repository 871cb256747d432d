//! What goes into an archive although neither cargo nor a `rerun-if` speaks of it: static libraries that lie beside the
//! sources, and what a path leads to that leaves a link by `..`.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tests::World;

const MANIFEST: &str =
    "[package]\nname = \"a\"\nedition = \"2021\"\n[lib]\ncrate-type = [\"staticlib\"]\n";
const CONFIG: &str = "[profile.default]\npackages = [\"a\"]\n";

/// A workspace of one package whose library is this.
fn world(library: &str) -> World {
    let world = World::without_config();
    world.write("Cargo.toml", MANIFEST);
    world.write("src/lib.rs", library);
    world.config(CONFIG);
    world
}

/// What a program says that prints `answer()` of the current archives.
fn answer(world: &World) -> String {
    let archives = world.build();
    let source = "#include <stdio.h>\nextern int answer(void);\n\
                  int main(void) { printf(\"%d\", answer()); return 0; }\n";
    world.link(&archives, source).unwrap()
}

fn library(world: &World, dir: &Path, value: u8) {
    fs::create_dir_all(dir).unwrap();
    let source = dir.join("foo.c");
    fs::write(&source, format!("int foo(void) {{ return {value}; }}\n")).unwrap();
    let (source, object) = (source.to_str().unwrap(), dir.join("foo.o"));
    _ = world.run("cc", &["-c", source, "-o", object.to_str().unwrap()]).run().expect(0);
    fs::remove_file(source).unwrap();
    let made = dir.join("libfoo.a");
    let _ = fs::remove_file(&made);
    _ = world.run("ar", &["crs", made.to_str().unwrap(), object.to_str().unwrap()]).run().expect(0);
    fs::remove_file(object).unwrap();
}

const CALLS: &str = "#[link(name = \"foo\", kind = \"static\")]\nextern \"C\" { fn foo() -> i32; }\n\
                     #[no_mangle]\npub extern \"C\" fn answer() -> i32 { unsafe { foo() } }\n";

#[test]
fn another_static_library_beside_the_sources_is_another_archive() {
    let world = world(CALLS);
    let dir = world.path("prebuilt");
    library(&world, &dir, 1);
    let search = "println!(\"cargo:rustc-link-search=native={}/prebuilt\", \
                  std::env::var(\"CARGO_MANIFEST_DIR\").unwrap());";
    let script =
        format!("fn main() {{ println!(\"cargo:rerun-if-changed=build.rs\"); {search} }}\n");
    world.write("build.rs", script);
    assert_eq!(answer(&world), "1");
    world.assert_fresh();
    library(&world, &dir, 2);
    world.assert_stale("input-changed prebuilt/libfoo.a");
    assert_eq!(answer(&world), "2");
    world.assert_fresh();
}

#[test]
fn a_link_that_a_path_leaves_by_dots_is_looked_at() {
    let code = "const TEXT: &str = include_str!(\"../way/../text\");\n\
                #[no_mangle]\npub extern \"C\" fn answer() -> i32 { (TEXT.as_bytes()[0] - b'0') as i32 }\n";
    let world = world(code);
    for (dir, text) in [("one", "1"), ("two", "2")] {
        fs::create_dir_all(world.path(dir).join("below")).unwrap();
        world.write(&format!("{dir}/text"), text);
    }
    let way = world.path("way");
    symlink("one/below", &way).unwrap();
    assert_eq!(answer(&world), "1");
    world.assert_fresh();
    fs::remove_file(&way).unwrap();
    symlink("two/below", &way).unwrap();
    world.assert_stale("input-changed way");
    assert_eq!(answer(&world), "2");
    world.assert_fresh();
}
