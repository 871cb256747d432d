//! From modules to objects: those that are in the cache, and those that are checked and generated.
//!
//! An object's key is all that it is made from, so what has one was checked when it was made. Everything
//! here runs on all cores, and nothing depends on how many there are.

use std::collections::BTreeSet;

use freshness::Digest;

use crate::build_cache::Found;
use crate::compile::{Failure, program_errors};
use crate::cores;
use crate::error::CompileError;
use crate::graph::{EdgeTarget, Graph, Known, Module, Source, SourceErrors, reparse};
use crate::language::{self, Checked, Feature, Resolved, Target};
use crate::link::groups;
use crate::objects::{Object, Proof};
use crate::outcome::Progress;
use crate::session::Session;

/// What is to be done for a module.
pub(crate) enum Plan {
    /// Its object is in the cache.
    Reuse(Object),
    /// It is to be made, for this key.
    Generate(Digest),
}

/// Looks for every module's object. Where a module and the interfaces that it imports are as recorded, so
/// is its object, which is looked at where it will be linked; elsewhere its key says.
pub(crate) fn plan(session: &Session<'_>, known: &Known, graph: &Graph) -> Vec<Plan> {
    let interfaces = known.interfaces();
    let changed: Vec<bool> = (graph.modules.iter())
        .map(|module| interfaces.get(module.path.as_path()) != Some(&module.interface.digest()))
        .collect();
    let recorded = |module: &Module| match &module.source {
        Source::Recorded(record) if !module.dependencies().any(|index| changed[index]) => {
            record.object.as_ref().and_then(|seal| session.store.sealed(seal))
        }
        _ => None,
    };
    // Nearly all groups will be as they were, and then no one asks for what they were made from.
    let is_grouped = groups::are_made_of(graph.modules.len());
    let reuse = |module: &Module| {
        let object = match is_grouped {
            true => recorded(module),
            false => recorded(module).and_then(|object| session.store.prove(object)),
        };
        object.map(Plan::Reuse)
    };
    cores::complete(graph.modules.iter().map(reuse).collect(), |index| {
        let key = object_key(session, graph, &graph.modules[index]);
        session.store.find(&key).map_or(Plan::Generate(key), Plan::Reuse)
    })
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
pub(crate) fn check(graph: &mut Graph, plans: &[Plan]) -> Result<Vec<Option<Checked>>, Failure> {
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
    let check_one = |(index, syntax): (usize, Box<language::Syntax>)| {
        let module: &Module = &graph.modules[index];
        let resolved = resolved(graph, module).ok_or(None)?;
        language::check(*syntax, &module.id, &resolved).map_err(|diagnostics| {
            let (path, text) = (module.path.clone(), module.read_text().map(str::to_owned));
            Some(SourceErrors { path, text, diagnostics })
        })
    };
    let results = cores::each(syntaxes, check_one);
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

pub(crate) fn features(plans: &[Plan], checked: &[Option<Checked>]) -> BTreeSet<Feature> {
    let reused = plans.iter().filter_map(|plan| match plan {
        Plan::Reuse(object) => Some(&object.seal.features),
        Plan::Generate(_) => None,
    });
    reused.chain(checked.iter().flatten().map(Checked::features)).flatten().copied().collect()
}

/// Makes the objects that are missing, on all cores; each is in the cache as soon as it is made.
pub(crate) fn generate(
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
    let mut keys = vec![None; plans.len()];
    let known = plans.into_iter().zip(&mut keys).map(|(plan, place)| match plan {
        Plan::Reuse(object) => Some(Ok(object)),
        Plan::Generate(key) => {
            *place = Some(key);
            None
        }
    });
    let made = cores::complete(known.collect(), |index| {
        let module = &graph.modules[index].id;
        let (Some(key), Some(checked)) = (keys[index], &checked[index]) else {
            return Err(generate_error(module, &"it was not checked"));
        };
        let bytes = language::generate(checked, &session.options)
            .map_err(|error| generate_error(module, &error))?;
        let object = store(session, key, &bytes, checked.features().clone())?;
        progress(Progress::Generated);
        Ok(object)
    });
    let made: Vec<Object> = made.into_iter().collect::<Result<_, _>>()?;
    found.counts.hits = made.len() - missing;
    found.counts.misses = missing;
    found.counts.stores =
        made.iter().filter(|object| object.proof == Proof::Made && object.is_stored).count();
    Ok(made)
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
pub(crate) fn startup(
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
