//! Archives that many machines share, on storage that exists.
//!
//! What an archive is made from has an identity that depends on no time and no place (`identity.rs`). Where one is
//! stale here, the storage is asked for that identity before cargo is; what it gives is checked, published by the
//! code that publishes a build, and stamped. What was built here is put there afterwards.
//!
//! ```text
//! <namespace>/closures/<closure>    what builds of this closure read: paths, variables, compilers
//! <namespace>/entries/<identity>    signed: the archives that were made from exactly these inputs
//! <namespace>/archives/<digest>     their bytes
//! ```
//! Checking never comes here: the storage is asked by a build that found something stale, and by no one else.

mod closure;
mod entry;
pub mod fetch;
mod identity;
mod lookup;
mod made;
mod needles;
mod places;
pub mod prune;
pub(crate) mod remap;
mod shape;
pub mod status;
pub mod storage;
mod surroundings;
pub mod trust;
pub mod upload;

use std::sync::Arc;

pub use freshness_core::Origin;

use std::path::Path;

use freshness_core::stamp::codec::Undecodable;
use freshness_core::{Digest, InputSpec};

use self::storage::{Storage, StorageError};
use self::trust::{Keys, Namespace};
use crate::cargo_config::CargoConfig;
use crate::decide::Scene;
use crate::environment::Environment;
use crate::inputs;
use crate::key::Tool;
use crate::profile::Profile;
use crate::toolchain::Toolchain;

/// A storage, and on which terms it is used.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Where bodies are.
    pub storage: Arc<dyn Storage>,
    /// What is written, and read first.
    pub namespace: Namespace,
    /// What is read after it, in this order.
    pub also_read: Vec<Namespace>,
    /// Who signs, and who is believed.
    pub keys: Keys,
    /// Whether what was built here is put there.
    pub writes: bool,
    /// The longest archive that is fetched or put, in bytes.
    pub max_archive_bytes: u64,
}

/// What the storage had to do with an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// It was not asked: there is none, or nothing was stale.
    #[default]
    No,
    /// It gave the archives.
    Hit,
    /// It has none for these inputs; why, in words.
    Miss(String),
    /// It could not be asked; why, in words.
    Failed(String),
    /// What it gave is not believed; why, in words.
    Refused(String),
}

/// What an identity is told from: who asks for what, where, and what cargo would use there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    profile: &'a Profile,
    tool: &'a Tool,
    workspace: &'a Path,
    store: &'a Path,
    env: &'a Environment,
    config: &'a CargoConfig,
    toolchain: &'a Toolchain,
}

impl<'a> From<&'a Scene<'a>> for Site<'a> {
    fn from(scene: &'a Scene<'a>) -> Self {
        let request = scene.request;
        Self {
            profile: request.profile,
            tool: request.tool,
            workspace: request.workspace,
            store: request.store,
            env: request.env,
            config: &scene.config,
            toolchain: &scene.toolchain,
        }
    }
}

impl Site<'_> {
    /// What follows from where we stand: looked at, and no part of an identity by its paths.
    fn specs_here(&self) -> Vec<InputSpec> {
        inputs::up_the_tree(self.workspace, self.config)
    }
}

impl Remote {
    /// The namespaces that are read and in which someone is believed, in their order.
    fn read_namespaces(&self) -> impl Iterator<Item = &Namespace> {
        let also = self.also_read.iter().filter(|name| **name != self.namespace);
        let all = std::iter::once(&self.namespace).chain(also);
        all.filter(|namespace| self.keys.knows(namespace, &self.namespace))
    }

    /// A body of at most `limit` bytes; nothing where there is none.
    fn bytes(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, StorageError> {
        let mut bytes = Vec::new();
        let found = self.storage.get(name, limit, &mut bytes)?;
        Ok(found.map(|_| bytes))
    }

    /// What was sealed for `namespace`, opened.
    ///
    /// # Errors
    /// In words, why it is not believed.
    fn open<'b>(
        &self,
        kind: &str,
        namespace: &Namespace,
        sealed: &'b [u8],
    ) -> Result<(&'b [u8], String), String> {
        let (body, signer) = self.keys.open(kind, (namespace, &self.namespace), sealed)?;
        Ok((body, signer.to_string()))
    }
}

/// Where a body of this sort lies.
fn body_name(namespace: &Namespace, sort: &str, digest: &Digest) -> String {
    format!("{namespace}/{sort}/{}", hex(digest))
}

fn hex(digest: &Digest) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

fn undecodable(undecodable: Undecodable) -> String {
    match undecodable {
        Undecodable::Damaged(problem) => problem.to_owned(),
        Undecodable::Version(version) => {
            format!("it is of version {version}, which is not read here")
        }
    }
}

/// Decodes bytes as everything that a storage gives.
pub(crate) fn decode_anything(bytes: &[u8]) {
    let (keys, main) = (Keys::default(), "main".parse::<Namespace>());
    let _ =
        main.map(|main| keys.open(entry::KIND, (&main, &main), bytes).map(|(body, _)| body.len()));
    let _ = entry::Entry::decode(bytes, &[0; 32]);
    let _ = shape::Manifest::decode(bytes);
    let _ = shape::Shape::decode(bytes);
}
