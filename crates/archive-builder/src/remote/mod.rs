//! Archives that many machines share, on storage that exists.
//!
//! What an archive is made from has an identity that depends on no time and no place ([`identity`]). Where one is
//! stale here, the storage is asked for that identity before cargo is; what it gives is checked, published by the
//! code that publishes a build, and stamped. What was built here is put there afterwards.
//!
//! ```text
//! <namespace>/closures/<closure>    what builds of this closure read: paths, variables, compilers
//! <namespace>/entries/<identity>    signed: the archives that were made from exactly these inputs
//! <namespace>/archives/<digest>     their bytes
//! ```
//! Checking never comes here: the storage is asked by a build that found something stale, and by no one else.

pub mod storage;
pub mod trust;
pub mod upload;

use std::sync::Arc;

pub use freshness_core::Origin;

use self::storage::Storage;
use self::trust::{Keys, Namespace};

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
    /// It could not be asked, or what it gave was refused; why, in words.
    Failed(String),
}
