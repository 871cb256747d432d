//! Which compiler cargo would use, told apart without starting it.
//!
//! cargo asks `RUSTC`, then its configuration, then takes `rustc` from `PATH`; where that is a rustup
//! proxy, rustup's own rules choose ([`crate::rustup`]). What is compared is what was chosen, not how:
//! the real compiler's path, size and times, the shared library that holds the compiler proper, and
//! the wrappers. Where nothing names a compiler, nothing else could have been chosen and the recorded
//! one is looked at where it was. A compiler that cannot be told apart is a reason to build.
//!
//! A changed length or mtime is another compiler. Where only ctime or inode differ (a container layer
//! unpacked elsewhere) its bytes decide.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::{Assessment, Digest, Escaped, Fact, Head, Reason, SealedFile, Work};

use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::error::{BuildError, Context};
use crate::rustup;
use crate::seal::{self, Condition, ReadBytes};

/// The wrappers: the variable, its `CARGO_BUILD_` spelling and the key in `[build]`.
const WRAPPERS: [(&str, &str, &str); 2] = [
    ("RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER", "rustc-wrapper"),
    ("RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER", "rustc-workspace-wrapper"),
];

/// What cargo would compile with.
#[derive(Debug)]
pub(crate) struct Toolchain {
    compiler: Compiler,
    wrappers: Vec<(&'static str, Option<Wrapper>)>,
}

/// A wrapper: what cargo would start, and what that leads to. Links are followed at every look, because
/// many a tool is updated by moving one.
#[derive(Debug)]
struct Wrapper {
    named: PathBuf,
    real: PathBuf,
}

impl Wrapper {
    fn resolve(named: PathBuf) -> Self {
        let real = fs::canonicalize(&named).unwrap_or_else(|_| named.clone());
        Self { named, real }
    }

    /// Both, because a program may do what the name says that it was started under.
    fn shown(&self) -> String {
        let (named, real) = (Escaped::path(&self.named), Escaped::path(&self.real));
        if self.named == self.real { named.to_string() } else { format!("{named} -> {real}") }
    }
}

#[derive(Debug)]
enum Compiler {
    /// This real compiler.
    Is(PathBuf),
    /// Nothing on `PATH`, in the environment or the configuration names one.
    Unnamed,
    /// One is named and cannot be resolved; why.
    Unclear(String),
}

impl Toolchain {
    /// Finds what cargo, started in `cwd`, would compile with.
    pub(crate) fn choose(env: &Environment, config: &CargoConfig, cwd: &Path) -> Self {
        let wrappers = WRAPPERS.map(|(name, by_config, key)| {
            let program = named(env, config, name, by_config, key);
            let found = |p: OsString| env.find_program(&p, cwd).unwrap_or_else(|| p.into());
            (name, program.map(found).map(Wrapper::resolve))
        });
        let compiler = choose_compiler(env, config, cwd);
        Self { compiler, wrappers: wrappers.into() }
    }

    /// Whether a compiler is named at all; one that is named may still have to be installed.
    ///
    /// # Errors
    /// None is.
    pub(crate) fn require_named(&self) -> Result<(), BuildError> {
        match self.compiler {
            Compiler::Unnamed => self.compiler().map(drop),
            Compiler::Is(_) | Compiler::Unclear(_) => Ok(()),
        }
    }

    /// Whether nothing names a compiler.
    pub(crate) fn is_unnamed(&self) -> bool {
        matches!(self.compiler, Compiler::Unnamed)
    }

    /// The real compiler.
    ///
    /// # Errors
    /// None, or none that can be told; what is missing.
    pub(crate) fn compiler(&self) -> Result<&Path, BuildError> {
        let problem = match &self.compiler {
            Compiler::Is(path) => return Ok(path),
            Compiler::Unnamed => "it is not on PATH and RUSTC is not set".into(),
            Compiler::Unclear(problem) => problem.clone(),
        };
        Err(BuildError::ProgramMissing { program: "rustc", problem })
    }

    /// The wrappers that are named: by which variable, and what each is.
    pub(crate) fn wrappers(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let named = self.wrappers.iter();
        named.filter_map(|(name, wrapper)| Some((*name, wrapper.as_ref()?.real.as_path())))
    }

