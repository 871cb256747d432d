//! Decides whether the archives of a slot are current: a stamp, one look at the world, no side effects.
//!
//! Every part of a stamp is compared with what is found now: profile, toolchain, environment, inputs
//! (by the chosen strategy) and the published archives. Whatever differs is a reason. If only the world
//! moved, an earlier generation may fit it (a branch was switched back); the newest stamp's reasons
//! stand where none does.

use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::check::{self, NoAnswer};
use freshness_core::discover::BadGlob;
use freshness_core::{
    Assessment, Escaped, FreshnessStrategy, Head, InputSpec, Lists, Reason, Record, Snapshot,
    Stamp, Verdict, Work, discover,
};

use crate::cargo_config::CargoConfig;
use crate::error::BuildError;
use crate::events::Event;
use crate::inputs;
use crate::key::Key;
use crate::publish;
use crate::remote::Asked;
use crate::request::{Outcome, ReadyArchive, Request};
use crate::seal::{Condition, ReadBytes};
use crate::slot::Slot;
use crate::toolchain::Toolchain;

/// The fact of a stamp's profile that says where the workspace lies.
pub(crate) const DIRECTORY: &str = "directory";

/// What is the same for every stamp that is looked at: where we are, and what cargo would use.
pub(crate) struct Scene<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) key: Key,
    pub(crate) slot: Slot,
    pub(crate) config: CargoConfig,
    pub(crate) toolchain: Toolchain,
}

/// A decision, and what it rests on.
#[derive(Debug)]
pub(crate) struct Decision {
    /// Fresh, or why not.
    pub(crate) verdict: Verdict,
    /// The stamp that was believed: the one that serves, or the newest.
    pub(crate) stamp: Option<Record>,
    /// Whether the serving stamp is an earlier generation, or its record of stats is out of date.
    pub(crate) outdated: bool,
    /// What it cost.
    pub(crate) work: Work,
}

/// The stamp whose archives are handed out.
pub(crate) struct Serving<'s> {
    head: &'s Head,
    root: &'s Path,
}

impl<'s> From<&'s Record> for Serving<'s> {
    fn from(record: &'s Record) -> Self {
        Self { head: &record.head, root: &record.root }
    }
}

impl<'s> From<&'s Stamp> for Serving<'s> {
    fn from(stamp: &'s Stamp) -> Self {
        Self { head: &stamp.head, root: &stamp.snapshot.root }
    }
}

impl<'a> Scene<'a> {
    /// Looks at what does not depend on any stamp.
    ///
    /// # Errors
    /// A store that must not be believed.
    pub(crate) fn look(request: &'a Request<'a>) -> Result<Self, BuildError> {
        let key = Key::derive(request.profile, request.tool, request.workspace, request.store);
        let slot = Slot::new(request.store, &key);
        slot.check_trust()?;
        let home = request.env.cargo_home(request.workspace);
        let config = CargoConfig::read(request.workspace, home.as_deref());
        let toolchain = Toolchain::choose(request.env, &config, request.workspace);
        Ok(Self { request, key, slot, config, toolchain })
    }

    /// Decides by `strategy`.
    ///
    /// # Errors
    /// A glob that cannot be understood.
    pub(crate) fn decide(&self, strategy: &dyn FreshnessStrategy) -> Result<Decision, BuildError> {
        let mut newest = self.decide_by(self.slot.stamp(), strategy)?;
        if newest.verdict.is_fresh() || !newest.verdict.reasons.iter().all(is_of_the_world) {
            return Ok(newest);
        }
        for path in publish::earlier_stamps(&self.slot) {
            let mut earlier = self.decide_by(path, strategy)?;
            newest.work += Work { inputs: 0, ..earlier.work };
            if earlier.verdict.is_fresh() {
                earlier.work = Work { inputs: earlier.work.inputs, ..newest.work };
                earlier.outdated = true;
                return Ok(earlier);
            }
        }
        Ok(newest)
    }

    fn decide_by(
        &self,
        path: PathBuf,
        strategy: &dyn FreshnessStrategy,
    ) -> Result<Decision, BuildError> {
        let stale = |reason, stamp| {
            let verdict = Verdict { reasons: vec![reason] };
            Decision { verdict, stamp, outdated: false, work: Work::default() }
        };
        let stamp = match self.believed(&path) {
            Ok(stamp) => stamp,
            Err(reason) => return Ok(stale(reason, None)),
        };
        let compared = match check::check(&stamp, &self.specs_here(), strategy, &self.told()) {
            Ok(compared) => compared,
            Err(no_answer) => {
                let believed = (!matches!(no_answer, NoAnswer::Damaged(_))).then_some(stamp);
                return Ok(stale(no_answer.reason(&path, strategy.id())?, believed));
            }
        };
        let mut work = Work::default();
        let Assessment { mut reasons, mut outdated, .. } =
            self.compare_surroundings(&stamp.head, &mut work);
        let Assessment { reasons: of_inputs, work: assessed, outdated: of_stats } = compared;
        reasons.extend(of_inputs);
        outdated |= of_stats;
        work += assessed;
        let archives = self.compare_archives(&stamp.head, strategy, &mut work);
        reasons.extend(archives.reasons);
        outdated |= archives.outdated;
        Ok(Decision { verdict: Verdict { reasons }, stamp: Some(stamp), outdated, work })
    }

    /// The stamp at `path`, if it is one of this slot and profile.
    ///
    /// # Errors
    /// The reason why there is no stamp to believe.
    pub(crate) fn believed(&self, path: &Path) -> Result<Record, Reason> {
        let stamp = self.slot.open_stamp(path)?;
        self.foreign(&stamp.head).map_or(Ok(stamp), Err)
    }

