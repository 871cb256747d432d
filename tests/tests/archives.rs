//! Published archives: damage is noticed and repaired, and what was handed out never changes.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use tests::World;

/// Writes into a published file, which is read-only against accidents.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_archive_is_noticed_and_repaired() {
    type Damage = fn(&Path);
    let table: [(&str, &str, Damage); 7] = [
        ("deleted", "archive-missing", |path| fs::remove_file(path).unwrap()),
        ("directory deleted", "archive-missing", |path| {
            fs::remove_dir_all(path.parent().unwrap()).unwrap();
        }),
        ("truncated", "archive-changed", |path| {
            let bytes = fs::read(path).unwrap();
            overwrite(path, &bytes[..bytes.len() / 2]);
        }),
        ("emptied", "archive-changed", |path| overwrite(path, b"")),
        ("a bit flipped under the same time", "archive-changed", |path| {
            let (mut bytes, time) = (fs::read(path).unwrap(), tests::mtime_of(path));
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            overwrite(path, &bytes);
            tests::set_mtime(path, time);
        }),
        ("replaced by a directory", "archive-changed", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
            fs::write(path.join("inside"), "x").unwrap();
        }),
        ("replaced by a link", "archive-changed", |path| {
            let aside = path.with_extension("aside");
            fs::rename(path, &aside).unwrap();
            symlink(&aside, path).unwrap();
        }),
    ];
    let world = World::new();
    let archives = world.build();
    let shown = archives[0].strip_prefix(world.workspace()).unwrap().display().to_string();
    for (damage, code, apply) in table {
        apply(&archives[0]);
        for strategy in ["mtime", "hash"] {
            let reasons = world.stale_by(strategy);
            assert_eq!(reasons, [format!("{code} {shown}")], "{damage} by {strategy}");
        }
        let repaired = world.build();
        assert_eq!(world.probe(&repaired).of("alpha"), 1, "{damage}");
        assert!(fs::symlink_metadata(&repaired[0]).unwrap().is_file(), "{damage}");
        world.assert_fresh();
    }
}

#[test]
fn a_touched_or_copied_archive_is_read_and_believed() {
    let world = World::new();
    let archives = world.build();
    tests::set_mtime(&archives[0], tests::long_ago());
    world.assert_fresh();
    let aside = archives[0].with_extension("aside");
    fs::copy(&archives[0], &aside).unwrap();
    fs::rename(&aside, &archives[0]).unwrap();
    world.assert_fresh();
    assert_eq!(world.build(), archives);
    assert_eq!(world.cargo_builds(), 1);
}

#[test]
fn a_published_file_never_changes_in_place() {
    let world = World::new();
    let first = world.build();
    let (bytes, facts) = (fs::read(&first[0]).unwrap(), tests::snapshot(&first[0]));
    let mut opened = fs::File::open(&first[0]).unwrap();
    world.set("alpha", 2);
    let second = world.build();
    assert_ne!(first, second);
    assert_eq!(tests::snapshot(&first[0]), facts, "the generation before survives as it is");
    let mut read = Vec::new();
    opened.read_to_end(&mut read).unwrap();
    assert!(read == bytes, "a file that was opened before stays readable");
    // Cargo's own file is another one.
    let cargos = world.slot(&second[0]).join("target/release/libalpha.a");
    let inode = |path: &Path| fs::metadata(path).unwrap().ino();
    assert_ne!(inode(&cargos), inode(&second[0]));
}

#[test]
fn repairing_does_not_write_into_the_damaged_file() {
    let world = World::new();
    let archives = world.build();
    let mut opened = {
        overwrite(&archives[0], b"damaged");
        fs::File::open(&archives[0]).unwrap()
    };
    let _ = world.build();
    let mut read = Vec::new();
    opened.read_to_end(&mut read).unwrap();
    assert_eq!(read, b"damaged");
    assert_eq!(world.probe(&archives).of("alpha"), 1);
}

#[test]
fn the_generation_before_the_newest_outlives_every_build() {
    let world = World::new();
    let mut before = world.build();
    for value in 2..9 {
        world.set("alpha", value);
        let newest = world.build();
        assert_eq!(world.probe(&before).of("alpha"), i64::from(value) - 1);
        before = newest;
    }
}

#[test]
fn contents_switched_back_are_fresh_without_cargo() {
    let world = World::new();
    let built: Vec<_> = (1..=4)
        .map(|value| {
            world.set("alpha", value);
            world.build()
        })
        .collect();
    assert_eq!(world.cargo_builds(), 4);
    for value in [1, 4, 2, 3, 1, 2, 4, 3] {
        world.set("alpha", value);
        assert_eq!(world.stale_by("hash"), [""; 0], "content {value}");
        let again = world.freshness(["build"]).env("PATH", "/nonexistent").run().expect(0);
        assert_eq!(again.paths(), built[usize::from(value) - 1]);
        assert_eq!(world.probe(&again.paths()).of("alpha"), i64::from(value));
    }
    assert_eq!(world.cargo_builds(), 4);
    // And cargo's own directory, last used for 4, is not believed to hold what is here now.
    world.set("alpha", 1);
    world.set_at("beta", 2, tests::long_ago());
    let constants = world.build_and_probe();
    assert_eq!((constants.of("alpha"), constants.of("beta")), (1, 2));
}

#[test]
fn a_damaged_archive_of_an_earlier_generation_is_not_served() {
    let world = World::new();
    let first = world.build();
    world.set("alpha", 2);
    let _ = world.build();
    overwrite(&first[0], b"damaged");
    world.set("alpha", 1);
    assert!(!world.stale_by("hash").is_empty());
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    world.assert_fresh();
}

#[test]
fn truncating_cargos_own_archives_does_no_harm() {
    let world = World::new();
    let archives = world.build();
    let release = world.slot(&archives[0]).join("target/release");
    let truncate = || {
        for directory in [release.clone(), release.join("deps")] {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "a") {
                    fs::write(&path, "").unwrap();
                }
            }
        }
    };
    truncate();
    world.assert_fresh();
    assert_eq!(world.probe(&world.build()).of("alpha"), 1);
    // Damage to both: cargo would call its empty archive fresh.
    fs::remove_file(&archives[0]).unwrap();
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    truncate();
    world.set("text", 2);
    assert_eq!(world.build_and_probe().of("text"), 2);
}

#[test]
fn removing_cargos_directory_does_no_harm() {
    let world = World::new();
    let archives = world.build();
    fs::remove_dir_all(world.slot(&archives[0]).join("target")).unwrap();
    world.assert_fresh();
    world.set("alpha", 2);
    assert_eq!(world.build_and_probe().of("alpha"), 2);
}
