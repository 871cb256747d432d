//! Lays out a stamp for its file: a head, and the table of its inputs in chunks.
//!
//! A specification that names one of the inputs is not written again: the input carries the number of the set
//! of reasons that it is named for.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;

use crate::input::{InputSpec, Pattern};
use crate::lists::ListedDir;
use crate::path::InputPath;
use crate::sys::bytes_of_path;

use super::codec::{self, TooLarge};
use super::table::UNNAMED;
use super::writer::{EntryToWrite, GROUP_ENTRIES, GroupToWrite, Writer};
use super::{Stamp, disk};

/// The bytes of a stamp.
///
/// # Errors
/// A head beyond the size that is read back.
pub(super) fn encode(stamp: &Stamp) -> Result<Vec<u8>, TooLarge> {
    let names = Names::of(stamp);
    let widths: Vec<usize> = stamp.evidence.iter().map(|e| width(stamp, e.bytes.len())).collect();
    let chunks = chunks(stamp, &names.sets_of_inputs, &widths);
    let evidence = stamp.evidence.iter().zip(&widths);
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut whole = codec::encode(
        disk::FORMAT,
        &disk::Head {
            root: bytes_of_path(&stamp.snapshot.root).to_vec(),
            specs: names.others.iter().map(|s| ((&s.pattern).into(), s.why.clone())).collect(),
            whys: names.whys,
            sets: names.sets,
            evidence: evidence.map(|(e, w)| (e.strategy.clone(), e.version, small(*w))).collect(),
            lists: disk::Lists {
                tagged: (stamp.lists.tagged.iter())
                    .map(|(dir, by_cargo)| (bytes_of_path(dir).to_vec(), *by_cargo))
                    .collect(),
                rules: (stamp.lists.rules.iter())
                    .map(|(path, found)| (bytes_of_path(path).to_vec(), found.map(Into::into)))
                    .collect(),
                complete: stamp.lists.complete && stamp.lists.found.len() == inputs(stamp),
                since: stamp.lists.since.into(),
            },
            inputs: inputs(stamp) as u64,
            chunks: chunks.iter().map(|c| (small(c.len()), crc32fast::hash(c))).collect(),
            ..disk::Head::from(&stamp.head)
        },
    )?;
    whole.reserve_exact(chunks.iter().map(Vec::len).sum());
    chunks.iter().for_each(|chunk| whole.extend_from_slice(chunk));
    Ok(whole)
}

fn inputs(stamp: &Stamp) -> usize {
    stamp.snapshot.entries.len()
}

/// How many bytes of evidence each input has, of so many for all.
fn width(stamp: &Stamp, bytes: usize) -> usize {
    bytes.checked_div(inputs(stamp)).unwrap_or(0)
}

/// What inputs are named for.
struct Names<'s> {
    whys: Vec<String>,
    sets: Vec<Vec<u32>>,
    /// Of each input in path order, the number of its set.
    sets_of_inputs: Vec<u16>,
    /// Specifications that name no input.
    others: Vec<&'s InputSpec>,
}

