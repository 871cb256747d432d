//! A workspace, its store and its surroundings, and how each step changes them.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use filetime::FileTime;
use freshness::{Config, Environment, Freshness, StrategyName, Tool};
use tempfile::TempDir;

use crate::compile::Settings;
use crate::files;
use crate::op::{Harm, Op, Part, When};

const CONFIG: &str = "\
vouch = VOUCH
[strategy-options.mtime]
rule = \"recorded\"

[profile.default]
packages = [\"a\"]

[profile.other]
packages = [\"a\"]
features = [\"f\"]
";

const TREE: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
    ("a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n"),
    ("b/Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\n"),
    ("a/src/lib.rs", "mod x\nmod y\n"),
    ("a/src/x.rs", "1111"),
    ("a/src/y.rs", "2222"),
    ("a/src/unused.rs", "3333"),
    ("b/src/lib.rs", "mod z\n"),
    ("b/src/z.rs", "1111"),
    ("data/one", "1111"),
    ("data/two", "2222"),
];

pub struct World {
    _dir: TempDir,
    root: PathBuf,
    pub profile: &'static str,
    rustflags: Option<&'static str>,
    variable: Option<&'static str>,
}

impl World {
    pub fn new(vouch: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let world = Self { _dir: dir, root, profile: "default", rustflags: None, variable: None };
        for dir in ["home", "bin", "w/a/src", "w/b/src", "w/data", "w/.cargo"] {
            fs::create_dir_all(world.root.join(dir)).unwrap();
        }
        let program = std::env::current_exe().unwrap();
        symlink(program, world.root.join("bin/cargo")).unwrap();
        fs::write(world.path("freshness.toml"), CONFIG.replace("VOUCH", &vouch.to_string()))
            .unwrap();
        fs::write(world.rustc(), "rustc one").unwrap();
        fs::set_permissions(world.rustc(), fs::Permissions::from_mode(0o755)).unwrap();
        world.repair();
        world
    }

    /// The cargo workspace.
    pub fn workspace(&self) -> PathBuf {
        self.root.join("w")
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.workspace().join(path)
    }

    /// A place outside the workspace.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn rustc(&self) -> PathBuf {
        self.root.join("bin/rustc")
    }

    pub fn store(&self) -> PathBuf {
        self.path("target/freshness")
    }

    /// The slot of the newest key, where there is one.
    fn slots(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.store()).into_iter().flatten().flatten();
        let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        dirs.retain(|path| path.is_dir());
        dirs.sort();
        dirs
    }

    /// All variables that cargo gets.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let text = |path: &str| self.root.join(path).display().to_string();
        let mut variables = vec![
            ("PATH", text("bin")),
            ("CARGO", text("bin/cargo")),
            ("RUSTC", text("bin/rustc")),
            ("HOME", text("home")),
            ("CARGO_HOME", text("home")),
        ];
        variables.extend(self.rustflags.map(|flags| ("RUSTFLAGS", flags.to_owned())));
        variables.extend(self.variable.map(|value| ("M", value.to_owned())));
        variables
    }

    /// The library, as the program uses it.
    pub fn freshness(&self) -> Freshness {
        let config = Config::load(&self.path("freshness.toml")).unwrap();
        let tool = Tool { name: "freshness".into(), version: env!("CARGO_PKG_VERSION").into() };
        let variables = self.variables().into_iter();
        let environment = Environment::new(variables.map(|(n, v)| (n.into(), v.into())));
        Freshness::new(config, tool, environment)
    }

    pub fn freshness_by(&self, strategy: &str) -> Freshness {
        self.freshness().strategy(StrategyName::parse(strategy).unwrap())
    }

    /// What the stand-in for a compiler would be given.
    pub fn settings(&self) -> Settings {
        Settings {
            features: (self.profile == "other").then(|| "f".to_owned()).into_iter().collect(),
            rustflags: self.rustflags.map(str::to_owned),
            variable: self.variable.map(str::to_owned),
            rustc: fs::read(self.rustc()).unwrap_or_default(),
        }
    }

    /// Does what a step says; what cannot be done in the present state is not done.
    pub fn apply(&mut self, op: &Op) -> io::Result<()> {
        match *op {
            Op::Write(path, text, when) => self.write(path, text, when),
            Op::Replace(path, text, when) => {
                let (path, new) = (self.path(path), self.path("a/new"));
                let kept = mtime(&path);
                fs::write(&new, text)?;
                fs::rename(new, &path)?;
                date(&path, kept, when)
            }
            Op::Touch(path, when) => date(&self.path(path), mtime(&self.path(path)), when),
            Op::Remove(path) => {
                files::clear(&self.path(path));
                Ok(())
            }
            Op::Rename(from, to) => fs::rename(self.path(from), self.path(to)),
            Op::Swap(one, other) => {
                let (one, other, aside) = (self.path(one), self.path(other), self.path("aside"));
                fs::rename(&one, &aside)?;
                let swapped = fs::rename(&other, &one);
                fs::rename(aside, other)?;
                swapped
            }
            Op::HardLink(from, to) if from != to && self.path(from).is_file() => {
                files::clear(&self.path(to));
                fs::hard_link(self.path(from), self.path(to))
            }
            Op::Link(path, text) => {
                files::clear(&self.path(path));
                symlink(text, self.path(path))
            }
            Op::Directory(path) => {
                files::clear(&self.path(path));
                fs::create_dir(self.path(path))
            }
            Op::Forbid(path) => {
                fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o000))
            }
            Op::Repair => {
                self.repair();
                Ok(())
            }
            Op::Reorder => self.reorder(),
            _ => self.apply_around(op),
        }
    }

    fn apply_around(&mut self, op: &Op) -> io::Result<()> {
        match *op {
            Op::Manifest(package, n, when) => {
                let more = ["0.1.0\"", "0.2.0\"", "0.1.0\"\n# a", "0.1.0\"\ndescription = \"d\""];
                let text = format!("[package]\nname = \"{package}\"\nversion = \"{}\n", more[n]);
                self.write(&format!("{package}/Cargo.toml"), &text, when)
            }
            Op::CargoConfig(0, _) => fs::remove_file(self.path(".cargo/config.toml")),
            Op::CargoConfig(n, when) => {
                let text = format!("[build]\nrustflags = [\"-C{n}\"]\n");
                self.write(".cargo/config.toml", &text, when)
            }
            Op::Compiler(n, when) => {
                self.write("../bin/rustc", ["rustc one", "rustc two", "rustc three"][n], when)
            }
            Op::Rustflags(n) => {
                self.rustflags = [None, Some("-Ca"), Some("-Cb")][n];
                Ok(())
            }
            Op::Variable(n) => {
                self.variable = [None, Some("1"), Some("2")][n];
                Ok(())
            }
            Op::Feature => {
                self.profile = if self.profile == "default" { "other" } else { "default" };
                Ok(())
            }
            Op::SaveTree => self.each_of_tree(files::copy),
            Op::RestoreTree => self.each_of_tree(|dir, saved| files::copy(saved, dir)),
            Op::SaveStore => files::copy(&self.store(), &self.beside("store")),
            Op::RestoreStore(part) => self.restore(part),
            Op::Damage(part, file, at, harm) => self.damage(part, file, at, harm),
            _ => Ok(()),
        }
    }

    fn write(&self, path: &str, text: &str, when: When) -> io::Result<()> {
        let path = self.path(path);
        let kept = mtime(&path);
        if let Some(dir) = path.parent().filter(|dir| !dir.exists()) {
            fs::create_dir_all(dir)?;
        }
        fs::write(&path, text)?;
        date(&path, kept, when)
    }

    /// Makes everything compile again, with the first contents.
    fn repair(&self) {
        files::clear(&self.path("a/src/x"));
        for (path, text) in TREE {
            let path = self.path(path);
            let is_it = path.is_file() && !path.is_symlink();
            if !(is_it && fs::read_to_string(&path).is_ok_and(|found| found == *text)) {
                files::clear(&path);
                fs::write(path, text).unwrap();
            }
        }
    }

    /// Moves the entries of a directory out and in again, in the opposite order.
    fn reorder(&self) -> io::Result<()> {
        let (dir, aside) = (self.path("a/src"), self.path("reordered"));
        fs::create_dir_all(&aside)?;
        let entries = |dir: &Path| {
            let entries = fs::read_dir(dir).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort();
            names
        };
        for name in entries(&dir) {
            fs::rename(dir.join(&name), aside.join(&name))?;
        }
        for name in entries(&aside).iter().rev() {
            fs::rename(aside.join(name), dir.join(name))?;
        }
        fs::remove_dir(aside)
    }

    fn each_of_tree(&self, copy: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        let saved = self.beside("tree");
        fs::create_dir_all(&saved)?;
        ["a", "b", "data"].iter().try_for_each(|name| copy(&self.path(name), &saved.join(name)))
    }

    fn part_of(slot: &Path, part: Part) -> PathBuf {
        match part {
            Part::Slot => slot.to_owned(),
            Part::Stamp => slot.join("stamp"),
            Part::Stamps => slot.join("stamps"),
            Part::Archives => slot.join("archives"),
            Part::Saw => slot.join("cargo-saw"),
            Part::Target => slot.join("target"),
        }
    }

    fn restore(&self, part: Part) -> io::Result<()> {
        for slot in self.slots() {
            let saved = self.beside("store").join(slot.file_name().unwrap());
            if saved.is_dir() {
                files::copy(&Self::part_of(&saved, part), &Self::part_of(&slot, part))?;
            }
        }
        Ok(())
    }

    /// Harms one file of a part of the store, as a bad disk or a careless hand may.
    fn damage(&self, part: Part, file: usize, at: usize, harm: Harm) -> io::Result<()> {
        let slots = self.slots();
        let mut found: Vec<PathBuf> =
            slots.iter().flat_map(|slot| files::regular(&Self::part_of(slot, part))).collect();
        found.retain(|path| path.file_name().is_some_and(|name| name != "lock"));
        if found.is_empty() {
            return Ok(());
        }
        let path = &found[file % found.len()];
        if matches!(harm, Harm::Remove) {
            return fs::remove_file(path);
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
        let mut bytes = fs::read(path)?;
        if !bytes.is_empty() {
            let at = at % bytes.len();
            match harm {
                Harm::Flip => bytes[at] ^= 1,
                Harm::Truncate => bytes.truncate(at),
                Harm::Empty | Harm::Remove => bytes.clear(),
            }
        }
        // In place, with the old time: only ctime tells.
        let kept = mtime(path);
        fs::OpenOptions::new().write(true).truncate(true).open(path)?.write_all(&bytes)?;
        date(path, kept, When::Kept)
    }
}

fn mtime(path: &Path) -> Option<FileTime> {
    fs::symlink_metadata(path).ok().map(|meta| FileTime::from_last_modification_time(&meta))
}

fn date(path: &Path, kept: Option<FileTime>, when: When) -> io::Result<()> {
    let time = match when {
        When::Now => {
            return filetime::set_symlink_file_times(path, FileTime::now(), FileTime::now());
        }
        When::Kept => kept.unwrap_or_else(FileTime::now),
        When::Past => FileTime::from_unix_time(1_500_000_000, 0),
        When::Epoch => FileTime::zero(),
        When::Future => FileTime::from_unix_time(4_102_444_800, 0),
    };
    filetime::set_symlink_file_times(path, time, time)
}
