//! Objects of many modules joined into fewer, so that a small change links little.
//!
//! A link of a thousand objects spends most of its time on opening files and merging sections. So the
//! objects of about [`MEMBERS`] modules are joined into one beforehand and kept like any object: after a
//! small change one group is made again and the rest is as it was. Which group a module is in follows from
//! its name alone, so adding one moves no other.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use freshness::Digest;
use rayon::prelude::*;

use super::join::join;
use crate::cache::read_whole;
use crate::error::CompileError;
use crate::fingerprint::{Fingerprint, digest_of};
use crate::objects::{Object, ObjectStore};

/// Modules to a group, on average.
const MEMBERS: usize = 32;

/// Programs with fewer modules are linked from their objects.
const FEWEST_MODULES: usize = 3 * MEMBERS;

/// The files to link for these modules, named by their ids: groups where there are many, else objects.
/// Objects that cannot be joined are linked by themselves.
///
/// # Errors
/// A group can be written nowhere.
pub fn files(
    modules: &[(&str, &Object)],
    store: &ObjectStore,
) -> Result<Vec<PathBuf>, CompileError> {
    if modules.len() < FEWEST_MODULES {
        return Ok(modules.iter().map(|(_, object)| object.path.clone()).collect());
    }
    let files: Result<Vec<Vec<PathBuf>>, io::Error> =
        split(modules).into_par_iter().map(|members| group(&members, store)).collect();
    let write = |source| CompileError::Write { what: "a group of objects".into(), source };
    Ok(files.map_err(write)?.into_iter().flatten().collect())
}

/// Members of each group, in order of their ids.
fn split<'o>(modules: &[(&str, &'o Object)]) -> Vec<Vec<&'o Object>> {
    let count = (modules.len() / MEMBERS).next_power_of_two();
    let mut groups: Vec<Vec<(&str, &Object)>> = vec![Vec::new(); count];
    for (id, object) in modules {
        let [low, high, ..] = digest_of(id.as_bytes());
        groups[usize::from(u16::from_le_bytes([low, high])) % count].push((id, object));
    }
    let sorted = groups.into_iter().filter(|group| !group.is_empty()).map(|mut group| {
        group.sort_unstable_by_key(|(id, _)| *id);
        group.into_iter().map(|(_, object)| object).collect()
    });
    sorted.collect()
}

fn group(members: &[&Object], store: &ObjectStore) -> io::Result<Vec<PathBuf>> {
    let key = key_of(members);
    if let Some(made) = store.find(&key) {
        return Ok(vec![made.path]);
    }
    let read = |object: &&Object| read_whole(&object.path).map(|(bytes, _)| bytes);
    let objects: Vec<Vec<u8>> = members.iter().map(read).collect::<Result<_, _>>()?;
    match join(&objects) {
        Ok(joined) => Ok(vec![store.store(key, &joined, BTreeSet::new())?.path]),
        Err(_) => Ok(members.iter().map(|object| object.path.clone()).collect()),
    }
}

fn key_of(members: &[&Object]) -> Digest {
    let key = Fingerprint::new("nativets group 2").count(members.len());
    members.iter().fold(key, |key, object| key.bytes(&object.seal.digest)).digest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Seal;

    fn object() -> Object {
        let meta = freshness::Meta {
            kind: freshness::Kind::File,
            len: 0,
            mtime: freshness::Timestamp::default(),
            ctime: freshness::Timestamp::default(),
            inode: 0,
        };
        let seal = Seal { key: [0; 32], meta, digest: [0; 32], features: BTreeSet::new() };
        Object { path: "o".into(), seal, is_stored: true }
    }

    #[test]
    fn a_module_more_moves_no_other() {
        let ids: Vec<String> = (0..1001).map(|index| format!("m{index}.ts")).collect();
        let objects: Vec<Object> = ids.iter().map(|_| object()).collect();
        let modules: Vec<(&str, &Object)> = ids.iter().map(String::as_str).zip(&objects).collect();
        let sizes =
            |modules: &[(&str, &Object)]| split(modules).iter().map(Vec::len).collect::<Vec<_>>();
        let (before, after) = (sizes(&modules[..1000]), sizes(&modules));
        assert_eq!(before.len(), 32);
        assert!(before.iter().all(|size| (10..70).contains(size)), "{before:?}");
        let grown = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert_eq!(grown, 1);
    }
}
