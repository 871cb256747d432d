//! A slot whose next build publishes and stamps, and has nothing to compile; and what must hold after a fault.
//!
//! cargo's directory and our record of it are those of a build of the sources as they stand; stamps and
//! archives are put back to those of an earlier build, or removed. So each build takes the whole way from
//! the lock to the pruning in the time that cargo needs to find everything fresh.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Call, Effect, with_fault};
use crate::run::Ran;
use crate::world::World;

/// What the slot holds besides cargo's directory when a build begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The stamps and the archives of three earlier builds, as many as are kept.
    Earlier,
    /// Nothing, nor has the store its tag.
    Nothing,
}

/// How a build with a fault in it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// Killed, as the fault wanted.
    Killed,
    /// With an error that was told.
    Refused,
    /// By the signal that came: with what was told of it, or at once.
    Interrupted,
    /// Well: the fault was made up for, or cost no more than a note.
    Well,
    /// Without coming to that call.
    Elsewhere,
}

/// A world whose `alpha` is 2, with what earlier builds of 4, 3 and 1 left: the next removes what is of 4.
#[derive(Debug)]
pub struct Scene {
    /// The workspace and its store.
    pub world: World,
    slot: PathBuf,
    earlier_archive: PathBuf,
    earlier_bytes: Vec<u8>,
    /// What archives that were linked and run turned out to hold.
    known: BTreeMap<Vec<u8>, i64>,
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// Builds four times.
    ///
    /// # Panics
    /// A build fails.
    #[must_use]
    pub fn new() -> Self {
        let world =
            World::with_config("generations = 3\n[profile.default]\npackages = [\"alpha\"]\n");
        for value in [4, 3] {
            world.set("alpha", value);
            let _ = world.build();
        }
        world.set("alpha", 1);
        let earlier_archive = world.build().remove(0);
        let earlier_bytes = fs::read(&earlier_archive).unwrap();
        let slot = world.slot(&earlier_archive);
        let kept = world.root().join("kept");
        for name in ["stamp", "stamps", "archives"] {
            copy(&slot.join(name), &kept.join(name));
        }
        world.set("alpha", 2);
        let _ = world.build();
        Self { world, slot, earlier_archive, earlier_bytes, known: BTreeMap::new() }
    }

    /// Puts the slot back to how it starts.
    ///
    /// # Panics
    /// It cannot be.
    pub fn reset(&self, start: Start) {
        for name in ["stamp", "stamps", "archives"] {
            remove(&self.slot.join(name));
        }
        match start {
            Start::Nothing => remove(&self.world.store().join("CACHEDIR.TAG")),
            Start::Earlier => {
                let kept = self.world.root().join("kept");
                for name in ["stamp", "stamps", "archives"] {
                    copy(&kept.join(name), &self.slot.join(name));
                }
            }
        }
    }

    /// The calls that a build from here makes. Of those on the lock the first three of a kind: it is
    /// written until the clock ticks, so how many there are is a matter of time. Of the reads of one file
    /// the first two and the last.
    ///
    /// # Panics
    /// It fails.
    #[must_use]
    pub fn calls(&self, start: Start) -> Vec<Call> {
        self.reset(start);
        let (ran, calls) = self.build_with(None);
        let _ = ran.expect(0);
        let last: BTreeMap<(String, String), u32> =
            calls.iter().map(|c| ((c.function.clone(), c.name.clone()), c.number)).collect();
        let is_wanted = |call: &Call| {
            let last = last[&(call.function.clone(), call.name.clone())];
            match call.function.as_str() {
                _ if call.name == "lock" => call.number <= 3,
                "read" | "pread" => call.number <= 2 || call.number == last,
                _ => true,
            }
        };
        calls.into_iter().filter(is_wanted).collect()
    }

    /// One fault, and all that must hold after it.
    ///
    /// # Panics
    /// Something does not hold.
    pub fn try_fault(&mut self, start: Start, call: &Call, effect: Effect) -> Ended {
        self.reset(start);
        let ended = self.fault(call, effect);
        let what = format!("{start:?}: {call} {effect}: {ended:?}");
        let fresh = self.is_called_fresh();
        if start == Start::Earlier {
            self.assert_earlier_is_whole(&what);
        }
        let next = self.world.freshness(["build", "--format", "json"]).run().expect(0).json();
        assert!(!(fresh && next["built"] == true), "{what}: fresh, and yet built");
        let archive = PathBuf::from(next["archives"][0]["path"].as_str().unwrap());
        assert_eq!(self.alpha_of(&archive), 2, "{what}");
        if start == Start::Earlier {
            self.assert_earlier_is_whole(&what);
        }
        assert!(self.is_called_fresh(), "{what}: stale after a good build");
        // Where the pruning was disturbed, the next publication does it.
        self.assert_no_litter(&what, 4);
        ended
    }

