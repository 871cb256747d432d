//! The programs that link: which there are, what they are, and running them.
//!
//! The system's `cc` knows where its start-up files and libraries are, so it drives the link; `ld.lld`,
//! where it is there, does the work in half the time. A `cc` that cannot use it is asked again without.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place of the compiler that starts programs"
)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use freshness::{Digest, Environment, bytes_of_path, meta_of};

use crate::cache::write_whole;
use crate::error::CompileError;
use crate::fingerprint::Fingerprint;

/// Raised when the arguments of a link change.
const ARGUMENTS: &str = "nativets link arguments 2";

/// What std needs of the system: `rustc --crate-type staticlib --print native-static-libs`.
const SYSTEM_LIBRARIES: [&str; 7] =
    ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// Variables that change what `cc` or the linker does.
pub const VARIABLES: [&str; 6] = [
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
    "LD_RUN_PATH",
    "LDEMULATION",
    "LIBRARY_PATH",
    "SOURCE_DATE_EPOCH",
];

/// The programs that link.
#[derive(Debug)]
pub struct Linker {
    cc: PathBuf,
    lld: Option<PathBuf>,
    lld_failed: AtomicBool,
    environment: Environment,
    identity: Digest,
}

impl Linker {
    /// Finds them on `PATH`.
    ///
    /// # Errors
    /// There is no `cc`.
    pub fn find(environment: &Environment, directory: &Path) -> Result<Self, CompileError> {
        let find = |name: &str| environment.find_program(OsStr::new(name), directory);
        let cc = find("cc").ok_or(CompileError::NoLinker)?;
        let lld = find("ld.lld");
        let programs = [Some(&cc).cloned(), lld.clone(), find("ld")];
        let identity = programs.iter().flatten().fold(Fingerprint::new(ARGUMENTS), |key, path| {
            // Two links to one program are the same linker.
            let path = &fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            let meta = fs::metadata(path).map(|metadata| meta_of(&metadata));
            // What cannot be looked at is told apart by its name alone; running it will say more.
            let (len, mtime) = meta.map_or((0, (0, 0)), |m| (m.len, (m.mtime.secs, m.mtime.nanos)));
            let stat = [len.to_le_bytes(), mtime.0.to_le_bytes(), u64::from(mtime.1).to_le_bytes()];
            key.bytes(bytes_of_path(path)).bytes(&stat.concat())
        });
        let identity = identity.optional(lld.as_ref().map(|_| "lld".as_bytes())).digest();
        let environment = environment.clone();
        Ok(Self { cc, lld, lld_failed: AtomicBool::new(false), environment, identity })
    }

    /// Told apart by paths, lengths and times, and by how they are used.
    #[must_use]
    pub fn identity(&self) -> Digest {
        self.identity
    }

    /// The program that drives the link.
    #[must_use]
    pub fn driver(&self) -> &Path {
        &self.cc
    }

