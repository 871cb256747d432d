//! What a compile is asked, and what it stands on before it looks at any module.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freshness::{Digest, Environment, bytes_of_path, meta_of};

use crate::archives::{ArchiveSettings, Archives, Auto, OnEvent};
use crate::cache::{CacheDir, read_whole};
use crate::error::CompileError;
use crate::fingerprint::{Fingerprint, digest_of, hex};
use crate::language::{CODEGEN_VERSION, OptLevel, Options};
use crate::link::linker::{Linker, VARIABLES};
use crate::link::output::Output;
use crate::objects::ObjectStore;
use crate::outcome::Progress;
use crate::record::{Circumstances, NoRecord, Record, SealedFile};

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Nothing: the program is only checked.
    Check,
    /// The program, at this absolute path.
    Program(PathBuf),
    /// The program, in the cache, or for as long as the session lasts.
    Run,
}

/// Everything that a compile depends on, as values. Paths are absolute and normal.
pub struct Request {
    /// The file that the program begins in.
    pub entry: PathBuf,
    /// What is to be made.
    pub goal: Goal,
    /// Where caches are; `None` for none.
    pub cache: Option<PathBuf>,
    /// Where files of this compile alone may be made.
    pub temporary: PathBuf,
    /// The file of the running compiler.
    pub compiler: PathBuf,
    /// The working directory.
    pub directory: PathBuf,
    /// The environment.
    pub environment: Environment,
    /// Where archives come from.
    pub archives: ArchiveSettings,
    /// The wish that a build of archives stop.
    pub cancel: freshness::Cancel,
    /// Told of what a build of archives does.
    pub on_archive_event: OnEvent,
    /// Told of what goes on.
    pub on_progress: Box<dyn Fn(Progress) + Sync>,
}

/// Variables of our own that change what is made.
pub const OWN_VARIABLES: [&str; 1] = ["NATIVETS_FORCE_WRAPPERS"];

/// What a compile stands on.
pub struct Session<'a> {
    pub(crate) request: &'a Request,
    /// The directory of the entry.
    pub(crate) root: PathBuf,
    pub(crate) cache: Option<CacheDir>,
    /// The directory of this program's record.
    pub(crate) program: Option<PathBuf>,
    pub(crate) record: Result<Record, NoRecord>,
    pub(crate) archives: Archives,
    pub(crate) linker: Option<Linker>,
    pub(crate) output: Option<Output>,
    pub(crate) store: ObjectStore,
    pub(crate) options: Options,
    pub(crate) circumstances: Option<Circumstances>,
    pub(crate) notes: Vec<String>,
}

impl<'a> Session<'a> {
    /// Looks at what does not depend on any module.
    ///
    /// # Errors
    /// An entry that is no file, an output that cannot be one, no linker, no workspace of archives.
    pub fn open(request: &'a Request) -> Result<Self, CompileError> {
        require_file(&request.entry)?;
        let root = request.entry.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut notes = Vec::new();
        let mut cache = request.cache.as_deref().and_then(|path| {
            CacheDir::open(path)
                .map_err(|error| notes.push(format!("nothing can be kept in the cache: {error}")))
                .ok()
        });
        let program = cache.as_ref().map(|cache| cache.program(&program_key(request)));
        let record = match &program {
            Some(program) => Record::read(&program.join("record")),
            None => Err(NoRecord::Missing),
        };
        let mut settings = request.archives.clone();
        if request.goal == Goal::Check {
            // Nothing is asked of archives, so it does not matter whether they have a workspace.
            settings.workspace.clone_from(&root);
        }
        let (environment, cancel) = (request.environment.clone(), request.cancel.clone());
        let archives =
            Archives::new(settings, environment, cancel, Arc::clone(&request.on_archive_event))?;
        let linker = match request.goal {
            Goal::Check => None,
            _ => Some(Linker::find(&request.environment, &request.directory)?),
        };
        let known_compiler = record.as_ref().ok().map(|record| &record.circumstances.compiler);
        let compiler = seal(&request.compiler, known_compiler);
        if compiler.is_none() && cache.take().is_some() {
            notes.push("nothing is cached: the running compiler cannot be read".into());
        }
        let options = Options::new(OptLevel::Speed).map_err(|error| CompileError::Generate {
            module: "this machine".into(),
            problem: error.to_string(),
        })?;
        let machine = digest_of(&options.fingerprint_bytes());
        let circumstances = compiler.map(|compiler| {
            circumstances(request, (compiler, machine), &archives, linker.as_ref())
        });
        let store = ObjectStore::new(cache.clone(), request.temporary.clone());
        let output = match &request.goal {
            Goal::Check => None,
            Goal::Program(path) => Some(Output::at(path.clone())?),
            Goal::Run => Some(run_output(program.as_deref().filter(|_| cache.is_some()), &store)?),
        };
        Ok(Self {
            request,
            root,
            program: program.filter(|_| cache.is_some()),
            cache,
            record,
            archives,
            linker,
            output,
            store,
            options,
            circumstances,
            notes,
        })
    }

