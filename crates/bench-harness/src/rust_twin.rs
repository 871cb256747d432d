//! The Rust twin of `dep-wide`: the same functions as a cargo package of as many modules.
//!
//! What a Rust programmer waits for after the same edit. A module has the functions of the TypeScript
//! module of its number, line by line, so that both programs print one number.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use crate::dep_wide::{HELPERS, constants};

/// The profiles that it is built by: cargo's own, and the one that is quickest to build again optimised.
pub const PROFILES: [&str; 3] = ["dev", "release", "incremental-release"];

const MANIFEST: &str = "[package]\nname = \"twin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [profile.incremental-release]\ninherits = \"release\"\nincremental = true\n\n\
                        [workspace]\n";

/// Writes the package into `dir`: `main.rs` and `modules` modules.
///
/// # Errors
/// Those of creating files.
pub fn write_rust_twin(dir: &Path, modules: usize) -> io::Result<()> {
    fs::create_dir_all(dir.join("src"))?;
    fs::write(dir.join("Cargo.toml"), MANIFEST)?;
    fs::write(dir.join("src/main.rs"), entry(modules))?;
    (0..modules).try_for_each(|index| edit_rust_twin(dir, index, 0))
}

/// Writes one module in a revision, as [`crate::dep_wide::edit_dep_wide`] does.
///
/// # Errors
/// Those of writing it.
pub fn edit_rust_twin(dir: &Path, index: usize, revision: usize) -> io::Result<()> {
    fs::write(dir.join(format!("src/m{index:04}.rs")), module(index, revision))
}

fn entry(modules: usize) -> String {
    let mut text = String::new();
    for index in 0..modules {
        line(&mut text, format_args!("mod m{index:04};"));
    }
    line(&mut text, format_args!("\nfn main() {{"));
    line(&mut text, format_args!("    let mut total: f64 = 0.0;"));
    for index in 0..modules {
        let start = index % 17;
        line(&mut text, format_args!("    total += m{index:04}::value{index:04}({start}.0);"));
    }
    line(&mut text, format_args!("    println!(\"{{total}}\");"));
    line(&mut text, format_args!("}}"));
    text
}

fn module(index: usize, revision: usize) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("// Module {index} of the twin of dep-wide."));
    for helper in 0..HELPERS {
        let (step, rounds, added) = constants(index, helper);
        line(&mut text, format_args!("fn step{helper}(start: f64) -> f64 {{"));
        line(&mut text, format_args!("    let mut value = start + {step}.0;"));
        line(&mut text, format_args!("    for i in 0..{rounds} {{"));
        line(&mut text, format_args!("        if value % 2.0 == 0.0 {{"));
        line(&mut text, format_args!("            value = value / 2.0 + f64::from(i);"));
        line(&mut text, format_args!("        }} else {{"));
        line(&mut text, format_args!("            value = (value * 3.0 + {added}.0) % 1009.0;"));
        line(&mut text, format_args!("        }}"));
        line(&mut text, format_args!("    }}"));
        line(&mut text, format_args!("    value"));
        line(&mut text, format_args!("}}"));
        line(&mut text, format_args!(""));
    }
    line(&mut text, format_args!("pub fn value{index:04}(start: f64) -> f64 {{"));
    let calls: Vec<String> = (0..HELPERS).map(|helper| format!("step{helper}(start)")).collect();
    line(&mut text, format_args!("    {} + {revision}.0 }}", calls.join(" + ")));
    line(&mut text, format_args!("// End of module {index}."));
    text
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string cannot fail");
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dep_wide::LINES;

    #[test]
    fn a_module_is_as_long_as_its_twin_and_like_no_other() {
        for index in [0, 999] {
            assert_eq!(module(index, 0).lines().count(), LINES, "{index}");
        }
        assert!(module(7, 0) != module(8, 0) && module(7, 0) != module(7, 1));
    }

    #[test]
    fn every_module_is_declared_and_called() {
        let text = entry(3);
        assert_eq!(text.matches("mod m0002;").count(), 1);
        assert_eq!(text.matches("m0002::value0002(2.0)").count(), 1);
    }
}
