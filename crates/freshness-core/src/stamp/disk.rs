//! The head of a stamp as it lies on disk: plain structures, apart from the words of the domain.
//!
//! They are apart so that a renamed field in the domain is not a new format by accident. Any change
//! here, or in [`super::table`], raises the version of [`FORMAT`].

use bincode::{Decode, Encode};

use crate::input::Pattern;
use crate::listing::Listing;
use crate::snapshot::{self, Timestamp};
use crate::sys::{bytes_of_path, path_of_bytes};

use super::Digest;
use super::codec::Format;
use super::table::{KINDS, number};

/// The format of a stamp.
pub const FORMAT: Format = Format { magic: *b"freshstp", version: 5 };

/// See [`super::Head`]; the rest says how to read the chunks that follow it.
#[derive(Debug, Encode, Decode)]
pub struct Head {
    pub key: String,
    pub generation: u64,
    pub profile: Vec<(String, Option<String>)>,
    pub toolchain: Vec<(String, Option<String>)>,
    pub toolchain_files: Vec<SealedFile>,
    pub environment: Vec<(String, Option<Digest>)>,
    pub archives: Vec<(String, String, SealedFile)>,
    /// Storage, namespace, identity, signer.
    pub origin: Option<[String; 4]>,
    pub tells_place: bool,
    pub cutoff: Time,
    pub root: Vec<u8>,
    /// Specifications that are not one of the inputs in the table, named.
    pub specs: Vec<(Place, String)>,
    /// Why inputs of the table are named, and which of these reasons each has, by number.
    pub whys: Vec<String>,
    pub sets: Vec<Vec<u32>>,
    /// Name, version and bytes for each input, in the order in which they stand behind it.
    pub evidence: Vec<(String, u32, u32)>,
    pub lists: Lists,
    /// How many inputs the table holds, and the length and CRC-32 of each of its chunks.
    pub inputs: u64,
    pub chunks: Vec<(u32, u32)>,
}

/// See [`crate::lists::Lists`].
#[derive(Debug, Encode, Decode)]
pub struct Lists {
    pub tagged: Vec<(Vec<u8>, bool)>,
    pub rules: Vec<(Vec<u8>, Option<Meta>)>,
    pub complete: bool,
    pub since: Time,
}

#[derive(Debug, Encode, Decode)]
pub struct SealedFile {
    path: Vec<u8>,
    meta: Meta,
    digest: Digest,
}

/// A pattern as records hold it: paths as bytes.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Place {
    /// See [`Pattern::Path`].
    Path(Vec<u8>),
    /// See [`Pattern::Tree`].
    Tree(Vec<u8>, Vec<Vec<u8>>),
    /// See [`Pattern::Glob`].
    Glob(Vec<u8>, String, Vec<Vec<u8>>),
    /// See [`Pattern::Followed`].
    Followed(Vec<u8>, Vec<Vec<u8>>),
    /// See [`Pattern::Package`].
    Package(Vec<u8>, Vec<Vec<u8>>, Rules),
    /// See [`Pattern::Modules`].
    Modules(Vec<u8>, Vec<String>),
    /// See [`Pattern::Selected`].
    Selected(Vec<u8>, Vec<u8>, Vec<Vec<u8>>, Vec<Vec<u8>>),
}

#[derive(Clone, Debug, Encode, Decode)]
pub enum Rules {
    Included(Vec<String>),
    Visible(Vec<String>),
    Versioned(Vec<u8>, Vec<String>),
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
pub struct Time(i64, u32);

#[derive(Clone, Copy, Debug, Encode, Decode)]
pub struct Meta {
    kind: u8,
    len: u64,
    mtime: Time,
    ctime: Time,
    inode: u64,
}

impl From<&super::Head> for Head {
    fn from(head: &super::Head) -> Self {
        let facts = |facts: &[super::Fact]| {
            facts.iter().map(|f| (f.name.clone(), f.value.clone())).collect()
        };
        Self {
            key: head.key.clone(),
            generation: head.generation,
            profile: facts(&head.profile),
            toolchain: facts(&head.toolchain),
            toolchain_files: head.toolchain_files.iter().map(SealedFile::from).collect(),
            environment: head.environment.iter().map(|e| (e.name.clone(), e.digest)).collect(),
            archives: (head.archives.iter())
                .map(|a| (a.package.clone(), a.kind.clone(), SealedFile::from(&a.file)))
                .collect(),
            tells_place: head.tells_place,
            origin: head.origin.clone().map(|o| [o.storage, o.namespace, o.identity, o.signer]),
            cutoff: head.cutoff.into(),
            root: Vec::new(),
            specs: Vec::new(),
            whys: Vec::new(),
            sets: Vec::new(),
            evidence: Vec::new(),
            lists: Lists {
                tagged: Vec::new(),
                rules: Vec::new(),
                complete: false,
                since: Time(0, 0),
            },
            inputs: 0,
            chunks: Vec::new(),
        }
    }
}

impl Head {
    /// The part that is not about the table.
    pub fn take(&mut self) -> Result<super::Head, &'static str> {
        let facts = |facts: Vec<(String, Option<String>)>| {
            facts.into_iter().map(|(name, value)| super::Fact { name, value }).collect()
        };
        let taken = std::mem::take;
        Ok(super::Head {
            key: std::mem::take(&mut self.key),
            generation: self.generation,
            profile: facts(taken(&mut self.profile)),
            toolchain: facts(taken(&mut self.toolchain)),
            toolchain_files: sealed_files(std::mem::take(&mut self.toolchain_files))?,
            environment: (std::mem::take(&mut self.environment).into_iter())
                .map(|(name, digest)| super::EnvFact { name, digest })
                .collect(),
            archives: (std::mem::take(&mut self.archives).into_iter())
                .map(|(package, kind, file)| {
                    Ok(super::Archive { package, kind, file: file.try_into()? })
                })
                .collect::<Result<_, &'static str>>()?,
            origin: taken_origin(self.origin.take()),
            tells_place: self.tells_place,
            cutoff: self.cutoff.into(),
        })
    }
}

