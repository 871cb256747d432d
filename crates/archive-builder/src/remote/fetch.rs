//! Fetches what is stale here from where someone else built it.
//!
//! Two steps: the manifest of the closure says what such builds read, and with that the identity of what would
//! be built here follows; the entry of that identity says which archives were made from it. Nothing is believed
//! unsigned, nothing is published whose bytes are not those that were signed for, and no stamp is written unless
//! the inputs stood still meanwhile. Whatever goes wrong with the storage ends in a build by cargo.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use freshness_core::discover::BadGlob;
use freshness_core::{
    Archive, Digest, EnvFact, Head, InputSet, InputSpec, Lists, Origin, Snapshot, Stamp, Timestamp,
    Work, discover,
};

use crate::build;
use crate::cancel::Cancel;
use crate::contents::Contents;
use crate::decide::Scene;
use crate::durable;
use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::lock::SlotLock;
use crate::object_check::Expected;
use crate::observe::{self, SETTLE, settled};
use crate::publish::{self, Product};
use crate::request::{Outcome, Request};

use super::closure::Closure;
use super::entry::{self, Entry, Item};
use super::identity::identity;
use super::places::Places;
use super::shape::{self, MAX_MANIFEST_BYTES, Manifest, Shape};
use super::storage::{StorageError, Trouble};
use super::surroundings::Surroundings;
use super::trust::Namespace;
use super::{Asked, Remote, Site, body_name, hex};

/// How many shapes of a closure are tried.
const MAX_TRIES: usize = 32;

/// Why nothing was fetched.
#[derive(Debug)]
enum Refusal {
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

/// What builds of a closure read, and where that was found.
struct Candidate<'r> {
    namespace: &'r Namespace,
    shape: Shape,
}

/// This machine's inputs by one shape.
struct Look {
    identity: Digest,
    specs: Vec<InputSpec>,
    environment: Vec<EnvFact>,
    cutoff: Timestamp,
    snapshot: Snapshot,
    lists: Lists,
    contents: Contents,
}

/// Archives of exactly these inputs.
struct Hit<'r> {
    namespace: &'r Namespace,
    look: Look,
    entry: Entry,
    origin: Origin,
}

/// Current archives without cargo: those that are here, or those that the storage has.
///
/// # Errors
/// Those of a build, but for cargo's: where the storage has none, the outcome names no archive and says why.
pub fn fetch(request: &Request<'_>) -> Result<Outcome, BuildError> {
    build::without_cargo(request)
}

/// Asks the storage for what would be built, publishes what it gives, and makes a stamp of it. The slot is
/// locked; the stamp is not written yet.
///
/// # Errors
/// What has nothing to do with the storage: the caller wants no more, a glob cannot be understood.
pub(crate) fn stamp(
    scene: &Scene<'_>,
    lock: &mut SlotLock,
    remote: &Remote,
    work: &mut Work,
) -> Result<(Option<Stamp>, Asked), BuildError> {
    let fetch = Fetch { scene, site: scene.into(), remote };
    match fetch.stamp(lock, work) {
        Ok(stamp) => Ok((Some(stamp), Asked::Hit)),
        Err(Refusal::Miss(why)) => Ok((None, Asked::Miss(why))),
        Err(Refusal::Failed(why)) => Ok((None, Asked::Failed(why))),
        Err(Refusal::Refused(why)) => Ok((None, Asked::Refused(why))),
        Err(Refusal::Here(error @ (BuildError::Interrupted { .. } | BuildError::Glob(_)))) => {
            Err(error)
        }
        // What cannot be kept here fails a build as well, which says so by itself.
        Err(Refusal::Here(error)) => Ok((None, Asked::Failed(format!("failed to {error}")))),
    }
}

struct Fetch<'a> {
    scene: &'a Scene<'a>,
    site: Site<'a>,
    remote: &'a Remote,
}

