//! What is asked of the compiler, and which compiler it is.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::scene::{OLD, Scene};
use super::{ADDED, Event, FRESH, Family, Truth, WRONG};
use crate::files::{set_mtime, write};
use crate::world::on_path;

pub(super) const FAMILY: Family = Family { name: "Key", setup, events: EVENTS };

/// A compiler that is a file of its own, which events may change.
fn setup(scene: &Scene) {
    stand_in(scene, "rustc", "\"$@\"");
    scene.env("RUSTC", scene.world.root().join("rustc"));
}

/// Writes a program that starts the real compiler with these arguments.
fn stand_in(scene: &Scene, name: &str, arguments: &str) {
    let path = scene.world.root().join(name);
    write(&path, format!("#!/bin/sh\nexec '{}' {arguments}\n", on_path("rustc").display()));
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
}

fn host(scene: &Scene) -> String {
    let ran = scene.world.run("rustc", &["-vV"]).run().expect(0);
    let host = ran.stdout.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

const NEW_KEY: [&str; 5] = ["no-stamp", "no-stamp", "no-stamp", "no-stamp", "profile-changed"];
const ENV: [&str; 5] = ["env-changed", "env-changed", "env-changed", "env-changed", WRONG];
const CONFIG: [&str; 5] = [ADDED, ADDED, ADDED, ADDED, WRONG];
const TOOL: [&str; 5] =
    ["toolchain-changed", "toolchain-changed", "toolchain-changed", "toolchain-changed", WRONG];
const ONE: Truth = Truth::Changed(&[("flags", 1)]);
const FLAGS: &str = "[build]\nrustflags = [\"--cfg=one\"]\n";

const EVENTS: &[Event] = &[
    Event::new(
        "a feature added to the profile",
        Truth::Changed(&[("extra", 1)]),
        |s| s.set_profile("features = [\"gamma/extra\"]\n"),
        NEW_KEY,
    )
    .note(
        "Both may be there side by side, so the profile has a slot of its own, which is empty yet.",
    ),
    Event::new(
        "another cargo profile",
        Truth::Changed(&[("debug", 1)]),
        |s| s.set_profile("cargo-profile = \"dev\"\n"),
        NEW_KEY,
    ),
    Event::new(
        "a target named",
        Truth::Same,
        |s| s.set_profile(&format!("target = \"{}\"\n", host(s))),
        NEW_KEY,
    ),
    Event::new(
        "panic = abort",
        Truth::Changed(&[("abort", 1)]),
        |s| s.set_profile("panic = \"abort\"\n"),
        NEW_KEY,
    ),
    Event::new(
        "flags in the profile",
        ONE,
        |s| s.set_profile("rustflags = [\"--cfg=one\"]\n"),
        NEW_KEY,
    ),
    Event::new("`RUSTFLAGS` set", ONE, |s| s.env("RUSTFLAGS", "--cfg one"), ENV),
    Event::new(
        "`CARGO_ENCODED_RUSTFLAGS` set",
        ONE,
        |s| s.env("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}one"),
        ENV,
    ),
    Event::new(
        "`CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS` set",
        Truth::Changed(&[("debug", 1)]),
        |s| s.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true"),
        ENV,
    ),
    Event::new(
        "`CARGO_BUILD_TARGET` set to the host",
        Truth::Same,
        |s| s.env("CARGO_BUILD_TARGET", host(s)),
        ["env-changed", "env-changed", "env-changed", "env-changed", FRESH],
    ),
    Event::new(
        "a variable that a build script declares",
        Truth::Changed(&[("mode", 5)]),
        |s| s.env("GAMMA_MODE", "5"),
        ENV,
    ),
    Event::new(
        "a variable that no one reads",
        Truth::Same,
        |s| s.env("UNRELATED", "5"),
        [FRESH; 5],
    ),
    Event::new(
        "cargo's configuration appears in the workspace",
        ONE,
        |s| s.write_at(".cargo/config.toml", FLAGS, OLD),
        CONFIG,
    ),
    Event::new(
        "cargo's configuration appears above the workspace",
        ONE,
        |s| s.write_at("../.cargo/config.toml", FLAGS, OLD),
        CONFIG,
    ),
    Event::new(
        "cargo's configuration appears in its home",
        ONE,
        |s| s.write_at("../home/config.toml", FLAGS, OLD),
        CONFIG,
    ),
    Event::new(
        "a toolchain file appears",
        Truth::Same,
        |s| s.write_at("rust-toolchain.toml", "[toolchain]\nprofile = \"minimal\"\n", OLD),
        [ADDED, ADDED, ADDED, ADDED, FRESH],
    ),
    Event::new(
        "another compiler chosen by `RUSTC`",
        ONE,
        |s| {
            stand_in(s, "other", "\"$@\" --cfg one");
            s.env("RUSTC", s.world.root().join("other"));
        },
        TOOL,
    ),
    Event::new(
        "the compiler replaced in place, under an old time",
        ONE,
        |s| {
            stand_in(s, "rustc", "\"$@\" --cfg one");
            set_mtime(&s.world.root().join("rustc"), OLD);
        },
        TOOL,
    ),
    Event::new(
        "a wrapper set by `RUSTC_WRAPPER`",
        ONE,
        |s| {
            let wrapper = s.world.root().join("wrapper");
            write(&wrapper, "#!/bin/sh\nexec \"$@\" --cfg one\n");
            fs::set_permissions(&wrapper, Permissions::from_mode(0o755)).unwrap();
            s.env("RUSTC_WRAPPER", wrapper);
        },
        TOOL,
    ),
];
