//! What reaches an archive from outside its own package.

use super::scene::{BASE, OLD, Scene};
use super::{CHANGED, Event, FRESH, Family, NEWER, Truth, WRONG};

pub(super) const FAMILY: Family = Family { name: "Graph", setup, events: EVENTS };

const ONE: &str = "pub const VALUE: i32 = 1;\n";
const TWO: &str = "pub const VALUE: i32 = 2;\n";

/// Behind beta a package `deep`; a procedural macro, a build-dependency, an `include!`, a build script that
/// names no input, and a member that no one depends on.
fn setup(scene: &Scene) {
    let package = |name: &str, rest: &str, lib: &str| {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}"
        );
        scene.world.write(&format!("{name}/Cargo.toml"), manifest);
        scene.world.write(&format!("{name}/src/lib.rs"), lib);
        scene.world.write(&format!("{name}/src/value.rs"), ONE);
    };
    let plain = "mod value;\npub use value::VALUE;\n";
    package("deep", "", plain);
    package("helper", "", plain);
    package("unrelated", "", plain);
    let value = "mod value;\n#[proc_macro]\n\
        pub fn value(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n\
        value::VALUE.to_string().parse().unwrap() }\n";
    package("mac", "[lib]\nproc-macro = true\n", value);
    let members = "\"gamma\", \"deep\", \"helper\", \"mac\", \"unrelated\"]";
    scene.replace("Cargo.toml", "\"gamma\"]", members);
    scene.replace(
        "beta/Cargo.toml",
        "[lints]",
        "[dependencies]\ndeep = { path = \"../deep\" }\n[lints]",
    );
    scene.world.write("beta/src/value.rs", "pub use deep::VALUE;\n");
    let needs = "[dependencies]\nmac = { path = \"../mac\" }\n[build-dependencies]\nhelper = { path = \"../helper\" }\n[lints]";
    scene.replace("gamma/Cargo.toml", "[lints]", needs);
    scene.world.write("gamma/src/value.rs", "pub const VALUE: i32 = mac::value!();\n");
    let script = "const ADD: i32 = 0;\nfn main() {\n\
        let declared = std::fs::read_to_string(\"declared.txt\").unwrap();\n\
        println!(\"cargo::rustc-env=DECLARED={declared}\");\n\
        println!(\"cargo::rustc-env=MODE={}\", helper::VALUE + ADD);\n}\n";
    scene.world.write("gamma/build.rs", script);
    scene.world.write("alpha/src/value.rs", "include!(\"../../shared/included.rs\");\n");
    scene.world.write("shared/included.rs", ONE);
}

const LATER: [&str; 5] = [CHANGED, NEWER, CHANGED, CHANGED, WRONG];
const LATER_LISTED: [&str; 5] = [CHANGED, NEWER, CHANGED, CHANGED, NEWER];
const OLDER: [&str; 5] = [CHANGED, WRONG, CHANGED, CHANGED, WRONG];
const NOT_LISTED: &str = "Not in the list that the original rule keeps by hand; cargo and the compiler say what was read.";
const BLIND: &str = "Same length, older time: the documented blind spot of `newer-than`.";

const EVENTS: &[Event] = &[
    Event::new(
        "a dependency of a dependency edited",
        Truth::Changed(&[("beta", 2)]),
        |s| s.world.write("deep/src/value.rs", TWO),
        LATER,
    )
    .note(NOT_LISTED),
    Event::new(
        "a dependency of a dependency edited, older time",
        Truth::Changed(&[("beta", 2)]),
        |s| s.write_at("deep/src/value.rs", TWO, OLD),
        OLDER,
    )
    .note(BLIND),
    Event::new(
        "a dependency outside the workspace edited",
        Truth::Changed(&[("outside", 2)]),
        |s| s.world.set("outside", 2),
        LATER,
    ),
    Event::new(
        "a dependency outside the workspace edited, older time",
        Truth::Changed(&[("outside", 2)]),
        |s| s.world.set_at("outside", 2, OLD),
        OLDER,
    )
    .note(BLIND),
    Event::new(
        "a file of `include_str!` outside the package edited",
        Truth::Changed(&[("text", 2)]),
        |s| s.world.set("text", 2),
        LATER,
    ),
    Event::new(
        "a file of `include!` edited",
        Truth::Changed(&[("alpha", 2)]),
        |s| s.world.write("shared/included.rs", TWO),
        LATER,
    ),
    Event::new(
        "a file of `include!` edited, time restored",
        Truth::Changed(&[("alpha", 2)]),
        |s| s.write_at("shared/included.rs", TWO, BASE),
        OLDER,
    )
    .note(BLIND),
    Event::new(
        "a procedural macro edited",
        Truth::Changed(&[("gamma", 2)]),
        |s| s.world.write("mac/src/value.rs", TWO),
        LATER,
    ),
    Event::new(
        "a procedural macro edited, time restored",
        Truth::Changed(&[("gamma", 2)]),
        |s| s.write_at("mac/src/value.rs", TWO, BASE),
        OLDER,
    )
    .note(BLIND),
    Event::new(
        "a build script edited",
        Truth::Changed(&[("mode", 6)]),
        |s| s.replace("gamma/build.rs", "ADD: i32 = 0", "ADD: i32 = 5"),
        LATER_LISTED,
    ),
    Event::new(
        "a dependency of a build script edited",
        Truth::Changed(&[("mode", 2)]),
        |s| s.world.write("helper/src/value.rs", TWO),
        LATER,
    ),
    Event::new(
        "a file read by a build script that names none",
        Truth::Changed(&[("declared", 2)]),
        |s| s.world.set("declared", 2),
        LATER_LISTED,
    ),
    Event::new(
        "a file read by a build script that names none, older time",
        Truth::Changed(&[("declared", 2)]),
        |s| s.world.set_at("declared", 2, OLD),
        OLDER,
    )
    .note("cargo misses it as well, as it goes by the newest time in the package; `newer-than` has its documented blind spot."),
    Event::new(
        "a profile setting in the workspace's manifest",
        Truth::Changed(&[("debug", 1)]),
        |s| {
            let text = s.read("Cargo.toml");
            let more = "[profile.release]\ndebug-assertions = true\n";
            s.world.write("Cargo.toml", format!("{text}{more}"));
        },
        [CHANGED, CHANGED, CHANGED, CHANGED, NEWER],
    ),
    Event::new(
        "a comment in a dependency's manifest",
        Truth::Same,
        |s| {
            let text = s.read("deep/Cargo.toml");
            s.world.write("deep/Cargo.toml", format!("{text}# More.\n"));
        },
        [CHANGED, CHANGED, CHANGED, CHANGED, FRESH],
    )
    .note("What a manifest means, only cargo can say: it is asked, and compiles nothing."),
    Event::new(
        "a package that nothing depends on edited",
        Truth::Same,
        |s| s.world.write("unrelated/src/value.rs", TWO),
        [FRESH; 5],
    ),
    Event::new(
        "a test of a package added",
        Truth::Same,
        |s| s.world.write("alpha/tests/more.rs", "#[test]\nfn more() {}\n"),
        [FRESH, FRESH, FRESH, FRESH, NEWER],
    ),
];
