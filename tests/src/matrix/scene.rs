//! A built workspace that events happen to, one after another, each from the same beginning.
//!
//! Building anew for each event would take minutes. So the sources, all of one date, are kept aside and put
//! back before each event; the build that follows finds the content of before and renews its record without
//! cargo, or at worst builds. Where it is not fresh by every strategy then, the event has no beginning and the
//! run says so.
#![expect(clippy::disallowed_methods, reason = "copies trees with cp(1), times and links included")]

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use filetime::FileTime;

use super::{COLUMNS, FRESH, Family, original};
use crate::files::{set_mtime, write};
use crate::{Constants, Gate, Ran, Run, World};

/// The date of every source at the beginning.
pub(crate) const BASE: FileTime = FileTime::from_unix_time(1_600_000_000, 0);
/// Before it.
pub(crate) const OLD: FileTime = FileTime::from_unix_time(1_000_000_000, 123_456_789);
/// After any run of this.
pub(crate) const FUTURE: FileTime = FileTime::from_unix_time(4_000_000_000, 0);

/// Where things are kept aside, below the root.
pub(super) const KEPT: &str = "kept";

/// Of a run: longer than its builds take where several families run on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// What is built, unless a family asks for more.
const PACKAGES: [&str; 2] = ["gamma", "alpha"];

const OPTIONS: [(&str, &str); 4] = [
    ("mtime", "mtime]\nrule = \"recorded\""),
    ("mtime", "mtime]\nrule = \"newer-than\""),
    ("hash", "hash]\nreread = \"changed\""),
    ("hash", "hash]\nreread = \"always\""),
];

/// The workspace, and what an event may change beside its files.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) gate: Gate,
    /// What is built: each makes an archive.
    pub(super) packages: RefCell<Vec<&'static str>>,
    /// What a configuration says of the profile.
    pub(crate) profile: RefCell<String>,
    environment: RefCell<Vec<(String, String)>>,
    always: RefCell<Vec<(String, String)>>,
    base: RefCell<Option<Constants>>,
}

impl Scene {
    /// Builds the workspace of a family, by both rules.
    pub(super) fn new(family: &Family) -> Self {
        let world = World::new();
        let gate = world.gate();
        let none = || RefCell::new(Vec::new());
        let (profile, base) = (RefCell::default(), RefCell::new(None));
        let packages = RefCell::new(PACKAGES.to_vec());
        let scene =
            Self { world, gate, packages, profile, environment: none(), always: none(), base };
        (family.setup)(&scene);
        scene.set_profile("");
        let _ = scene.world.cargo(["generate-lockfile", "--offline"]).run().expect(0);
        scene.date_everything();
        *scene.always.borrow_mut() = scene.environment.borrow().clone();
        *scene.base.borrow_mut() = Some(scene.build_and_probe());
        // After ours, so that its archives are newer than our cut-off: neither column has the better clock.
        original::build(&scene, || {});
        let kept = scene.world.root().join(KEPT);
        fs::create_dir_all(kept.join("workspace")).unwrap();
        copy(&entries(&scene.world.workspace()), &kept.join("workspace"));
        copy(&[scene.world.root().join("outside")], &kept);
        original::keep(&scene);
        scene
    }

    /// What the archives had before any event.
    pub(super) fn base(&self) -> Constants {
        self.base.borrow().clone().expect("it was built")
    }

    /// Puts everything back, and sees to it that every strategy calls it fresh.
    pub(super) fn reset(&self) -> Result<(), String> {
        let (root, workspace) = (self.world.root(), self.world.workspace());
        self.gate.stop_times(0);
        self.let_write();
        let added = ["home/config.toml", ".cargo", "outside"].map(|path| root.join(path));
        for path in entries(&workspace).iter().chain(&added) {
            remove(path);
        }
        copy(&entries(&root.join(KEPT).join("workspace")), &workspace);
        copy(&[root.join(KEPT).join("outside")], root);
        original::restore(self);
        self.environment.borrow_mut().clone_from(&self.always.borrow());
        self.set_profile("");
        let _ = self.build("hash/changed").expect(0);
        // What an earlier event built must not answer for this one.
        entries(&self.slot().join("stamps")).iter().for_each(|path| remove(path));
        if self.says() != [FRESH; 5] {
            // The first was quicker than the clock of the file system, or the newest stamp was not of this content.
            let _ = self.build("hash/changed").expect(0);
        }
        match self.says() {
            says if says.iter().all(|said| said == FRESH) => Ok(()),
            says => Err(format!("is not fresh to begin with: {says:?}")),
        }
    }

    fn let_write(&self) {
        for path in [self.world.store()].into_iter().chain(entries(&self.world.store())) {
            let wanted = Permissions::from_mode(0o700);
            if path.is_dir() {
                fs::set_permissions(path, wanted).unwrap();
            }
        }
    }

    /// What each column says: fresh, or its reasons' codes.
    pub(super) fn says(&self) -> [String; 5] {
        COLUMNS.map(|column| match COLUMNS[..4].contains(&column) {
            true => self.check(column),
            false => original::says(self).to_owned(),
        })
    }

    fn check(&self, column: &str) -> String {
        let reasons = self.freshness("check", column).run().reasons();
        let mut codes: Vec<&str> =
            reasons.iter().filter_map(|reason| reason.split(' ').next()).collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() { FRESH.to_owned() } else { codes.join(", ") }
    }

