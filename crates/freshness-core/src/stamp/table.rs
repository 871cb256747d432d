//! The inputs of a stamp as they lie on disk: grouped by directory, read in place.
//!
//! ```text
//! chunk:  group…                  about 16 KiB, with a checksum in the head
//! group:  directory | flags u8 | [its stat, others…] | count u32 | entry…
//! entry:  what u8 | set u16 | name | [stat…] | evidence of every strategy, so many bytes each
//! ```
//! A name or path is a length (u16 or u32) and so many bytes. One chunk is read, verified and compared at a
//! time, by any thread, and nothing is allocated for an entry: a hundred thousand inputs need no more
//! memory than a thousand. A directory's path stands once. Nothing here trusts a length that it read.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::path::Path;

use crate::lists::{DirStat, ListedDir};
use crate::snapshot::{Kind, Meta, State, Target, Timestamp};
use crate::sys::{os_str_of_bytes, path_of_bytes};

/// The set of reasons of an input that no one named.
pub(super) const UNNAMED: u16 = u16::MAX;

/// Kinds by their number on disk.
pub(super) const KINDS: [Kind; 6] =
    [Kind::File, Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device];

pub(super) const ABSENT: u8 = 0;
/// Of something other than a link: this and the number of its kind.
pub(super) const HERE: u8 = 1;
pub(super) const UNREADABLE: u8 = 8;
/// A link, and where it leads.
pub(super) const LINK_TO_NOTHING: u8 = 9;
pub(super) const LINK_TO_UNREADABLE: u8 = 10;
pub(super) const LINK: u8 = 11;
/// What a stat takes.
const META_BYTES: usize = 8 + 12 + 12 + 8;

const STATE: u8 = 0x0f;
/// Whether listing a directory found it.
pub(super) const FOUND: u8 = 0x10;

pub(super) const LISTED: u8 = 1;
pub(super) const SETTLED: u8 = 2;
pub(super) const PART: u8 = 4;

/// What a thing on disk is called where it cannot be what was written.
pub type Damaged = &'static str;

const DAMAGED: Damaged = "its structure is damaged";

/// One input, borrowed from a chunk.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its name in the directory.
    pub name: &'a OsStr,
    what: u8,
    /// What stands for its state, of which only the length was looked at.
    state: &'a [u8],
    /// Whether listing a directory found it.
    pub found: bool,
    /// Which set of reasons it was named for, or [`UNNAMED`].
    pub(super) set: u16,
    /// The evidence of every strategy.
    pub(super) evidence: &'a [u8],
}

impl Entry<'_> {
    /// What it was.
    ///
    /// # Errors
    /// In words, what is wrong with what stands there.
    pub fn state(&self) -> Result<State, Damaged> {
        Reader::new(self.state, 0).state(self.what)
    }

    /// What it was, where that was something other than a link.
    #[must_use]
    pub fn plain(&self) -> Option<Meta> {
        let kind = self.what.checked_sub(HERE).filter(|kind| usize::from(*kind) < KINDS.len())?;
        Reader::new(self.state, 0).meta(kind).ok()
    }

    /// Whether nothing was there.
    #[must_use]
    pub fn was_absent(&self) -> bool {
        self.what == ABSENT
    }

    /// A strategy's part of the evidence; see [`super::Record::evidence_of`].
    #[must_use]
    pub fn evidence(&self, of: &Range<usize>) -> &[u8] {
        self.evidence.get(of.clone()).unwrap_or_default()
    }

    /// Whether someone named it, so that it is an input whatever listings say.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.set != UNNAMED
    }
}

/// Inputs of one directory, borrowed from a chunk.
#[derive(Debug)]
pub struct Group<'a> {
    /// The directory, with its last `/`.
    pub dir: &'a Path,
    /// What listing it gave, where it was listed; `own` only where it proves something.
    pub listed: Option<ListedDir>,
    /// Whether these are all inputs of the directory.
    pub is_whole: bool,
    /// The inputs, in order of their names.
    pub entries: Vec<Entry<'a>>,
}

/// The number of a kind on disk.
pub(super) fn number(kind: Kind) -> u8 {
    match kind {
        Kind::File => 0,
        Kind::Directory => 1,
        Kind::Link => 2,
        Kind::Fifo => 3,
        Kind::Socket => 4,
        Kind::Device => 5,
    }
}

