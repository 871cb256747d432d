//! What a tool reads itself, recorded and compared as the inputs of archives are.
//!
//! A compiler has sources of its own, and "did one change?" should have one answer, by one strategy, for
//! them and for its archives. So the same record serves: paths (absent ones too) with their stats, the
//! evidence of every strategy, and the moment before the first look. Finding the paths, and proving that
//! what was worked on is what is recorded, is left to the tool: [`Look`]s can be compared for that.

use std::path::Path;

use freshness_core::stamp::codec::{TooLarge, Undecodable};
use freshness_core::{
    Assessment, Evidence, FreshnessStrategy, Head, InputPath, InputSet, Lists, Recorded, Snapshot,
    Stamp, State, Timestamp,
};

use crate::facade::Freshness;
use crate::strategies::EVIDENCE;

/// What some paths were like at one moment: one `lstat` each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look(Snapshot);

impl Look {
    /// Looks at `paths`, of which those inside `root` are relative to it.
    #[must_use]
    pub fn at(root: &Path, paths: impl IntoIterator<Item = InputPath>) -> Self {
        Self(Snapshot::take(InputSet::named(root, paths)))
    }

    /// What `path` was like, if it was looked at.
    #[must_use]
    pub fn state(&self, path: &InputPath) -> Option<&State> {
        self.0.get(path)
    }

    /// Whether every write from `cutoff` on would show in another look: nothing here is of that moment
    /// or later.
    #[must_use]
    pub fn is_settled(&self, cutoff: Timestamp) -> bool {
        self.0.racy(cutoff).is_none()
    }

    /// Looks at the same paths again.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::at(&self.0.root, self.0.entries.iter().map(|(path, _)| path.clone()))
    }
}

/// Inputs as they were, with what every strategy wants to know of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRecord {
    look: Look,
    cutoff: Timestamp,
    evidence: Vec<Evidence>,
}

impl InputRecord {
    /// Records `look`, which began after `cutoff` by the file system's clock. Contents are read, but
    /// where an `earlier` record proves them to be known.
    #[must_use]
    pub fn observe(look: Look, cutoff: Timestamp, earlier: Option<&Self>) -> Self {
        let evidence = |strategy: &&dyn FreshnessStrategy| {
            let id = strategy.id();
            let known = earlier.and_then(|earlier| earlier.recorded(*strategy));
            let bytes = strategy.observe(&look.0, known).evidence;
            Evidence { strategy: id.name.into(), version: id.evidence_version, bytes }
        };
        Self { evidence: EVIDENCE.iter().map(evidence).collect(), look, cutoff }
    }

    /// What was recorded.
    #[must_use]
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// Whether two records hold the same paths with the same contents, whatever their stats.
    #[must_use]
    pub fn has_same_contents(&self, other: &Self) -> bool {
        let listed = freshness_core::compare::compare_lists(&self.look.0, &other.look.0, |_| {});
        listed.is_empty() && self.evidence == other.evidence
    }

    fn recorded(&self, strategy: &dyn FreshnessStrategy) -> Option<Recorded<'_>> {
        Recorded::find(strategy.id(), &self.evidence, &self.look.0, self.cutoff)
    }

    /// The record as bytes, with a checksum.
    ///
    /// # Errors
    /// More than [`InputRecord::decode`] would accept.
    pub fn encode(self) -> Result<Vec<u8>, TooLarge> {
        Stamp {
            head: Head { cutoff: self.cutoff, ..Head::default() },
            specs: Vec::new(),
            snapshot: self.look.0,
            evidence: self.evidence,
            lists: Lists::default(),
        }
        .encode()
    }

    /// The record of these bytes.
    ///
    /// # Errors
    /// Anything but one whole record of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Undecodable> {
        let stamp = Stamp::decode(bytes)?;
        Ok(Self { look: Look(stamp.snapshot), cutoff: stamp.head.cutoff, evidence: stamp.evidence })
    }
}

impl Freshness {
    /// What differs between a record of the tool's own inputs and another look at them, by the strategy
    /// that decides; nothing where the record has no evidence for it.
    #[must_use]
    pub fn assess(&self, record: &InputRecord, now: &Look) -> Option<Assessment> {
        let strategy = self.deciding_strategy();
        Some(strategy.assess(&now.0, record.recorded(strategy)?))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use archive_builder::{Environment, Tool};

    use super::*;
    use crate::config::Config;
    use crate::strategies::StrategyName;

    const LATER: Timestamp = Timestamp { secs: i64::MAX, nanos: 0 };

    fn path(path: &str) -> InputPath {
        InputPath::new("/root".as_ref(), path.as_ref())
    }

    fn freshness(strategy: StrategyName) -> Freshness {
        let tool = Tool { name: "t".into(), version: "1".into() };
        let config = Config::new("/".as_ref(), "/store".as_ref()).unwrap();
        Freshness::new(config, tool, Environment::default()).strategy(strategy)
    }

    #[test]
    fn an_edit_and_a_file_that_appears_are_told_by_every_strategy() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let look = Look::at(dir.path(), ["a", "b"].map(path));
        let record = InputRecord::observe(look.clone(), LATER, None);
        let record = InputRecord::decode(&record.encode().unwrap()).unwrap();
        fs::write(dir.path().join("a"), "22").unwrap();
        fs::write(dir.path().join("b"), "").unwrap();
        for strategy in [StrategyName::Mtime, StrategyName::Hash] {
            let freshness = freshness(strategy);
            assert!(freshness.assess(&record, &look).unwrap().reasons.is_empty());
            let reasons = freshness.assess(&record, &look.again()).unwrap().reasons;
            let paths: Vec<_> = reasons.iter().filter_map(|r| r.path()).collect();
            assert_eq!(paths, [Path::new("a"), Path::new("b")]);
        }
    }

    #[test]
    fn a_touched_file_has_the_same_contents_and_an_edited_one_has_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "1").unwrap();
        let record =
            |earlier| InputRecord::observe(Look::at(dir.path(), [path("a")]), LATER, earlier);
        let first = record(None);
        filetime::set_file_mtime(&file, filetime::FileTime::from_unix_time(1, 0)).unwrap();
        assert!(first.has_same_contents(&record(Some(&first))));
        fs::write(&file, "2").unwrap();
        assert!(!first.has_same_contents(&record(Some(&first))));
    }

    #[test]
    fn a_look_is_settled_once_the_clock_has_moved_on() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let look = Look::at(dir.path(), [path("a")]);
        assert!(look.is_settled(LATER));
        assert!(!look.is_settled(Timestamp::default()));
    }
}
