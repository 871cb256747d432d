//! What a tool reads itself, recorded and compared as the inputs of archives are.
//!
//! A compiler has sources of its own, and "did one change?" should have one answer, by one strategy, for
//! them and for its archives. So the same record serves: paths (absent ones too) with their stats, the
//! evidence of every strategy, and the moment before the first look. Finding the paths, and proving that
//! what was worked on is what is recorded, is left to the tool: [`Look`]s can be compared for that.

use std::path::Path;
use std::sync::OnceLock;

use freshness_core::check::check;
use freshness_core::spread::UNTOLD;
use freshness_core::stamp::codec::{TooLarge, Undecodable};
use freshness_core::{
    Assessment, Evidence, FreshnessStrategy, Head, InputPath, InputSet, InputSpec, Lists, Pattern,
    Record, Recorded, Snapshot, Stamp, State, Timestamp,
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
        Self::observe_by(&EVIDENCE, look, cutoff, earlier)
    }

    fn observe_by(
        strategies: &[&dyn FreshnessStrategy],
        look: Look,
        cutoff: Timestamp,
        earlier: Option<&Self>,
    ) -> Self {
        let evidence = |strategy: &&dyn FreshnessStrategy| {
            let id = strategy.id();
            let known = earlier.and_then(|earlier| earlier.recorded(*strategy));
            let bytes = strategy.observe(&look.0, known).evidence;
            Evidence { strategy: id.name.into(), version: id.evidence_version, bytes }
        };
        Self { evidence: strategies.iter().map(evidence).collect(), look, cutoff }
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

    /// The record as bytes, with checksums.
    ///
    /// # Errors
    /// More than [`StoredInputs::decode`] would accept.
    pub fn encode(self) -> Result<Vec<u8>, TooLarge> {
        // Each input is one because it is named, and nothing has to be listed to know that.
        let named = |(path, _): &(InputPath, State)| InputSpec {
            pattern: Pattern::Path(path.as_path().to_path_buf()),
            why: "named by the tool".into(),
        };
        let entries = &self.look.0.entries;
        Stamp {
            head: Head { cutoff: self.cutoff, ..Head::default() },
            specs: entries.iter().map(named).collect(),
            lists: Lists { complete: true, found: vec![false; entries.len()], ..Lists::default() },
            snapshot: self.look.0,
            evidence: self.evidence,
        }
        .encode()
    }
}

/// An [`InputRecord`] that was encoded, read only as far as it is asked for.
#[derive(Debug)]
pub struct StoredInputs {
    record: Record,
    whole: OnceLock<Option<InputRecord>>,
}

impl StoredInputs {
    /// The record of these bytes.
    ///
    /// # Errors
    /// Anything but one whole record of this version, as far as its length and its head tell; what is damaged
    /// beyond them is no record for [`StoredInputs::whole`] and [`Freshness::check_inputs`].
    pub fn decode(bytes: Vec<u8>) -> Result<Self, Undecodable> {
        Ok(Self { record: Record::of_bytes(bytes)?, whole: OnceLock::new() })
    }

    /// The whole record; nothing where it is damaged.
    #[must_use]
    pub fn whole(&self) -> Option<&InputRecord> {
        let load = || {
            let stamp = self.record.load().ok()?;
            let (look, cutoff) = (Look(stamp.snapshot), stamp.head.cutoff);
            Some(InputRecord { look, cutoff, evidence: stamp.evidence })
        };
        self.whole.get_or_init(load).as_ref()
    }
}

impl Freshness {
    /// Records `look` as [`InputRecord::observe`] does, with the evidence of the caller's own strategies as well.
    #[must_use]
    pub fn observe_inputs(
        &self,
        look: Look,
        cutoff: Timestamp,
        earlier: Option<&InputRecord>,
    ) -> InputRecord {
        InputRecord::observe_by(&self.evidence(), look, cutoff, earlier)
    }

    /// What differs between a record of the tool's own inputs and the world, by the strategy that
    /// decides; nothing where the record has no evidence for it, or is damaged.
    #[must_use]
    pub fn check_inputs(&self, stored: &StoredInputs) -> Option<Assessment> {
        check(&stored.record, &[], self.deciding_strategy(), UNTOLD).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use archive_builder::{Environment, Tool};
    use freshness_core::strategy::{Finding as Found, Known, Subject};
    use freshness_core::{StrategyId, Work};

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
        let record = InputRecord::observe(look, LATER, None);
        let stored = StoredInputs::decode(record.clone().encode().unwrap()).unwrap();
        assert_eq!(stored.whole(), Some(&record));
        let strategies = [StrategyName::Mtime, StrategyName::Hash].map(freshness);
        for freshness in &strategies {
            let unchanged = freshness.check_inputs(&stored).unwrap();
            assert_eq!((unchanged.reasons, unchanged.work.stats), (vec![], 2));
        }
        fs::write(dir.path().join("a"), "22").unwrap();
        fs::write(dir.path().join("b"), "").unwrap();
        for freshness in &strategies {
            let reasons = freshness.check_inputs(&stored).unwrap().reasons;
            let paths: Vec<_> = reasons.iter().filter_map(|r| r.path()).collect();
            assert_eq!(paths, [Path::new("a"), Path::new("b")]);
        }
    }

    #[test]
    fn a_record_that_is_damaged_anywhere_is_none() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let record = InputRecord::observe(Look::at(dir.path(), ["a", "b"].map(path)), LATER, None);
        let whole = record.encode().unwrap();
        let freshness = freshness(StrategyName::Hash);
        for index in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[index] ^= 1;
            let Ok(stored) = StoredInputs::decode(flipped) else { continue };
            assert!(stored.whole().is_none(), "byte {index}");
            assert!(freshness.check_inputs(&stored).is_none(), "byte {index}");
        }
    }

    /// It bears a name that is not its own, and believes whatever it is handed.
    struct Impostor;

    impl FreshnessStrategy for Impostor {
        fn id(&self) -> StrategyId {
            StrategyId { name: "hash", option: "impostor", evidence_version: 1 }
        }

        fn evidence_bytes(&self) -> usize {
            8
        }

        fn observe_one(&self, _: Subject<'_>, _: Option<Known<'_>>, _: &mut [u8], _: &mut Work) {}

        fn assess_one(&self, _: Subject<'_>, _: Known<'_>, _: &mut Work) -> Found {
            Found::default()
        }
    }

    #[test]
    fn evidence_of_another_width_is_none_whatever_name_is_borne() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        let record = InputRecord::observe(Look::at(dir.path(), [path("a")]), LATER, None);
        let stored = StoredInputs::decode(record.encode().unwrap()).unwrap();
        assert!(freshness(StrategyName::Hash).check_inputs(&stored).is_some());
        let impostor = freshness(StrategyName::Hash).custom_strategy(Arc::new(Impostor));
        assert!(impostor.check_inputs(&stored).is_none());
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
