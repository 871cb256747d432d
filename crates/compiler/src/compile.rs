//! The way of a compile: look, load, check, generate, link, record. [`compile`] is its table of contents.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use freshness::{Digest, InputRecord};
use rayon::prelude::*;

use crate::archives::ReadyArchives;
use crate::build_cache::{self, Found};
use crate::diagnostics::locate;
use crate::error::CompileError;
use crate::graph::{
    Cycle, EdgeTarget, Graph, Known, Loader, Module, Source, SourceErrors, initialisation_order,
    reparse,
};
use crate::inputs;
use crate::language::{self, Checked, Diagnostic, Feature, Resolved, Target};
use crate::link::output::Placed;
use crate::link::{self, Parts};
use crate::objects::Object;
use crate::outcome::{Counts, MissReason, Outcome, Phases, Progress};
use crate::record::{ImportRecord, ModuleRecord, OutputRecord, Record};
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
    match build(&session, &mut found, &mut phases) {
        Err(Failure::Distrust) => {}
        settled => return settled_outcome(settled, &session, found, phases),
    }
    // What was taken to be known is not so: a source was written with a time that hides it.
    found.known = Known::default();
    let settled = build(&session, &mut found, &mut phases);
    settled_outcome(settled, &session, found, phases)
}

/// Why a build did not come to its end.
enum Failure {
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
    }
}

fn settled_outcome(
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
    })
}

