//! One thing that differs from the newest build: what it was and is, whose it is, and who sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use freshness_core::snapshot::look;
use freshness_core::{
    Digest, FreshnessStrategy, InputPath, Reason, SealedFile, Snapshot, State, Target,
};

use super::Compared;
use crate::seal;
use crate::why::Why;

/// Something that differs from the newest build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// What differs, in the words of the strategy that reads most of those that see it.
    pub reason: Reason,
    /// Whose it is.
    pub group: Group,
    /// Why an input is one.
    pub why: Vec<String>,
    /// What it was, where it is something in the file system.
    pub was: Option<Seen>,
    /// What it is.
    pub is: Option<Seen>,
    /// Whether what a build reads of it is something else.
    pub content: Content,
    /// Each strategy by name and option, with what it makes of it.
    pub sights: Vec<(String, Sight)>,
}

/// Whose a culprit is: in the order in which they are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Everything's: compiler, environment, settings, the lock file, the stamp itself.
    Build,
    /// This package's.
    Package(String),
    /// What the configuration adds.
    ExtraInputs,
    /// What was published.
    Archives,
}

/// What was seen at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What is there.
    pub state: State,
    /// The digest of its content, where it was taken.
    pub digest: Option<Digest>,
}

/// Whether what a build reads is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// It is.
    Changed,
    /// It cannot be told.
    Unknown,
    /// It is not: only times or the inode differ.
    Same,
}

/// What a strategy makes of a culprit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A reason to build.
    Counts,
    /// Nothing, and rightly: it holds what it held.
    Passes,
    /// Nothing, because it does not see it.
    Misses,
}

impl Culprit {
    /// Something of which no file tells more.
    pub(super) fn plain(reason: Reason, group: Group, sights: Vec<(String, Sight)>) -> Self {
        let content = Content::Changed;
        Self { reason, group, why: Vec::new(), was: None, is: None, content, sights }
    }

    /// Adds what is and was at the place of a sealed file.
    pub(super) fn with_file(mut self, sealed: Option<(PathBuf, &SealedFile)>) -> Self {
        if let Some((path, file)) = sealed {
            let digest = seal::digest_file(&path).ok().map(|(digest, _)| digest);
            self.was = Some(Seen { state: State::Here(file.meta), digest: Some(file.digest) });
            self.is = Some(Seen { state: look(&path), digest });
            if digest == Some(file.digest) {
                self.content = Content::Same;
            }
        }
        self
    }

    /// What strategies found of one input, by their index.
    pub(super) fn of_input(
        path: &InputPath,
        reasons: &[(usize, Reason)],
        why: Vec<String>,
        side: &Side<'_>,
        strategies: &[&dyn FreshnessStrategy],
    ) -> Self {
        // Who reads every byte is not deceived by a time.
        let closest = strategies.iter().position(|strategy| strategy.reads_always());
        let by_closest = reasons.iter().find(|(index, _)| Some(*index) == closest);
        let content = match (by_closest, closest) {
            (Some((_, Reason::InputUnreadable { .. })), _) | (None, None) => Content::Unknown,
            (Some(_), _) => Content::Changed,
            (None, Some(_)) => Content::Same,
        };
        let sight = |index: usize| match reasons.iter().any(|(seer, _)| *seer == index) {
            true => Sight::Counts,
            false if content == Content::Same => Sight::Passes,
            false => Sight::Misses,
        };
        let sights = strategies.iter().enumerate();
        let sights = sights.map(|(index, s)| (s.id().to_string(), sight(index))).collect();
        let fallback = || Reason::ChangedDuringBuild { path: path.clone() };
        let reason = by_closest.or(reasons.first()).map(|(_, reason)| reason.clone());
        Self {
            reason: reason.unwrap_or_else(fallback),
            group: group_of(&why),
            was: side.was(path),
            is: side.is(path),
            why,
            content,
            sights,
        }
    }

    /// The strategies that see it so.
    pub fn seen(&self, sight: Sight) -> impl Iterator<Item = &str> {
        self.sights.iter().filter(move |(_, s)| *s == sight).map(|(name, _)| name.as_str())
    }
}

