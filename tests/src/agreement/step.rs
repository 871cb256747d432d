//! One run: a step is an edit, three answers, their comparison, and a build.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use fastrand::Rng;

use super::answers::{self, Answer, Answers, Build};
use super::edit;
use super::oracle::{self, Built, Oracle, Truth};
use super::scene::{Files, Held, Scene};
use super::subject::Subject;
use super::tally::{Look, Tally};

/// What was so when a lane was last built by us, and cargo's directory with it.
#[derive(Clone, Debug)]
struct Base {
    truth: Truth,
    files: Files,
    variables: BTreeMap<String, String>,
    /// Everything that was ever true of archives that we published, newest last. An earlier generation
    /// may serve where a branch is switched back.
    published: Vec<(Vec<String>, Truth)>,
}

impl Base {
    fn was_true(&self, archives: &[String], truth: Option<&Truth>) -> bool {
        let is_it = |(ours, then): &(Vec<String>, Truth)| ours == archives && Some(then) == truth;
        self.published.iter().any(is_it)
    }
}

/// One run under way.
struct Run {
    scene: Scene,
    oracle: Oracle,
    bases: BTreeMap<usize, Base>,
    tally: Tally,
    /// Whether our archives and cargo's are the same bytes, where the target directory is in none.
    is_placeless: Option<bool>,
}

/// Edits a workspace so many times and compares the answers after each.
///
/// # Errors
/// The first disagreement that may not be, with every edit up to it.
///
/// # Panics
/// The workspace cannot be made, or a program does not end.
pub fn run(subject: &'static Subject, seed: u64, steps: u32) -> Result<Tally, String> {
    let mut rng = Rng::with_seed(seed);
    let mut run = Run {
        scene: Scene::new(subject),
        oracle: Oracle::default(),
        bases: BTreeMap::new(),
        tally: Tally::new(subject.name),
        is_placeless: None,
    };
    let mut log = Vec::new();
    run.step().map_err(|problem| format!("{}: at first: {problem}", subject.name))?;
    assert!(!run.tally.last_was_broken, "{} cannot be built", subject.name);
    for _ in 0..steps {
        let said = match run.tally.last_was_broken {
            true => edit::restore(&mut run.scene, &mut rng).unwrap_or_default(),
            false => edit::any(&mut run.scene, &mut rng),
        };
        log.push(said);
        run.tally.steps += 1;
        run.step().map_err(|problem| {
            format!("{}, seed {seed}: {problem}\n  after: {}", subject.name, log.join("\n  "))
        })?;
    }
    Ok(run.tally)
}

impl Run {
    fn step(&mut self) -> Result<(), String> {
        let files = self.scene.files();
        let base = self.bases.get(&self.scene.lane).cloned();
        let answers = answers::ask(&self.scene);
        let by_cargo = oracle::by_cargo(&self.scene);
        let state = self.scene.state(&files);
        let truth = self.oracle.truth(&self.scene, state, by_cargo.as_ref());
        if truth.is_none() && base.as_ref().is_some_and(|base| self.is_elsewhere(base, &files)) {
            self.tally.last_was_broken = true;
            return Ok(());
        }
        if let Some(base) = &base {
            self.compare(base, &answers?, by_cargo.as_ref(), truth.as_ref(), &files)?;
        }
        self.tally.last_was_broken = truth.is_none();
        match (answers::build(&self.scene), truth) {
            (Err(_), None) => Ok(()),
            (Ok(_), None) => Err("it was built, and cannot be built from nothing".into()),
            (Err(said), Some(_)) => Err(format!("it was not built, and can be: {said}")),
            (Ok(build), Some(truth)) => self.accept(&build, truth, by_cargo.as_ref(), files, base),
        }
    }

    /// Compares the three answers to one edit.
    fn compare(
        &mut self,
        base: &Base,
        answers: &Answers,
        by_cargo: Option<&Built>,
        truth: Option<&Truth>,
        files: &Files,
    ) -> Result<(), String> {
        let is_changed = truth != Some(&base.truth);
        self.tally.changed += u32::from(is_changed);
        for (strategy, answer) in answers {
            let counts = self.tally.strategies.entry((*strategy).into()).or_default();
            let archives = answer.fresh.as_deref();
            let is_false = archives.is_some_and(|archives| !base.was_true(archives, truth));
            counts.false_fresh += u32::from(is_false);
            counts.needless += u32::from(archives.is_none() && !is_changed);
            // The baseline rule has blind spots, which is why it is the baseline.
            if is_false && *strategy != "mtime/newer-than" {
                let what = difference(&base.truth, truth);
                return Err(format!("{strategy} says fresh, and {what}"));
            }
        }
        let is_fresh_by_cargo = by_cargo.is_some_and(|built| built.all_fresh);
        self.tally.cargo.needless += u32::from(!is_fresh_by_cargo && !is_changed);
        self.tally.cargo.false_fresh += u32::from(is_fresh_by_cargo && is_changed);
        let [changed, always] = ["hash/changed", "hash/always"].map(|name| &answers[name]);
        if changed.fresh != always.fresh || changed.reasons != always.reasons {
            return Err(format!("the options of hash do not agree: {changed:?} {always:?}"));
        }
        if changed.fresh.is_none() && !is_changed {
            self.explain_needless(base, changed, files)?;
        }
        Ok(())
    }

