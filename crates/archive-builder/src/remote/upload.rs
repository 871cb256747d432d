//! Puts what was built here where other machines find it, after the answer was given.
//!
//! An upload begins with a look: only what is exactly as the stamp recorded it has the identity that the archives
//! were made from. The archives go first, then the entry that names them, then the shape that leads to it: who
//! reads meanwhile finds all of it or nothing, and an upload that is killed leaves bodies that no one names.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use freshness_core::spread::UNTOLD;
use freshness_core::sys::{self, Links};
use freshness_core::{Archive, Digest, InputSpec, Snapshot, Stamp, Work, discover};

use crate::cancel::Cancel;
use crate::cargo_config::CargoConfig;
use crate::contents::Contents;
use crate::decide::Scene;
use crate::environment::Environment;
use crate::error::BuildError;
use crate::key::{Key, Tool};
use crate::profile::Profile;
use crate::request::Request;
use crate::slot::Slot;
use crate::toolchain::Toolchain;

use super::closure::Closure;
use super::entry::{self, Entry, Item};
use super::identity::identity;
use super::made::Made;
use super::places::Places;
use super::shape::{self, MAX_MANIFEST_BYTES, Manifest, Shape};
use super::storage::{Body, StorageError};
use super::surroundings::Surroundings;
use super::trust::SecretKey;
use super::{Asked, Remote, Site, body_name, hex};

/// How often a manifest is written again that another machine replaced meanwhile.
const MAX_MERGES: u32 = 8;

/// What is to be put: a stamp's archives. Owns all that it needs, so that any thread may do it.
#[derive(Debug)]
pub struct Upload {
    remote: Arc<Remote>,
    profile: Profile,
    tool: Tool,
    workspace: PathBuf,
    store: PathBuf,
    env: Environment,
    stamp: Stamp,
    /// Whether what is there under these names was refused, and is replaced.
    replaces: bool,
}

/// How an upload went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// The archives are there now.
    Put {
        /// The identity that they are found by: 64 hexadecimal digits.
        identity: String,
        /// How many there are.
        archives: usize,
        /// How many bytes were sent.
        bytes: u64,
    },
    /// They were there.
    AlreadyThere {
        /// The identity that they are found by.
        identity: String,
    },
    /// They were not put, and why.
    Not {
        /// In words.
        because: String,
    },
}

/// Why an upload ends before its end.
enum Stop {
    Not(String),
    Storage(StorageError),
    Error(BuildError),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<BuildError> for Stop {
    fn from(error: BuildError) -> Self {
        Self::Error(error)
    }
}

/// What is put, and under which names.
struct Parcel {
    closure: Closure,
    identity: Digest,
    shape: Shape,
    archives: Vec<(Item, PathBuf)>,
}

/// The upload of what is fresh here.
///
/// # Errors
/// Those of a check; [`BuildError::Remote`] where it is stale, or there is no storage that is written.
pub fn upload(request: &Request<'_>) -> Result<Upload, BuildError> {
    let remote = request.remote.ok_or_else(no_storage)?;
    let scene = Scene::look(request)?;
    let decision = scene.decide(request.strategy)?;
    let fresh = decision.stamp.filter(|_| decision.verdict.is_fresh());
    let stamp = fresh.and_then(|record| record.load().ok()).ok_or_else(|| BuildError::Remote {
        problem: "the archives here are stale".into(),
        hint: "run `freshness build` first",
    })?;
    Ok(Upload::new(request, remote, stamp, &Asked::No))
}

/// There is no storage to speak of.
pub(crate) fn no_storage() -> BuildError {
    BuildError::Remote {
        problem: "the configuration names no storage".into(),
        hint: "add a [remote] with `url` to freshness.toml",
    }
}

impl Upload {
    /// Of this stamp's archives; `asked` is what the storage had to do with them.
    pub(crate) fn new(
        request: &Request<'_>,
        remote: &Arc<Remote>,
        stamp: Stamp,
        asked: &Asked,
    ) -> Self {
        Self {
            remote: Arc::clone(remote),
            profile: request.profile.clone(),
            tool: request.tool.clone(),
            workspace: request.workspace.to_path_buf(),
            store: request.store.to_path_buf(),
            env: request.env.clone(),
            stamp,
            replaces: matches!(asked, Asked::Refused(_)),
        }
    }

    /// Puts the archives, unless they are there. Ends within the storage's own bounds.
    ///
    /// # Errors
    /// [`BuildError::Storage`]; the caller wants no more.
    pub fn run(&self, cancel: &Cancel) -> Result<Uploaded, BuildError> {
        match self.try_run(cancel) {
            Ok(uploaded) => Ok(uploaded),
            Err(Stop::Not(because)) => Ok(Uploaded::Not { because }),
            Err(Stop::Storage(error)) => Err(error.into()),
            Err(Stop::Error(error)) => Err(error),
        }
    }

