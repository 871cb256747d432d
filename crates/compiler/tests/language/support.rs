//! Compiles programs as the compiler would, without it: reads modules, resolves imports by path, links
//! with `cc` against archives that one cargo invocation built.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use nativets::language::{
    Checked, Diagnostic, Feature, Interface, OptLevel, Options, Resolved, Syntax, Target, builtin,
    check, generate, generate_entry, parse,
};

/// A module by its path relative to the entry's directory.
pub type Sources = BTreeMap<String, String>;

/// What is wrong with which module.
pub type Wrong = (String, Vec<Diagnostic>);

/// The modules of a program in the order of their initialisation, checked.
pub fn checked(sources: &Sources, entry: &str) -> Result<Vec<(String, Checked)>, Wrong> {
    let mut syntaxes = BTreeMap::new();
    for (id, text) in sources {
        syntaxes.insert(id.clone(), parse(text).map_err(|wrong| (id.clone(), wrong))?);
    }
    let mut order = Vec::new();
    visit(entry, &syntaxes, &mut order, &mut BTreeSet::new());
    let interfaces: BTreeMap<String, Interface> =
        syntaxes.iter().map(|(id, syntax)| (id.clone(), syntax.interface().clone())).collect();
    let mut modules = Vec::new();
    for id in order {
        let syntax = syntaxes.remove(&id).expect("each module once");
        let specifiers: Vec<String> =
            syntax.imports().iter().map(|import| import.specifier.clone()).collect();
        let targets: Vec<_> = specifiers.iter().map(|specifier| target(&id, specifier)).collect();
        let mut resolved = Vec::new();
        for (specifier, module) in specifiers.iter().zip(&targets) {
            let target = match (builtin(specifier), interfaces.get_key_value(module)) {
                (Some(builtin), _) => Target::Builtin(builtin),
                (None, Some((id, interface))) => Target::Module { id, interface },
                (None, None) => continue,
            };
            resolved.push(Resolved { specifier, target });
        }
        let module = check(syntax, &id, &resolved).map_err(|wrong| (id.clone(), wrong))?;
        modules.push((id, module));
    }
    Ok(modules)
}

/// Imports first, in the order of the text, as JavaScript initialises modules.
fn visit(
    id: &str,
    syntaxes: &BTreeMap<String, Syntax>,
    order: &mut Vec<String>,
    seen: &mut BTreeSet<String>,
) {
    if !seen.insert(id.to_owned()) {
        return;
    }
    let Some(syntax) = syntaxes.get(id) else { return };
    for import in syntax.imports() {
        visit(&target(id, &import.specifier), syntaxes, order, seen);
    }
    order.push(id.to_owned());
}

/// The module that a relative specifier names.
fn target(from: &str, specifier: &str) -> String {
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    let path = path.join("/");
    if path.ends_with(".ts") { path } else { format!("{path}.ts") }
}

/// The objects of a program, the one with `main` last.
pub fn objects(modules: &[(String, Checked)]) -> Vec<Vec<u8>> {
    let options = Options::new(OptLevel::Speed).expect("this machine is supported");
    let mut features = BTreeSet::new();
    let mut objects = Vec::new();
    for (_, module) in modules {
        features.extend(module.features());
        objects.push(generate(module, &options).expect("an object"));
    }
    let order: Vec<&str> = modules.iter().map(|(id, _)| id.as_str()).collect();
    objects.push(generate_entry(&order, &features, &options).expect("the entry's object"));
    objects
}

/// Links objects into a program in `dir`.
pub fn link(objects: &[Vec<u8>], features: &BTreeSet<Feature>, dir: &Path) -> PathBuf {
    link_with(objects, &ARCHIVES.for_features(features), dir)
}

/// As [`link`], with a runtime that says at the end how many strings it still holds, on standard error.
pub fn link_counting(objects: &[Vec<u8>], dir: &Path) -> PathBuf {
    const COUNT_AT_EXIT: &str = "\
        #include \"nativets_runtime.h\"\n\
        #include <stdio.h>\n\
        __attribute__((destructor)) static void count(void) {\n\
            NtsHeapStats stats;\n\
            nts_rt_heap_stats(&stats);\n\
            fprintf(stderr, \"created=%lu live=%lu\\n\", stats.created, stats.live);\n\
        }\n";
    let source = dir.join("count.c");
    fs::write(&source, COUNT_AT_EXIT).expect("write a source");
    let object = source.with_extension("o");
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/include");
    let mut cc = Command::new("cc");
    cc.arg("-I").arg(include).arg("-c").arg(&source).arg("-o").arg(&object);
    let output = run(&mut cc);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    link_with(objects, &[object, COUNTING_ARCHIVES.release.join("libnativets_runtime.a")], dir)
}

fn link_with(objects: &[Vec<u8>], more: &[PathBuf], dir: &Path) -> PathBuf {
    let program = dir.join("program");
    let mut cc = Command::new("cc");
    for (index, object) in objects.iter().enumerate() {
        let path = dir.join(format!("{index}.o"));
        fs::write(&path, object).expect("write an object");
        cc.arg(path);
    }
    cc.args(more).args(["-lpthread", "-ldl", "-lm"]);
    let output = run(cc.arg("-o").arg(&program));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    program
}

pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("could not start {command:?}: {error}"))
}

static ARCHIVES: LazyLock<Archives> = LazyLock::new(|| {
    let packages = ["nativets-runtime", "nativets-stdlib", "nativets-ext-timers"];
    let features = "nativets-stdlib/crypto,nativets-stdlib/async-runtime";
    Archives::build("language-archives", &packages, features)
});

static COUNTING_ARCHIVES: LazyLock<Archives> = LazyLock::new(|| {
    Archives::build("language-archives-full", &["nativets-runtime"], "nativets-runtime/full")
});

struct Archives {
    release: PathBuf,
}

impl Archives {
    /// By one invocation, in a target directory of their own.
    fn build(name: &str, packages: &[&str], features: &str) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(workspace).args(["build", "--release", "--lib", "--locked"]);
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        cargo.args(["--features", features]).arg("--target-dir").arg(&target);
        for variable in ["CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            cargo.env_remove(variable);
        }
        let output = run(&mut cargo);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { release: target.join("release") }
    }

    fn for_features(&self, features: &BTreeSet<Feature>) -> Vec<PathBuf> {
        let mut names = vec!["libnativets_runtime.a"];
        if !features.is_empty() {
            names.push("libnativets_stdlib.a");
        }
        if features.contains(&Feature::Timers) {
            names.push("libnativets_ext_timers.a");
        }
        names.iter().map(|name| self.release.join(name)).collect()
    }
}