/// Puts culprits in the order in which they are told: what concerns everything, packages of which a content
/// changed, packages that were merely touched, the rest; in each, changed contents first, then by path.
pub(super) fn in_order(mut culprits: Vec<Culprit>) -> Vec<Culprit> {
    let mut nearest: BTreeMap<Group, Content> = BTreeMap::new();
    for culprit in &culprits {
        let content = nearest.entry(culprit.group.clone()).or_insert(culprit.content);
        *content = culprit.content.min(*content);
    }
    let rank = |group: &Group| match group {
        Group::Build => 0,
        Group::Package(_) => 1,
        Group::ExtraInputs => 2,
        Group::Archives => 3,
    };
    culprits.sort_by(|a, b| {
        let key = |culprit: &Culprit| (rank(&culprit.group), nearest.get(&culprit.group).copied());
        key(a).cmp(&key(b)).then_with(|| (&a.group, a.content).cmp(&(&b.group, b.content)))
    });
    culprits
}

/// The package that reads an input, where one does.
fn group_of(why: &[String]) -> Group {
    let whys: Vec<Why<'_>> = why.iter().filter_map(|why| Why::parse(why)).collect();
    // What a unit says comes before what the archive as a whole says.
    let own = whys.iter().filter(|why| !matches!(why, Why::ArchiveDepInfo(_)));
    let package = own.chain(&whys).find_map(|why| why.package());
    match package {
        Some(package) => Group::Package(package.to_owned()),
        None if whys.contains(&Why::ExtraInputs) => Group::ExtraInputs,
        None => Group::Build,
    }
}

/// Both sides of some inputs, with digests: those on record, and those of another read.
pub(super) struct Side<'a> {
    compared: &'a Compared,
    now: Snapshot,
    digests_now: Vec<Option<Digest>>,
    strategies: &'a [&'a dyn FreshnessStrategy],
}

impl<'a> Side<'a> {
    pub(super) fn look(
        compared: &'a Compared,
        paths: &BTreeSet<&InputPath>,
        strategies: &'a [&'a dyn FreshnessStrategy],
    ) -> Self {
        let entry = |path: &&InputPath| Some(((*path).clone(), compared.now.get(path)?.clone()));
        let entries = paths.iter().filter_map(entry).collect();
        let now = Snapshot { root: compared.now.root.clone(), entries };
        let mut digests_now = vec![None; now.entries.len()];
        for strategy in strategies {
            let width = strategy.evidence_bytes();
            if width == 0 || digests_now.iter().any(Option::is_some) {
                continue;
            }
            let evidence = strategy.observe(&now, None).evidence;
            let parts = evidence.chunks(width).map(|part| strategy.digest_in(part));
            digests_now = parts.collect();
        }
        Self { compared, now, digests_now, strategies }
    }

    pub(super) fn is(&self, path: &InputPath) -> Option<Seen> {
        let Ok(index) = self.now.entries.binary_search_by(|(p, _)| p.cmp(path)) else {
            return Some(Seen { state: State::Absent, digest: None });
        };
        let digest = self.digests_now.get(index).copied().flatten();
        Some(Seen { state: self.now.entries[index].1.clone(), digest })
    }

    pub(super) fn was(&self, path: &InputPath) -> Option<Seen> {
        let then = &self.compared.stamp.snapshot;
        let index = then.entries.binary_search_by(|(p, _)| p.cmp(path)).ok()?;
        let digest = self.strategies.iter().find_map(|strategy| {
            let recorded = self.compared.stamp.recorded(strategy.id())?;
            strategy.digest_in(recorded.known(index, *strategy).evidence)
        });
        Some(Seen { state: then.entries[index].1.clone(), digest })
    }
}

impl Seen {
    /// What is at an absolute path now, without a digest.
    pub(super) fn at(path: &Path) -> Self {
        Self { state: look(path), digest: None }
    }

    /// The stat that tells most: of what a link leads to, or of what is there.
    #[must_use]
    pub fn meta(&self) -> Option<&freshness_core::Meta> {
        match &self.state {
            State::Here(meta) | State::Link { target: Target::There(meta), .. } => Some(meta),
            State::Link { own, .. } => Some(own),
            State::Absent | State::Unreadable(_) => None,
        }
    }
}
