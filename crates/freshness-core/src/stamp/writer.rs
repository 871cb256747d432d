//! Writes the inputs of a stamp as [`super::table`] reads them, chunk by chunk.
//!
//! A chunk is small enough that threads which wait for a disk find others to hire soon, and large enough that
//! its checksum costs nothing.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::table::{
    ABSENT, FOUND, HERE, LINK, LINK_TO_NOTHING, LINK_TO_UNREADABLE, LISTED, PART, SETTLED,
    UNREADABLE, number,
};
use crate::lists::ListedDir;
use crate::snapshot::{Meta, State, Target, Timestamp};
use crate::sys::bytes_of_path;

/// The size beyond which a chunk takes no further group.
const CHUNK_BYTES: usize = 16 << 10;

/// How many entries of a directory stand together at most; a larger one is more than one group.
pub(super) const GROUP_ENTRIES: usize = 512;

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
