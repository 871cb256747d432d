//! Says what differs from the newest build and who would see it: for people, never for a verdict.
//!
//! The newest stamp is read whole and the world looked at once; then every strategy reads both. So what one
//! strategy does not count is shown with those that do, and a change that one of them cannot see is told
//! apart from one that is none. Costs what the dearest strategy costs, and a second read of what changed.
//! Spawns nothing, writes nothing, locks nothing.

mod culprit;
mod forecast;
mod path;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use freshness_core::{
    FreshnessStrategy, InputPath, InputSpec, Reason, Snapshot, Stamp, State, Work,
};

use crate::decide::Scene;
use crate::error::BuildError;
use crate::inputs::{self, Input};
use crate::request::Request;

pub use culprit::{Content, Culprit, Group, Seen, Sight};
pub use forecast::{Forecast, Step};
pub use path::{PathStory, Standing};

use culprit::Side;
use path::Places;

/// What differs from the newest build, whoever sees it.
#[derive(Debug)]
pub struct Explanation {
    /// The directory that paths of inputs are relative to.
    pub root: PathBuf,
    /// The generation of the newest build; nothing where none is on record that can be believed.
    pub newest: Option<u64>,
    /// What differs: what concerns the whole build first, then package by package.
    pub culprits: Vec<Culprit>,
    /// Every input of the newest build, with why it is one.
    pub inputs: Vec<Input>,
    compared: Option<Compared>,
    places: Places,
    vouch: bool,
}

/// What was compared.
#[derive(Debug)]
struct Compared {
    stamp: Stamp,
    now: Snapshot,
    specs: Vec<InputSpec>,
}

/// One input, as it was recorded and as it is.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The input, with why it is one.
    pub input: &'a Input,
    /// What it was; nothing where the newest build did not know it.
    pub was: Option<&'a State>,
    /// What it is.
    pub is: Option<&'a State>,
}

/// Explains the newest build of a request by these strategies. Spawns nothing, writes nothing, locks nothing.
///
/// # Errors
/// A store that must not be believed; a glob that cannot be understood.
pub fn explain(
    request: &Request<'_>,
    strategies: &[&dyn FreshnessStrategy],
) -> Result<Explanation, BuildError> {
    let scene = Scene::look(request)?;
    let path = scene.slot.stamp();
    let loaded = scene.believed(&path).and_then(|record| {
        record.load().map_err(|problem| Reason::StampUnreadable { path, problem })
    });
    let stamp = match loaded {
        Ok(stamp) => stamp,
        Err(reason) => return Ok(without_stamp(&scene, reason, strategies)),
    };
    let specs: Vec<InputSpec> = scene.specs_here().into_iter().chain(stamp.specs.clone()).collect();
    let root = stamp.snapshot.root.clone();
    let inputs = inputs::with_reasons(&root, &specs)?;
    let (now, _) = scene.snapshot(&stamp)?;
    let compared = Compared { stamp, now, specs };
    let found = Found::by(&scene, &compared, strategies);
    let culprits = found.culprits(&scene, &compared, &inputs, strategies);
    Ok(Explanation {
        root,
        newest: Some(compared.stamp.head.generation),
        culprits: culprit::in_order(culprits),
        inputs,
        places: Places::of(&scene),
        vouch: request.vouch,
        compared: Some(compared),
    })
}

fn without_stamp(
    scene: &Scene<'_>,
    reason: Reason,
    strategies: &[&dyn FreshnessStrategy],
) -> Explanation {
    let sights = strategies.iter().map(|s| (s.id().to_string(), Sight::Counts)).collect();
    Explanation {
        root: scene.request.workspace.to_path_buf(),
        newest: None,
        culprits: vec![Culprit::plain(reason, Group::Build, sights)],
        inputs: Vec::new(),
        compared: None,
        places: Places::of(scene),
        vouch: scene.request.vouch,
    }
}

impl Explanation {
    /// Adds what a strategy of this name gave as its reasons and is not told yet: what was wrong with its own
    /// evidence, or came up since. So no reason goes untold.
    pub fn tell_of(&mut self, strategy: &str, reasons: &[Reason]) {
        for reason in reasons {
            let is_it = |culprit: &Culprit| match reason.input() {
                Some(path) => culprit.reason.input() == Some(path),
                None => culprit.reason == *reason,
            };
            if !self.culprits.iter().any(is_it) {
                let sights = vec![(strategy.to_owned(), Sight::Counts)];
                self.culprits.insert(0, Culprit::plain(reason.clone(), Group::Build, sights));
            }
        }
    }

    /// What cargo would do, as far as the newest stamp tells; nothing is started to find out.
    #[must_use]
    pub fn forecast(&self, is_stale: bool) -> Forecast {
        Forecast::new(&self.culprits, is_stale, self.vouch)
    }

    /// Every input with its states, in path order.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        let compared = self.compared.as_ref();
        self.inputs.iter().map(move |input| Pair {
            input,
            was: compared.and_then(|compared| compared.stamp.snapshot.get(&input.path)),
            is: compared.and_then(|compared| compared.now.get(&input.path)),
        })
    }
}

