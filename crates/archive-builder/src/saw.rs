//! What cargo last saw in a slot's target directory, so that it can be made to see what changed.
//!
//! cargo believes modification times: where content changed and the time did not move past cargo's own
//! reference (`cp -p`, `rsync -t`, `tar`, a container layer, a retargeted link) it calls the old output
//! fresh (rust-lang/cargo#7181, #9312). So beside the stamp we keep, for every unit of a path package,
//! what its inputs held when cargo made it, and before cargo starts we remove the fingerprint of every
//! unit whose inputs hold something else now, or of which we know nothing. What cargo judges by content
//! itself (manifests, lock file, flags, compiler) is left to it.
//!
//! Before cargo starts, the record is replaced by one that describes no unit, and the full one is
//! written after cargo succeeded. So a build that was killed or failed, or cargo run here by hand,
//! leaves units that no record describes, and those are made again.
//!
//! cargo also does not notice another wrapper, or another compiler of the same version. So a target
//! directory is only ever used with one toolchain, which the record names; for another one it is
//! removed whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bincode::{Decode, Encode};
use freshness_core::discover::BadGlob;
use freshness_core::stamp::codec::{self, Format};
use freshness_core::{Digest, InputPath, InputSpec, Timestamp, discover};

use crate::cargo::unit_files::UnitFiles;
use crate::cargo::units::Unit;
use crate::contents::Contents;
use crate::durable;
use crate::error::BuildError;
use crate::small_file;

const FORMAT: Format = Format { magic: *b"freshsaw", version: 2 };

/// How many builds' archives are remembered.
const MAX_ARCHIVES: usize = 64;

/// What cargo last saw.
#[derive(Debug, Default, Encode, Decode)]
pub(crate) struct CargoSaw {
    /// The toolchain that the target directory is used with.
    toolchain: Digest,
    /// Each unit of a path package, by name.
    units: BTreeMap<String, Seen>,
    /// What units made, those of packages that cannot change included.
    pub(crate) files: UnitFiles,
    /// The archives that came out, oldest first.
    archives: Vec<Made>,
}

/// One unit, as it was after cargo was done with it.
#[derive(Debug, Encode, Decode)]
struct Seen {
    /// Its fingerprint's identity.
    identity: Digest,
    /// What its inputs held.
    world: Digest,
}

/// An archive that cargo made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Made {
    /// The package.
    pub(crate) package: String,
    /// What tells it from the package's others: `staticlib`, `llvm-bc`, `bin tool`.
    pub(crate) kind: String,
    /// The environment under which it was made.
    pub(crate) environment: Digest,
    /// What the inputs of all units held.
    pub(crate) world: Digest,
    /// The archive.
    pub(crate) digest: Digest,
}

impl CargoSaw {
    /// Reads the record; whatever cannot be read as one is as good as none.
    pub(crate) fn read(path: &Path) -> Self {
        Self::decode(&small_file::read(path).unwrap_or_default())
    }