    /// What a stamp records: the choice in clear, and the files it consists of. `earlier` is a stamp
    /// whose digests hold where its stats do.
    ///
    /// # Errors
    /// A compiler or wrapper that cannot be read.
    pub(crate) fn record(
        &self,
        earlier: Option<&Head>,
    ) -> Result<(Vec<Fact>, Vec<SealedFile>), BuildError> {
        self.compiler()?;
        self.record_named(earlier)
    }

    /// The same where no compiler need be named: then the stamp names none, and whichever comes is another.
    ///
    /// # Errors
    /// A compiler or wrapper that cannot be read.
    pub(crate) fn record_named(
        &self,
        earlier: Option<&Head>,
    ) -> Result<(Vec<Fact>, Vec<SealedFile>), BuildError> {
        let known = |path: &Path| {
            earlier.and_then(|stamp| stamp.toolchain_files.iter().find(|f| f.path == path))
        };
        let mut files = Vec::new();
        for path in self.files() {
            let sealed = seal::seal(&path, known(&path));
            files.push(sealed.doing("read the compiler", &path)?);
        }
        Ok((self.facts(), files))
    }

    /// What differs from the toolchain of a stamp; what only has another stat was read, and leaves it outdated.
    pub(crate) fn compare(&self, stamp: &Head, work: &mut Work) -> Assessment {
        let mut found = Assessment::default();
        let reasons = &mut found.reasons;
        if let Compiler::Unclear(problem) = &self.compiler {
            let problem = format!("cannot tell which compiler would be used: {problem}");
            reasons.push(Reason::ToolchainChanged { path: None, problem });
            return found;
        }
        for fact in self.facts() {
            let was = stamp.toolchain.iter().find(|f| f.name == fact.name);
            let was = was.and_then(|f| f.value.clone());
            if fact.name == "rustc" && matches!(self.compiler, Compiler::Unnamed)
                || was == fact.value
            {
                continue;
            }
            let shown = |v: &Option<String>| v.clone().unwrap_or_else(|| "none".into());
            reasons.push(Reason::ToolchainChanged {
                path: None,
                problem: format!("{} was {}, is {}", fact.name, shown(&was), shown(&fact.value)),
            });
        }
        if reasons.is_empty() {
            let files = stamp.toolchain_files.iter();
            let outdated = &mut found.outdated;
            reasons.extend(files.filter_map(|file| changed(file, work, outdated)));
        }
        found
    }

    fn facts(&self) -> Vec<Fact> {
        let rustc = match &self.compiler {
            Compiler::Is(path) => Some(Escaped::path(path).to_string()),
            Compiler::Unnamed | Compiler::Unclear(_) => None,
        };
        let wrapper = |(name, wrapper): &(&str, Option<Wrapper>)| Fact {
            name: (*name).into(),
            value: wrapper.as_ref().map(Wrapper::shown),
        };
        let rustc = Fact { name: "rustc".into(), value: rustc };
        std::iter::once(rustc).chain(self.wrappers.iter().map(wrapper)).collect()
    }

    /// The files that make up the choice: the real compiler, the library that holds most of it, and
    /// the wrappers.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        if let Compiler::Is(path) = &self.compiler {
            files.push(path.clone());
            files.extend(driver_libraries(path));
        }
        let wrappers = self.wrappers.iter().filter_map(|(_, wrapper)| wrapper.as_ref());
        files.extend(wrappers.map(|wrapper| wrapper.real.clone()));
        files
    }
}

/// A digest over what a stamp records of a toolchain.
pub(crate) fn digest(facts: &[Fact], files: &[SealedFile]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for fact in facts {
        hasher.update(format!("{:?}={:?};", fact.name, fact.value).as_bytes());
    }
    for file in files {
        hasher.update(&file.digest);
    }
    *hasher.finalize().as_bytes()
}

/// What cargo would find: the variable, its `CARGO_BUILD_` spelling, or the configuration.
fn named(
    env: &Environment,
    config: &CargoConfig,
    name: &str,
    by_config: &str,
    key: &str,
) -> Option<OsString> {
    // An empty wrapper is cargo's way of saying "none", and hides what the configuration says.
    for name in [name, by_config] {
        if let Some(value) = env.iter().find(|(n, _)| *n == name).map(|(_, v)| v) {
            return (!value.is_empty()).then(|| value.to_owned());
        }
    }
    config.program(key).map(PathBuf::into_os_string).filter(|p| !p.is_empty())
}