/// What each strategy found, in the order of the strategies.
struct Found {
    /// Of each input that some strategy calls changed.
    of_inputs: BTreeMap<InputPath, Vec<(usize, Reason)>>,
    /// Of compiler and environment, which all strategies see.
    of_surroundings: Vec<Reason>,
    /// Of each published archive that some strategy calls changed.
    of_archives: BTreeMap<PathBuf, Vec<(usize, Reason)>>,
}

impl Found {
    fn by(scene: &Scene<'_>, compared: &Compared, strategies: &[&dyn FreshnessStrategy]) -> Self {
        let Compared { stamp, now, .. } = compared;
        let mut work = Work::default();
        let mut found = Self {
            of_inputs: BTreeMap::new(),
            of_surroundings: scene.compare_surroundings(&stamp.head, &mut work).reasons,
            of_archives: BTreeMap::new(),
        };
        for (index, strategy) in strategies.iter().enumerate() {
            if let Some(recorded) = stamp.recorded(strategy.id()) {
                for reason in strategy.assess(now, recorded).reasons {
                    let Some(path) = reason.input().cloned() else { continue };
                    found.of_inputs.entry(path).or_default().push((index, reason));
                }
            }
            for reason in scene.compare_archives(&stamp.head, *strategy, &mut work).reasons {
                let path = reason.path().map(Into::into).unwrap_or_default();
                found.of_archives.entry(path).or_default().push((index, reason));
            }
        }
        found
    }

    fn culprits(
        self,
        scene: &Scene<'_>,
        compared: &Compared,
        inputs: &[Input],
        strategies: &[&dyn FreshnessStrategy],
    ) -> Vec<Culprit> {
        let all = |sight: Sight| -> Vec<(String, Sight)> {
            strategies.iter().map(|s| (s.id().to_string(), sight)).collect()
        };
        let surroundings = self.of_surroundings.into_iter().map(|reason| {
            let sealed = compared.stamp.head.toolchain_files.iter();
            let sealed = sealed.into_iter().find(|file| reason.path() == Some(&file.path));
            let plain = Culprit::plain(reason, Group::Build, all(Sight::Counts));
            plain.with_file(sealed.map(|file| (file.path.clone(), file)))
        });
        let mut culprits: Vec<Culprit> = surroundings.collect();
        let changed: BTreeSet<&InputPath> = self.of_inputs.keys().collect();
        let side = Side::look(compared, &changed, strategies);
        for (path, reasons) in &self.of_inputs {
            let why = why_of(path, inputs, compared);
            culprits.push(Culprit::of_input(path, reasons, why, &side, strategies));
        }
        for (path, reasons) in self.of_archives {
            let mut sights = all(Sight::Misses);
            reasons.iter().for_each(|(index, _)| sights[*index].1 = Sight::Counts);
            let archive = compared.stamp.head.archives.iter();
            let archive =
                archive.map(|archive| (scene.slot.dir().join(&archive.file.path), archive));
            let sealed = archive.into_iter().find(|(sealed, _)| *sealed == path);
            let sealed = sealed.map(|(path, archive)| (path, &archive.file));
            let reason = reasons.into_iter().next().map(|(_, reason)| reason);
            let plain = reason.map(|reason| Culprit::plain(reason, Group::Archives, sights));
            culprits.extend(plain.map(|plain| plain.with_file(sealed)));
        }
        culprits
    }
}

/// Why `path` is or was an input: what names or finds it now, else what may have found it then.
fn why_of(path: &InputPath, inputs: &[Input], compared: &Compared) -> Vec<String> {
    if let Ok(index) = inputs.binary_search_by(|input| input.path.cmp(path)) {
        return inputs[index].why.clone();
    }
    let root = &compared.now.root;
    let may_find = |spec: &&InputSpec| path::may_find(root, spec, path);
    let mut why: Vec<String> =
        compared.specs.iter().filter(may_find).map(|spec| spec.why.clone()).collect();
    why.dedup();
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_no_comparison_gave_is_told_once() {
        let path = InputPath::from_recorded("a".into());
        let added = Reason::InputAdded { path: path.clone() };
        let version =
            Reason::StampVersion { path: "/slot/stamp".into(), problem: "no evidence".into() };
        let mut explanation = Explanation {
            root: "/ws".into(),
            newest: Some(1),
            culprits: vec![Culprit::plain(added, Group::Package("a".into()), Vec::new())],
            inputs: Vec::new(),
            compared: None,
            places: Places::default(),
            vouch: true,
        };
        let removed = Reason::InputRemoved { path };
        for _ in 0..2 {
            explanation.tell_of("hash/changed", &[removed.clone(), version.clone()]);
        }
        let told: Vec<&str> = explanation.culprits.iter().map(|c| c.reason.code()).collect();
        assert_eq!(told, ["stamp-version", "input-added"]);
        assert_eq!(
            explanation.culprits[0].seen(Sight::Counts).collect::<Vec<_>>(),
            ["hash/changed"]
        );
    }
}
