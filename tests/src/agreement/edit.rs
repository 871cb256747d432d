//! Random edits: what people and tools do to a workspace, and to what surrounds it.
//!
//! Each is one row of a table; what it does to which file at which time follows from the generator alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use fastrand::Rng;
use filetime::FileTime;

use super::scene::{Files, Held, Scene};
use crate::files::{long_ago, mtime_of, set_mtime, write};

/// Does something to the scene, and says what in a few words; nothing where there is nothing to do it to.
type Edit = fn(&mut Scene, &mut Rng) -> Option<String>;

/// Every edit, with how often it is drawn.
const EDITS: &[(u32, Edit)] = &[
    (30, change),
    (8, touch),
    (4, touch_everything),
    (10, add),
    (2, add_second_module_file),
    (6, remove),
    (4, rename),
    (4, put_behind_link),
    (3, change_mode),
    (6, set_variable),
    (6, configure_cargo),
    (4, edit_manifest_profile),
    (3, stand_in_for_rustc),
    (3, switch_lane),
    (12, restore),
];

/// Draws edits until one finds something to do.
pub(super) fn any(scene: &mut Scene, rng: &mut Rng) -> String {
    scene.edits += 1;
    loop {
        let all: u32 = EDITS.iter().map(|(weight, _)| weight).sum();
        let mut drawn = rng.u32(..all);
        let edit = EDITS.iter().find(|(weight, _)| {
            let is_drawn = drawn < *weight;
            drawn = drawn.saturating_sub(*weight);
            is_drawn
        });
        if let Some(said) = edit.and_then(|(_, edit)| edit(scene, rng)) {
            return said;
        }
    }
}

/// The time that a file has after an edit.
fn date(path: &Path, before: Option<FileTime>, rng: &mut Rng) -> &'static str {
    let (time, said) = match (rng.u8(..10), before) {
        (0..=4, _) | (5..=6, None) => return "",
        (5..=6, Some(before)) => (before, " under its old time"),
        (7, _) => (long_ago(), " under a time long ago"),
        (8, _) => (FileTime::from_unix_time(0, 0), " under the first time of all"),
        _ => (FileTime::from_unix_time(2_000_000_000, 0), " under a time to come"),
    };
    set_mtime(path, time);
    said
}

/// A file to edit: every other time one that rustc reads.
fn file(scene: &Scene, rng: &mut Rng) -> Option<PathBuf> {
    let files = scene.files();
    let is_ours = |path: &PathBuf| path.to_string_lossy().contains("workspace/freshness");
    let is_file =
        |path: &&PathBuf| matches!(files.get(*path), Some(Held::File { .. })) && !is_ours(path);
    let compiled: Vec<&PathBuf> = scene.compiled.iter().filter(is_file).collect();
    let all: Vec<&PathBuf> = files.keys().filter(is_file).collect();
    let from = if rng.bool() && !compiled.is_empty() { compiled } else { all };
    rng.choice(from).cloned()
}

fn change(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let below = file(scene, rng)?;
    let path = scene.root().join(&below);
    let before = mtime_of(&path);
    let text = String::from_utf8(fs::read(&path).ok()?).ok()?;
    // The number is as long each time, so the second change of a file keeps its length.
    let number = 1_000_000 + scene.edits;
    let changed = with_probe(&below, &text, number);
    let how = match rng.bool() {
        true => {
            fs::write(&path, changed).unwrap();
            "change"
        }
        false => {
            let beside = path.with_extension("freshness-new");
            fs::write(&beside, changed).unwrap();
            fs::rename(&beside, &path).unwrap();
            "replace"
        }
    };
    let when = date(&path, Some(before), rng);
    Some(format!("{how} {}{when}", below.display()))
}

/// The text with a number in it that reaches what is compiled, where the language has a way.
fn with_probe(path: &Path, text: &str, number: u32) -> String {
    let name = path.display().to_string().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let upper = name.to_uppercase();
    let (head, tail) = match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => (format!("\n#[used]\nstatic FRESHNESS_{upper}: u32 = "), ";\n"),
        Some("c") => (format!("\nconst int freshness_{name} = "), ";\n"),
        Some("h") => (format!("\nstatic const int freshness_{name} = "), ";\n"),
        Some("toml") => ("\n# probe ".to_owned(), "\n"),
        _ => ("\nprobe ".to_owned(), "\n"),
    };
    let kept = text.find(&head).map_or(text, |start| &text[..start]);
    format!("{kept}{head}{number}{tail}")
}