fn choose_compiler(env: &Environment, config: &CargoConfig, cwd: &Path) -> Compiler {
    let program = named(env, config, "RUSTC", "CARGO_BUILD_RUSTC", "rustc");
    let by_name = program.is_none();
    let program = program.unwrap_or_else(|| "rustc".into());
    let Some(found) = env.find_program(&program, cwd) else {
        return match by_name {
            true => Compiler::Unnamed,
            false => Compiler::Unclear(format!("{} is not there", Escaped::os_str(&program))),
        };
    };
    let real = if rustup::is_proxy(&found) {
        match rustup::toolchain_dir(env, cwd) {
            Ok(dir) => dir.join("bin").join("rustc"),
            Err(problem) => return Compiler::Unclear(problem),
        }
    } else {
        found
    };
    match fs::canonicalize(&real) {
        Ok(real) => Compiler::Is(real),
        Err(error) => Compiler::Unclear(format!("{}: {error}", Escaped::path(&real))),
    }
}

/// `rustc` is a small program around this library, whose name changes with the compiler's version.
pub(crate) fn driver_libraries(rustc: &Path) -> Vec<PathBuf> {
    let Some(lib) = rustc.parent().and_then(Path::parent).map(|root| root.join("lib")) else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(lib) else { return Vec::new() };
    let is_driver =
        |name: OsString| name.to_str().is_some_and(|name| name.starts_with("librustc_driver-"));
    let found = entries.flatten().filter(|entry| is_driver(entry.file_name()));
    let mut found: Vec<PathBuf> = found.filter_map(|e| fs::canonicalize(e.path()).ok()).collect();
    found.sort();
    found
}

/// The files of a toolchain with the stats that they have now; nothing where one holds other bytes.
///
/// # Errors
/// One that cannot be read.
pub(crate) fn restamped(files: &[SealedFile]) -> Result<Option<Vec<SealedFile>>, BuildError> {
    let mut now = Vec::new();
    for file in files {
        now.push(seal::seal(&file.path, Some(file)).doing("read the compiler", &file.path)?);
    }
    let is_same = now.iter().zip(files).all(|(now, then)| now.digest == then.digest);
    Ok(is_same.then_some(now))
}