impl Fetch<'_> {
    fn stamp(&self, lock: &mut SlotLock, work: &mut Work) -> Result<Stamp, Refusal> {
        if self.remote.read_namespaces().next().is_none() {
            let problem =
                "no key is trusted in a namespace that is read: set FRESHNESS_REMOTE_TRUST";
            return Err(Refusal::Failed(problem.into()));
        }
        let closure = Closure::of(&self.site).map_err(Refusal::Miss)?;
        let surroundings = Surroundings::look(&self.site).map_err(Refusal::Failed)?;
        work.processes_spawned += surroundings.spawned;
        let hit = self.find(lock, &closure, &surroundings)?;
        let archives = self.fetch(&hit)?;
        self.vouch(hit, archives)
    }

    /// The entry of what would be built here.
    fn find(
        &self,
        lock: &mut SlotLock,
        closure: &Closure,
        surroundings: &Surroundings,
    ) -> Result<Hit<'_>, Refusal> {
        let root = self.site.workspace.ancestors().nth(closure.up).unwrap_or(Path::new("/"));
        let places = Places::of(&self.site, root);
        let candidates = self.candidates(closure, surroundings, &places)?;
        let mut looked: Vec<(Digest, Look)> = Vec::new();
        let mut refused = None;
        for Candidate { namespace, shape } in candidates.into_iter().take(MAX_TRIES) {
            self.scene.request.go_on("while a storage was asked")?;
            let at = match looked.iter().position(|(digest, _)| *digest == shape.digest()) {
                Some(at) => at,
                None => {
                    let known = looked.last().map(|(_, look)| &look.contents);
                    let look = self.look(lock, closure, surroundings, (&shape, &places), known);
                    match look {
                        Ok(look) => looked.push((shape.digest(), look)),
                        Err(Refusal::Miss(why)) => {
                            refused.get_or_insert(Refusal::Miss(why));
                            continue;
                        }
                        Err(refusal) => return Err(refusal),
                    }
                    looked.len() - 1
                }
            };
            match self.entry(namespace, &looked[at].1.identity)? {
                Ok(Some((entry, origin))) => {
                    let look = looked.swap_remove(at).1;
                    return Ok(Hit { namespace, look, entry, origin });
                }
                Ok(None) => {}
                Err(problem) => refused = Some(Refusal::Refused(problem)),
            }
        }
        Err(refused.unwrap_or_else(|| Refusal::Miss("it has none of exactly these inputs".into())))
    }

    /// What builds of this closure read, as far as they could have been made here.
    fn candidates(
        &self,
        closure: &Closure,
        surroundings: &Surroundings,
        places: &Places,
    ) -> Result<Vec<Candidate<'_>>, Refusal> {
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        let mut refused = None;
        let mut others = 0;
        for namespace in self.remote.read_namespaces() {
            let name = body_name(namespace, "closures", &closure.digest);
            let Some(bytes) = self.remote.bytes(&name, MAX_MANIFEST_BYTES)? else { continue };
            let manifest = match Manifest::decode(&bytes) {
                Ok(manifest) => manifest,
                Err(problem) => {
                    refused = Some(format!("refused {name}: {problem}"));
                    continue;
                }
            };
            for sealed in manifest.shapes {
                let opened = self.remote.open(shape::KIND, namespace, &sealed);
                match opened.and_then(|(body, _)| Shape::decode(body)) {
                    Ok(shape) if fits(&shape, surroundings, places) => {
                        candidates.push(Candidate { namespace, shape });
                    }
                    Ok(_) => others += 1,
                    Err(problem) => refused = Some(format!("refused a shape in {name}: {problem}")),
                }
            }
        }
        let first = candidates.first().map(|candidate| candidate.shape.rustc.clone());
        if candidates.iter().any(|candidate| Some(&candidate.shape.rustc) != first.as_ref()) {
            let problem = "it has archives of several compilers, and none is named here: set RUSTC";
            return Err(Refusal::Failed(problem.into()));
        }
        match (candidates.is_empty(), refused, others) {
            (true, Some(problem), _) => Err(Refusal::Refused(problem)),
            (true, None, 0) => Err(Refusal::Miss("it knows no build of these packages".into())),
            (true, None, _) => Err(Refusal::Miss(
                "it knows builds of these packages, but with another compiler or for another place"
                    .into(),
            )),
            (false, _, _) => Ok(candidates),
        }
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
        let root = self.site.workspace.ancestors().nth(closure.up).unwrap_or(Path::new("/"));
        let told = shape.specs(places).map_err(Refusal::Refused)?;
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

    fn take(&self, root: &Path, specs: &[InputSpec]) -> Result<(Snapshot, Lists), BuildError> {
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

    /// Fetches and publishes every archive of an entry.
    fn fetch(&self, hit: &Hit<'_>) -> Result<Vec<Archive>, Refusal> {
        let dir = self.scene.slot.archives().join(".fetched");
        durable::remove_any(&dir).doing("clear", &dir)?;
        fs::create_dir(&dir).doing("create", &dir)?;
        let storage = self.remote.storage.describe();
        let of = hit.entry.archives.iter().map(|item| item.bytes).sum();
        let mut done = 0;
        let mut tell = |bytes: u64| {
            done += bytes;
            (self.scene.request.events)(Event::Fetching { storage: &storage, done, of });
        };
        tell(0);
        let items = hit.entry.archives.iter();
        let fetched: Result<Vec<Archive>, Refusal> =
            items.map(|item| self.one(hit.namespace, item, &dir, &mut tell)).collect();
        // What is published is elsewhere by now; what a broken transfer left would only take space.
        let cleared = durable::remove_any(&dir).doing("clear", &dir);
        let fetched = fetched?;
        cleared?;
        (self.scene.request.events)(Event::Fetched { storage: &storage, bytes: of });
        Ok(fetched)
    }

    fn one(
        &self,
        namespace: &Namespace,
        item: &Item,
        dir: &Path,
        tell: &mut dyn FnMut(u64),
    ) -> Result<Archive, Refusal> {
        let refused = |problem: &str| {
            Refusal::Refused(format!("refused the archive of {}: {problem}", item.package))
        };
        let kind = item.kind().map_err(|problem| refused(&problem))?;
        let source = dir.join(&item.file_name);
        let file = durable::create(&source).doing("create", &source)?;
        let cancel = self.scene.request.cancel;
        let mut into = Digesting { file, hasher: blake3::Hasher::new(), cancel, tell };
        let name = body_name(namespace, "archives", &item.digest);
        let got = self.remote.storage.get(&name, item.bytes, &mut into);
        self.scene.request.go_on("while archives were fetched")?;
        let digest = *into.hasher.finalize().as_bytes();
        match got? {
            None => return Err(refused("it is not there any more")),
            Some(bytes) if bytes != item.bytes => {
                return Err(refused(&format!("it has {bytes} bytes, not {}", item.bytes)));
            }
            Some(_) if digest != item.digest => {
                return Err(refused("its bytes are not those that were signed for"));
            }
            Some(_) => {}
        }
        let (package, file_name) = (item.package.as_str(), item.file_name.clone());
        let product = Product { package, kind, source, file_name };
        let target = self.target();
        let expected = Expected::for_target(target.as_deref());
        match publish::publish(&self.scene.slot, &product, &expected) {
            Err(BuildError::Artifact { problem, .. }) => Err(refused(&problem)),
            Ok(archive) if archive.file.digest != item.digest => {
                Err(refused("it changed while it was published"))
            }
            published => Ok(published?),
        }
    }

    /// What cargo would build for, where that is not this machine.
    fn target(&self) -> Option<String> {
        let by_variable = || {
            let value = self.site.env.get("CARGO_BUILD_TARGET")?;
            Some(value.to_string_lossy().into_owned())
        };
        let by_config = || self.site.config.build_target().map(str::to_owned);
        self.site.profile.target.clone().or_else(by_variable).or_else(by_config)
    }

    /// The stamp of what was fetched, if the inputs are still those that were looked at.
    fn vouch(&self, hit: Hit<'_>, archives: Vec<Archive>) -> Result<Stamp, Refusal> {
        let Look { specs, environment, cutoff, snapshot, lists, .. } = hit.look;
        let request = self.scene.request;
        let told = self.scene.told();
        let evidence = observe::evidence(request.strategies, &snapshot, |_| None, &told);
        if self.take(&snapshot.root, &specs)?.0 != snapshot {
            return Err(Refusal::Miss("an input changed while archives were fetched".into()));
        }
        let (toolchain, toolchain_files) = self.scene.toolchain.record_named(None)?;
        let head = Head {
            key: self.scene.key.to_string(),
            generation: publish::next_generation(&self.scene.slot, None),
            profile: self.scene.profile_facts(),
            toolchain,
            toolchain_files,
            environment,
            cutoff,
            archives,
            origin: Some(hit.origin),
        };
        let lists = Lists { since: cutoff, ..lists };
        Ok(Stamp { head, specs, snapshot, evidence, lists })
    }
}

/// Whether what was built by this shape could have been built here, as far as compilers and places tell.
fn fits(shape: &Shape, surroundings: &Surroundings, places: &Places) -> bool {
    let same = |here: &Option<_>, there: &_| here.as_ref().is_none_or(|here| here == there);
    same(&surroundings.rustc, &shape.rustc)
        && (surroundings.cc.is_none() || surroundings.cc == shape.cc)
        && shape.place.is_none_or(|place| place == places.digest())
}

/// A file that is digested as it is written, for as long as the caller wants it.
struct Digesting<'a> {
    file: File,
    hasher: blake3::Hasher,
    cancel: &'a Cancel,
    tell: &'a mut dyn FnMut(u64),
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("interrupted"));
        }
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        (self.tell)(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
