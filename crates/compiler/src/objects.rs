//! The codegen cache: one object for each key, believed while its stat or its bytes are as sealed.
//!
//! An object lies in a file of its own, because linkers take files, and beside it a seal: length, times
//! and digest. While the stat is exactly the sealed one (it includes ctime, which no one can set) the
//! digest is taken as it is; where it differs, the bytes are read; where those differ, there is no such
//! object. Where the cache cannot be written, objects go to a temporary directory for this compile.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use freshness::{Digest, Meta, meta_of};
use tempfile::TempDir;

use crate::cache::{CacheDir, read_whole, write_whole};
use crate::codec::{Reader, Writer};
use crate::fingerprint::{digest_of, hex};
use crate::language::Feature;

/// The first bytes of a seal; counts up when what follows changes.
const MAGIC: [u8; 8] = *b"ntsseal1";

/// What is known of a stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// What it was made from.
    pub key: Digest,
    /// Its stat when it was stored.
    pub meta: Meta,
    /// The digest of its bytes.
    pub digest: Digest,
    /// What a program with this module needs of the native archives.
    pub features: BTreeSet<Feature>,
}

/// An object that can be linked.
#[derive(Clone, Debug)]
pub struct Object {
    /// Where it is.
    pub path: PathBuf,
    /// What is known of it.
    pub seal: Seal,
    /// Whether it will still be there for the next compile.
    pub is_stored: bool,
    /// How it is known.
    pub proof: Proof,
}

/// How an object is known to be what its seal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// This compile made it.
    Made,
    /// It was looked at.
    Seen,
    /// Not at all: it is to be looked at before it is used.
    None,
}

/// Where objects are.
#[derive(Debug)]
pub struct ObjectStore {
    cache: Option<CacheDir>,
    temporary_below: PathBuf,
    temporary: OnceLock<TempDir>,
    files_hashed: AtomicUsize,
}

impl ObjectStore {
    /// Objects in `cache`; what cannot be there is put below `temporary_below`.
    #[must_use]
    pub fn new(cache: Option<CacheDir>, temporary_below: PathBuf) -> Self {
        let (temporary, files_hashed) = (OnceLock::new(), AtomicUsize::new(0));
        Self { cache, temporary_below, temporary, files_hashed }
    }

    /// How many files were read because their stat did not prove them.
    #[must_use]
    pub fn files_hashed(&self) -> usize {
        self.files_hashed.load(Ordering::Relaxed)
    }

    /// The stored object of a key.
    #[must_use]
    pub fn find(&self, key: &Digest) -> Option<Object> {
        let path = self.cache.as_ref()?.object(&hex(key));
        let (bytes, _) = read_whole(&path.with_extension("seal")).ok()?;
        let seal = Seal::decode_file(&bytes).filter(|seal| seal.key == *key)?;
        self.proven(path, seal)
    }

    /// The object that a seal describes; nothing is looked at.
    #[must_use]
    pub fn sealed(&self, seal: &Seal) -> Option<Object> {
        let path = self.cache.as_ref()?.object(&hex(&seal.key));
        Some(Object { path, seal: seal.clone(), is_stored: true, proof: Proof::None })
    }

    /// The object, once it is known to be what its seal says.
    #[must_use]
    pub fn prove(&self, object: Object) -> Option<Object> {
        match object.proof {
            Proof::Made | Proof::Seen => Some(object),
            Proof::None => self.proven(object.path, object.seal),
        }
    }

    fn proven(&self, path: PathBuf, seal: Seal) -> Option<Object> {
        let meta = meta_of(&fs::symlink_metadata(&path).ok()?);
        if meta == seal.meta && meta.is_telling() {
            return Some(Object { path, seal, is_stored: true, proof: Proof::Seen });
        }
        if (meta.kind, meta.len) != (seal.meta.kind, seal.meta.len) {
            return None;
        }
        self.files_hashed.fetch_add(1, Ordering::Relaxed);
        let (bytes, meta) = read_whole(&path).ok()?;
        let is_same = digest_of(&bytes) == seal.digest;
        is_same.then_some(Object {
            path,
            seal: Seal { meta, ..seal },
            is_stored: true,
            proof: Proof::Seen,
        })
    }

    /// Stores an object, in the cache where that can be.
    ///
    /// # Errors
    /// It cannot be written anywhere.
    pub fn store(
        &self,
        key: Digest,
        bytes: &[u8],
        features: BTreeSet<Feature>,
    ) -> io::Result<Object> {
        let digest = digest_of(bytes);
        let seal = |meta| Seal { key, meta, digest, features };
        if let Some(cache) = &self.cache {
            let path = cache.object(&hex(&key));
            if let Ok(meta) = write_whole(&path, bytes) {
                let seal = seal(meta);
                // Without its seal an object is not found again; this compile has it all the same.
                let sealed = write_whole(&path.with_extension("seal"), &seal.encode_file());
                return Ok(Object { path, seal, is_stored: sealed.is_ok(), proof: Proof::Made });
            }
        }
        let path = self.temporary()?.join(hex(&key)).with_extension("o");
        let meta = write_whole(&path, bytes)?;
        Ok(Object { path, seal: seal(meta), is_stored: false, proof: Proof::Made })
    }

    /// The directory for this compile alone, if there is one, to be removed by the caller.
    #[must_use]
    pub fn into_temporary(self) -> Option<TempDir> {
        self.temporary.into_inner()
    }