fn touch(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let below = file(scene, rng)?;
    let path = scene.root().join(&below);
    set_mtime(&path, FileTime::now());
    let when = date(&path, None, rng);
    Some(format!("touch {}{when}", below.display()))
}

/// A fresh checkout, a restored cache, a branch there and back.
fn touch_everything(scene: &mut Scene, _: &mut Rng) -> Option<String> {
    for path in scene.files().keys() {
        set_mtime(&scene.root().join(path), FileTime::now());
    }
    Some("touch everything".into())
}

/// A name below a package, and what to put there: numbers stand for `#`.
const ADDED: &[(&str, &str)] = &[
    ("src/unused_#.rs", "pub const UNUSED: u32 = 1;\n"),
    ("README-#.md", "More.\n"),
    ("tests/t#.rs", "#[test]\nfn works() {}\n"),
    ("examples/e#.rs", "fn main() {}\n"),
    ("benches/b#.rs", "fn main() {}\n"),
    ("src/.lib.rs.swp", "droppings"),
    ("src/lib.rs~", "droppings"),
    ("data/d#.bin", "data"),
    ("src/target/t#.rs", "// no one's module\n"),
    ("build.rs", "fn main() {}\n"),
    (".cargo/config.toml", "# nothing\n"),
];

fn add(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let packages: Vec<PathBuf> = scene.packages(&scene.files()).into_iter().collect();
    let (name, text) = rng.choice(ADDED)?;
    let below = rng.choice(packages)?.join(name.replace('#', &scene.edits.to_string()));
    let path = scene.root().join(&below);
    if path.symlink_metadata().is_ok() {
        return None;
    }
    if name.ends_with(".swp") {
        fs::create_dir_all(path.parent()?).unwrap();
        symlink("someone@somewhere.1", &path).unwrap();
        return Some(format!("add the dangling link {}", below.display()));
    }
    write(&path, text);
    let when = date(&path, None, rng);
    Some(format!("add {}{when}", below.display()))
}

/// Beside `a.rs` the file `a/mod.rs`, or the other way round: rustc takes neither.
fn add_second_module_file(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let modules: Vec<&PathBuf> =
        scene.compiled.iter().filter(|path| path.extension().is_some_and(|e| e == "rs")).collect();
    let module = rng.choice(modules)?;
    let other = match module.ends_with("mod.rs") {
        true => module.parent()?.with_extension("rs"),
        false => module.with_extension("").join("mod.rs"),
    };
    let path = scene.root().join(&other);
    if path.exists() || path.parent()?.is_file() {
        return None;
    }
    write(&path, "");
    let when = date(&path, None, rng);
    Some(format!("add {}{when}", other.display()))
}

fn remove(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let added: Vec<PathBuf> =
        scene.files().into_keys().filter(|path| !scene.pristine.contains_key(path)).collect();
    let below = match rng.u8(..4) {
        0 => file(scene, rng)?,
        _ => rng.choice(added)?,
    };
    fs::remove_file(scene.root().join(&below)).unwrap();
    Some(format!("remove {}", below.display()))
}

fn rename(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let below = file(scene, rng)?;
    let mut to = below.clone().into_os_string();
    to.push(".moved");
    fs::rename(scene.root().join(&below), scene.root().join(&to)).unwrap();
    Some(format!("rename {} to {}", below.display(), to.display()))
}

fn put_behind_link(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let below = file(scene, rng)?;
    let (path, aside) = (scene.root().join(&below), scene.root().join("aside"));
    let to = aside.join(format!("{}", scene.edits));
    fs::create_dir_all(&aside).unwrap();
    fs::rename(&path, &to).unwrap();
    symlink(&to, &path).unwrap();
    Some(format!("put {} behind a link", below.display()))
}

fn change_mode(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let below = file(scene, rng)?;
    let path = scene.root().join(&below);
    let mode = rng.choice([0o600, 0o644, 0o755])?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    Some(format!("give {} the mode {mode:o}", below.display()))
}

