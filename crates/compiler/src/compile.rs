//! The way of a compile: look, load, check, generate, link, record. [`compile`] is its table of contents.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use freshness::Timestamp;

use crate::archives::ReadyArchives;
use crate::build_cache::{self, Found};
use crate::codegen::{check, features, generate, plan, startup};
use crate::diagnostics::locate;
use crate::error::CompileError;
use crate::graph::{
    Cycle, EdgeTarget, Graph, Known, Loader, Module, Source, SourceErrors, initialisation_order,
};
use crate::inputs;
use crate::language::{Diagnostic, Feature};
use crate::link::output::Placed;
use crate::link::standby::Standby;
use crate::link::{self, Parts};
use crate::objects::Object;
use crate::outcome::{Counts, MissReason, Outcome, Phases, Progress};
use crate::record::{ImportRecord, ModuleRecord, OutputRecord, Prepared, Record};
use crate::session::{Request, Session};

/// Makes a program current.
///
/// # Errors
/// What is wrong with the program, or what is in the way.
pub fn compile(request: &Request) -> Result<Outcome, CompileError> {
    let mut phases = Phases::begin();
    let session = Session::open(request)?;
    phases.end("open");
    let mut found = build_cache::examine(&session)?;
    phases.end("freshness");
    if found.miss.is_none() {
        return Ok(up_to_date(&session, found, phases));
    }
    let mut built = build(&session, &mut found, &mut phases);
    if let Err(Failure::Distrust) = built {
        // What was taken to be known is not so: a source was written with a time that hides it.
        found.changes = None;
        built = build(&session, &mut found, &mut phases);
    }
    let outcome = settled(built, &session, found, phases)?;
    Ok(Outcome { temporary: session.store.into_temporary(), ..outcome })
}

/// Why a build did not come to its end.
pub(crate) enum Failure {
    /// For good.
    Error(CompileError),
    /// A record turned out not to describe what is there.
    Distrust,
}

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Self {
        Self::Error(error)
    }
}

/// What a build made.
#[derive(Default)]
struct Built {
    modules: usize,
    placed: Option<Placed>,
    linked: bool,
    archives: ReadyArchives,
    notes: Vec<String>,
}

fn up_to_date(session: &Session<'_>, mut found: Found, mut phases: Phases) -> Outcome {
    if found.outdated {
        build_cache::renew(session, &found);
        phases.end("record");
    }
    Outcome {
        output: session.output.as_ref().map(|output| output.path().to_path_buf()),
        checksum: found.placed.map(|placed| placed.checksum),
        modules: session.record.as_ref().map_or(0, |record| record.module_count),
        miss: None,
        changed: Vec::new(),
        counts: found.counts,
        linked: false,
        archives: found.archives.take().unwrap_or_default(),
        linker: session.linker.as_ref().map(link::linker::Linker::name),
        phases: phases.finish(),
        notes: session.notes.clone(),
        temporary: None,
    }
}

fn settled(
    built: Result<Built, Failure>,
    session: &Session<'_>,
    found: Found,
    phases: Phases,
) -> Result<Outcome, CompileError> {
    let built = match built {
        Ok(built) => built,
        Err(Failure::Error(error)) => return Err(error),
        Err(Failure::Distrust) => {
            return Err(CompileError::Unsettled { path: session.request.entry.clone() });
        }
    };
    let mut notes = session.notes.clone();
    notes.extend(built.notes);
    Ok(Outcome {
        output: session.output.as_ref().map(|output| output.path().to_path_buf()),
        checksum: built.placed.map(|placed| placed.checksum),
        modules: built.modules,
        miss: Some(found.miss.unwrap_or(MissReason::Source)),
        changed: found.changed,
        counts: Counts { objects_hashed: session.store.files_hashed(), ..found.counts },
        linked: built.linked,
        archives: built.archives,
        linker: session.linker.as_ref().map(link::linker::Linker::name),
        phases: phases.finish(),
        notes,
        temporary: None,
    })
}

