//! A TypeScript project on disk, and `nativets` run in it.
//!
//! All projects share one store of native archives, built from this repository by the first test that needs
//! it: Freshness itself sees to that, in whatever process the tests run.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::files::write;
use crate::program;
use crate::run::{Ran, Run};
use crate::world::on_path;

/// Longer than a cold build of the archives on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// A project of its own, in a directory of its own.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    _directory: TempDir,
}

/// What `nativets … --format json` answered.
#[derive(Debug)]
pub struct Answer(pub Value);

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

impl Project {
    /// Three modules, of which the entry prints 42.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn new() -> Self {
        let project = Self::empty();
        project.write(
            "main.ts",
            "import { base } from \"./base.ts\";\nimport { extra } from \"./extra\";\nconsole.log(base() + extra());\n",
        );
        project.write("extra.ts", "export function extra(): number { return 2; }\n");
        project.set_base(40);
        project
    }

    /// No module at all.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn empty() -> Self {
        let directory = tempfile::Builder::new().tempdir_in(program::scratch()).unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let project = Self { root, _directory: directory };
        project.config("");
        project
    }

    /// A path in the project.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The directory of the caches.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.path(".nativets-cache")
    }

    /// Writes a file of the project.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        write(&self.path(path), text);
    }

    /// Writes the configuration: where archives are, and what is added to it.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn config(&self, more: &str) {
        let workspace = fs::canonicalize(program::repository()).unwrap();
        let store = store();
        let (workspace, store) = (workspace.display(), store.display());
        self.write(
            "nativets.toml",
            format!("[archives]\nworkspace = \"{workspace}\"\nstore = \"{store}\"\n{more}"),
        );
    }

    /// Edits one module: the program prints two more than this.
    pub fn set_base(&self, value: u32) {
        self.write("base.ts", format!("export function base(): number {{ return {value}; }}\n"));
    }

    /// A run of `nativets` in the project.
    pub fn nativets(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        let run = Run::new(program::nativets(), &self.root).args(args).limit(LIMIT);
        run.like_ours().env("PATH", std::env::var_os("PATH").unwrap())
    }

    /// A run of `nativets compile main.ts -o app --format json`.
    pub fn compile(&self) -> Run {
        self.nativets(["compile", "main.ts", "-o", "app", "--format", "json"])
    }

    /// Compiles, and gives the answer.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn compiled(&self) -> Answer {
        self.compiled_with::<&str>([])
    }

    /// Compiles with further arguments, and gives the answer.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub fn compiled_with<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Answer {
        Answer(self.compile().args(args).run().expect(0).json())
    }

    /// Runs the program that was made; what it prints, without the last line end.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    #[must_use]
    pub fn app(&self) -> String {
        let ran = Run::new(self.path("app"), &self.root).run().expect(0);
        ran.stdout.trim_end().to_owned()
    }

    /// A directory to be all of `PATH`, with these programs.
    ///
    /// # Panics
    /// One of them is not to be found.
    #[must_use]
    pub fn path_with_only(&self, programs: &[&str]) -> PathBuf {
        let bin = self.path("only");
        let _ = fs::remove_dir_all(&bin);
        fs::create_dir(&bin).unwrap();
        for program in programs {
            std::os::unix::fs::symlink(on_path(program), bin.join(program)).unwrap();
        }
        bin
    }

    /// The objects in the cache: those of modules, of groups, and of the start.
    ///
    /// # Panics
    /// The cache cannot be listed.
    #[must_use]
    pub fn objects(&self) -> Vec<PathBuf> {
        self.cached("objects", "o")
    }

    /// The records in the cache.
    ///
    /// # Panics
    /// The cache cannot be listed.
    #[must_use]
    pub fn records(&self) -> Vec<PathBuf> {
        self.cached("programs", "")
    }

    fn cached(&self, below: &str, extension: &str) -> Vec<PathBuf> {
        let directories = fs::read_dir(self.cache().join(below)).unwrap();
        let files = directories.flat_map(|dir| fs::read_dir(dir.unwrap().path()).unwrap());
        let files = files.map(|file| file.unwrap().path());
        let is_wanted = |path: &PathBuf| {
            path.extension().unwrap_or_default() == extension
                && path.file_stem().unwrap() != "program"
        };
        let mut files: Vec<PathBuf> = files.filter(is_wanted).collect();
        files.sort();
        files
    }
}

/// The store of archives that all projects share.
fn store() -> PathBuf {
    program::scratch().parent().unwrap().join("native-store")
}

impl Answer {
    /// A value by its JSON pointer.
    ///
    /// # Panics
    /// There is none.
    #[track_caller]
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {:#}", self.0))
    }

    /// A count by its JSON pointer.
    ///
    /// # Panics
    /// There is none.
    #[track_caller]
    #[must_use]
    pub fn count(&self, pointer: &str) -> u64 {
        self.at(pointer).as_u64().unwrap_or_else(|| panic!("{pointer} in {:#}", self.0))
    }

    /// A list of texts by its JSON pointer.
    ///
    /// # Panics
    /// There is none.
    #[track_caller]
    #[must_use]
    pub fn texts(&self, pointer: &str) -> Vec<&str> {
        let list =
            self.at(pointer).as_array().unwrap_or_else(|| panic!("{pointer} in {:#}", self.0));
        list.iter().map(|text| text.as_str().unwrap()).collect()
    }

    /// Where the archives are that were linked.
    ///
    /// # Panics
    /// It names none.
    #[must_use]
    pub fn archives(&self) -> Vec<PathBuf> {
        self.texts("/archive_cache/paths").into_iter().map(PathBuf::from).collect()
    }

    /// Why something was done; empty where nothing was.
    #[must_use]
    pub fn miss(&self) -> &str {
        self.0["build_cache"]["miss_reason"].as_str().unwrap_or_default()
    }

    /// Parsed, generated and reused modules, and whether the program was linked.
    #[must_use]
    pub fn work(&self) -> (u64, u64, u64, bool) {
        let codegen = |name: &str| self.count(&format!("/codegen_cache/{name}"));
        (
            self.count("/sources/parsed"),
            codegen("misses"),
            codegen("hits"),
            self.0["link_cache"]["linked"] == true,
        )
    }
}

impl Ran {
    /// The messages of an answer in JSON that says what is wrong with a program, as `file:line:column message`.
    ///
    /// # Panics
    /// It is no such answer.
    #[track_caller]
    #[must_use]
    pub fn diagnostics(&self) -> Vec<String> {
        assert_eq!(self.code(), Some(1), "{self:#?}");
        let json = self.json();
        assert_eq!(json["success"], false, "{self:#?}");
        let shown = |d: &Value| {
            let file = d["file"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{file}:{}:{} {}", d["line"], d["column"], d["message"].as_str().unwrap())
        };
        json["diagnostics"].as_array().unwrap().iter().map(shown).collect()
    }
}
