//! A stamp as it lies on disk: plain structures, apart from the words of the domain.
//!
//! They are apart so that a renamed field in the domain is not a new format by accident. Any change
//! here raises the version of [`FORMAT`].

use bincode::{Decode, Encode};

use crate::input::{InputSpec, Pattern};
use crate::listing::Listing;
use crate::path::InputPath;
use crate::snapshot::{self, Kind, Target, Timestamp};
use crate::strategy::Evidence;
use crate::sys::{bytes_of_path, path_of_bytes};

use super::Digest;
use super::codec::Format;

/// The format of a stamp.
pub const FORMAT: Format = Format { magic: *b"freshstp", version: 2 };

/// See [`super::Stamp`].
#[derive(Debug, Encode, Decode)]
pub struct Stamp {
    key: String,
    generation: u64,
    profile: Vec<(String, Option<String>)>,
    toolchain: Vec<(String, Option<String>)>,
    toolchain_files: Vec<SealedFile>,
    environment: Vec<(String, Option<Digest>)>,
    specs: Vec<(Place, String)>,
    cutoff: Time,
    root: Vec<u8>,
    entries: Vec<(Vec<u8>, State)>,
    evidence: Vec<(String, u32, Vec<u8>)>,
    archives: Vec<(String, String, SealedFile)>,
}

#[derive(Debug, Encode, Decode)]
struct SealedFile {
    path: Vec<u8>,
    meta: Meta,
    digest: Digest,
}

#[derive(Debug, Encode, Decode)]
enum Place {
    Path(Vec<u8>),
    Tree(Vec<u8>, Vec<Vec<u8>>),
    Glob(Vec<u8>, String, Vec<Vec<u8>>),
    Followed(Vec<u8>, Vec<Vec<u8>>),
    Package(Vec<u8>, Vec<Vec<u8>>, Rules),
    Modules(Vec<u8>, Vec<String>),
}

#[derive(Debug, Encode, Decode)]
enum Rules {
    Included(Vec<String>),
    Visible(Vec<String>),
    Versioned(Vec<u8>, Vec<String>),
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
struct Time(i64, u32);

#[derive(Debug, Encode, Decode)]
struct Meta {
    kind: u8,
    len: u64,
    mtime: Time,
    ctime: Time,
    inode: u64,
}

#[derive(Debug, Encode, Decode)]
enum State {
    Absent,
    Unreadable(String),
    Here(Meta),
    Link(Vec<u8>, Meta, LinkTarget),
}

#[derive(Debug, Encode, Decode)]
enum LinkTarget {
    Nowhere,
    Unreadable(String),
    There(Meta),
}

/// The codes of kinds on disk, in the order of their numbers.
const KINDS: [Kind; 6] =
    [Kind::File, Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device];

impl From<&super::Stamp> for Stamp {
    fn from(stamp: &super::Stamp) -> Self {
        let facts = |facts: &[super::Fact]| {
            facts.iter().map(|f| (f.name.clone(), f.value.clone())).collect()
        };
        Self {
            key: stamp.key.clone(),
            generation: stamp.generation,
            profile: facts(&stamp.profile),
            toolchain: facts(&stamp.toolchain),
            toolchain_files: stamp.toolchain_files.iter().map(SealedFile::from).collect(),
            environment: stamp.environment.iter().map(|e| (e.name.clone(), e.digest)).collect(),
            specs: stamp.specs.iter().map(|s| (Place::from(&s.pattern), s.why.clone())).collect(),
            cutoff: stamp.cutoff.into(),
            root: bytes_of_path(&stamp.snapshot.root).to_vec(),
            entries: (stamp.snapshot.entries.iter())
                .map(|(path, state)| (bytes_of_path(path.as_path()).to_vec(), state.into()))
                .collect(),
            evidence: (stamp.evidence.iter())
                .map(|e| (e.strategy.clone(), e.version, e.bytes.clone()))
                .collect(),
            archives: (stamp.archives.iter())
                .map(|a| (a.package.clone(), a.kind.clone(), SealedFile::from(&a.file)))
                .collect(),
        }
    }
}

impl TryFrom<Stamp> for super::Stamp {
    type Error = &'static str;

    fn try_from(disk: Stamp) -> Result<Self, Self::Error> {
        let facts = |facts: Vec<(String, Option<String>)>| {
            facts.into_iter().map(|(name, value)| super::Fact { name, value }).collect()
        };
        let mut entries = Vec::with_capacity(disk.entries.len());
        for (path, state) in disk.entries {
            let path = InputPath::from_recorded(path_of_bytes(path));
            if entries.last().is_some_and(|(last, _)| *last >= path) {
                return Err("the stamp's inputs are out of order");
            }
            entries.push((path, state.try_into()?));
        }
        Ok(Self {
            key: disk.key,
            generation: disk.generation,
            profile: facts(disk.profile),
            toolchain: facts(disk.toolchain),
            toolchain_files: sealed_files(disk.toolchain_files)?,
            environment: (disk.environment.into_iter())
                .map(|(name, digest)| super::EnvFact { name, digest })
                .collect(),
            specs: (disk.specs.into_iter())
                .map(|(place, why)| InputSpec { pattern: place.into(), why })
                .collect(),
            cutoff: disk.cutoff.into(),
            snapshot: snapshot::Snapshot { root: path_of_bytes(disk.root), entries },
            evidence: (disk.evidence.into_iter())
                .map(|(strategy, version, bytes)| Evidence { strategy, version, bytes })
                .collect(),
            archives: (disk.archives.into_iter())
                .map(|(package, kind, file)| {
                    Ok(super::Archive { package, kind, file: file.try_into()? })
                })
                .collect::<Result<_, Self::Error>>()?,
        })
    }
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
        let kind = KINDS.iter().zip(0..).find(|(kind, _)| **kind == meta.kind);
        Self {
            kind: kind.map_or(u8::MAX, |(_, code)| code),
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

impl From<&snapshot::State> for State {
    fn from(state: &snapshot::State) -> Self {
        match state {
            snapshot::State::Absent => State::Absent,
            snapshot::State::Unreadable(why) => State::Unreadable(why.clone()),
            snapshot::State::Here(meta) => State::Here((*meta).into()),
            snapshot::State::Link { text, own, target } => State::Link(
                bytes_of_path(text.as_ref()).to_vec(),
                (*own).into(),
                match target {
                    Target::Nowhere => LinkTarget::Nowhere,
                    Target::Unreadable(why) => LinkTarget::Unreadable(why.clone()),
                    Target::There(meta) => LinkTarget::There((*meta).into()),
                },
            ),
        }
    }
}

impl TryFrom<State> for snapshot::State {
    type Error = &'static str;

    fn try_from(state: State) -> Result<Self, Self::Error> {
        Ok(match state {
            State::Absent => snapshot::State::Absent,
            State::Unreadable(why) => snapshot::State::Unreadable(why),
            State::Here(meta) => snapshot::State::Here(meta.try_into()?),
            State::Link(text, own, target) => snapshot::State::Link {
                text: path_of_bytes(text).into_os_string(),
                own: own.try_into()?,
                target: match target {
                    LinkTarget::Nowhere => Target::Nowhere,
                    LinkTarget::Unreadable(why) => Target::Unreadable(why),
                    LinkTarget::There(meta) => Target::There(meta.try_into()?),
                },
            },
        })
    }
}
