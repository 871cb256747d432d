//! A stamp on disk, read in place: its head in memory, its table left where it lies.
//!
//! Deciding needs every input once and none of them for long, so the table is read chunk by chunk, by any
//! number of threads, each chunk verified before anything in it is believed. Where the whole stamp is
//! wanted (a build starts from it) [`Record::load`] makes one.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::input::{InputSpec, Pattern};
use crate::lists::Lists;
use crate::path::InputPath;
use crate::snapshot::Snapshot;
use crate::spread::{Threads, spread};
use crate::strategy::{Evidence, StrategyId};
use crate::sys::{self, Links, path_of_bytes};
use crate::verdict::Reason;

use super::codec::{self, Undecodable};
use super::table::{Group, Reader, UNNAMED};
use super::{Head, Stamp, disk};

thread_local! {
    /// Where a thread reads one chunk after another.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Bytes of the file that are read first: the whole of most heads.
const FIRST_BYTES: usize = 16 << 10;

/// A stamp whose inputs are read when they are asked for.
#[derive(Debug)]
pub struct Record {
    /// What it says beside its inputs.
    pub head: Head,
    /// The directory that relative paths are relative to.
    pub root: PathBuf,
    table: disk::Head,
    chunks: Vec<Chunk>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    File(File),
    Memory(Vec<u8>),
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    offset: u64,
    length: usize,
    crc: u32,
}

impl Record {
    /// Opens the stamp at `path`, whose relative paths it takes to be below the root it records.
    ///
    /// # Errors
    /// The reason why there is no stamp to believe: missing, unreadable, torn, of another version.
    pub fn open(path: &Path) -> Result<Self, Reason> {
        match Self::try_open(path) {
            Ok(Ok(record)) => Ok(record),
            Ok(Err(undecodable)) => Err(undecodable.at(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Reason::NoStamp { path: path.to_path_buf() })
            }
            Err(error) => Err(unreadable(path, error.to_string())),
        }
    }

    /// Opens the stamp at `path`; `None` where what stands there is none, or is not whole.
    ///
    /// # Errors
    /// A file that is there and cannot be read now: a later try may find it whole.
    pub fn find(path: &Path) -> io::Result<Option<Self>> {
        match Self::try_open(path) {
            Ok(found) => Ok(found.ok()),
            Err(_) if !fs::symlink_metadata(path).is_ok_and(|m| m.is_file()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn try_open(path: &Path) -> io::Result<Result<Self, Undecodable>> {
        let file = sys::open_regular(path, Links::Refuse)?;
        let length = file.metadata()?.len();
        let first = |bytes: usize| {
            let mut buffer = vec![0; usize::try_from(length).unwrap_or(usize::MAX).min(bytes)];
            sys::read_at(&file, &mut buffer, 0).map(|()| buffer)
        };
        let mut bytes = first(FIRST_BYTES)?;
        match codec::first_bytes(disk::FORMAT, &bytes) {
            Ok(wanted) if wanted > bytes.len() => bytes = first(wanted)?,
            Ok(_) => {}
            Err(undecodable) => return Ok(Err(undecodable)),
        }
        Ok(Self::decode(&bytes, length, Source::File(file)))
    }

    /// The stamp that is these bytes.
    ///
    /// # Errors
    /// Anything but one whole stamp of this version.
    pub fn of_bytes(bytes: Vec<u8>) -> Result<Self, Undecodable> {
        let record = Self::decode(&bytes, bytes.len() as u64, Source::Memory(Vec::new()))?;
        Ok(Self { source: Source::Memory(bytes), ..record })
    }

    fn decode(first: &[u8], length: u64, source: Source) -> Result<Self, Undecodable> {
        let (mut table, used) = codec::decode_first::<disk::Head>(disk::FORMAT, first)?;
        let mut offset = used as u64;
        let mut chunks = Vec::with_capacity(table.chunks.len());
        for (bytes, crc) in std::mem::take(&mut table.chunks) {
            let length = usize::try_from(bytes).map_err(|_| Undecodable::Damaged("it is torn"))?;
            chunks.push(Chunk { offset, length, crc });
            offset += u64::from(bytes);
        }
        if offset != length {
            return Err(Undecodable::Damaged("it is torn"));
        }
        let head = table.take().map_err(Undecodable::Damaged)?;
        let root = path_of_bytes(std::mem::take(&mut table.root));
        Ok(Self { head, root, table, chunks, source })
    }

    /// How many inputs it holds.
    #[must_use]
    pub fn inputs(&self) -> u64 {
        self.table.inputs
    }

    /// How many chunks its table has.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// Reads a chunk and hands its groups to `each`, in order.
    ///
    /// # Errors
    /// In words, what is wrong with it; or what `each` returns, then the rest is left.
    pub fn read_chunk<E: From<String>>(
        &self,
        index: usize,
        mut each: impl FnMut(Group<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.with_chunk(index, |bytes| {
            let mut reader = Reader::new(bytes, self.evidence_bytes());
            while let Some(group) = reader.group().map_err(|damaged| E::from(damaged.into()))? {
                each(group)?;
            }
            Ok(())
        })
    }

    /// Hands a chunk's bytes to `read`, verified.
    fn with_chunk<E: From<String>>(
        &self,
        index: usize,
        read: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let chunk = self.chunks[index];
        let read = |bytes: &[u8]| match crc32fast::hash(bytes) == chunk.crc {
            true => read(bytes),
            false => Err(E::from("its checksum does not match".into())),
        };
        match &self.source {
            Source::File(file) => BUFFER.with_borrow_mut(|buffer| {
                buffer.resize(chunk.length.max(buffer.len()), 0);
                let bytes = &mut buffer[..chunk.length];
                let filled = sys::read_at(file, bytes, chunk.offset);
                filled.map_err(|error| E::from(error.to_string()))?;
                read(bytes)
            }),
            Source::Memory(bytes) => {
                // The lengths of chunks were seen to add up to what is there.
                let start = usize::try_from(chunk.offset).map_err(|e| E::from(e.to_string()))?;
                read(&bytes[start..start + chunk.length])
            }
        }
    }

    fn evidence_bytes(&self) -> usize {
        self.table.evidence.iter().map(|(_, _, bytes)| *bytes as usize).sum()
    }

    /// Reads every chunk, on all cores, and says whether each is what was written.
    ///
    /// # Errors
    /// In words, what is wrong with the first that is not.
    pub fn verify(&self) -> Result<(), String> {
        let verify = |index| self.with_chunk::<String>(index, |_| Ok(()));
        spread(Threads::AsUseful, self.chunks.len(), verify).into_iter().collect()
    }

    /// Where the evidence of `strategy` stands in that of an input, if it holds any in that version.
    #[must_use]
    pub fn evidence_of(&self, strategy: StrategyId) -> Option<std::ops::Range<usize>> {
        let mut start = 0;
        for (name, version, bytes) in &self.table.evidence {
            let end = start + *bytes as usize;
            if name == strategy.name && *version == strategy.evidence_version {
                return Some(start..end);
            }
            start = end;
        }
        None
    }

    /// What it says of listings, but for the directories and inputs, which are in the table.
    #[must_use]
    pub fn lists(&self) -> Lists {
        let lists = &self.table.lists;
        let tagged = lists.tagged.iter();
        let rules = lists.rules.iter().map(|(path, found)| {
            let found = found.map(TryInto::try_into).transpose()?;
            Ok((path_of_bytes(path.clone()), found))
        });
        let rules: Result<_, &'static str> = rules.collect();
        Lists {
            tagged: tagged.map(|(dir, by_cargo)| (path_of_bytes(dir.clone()), *by_cargo)).collect(),
            complete: lists.complete && rules.is_ok(),
            rules: rules.unwrap_or_default(),
            since: lists.since.into(),
            ..Lists::default()
        }
    }

    /// The specifications that are not an input in the table, named.
    pub fn unnamed_specs(&self) -> impl Iterator<Item = InputSpec> {
        let spec = |(place, why): &(disk::Place, String)| InputSpec {
            pattern: place.clone().into(),
            why: why.clone(),
        };
        self.table.specs.iter().map(spec)
    }

    /// Every input's specification by name, and the rest of them, in order.
    fn specs(&self, named: &[(InputPath, u16)]) -> Result<Vec<InputSpec>, &'static str> {
        let mut specs: Vec<InputSpec> = self.unnamed_specs().collect();
        for (path, set) in named {
            let set = self.table.sets.get(usize::from(*set)).ok_or("it names an unknown reason")?;
            for why in set {
                let why = usize::try_from(*why).ok().and_then(|why| self.table.whys.get(why));
                let why = why.ok_or("it names an unknown reason")?.clone();
                let pattern = Pattern::Path(path.as_path().to_path_buf());
                specs.push(InputSpec { pattern, why });
            }
        }
        specs.sort();
        Ok(specs)
    }

    /// The whole stamp, in memory.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn load(&self) -> Result<Stamp, String> {
        let mut rows = Vec::new();
        let mut lists = self.lists();
        for index in 0..self.chunks.len() {
            self.read_chunk::<String>(index, |group| {
                for entry in &group.entries {
                    let path = InputPath::joined(group.dir, entry.name);
                    let state = entry.state()?;
                    rows.push((path, state, entry.found, entry.set, entry.evidence.to_vec()));
                }
                if let Some(listed) = group.listed {
                    lists.dirs.insert(group.dir.to_path_buf(), listed);
                }
                Ok(())
            })?;
        }
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if rows.len() as u64 != self.table.inputs {
            return Err("it lacks inputs".into());
        }
        if let Some(twice) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(format!("it holds {} twice", twice[0].0));
        }
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut start = 0;
        for (strategy, version, width) in &self.table.evidence {
            let end = start + *width as usize;
            let bytes = rows.iter().flat_map(|row| row.4[start..end].iter().copied()).collect();
            evidence.push(Evidence { strategy: strategy.clone(), version: *version, bytes });
            start = end;
        }
        let named = rows.iter().filter(|row| row.3 != UNNAMED);
        let named: Vec<(InputPath, u16)> = named.map(|row| (row.0.clone(), row.3)).collect();
        lists.found = rows.iter().map(|row| row.2).collect();
        let entries = rows.into_iter().map(|row| (row.0, row.1)).collect();
        Ok(Stamp {
            head: self.head.clone(),
            specs: self.specs(&named)?,
            snapshot: Snapshot { root: self.root.clone(), entries },
            evidence,
            lists,
        })
    }
}

impl Undecodable {
    /// The reason that this is for the stamp at `path`.
    fn at(self, path: &Path) -> Reason {
        match self {
            Undecodable::Damaged(problem) => unreadable(path, problem.to_owned()),
            Undecodable::Version(found) => Reason::StampVersion {
                path: path.to_path_buf(),
                problem: format!(
                    "stamp format {found}, this program reads {}",
                    disk::FORMAT.version
                ),
            },
        }
    }
}

/// The reason that a stamp cannot be believed.
pub(crate) fn unreadable(path: &Path, problem: String) -> Reason {
    Reason::StampUnreadable { path: path.to_path_buf(), problem }
}
