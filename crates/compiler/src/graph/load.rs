//! Finds a program's modules: from the record of an earlier compile where that is proven, else from text.
//!
//! Modules are met in waves, each wave on all cores; the order in which they are met, and so everything
//! that follows from it, does not depend on how many there are. What is wrong with several modules is
//! gathered, so that one compile tells all of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use freshness::{Change, Escaped, Links, Reason, open_regular};

use super::resolve::{Resolution, Unresolved, id_of, resolve};
use super::{Edge, EdgeTarget, Graph, InterfaceOf, Module, Source};
use crate::cache::read_from;
use crate::cores;
use crate::fingerprint::digest_of;
use crate::language::{self, Diagnostic, Interface, builtins};
use crate::record::{ImportRecord, ModuleRecord};

/// The largest module: far beyond what a person writes, and spans are 32 bits wide.
const MAX_BYTES: u64 = 256 << 20;

/// What is wrong with one file.
#[derive(Debug)]
pub struct SourceErrors {
    /// The file.
    pub path: PathBuf,
    /// Its text, if it has one.
    pub text: Option<String>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// What changed since a record was made.
#[derive(Debug, Default)]
pub struct Changes {
    paths: HashSet<PathBuf>,
    /// Whether something came or went, so that an import may lead elsewhere.
    moved: bool,
}

impl Changes {
    /// The changes that a strategy's reasons tell of; paths are relative to `root`.
    #[must_use]
    pub fn new(root: &Path, reasons: &[Reason]) -> Self {
        let paths = reasons.iter().filter_map(|reason| Some(root.join(reason.path()?)));
        Self { paths: paths.collect(), moved: reasons.iter().any(may_move_imports) }
    }
}

fn may_move_imports(reason: &Reason) -> bool {
    let is_of_content = |change: &Change| {
        matches!(
            change,
            Change::Length { .. }
                | Change::Content
                | Change::Mtime { .. }
                | Change::Ctime { .. }
                | Change::Inode
                | Change::Racy
        )
    };
    match reason {
        Reason::InputChanged { change, .. } => !is_of_content(change),
        Reason::InputNewer { .. } => false,
        _ => true,
    }
}

/// What an earlier compile knew, and what changed since.
#[derive(Debug, Default)]
pub struct Known {
    modules: HashMap<Arc<Path>, Arc<ModuleRecord>>,
    /// Of the modules, in the record's order.
    paths: Vec<Arc<Path>>,
    changes: Changes,
}

impl Known {
    /// The modules of a record whose ids are relative to `root`.
    #[must_use]
    pub fn new(root: &Path, modules: Vec<ModuleRecord>, changes: Changes) -> Self {
        let path = |module: &ModuleRecord| freshness::normalize(&root.join(&module.id));
        let paths: Vec<Arc<Path>> = modules.iter().map(|module| path(module).into()).collect();
        let modules = modules.into_iter().map(Arc::new);
        Self { modules: paths.iter().cloned().zip(modules).collect(), paths, changes }
    }

    /// The digests of the interfaces that the modules had.
    #[must_use]
    pub fn interfaces(&self) -> HashMap<&Path, freshness::Digest> {
        self.modules.iter().map(|(path, module)| (&**path, module.interface)).collect()
    }
}

/// Finds modules.
pub struct Loader<'a> {
    /// The directory of the entry.
    pub root: &'a Path,
    /// What need not be read again.
    pub known: &'a Known,
    /// Told of every module that was read.
    pub on_read: &'a (dyn Fn() + Sync),
}

/// One module before the others are known.
struct Loaded {
    source: Source,
    text: freshness::Digest,
    imports: Vec<Import>,
    interface: InterfaceOf,
    /// What is wrong with it; what it imports is met all the same.
    errors: Option<SourceErrors>,
}

struct Import {
    specifier: String,
    span: Option<Range<u32>>,
    resolution: Resolution,
}

impl Loader<'_> {
    /// Finds all modules that `entry` needs.
    ///
    /// # Errors
    /// What is wrong with each file, in the order in which they were met.
    pub fn load(&self, entry: &Path) -> Result<Graph, Vec<SourceErrors>> {
        let mut graph = Graph::default();
        let mut indices = HashMap::from([(entry.to_path_buf(), 0)]);
        let mut wave = vec![entry.to_path_buf()];
        let mut errors = Vec::new();
        while !wave.is_empty() {
            let mut next = Vec::new();
            for (path, loaded) in self.load_wave(std::mem::take(&mut wave)) {
                errors.extend(loaded.errors);
                let edge = |import: Import| {
                    let target = match import.resolution {
                        Resolution::Builtin(builtin) => EdgeTarget::Builtin(builtin),
                        Resolution::File { path, candidate } => {
                            let known = indices.len();
                            let index = *indices.entry(path).or_insert_with_key(|path| {
                                next.push(path.clone());
                                known
                            });
                            EdgeTarget::Module { index, candidate }
                        }
                    };
                    Edge { specifier: import.specifier, span: import.span, target }
                };
                let imports = loaded.imports.into_iter().map(edge).collect();
                let Loaded { source, text, interface, .. } = loaded;
                let id = match &source {
                    Source::Recorded(record) => record.id.clone(),
                    Source::Parsed { .. } => id_of(self.root, &path),
                };
                graph.modules.push(Module { id, path, source, text, imports, interface });
            }
            wave = next;
        }
        if errors.is_empty() { Ok(graph) } else { Err(errors) }
    }

    fn load_wave(&self, wave: Vec<PathBuf>) -> Vec<(PathBuf, Loaded)> {
        let known = wave.iter().map(|path| self.load_recorded(path)).collect();
        let loaded = cores::complete(known, |index| {
            let loaded = parse(&wave[index]);
            (self.on_read)();
            loaded
        });
        wave.into_iter().zip(loaded).collect()
    }

    /// A module that has not changed.
    fn load_recorded(&self, path: &Path) -> Option<Loaded> {
        let record = self.known.modules.get(path)?;
        let is_changed = self.known.changes.paths.contains(path);
        if is_changed { None } else { self.as_recorded(path, record) }
    }

    /// A module as it is known; `None` where an import of it leads elsewhere now.
    fn as_recorded(&self, path: &Path, record: &Arc<ModuleRecord>) -> Option<Loaded> {
        let directory = path.parent()?;
        let import = |import: &ImportRecord| {
            let resolution = match (import.candidate, import.target, self.known.changes.moved) {
                (Some(candidate), Some(target), false) => Resolution::File {
                    path: self.known.paths.get(target)?.to_path_buf(),
                    candidate,
                },
                _ => resolve(directory, &import.specifier).ok()?,
            };
            let candidate = match &resolution {
                Resolution::File { candidate, .. } => Some(*candidate),
                Resolution::Builtin(_) => None,
            };
            let is_as_it_was = candidate == import.candidate;
            let specifier = import.specifier.clone();
            is_as_it_was.then_some(Import { specifier, span: None, resolution })
        };
        Some(Loaded {
            imports: record.imports.iter().map(import).collect::<Option<_>>()?,
            text: record.text,
            interface: InterfaceOf::Recorded(Arc::clone(record), OnceLock::new()),
            source: Source::Recorded(Arc::clone(record)),
            errors: None,
        })
    }
}

