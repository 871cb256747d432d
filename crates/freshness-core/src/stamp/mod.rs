//! The record that a build leaves, and how it is read back.
//!
//! A stamp vouches for archives: it names their bytes, and everything they were built from as it
//! was. It may be missing, torn, foreign or from the future; each is a reason to build and never an
//! error. Writing it is the builder's (the order of that matters and is told where it is done).

pub mod codec;
mod disk;
mod layout;
pub mod record;
pub mod table;
mod writer;

use std::path::{Path, PathBuf};

use crate::input::InputSpec;
use crate::lists::Lists;
use crate::snapshot::{Meta, Snapshot, Timestamp};
use crate::strategy::{Evidence, Recorded, StrategyId};
use crate::verdict::Reason;

pub use disk::Place;
pub use record::Record;

/// Whether a file that begins with these bytes may be a stamp, whole or not, of whatever version.
#[must_use]
pub fn is_begun_by(bytes: &[u8]) -> bool {
    bytes.starts_with(&disk::FORMAT.magic)
}

/// A digest of contents, 32 bytes. This crate stores and compares digests; it computes none.
pub type Digest = [u8; 32];

/// A named value, in clear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// Its value; `None` where it was not set, and that matters.
    pub value: Option<String>,
}

/// A variable and the digest of its value; values themselves are not stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvFact {
    /// The variable.
    pub name: String,
    /// The digest of its value; `None` where it was not set.
    pub digest: Option<Digest>,
}

/// A file whose bytes are vouched for: believed while its stat is as recorded, read where not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Its absolute path, or for an archive its path inside the slot.
    pub path: PathBuf,
    /// Its stat when it was sealed.
    pub meta: Meta,
    /// The digest of its content.
    pub digest: Digest,
}

/// A published archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The package that produces it.
    pub package: String,
    /// What it is: `staticlib`, `llvm-bc`.
    pub kind: String,
    /// The published copy, relative to the slot.
    pub file: SealedFile,
}

/// What a stamp says beside its inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The slot's key, in hexadecimal.
    pub key: String,
    /// Counts the builds of this slot.
    pub generation: u64,
    /// The whole profile in clear, so that a collision or a foreign slot is noticed.
    pub profile: Vec<Fact>,
    /// What was known about the compiler beyond its files.
    pub toolchain: Vec<Fact>,
    /// The compiler's files.
    pub toolchain_files: Vec<SealedFile>,
    /// The environment that the build read.
    pub environment: Vec<EnvFact>,
    /// The instant before the build's first read.
    pub cutoff: Timestamp,
    /// What was published.
    pub archives: Vec<Archive>,
    /// Where that came from, if not from a build here.
    pub origin: Option<Origin>,
    /// Whether what was compiled asked where it lies, so that it may be another elsewhere.
    pub tells_place: bool,
}

/// Where archives came from that were not built here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The storage, for people, without credentials, as it was when they came.
    pub storage: String,
    /// The namespace that they were found in.
    pub namespace: String,
    /// The identity that they were found by: 64 hexadecimal digits.
    pub identity: String,
    /// The public key of who signed them: 64 hexadecimal digits.
    pub signer: String,
}

/// The record that a build leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What it says beside its inputs.
    pub head: Head,
    /// Where the inputs are.
    pub specs: Vec<InputSpec>,
    /// The inputs as they were.
    pub snapshot: Snapshot,
    /// The evidence of every strategy.
    pub evidence: Vec<Evidence>,
    /// What was listed to find the inputs.
    pub lists: Lists,
}

impl Stamp {
    /// What this stamp recorded for `strategy`, if it has evidence in that version.
    #[must_use]
    pub fn recorded(&self, strategy: StrategyId) -> Option<Recorded<'_>> {
        Recorded::find(strategy, &self.evidence, &self.snapshot, self.head.cutoff)
    }

    /// The bytes to write.
    ///
    /// # Errors
    /// A stamp beyond the size that is read back.
    pub fn encode(&self) -> Result<Vec<u8>, codec::TooLarge> {
        layout::encode(self)
    }

    /// The stamp that [`Stamp::encode`] gave, for records that hold one.
    ///
    /// # Errors
    /// Anything but one whole stamp of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, codec::Undecodable> {
        let record = Record::of_bytes(bytes.to_vec())?;
        record.load().map_err(|_| codec::Undecodable::Damaged("it is damaged"))
    }

    /// Reads the stamp at `path` whole; see [`Record::open`].
    ///
    /// # Errors
    /// The reason why there is no stamp to believe: missing, unreadable, torn, of another version.
    pub fn read(path: &Path) -> Result<Self, Reason> {
        Record::open(path)?.load().map_err(|problem| record::unreadable(path, problem))
    }
}