    /// What the key of every object begins with.
    pub(crate) fn object_key(&self, purpose: &str) -> Fingerprint {
        let compiler = self.circumstances.as_ref().map(|c| c.compiler.digest);
        Fingerprint::new(purpose)
            .optional(compiler.as_ref().map(|digest| &digest[..]))
            .text(CODEGEN_VERSION)
            .bytes(&self.options.fingerprint_bytes())
    }
}

fn require_file(entry: &Path) -> Result<(), CompileError> {
    let trouble = |source| CompileError::Entry { path: entry.to_path_buf(), source };
    let metadata = fs::metadata(entry).map_err(trouble)?;
    match (metadata.is_file(), metadata.is_dir()) {
        (true, _) => Ok(()),
        (_, true) => Err(trouble(std::io::Error::other("it is a directory"))),
        _ => Err(trouble(std::io::Error::other("it is not a regular file"))),
    }
}

/// Where `nativets run` puts the program.
fn run_output(program: Option<&Path>, store: &ObjectStore) -> Result<Output, CompileError> {
    let write = |source| CompileError::Write { what: "the program".into(), source };
    let directory = match program {
        Some(program) if crate::cache::make_private(program).is_ok() => program,
        _ => store.temporary().map_err(write)?,
    };
    Output::at(directory.join("program"))
}

/// Names a program in the cache: where it begins and where it ends.
fn program_key(request: &Request) -> String {
    let output = match &request.goal {
        Goal::Check => None,
        Goal::Program(path) => Some(bytes_of_path(path)),
        Goal::Run => Some(&b""[..]),
    };
    let key = Fingerprint::new("nativets program 1").bytes(bytes_of_path(&request.entry));
    hex(&key.optional(output).digest()[..16])
}

/// The file as it is now; its digest is taken from `known` while its stat is the same.
fn seal(path: &Path, known: Option<&SealedFile>) -> Option<SealedFile> {
    let meta = meta_of(&fs::metadata(path).ok()?);
    if let Some(known) =
        known.filter(|known| known.path == path && known.meta == meta && meta.is_telling())
    {
        return Some(known.clone());
    }
    let (bytes, meta) = read_whole(path).ok()?;
    Some(SealedFile { path: path.to_path_buf(), meta, digest: digest_of(&bytes) })
}

fn circumstances(
    request: &Request,
    (compiler, machine): (SealedFile, Digest),
    archives: &Archives,
    linker: Option<&Linker>,
) -> Circumstances {
    let arguments = Fingerprint::new("arguments").text(match request.archives.auto {
        Auto::Build => "auto",
        Auto::Prebuilt => "no-auto",
    });
    let config = archives
        .config_fields()
        .into_iter()
        .fold(Fingerprint::new("config"), |key, path| key.optional(path.map(bytes_of_path)));
    let variables = VARIABLES.iter().chain(&OWN_VARIABLES);
    let environment = variables.fold(Fingerprint::new("environment"), |key, name| {
        key.text(name).optional(request.environment.get(name).map(OsStr::as_encoded_bytes))
    });
    let no_linker: Digest = [0; 32];
    Circumstances {
        compiler,
        machine,
        arguments: arguments.digest(),
        config: config.digest(),
        environment: environment.digest(),
        linker: linker.map_or(no_linker, Linker::identity),
    }
}
