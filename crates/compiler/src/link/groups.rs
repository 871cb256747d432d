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

use super::join::join;
use crate::cache::read_whole;
use crate::compile::Failure;
use crate::cores;
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
/// A group can be written nowhere; an object that has to be linked is not what the record says.
pub fn files(modules: &[(&str, &Object)], store: &ObjectStore) -> Result<Vec<PathBuf>, Failure> {
    if !are_made_of(modules.len()) {
        let objects: Vec<&Object> = modules.iter().map(|(_, object)| *object).collect();
        return apart(&objects, store);
    }
    let groups = split(modules);
    let there =
        |members: &Vec<&Object>| store.find(&key_of(members)).map(|group| Ok(vec![group.path]));
    let files = cores::complete(groups.iter().map(there).collect(), |index| {
        join_members(&groups[index], store)
    });
    let files: Vec<Vec<PathBuf>> = files.into_iter().collect::<Result<_, _>>()?;
    Ok(files.into_iter().flatten().collect())
}

/// Whether programs of so many modules are linked from groups.
pub(crate) fn are_made_of(modules: usize) -> bool {
    modules >= FEWEST_MODULES
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

/// The file of a group that was not there; those of its members where they cannot be joined.
fn join_members(members: &[&Object], store: &ObjectStore) -> Result<Vec<PathBuf>, Failure> {
    let files = apart(members, store)?;
    let write = |source| CompileError::Write { what: "a group of objects".into(), source };
    let read = |path: &PathBuf| read_whole(path).map(|(bytes, _)| bytes);
    let objects: Result<Vec<Vec<u8>>, io::Error> = files.iter().map(read).collect();
    match join(&objects.map_err(write)?) {
        Ok(joined) => {
            let joined = store.store(key_of(members), &joined, BTreeSet::new()).map_err(write)?;
            Ok(vec![joined.path])
        }
        Err(_) => Ok(files),
    }
}

/// The objects' own files.
fn apart(members: &[&Object], store: &ObjectStore) -> Result<Vec<PathBuf>, Failure> {
    let file = |object: &&Object| store.prove((*object).clone()).map(|object| object.path);
    members.iter().map(file).collect::<Option<_>>().ok_or(Failure::Distrust)
}

fn key_of(members: &[&Object]) -> Digest {
    let key = Fingerprint::new("nativets group 2").count(members.len());
    members.iter().fold(key, |key, object| key.bytes(&object.seal.digest)).digest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::{Proof, Seal};

    fn object() -> Object {
        let meta = freshness::Meta {
            kind: freshness::Kind::File,
            len: 0,
            mtime: freshness::Timestamp::default(),
            ctime: freshness::Timestamp::default(),
            inode: 0,
        };
        let seal = Seal { key: [0; 32], meta, digest: [0; 32], features: BTreeSet::new() };
        Object { path: "o".into(), seal, is_stored: true, proof: Proof::Seen }
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