    /// What differs of the toolchain and the environment.
    pub(crate) fn compare_surroundings(&self, stamp: &Head, work: &mut Work) -> Assessment {
        let mut found = self.toolchain.compare(stamp, work);
        found.reasons.extend(self.request.env.compare(&stamp.environment));
        found
    }

    /// What differs of the published archives.
    pub(crate) fn compare_archives(
        &self,
        stamp: &Head,
        strategy: &dyn FreshnessStrategy,
        work: &mut Work,
    ) -> Assessment {
        let mut found = Assessment::default();
        let when = match strategy.reads_always() {
            true => ReadBytes::Always,
            false => ReadBytes::WhereStatDiffers,
        };
        for archive in &stamp.archives {
            let path = self.slot.dir().join(&archive.file.path);
            match publish::examine(&self.slot, archive, when, work) {
                Condition::Intact => {}
                Condition::Restamped => found.outdated = true,
                Condition::Missing => found.reasons.push(Reason::ArchiveMissing { path }),
                Condition::Changed(problem) => {
                    found.reasons.push(Reason::ArchiveChanged { path, problem });
                }
            }
        }
        found
    }

    /// The inputs of a stamp as they are now: those it remembers, and those that follow from where we
    /// stand.
    ///
    /// # Errors
    /// A glob that cannot be understood.
    pub(crate) fn snapshot(&self, stamp: &Stamp) -> Result<(Snapshot, Lists), BadGlob> {
        let here = self.specs_here();
        let specs = here.iter().chain(&stamp.specs);
        Ok(Snapshot::take_listed(discover(&stamp.snapshot.root, specs)?))
    }

    /// Passes on how far a look at the inputs has come.
    pub(crate) fn told(&self) -> impl Fn(usize, usize) + Sync {
        let events = self.request.events;
        move |done, of| events(Event::Looking { done, of })
    }

    /// The inputs that follow from where we stand.
    pub(crate) fn specs_here(&self) -> Vec<InputSpec> {
        inputs::up_the_tree(self.request.workspace, &self.config)
    }

    /// The profile as a stamp of this request records it.
    pub(crate) fn profile_facts(&self) -> Vec<freshness_core::Fact> {
        let mut facts = self.request.profile.facts();
        facts.push(freshness_core::Fact {
            name: DIRECTORY.into(),
            value: Some(Escaped::path(self.request.workspace).to_string()),
        });
        facts
    }

    /// Why a stamp is not one of this slot and profile: a collision, a copy, a moved workspace.
    fn foreign(&self, stamp: &Head) -> Option<Reason> {
        let changed = |field: &str, was: Option<String>, is: Option<String>| {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "none".into());
            Reason::ProfileChanged { field: field.into(), was: shown(was), is: shown(is) }
        };
        if stamp.key != self.key.as_str() {
            let (was, is) = (stamp.key.clone(), self.key.to_string());
            return Some(changed("key", Some(was), Some(is)));
        }
        let was = |name: &str| stamp.profile.iter().find(|f| f.name == name)?.value.clone();
        let facts = self.profile_facts();
        let differing = facts.into_iter().find(|fact| was(&fact.name) != fact.value)?;
        Some(changed(&differing.name, was(&differing.name), differing.value))
    }

    /// The answer that `stamp` serves.
    pub(crate) fn outcome<'s>(
        &self,
        verdict: Verdict,
        stamp: Option<impl Into<Serving<'s>>>,
        work: Work,
    ) -> Outcome {
        let serving = stamp.map(Into::into);
        let workspace = || self.request.workspace.to_path_buf();
        // Nothing below it is a link, or it would not be believed.
        let slot = serving.as_ref().and_then(|_| fs::canonicalize(self.slot.dir()).ok());
        let slot = slot.as_deref().unwrap_or(self.slot.dir());
        let archives =
            serving.iter().flat_map(|serving| &serving.head.archives).map(|archive| ReadyArchive {
                package: archive.package.clone(),
                kind: archive.kind.clone(),
                path: slot.join(&archive.file.path),
                bytes: archive.file.meta.len,
                digest: archive.file.digest,
            });
        Outcome {
            key: self.key.clone(),
            root: serving.as_ref().map_or_else(workspace, |serving| serving.root.to_path_buf()),
            verdict,
            archives: self.request.profile.in_order(archives.collect()),
            generation: serving.as_ref().map(|serving| serving.head.generation),
            built: false,
            prebuilt: false,
            origin: serving.and_then(|serving| serving.head.origin.clone()),
            asked: Asked::No,
            upload: None,
            work,
        }
    }
}

/// Whether a reason speaks of the world rather than of the stamp or what it serves: only then may
/// another generation fit.
fn is_of_the_world(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::ToolchainChanged { .. }
            | Reason::EnvChanged { .. }
            | Reason::InputAdded { .. }
            | Reason::InputRemoved { .. }
            | Reason::InputChanged { .. }
            | Reason::InputNewer { .. }
            | Reason::InputUnreadable { .. }
    )
}

/// Says whether the archives are current. Spawns nothing, writes nothing, locks nothing.
///
/// # Errors
/// A store that must not be believed; a glob that cannot be understood.
pub fn check(request: &Request<'_>) -> Result<Outcome, BuildError> {
    let scene = Scene::look(request)?;
    let decision = scene.decide(request.strategy)?;
    let serving = decision.stamp.as_ref().filter(|_| decision.verdict.is_fresh());
    let outcome = scene.outcome(decision.verdict.clone(), serving, decision.work);
    let root = decision.stamp.map_or(outcome.root, |stamp| stamp.root);
    Ok(Outcome { root, ..outcome })
}