    /// One fault, and how the build ended; where it ended well, its archive must be right.
    ///
    /// # Panics
    /// It did not end as it may.
    pub fn fault(&mut self, call: &Call, effect: Effect) -> Ended {
        let (ran, calls) = self.build_with(Some((call, effect)));
        let reached = call.number == 0 || calls.contains(call);
        match ran.code() {
            None => Ended::Killed,
            Some(0) => {
                assert_eq!(self.alpha_of(&ran.paths()[0]), 2, "{call} {effect}");
                if reached { Ended::Well } else { Ended::Elsewhere }
            }
            Some(2) => {
                let told = ran.stderr.contains("failed to ") && ran.stderr.contains("hint");
                assert!(reached && told, "{call} {effect}: {ran:#?}");
                Ended::Refused
            }
            Some(143) if effect == Effect::Term => {
                let told = ran.stderr.contains("failed to finish the build in ");
                assert!(told || ran.stderr.is_empty(), "{call} {effect}: {ran:#?}");
                Ended::Interrupted
            }
            Some(143) if effect == Effect::Twice => {
                assert!(!ran.stderr.contains("failed to"), "{call} {effect}: {ran:#?}");
                Ended::Interrupted
            }
            Some(_) => panic!("{call} {effect}: {ran:#?}"),
        }
    }

    fn build_with(&self, fault: Option<(&Call, Effect)>) -> (Ran, Vec<Call>) {
        let log = self.world.root().join("calls");
        remove(&log);
        let run = self.world.freshness(["build"]);
        let ran = with_fault(run, &self.world.store(), &log, fault).run();
        let calls = fs::read_to_string(&log).unwrap_or_default();
        (ran, calls.lines().map(call).collect())
    }

    /// Whether either strategy calls the profile fresh.
    fn is_called_fresh(&self) -> bool {
        ["mtime", "hash"].iter().any(|strategy| self.world.stale_by(strategy).is_empty())
    }

    fn alpha_of(&mut self, archive: &Path) -> i64 {
        let bytes = fs::read(archive).unwrap();
        let world = &self.world;
        let probe = || world.probe(&[archive.to_owned()]).of("alpha");
        *self.known.entry(bytes).or_insert_with(probe)
    }

    #[track_caller]
    fn assert_earlier_is_whole(&self, what: &str) {
        let bytes = fs::read(&self.earlier_archive);
        assert!(
            bytes.is_ok_and(|bytes| bytes == self.earlier_bytes),
            "{what}: the earlier archive"
        );
    }

    /// Demands that the slot holds no more than these generations need.
    ///
    /// # Panics
    /// It does.
    #[track_caller]
    pub fn assert_no_litter(&self, what: &str, generations: usize) {
        let count = |name: &str| fs::read_dir(self.slot.join(name)).unwrap().count();
        assert!(
            count("archives") <= generations && count("stamps") <= generations,
            "{what}: {:?}",
            self.names()
        );
        let expected = ["archives", "cargo-saw", "lock", "stamp", "stamps", "target"];
        let names = self.names();
        let unexpected: Vec<_> = names.iter().filter(|n| !expected.contains(&n.as_str())).collect();
        assert!(unexpected.is_empty(), "{what}: {unexpected:?}");
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.slot).unwrap().map(Result::unwrap);
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    /// How many files and directories there are in the slot, cargo's apart.
    ///
    /// # Panics
    /// It cannot be listed.
    #[must_use]
    pub fn size(&self) -> usize {
        let own = self.names().into_iter().filter(|name| name != "target");
        own.map(|name| crate::files::snapshot(&self.slot.join(name)).len()).sum()
    }
}

fn call(line: &str) -> Call {
    let words: Vec<&str> = line.split(' ').collect();
    let [function, name, number] = words[..] else { panic!("not a call: {line}") };
    Call { function: function.into(), name: name.into(), number: number.parse().unwrap() }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    assert!(!path.exists(), "{} cannot be removed", path.display());
}
