//! Other tools that answer whether files changed, each set up to look at the same files.
//!
//! Every one is asked the question in the way that its manual recommends for the case that nothing
//! changed. Where one is not installed it is left out, and the document says how to install it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::inputs::{PER_DIRECTORY, path_of};
use crate::machine;
use crate::measure::perform;
use crate::scene::Scene;

mod known;

pub use known::PEERS;

/// A tool.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// As the tables name it.
    pub name: &'static str,
    program: &'static str,
    /// What it does when asked: which of our ways it is like.
    pub looks: Looks,
    version: &'static [&'static str],
    /// How it is installed, on Debian or by a registry's client.
    pub install: &'static str,
    /// Makes it ready below a directory of its own; called once for each scene.
    set_up: fn(&Setting<'_>) -> Result<()>,
    command: fn(&Setting<'_>) -> Vec<String>,
    /// Files above which it is not asked, because it would take minutes.
    pub most_files: usize,
}

/// What a tool does to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Looks at the times.
    Stat,
    /// Reads every byte.
    Content,
    /// Is told by the kernel all the while.
    Watch,
}

/// A tool with its scene.
#[derive(Debug)]
pub struct Setting<'s> {
    peer: &'s Peer,
    scene: &'s Scene,
    program: PathBuf,
    /// A directory for what it needs.
    own: PathBuf,
}

impl Peer {
    /// Where it is: below `installed`, where registries' clients put it, or on `PATH`.
    #[must_use]
    pub fn find(&self, installed: &Path) -> Option<PathBuf> {
        find(self.program, installed)
    }

    /// What it says of its version, if it is there.
    #[must_use]
    pub fn version(&self, installed: &Path) -> Option<String> {
        machine::version(command(&self.find(installed)?, self.version))
    }

    /// Makes it ready for a scene.
    ///
    /// # Errors
    /// It is not installed, or its setting up fails.
    pub fn set_up<'s>(&'s self, scene: &'s Scene, installed: &Path) -> Result<Setting<'s>> {
        let program = self.find(installed).with_context(|| format!("install: {}", self.install))?;
        let own = scene.root().join("target/peers").join(self.name.replace([' ', ','], "-"));
        fs::create_dir_all(&own)?;
        let setting = Setting { peer: self, scene, program, own };
        (self.set_up)(&setting).with_context(|| format!("set up {}", self.name))?;
        Ok(setting)
    }
}

/// A program that a registry's client installed below `installed`, or one on `PATH`.
///
/// What npm puts on `PATH` are often scripts that start the program; the program itself is taken.
#[expect(clippy::disallowed_methods, reason = "programs are found by PATH")]
#[must_use]
pub fn find(program: &str, installed: &Path) -> Option<PathBuf> {
    let packaged = match program {
        "esbuild" => &["node/node_modules/@esbuild/linux-x64/bin/esbuild"][..],
        "turbo" => &["node/node_modules/@turbo/linux-64/bin/turbo"],
        "bun" => &["node/node_modules/bun/bin/bun.exe", "node/node_modules/bun/bin/bun"],
        "task" => &["python/bin/task"],
        _ => &[],
    };
    let mut packaged = packaged.iter().map(|path| installed.join(path));
    packaged.find(|path| path.is_file()).or_else(|| {
        let path = std::env::var_os("PATH")?;
        let mut found = std::env::split_paths(&path).map(|dir| dir.join(program));
        found.find(|path| path.is_file())
    })
}

#[expect(clippy::disallowed_methods, reason = "what is measured are programs")]
fn command(program: &Path, arguments: &[impl AsRef<std::ffi::OsStr>]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

impl Setting<'_> {
    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.peer.name
    }

    /// The question.
    #[must_use]
    pub fn command(&self) -> Command {
        self.run(&(self.peer.command)(self))
    }

    fn run(&self, arguments: &[String]) -> Command {
        let mut command = command(&self.program, arguments);
        command.current_dir(self.scene.root());
        command.env("GIT_OPTIONAL_LOCKS", "0").env("TURBO_TELEMETRY_DISABLED", "1");
        command.env("TURBO_NO_UPDATE_NOTIFIER", "1");
        command
    }

    fn perform(&self, arguments: &[String]) -> Result<String> {
        perform(self.run(arguments), 0)
    }

    fn words(&self, words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn file(&self, name: &str) -> String {
        self.own.join(name).display().to_string()
    }

    fn inputs(&self) -> String {
        self.scene.inputs().display().to_string()
    }

    fn root(&self) -> String {
        self.scene.root().display().to_string()
    }

    /// The files, relative to the scene, each on a line of its own after `before` and before `after`.
    fn listed(&self, before: &str, after: &str) -> String {
        let mut text = String::new();
        for index in 0..self.scene.files {
            let path = path_of(index, PER_DIRECTORY);
            writeln!(text, "{before}inputs/{}{after}", path.display())
                .expect("writing to a string cannot fail");
        }
        text
    }

    fn git(&self, words: &[&str]) -> Vec<String> {
        let place =
            [format!("--git-dir={}", self.file("git")), format!("--work-tree={}", self.inputs())];
        place.into_iter().chain(self.words(words)).collect()
    }

    fn watchman(&self, words: &[&str]) -> Vec<String> {
        let place = [
            format!("--sockname={}", self.file("sock")),
            format!("--logfile={}", self.file("log")),
        ];
        let place = place.into_iter().chain([
            format!("--statefile={}", self.file("state")),
            format!("--pidfile={}", self.file("pid")),
        ]);
        place.chain(self.words(words)).collect()
    }

    fn cargo(&self, more: &[&str]) -> Vec<String> {
        let manifest = self.file("Cargo.toml");
        let target = self.file("target");
        let rest = ["build", "--offline", "--manifest-path", &manifest, "--target-dir", &target];
        let (toolchain, options): (Vec<&str>, Vec<&str>) =
            more.iter().partition(|word| word.starts_with('+'));
        self.words(&[&toolchain[..], &rest[..], &options[..]].concat())
    }
}

impl Drop for Setting<'_> {
    /// A watcher that was started here does not outlive the measurement.
    fn drop(&mut self) {
        if self.peer.looks == Looks::Watch {
            // It ends by itself with its directory, at the latest.
            let _ = self.perform(&self.watchman(&["shutdown-server"]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_says_how_it_is_installed_and_has_a_name_of_its_own() {
        let mut names: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PEERS.len());
        assert!(PEERS.iter().all(|peer| !peer.install.is_empty() && !peer.version.is_empty()));
    }

    #[test]
    fn what_a_registry_installed_comes_before_the_path() {
        let dir = tempfile::tempdir().unwrap();
        assert!(find("cargo", dir.path()).is_some());
        let task = dir.path().join("python/bin/task");
        fs::create_dir_all(task.parent().unwrap()).unwrap();
        fs::write(&task, "").unwrap();
        assert_eq!(find("task", dir.path()), Some(task));
    }
}
