//! A collection that is killed anywhere takes nothing that anyone needs, and the next one comes to its end.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tests::faults::{changes, killed_at};
use tests::{Run, World, long_ago, set_mtime};

/// A slot that is to go whole, one that is to lose its target directory and what no one needs, and what a
/// killed collection left; with links in all of it that lead outside.
struct Scene {
    world: World,
    old: PathBuf,
    used: PathBuf,
    archives: Vec<PathBuf>,
}

/// What one look at the store shows: every name in it.
type Names = BTreeSet<PathBuf>;

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let old = world.slot(&world.build()[0]);
        let both = world.freshness(["build", "--profile", "both"]).run().expect(0).paths();
        let used = world.slot(&both[0]);
        let outside = world.root().join("outside");
        fs::create_dir_all(outside.join("deep")).unwrap();
        fs::write(outside.join("deep/kept"), "x").unwrap();
        // Of cargo's directories a few names are enough: what is in them is nobody's concern here.
        for slot in [&old, &used] {
            fs::remove_dir_all(slot.join("target")).unwrap();
            fs::create_dir_all(slot.join("target/release/deps")).unwrap();
            fs::write(slot.join("target/release/deps/a"), "x").unwrap();
            symlink(&outside, slot.join("target/release/link")).unwrap();
        }
        for left in [used.join("archives/.incoming"), used.join("archives/unnamed")] {
            fs::create_dir_all(&left).unwrap();
            symlink(&outside, left.join("link")).unwrap();
        }
        fs::write(used.join("stamp.new"), "torn").unwrap();
        let left = world.store().join(".removing-x");
        fs::create_dir_all(left.join("release")).unwrap();
        symlink(outside.join("deep"), left.join("release/link")).unwrap();
        let scene = Self { world, old, used, archives: both };
        scene.copy(&scene.world.store(), &scene.kept());
        scene
    }

    fn kept(&self) -> PathBuf {
        self.world.root().join("kept")
    }

    fn copy(&self, from: &Path, to: &Path) {
        let _ = fs::remove_dir_all(to);
        let paths = [from.to_str().unwrap(), to.to_str().unwrap()];
        let _ = self.world.run("cp", &["-a", paths[0], paths[1]]).run().expect(0);
        for name in ["stamp", "lock"] {
            set_mtime(&self.old.join(name), long_ago());
        }
    }

    /// Puts the store back.
    fn reset(&self) {
        self.copy(&self.kept(), &self.world.store());
    }

    fn gc(&self) -> Run {
        self.world.freshness(["gc", "--max-age", "30d", "--max-size", "1B"])
    }

    /// Every name in the store below `directory`.
    fn names(&self, directory: &Path) -> Names {
        let store = self.world.store();
        let tree = tests::snapshot(directory);
        tree.keys().map(|path| path.strip_prefix(&store).unwrap().to_owned()).collect()
    }

    fn is_fresh(&self, profile: &str) -> bool {
        self.world.freshness(["check", "--profile", profile]).run().code() == Some(0)
    }

    /// What must hold wherever a collection was killed: which of what may go is still there.
    #[track_caller]
    fn assert_nothing_is_lost(&self, before: &Names, what: &str) -> [bool; 3] {
        let whole_or_gone = |path: &Path| {
            let inside = path.strip_prefix(self.world.store()).unwrap();
            let all: Names = before.iter().filter(|p| p.starts_with(inside)).cloned().collect();
            let is_there = fs::symlink_metadata(path).is_ok();
            assert!(!is_there || self.names(path) == all, "{what}: {} in part", path.display());
            is_there
        };
        let old = whole_or_gone(&self.old);
        let target = whole_or_gone(&self.used.join("target"));
        let saw = self.used.join("cargo-saw").exists();
        assert!(target || !saw, "{what}: what cargo saw is not there any more");
        assert!(self.archives.iter().all(|archive| archive.exists()), "{what}");
        assert!(self.is_fresh("both"), "{what}");
        assert_eq!(self.is_fresh("default"), old, "{what}");
        [old, target, saw]
    }
}

#[test]
fn a_collection_killed_at_any_change_loses_nothing_and_the_next_one_ends() {
    let scene = Scene::new();
    let outside = tests::snapshot(&scene.world.root().join("outside"));
    let sources = tests::snapshot(&scene.world.path("alpha"));
    let log = scene.world.root().join("changes");
    let before = scene.names(&scene.world.store());
    let calls = changes(scene.gc(), &log);
    let after = scene.names(&scene.world.store());
    for call in ["unlinkat", "rename", "fsync", "flock"] {
        assert!(calls.iter().any(|c| c == call), "{call} is not among {calls:?}");
    }
    let mut built = BTreeSet::new();
    for number in 1..=calls.len() {
        scene.reset();
        killed_at(scene.gc(), number, &log);
        let what = format!("killed before change {number}, {}", calls[number - 1]);
        let left = scene.assert_nothing_is_lost(&before, &what);
        assert_eq!(tests::snapshot(&scene.world.root().join("outside")), outside, "{what}");
        assert_eq!(tests::snapshot(&scene.world.path("alpha")), sources, "{what}");
        if built.insert(left) {
            let build = scene.world.freshness(["build", "--force", "--profile", "both"]);
            let paths = build.run().expect(0).paths();
            assert_eq!(scene.world.probe(&paths).of("alpha"), 1, "{what}");
            scene.reset();
            killed_at(scene.gc(), number, &log);
        }
        let _ = scene.gc().run().expect(0);
        assert_eq!(scene.names(&scene.world.store()), after, "{what}");
        assert_eq!(scene.assert_nothing_is_lost(&before, &what), [false; 3]);
    }
    assert!(built.len() > 3, "{built:?}");
}