fn build(session: &Session<'_>, found: &mut Found, phases: &mut Phases) -> Result<Built, Failure> {
    let progress = &session.request.on_progress;
    let on_read = || progress(Progress::Read);
    let loader = Loader { root: &session.root, known: &found.known, on_read: &on_read };
    let mut graph = loader.load(&session.request.entry).map_err(program_errors)?;
    let order = initialisation_order(&graph).map_err(|cycle| circular(&mut graph, &cycle))?;
    require_no_source_at_output(session, &graph)?;
    let is_parsed = |module: &&Module| matches!(module.source, Source::Parsed { .. });
    found.counts.parsed = graph.modules.iter().filter(is_parsed).count();
    phases.end("load");
    let plans = plan(session, found, &graph, &order);
    let checked = check(&mut graph, &plans)?;
    phases.end("check");
    let modules = graph.modules.len();
    let Some(output) = &session.output else {
        let (placed, linked, archives, notes) = (None, false, ReadyArchives::default(), Vec::new());
        return Ok(Built { modules, placed, linked, archives, notes });
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
    let (placed, inputs) = thread::scope(|scope| {
        // Looking at the sources again takes place while the linker runs.
        let inputs = scope.spawn(|| inputs::record(session, found, &graph));
        let placed = there.map_or_else(
            || {
                progress(Progress::Linking);
                link::link(&parts, linker, &session.store, output)
            },
            Ok,
        );
        (placed, inputs.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let placed = placed?;
    phases.end("link");
    let output = OutputRecord { meta: placed.meta, checksum: placed.checksum, link_key };
    let notes = write_record(session, inputs, &graph, &objects, features, &archives, output);
    phases.end("record");
    let notes = notes.into_iter().collect();
    Ok(Built { modules, placed: Some(placed), linked: there.is_none(), archives, notes })
}

/// What is to be done for a module.
enum Plan {
    /// Its object is in the cache.
    Reuse(Object),
    /// It is to be made, for this key.
    Generate(Digest),
}

/// Looks for every module's object. Where a module and the interfaces that it imports are as recorded, so
/// is its object; elsewhere its key says.
fn plan(session: &Session<'_>, found: &Found, graph: &Graph, order: &[usize]) -> Vec<Plan> {
    let recorded = found.known.interfaces();
    let changed: Vec<bool> = (graph.modules.iter())
        .map(|module| recorded.get(module.path.as_path()) != Some(&module.interface.digest()))
        .collect();
    let seal_of = |module: &Module| match &module.source {
        Source::Recorded(record) if !module.dependencies().any(|index| changed[index]) => {
            record.object.clone()
        }
        _ => None,
    };
    let plan_one = |module: &Module| {
        if let Some(object) = seal_of(module).and_then(|seal| session.store.verify(&seal)) {
            return Plan::Reuse(object);
        }
        let key = object_key(session, graph, module);
        session.store.find(&key).map_or(Plan::Generate(key), Plan::Reuse)
    };
    debug_assert_eq!(order.len(), graph.modules.len());
    graph.modules.par_iter().with_min_len(64).map(plan_one).collect()
}

/// The key of a module's object: all that it is made from.
fn object_key(session: &Session<'_>, graph: &Graph, module: &Module) -> Digest {
    let key = session.object_key("nativets object 1").text(&module.id).bytes(&module.text);
    let key = module.imports.iter().fold(key.count(module.imports.len()), |key, edge| {
        let key = key.text(&edge.specifier);
        match edge.target {
            EdgeTarget::Builtin(builtin) => key.text("builtin").text(builtin.specifier),
            EdgeTarget::Module { index, .. } => {
                let target = &graph.modules[index];
                key.text("module").text(&target.id).bytes(&target.interface.digest())
            }
        }
    });
    key.digest()
}

/// Checks every module whose object is to be made; the others were checked when theirs was.
fn check(graph: &mut Graph, plans: &[Plan]) -> Result<Vec<Option<Checked>>, Failure> {
    let to_check: Vec<usize> =
        (0..plans.len()).filter(|index| matches!(plans[*index], Plan::Generate(_))).collect();
    let mut syntaxes = Vec::new();
    for &index in &to_check {
        let module = &mut graph.modules[index];
        if let Source::Recorded(_) = module.source {
            module.source = reparse(&module.path, &module.text).ok_or(Failure::Distrust)?;
        }
        let Source::Parsed { syntax, .. } = &mut module.source else { continue };
        syntaxes.push((index, syntax.take().ok_or(Failure::Distrust)?));
    }
    let graph = &*graph;
    let check_one = |(index, syntax)| {
        let module: &Module = &graph.modules[index];
        let resolved = resolved(graph, module).ok_or(None)?;
        language::check(syntax, &module.id, &resolved).map_err(|diagnostics| {
            let (path, text) = (module.path.clone(), module.read_text().map(str::to_owned));
            Some(SourceErrors { path, text, diagnostics })
        })
    };
    let results: Vec<_> = syntaxes.into_par_iter().map(check_one).collect();
    let (mut checked, mut errors) = (Vec::new(), Vec::new());
    checked.resize_with(plans.len(), || None);
    for (index, result) in to_check.into_iter().zip(results) {
        match result {
            Ok(module) => checked[index] = Some(module),
            Err(Some(error)) => errors.push(error),
            Err(None) => return Err(Failure::Distrust),
        }
    }
    if errors.is_empty() { Ok(checked) } else { Err(program_errors(errors).into()) }
}

/// The imports of a module as the language wants them; `None` where a recorded interface is damaged.
fn resolved<'g>(graph: &'g Graph, module: &'g Module) -> Option<Vec<Resolved<'g>>> {
    let resolve = |edge: &'g crate::graph::Edge| {
        let target = match edge.target {
            EdgeTarget::Builtin(builtin) => Target::Builtin(builtin),
            EdgeTarget::Module { index, .. } => {
                let target = &graph.modules[index];
                Target::Module { id: &target.id, interface: target.interface.get()? }
            }
        };
        Some(Resolved { specifier: &edge.specifier, target })
    };
    module.imports.iter().map(resolve).collect()
}

fn features(plans: &[Plan], checked: &[Option<Checked>]) -> BTreeSet<Feature> {
    let reused = plans.iter().filter_map(|plan| match plan {
        Plan::Reuse(object) => Some(&object.seal.features),
        Plan::Generate(_) => None,
    });
    reused.chain(checked.iter().flatten().map(Checked::features)).flatten().copied().collect()
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

/// Makes the objects that are missing, on all cores; each is in the cache as soon as it is made.
fn generate(
    session: &Session<'_>,
    found: &mut Found,
    plans: Vec<Plan>,
    checked: &[Option<Checked>],
    graph: &Graph,
) -> Result<Vec<Object>, CompileError> {
    let progress = &session.request.on_progress;
    let is_missing = |plan: &&Plan| matches!(plan, Plan::Generate(_));
    let missing = plans.iter().filter(is_missing).count();
    progress(Progress::Generating(missing));
    let generate_one = |(plan, (checked, module)): (Plan, (&Option<Checked>, &Module))| {
        let (key, checked) = match (plan, checked) {
            (Plan::Reuse(object), _) => return Ok((object, false)),
            (Plan::Generate(key), Some(checked)) => (key, checked),
            (Plan::Generate(_), None) => {
                return Err(generate_error(&module.id, &"it was not checked"));
            }
        };
        let bytes = language::generate(checked, &session.options)
            .map_err(|error| generate_error(&module.id, &error))?;
        let object = store(session, key, &bytes, checked.features().clone())?;
        progress(Progress::Generated);
        Ok((object, true))
    };
    let work: Vec<_> = plans.into_iter().zip(checked.iter().zip(&graph.modules)).collect();
    let made = work.into_par_iter().map(generate_one).collect::<Result<Vec<_>, _>>()?;
    found.counts.hits = made.len() - missing;
    found.counts.misses = missing;
    found.counts.stores =
        made.iter().filter(|(object, is_new)| *is_new && object.is_stored).count();
    Ok(made.into_iter().map(|(object, _)| object).collect())
}

fn generate_error(module: &str, problem: &dyn std::fmt::Display) -> CompileError {
    CompileError::Generate { module: module.to_owned(), problem: problem.to_string() }
}

fn store(
    session: &Session<'_>,
    key: Digest,
    bytes: &[u8],
    features: BTreeSet<Feature>,
) -> Result<Object, CompileError> {
    let write = |source| CompileError::Write { what: "an object".into(), source };
    session.store.store(key, bytes, features).map_err(write)
}

/// The object with `main`, which runs the modules in order.
fn startup(
    session: &Session<'_>,
    graph: &Graph,
    order: &[usize],
    features: &BTreeSet<Feature>,
) -> Result<Object, CompileError> {
    let ids: Vec<&str> = order.iter().map(|&index| graph.modules[index].id.as_str()).collect();
    let key = session.object_key("nativets startup 1").count(ids.len());
    let key = ids.iter().fold(key, |key, id| key.text(id)).count(features.len());
    let key = features.iter().fold(key, |key, feature| key.text(feature.as_str())).digest();
    if let Some(object) = session.store.find(&key) {
        return Ok(object);
    }
    let bytes = language::generate_entry(&ids, features, &session.options)
        .map_err(|error| generate_error("the start of the program", &error))?;
    store(session, key, &bytes, features.clone())
}

/// Writes what the next compile wants to know; what kept it from that, in words.
fn write_record(
    session: &Session<'_>,
    inputs: Option<InputRecord>,
    graph: &Graph,
    objects: &[Object],
    features: BTreeSet<Feature>,
    archives: &ReadyArchives,
    output: OutputRecord,
) -> Option<String> {
    let (program, circumstances) = (session.program.as_ref()?, session.circumstances.clone()?);
    let Some(inputs) = inputs else {
        return Some("not recorded: a source changed while it was compiled".into());
    };
    let module = |(module, object): (&Module, &Object)| ModuleRecord {
        id: module.id.clone(),
        text: module.text,
        imports: module.imports.iter().map(import_record).collect(),
        interface: module.interface.digest(),
        interface_encoded: module.interface.encoded().to_vec(),
        object: object.is_stored.then(|| object.seal.clone()),
    };
    let modules: Vec<ModuleRecord> = graph.modules.iter().zip(objects).map(module).collect();
    let record = Record::new(circumstances, inputs, features, archives.linked(), output, &modules);
    let written = record.write(&program.join("record"));
    written.err().map(|error| format!("not recorded: {error}"))
}

fn import_record(edge: &crate::graph::Edge) -> ImportRecord {
    let candidate = match edge.target {
        EdgeTarget::Builtin(_) => None,
        EdgeTarget::Module { candidate, .. } => Some(candidate),
    };
    ImportRecord { specifier: edge.specifier.clone(), candidate }
}

fn program_errors(errors: Vec<SourceErrors>) -> CompileError {
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