/// Variables that cargo or rustc read, and one that nobody does.
const VARIABLES: &[(&str, &[&str])] = &[
    ("RUSTFLAGS", &["--cfg=probe_one", "--cfg=probe_two"]),
    ("CARGO_PROFILE_DEV_DEBUG", &["0", "1"]),
    ("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", &["false"]),
    ("NOBODY_READS_THIS", &["1", "2"]),
];

fn set_variable(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let all: Vec<_> = VARIABLES.iter().chain(scene.subject.variables).collect();
    let (name, values) = rng.choice(all)?;
    let value = rng.choice(values.iter().copied().map(Some).chain([None]).collect::<Vec<_>>())?;
    match value {
        Some(value) => scene.variables.insert((*name).into(), value.into()),
        None => scene.variables.remove(*name),
    };
    Some(format!("set {name} to {value:?}"))
}

/// Contents of cargo's configuration.
const CONFIGURATIONS: &[&str] = &[
    "# a comment\n",
    "[build]\nrustflags = [\"--cfg=configured\"]\n",
    "[profile.dev]\ndebug-assertions = false\n",
    "[env]\nCONFIGURED = \"1\"\n",
    "[alias]\nbb = \"build\"\n",
    "[net]\nretry = 3\n",
];

fn configure_cargo(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let places = ["workspace/.cargo/config.toml", ".cargo/config.toml", "home/config.toml"];
    let below = rng.choice(places)?;
    let path = scene.root().join(below);
    if rng.u8(..3) == 0 {
        fs::remove_file(&path).ok()?;
        return Some(format!("remove {below}"));
    }
    let text = rng.choice(CONFIGURATIONS)?;
    write(&path, text);
    let when = date(&path, None, rng);
    Some(format!("write {text:?} to {below}{when}"))
}

fn edit_manifest_profile(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let path = scene.workspace().join("Cargo.toml");
    let text = fs::read_to_string(&path).ok()?;
    if text.contains("[profile.dev") && !text.contains("# drawn") {
        return None;
    }
    let kept = text.find("\n# drawn\n").map_or(text.as_str(), |start| &text[..start]);
    let options = ["", "debug = 0\n", "debug = 1\n", "debug-assertions = false\n"];
    let option = rng.choice(options)?;
    let table = if option.is_empty() { "" } else { "\n# drawn\n[profile.dev]\n" };
    let before = mtime_of(&path);
    fs::write(&path, format!("{kept}{table}{option}")).unwrap();
    let when = date(&path, Some(before), rng);
    Some(format!("set {option:?} in [profile.dev]{when}"))
}

/// Another compiler as far as anyone can tell, which gives the same.
fn stand_in_for_rustc(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let name = rng.choice(["RUSTC", "RUSTC_WRAPPER"])?;
    if scene.variables.remove(name).is_some() {
        return Some(format!("unset {name}"));
    }
    let path = scene.root().parent()?.join(format!("bin/{name}"));
    let script = match name {
        "RUSTC" => "#!/bin/sh\nexec rustc \"$@\"\n",
        _ => "#!/bin/sh\nexec \"$@\"\n",
    };
    write(&path, script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    scene.variables.insert(name.into(), path.to_str()?.into());
    Some(format!("set {name} to a script"))
}

fn switch_lane(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let others: Vec<usize> =
        (0..scene.subject.lanes.len()).filter(|lane| *lane != scene.lane).collect();
    scene.lane = rng.choice(others)?;
    Some(format!("go on with profile {}", scene.lane))
}

/// Another branch, a stash, a reset: files are as they were at first, with other times.
pub(super) fn restore(scene: &mut Scene, rng: &mut Rng) -> Option<String> {
    let old_times = rng.bool();
    let files = scene.files();
    let is_other = |files: &Files, path: &PathBuf, held: &Held| files.get(path) != Some(held);
    for (path, _) in files.iter().filter(|(path, held)| is_other(&scene.pristine, path, held)) {
        fs::remove_file(scene.root().join(path)).unwrap();
    }
    for (path, held) in scene.pristine.iter().filter(|(path, held)| is_other(&files, path, held)) {
        let path = scene.root().join(path);
        match held {
            Held::Link(text) => symlink(text, &path).unwrap(),
            Held::File { bytes, mode } => {
                write(&path, bytes);
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
        if old_times {
            set_mtime(&path, long_ago());
        }
    }
    scene.variables.clear();
    let times = if old_times { "old" } else { "new" };
    Some(format!("restore everything, under {times} times"))
}
