//! Fetches what is stale here from where someone else built it.
//!
//! Two steps: the manifest of the closure says what such builds read, and with that the identity of what would
//! be built here follows; the entry of that identity says which archives were made from it. Nothing is believed
//! unsigned, nothing is published whose bytes are not those that were signed for, and no stamp is written unless
//! the inputs stood still meanwhile. Whatever goes wrong with the storage ends in a build by cargo.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use freshness_core::{Archive, Head, Lists, Stamp, Work};

use crate::build;
use crate::cancel::Cancel;
use crate::decide::Scene;
use crate::durable;
use crate::error::{BuildError, Context};
use crate::events::Event;
use crate::lock::SlotLock;
use crate::object_check::Expected;
use crate::observe;
use crate::publish::{self, Product};
use crate::request::{Outcome, Request};

use super::closure::Closure;
use super::entry::Item;
use super::lookup::{Hit, Look, Lookup, Refusal};
use super::surroundings::Surroundings;
use super::trust::Namespace;
use super::{Asked, Remote, body_name};

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
    let fetch = Fetch(Lookup { scene, site: scene.into(), remote });
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

struct Fetch<'a>(Lookup<'a>);

impl Fetch<'_> {
    fn stamp(&self, lock: &mut SlotLock, work: &mut Work) -> Result<Stamp, Refusal> {
        let Lookup { scene, site, remote } = self.0;
        if remote.read_namespaces().next().is_none() {
            let problem =
                "no key is trusted in a namespace that is read: set FRESHNESS_REMOTE_TRUST";
            return Err(Refusal::Failed(problem.into()));
        }
        let closure = Closure::of(&site).map_err(Refusal::Miss)?;
        let surroundings = Surroundings::look(&site).map_err(Refusal::Failed)?;
        work.processes_spawned += surroundings.spawned;
        let hit = self.0.find(lock, &closure, &surroundings)?;
        let archives = self.fetch(&hit)?;
        let stamp = self.vouch(hit, archives)?;
        let bytes = stamp.head.archives.iter().map(|archive| archive.file.meta.len).sum();
        let storage = remote.storage.describe();
        (scene.request.events)(Event::Fetched { storage: &storage, bytes });
        Ok(stamp)
    }

    /// Fetches and publishes every archive of an entry.
    fn fetch(&self, hit: &Hit<'_>) -> Result<Vec<Archive>, Refusal> {
        let dir = self.0.scene.slot.archives().join(".fetched");
        durable::remove_any(&dir).doing("clear", &dir)?;
        fs::create_dir(&dir).doing("create", &dir)?;
        let storage = self.0.remote.storage.describe();
        let of = hit.entry.archives.iter().map(|item| item.bytes).sum();
        let mut done = 0;
        let mut tell = |bytes: u64| {
            done += bytes;
            (self.0.scene.request.events)(Event::Fetching { storage: &storage, done, of });
        };
        tell(0);
        let items = hit.entry.archives.iter();
        let fetched: Result<Vec<Archive>, Refusal> =
            items.map(|item| self.one(hit.namespace, item, &dir, &mut tell)).collect();
        // What is published is elsewhere by now; what a broken transfer left would only take space.
        let cleared = durable::remove_any(&dir).doing("clear", &dir);
        let fetched = fetched?;
        cleared?;
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
        let cancel = self.0.scene.request.cancel;
        let mut into = Digesting { file, hasher: blake3::Hasher::new(), cancel, tell };
        let name = body_name(namespace, "archives", &item.digest);
        let got = self.0.remote.storage.get(&name, item.bytes, &mut into);
        self.0.scene.request.go_on("while archives were fetched")?;
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
        match publish::publish(&self.0.scene.slot, &product, &expected) {
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
            let value = self.0.site.env.get("CARGO_BUILD_TARGET")?;
            Some(value.to_string_lossy().into_owned())
        };
        let by_config = || self.0.site.config.build_target().map(str::to_owned);
        self.0.site.profile.target.clone().or_else(by_variable).or_else(by_config)
    }

    /// The stamp of what was fetched, if the inputs are still those that were looked at.
    fn vouch(&self, hit: Hit<'_>, archives: Vec<Archive>) -> Result<Stamp, Refusal> {
        let Look { specs, environment, cutoff, snapshot, lists, .. } = hit.look;
        let request = self.0.scene.request;
        let told = self.0.scene.told();
        let evidence = observe::evidence(request.strategies, &snapshot, |_| None, &told);
        if self.0.take(&snapshot.root, &specs)?.0 != snapshot {
            return Err(Refusal::Miss("an input changed while archives were fetched".into()));
        }
        let (toolchain, toolchain_files) = self.0.scene.toolchain.record_named(None)?;
        let head = Head {
            key: self.0.scene.key.to_string(),
            generation: publish::next_generation(&self.0.scene.slot, None),
            profile: self.0.scene.profile_facts(),
            toolchain,
            toolchain_files,
            environment,
            cutoff,
            archives,
            origin: Some(hit.origin),
            tells_place: false,
        };
        let lists = Lists { since: cutoff, ..lists };
        Ok(Stamp { head, specs, snapshot, evidence, lists })
    }
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