impl<'s> Names<'s> {
    fn of(stamp: &'s Stamp) -> Self {
        let mut whys: BTreeMap<&str, u32> = BTreeMap::new();
        let mut named: BTreeMap<usize, Vec<(u32, &InputSpec)>> = BTreeMap::new();
        let mut others = Vec::new();
        for spec in &stamp.specs {
            match index_of(stamp, spec) {
                Some(index) => {
                    let next = u32::try_from(whys.len()).unwrap_or(u32::MAX);
                    let why = *whys.entry(&spec.why).or_insert(next);
                    named.entry(index).or_default().push((why, spec));
                }
                None => others.push(spec),
            }
        }
        let mut sets: HashMap<Vec<u32>, u16> = HashMap::new();
        let mut sets_of_inputs = vec![UNNAMED; inputs(stamp)];
        for (index, specs) in named {
            let set = specs.iter().map(|(why, _)| *why).collect();
            let next = u16::try_from(sets.len()).ok().filter(|next| *next < UNNAMED);
            match sets.get(&set).copied().or(next) {
                Some(number) => {
                    sets.insert(set, number);
                    sets_of_inputs[index] = number;
                }
                // More sets than numbers: such a specification is written in full.
                None => others.extend(specs.iter().map(|(_, spec)| *spec)),
            }
        }
        others.sort();
        let mut by_number: Vec<(Vec<u32>, u16)> = sets.into_iter().collect();
        by_number.sort_by_key(|(_, number)| *number);
        let mut whys: Vec<(&str, u32)> = whys.into_iter().collect();
        whys.sort_by_key(|(_, number)| *number);
        Self {
            whys: whys.into_iter().map(|(why, _)| why.to_owned()).collect(),
            sets: by_number.into_iter().map(|(set, _)| set).collect(),
            sets_of_inputs,
            others,
        }
    }
}

/// The input that a specification names, if it names one of them.
fn index_of(stamp: &Stamp, spec: &InputSpec) -> Option<usize> {
    let Pattern::Path(path) = &spec.pattern else { return None };
    let path = InputPath::new(&stamp.snapshot.root, path);
    stamp.snapshot.entries.binary_search_by(|(known, _)| known.cmp(&path)).ok()
}

/// An input's index in path order, and its name.
type Numbered<'s> = (usize, &'s OsStr);

/// The inputs of one directory.
#[derive(Default)]
struct Directory<'s> {
    entries: Vec<Numbered<'s>>,
    listed: Option<&'s ListedDir>,
}

fn chunks(stamp: &Stamp, sets: &[u16], widths: &[usize]) -> Vec<Vec<u8>> {
    let mut directories: BTreeMap<&[u8], Directory<'_>> = BTreeMap::new();
    for (dir, listed) in &stamp.lists.dirs {
        directories.entry(bytes_of_path(dir)).or_default().listed = Some(listed);
    }
    // In path order, inputs of one directory mostly follow each other.
    let mut last: Option<(&[u8], Vec<Numbered<'_>>)> = None;
    for (index, (path, _)) in stamp.snapshot.entries.iter().enumerate() {
        let (dir, name) = path.split();
        let dir = bytes_of_path(dir);
        match &mut last {
            Some((same, entries)) if *same == dir => entries.push((index, name)),
            _ => {
                if let Some((dir, entries)) = last.replace((dir, vec![(index, name)])) {
                    directories.entry(dir).or_default().entries.extend(entries);
                }
            }
        }
    }
    if let Some((dir, entries)) = last {
        directories.entry(dir).or_default().entries.extend(entries);
    }
    let mut writer = Writer::default();
    let evidence = |(index, _): &Numbered<'_>, out: &mut Vec<u8>| {
        for (evidence, width) in stamp.evidence.iter().zip(widths) {
            out.extend_from_slice(&evidence.bytes[index * width..][..*width]);
        }
    };
    for (dir, directory) in directories {
        let mut parts: Vec<&[_]> = directory.entries.chunks(GROUP_ENTRIES).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        let is_whole = parts.len() == 1;
        for (part, entries) in parts.into_iter().enumerate() {
            let listed = directory.listed.filter(|_| part == 0);
            let group = GroupToWrite { dir, listed, since: stamp.lists.since, is_whole, entries };
            writer.group(&group, |input| to_write(stamp, sets, input), evidence);
        }
    }
    writer.chunks
}

fn to_write<'e>(stamp: &'e Stamp, sets: &[u16], input: &'e Numbered<'_>) -> EntryToWrite<'e> {
    let (index, name) = *input;
    EntryToWrite {
        name,
        state: &stamp.snapshot.entries[index].1,
        found: stamp.lists.found.get(index).copied().unwrap_or(false),
        set: sets[index],
    }
}