    /// The identity of what would be put, and whether it is there.
    ///
    /// # Errors
    /// In words, why there is no telling.
    pub(crate) fn is_stored(&self) -> Result<(String, bool), String> {
        let parcel = self.parcel().map_err(|stop| match stop {
            Stop::Not(because) => because,
            Stop::Storage(error) => error.to_string(),
            Stop::Error(error) => error.to_string(),
        })?;
        let is_there = self.is_there(&parcel).map_err(|error| error.to_string())?;
        Ok((hex(&parcel.identity), is_there))
    }

    fn try_run(&self, cancel: &Cancel) -> Result<Uploaded, Stop> {
        let not = |why: &str| Stop::Not(why.to_owned());
        let remote = &*self.remote;
        let secret = match &remote.keys.secret {
            _ if !remote.writes => return Err(not("the storage is read only: `mode` says so")),
            None => return Err(not("there is no key to sign with: set FRESHNESS_REMOTE_KEY")),
            Some(secret) => secret,
        };
        if self.stamp.head.origin.is_some() {
            // Who signs says that it was built here.
            return Err(not("they were fetched, not built here"));
        }
        let parcel = self.parcel()?;
        let longest = parcel.archives.iter().map(|(item, _)| item.bytes).max().unwrap_or(0);
        if longest > remote.max_archive_bytes {
            let most = remote.max_archive_bytes;
            return Err(Stop::Not(format!("an archive has {longest} bytes, more than {most}")));
        }
        let identity = hex(&parcel.identity);
        let is_there = !self.replaces && self.is_there(&parcel)?;
        let mut bytes = 0;
        if !is_there {
            for (item, path) in &parcel.archives {
                cancel.check(&self.workspace, "while archives were put into a storage")?;
                bytes += self.put(item, path)?;
            }
            let archives = parcel.archives.iter().map(|(item, _)| item.clone()).collect();
            let entry = Entry { identity: parcel.identity, archives };
            let entry = entry.encode().map_err(BuildError::from)?;
            let sealed = secret.seal(entry::KIND, &remote.namespace, entry);
            let name = body_name(&remote.namespace, "entries", &parcel.identity);
            remote.storage.put(&name, Body::Bytes(&sealed))?;
        }
        self.remember(&parcel, secret, cancel)?;
        Ok(match is_there {
            true => Uploaded::AlreadyThere { identity },
            false => Uploaded::Put { identity, archives: parcel.archives.len(), bytes },
        })
    }

    /// What is put: told anew from what is here now, which must be what the stamp recorded.
    fn parcel(&self) -> Result<Parcel, Stop> {
        let changed = || Stop::Not("an input changed since the build".into());
        let config = {
            let home = self.env.cargo_home(&self.workspace);
            CargoConfig::read(&self.workspace, home.as_deref())
        };
        let toolchain = Toolchain::choose(&self.env, &config, &self.workspace);
        let site = self.site(&config, &toolchain);
        let head = &self.stamp.head;
        let differs = toolchain.compare(head, &mut Work::default());
        if !differs.reasons.is_empty() || !self.env.compare(&head.environment).is_empty() {
            return Err(changed());
        }
        let closure = Closure::of(&site).map_err(Stop::Not)?;
        let surroundings = Surroundings::look(&site).map_err(Stop::Not)?;
        let root = &self.stamp.snapshot.root;
        if closure.root(&site) != root {
            return Err(Stop::Not("the lock file is not in the workspace's root".into()));
        }
        if self.take(&site)? != self.stamp.snapshot {
            return Err(changed());
        }
        if let Some(path) = self.stamp.snapshot.racy(head.cutoff) {
            return Err(Stop::Not(format!("{path} was written in the moment of the build")));
        }
        let contents = Contents::read(&self.stamp.snapshot, head.cutoff, None, UNTOLD);
        let places = Places::of(&site, root);
        let archives = self.archives();
        let made = Made { site, stamp: &self.stamp, places: &places };
        let files = archives.iter().map(|(_, path)| path.clone());
        let place = made.serves_only_in(files).map_err(Stop::Not)?;
        let shape = Shape::of(&self.stamp, &places, &surroundings, place);
        let shape = shape.ok_or_else(|| Stop::Not("no compiler is named here".into()))?;
        let specs = shape.specs(&places).map_err(Stop::Not)?;
        let inputs = discover(root, &specs).map_err(BuildError::from)?;
        let told = (&inputs, &contents, &places);
        let identity = identity(&closure, &shape, &surroundings, &head.environment, told);
        let identity = identity.map_err(Stop::Not)?;
        if self.take(&site)? != self.stamp.snapshot {
            return Err(changed());
        }
        let items = archives.into_iter().map(|(archive, path)| Some((Item::new(archive)?, path)));
        let archives = items.collect::<Option<Vec<_>>>();
        let archives = archives.ok_or_else(|| Stop::Not("a file's name is not UTF-8".into()))?;
        Ok(Parcel { closure, identity, shape, archives })
    }

