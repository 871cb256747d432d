//! Finds the entry of what would be built here: first what such builds read, then what was made from exactly that.
//!
//! A manifest leads to shapes, a shape to an identity, an identity to an entry. What is not signed by someone who is
//! trusted is passed over, and told as the reason where nothing else is found.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use freshness_core::discover::BadGlob;
use freshness_core::{
    Digest, EnvFact, InputSet, InputSpec, Lists, Origin, Snapshot, Timestamp, discover,
};

use crate::contents::Contents;
use crate::decide::Scene;
use crate::error::BuildError;
use crate::lock::SlotLock;
use crate::observe::{SETTLE, settled};

use super::closure::Closure;
use super::entry::{self, Entry};
use super::identity::identity;
use super::places::Places;
use super::shape::{self, MAX_MANIFEST_BYTES, Manifest, Shape};
use super::storage::{StorageError, Trouble};
use super::surroundings::Surroundings;
use super::trust::Namespace;
use super::{Remote, Site, body_name, hex};

/// How long a storage is asked for what it may have, all questions together.
const MAX_SEARCH: Duration = Duration::from_secs(20);

/// Why there is nothing where something was looked for.
const UNEQUAL: &str = "it has none of exactly these inputs";

/// Why nothing was fetched.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is nothing of these inputs.
    Miss(String),
    /// The storage cannot be asked.
    Failed(String),
    /// What it gives is not believed.
    Refused(String),
    /// What has nothing to do with the storage.
    Here(BuildError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        let problem = format!("failed to {error}");
        match error.trouble {
            Trouble::TooLarge => Self::Refused(problem),
            _ => Self::Failed(problem),
        }
    }
}

impl From<BuildError> for Refusal {
    fn from(error: BuildError) -> Self {
        Self::Here(error)
    }
}

impl From<BadGlob> for Refusal {
    fn from(bad: BadGlob) -> Self {
        Self::Here(bad.into())
    }
}

/// What was passed over in the search, for the reason where nothing is found.
#[derive(Default)]
struct Passed {
    /// Something that is not believed.
    refused: Option<String>,
    /// Whether something was made by another compiler, or for another place.
    unfit: bool,
    /// Something that was made from other inputs.
    unequal: Option<String>,
}

impl From<Passed> for Refusal {
    fn from(passed: Passed) -> Self {
        match passed {
            Passed { refused: Some(problem), .. } => Self::Refused(problem),
            Passed { unequal: Some(why), .. } => Self::Miss(why),
            Passed { unfit: true, .. } => Self::Miss(
                "it knows builds of these packages, but by another compiler or for another place"
                    .into(),
            ),
            _ => Self::Miss("it knows no build of these packages".into()),
        }
    }
}

/// This machine's inputs by one shape.
pub(super) struct Look {
    pub(super) identity: Digest,
    pub(super) specs: Vec<InputSpec>,
    pub(super) environment: Vec<EnvFact>,
    pub(super) cutoff: Timestamp,
    pub(super) snapshot: Snapshot,
    pub(super) lists: Lists,
    pub(super) contents: Contents,
}

/// Archives of exactly these inputs.
pub(super) struct Hit<'r> {
    pub(super) namespace: &'r Namespace,
    pub(super) look: Look,
    pub(super) entry: Entry,
    pub(super) origin: Origin,
}

/// Where we stand, and what is asked.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) site: Site<'a>,
    pub(super) remote: &'a Remote,
}