    /// A directory for this compile alone.
    ///
    /// # Errors
    /// Those of making it.
    pub fn temporary(&self) -> io::Result<&Path> {
        if self.temporary.get().is_none() {
            let made =
                tempfile::Builder::new().prefix("nativets-").tempdir_in(&self.temporary_below)?;
            // Another thread may have been faster; its directory serves as well, and ours is removed.
            let _ = self.temporary.set(made);
        }
        self.temporary.get().map(TempDir::path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Seal {
    fn encode_file(&self) -> Vec<u8> {
        let mut writer = Writer(MAGIC.to_vec());
        self.encode(&mut writer);
        let check = digest_of(&writer.0);
        writer.digest(&check);
        writer.0
    }

    fn decode_file(bytes: &[u8]) -> Option<Self> {
        let (content, check) = bytes.split_last_chunk::<32>()?;
        if digest_of(content) != *check {
            return None;
        }
        Self::decode(&mut Reader(content.strip_prefix(&MAGIC)?))
    }

    /// Writes it into a record.
    pub fn encode(&self, writer: &mut Writer) {
        writer.digest(&self.key);
        writer.meta(&self.meta);
        writer.digest(&self.digest);
        encode_features(writer, &self.features);
    }

    /// Reads it from a record.
    pub fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let (key, meta, digest) = (reader.digest()?, reader.meta()?, reader.digest()?);
        Some(Self { key, meta, digest, features: decode_features(reader)? })
    }
}

/// Writes features by name.
pub fn encode_features(writer: &mut Writer, features: &BTreeSet<Feature>) {
    writer.list(features.iter(), |w, feature| w.bytes(feature.as_str().as_bytes()));
}

/// Reads features by name; one that this compiler does not know is damage.
pub fn decode_features(reader: &mut Reader<'_>) -> Option<BTreeSet<Feature>> {
    let known = |name: &str| {
        let mut builtins = crate::language::builtins().iter().map(|builtin| builtin.feature);
        builtins.find(|feature| feature.as_str() == name)
    };
    Some(reader.list(|r| known(r.text()?))?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Digest = [7; 32];

    struct World {
        dir: TempDir,
        object: Object,
    }

    impl World {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let features = BTreeSet::from([Feature::Crypto]);
            let object = store_in(&dir).store(KEY, b"object", features).unwrap();
            Self { dir, object }
        }
    }

    fn store_in(dir: &TempDir) -> ObjectStore {
        let cache = CacheDir::open(&dir.path().join("cache")).unwrap();
        ObjectStore::new(Some(cache), dir.path().to_path_buf())
    }

    fn proves(store: &ObjectStore, seal: &Seal) -> bool {
        store.sealed(seal).and_then(|object| store.prove(object)).is_some()
    }

    #[test]
    fn a_stored_object_is_found_with_its_features_and_without_being_read() {
        let world = World::new();
        let store = store_in(&world.dir);
        let found = store.find(&KEY).unwrap();
        assert_eq!((&found.path, &found.seal), (&world.object.path, &world.object.seal));
        assert_eq!(found.seal.features, BTreeSet::from([Feature::Crypto]));
        assert_eq!(store.files_hashed(), 0);
    }

    #[test]
    fn an_object_that_was_only_touched_is_read_once_and_believed() {
        let world = World::new();
        let time = filetime::FileTime::from_unix_time(1, 0);
        filetime::set_file_mtime(&world.object.path, time).unwrap();
        let store = store_in(&world.dir);
        let found = store.find(&KEY).unwrap();
        assert_eq!(store.files_hashed(), 1);
        assert!(proves(&store, &found.seal));
        assert_eq!(store.files_hashed(), 1, "its new stat proves it");
    }

    #[test]
    fn what_is_not_what_was_stored_is_a_miss() {
        let truncated = |world: &World| fs::write(&world.object.path, b"obj").unwrap();
        let empty = |world: &World| fs::write(&world.object.path, b"").unwrap();
        let same_length = |world: &World| fs::write(&world.object.path, b"0bject").unwrap();
        let gone = |world: &World| fs::remove_file(&world.object.path).unwrap();
        let damages: [&dyn Fn(&World); 4] = [&truncated, &empty, &same_length, &gone];
        for (index, damage) in damages.into_iter().enumerate() {
            let world = World::new();
            damage(&world);
            let store = store_in(&world.dir);
            assert!(store.find(&KEY).is_none(), "{index}");
            assert!(!proves(&store, &world.object.seal), "{index}");
        }
    }

    #[test]
    fn a_seal_torn_anywhere_is_a_miss() {
        let world = World::new();
        let path = world.object.path.with_extension("seal");
        let whole = fs::read(&path).unwrap();
        let store = store_in(&world.dir);
        for len in 0..whole.len() {
            fs::write(&path, &whole[..len]).unwrap();
            assert!(store.find(&KEY).is_none(), "{len} bytes");
        }
        let mut flipped = whole.clone();
        flipped[20] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(store.find(&KEY).is_none());
        fs::write(&path, &whole).unwrap();
        assert!(store.find(&KEY).is_some());
    }

    #[test]
    fn without_a_cache_objects_last_for_one_compile() {
        let dir = tempfile::tempdir().unwrap();
        let store = ObjectStore::new(None, dir.path().to_path_buf());
        let object = store.store(KEY, b"object", BTreeSet::new()).unwrap();
        assert!(!object.is_stored && object.path.exists() && store.find(&KEY).is_none());
        drop(store);
        assert!(!object.path.exists());
    }
}
