//! What else stands in packages: names that are no text, links to nowhere, pipes. No hang, no panic, not stale for ever.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use tests::{Run, World};

/// Makes something at a path.
type Make = fn(&Path);

/// Everything that is odd, as a name and how to make it.
fn oddities() -> Vec<(Vec<u8>, Make)> {
    let file: Make = |path| fs::write(path, "x").unwrap();
    vec![
        (b"a\nnew line".to_vec(), file),
        (b"not \xff\xfe UTF-8".to_vec(), file),
        (b"\x1b[31mred".to_vec(), file),
        (b" leading, 'quotes' and \"more\"".to_vec(), file),
        (vec![b'n'; 255], file),
        (b"dangling".to_vec(), |path| symlink("nothing/there", path).unwrap()),
        (b"loop".to_vec(), |path| symlink(path, path).unwrap()),
        (b"up".to_vec(), |path| symlink("..", path).unwrap()),
        (b"device".to_vec(), |path| symlink("/dev/zero", path).unwrap()),
        (b"pipe".to_vec(), |path| {
            let made = Run::new("/usr/bin/env", path.parent().unwrap()).args(["mkfifo"]);
            let _ = made.env("PATH", "/usr/bin:/bin").args([path]).run().expect(0);
        }),
        (b"socket".to_vec(), |path| {
            // Its path may be too long to bind to: make it nearby and move it.
            let short = std::path::PathBuf::from(format!("/tmp/s{}", std::process::id()));
            drop(UnixListener::bind(&short).unwrap());
            if fs::rename(&short, path).is_err() {
                fs::remove_file(&short).unwrap();
            }
        }),
        (b"directory".to_vec(), |path| fs::create_dir(path).unwrap()),
    ]
}

/// Makes every file of gamma an input: its build script names none.
fn read_everything(world: &World) {
    let script = fs::read_to_string(world.path("gamma/build.rs")).unwrap();
    world.write("gamma/build.rs", script.replace("cargo::rerun-if-", "cargo::metadata=no-"));
}

#[test]
fn oddities_from_the_beginning_are_recorded_as_they_are() {
    for package in ["alpha", "gamma"] {
        let world = World::with_config(&format!("[profile.default]\npackages = [\"{package}\"]\n"));
        read_everything(&world);
        for (name, make) in oddities() {
            make(&world.path(package).join("src").join(OsStr::from_bytes(&name)));
        }
        let archives = world.build();
        assert_eq!(world.probe(&archives).of(package), 1);
        world.assert_fresh();
        let _ = world.freshness(["explain"]).run().expect(0);
        assert_eq!(world.build(), archives);
        assert_eq!(world.cargo_builds(), 1);
    }
}

#[test]
fn an_oddity_that_appears_and_goes_settles() {
    let world = World::with_config("[profile.default]\npackages = [\"gamma\"]\n");
    read_everything(&world);
    let _ = world.build();
    for (name, make) in oddities() {
        let path = world.path("gamma/src").join(OsStr::from_bytes(&name));
        make(&path);
        let shown = String::from_utf8_lossy(&name).into_owned();
        let _ = world.freshness(["build"]).run().expect(0);
        world.assert_fresh();
        match fs::symlink_metadata(&path) {
            Ok(m) if m.is_dir() => fs::remove_dir(&path).unwrap(),
            Ok(_) => fs::remove_file(&path).unwrap(),
            Err(_) => continue,
        }
        let _ = world.freshness(["build"]).run().expect(0);
        world.assert_fresh();
        assert_eq!(world.probe(&world.build()).of("gamma"), 1, "{shown}");
    }
}

#[test]
fn names_are_shown_in_one_line_and_as_text() {
    let config = "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n";
    let world = World::with_config(config);
    world.write("odd/one", "1");
    let _ = world.build();
    for (name, shown) in [
        (&b"a\nnew line"[..], "odd/a\\x0anew line"),
        (b"not \xff\xfe UTF-8", "odd/not \\xff\\xfe UTF-8"),
        (b"\x1b[31mred", "odd/\\x1b[31mred"),
    ] {
        let path = world.path("odd").join(OsStr::from_bytes(name));
        fs::write(&path, "x").unwrap();
        let text = world.freshness(["check"]).run().expect(1).stdout.to_lowercase();
        assert!(text.contains(&shown.to_lowercase()), "{text}");
        let json = world.freshness(["check", "--format", "json"]).run().reasons().join("\n");
        let expected = format!("input-added {shown}").to_lowercase();
        assert_eq!(json.to_lowercase(), expected);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_directory_a_pipe_or_nothing_where_a_source_was_is_stale_and_not_a_hang() {
    let world = World::new();
    let _ = world.build();
    let file = world.file_of("beta");
    let aside = world.root().join("aside");
    fs::rename(&file, &aside).unwrap();
    world.assert_stale("input-removed beta/src/value.rs");
    for (name, make) in oddities() {
        if name.len() == 255 {
            continue;
        }
        make(&file);
        if fs::symlink_metadata(&file).is_err() {
            continue;
        }
        for strategy in ["mtime", "hash"] {
            let reasons = world.stale_by(strategy);
            let named = reasons.iter().any(|reason| reason.contains("beta/src/value.rs"));
            assert!(named, "{} by {strategy}: {reasons:?}", String::from_utf8_lossy(&name));
        }
        if fs::symlink_metadata(&file).unwrap().is_dir() {
            let ran = world.freshness(["build", "--format", "json"]).run();
            assert_eq!(ran.error_code(), "cargo-failed");
            fs::remove_dir(&file).unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
    }
    fs::rename(&aside, &file).unwrap();
    assert_eq!(world.stale_by("hash"), [""; 0]);
}

#[test]
fn extra_inputs_that_cannot_be_read_are_doubt_and_not_a_crash() {
    let config = "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n";
    let world = World::with_config(config);
    world.write("odd/one", "1");
    let _ = world.build();
    world.assert_fresh();
    // A regular file, says stat; reading it from the start is an error.
    fs::remove_file(world.path("odd/one")).unwrap();
    symlink("/proc/self/mem", world.path("odd/one")).unwrap();
    for strategy in ["mtime", "hash"] {
        assert_ne!(world.stale_by(strategy), [""; 0], "{strategy}");
    }
    let ran = world.freshness(["build"]).run();
    assert!([Some(0), Some(2)].contains(&ran.code()), "{ran:#?}");
    fs::remove_file(world.path("odd/one")).unwrap();
    world.write("odd/one", "1");
    assert_eq!(world.build_and_probe().of("alpha"), 1);
    world.assert_fresh();
}