impl<'a> Lookup<'a> {
    /// The entry of what would be built here.
    pub(super) fn find(
        &self,
        lock: &mut SlotLock,
        closure: &Closure,
        surroundings: &Surroundings,
    ) -> Result<Hit<'a>, Refusal> {
        let root = closure.root(&self.site);
        let places = Places::of(&self.site, root);
        let mut passed = Passed::default();
        let mut tried: BTreeSet<(&Namespace, Digest)> = BTreeSet::new();
        let mut known: Option<Look> = None;
        let begun = Instant::now();
        for family in closure.families() {
            for (namespace, shape) in self.candidates(family, surroundings, &places, &mut passed)? {
                self.scene.request.go_on("while a storage was asked")?;
                if begun.elapsed() > MAX_SEARCH {
                    let seconds = MAX_SEARCH.as_secs();
                    return Err(Refusal::Failed(format!("it took longer than {seconds} seconds")));
                }
                if !tried.insert((namespace, shape.digest().map_err(BuildError::from)?)) {
                    continue;
                }
                let contents = known.as_ref().map(|look| &look.contents);
                let about = (&shape, &places);
                let look = match self.look(lock, closure, surroundings, about, contents) {
                    Err(Refusal::Miss(why)) => {
                        passed.unequal = Some(why);
                        continue;
                    }
                    look => look?,
                };
                match self.entry(namespace, &look.identity)? {
                    Ok(Some((entry, origin))) => {
                        return Ok(Hit { namespace, look, entry, origin });
                    }
                    Ok(None) => _ = passed.unequal.get_or_insert(UNEQUAL.into()),
                    Err(problem) => passed.refused = Some(problem),
                }
                known = Some(look);
            }
        }
        Err(passed.into())
    }

    /// What builds of this family read, newest first, as far as they could have been made here.
    fn candidates(
        &self,
        family: &Digest,
        surroundings: &Surroundings,
        places: &Places,
        passed: &mut Passed,
    ) -> Result<Vec<(&'a Namespace, Shape)>, Refusal> {
        let mut candidates: Vec<(&Namespace, Shape)> = Vec::new();
        for namespace in self.remote.read_namespaces() {
            let name = body_name(namespace, "closures", family);
            let Some(bytes) = self.remote.bytes(&name, MAX_MANIFEST_BYTES)? else { continue };
            let manifest = match Manifest::decode(&bytes) {
                Ok(manifest) => manifest,
                Err(problem) => {
                    passed.refused = Some(format!("refused {name}: {problem}"));
                    continue;
                }
            };
            for sealed in manifest.shapes {
                let opened = self.remote.open(shape::KIND, namespace, &sealed);
                match opened.and_then(|(body, _)| Shape::decode(body)) {
                    Ok(shape) if fits(&shape, surroundings, places) => {
                        candidates.push((namespace, shape));
                    }
                    Ok(_) => passed.unfit = true,
                    Err(problem) => {
                        passed.refused = Some(format!("refused a shape in {name}: {problem}"));
                    }
                }
            }
        }
        let first = candidates.first().map(|(_, shape)| shape.rustc.clone());
        if candidates.iter().any(|(_, shape)| Some(&shape.rustc) != first.as_ref()) {
            let problem = "it has archives of several compilers, and none is named here: set RUSTC";
            return Err(Refusal::Failed(problem.into()));
        }
        Ok(candidates)
    }

    /// Looks at what such a build would read here.
    fn look(
        &self,
        lock: &mut SlotLock,
        closure: &Closure,
        surroundings: &Surroundings,
        (shape, places): (&Shape, &Places),
        known: Option<&Contents>,
    ) -> Result<Look, Refusal> {
        let root = closure.root(&self.site);
        let told = shape.specs(places).map_err(Refusal::Refused)?;
        if !Shape::is_listed_alike(&told) {
            let problem = "files of a package are listed by git there and not here, or the reverse";
            return Err(Refusal::Miss(problem.into()));
        }
        let inputs: InputSet = discover(root, &told)?;
        let mut specs = told;
        specs.extend(shape.specs_above(places));
        specs.sort();
        let clock = || lock.clock(&self.scene.slot);
        let take = || self.take(root, &specs);
        let (cutoff, (snapshot, lists)) = settled(SETTLE, clock, take)?;
        let told = self.scene.told();
        let contents = Contents::read(&snapshot, cutoff, known, &told);
        let environment = self.site.env.facts(&shape.env.iter().cloned().collect());
        let told = (&inputs, &contents, places);
        let identity = identity(closure, shape, surroundings, &environment, told);
        let identity = identity.map_err(Refusal::Miss)?;
        Ok(Look { identity, specs, environment, cutoff, snapshot, lists, contents })
    }

    /// Looks at these inputs, and at what follows from where we stand.
    pub(super) fn take(
        &self,
        root: &Path,
        specs: &[InputSpec],
    ) -> Result<(Snapshot, Lists), BuildError> {
        let here = self.site.specs_here();
        Ok(Snapshot::take_listed(discover(root, here.iter().chain(specs))?))
    }

    /// The entry of an identity; an inner error says why what is there is not believed.
    fn entry(
        &self,
        namespace: &Namespace,
        identity: &Digest,
    ) -> Result<Result<Option<(Entry, Origin)>, String>, Refusal> {
        let name = body_name(namespace, "entries", identity);
        let Some(sealed) = self.remote.bytes(&name, entry::MAX_BYTES)? else { return Ok(Ok(None)) };
        let opened = self.remote.open(entry::KIND, namespace, &sealed);
        let opened = opened.and_then(|(body, signer)| Ok((Entry::decode(body, identity)?, signer)));
        let origin = |signer| Origin {
            storage: self.remote.storage.describe(),
            namespace: namespace.to_string(),
            identity: hex(identity),
            signer,
        };
        let found = opened.and_then(|(entry, signer)| {
            let longest = entry.archives.iter().map(|item| item.bytes).max().unwrap_or(0);
            match longest > self.remote.max_archive_bytes {
                true => Err(format!(
                    "an archive has {longest} bytes, more than the {} that are fetched",
                    self.remote.max_archive_bytes
                )),
                false => Ok(Some((entry, origin(signer)))),
            }
        });
        Ok(found.map_err(|problem| format!("refused {name}: {problem}")))
    }
}

/// Whether what was built by this shape could have been built here, as far as compilers and places tell.
fn fits(shape: &Shape, surroundings: &Surroundings, places: &Places) -> bool {
    let same = |here: &Option<_>, there: &_| here.as_ref().is_none_or(|here| here == there);
    same(&surroundings.rustc, &shape.rustc)
        && (surroundings.cc.is_none() || surroundings.cc == shape.cc)
        && shape.place.is_none_or(|place| place == places.digest())
}