impl Loaded {
    /// A module that is known by nothing but what is wrong with it.
    fn wrong(errors: SourceErrors) -> Self {
        let meta = freshness::Meta {
            kind: freshness::Kind::File,
            len: 0,
            mtime: freshness::Timestamp::default(),
            ctime: freshness::Timestamp::default(),
            inode: 0,
        };
        Self {
            source: Source::Parsed { text: String::new(), syntax: None, meta },
            text: [0; 32],
            imports: Vec::new(),
            interface: InterfaceOf::parsed(Interface::default()),
            errors: Some(errors),
        }
    }
}

/// Reads a module again that is known by the digest of its text; `None` where it is another by now.
#[must_use]
pub fn reparse(path: &Path, expected: &freshness::Digest) -> Option<Source> {
    let loaded = parse(path);
    (loaded.errors.is_none() && loaded.text == *expected).then_some(loaded.source)
}

fn parse(path: &Path) -> Loaded {
    try_parse(path).unwrap_or_else(Loaded::wrong)
}

fn try_parse(path: &Path) -> Result<Loaded, SourceErrors> {
    let errors = |text: Option<String>, diagnostics| SourceErrors {
        path: path.to_path_buf(),
        text,
        diagnostics,
    };
    let read = open_regular(path, Links::Follow).and_then(|file| read_from(file, MAX_BYTES));
    let (bytes, meta) = read.map_err(|error| {
        errors(None, vec![diagnostic(0..0, format!("cannot read this module: {error}"), None)])
    })?;
    let text_digest = digest_of(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = u32::try_from(error.utf8_error().valid_up_to()).unwrap_or(u32::MAX);
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let help = Some("save the file as UTF-8".into());
        errors(Some(text), vec![diagnostic(at..at, "this byte is not UTF-8".into(), help)])
    })?;
    // A byte order mark is no part of the program; editors do not count it as a column either.
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let syntax = match language::parse(&text) {
        Ok(syntax) => syntax,
        Err(diagnostics) => return Err(errors(Some(text), diagnostics)),
    };
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut problems = Vec::new();
    let mut imports = Vec::new();
    for import in syntax.imports() {
        let (specifier, span) = (import.specifier.clone(), import.span.clone());
        match resolve(directory, &specifier) {
            Ok(resolution) => imports.push(Import { specifier, span: Some(span), resolution }),
            Err(unresolved) => {
                problems.push(unresolvable(span, &specifier, &unresolved, directory))
            }
        }
    }
    let errors = (!problems.is_empty()).then(|| errors(Some(text.clone()), problems));
    let interface = InterfaceOf::parsed(syntax.interface().clone());
    let source = Source::Parsed { text, syntax: Some(Box::new(syntax)), meta };
    Ok(Loaded { source, text: text_digest, imports, interface, errors })
}

fn diagnostic(span: Range<u32>, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic { span, message, help }
}

fn unresolvable(
    span: Range<u32>,
    specifier: &str,
    unresolved: &Unresolved,
    directory: &Path,
) -> Diagnostic {
    let shown = Escaped::text(specifier);
    match unresolved {
        Unresolved::Unknown => {
            let builtins: Vec<String> =
                builtins().iter().map(|builtin| format!("`{}`", builtin.specifier)).collect();
            let help = format!(
                "modules are named by relative paths (`./x.ts`) or are builtin: {}",
                builtins.join(", ")
            );
            diagnostic(span, format!("there is no module `{shown}`"), Some(help))
        }
        Unresolved::Missing(places) => {
            let place = |path: &PathBuf| {
                let path = path.strip_prefix(directory).unwrap_or(path);
                format!("`{}`", Escaped::path(path))
            };
            let places: Vec<String> = places.iter().map(place).collect();
            let help = match specifier.strip_suffix(".js") {
                Some(stem) => format!("write `{}.ts`", Escaped::text(stem)),
                None => format!("there is no {}", places.join(" and no ")),
            };
            diagnostic(span, format!("cannot find the module `{shown}`"), Some(help))
        }
    }
}
