//! Libraries of packages that cannot change: cargo's own matter, until one of them is not what cargo made.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::{Path, PathBuf};

use filetime::{FileTime, set_file_mtime};
use tests::{Ran, World, mtime_of, write};

const PROBE: &str =
    "#include <stdio.h>\nint leaf(void); int main(void) { printf(\"%d\", leaf()); return 0; }\n";

/// A workspace whose `alpha` needs `leaf`, a package as from a registry.
struct Scene(World);

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let directory = world.root().join("vendored");
        let source = format!(
            "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"{}\"\n",
            directory.display()
        );
        write(&world.root().join("home/config.toml"), source);
        let leaf = directory.join("leaf");
        write(&leaf.join(".cargo-checksum.json"), "{\"files\":{},\"package\":null}");
        write(
            &leaf.join("Cargo.toml"),
            "[package]\nname = \"leaf\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
        );
        let manifest = fs::read_to_string(world.path("alpha/Cargo.toml")).unwrap();
        let with_leaf = manifest.replace("[dependencies]\n", "[dependencies]\nleaf = \"1\"\n");
        write(&world.path("alpha/Cargo.toml"), with_leaf);
        let lib = fs::read_to_string(world.path("alpha/src/lib.rs")).unwrap();
        let export = "#[unsafe(no_mangle)]\npub extern \"C\" fn leaf() -> i32 { leaf::value() }\n";
        write(&world.path("alpha/src/lib.rs"), format!("{lib}{export}"));
        let scene = Self(world);
        scene.set_leaf(1);
        scene
    }

    fn set_leaf(&self, value: u8) {
        let text = format!("#[inline(never)]\npub fn value() -> i32 {{ {value} }}\n");
        write(&self.0.root().join("vendored/leaf/src/lib.rs"), text);
    }

    fn build(&self, args: &[&str]) -> (Ran, String) {
        let built = self.0.freshness(["build"]).args(args).run().expect(0);
        let value = self.0.link(&built.paths(), PROBE).unwrap();
        (built, value)
    }

    /// The library of `leaf` and its metadata, below a target directory.
    fn made(&self, target: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(target.join("release/deps")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let is_made = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("libleaf-") && (name.ends_with(".rlib") || name.ends_with(".rmeta"))
        };
        let mut made: Vec<PathBuf> = paths.filter(is_made).collect();
        made.sort();
        assert_eq!(made.len(), 2, "{made:?}");
        made
    }

    /// Puts a library of another content in the place of the one that cargo made, under the same time.
    fn damage(&self, slot: &Path) {
        self.set_leaf(2);
        let elsewhere = self.0.root().join("elsewhere");
        let args = ["build", "--release", "--offline", "-p", "alpha", "--target-dir"];
        let _ = self.0.cargo(args).args([&elsewhere]).run().expect(0);
        self.set_leaf(1);
        let pairs = self.made(&elsewhere).into_iter().zip(self.made(&slot.join("target")));
        for (other, path) in pairs {
            assert_eq!(other.file_name(), path.file_name());
            let time = mtime_of(&path);
            fs::copy(other, &path).unwrap();
            set_file_mtime(&path, time).unwrap();
        }
    }
}

#[test]
fn a_library_that_was_damaged_in_cargos_directory_is_not_linked() {
    for args in [&[][..], &["--force"], &["--strategy", "mtime"]] {
        let scene = Scene::new();
        let (built, value) = scene.build(&[]);
        assert_eq!(value, "1");
        let slot = scene.0.slot(&built.paths()[0]);
        scene.damage(&slot);
        scene.0.set("alpha", 2);
        let (built, value) = scene.build(args);
        assert_eq!(value, "1", "{args:?}");
        assert!(built.stderr.contains("Compiling leaf v1.0.0"), "{built:#?}");
    }
}

#[test]
fn a_build_that_was_killed_in_between_does_not_make_it_believed() {
    let scene = Scene::new();
    let gate = scene.0.gate();
    let build = || scene.0.freshness(["build"]).env("RUSTC_WRAPPER", gate.wrapper());
    let slot = scene.0.slot(&build().run().expect(0).paths()[0]);
    gate.stop_times(1);
    scene.0.set("alpha", 2);
    let killed = build().start();
    gate.reached(1);
    killed.kill();
    gate.stop_times(0);
    scene.damage(&slot);
    let built = build().run().expect(0);
    assert_eq!(scene.0.link(&built.paths(), PROBE).unwrap(), "1");
}

#[test]
fn one_that_is_as_it_was_is_not_made_again() {
    let scene = Scene::new();
    let (built, _) = scene.build(&[]);
    let slot = scene.0.slot(&built.paths()[0]);
    let target = slot.join("target");
    for value in [2, 3] {
        scene.0.set("alpha", value);
        let (built, value) = scene.build(&[]);
        assert_eq!(value, "1");
        assert!(!built.stderr.contains("Compiling leaf"), "{built:#?}");
        // Another time is another stat, and no other library.
        for path in scene.made(&target) {
            set_file_mtime(&path, FileTime::from_unix_time(1_700_000_000, 0)).unwrap();
        }
    }
}