/// Why a file of the toolchain is not the recorded one.
fn changed(file: &SealedFile, work: &mut Work, outdated: &mut bool) -> Option<Reason> {
    let reason = |problem| Reason::ToolchainChanged { path: Some(file.path.clone()), problem };
    let mtime = fs::symlink_metadata(&file.path).map(|m| freshness_core::sys::meta_of(&m).mtime);
    if mtime.is_ok_and(|mtime| mtime != file.meta.mtime) {
        work.stats += 1;
        return Some(reason("its modification time changed".into()));
    }
    match seal::examine(&file.path, &file.meta, &file.digest, ReadBytes::WhereStatDiffers, work) {
        Condition::Intact => None,
        Condition::Restamped => {
            *outdated = true;
            None
        }
        Condition::Missing => Some(reason("it is gone".into())),
        Condition::Changed(problem) => Some(reason(problem)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with fake programs, and an environment that finds them.
    struct Staged(tempfile::TempDir);

    impl Staged {
        fn new() -> Self {
            let staged = Self(tempfile::tempdir().unwrap());
            staged.program("bin/rustc", "one");
            staged
        }

        fn path(&self, name: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).unwrap().join(name)
        }

        fn program(&self, name: &str, content: &str) {
            let path = self.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            filetime::set_file_mtime(&path, filetime::FileTime::from_unix_time(1_000, 0)).unwrap();
        }

        fn choose(&self, vars: &[(&str, &str)]) -> Toolchain {
            let bin = self.path("bin").into_os_string();
            let named = vars.iter().map(|(n, v)| ((*n).into(), (*v).into()));
            let path = ("PATH".into(), bin);
            let env = Environment::new(std::iter::once(path).chain(named));
            Toolchain::choose(&env, &CargoConfig::default(), self.0.path())
        }

        fn stamp(&self, toolchain: &Toolchain) -> Head {
            let (facts, files) = toolchain.record(None).unwrap();
            Head { toolchain: facts, toolchain_files: files, ..Head::default() }
        }
    }

    fn problems(toolchain: &Toolchain, stamp: &Head) -> Vec<String> {
        toolchain.compare(stamp, &mut Work::default()).reasons.iter().map(Reason::detail).collect()
    }

    #[test]
    fn the_same_compiler_chosen_another_way_is_the_same() {
        let staged = Staged::new();
        let stamp = staged.stamp(&staged.choose(&[]));
        let by_variable = staged.path("bin/rustc");
        let again = staged.choose(&[("RUSTC", by_variable.to_str().unwrap())]);
        assert_eq!(problems(&again, &stamp), [""; 0]);
    }

    #[test]
    fn where_nothing_names_a_compiler_the_recorded_one_is_looked_at() {
        let staged = Staged::new();
        let stamp = staged.stamp(&staged.choose(&[]));
        let nothing = staged.choose(&[("PATH", "/nonexistent")]);
        assert_eq!(problems(&nothing, &stamp), [""; 0]);
        assert!(nothing.compiler().unwrap_err().to_string().contains("RUSTC is not set"));
        fs::remove_file(staged.path("bin/rustc")).unwrap();
        assert_eq!(problems(&nothing, &stamp), ["it is gone"]);
    }

    #[test]
    fn another_compiler_wrapper_or_content_is_a_change() {
        let staged = Staged::new();
        let stamp = staged.stamp(&staged.choose(&[]));
        staged.program("other/rustc", "one");
        let other = staged.path("other/rustc");
        let by_variable = staged.choose(&[("RUSTC", other.to_str().unwrap())]);
        assert!(problems(&by_variable, &stamp)[0].starts_with("rustc was "));
        let wrapped = staged.choose(&[("RUSTC_WRAPPER", other.to_str().unwrap())]);
        assert!(problems(&wrapped, &stamp)[0].starts_with("RUSTC_WRAPPER was none, is "));
        // The same length and modification time, as after an update that restores times.
        staged.program("bin/rustc", "two");
        assert_eq!(problems(&staged.choose(&[]), &stamp), ["content differs from what was sealed"]);
        assert_eq!(restamped(&stamp.toolchain_files).unwrap(), None);
        // The same bytes again, in another inode with another ctime.
        staged.program("bin/rustc", "one");
        assert_eq!(problems(&staged.choose(&[]), &stamp), [""; 0]);
        let later = filetime::FileTime::from_unix_time(2_000, 0);
        filetime::set_file_mtime(staged.path("bin/rustc"), later).unwrap();
        assert_eq!(problems(&staged.choose(&[]), &stamp), ["its modification time changed"]);
    }

    #[test]
    fn a_wrapper_behind_a_link_is_what_the_link_leads_to_now() {
        use std::os::unix::fs::symlink;
        let staged = Staged::new();
        staged.program("w1", "one");
        staged.program("w2", "two");
        symlink("w1", staged.path("link")).unwrap();
        let link = staged.path("link").to_str().unwrap().to_owned();
        for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
            fs::remove_file(&link).unwrap();
            symlink("w1", &link).unwrap();
            let stamp = staged.stamp(&staged.choose(&[(name, &link)]));
            assert_eq!(problems(&staged.choose(&[(name, &link)]), &stamp), [""; 0]);
            fs::remove_file(&link).unwrap();
            symlink("w2", &link).unwrap();
            assert_eq!(problems(&staged.choose(&[(name, &link)]), &stamp).len(), 1, "{name}");
        }
    }

    #[test]
    fn the_library_of_the_compiler_counts() {
        let staged = Staged::new();
        fs::create_dir_all(staged.path("lib")).unwrap();
        fs::write(staged.path("lib/librustc_driver-1.so"), "driver").unwrap();
        let stamp = staged.stamp(&staged.choose(&[]));
        assert_eq!(stamp.toolchain_files.len(), 2);
        fs::write(staged.path("lib/librustc_driver-1.so"), "another driver").unwrap();
        assert_eq!(problems(&staged.choose(&[]), &stamp).len(), 1);
    }

    #[test]
    fn a_named_compiler_that_is_not_there_is_doubt() {
        let staged = Staged::new();
        let stamp = staged.stamp(&staged.choose(&[]));
        let gone = staged.choose(&[("RUSTC", "/nonexistent/rustc")]);
        assert!(problems(&gone, &stamp)[0].starts_with("cannot tell which compiler"));
        assert!(gone.compiler().is_err());
    }
}
