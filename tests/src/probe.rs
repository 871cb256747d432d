//! The oracle: a C program linked against published archives, which prints what is in them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sources::constants_of;

/// What a linked program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constants(BTreeMap<String, i64>);

impl Constants {
    /// The constant of this name.
    ///
    /// # Panics
    /// The program printed none.
    #[track_caller]
    #[must_use]
    pub fn of(&self, name: &str) -> i64 {
        self.get(name).unwrap_or_else(|| panic!("no constant {name} in {self:?}"))
    }

    /// The constant of this name, if it was printed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<i64> {
        self.0.get(name).copied()
    }
}

/// Links a C program against `archives`, runs it, and reads what it prints.
pub(crate) fn probe(archives: &[PathBuf]) -> Constants {
    let names: Vec<&str> = archives
        .iter()
        .flat_map(|archive| constants_of(archive.file_name().unwrap().to_str().unwrap()))
        .copied()
        .collect();
    // A C library has an `abort` of its own.
    let symbol = |name: &str| if name == "abort" { "abort_".into() } else { name.to_owned() };
    let mut source = String::from("#include <stdio.h>\n");
    for name in &names {
        writeln!(source, "extern int {}(void);", symbol(name)).unwrap();
    }
    source.push_str("int main(void) {\n");
    for name in &names {
        writeln!(source, "printf(\"{name} %d\\n\", {}());", symbol(name)).unwrap();
    }
    source.push_str("return 0; }\n");
    let printed = link(archives, &source).unwrap_or_else(|refusal| panic!("{refusal}"));
    let lines = printed.lines().map(|line| line.split_once(' ').unwrap());
    Constants(lines.map(|(name, value)| (name.into(), value.parse().unwrap())).collect())
}

/// Links a C program against `archives` and runs it; what it prints, or why it does not link.
pub(crate) fn link(archives: &[PathBuf], source: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let (c, program) = (directory.path().join("probe.c"), directory.path().join("probe"));
    std::fs::write(&c, source).unwrap();
    let libraries: &[&str] = &["-lpthread", "-ldl", "-lm"];
    let mut cc = Command::new("cc");
    cc.arg(&c).args(archives).args(libraries).arg("-o").arg(&program);
    let linked = cc.output().unwrap();
    if !linked.status.success() {
        return Err(String::from_utf8_lossy(&linked.stderr).into_owned());
    }
    Ok(run(&program))
}

fn run(program: &Path) -> String {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
