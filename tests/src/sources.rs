//! The generated workspace: small packages, each with a constant for every way that a file can get in.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::files::write;

/// Where the file of a constant is, and what it says for a value of one digit.
pub(crate) fn constant(workspace: &Path, name: &str, value: u8) -> (PathBuf, String) {
    assert!(value < 10, "one digit, so that all values are equally long");
    let module = |path: &str| (workspace.join(path), format!("pub const VALUE: i32 = {value};\n"));
    match name {
        "alpha" => module("alpha/src/value.rs"),
        "beta" => module("beta/src/value.rs"),
        "outside" => module("../outside/src/value.rs"),
        "gamma" => module("gamma/src/value.rs"),
        "delta" => module("delta/src/value.rs"),
        "text" => (workspace.join("shared/text.txt"), value.to_string()),
        "declared" => (workspace.join("gamma/declared.txt"), value.to_string()),
        _ => panic!("no constant is called {name}"),
    }
}

/// What a probe of an archive prints, in this order.
pub(crate) fn constants_of(archive: &str) -> &'static [&'static str] {
    match archive {
        "libalpha.a" => &["alpha", "beta", "outside", "text", "linked", "flags", "abort", "debug"],
        "libgamma.a" => &["gamma", "declared", "mode", "extra"],
        "libdelta.a" => &["delta"],
        _ => panic!("no package makes {archive}"),
    }
}

pub(crate) const CONFIG: &str = r#"
[profile.default]
packages = ["alpha"]

[profile.both]
packages = ["gamma", "alpha"]

[profile.gamma]
packages = ["gamma"]

[profile.extra]
packages = ["gamma"]
features = ["gamma/extra"]
"#;

const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["alpha", "beta", "gamma"]

[workspace.lints.rust]
unexpected_cfgs = "allow"
"#;

const ALPHA: &str = r#"
mod linked;
mod value;

#[unsafe(no_mangle)]
pub extern "C" fn alpha() -> i32 { value::VALUE }
#[unsafe(no_mangle)]
pub extern "C" fn beta() -> i32 { beta::value::VALUE }
#[unsafe(no_mangle)]
pub extern "C" fn outside() -> i32 { outside::value::VALUE }
#[unsafe(no_mangle)]
pub extern "C" fn text() -> i32 { include_str!("../../shared/text.txt").trim().parse().unwrap() }
#[unsafe(no_mangle)]
pub extern "C" fn linked() -> i32 { linked::VALUE }
#[unsafe(no_mangle)]
pub extern "C" fn flags() -> i32 {
    cfg!(one) as i32 + 10 * cfg!(two) as i32 + 100 * cfg!(three) as i32
}
#[unsafe(no_mangle)]
pub extern "C" fn abort_() -> i32 { cfg!(panic = "abort") as i32 }
#[unsafe(no_mangle)]
pub extern "C" fn debug() -> i32 { cfg!(debug_assertions) as i32 }
"#;

const GAMMA: &str = r#"
mod value;

#[unsafe(no_mangle)]
pub extern "C" fn gamma() -> i32 { value::VALUE }
#[unsafe(no_mangle)]
pub extern "C" fn declared() -> i32 { env!("DECLARED").trim().parse().unwrap() }
#[unsafe(no_mangle)]
pub extern "C" fn mode() -> i32 { env!("MODE").parse().unwrap() }
#[unsafe(no_mangle)]
pub extern "C" fn extra() -> i32 { cfg!(feature = "extra") as i32 }
#[cfg(feature = "extra")]
#[unsafe(no_mangle)]
pub extern "C" fn gamma_extra_symbol() {}
"#;

const GAMMA_BUILD: &str = r#"
fn main() {
    println!("cargo::rerun-if-changed=declared.txt");
    println!("cargo::rerun-if-env-changed=GAMMA_MODE");
    let declared = std::fs::read_to_string("declared.txt").unwrap();
    println!("cargo::rustc-env=DECLARED={declared}");
    let mode = std::env::var("GAMMA_MODE").unwrap_or("0".into());
    println!("cargo::rustc-env=MODE={mode}");
}
"#;

fn manifest(name: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         publish = false\n{rest}"
    )
}

/// Adds a package that makes a third archive, with its constant 1.
pub(crate) fn add_delta(workspace: &Path) {
    let file = |path: &str, text: &str| write(&workspace.join(path), text);
    file("Cargo.toml", &WORKSPACE.replace("\"gamma\"", "\"gamma\", \"delta\""));
    file("delta/Cargo.toml", &manifest("delta", "[lib]\ncrate-type = [\"staticlib\"]\n"));
    let lib =
        "mod value;\n#[unsafe(no_mangle)]\npub extern \"C\" fn delta() -> i32 { value::VALUE }\n";
    file("delta/src/lib.rs", lib);
    let (path, text) = constant(workspace, "delta", 1);
    write(&path, text);
}

/// Writes the workspace, with every constant 1, and `outside` beside it.
pub(crate) fn write_workspace(workspace: &Path) {
    let file = |path: &str, text: &str| write(&workspace.join(path), text);
    file("freshness.toml", CONFIG);
    file("Cargo.toml", WORKSPACE);
    let lints = "[lints]\nworkspace = true\n";
    let alpha = "[lib]\ncrate-type = [\"staticlib\"]\n[dependencies]\n\
                 beta = { path = \"../beta\" }\noutside = { path = \"../../outside\" }\n";
    file("alpha/Cargo.toml", &manifest("alpha", &format!("{alpha}{lints}")));
    file("alpha/src/lib.rs", ALPHA);
    file("links/one.rs", "pub const VALUE: i32 = 1;\n");
    file("links/two.rs", "pub const VALUE: i32 = 2;\n");
    symlink("../../links/one.rs", workspace.join("alpha/src/linked.rs")).unwrap();
    file("beta/Cargo.toml", &manifest("beta", lints));
    file("beta/src/lib.rs", "pub mod value;\n");
    file("../outside/Cargo.toml", &manifest("outside", "[workspace]\n"));
    file("../outside/src/lib.rs", "pub mod value;\n");
    let gamma =
        "[lib]\ncrate-type = [\"staticlib\", \"rlib\"]\n[features]\nextra = []\nmore = []\n";
    file("gamma/Cargo.toml", &manifest("gamma", &format!("{gamma}{lints}")));
    file("gamma/src/lib.rs", GAMMA);
    file("gamma/build.rs", GAMMA_BUILD);
    for name in ["alpha", "beta", "outside", "gamma", "text", "declared"] {
        let (path, text) = constant(workspace, name, 1);
        write(&path, text);
    }
}