    /// What `explain` has every strategy say: fresh or stale.
    pub(super) fn explained(&self) -> [String; 4] {
        let json = self.freshness("explain", "hash/changed").run().json();
        std::array::from_fn(|n| json["strategies"][COLUMNS[n]].as_str().unwrap().to_owned())
    }

    /// `build` by this strategy.
    pub(super) fn build(&self, column: &str) -> Ran {
        self.freshness("build", column).run()
    }

    /// Builds by the default strategy and asks the archives what is in them.
    pub(super) fn build_and_probe(&self) -> Constants {
        self.probe(&self.build("hash/changed"))
    }

    /// Asks the archives of an answer what is in them.
    pub(super) fn probe(&self, built: &Ran) -> Constants {
        assert_eq!(built.code(), Some(0), "{built:#?}");
        let json = built.json();
        let archives = json["archives"].as_array().unwrap().iter();
        let paths: Vec<PathBuf> =
            archives.map(|archive| archive["path"].as_str().unwrap().into()).collect();
        self.world.probe(&paths)
    }

    /// A run of `freshness` by this strategy.
    pub(super) fn freshness(&self, command: &str, column: &str) -> Run {
        let config = config_name(column);
        let args = [command, "--config", &config, "--format", "json"];
        self.in_environment(self.world.freshness(args))
    }

    /// A run with the variables that the scene has by now.
    pub(super) fn in_environment(&self, run: Run) -> Run {
        let variables = self.environment.borrow();
        variables.iter().fold(run.limit(LIMIT), |run, (name, value)| run.env(name, value))
    }

    fn write_configs(&self) {
        for (column, (strategy, options)) in COLUMNS.into_iter().zip(OPTIONS) {
            let profile = self.profile.borrow();
            let text = format!(
                "strategy = \"{strategy}\"\n[strategy-options.{options}\n[profile.default]\n{profile}"
            );
            self.world.write(&config_name(column), text);
        }
    }

    fn date_everything(&self) {
        let date = |path: &Path| each(path, &|path| set_mtime(path, BASE));
        entries(&self.world.workspace()).iter().for_each(|path| date(path));
        date(&self.world.root().join("outside"));
    }
}

/// What events do.
impl Scene {
    /// Sets a variable for all that runs from now on.
    pub(crate) fn env(&self, name: &str, value: impl AsRef<OsStr>) {
        let value = value.as_ref().to_str().unwrap().to_owned();
        self.environment.borrow_mut().push((name.to_owned(), value));
    }

    /// Adds to the profile.
    pub(crate) fn set_profile(&self, more: &str) {
        *self.profile.borrow_mut() = format!("packages = {:?}\n{more}", self.packages.borrow());
        self.write_configs();
    }

    /// A path of the workspace.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.world.path(path)
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces text in a file, in place, and leaves it the date of now.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path}: {text}");
        self.world.write(path, text.replace(old, new));
    }

    /// Writes a file and dates it.
    pub(crate) fn write_at(&self, path: &str, text: &str, time: FileTime) {
        self.world.write(path, text);
        set_mtime(&self.path(path), time);
    }

    /// Runs another program in the workspace; it must succeed.
    pub(crate) fn run(&self, program: &str, args: &[&str]) {
        let _ = self.world.run(program, args).run().expect(0);
    }

    /// The slot of the profile as it is at the beginning.
    pub(crate) fn slot(&self) -> PathBuf {
        let json = self.freshness("check", "hash/changed").run().json();
        self.world.store().join(json["key"].as_str().unwrap())
    }

    /// What was published, in the order of the profile.
    pub(crate) fn published(&self) -> Vec<PathBuf> {
        let json = self.freshness("check", "hash/changed").run().json();
        let archives = json["archives"].as_array().unwrap().iter();
        archives.map(|archive| archive["path"].as_str().unwrap().into()).collect()
    }

    /// The archive of alpha: as published, and as the original rule has it.
    pub(crate) fn alphas(&self) -> [PathBuf; 2] {
        [self.published().remove(1), original::archives(self).remove(1)]
    }

    /// The two stamps.
    pub(crate) fn stamps(&self) -> [PathBuf; 2] {
        [self.slot().join("stamp"), original::stamp(self)]
    }
}

fn config_name(column: &str) -> String {
    format!("by-{}.toml", column.replace('/', "-"))
}

/// What is in a directory, but for cargo's `target`.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap() != "target").collect()
}

fn each(path: &Path, act: &dyn Fn(&Path)) {
    if fs::symlink_metadata(path).unwrap().is_dir() {
        entries(path).iter().for_each(|path| each(path, act));
    }
    act(path);
}

/// Copies into a directory as `cp -a` does: together, so that two names of one file stay that.
fn copy(from: &[PathBuf], into: &Path) {
    let cp = Command::new("cp").arg("-a").args(from).arg(into).status();
    assert!(cp.unwrap().success(), "cannot copy {from:?}");
}

/// Removes whatever is there, if anything is.
pub(crate) fn remove(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

/// Moves a file over another as editors and tools do that write a copy first.
pub(crate) fn replace_by_rename(path: &Path, text: &str, time: FileTime) {
    let copy = path.with_extension("new");
    write(&copy, text);
    set_mtime(&copy, time);
    fs::rename(copy, path).unwrap();
}