    /// Whether all that changed since then is of packages that took no part.
    fn is_elsewhere(&self, base: &Base, files: &Files) -> bool {
        let packages = self.scene.packages(&base.files);
        let paths: BTreeSet<&PathBuf> = files.keys().chain(base.files.keys()).collect();
        let mut changed =
            paths.into_iter().filter(|path| files.get(*path) != base.files.get(*path));
        changed.all(|path| base.truth.is_elsewhere(path, &packages))
            && self.scene.variables == base.variables
    }

    /// Demands that every reason `hash` gives is something that changed and that cargo reads.
    fn explain_needless(&self, base: &Base, answer: &Answer, files: &Files) -> Result<(), String> {
        for (code, path) in &answer.reasons {
            let is_told = match (code.as_str(), path) {
                ("env-changed" | "toolchain-changed", _) => self.scene.variables != base.variables,
                (_, Some(path)) => {
                    let below = below(&self.scene, path);
                    let is_changed =
                        held(&self.scene, files, &below) != held(&self.scene, &base.files, &below);
                    is_changed && (base.truth.read.contains_key(&below) || self.cargo_reads(&below))
                }
                _ => false,
            };
            if !is_told {
                return Err(format!("hash is stale for no reason: {code} {path:?}"));
            }
        }
        Ok(())
    }

    /// Whether cargo looks at a file that rustc does not read.
    fn cargo_reads(&self, below: &Path) -> bool {
        const NAMES: [&str; 6] = [
            "Cargo.toml",
            "Cargo.lock",
            "build.rs",
            "config.toml",
            "rust-toolchain",
            "rust-toolchain.toml",
        ];
        if NAMES.iter().any(|name| below.ends_with(name)) {
            return true;
        }
        // A directory or a link that a package lies behind, or a script that names nothing, or too little.
        oracle::script_outputs(&self.scene).iter().any(|(package, said)| {
            let is_in = below.components().any(|part| part.as_os_str() == package.as_str());
            let declared: Vec<&str> = said
                .lines()
                .filter_map(|line| line.split_once("rerun-if-changed="))
                .map(|(_, path)| path)
                .collect();
            let is_declared = declared
                .iter()
                .any(|path| below.ends_with(path) || below.to_string_lossy().contains(path));
            is_in && (declared.is_empty() || is_declared || said.contains("rustc-link-lib=static"))
        })
    }

    /// After a build: every strategy is content, and the archives are what they should be.
    fn accept(
        &mut self,
        build: &Build,
        truth: Truth,
        by_cargo: Option<&Built>,
        files: Files,
        base: Option<Base>,
    ) -> Result<(), String> {
        let after = answers::ask(&self.scene)?;
        // A file dated in the future stays after every cut-off.
        let others = after.iter().filter(|(name, _)| **name != "mtime/newer-than");
        for (strategy, answer) in others {
            if answer.fresh.as_ref() != Some(&build.named) {
                return Err(format!("{strategy} after a build: {answer:?}"));
            }
        }
        let archives: BTreeSet<u64> = truth.archives.iter().copied().collect();
        let is_same = archives == build.archives;
        if *self.is_placeless.get_or_insert(is_same) && !is_same {
            return Err("the archives differ from those of a build from nothing".into());
        }
        if let (Some(base), Some(by_cargo)) = (&base, by_cargo) {
            let libraries = &base.truth.libraries;
            let changed =
                truth.libraries.iter().filter(|(name, made)| libraries.get(*name) != Some(made));
            self.tally.minimum += changed.count();
            self.tally.compiled += build.compiled.len();
            self.tally.cargo_compiled += by_cargo.compiled.len();
        }
        self.tally.look = Look::of(&after["hash/changed"], &truth.read, &files);
        let variables = self.scene.variables.clone();
        self.scene.compiled = truth.read.keys().cloned().collect();
        let mut published = base.map(|base| base.published).unwrap_or_default();
        published.push((build.named.clone(), truth.clone()));
        self.bases.insert(self.scene.lane, Base { truth, files, variables, published });
        Ok(())
    }
}

/// What a path holds, and where it is a link, what that leads to holds.
fn held<'f>(scene: &Scene, files: &'f Files, below: &Path) -> [Option<&'f Held>; 2] {
    let own = files.get(below);
    let target = match own {
        Some(Held::Link(text)) => {
            let target = normalize(&scene.root().join(below.parent().unwrap()).join(text));
            target.strip_prefix(scene.root()).ok().and_then(|target| files.get(target))
        }
        _ => None,
    };
    [own, target]
}

/// A path without `.` and `..`.
fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

/// A path as the program words it, as one below the scene.
fn below(scene: &Scene, path: &str) -> PathBuf {
    let path = scene.workspace().join(path);
    let below = path.strip_prefix(scene.root());
    below.map_or_else(|_| path.clone(), Path::to_path_buf)
}

/// The first thing that differs between two truths.
fn difference(before: &Truth, now: Option<&Truth>) -> String {
    let Some(now) = now else { return "it cannot be built any more".into() };
    let paths = before.read.keys().chain(now.read.keys());
    let read = paths.into_iter().find(|path| before.read.get(*path) != now.read.get(*path));
    match read {
        Some(path) => format!("rustc would read another {}", path.display()),
        None if before.archives != now.archives => {
            format!("the archives would be others: {:?}, {:?}", before.archives, now.archives)
        }
        None => "a library in them would be another".into(),
    }
}
