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
use crate::sys::{bytes_of_path, os_str_of_bytes, path_of_bytes};

/// The size beyond which a chunk takes no further group.
const CHUNK_BYTES: usize = 16 << 10;

/// How many entries of a directory stand together at most; a larger one is more than one group.
pub(super) const GROUP_ENTRIES: usize = 512;

/// The set of reasons of an input that no one named.
pub(super) const UNNAMED: u16 = u16::MAX;

/// Kinds by their number on disk.
pub(super) const KINDS: [Kind; 6] =
    [Kind::File, Kind::Directory, Kind::Link, Kind::Fifo, Kind::Socket, Kind::Device];

const ABSENT: u8 = 0;
/// Of something other than a link: this and the number of its kind.
const HERE: u8 = 1;
const UNREADABLE: u8 = 8;
/// A link, and where it leads.
const LINK_TO_NOTHING: u8 = 9;
const LINK_TO_UNREADABLE: u8 = 10;
const LINK: u8 = 11;
/// What a stat takes.
const META_BYTES: usize = 8 + 12 + 12 + 8;

const STATE: u8 = 0x0f;
/// Whether listing a directory found it.
const FOUND: u8 = 0x10;

const LISTED: u8 = 1;
const SETTLED: u8 = 2;
const PART: u8 = 4;

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

/// Fills chunks.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) chunks: Vec<Vec<u8>>,
}

/// Inputs to write, of one directory.
pub(super) struct GroupToWrite<'a, E> {
    pub(super) dir: &'a [u8],
    pub(super) listed: Option<&'a ListedDir>,
    /// The moment before the directory was listed.
    pub(super) since: Timestamp,
    pub(super) is_whole: bool,
    /// Each with its set and what writes its evidence.
    pub(super) entries: &'a [E],
}

/// An input to write.
pub(super) struct EntryToWrite<'a> {
    pub(super) name: &'a OsStr,
    pub(super) state: &'a State,
    pub(super) found: bool,
    pub(super) set: u16,
}

impl Writer {
    /// Appends a group; `entry` gives what to write of each of its entries, and `evidence` appends theirs.
    pub(super) fn group<E>(
        &mut self,
        group: &GroupToWrite<'_, E>,
        entry: impl for<'e> Fn(&'e E) -> EntryToWrite<'e>,
        evidence: impl Fn(&E, &mut Vec<u8>),
    ) {
        if self.chunks.last().is_none_or(|chunk| chunk.len() > CHUNK_BYTES) {
            self.chunks.push(Vec::with_capacity(CHUNK_BYTES * 2));
        }
        let Some(out) = self.chunks.last_mut() else { return };
        put_long(out, group.dir);
        let settled = group.listed.and_then(|l| l.own).filter(|own| own.is_settled(group.since));
        let listed = if group.listed.is_some() { LISTED } else { 0 };
        let proven = if settled.is_some() { SETTLED } else { 0 };
        out.push(listed | proven | if group.is_whole { 0 } else { PART });
        if let Some(own) = settled {
            out.extend(own.device.to_le_bytes());
            out.extend(own.inode.to_le_bytes());
            put_time(out, own.mtime);
            put_time(out, own.ctime);
        }
        if let Some(listed) = group.listed {
            let inputs: BTreeSet<&OsStr> = group.entries.iter().map(|e| entry(e).name).collect();
            let others = listed.others.iter().filter(|(name, _)| !inputs.contains(&**name));
            let others: Vec<_> = others.collect();
            put_count(out, others.len());
            for (name, is_dir) in others {
                out.push(u8::from(*is_dir));
                put_long(out, bytes_of_path(name.as_ref()));
            }
        }
        put_count(out, group.entries.len());
        for one in group.entries {
            put_entry(out, &entry(one));
            evidence(one, out);
        }
    }
}

fn put_entry(out: &mut Vec<u8>, entry: &EntryToWrite<'_>) {
    let found = if entry.found { FOUND } else { 0 };
    out.push(found | what(entry.state));
    out.extend(entry.set.to_le_bytes());
    put_name(out, bytes_of_path(entry.name.as_ref()));
    match entry.state {
        State::Absent => {}
        State::Unreadable(why) => put_long(out, why.as_bytes()),
        State::Here(meta) => put_meta(out, meta),
        State::Link { text, own, target } => {
            put_long(out, bytes_of_path(text.as_ref()));
            put_meta(out, own);
            match target {
                Target::Nowhere => {}
                Target::Unreadable(why) => put_long(out, why.as_bytes()),
                Target::There(meta) => {
                    out.push(number(meta.kind));
                    put_meta(out, meta);
                }
            }
        }
    }
}

fn what(state: &State) -> u8 {
    match state {
        State::Absent => ABSENT,
        State::Unreadable(_) => UNREADABLE,
        State::Here(meta) => HERE + number(meta.kind),
        State::Link { target: Target::Nowhere, .. } => LINK_TO_NOTHING,
        State::Link { target: Target::Unreadable(_), .. } => LINK_TO_UNREADABLE,
        State::Link { target: Target::There(_), .. } => LINK,
    }
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

fn put_meta(out: &mut Vec<u8>, meta: &Meta) {
    out.extend(meta.len.to_le_bytes());
    put_time(out, meta.mtime);
    put_time(out, meta.ctime);
    out.extend(meta.inode.to_le_bytes());
}

fn put_time(out: &mut Vec<u8>, time: Timestamp) {
    out.extend(time.secs.to_le_bytes());
    out.extend(time.nanos.to_le_bytes());
}

/// Nothing in memory is as large as what does not fit.
fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_long(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend(bytes);
}

/// One byte says how long a name is, as long as names of files are; five say it of others.
fn put_name(out: &mut Vec<u8>, bytes: &[u8]) {
    match u8::try_from(bytes.len()) {
        Ok(length) if length < u8::MAX => {
            out.push(length);
            out.extend(bytes);
        }
        _ => {
            out.push(u8::MAX);
            put_long(out, bytes);
        }
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
        let dir = Path::new(os_str_of_bytes(self.long()?));
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
        let name = os_str_of_bytes(self.name()?);
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
