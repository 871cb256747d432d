//! `dep-wide`: a TypeScript program whose entry imports a thousand siblings, 100 lines each.
//!
//! A compiler that does too much work for each module shows here, and nowhere else as much: the graph is
//! one level deep, so everything can be done at once, and a change of one module concerns no other.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// Modules of `dep-wide-100k`.
pub const MODULES: usize = 1000;

/// Lines of each.
pub const LINES: usize = 100;

/// Functions that a module keeps to itself, 12 lines each with the one below them.
pub(crate) const HELPERS: usize = 8;

/// Writes the program into `dir`: `main.ts` and `modules` siblings.
///
/// # Errors
/// Those of creating files.
pub fn write_dep_wide(dir: &Path, modules: usize) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join("main.ts"), entry(modules))?;
    (0..modules).try_for_each(|index| edit_dep_wide(dir, index, 0))
}

/// Writes one module in a revision; each revision gives another program, and none another signature.
///
/// # Errors
/// Those of writing it.
pub fn edit_dep_wide(dir: &Path, index: usize, revision: usize) -> io::Result<()> {
    fs::write(dir.join(name(index)), module(index, revision))
}

fn name(index: usize) -> String {
    format!("m{index:04}.ts")
}

fn entry(modules: usize) -> String {
    let mut text = String::new();
    for index in 0..modules {
        line(&mut text, format_args!("import {{ value{index:04} }} from \"./{}\";", name(index)));
    }
    line(&mut text, format_args!("let total: number = 0;"));
    for index in 0..modules {
        line(&mut text, format_args!("total = total + value{index:04}({});", index % 17));
    }
    line(&mut text, format_args!("console.log(total);"));
    text
}

/// What one function has of its own: what it adds first, how often it goes round, what it adds then.
pub(crate) fn constants(index: usize, helper: usize) -> (usize, usize, usize) {
    let step = (index * 31 + helper * 7) % 101 + 1;
    (step, helper + 2, step % 13)
}

fn module(index: usize, revision: usize) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("// Module {index} of dep-wide."));
    for helper in 0..HELPERS {
        let (step, rounds, added) = constants(index, helper);
        line(&mut text, format_args!("function step{helper}(start: number): number {{"));
        line(&mut text, format_args!("  let value: number = start + {step};"));
        line(&mut text, format_args!("  for (let i: number = 0; i < {rounds}; i = i + 1) {{"));
        line(&mut text, format_args!("    if (value % 2 === 0) {{"));
        line(&mut text, format_args!("      value = value / 2 + i;"));
        line(&mut text, format_args!("    }} else {{"));
        line(&mut text, format_args!("      value = (value * 3 + {added}) % 1009;"));
        line(&mut text, format_args!("    }}"));
        line(&mut text, format_args!("  }}"));
        line(&mut text, format_args!("  return value;"));
        line(&mut text, format_args!("}}"));
        line(&mut text, format_args!(""));
    }
    line(&mut text, format_args!("export function value{index:04}(start: number): number {{"));
    let calls: Vec<String> = (0..HELPERS).map(|helper| format!("step{helper}(start)")).collect();
    line(&mut text, format_args!("  return {} + {revision}; }}", calls.join(" + ")));
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

    #[test]
    fn every_module_has_its_lines_and_is_like_no_other() {
        for index in [0, 1, 999] {
            assert_eq!(module(index, 0).lines().count(), LINES, "{index}");
        }
        assert_eq!(module(7, 0), module(7, 0));
        assert_ne!(module(7, 0), module(8, 0));
        assert_ne!(module(7, 0), module(7, 1));
    }

    #[test]
    fn the_entry_imports_and_calls_every_module_once() {
        let text = entry(MODULES);
        let count = |what: &str| text.lines().filter(|line| line.contains(what)).count();
        assert_eq!((count("import "), count("total = total + ")), (MODULES, MODULES));
        assert_eq!(count("value0999"), 2);
    }

    #[test]
    fn a_program_is_written_and_edited_in_place() {
        let dir = tempfile::tempdir().unwrap();
        write_dep_wide(dir.path(), 3).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
        let read = || fs::read_to_string(dir.path().join("m0001.ts")).unwrap();
        let before = read();
        edit_dep_wide(dir.path(), 1, 5).unwrap();
        assert!(read() != before && read().contains(" + 5; }"));
    }
}