    /// `lld`, or `ld` for whatever `cc` uses by itself.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.uses_lld() { "lld" } else { "ld" }
    }

    fn uses_lld(&self) -> bool {
        self.lld.is_some() && !self.lld_failed.load(Ordering::Relaxed)
    }

    /// Links `objects` and `archives` into `output`, in `scratch`, a directory for this compile alone.
    ///
    /// # Errors
    /// The linker cannot be started, or refuses.
    pub fn link(
        &self,
        objects: &[PathBuf],
        archives: &[PathBuf],
        output: &Path,
        scratch: &Path,
    ) -> Result<(), CompileError> {
        let list = scratch.join(output.file_name().unwrap_or_default()).with_extension("args");
        let what = || "the list of objects".to_owned();
        write_whole(&list, &response_file(objects))
            .map_err(|source| CompileError::Write { what: what(), source })?;
        let mut at_list = OsString::from("@");
        at_list.push(&list);
        let arguments = arguments(&at_list, archives, output);
        if self.uses_lld() {
            match self.run(&with_lld(&arguments), scratch) {
                Err(CompileError::Link { .. }) => {}
                settled => return settled,
            }
            // Either this `cc` cannot use lld, or the link is wrong and the other linker says so too.
            self.run(&arguments, scratch)?;
            self.lld_failed.store(true, Ordering::Relaxed);
            return Ok(());
        }
        self.run(&arguments, scratch)
    }

    fn run(&self, arguments: &[OsString], scratch: &Path) -> Result<(), CompileError> {
        let start = |source| CompileError::LinkerStart { path: self.cc.clone(), source };
        let output =
            self.command(arguments, scratch).stdin(Stdio::null()).output().map_err(start)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        let said = if said.is_empty() { output.status.to_string() } else { shortened(&said) };
        Err(CompileError::Link { path: self.cc.clone(), said })
    }

    /// Starts a link of `archives` that reads its objects from a script on its standard input, and says
    /// nothing; `None` where there is no linker that does.
    #[must_use]
    pub fn start(&self, archives: &[PathBuf], output: &Path, scratch: &Path) -> Option<Child> {
        if !self.uses_lld() {
            return None;
        }
        let arguments = with_lld(&arguments(OsStr::new("/dev/stdin"), archives, output));
        let mut command = self.command(&arguments, scratch);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
    }

    fn command(&self, arguments: &[OsString], scratch: &Path) -> Command {
        let mut command = Command::new(&self.cc);
        command.args(arguments).env_clear().envs(self.environment.iter());
        command.env("TMPDIR", scratch).env("LC_ALL", "C");
        command
    }
}

/// The arguments of every link; `objects` is whatever leads to them.
fn arguments(objects: &OsStr, archives: &[PathBuf], output: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-o".into(), output.into(), objects.into()];
    arguments.extend(["-s".into(), "-Wl,--gc-sections".into()]);
    arguments.extend(archives.iter().map(OsString::from));
    arguments.extend(SYSTEM_LIBRARIES.map(OsString::from));
    arguments
}

/// With one thread: handing each small section to another one takes longer than copying it.
fn with_lld(arguments: &[OsString]) -> Vec<OsString> {
    let lld = ["-fuse-ld=lld", "-Wl,--threads=1"].map(OsString::from);
    arguments.iter().cloned().chain(lld).collect()
}

/// The first lines of what a linker said, safe to print.
fn shortened(said: &str) -> String {
    const LINES: usize = 20;
    let mut lines: Vec<String> =
        said.lines().take(LINES).map(|line| freshness::Escaped::text(line).to_string()).collect();
    if let Some(more) = said.lines().count().checked_sub(LINES).filter(|more| *more > 0) {
        lines.push(format!("and {more} more lines"));
    }
    lines.join("\n")
}

/// Arguments in a file, because a thousand paths do not fit everywhere else. Quoted as gcc and clang
/// read it: a backslash takes the next character as it is.
fn response_file(paths: &[PathBuf]) -> Vec<u8> {
    let mut text = Vec::new();
    for path in paths {
        for &byte in bytes_of_path(path) {
            if byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'"' | b'\'') {
                text.push(b'\\');
            }
            text.push(byte);
        }
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_as_compilers_read_them() {
        let paths = ["/a b/c.o", "/d\"e\\f.o"].map(PathBuf::from);
        assert_eq!(response_file(&paths), b"/a\\ b/c.o\n/d\\\"e\\\\f.o\n");
    }

    #[test]
    fn a_linker_that_says_much_is_cut_short() {
        let said = shortened(&"x\u{1b}\n".repeat(25));
        assert_eq!(said.lines().count(), 21);
        assert!(said.starts_with("x\\x1b\n") && said.ends_with("and 5 more lines"), "{said}");
    }

    #[test]
    fn without_cc_on_path_there_is_no_linker() {
        let environment = Environment::new([("PATH".into(), "/nonexistent".into())]);
        let error = Linker::find(&environment, Path::new("/")).unwrap_err();
        assert_eq!(error.code(), "linker-missing");
    }
}