/// Reads groups from a chunk, one after the other.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// How many bytes of evidence an entry has.
    evidence_bytes: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(chunk: &'a [u8], evidence_bytes: usize) -> Self {
        Self { rest: chunk, evidence_bytes }
    }

    /// The next group, until the chunk ends.
    pub(super) fn group(&mut self) -> Result<Option<Group<'a>>, Damaged> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let dir = Path::new(os_str_of_bytes(self.long()?).ok_or(DAMAGED)?);
        let flags = self.byte()?;
        let listed = if flags & LISTED == 0 { None } else { Some(self.listed(flags)?) };
        let count = self.count()?;
        // The smallest entry has four bytes; a count beyond what is there is not believed.
        let mut entries = Vec::with_capacity(count.min(self.rest.len() / 4));
        for _ in 0..count {
            entries.push(self.entry()?);
        }
        Ok(Some(Group { dir, listed, is_whole: flags & PART == 0, entries }))
    }

    fn listed(&mut self, flags: u8) -> Result<ListedDir, Damaged> {
        let own = if flags & SETTLED == 0 {
            None
        } else {
            let (device, inode) = (self.long_number()?, self.long_number()?);
            Some(DirStat { device, inode, mtime: self.time()?, ctime: self.time()? })
        };
        let mut others: BTreeSet<(OsString, bool)> = BTreeSet::new();
        for _ in 0..self.count()? {
            let is_dir = self.byte()? != 0;
            let name = path_of_bytes(self.long()?.to_vec()).into_os_string();
            others.insert((name, is_dir));
        }
        Ok(ListedDir { own, others })
    }

    fn entry(&mut self) -> Result<Entry<'a>, Damaged> {
        let what = self.byte()?;
        let set = u16::from_le_bytes(self.array()?);
        let name = os_str_of_bytes(self.name()?).ok_or(DAMAGED)?;
        let (found, what) = (what & FOUND != 0, what & STATE);
        let start = self.rest;
        if (HERE..UNREADABLE).contains(&what) {
            self.take(META_BYTES)?;
        } else {
            self.state(what)?;
        }
        let state = &start[..start.len() - self.rest.len()];
        let evidence = self.take(self.evidence_bytes)?;
        Ok(Entry { name, what, state, found, set, evidence })
    }

    fn state(&mut self, what: u8) -> Result<State, Damaged> {
        match what {
            ABSENT => return Ok(State::Absent),
            UNREADABLE => return Ok(State::Unreadable(self.text()?)),
            LINK_TO_NOTHING | LINK_TO_UNREADABLE | LINK => {}
            kind => return Ok(State::Here(self.meta(kind - HERE)?)),
        }
        let text = path_of_bytes(self.long()?.to_vec()).into_os_string();
        let own = self.meta(number(Kind::Link))?;
        let target = match what {
            LINK_TO_NOTHING => Target::Nowhere,
            LINK_TO_UNREADABLE => Target::Unreadable(self.text()?),
            _ => {
                let kind = self.byte()?;
                Target::There(self.meta(kind)?)
            }
        };
        Ok(State::Link { text, own, target })
    }

    fn meta(&mut self, kind: u8) -> Result<Meta, Damaged> {
        let kind = *KINDS.get(usize::from(kind)).ok_or("it names an unknown kind")?;
        let len = self.long_number()?;
        let (mtime, ctime) = (self.time()?, self.time()?);
        Ok(Meta { kind, len, mtime, ctime, inode: self.long_number()? })
    }

    fn time(&mut self) -> Result<Timestamp, Damaged> {
        let secs = i64::from_le_bytes(self.array()?);
        Ok(Timestamp { secs, nanos: u32::from_le_bytes(self.array()?) })
    }

    fn text(&mut self) -> Result<String, Damaged> {
        String::from_utf8(self.long()?.to_vec()).map_err(|_| DAMAGED)
    }

    fn name(&mut self) -> Result<&'a [u8], Damaged> {
        match self.byte()? {
            u8::MAX => self.long(),
            length => self.take(length.into()),
        }
    }

    fn long(&mut self) -> Result<&'a [u8], Damaged> {
        let length = self.count()?;
        self.take(length)
    }

    fn count(&mut self) -> Result<usize, Damaged> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| DAMAGED)
    }

    fn long_number(&mut self) -> Result<u64, Damaged> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(DAMAGED)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(DAMAGED)?;
        self.rest = rest;
        Ok(taken)
    }
}
