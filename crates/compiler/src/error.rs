//! Why there is no program: trouble, as opposed to what is wrong with the program itself.

use std::io;
use std::path::{Path, PathBuf};

use freshness::Escaped;

use crate::diagnostics::Located;

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The program is wrong.
    #[error("compile: {} found", counted(.0.len()))]
    Program(Vec<Located>),
    /// The entry is not there, or is no file.
    #[error("read the entry {}: {source}", Escaped::path(path))]
    Entry {
        /// The entry.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The program cannot be put where it should be.
    #[error("write the program {}: {problem}", Escaped::path(path))]
    Output {
        /// Where it should be.
        path: PathBuf,
        /// What is in the way.
        problem: String,
    },
    /// Objects or the program's parts cannot be written anywhere.
    #[error("write {what}: {source}")]
    Write {
        /// What was written.
        what: String,
        /// The system's words.
        source: io::Error,
    },
    /// The machine cannot be generated for, or the generator gave up.
    #[error("generate code for {module}: {problem}")]
    Generate {
        /// The module.
        module: String,
        /// Why.
        problem: String,
    },
    /// There is no C compiler to link with.
    #[error("find `cc` on PATH, which links programs")]
    NoLinker,
    /// The linker cannot be started.
    #[error("start the linker {}: {source}", Escaped::path(path))]
    LinkerStart {
        /// The linker.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The linker refused.
    #[error("link the program: {} said:\n{said}", Escaped::path(path))]
    Link {
        /// The linker.
        path: PathBuf,
        /// What it said.
        said: String,
    },
    /// The native archives.
    #[error("prepare the native archives: failed to {0}")]
    Archives(#[source] freshness::Error),
    /// The workspace of the native archives is not there.
    #[error("find the sources of the native archives in {}: {source}", Escaped::path(path))]
    Workspace {
        /// Where it should be.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// A wrapper was asked for that no one knows.
    #[error(
        "add the wrapper `{}` that NATIVETS_FORCE_WRAPPERS names: known are {known}",
        Escaped::text(name)
    )]
    UnknownWrapper {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A source changed again and again while it was compiled.
    #[error("compile {}: it changed while it was read, twice", Escaped::path(path))]
    Unsettled {
        /// The source.
        path: PathBuf,
    },
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 error".into() } else { format!("{errors} errors") }
}

impl CompileError {
    /// The stable code of this error, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            CompileError::Program(_) => "program",
            CompileError::Entry { .. } => "entry",
            CompileError::Output { .. } => "output",
            CompileError::Write { .. } => "write",
            CompileError::Generate { .. } => "generate",
            CompileError::NoLinker | CompileError::LinkerStart { .. } => "linker-missing",
            CompileError::Link { .. } => "link",
            CompileError::Archives(error) => error.code(),
            CompileError::Workspace { .. } => "workspace",
            CompileError::UnknownWrapper { .. } => "wrapper",
            CompileError::Unsettled { .. } => "changed-during-build",
        }
    }

    /// The path that this error is about, if it is about one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            CompileError::Entry { path, .. }
            | CompileError::Output { path, .. }
            | CompileError::LinkerStart { path, .. }
            | CompileError::Link { path, .. }
            | CompileError::Workspace { path, .. }
            | CompileError::Unsettled { path } => Some(path),
            CompileError::Archives(error) => error.path(),
            _ => None,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            CompileError::Program(_) => "correct the program",
            CompileError::Entry { .. } => "name the file that the program begins in",
            CompileError::Output { .. } => "name another file with -o",
            CompileError::Write { .. } => "make room, or name another cache with --cache-dir",
            CompileError::Generate { .. } => "make the function smaller",
            CompileError::NoLinker | CompileError::LinkerStart { .. } => {
                "install a C compiler, which brings `cc` and a linker"
            }
            CompileError::Link { .. } => {
                "prebuilt archives may lack what the program needs: compile without --no-auto"
            }
            CompileError::Archives(error) if error.code() == "prebuilt" => {
                "put the archive there, or compile without --no-auto"
            }
            CompileError::Archives(error) => return error.hint(),
            CompileError::Workspace { .. } => {
                "say where it is: `workspace` under [archives] in nativets.toml, or NATIVETS_WORKSPACE"
            }
            CompileError::UnknownWrapper { .. } => "name one of them",
            CompileError::Unsettled { .. } => "compile again once it is no longer being written",
        };
        hint.to_owned()
    }
}