    fn site<'a>(&'a self, config: &'a CargoConfig, toolchain: &'a Toolchain) -> Site<'a> {
        let Self { profile, tool, workspace, store, env, .. } = self;
        Site { profile, tool, workspace, store, env, config, toolchain }
    }

    fn take(&self, site: &Site<'_>) -> Result<Snapshot, BuildError> {
        let here: Vec<InputSpec> = site.specs_here();
        let specs = here.iter().chain(&self.stamp.specs);
        Ok(Snapshot::take(discover(&self.stamp.snapshot.root, specs)?))
    }

    /// The archives, and where they are.
    fn archives(&self) -> Vec<(&Archive, PathBuf)> {
        let slot = self.slot();
        let archives = self.stamp.head.archives.iter();
        archives.map(|archive| (archive, slot.dir().join(&archive.file.path))).collect()
    }

    fn slot(&self) -> Slot {
        let key = Key::derive(&self.profile, &self.tool, &self.workspace, &self.store);
        Slot::new(&self.store, &key)
    }

    /// Whether an entry that we would believe names archives that are there.
    fn is_there(&self, parcel: &Parcel) -> Result<bool, StorageError> {
        let remote = &*self.remote;
        let name = body_name(&remote.namespace, "entries", &parcel.identity);
        let Some(sealed) = remote.bytes(&name, entry::MAX_BYTES)? else { return Ok(false) };
        let opened = remote.open(entry::KIND, &remote.namespace, &sealed);
        let entry = opened.and_then(|(body, _)| Entry::decode(body, &parcel.identity));
        let Ok(entry) = entry else { return Ok(false) };
        for item in &entry.archives {
            let name = body_name(&remote.namespace, "archives", &item.digest);
            if remote.storage.length(&name)? != Some(item.bytes) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts one archive, unless it is there; how many bytes that took.
    fn put(&self, item: &Item, path: &Path) -> Result<u64, Stop> {
        let remote = &*self.remote;
        let name = body_name(&remote.namespace, "archives", &item.digest);
        if !self.replaces && remote.storage.length(&name)? == Some(item.bytes) {
            return Ok(0);
        }
        let file = sys::open_regular(path, Links::Refuse);
        let mut file =
            file.map_err(|error| Stop::Not(format!("{} cannot be read: {error}", path.display())))?;
        remote.storage.put(&name, Body::File(&mut file, item.bytes))?;
        Ok(item.bytes)
    }

    /// Adds the shape to the manifests of its closure.
    fn remember(&self, parcel: &Parcel, secret: &SecretKey, cancel: &Cancel) -> Result<(), Stop> {
        let shape = parcel.shape.encode().map_err(BuildError::from)?;
        let sealed = secret.seal(shape::KIND, &self.remote.namespace, shape);
        let digest = parcel.shape.digest().map_err(BuildError::from)?;
        for family in parcel.closure.families() {
            let name = body_name(&self.remote.namespace, "closures", family);
            self.add(&name, digest, &sealed, cancel)?;
        }
        Ok(())
    }

    /// Adds a shape to a manifest. Two machines may both read it and both write it, and one shape is lost then: so
    /// it is looked for afterwards, and added again.
    fn add(&self, name: &str, shape: Digest, sealed: &[u8], cancel: &Cancel) -> Result<(), Stop> {
        let remote = &*self.remote;
        let is_it = |sealed: &Vec<u8>| {
            let opened = remote.open(shape::KIND, &remote.namespace, sealed);
            opened
                .and_then(|(body, _)| Shape::decode(body))
                .is_ok_and(|s| s.digest().is_ok_and(|digest| digest == shape))
        };
        for merge in 0..MAX_MERGES {
            cancel.check(&self.workspace, "while archives were put into a storage")?;
            let bytes = remote.bytes(name, MAX_MANIFEST_BYTES)?;
            let manifest =
                bytes.and_then(|bytes| Manifest::decode(&bytes).ok()).unwrap_or_default();
            if manifest.shapes.iter().any(is_it) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(u64::from(merge) * jitter()));
            let merged = manifest.with(sealed.to_vec()).map_err(BuildError::from)?;
            remote.storage.put(name, Body::Bytes(&merged))?;
        }
        Err(Stop::Not("other machines kept replacing what leads to it; try again".into()))
    }
}

/// Between 1 and 32, and most likely another on another machine.
fn jitter() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) % 32 + 1
}