    /// The record that is these bytes, or none.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        codec::decode(FORMAT, bytes).unwrap_or_default()
    }

    /// Writes the record.
    ///
    /// # Errors
    /// Those of writing it durably.
    pub(crate) fn write(&self, path: &Path) -> Result<(), BuildError> {
        durable::replace(path, &codec::encode(FORMAT, self)?)
    }

    /// A record that describes nothing, of a directory that this toolchain is about to use.
    pub(crate) fn nothing(toolchain: Digest) -> Self {
        Self { toolchain, ..Self::default() }
    }

    /// Whether the target directory was used with this toolchain, and no other.
    pub(crate) fn used(&self, toolchain: Digest) -> bool {
        self.toolchain == toolchain
    }

    /// The record while cargo runs, or where everything is to be made again: it vouches for no unit. What other
    /// units made stays known, so that one of them that was damaged is not taken for what cargo made.
    pub(crate) fn emptied(&self) -> Self {
        Self { files: self.files.clone(), ..Self::nothing(self.toolchain) }
    }

    /// Describes what cargo leaves behind, given what the inputs held while it ran, and a moment before `units`
    /// were looked at.
    ///
    /// # Errors
    /// A glob that cannot be understood.
    pub(crate) fn of(
        root: &Path,
        units: &[Unit],
        contents: &Contents,
        (earlier, since): (Self, Timestamp),
        made: Vec<Made>,
    ) -> Result<Self, BadGlob> {
        let mut seen = BTreeMap::new();
        for unit in units.iter().filter(|u| u.is_path && u.is_complete) {
            let world = world(root, contents, &unit.inputs)?;
            seen.insert(unit.name.clone(), Seen { identity: unit.identity, world });
        }
        let mut archives = earlier.archives;
        for one in made {
            archives.retain(|other| *other != one);
            archives.push(one);
        }
        archives.drain(..archives.len().saturating_sub(MAX_ARCHIVES));
        let files = UnitFiles::of(units, &earlier.files, since);
        Ok(Self { toolchain: earlier.toolchain, units: seen, files, archives })
    }

    /// What is left of the record after a build that failed: what it says of the units that cargo did not
    /// touch, as they are now.
    pub(crate) fn of_untouched<'u>(mut self, untouched: impl Iterator<Item = &'u Unit>) -> Self {
        let mut units = BTreeMap::new();
        for unit in untouched {
            let seen = self.units.remove(&unit.name);
            units.extend(seen.map(|seen| {
                (unit.name.clone(), Seen { identity: unit.identity, world: seen.world })
            }));
        }
        Self { units, ..self }
    }

    /// Which units cargo may find fresh: those this record describes and whose inputs hold what they
    /// held. Of packages that cannot change, those that made what is there now.
    ///
    /// # Errors
    /// A glob that cannot be understood.
    pub(crate) fn vouches_for(
        &self,
        root: &Path,
        unit: &Unit,
        contents: &Contents,
    ) -> Result<bool, BadGlob> {
        if !unit.is_path {
            return Ok(self.files.agree(unit));
        }
        let Some(seen) = self.units.get(&unit.name) else { return Ok(false) };
        Ok(unit.is_complete
            && seen.identity == unit.identity
            && seen.world == world(root, contents, &unit.inputs)?)
    }

    /// Whether `made`, which cargo reported fresh, is what it made before from the same inputs in the
    /// same environment. Where nothing was made under these, nothing speaks against it.
    pub(crate) fn agrees(&self, made: &Made) -> bool {
        let mut same = self.archives.iter().filter(|known| {
            known.package == made.package
                && known.kind == made.kind
                && known.environment == made.environment
                && known.world == made.world
        });
        let digests: BTreeSet<Digest> = same.by_ref().map(|known| known.digest).collect();
        digests.is_empty() || digests.contains(&made.digest)
    }
}

/// What the inputs that `specs` name hold.
///
/// # Errors
/// A glob that cannot be understood.
pub(crate) fn world(
    root: &Path,
    contents: &Contents,
    specs: &[InputSpec],
) -> Result<Digest, BadGlob> {
    let paths: Vec<InputPath> = discover(root, specs)?.paths.into_keys().collect();
    Ok(contents.world(paths.iter()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn made(world: u8, digest: u8) -> Made {
        Made {
            package: "x".into(),
            kind: "staticlib".into(),
            environment: [0; 32],
            world: [world; 32],
            digest: [digest; 32],
        }
    }

    #[test]
    fn a_fresh_archive_must_be_one_that_was_made_from_the_same_inputs() {
        let saw = CargoSaw { archives: vec![made(1, 1), made(1, 2)], ..CargoSaw::default() };
        assert!(saw.agrees(&made(1, 1)) && saw.agrees(&made(1, 2)));
        assert!(!saw.agrees(&made(1, 3)));
        assert!(saw.agrees(&made(2, 3)), "nothing was made from these inputs before");
    }

    #[test]
    fn a_torn_or_missing_record_vouches_for_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cargo-saw");
        let saw = CargoSaw { archives: vec![made(1, 1)], ..CargoSaw::nothing([3; 32]) };
        assert!(!CargoSaw::read(&path).used([3; 32]));
        saw.write(&path).unwrap();
        assert!(CargoSaw::read(&path).used([3; 32]) && !CargoSaw::read(&path).used([4; 32]));
        let bytes = fs::read(&path).unwrap();
        for len in 0..bytes.len() {
            fs::write(&path, &bytes[..len]).unwrap();
            assert!(!CargoSaw::read(&path).used([3; 32]), "{len}");
        }
    }
}