/// A linker that waits, where what has to be linked is made from archives that are there already.
fn stand_by(session: &Session<'_>, found: &Found) -> Option<Standby> {
    let (linker, output) = (session.linker.as_ref()?, session.output.as_ref()?);
    Standby::start(linker, found.archives.as_ref()?.paths(), &session.store, output)
}

fn build(session: &Session<'_>, found: &mut Found, phases: &mut Phases) -> Result<Built, Failure> {
    let standby = stand_by(session, found);
    // Whatever is written from now on can be told by its time.
    let begun = session.cache.as_ref().and_then(|cache| cache.clock().ok());
    let known = build_cache::known(session, found);
    let (mut graph, order) = load(session, found, &known)?;
    phases.end("load");
    let plans = plan(session, &known, &graph);
    let checked = check(&mut graph, &plans)?;
    phases.end("check");
    let modules = graph.modules.len();
    let Some(output) = &session.output else {
        return Ok(Built { modules, ..Built::default() });
    };
    let features = features(&plans, &checked);
    let (archives, objects) = thread::scope(|scope| {
        let known = found.archives.take();
        let archives = scope.spawn(|| archives_for(session, known, &features));
        let objects = generate(session, found, plans, &checked, &graph);
        // A panic there is a panic here.
        let archives = archives.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (archives, objects)
    });
    let (archives, objects) = (archives?, objects?);
    let startup = startup(session, &graph, &order, &features)?;
    phases.end("generate");
    let in_order = order.iter().map(|&index| (graph.modules[index].id.as_str(), &objects[index]));
    let parts = Parts { startup: &startup, modules: in_order.collect(), archives: &archives };
    let Some(linker) = &session.linker else { return Err(CompileError::NoLinker.into()) };
    let link_key = link::key(&parts, linker);
    found.counts.fingerprints_used = objects.len();
    let is_linked = |record: &Record| record.output.link_key == link_key;
    let there = found.placed.filter(|_| session.record.as_ref().is_ok_and(is_linked));
    let files = match there {
        Some(_) => Vec::new(),
        None => link::objects(&parts, &session.store)?,
    };
    phases.end("join");
    let (placed, record) = thread::scope(|scope| {
        // Looking at the sources again takes place while the linker runs.
        let record = scope.spawn(|| {
            output.sweep();
            prepare_record(session, begun, &graph, &objects)
        });
        let placed = there.map_or_else(
            || {
                (session.request.on_progress)(Progress::Linking);
                link::link(&files, &archives.paths(), linker, &session.store, output, standby)
            },
            Ok,
        );
        (placed, record.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let placed = placed?;
    phases.end("link");
    let output = OutputRecord { meta: placed.meta, checksum: placed.checksum, link_key };
    let notes = match (&session.program, &session.circumstances) {
        (Some(program), Some(now)) => record
            .and_then(|record| {
                let path = program.join("record");
                let written = record.write(&path, now, &features, &archives.linked(), &output);
                written.map_err(|error| format!("not recorded: {error}"))
            })
            .err(),
        _ => None,
    };
    phases.end("record");
    let notes = notes.into_iter().collect();
    Ok(Built { modules, placed: Some(placed), linked: there.is_none(), archives, notes })
}

/// The modules, and the order in which they are initialised.
fn load(
    session: &Session<'_>,
    found: &mut Found,
    known: &Known,
) -> Result<(Graph, Vec<usize>), Failure> {
    let on_read = || (session.request.on_progress)(Progress::Read);
    let loader = Loader { root: &session.root, known, on_read: &on_read };
    let mut graph = loader.load(&session.request.entry).map_err(program_errors)?;
    let order = initialisation_order(&graph).map_err(|cycle| circular(&mut graph, &cycle))?;
    require_no_source_at_output(session, &graph)?;
    let is_parsed = |module: &&Module| matches!(module.source, Source::Parsed { .. });
    found.counts.parsed = graph.modules.iter().filter(is_parsed).count();
    Ok((graph, order))
}

/// The archives of a program with these features: those that are known to be current, if the features
/// are still the recorded ones.
fn archives_for(
    session: &Session<'_>,
    known: Option<ReadyArchives>,
    features: &BTreeSet<Feature>,
) -> Result<ReadyArchives, CompileError> {
    let recorded = session.record.as_ref().ok().map(|record| &record.features);
    match known.filter(|_| recorded == Some(features)) {
        Some(known) => Ok(known),
        None => session.archives.prepare(features),
    }
}

/// What the next compile wants to know, but for the program; or what keeps it from that, in words.
fn prepare_record(
    session: &Session<'_>,
    begun: Option<Timestamp>,
    graph: &Graph,
    objects: &[Object],
) -> Result<Prepared, String> {
    let inputs = inputs::record(session, begun, graph)
        .map_err(|problem| format!("not recorded: {problem}"))?;
    let module = |(module, object): (&Module, &Object)| ModuleRecord {
        id: module.id.clone(),
        text: module.text,
        imports: module.imports.iter().map(import_record).collect(),
        interface: module.interface.digest(),
        interface_encoded: module.interface.encoded().into_owned(),
        object: object.is_stored.then(|| object.seal.clone()),
    };
    let modules = graph.modules.iter().zip(objects).map(module);
    Prepared::new(inputs, modules).map_err(|error| format!("not recorded: {error}"))
}

fn import_record(edge: &crate::graph::Edge) -> ImportRecord {
    let (candidate, target) = match edge.target {
        EdgeTarget::Builtin(_) => (None, None),
        EdgeTarget::Module { candidate, index } => (Some(candidate), Some(index)),
    };
    ImportRecord { specifier: edge.specifier.clone(), candidate, target }
}

pub(crate) fn program_errors(errors: Vec<SourceErrors>) -> CompileError {
    CompileError::Program(errors.into_iter().flat_map(locate).collect())
}

/// The error of modules that import each other, at an import that closes the circle.
fn circular(graph: &mut Graph, cycle: &Cycle) -> CompileError {
    let names = |start: usize| {
        let members = cycle.modules.iter().cycle().skip(start).take(cycle.modules.len() + 1);
        members.map(|&index| graph.modules[index].id.as_str()).collect::<Vec<_>>().join(" -> ")
    };
    let span_of = |position: usize| {
        let next = cycle.modules[(position + 1) % cycle.modules.len()];
        let edges = &graph.modules[cycle.modules[position]].imports;
        let leads_on = |target: EdgeTarget| matches!(target, EdgeTarget::Module { index, .. } if index == next);
        edges.iter().find(|edge| leads_on(edge.target)).and_then(|edge| edge.span.clone())
    };
    // One of them was read by this compile, or there would have been a circle before.
    let position = (0..cycle.modules.len()).find(|&position| span_of(position).is_some());
    let start = position.unwrap_or(0);
    let diagnostic = Diagnostic {
        span: span_of(start).unwrap_or_default(),
        message: format!("modules import each other in a circle: {}", names(start)),
        help: Some("move what they share into a module that imports neither".into()),
    };
    let module = &graph.modules[cycle.modules[start]];
    let (path, text) = (module.path.clone(), module.read_text().map(str::to_owned));
    program_errors(vec![SourceErrors { path, text, diagnostics: vec![diagnostic] }])
}

/// A program must not replace what it is made from.
fn require_no_source_at_output(session: &Session<'_>, graph: &Graph) -> Result<(), CompileError> {
    let Some(output) = &session.output else { return Ok(()) };
    let is_output = |path: &Path| path == output.path();
    match graph.modules.iter().any(|module| is_output(&module.path)) {
        true => Err(CompileError::Output {
            path: output.path().to_path_buf(),
            problem: "it is a source of this program".into(),
        }),
        false => Ok(()),
    }
}