fn taken_origin(origin: Option<[String; 4]>) -> Option<super::Origin> {
    let [storage, namespace, identity, signer] = origin?;
    Some(super::Origin { storage, namespace, identity, signer })
}

fn sealed_files(files: Vec<SealedFile>) -> Result<Vec<super::SealedFile>, &'static str> {
    files.into_iter().map(TryInto::try_into).collect()
}

impl From<&super::SealedFile> for SealedFile {
    fn from(file: &super::SealedFile) -> Self {
        Self {
            path: bytes_of_path(&file.path).to_vec(),
            meta: file.meta.into(),
            digest: file.digest,
        }
    }
}

impl TryFrom<SealedFile> for super::SealedFile {
    type Error = &'static str;

    fn try_from(file: SealedFile) -> Result<Self, Self::Error> {
        Ok(Self {
            path: path_of_bytes(file.path),
            meta: file.meta.try_into()?,
            digest: file.digest,
        })
    }
}

impl From<&Pattern> for Place {
    fn from(pattern: &Pattern) -> Self {
        let all = |paths: &[std::path::PathBuf]| {
            paths.iter().map(|p| bytes_of_path(p).to_vec()).collect()
        };
        match pattern {
            Pattern::Path(path) => Place::Path(bytes_of_path(path).to_vec()),
            Pattern::Tree { dir, skip } => Place::Tree(bytes_of_path(dir).to_vec(), all(skip)),
            Pattern::Followed { dir, skip } => {
                Place::Followed(bytes_of_path(dir).to_vec(), all(skip))
            }
            Pattern::Package { dir, skip, listing } => {
                Place::Package(bytes_of_path(dir).to_vec(), all(skip), listing.into())
            }
            Pattern::Modules { dir, names } => {
                Place::Modules(bytes_of_path(dir).to_vec(), names.clone())
            }
            Pattern::Glob { base, glob, skip } => {
                Place::Glob(bytes_of_path(base).to_vec(), glob.clone(), all(skip))
            }
            Pattern::Selected { base, top, entries, skip } => {
                let (base, top) = (bytes_of_path(base).to_vec(), bytes_of_path(top).to_vec());
                Place::Selected(base, top, all(entries), all(skip))
            }
        }
    }
}

impl From<Place> for Pattern {
    fn from(place: Place) -> Self {
        let all = |paths: Vec<Vec<u8>>| paths.into_iter().map(path_of_bytes).collect();
        match place {
            Place::Path(path) => Pattern::Path(path_of_bytes(path)),
            Place::Tree(dir, skip) => Pattern::Tree { dir: path_of_bytes(dir), skip: all(skip) },
            Place::Followed(dir, skip) => {
                Pattern::Followed { dir: path_of_bytes(dir), skip: all(skip) }
            }
            Place::Package(dir, skip, rules) => {
                Pattern::Package { dir: path_of_bytes(dir), skip: all(skip), listing: rules.into() }
            }
            Place::Modules(dir, names) => Pattern::Modules { dir: path_of_bytes(dir), names },
            Place::Glob(base, glob, skip) => {
                Pattern::Glob { base: path_of_bytes(base), glob, skip: all(skip) }
            }
            Place::Selected(base, top, entries, skip) => Pattern::Selected {
                base: path_of_bytes(base),
                top: path_of_bytes(top),
                entries: all(entries),
                skip: all(skip),
            },
        }
    }
}

impl From<&Listing> for Rules {
    fn from(listing: &Listing) -> Self {
        match listing {
            Listing::Included(rules) => Rules::Included(rules.clone()),
            Listing::Visible(rules) => Rules::Visible(rules.clone()),
            Listing::Versioned { top, excluded } => {
                Rules::Versioned(bytes_of_path(top).to_vec(), excluded.clone())
            }
        }
    }
}

impl From<Rules> for Listing {
    fn from(rules: Rules) -> Self {
        match rules {
            Rules::Included(rules) => Listing::Included(rules),
            Rules::Visible(rules) => Listing::Visible(rules),
            Rules::Versioned(top, excluded) => {
                Listing::Versioned { top: path_of_bytes(top), excluded }
            }
        }
    }
}

impl From<Timestamp> for Time {
    fn from(time: Timestamp) -> Self {
        Self(time.secs, time.nanos)
    }
}

impl From<Time> for Timestamp {
    fn from(Time(secs, nanos): Time) -> Self {
        Self { secs, nanos }
    }
}

impl From<snapshot::Meta> for Meta {
    fn from(meta: snapshot::Meta) -> Self {
        Self {
            kind: number(meta.kind),
            len: meta.len,
            mtime: meta.mtime.into(),
            ctime: meta.ctime.into(),
            inode: meta.inode,
        }
    }
}

impl TryFrom<Meta> for snapshot::Meta {
    type Error = &'static str;

    fn try_from(meta: Meta) -> Result<Self, Self::Error> {
        let kind = KINDS.get(usize::from(meta.kind)).ok_or("the stamp names an unknown kind")?;
        Ok(Self {
            kind: *kind,
            len: meta.len,
            mtime: meta.mtime.into(),
            ctime: meta.ctime.into(),
            inode: meta.inode,
        })
    }
}
