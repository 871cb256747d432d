//! The rule that this project replaces, expressed anew: archives are fresh while they are as new as a list of inputs.
//!
//! A stamp of its own holds profile and features and nothing else. The list is kept by hand: the workspace's
//! manifest and lock file, and the directories of the requested packages, in which whatever is called `target`
//! is left out. A file is too new when it is strictly newer than the oldest archive. The archives are cargo's own,
//! made in a target directory of its own, so nothing here leans on what is being judged.
#![expect(clippy::disallowed_methods, reason = "copies archives aside with cp(1)")]

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::scene::{KEPT, Scene};
use super::{FRESH, NEWER};

/// Of the list, what is not the directory of a package.
const LIST: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// Where its stamp is.
pub(super) fn stamp(scene: &Scene) -> PathBuf {
    scene.world.root().join("original-stamp")
}

/// Where its archives are, in the order of the profile.
pub(super) fn archives(scene: &Scene) -> Vec<PathBuf> {
    let directory = scene.world.root().join("original/debug");
    let packages = scene.packages.borrow();
    packages.iter().map(|name| directory.join(format!("lib{name}.a"))).collect()
}

/// Builds as it does, with `meanwhile` in between if the gate stops cargo.
pub(super) fn build(scene: &Scene, meanwhile: impl FnOnce()) {
    let target = scene.world.root().join("original");
    let cargo = scene.world.cargo(["build", "--offline", "--target-dir"]).args([target]);
    let packages = scene.packages.borrow();
    let cargo = packages.iter().fold(cargo, |cargo, name| cargo.args(["-p", name]));
    let build = scene.in_environment(cargo).start();
    meanwhile();
    let _ = build.wait().expect(0);
    fs::write(stamp(scene), scene.profile.borrow().as_str()).unwrap();
}

/// Keeps its archives and its stamp aside, for [`restore`].
pub(super) fn keep(scene: &Scene) {
    let aside = scene.world.root().join(KEPT).join("original");
    fs::create_dir_all(&aside).unwrap();
    for file in archives(scene).iter().chain([&stamp(scene)]) {
        copy(file, &aside.join(file.file_name().unwrap()));
    }
}

/// Puts back what an event did to its archives and its stamp.
pub(super) fn restore(scene: &Scene) {
    let aside = scene.world.root().join(KEPT).join("original");
    for file in archives(scene).iter().chain([&stamp(scene)]) {
        if fs::symlink_metadata(file).is_ok_and(|meta| meta.is_dir()) {
            fs::remove_dir_all(file).unwrap();
        }
        copy(&aside.join(file.file_name().unwrap()), file);
    }
}

fn copy(from: &Path, to: &Path) {
    let cp = Command::new("cp").args(["-a", "--remove-destination"]).args([from, to]).status();
    assert!(cp.unwrap().success(), "cannot copy {}", from.display());
}

/// What it says.
pub(super) fn says(scene: &Scene) -> &'static str {
    let Ok(stamp) = fs::read(stamp(scene)) else { return "no-stamp" };
    if stamp != scene.profile.borrow().as_bytes() {
        return "profile-changed";
    }
    let time = |path: PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let times: Option<Vec<_>> = archives(scene).into_iter().map(time).collect();
    let Some(oldest) = times.and_then(|times| times.into_iter().min()) else {
        return "archive-missing";
    };
    let packages = scene.packages.borrow();
    let paths = LIST.iter().chain(packages.iter()).map(|path| scene.world.path(path));
    match paths.collect::<Vec<_>>().iter().find_map(|path| complaint(path, oldest)) {
        Some(complaint) => complaint,
        None => FRESH,
    }
}

/// Why a path, or one below it, is not as old as it has to be.
fn complaint(path: &Path, archive: SystemTime) -> Option<&'static str> {
    if path.file_name()? == "target" {
        return None;
    }
    let Ok(meta) = fs::metadata(path) else { return Some("input-unreadable") };
    if !meta.is_dir() {
        return is_newer(&meta, archive).then_some(NEWER);
    }
    let Ok(entries) = fs::read_dir(path) else { return Some("input-unreadable") };
    entries.into_iter().find_map(|entry| complaint(&entry.unwrap().path(), archive))
}

fn is_newer(meta: &Metadata, archive: SystemTime) -> bool {
    meta.modified().unwrap() > archive
}
