//! Which units cargo may find fresh, and how it is made to see the same.
//!
//! A unit is fit where the record of what cargo last saw describes it and its inputs hold what they held
//! then. Every other unit of a path package is forgotten, so that cargo makes it again. A fit unit whose
//! inputs were only touched is vouched for: the time that cargo compares is moved past theirs.

use std::path::Path;

use freshness_core::discover;
use freshness_core::discover::BadGlob;

use crate::cargo::invoke::Cargo;
use crate::cargo::messages::Messages;
use crate::cargo::metadata::Workspace;
use crate::cargo::unit_files::UnitFiles;
use crate::cargo::units::{Unit, target_name};
use crate::contents::Contents;
use crate::error::BuildError;
use crate::saw::CargoSaw;

/// The units that cargo may find fresh.
pub(crate) struct FitUnits {
    units: Vec<Unit>,
}

impl FitUnits {
    /// Makes cargo see what changed: forgets every unit that was not made from what is there now.
    ///
    /// # Errors
    /// Those of removing what cargo remembers.
    pub(crate) fn choose(
        root: &Path,
        units: Vec<Unit>,
        saw: &CargoSaw,
        contents: &Contents,
    ) -> Result<Self, BuildError> {
        let mut fit = Vec::new();
        let mut generated_anew = Vec::new();
        for unit in units {
            if saw.vouches_for(root, &unit, contents)? {
                fit.push(unit);
                continue;
            }
            unit.forget()?;
            if unit.is_build_script() {
                generated_anew.push(unit.package);
            }
        }
        fit.retain(|unit| unit.is_build_script() || !generated_anew.contains(&unit.package));
        Ok(Self { units: fit })
    }

    /// Keeps cargo from building again what was only touched, in versions where that is understood.
    ///
    /// # Errors
    /// Those of setting times.
    pub(crate) fn vouch(
        &mut self,
        root: &Path,
        cargo: &Cargo<'_>,
        contents: &Contents,
        known: &UnitFiles,
    ) -> Result<(), BuildError> {
        let mut touched = Vec::new();
        for unit in self.units.iter().filter(|unit| unit.is_path) {
            let newest = newest_input(root, unit, contents)?;
            touched.extend(newest.map(|time| (unit, time.max(contents.cutoff))));
        }
        if touched.is_empty() || !cargo.compares_times_as_known()? {
            return Ok(());
        }
        for (unit, time) in &touched {
            unit.vouch((*time).into())?;
        }
        let is_run = touched.iter().any(|(unit, _)| unit.is_run());
        for unit in self.units.iter_mut().filter(|unit| unit.is_path) {
            if is_run {
                unit.date(contents.cutoff.into())?;
            }
            unit.identify(known);
        }
        Ok(())
    }

    /// The first path package that cargo reported fresh although no unit of it was fit to be.
    pub(crate) fn wrongly_fresh(
        &self,
        messages: &Messages,
        workspace: &Workspace,
    ) -> Option<String> {
        let fresh = messages.artifacts.iter().filter(|artifact| artifact.fresh);
        let mut of_paths =
            fresh.filter_map(|a| Some((workspace.path_packages.get(&a.package_id)?, &a.target)));
        let wrong = of_paths.find(|(package, target)| {
            let target = target_name(target);
            let is_it =
                |unit: &&Unit| unit.package == package.name && unit.targets.contains(&target);
            !self.units.iter().any(|unit| is_it(&unit))
        });
        wrong.map(|(package, _)| package.name.clone())
    }

    /// Of `left`, what there is after cargo ran, the units that it did not begin to make again: it empties
    /// their fingerprints first (`prepare_target` in its `fingerprint/mod.rs`).
    pub(crate) fn untouched<'u>(&'u self, left: &'u [Unit]) -> impl Iterator<Item = &'u Unit> {
        let is_same = |unit: &&Unit| {
            let before = self.units.iter().find(|before| before.name == unit.name);
            before.is_some_and(|before| before.identity == unit.identity)
        };
        left.iter().filter(is_same)
    }
}

/// The newest time of a unit's inputs, where cargo would take it for a change.
fn newest_input(
    root: &Path,
    unit: &Unit,
    contents: &Contents,
) -> Result<Option<freshness_core::Timestamp>, BadGlob> {
    let inputs = discover(root, &unit.inputs)?.paths;
    let newest = contents.newest_mtime(inputs.keys());
    let newest = newest.filter(|time| unit.is_older_than((*time).into()));
    // What a build script left must not be dated later than what is about to be made from it.
    Ok(newest.filter(|time| !unit.is_run() || *time <= contents.cutoff))
}
