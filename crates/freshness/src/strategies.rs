//! Turns the names of a configuration into strategies; the one place that knows them all.

use freshness_core::FreshnessStrategy;
use serde::{Deserialize, Deserializer};
use strategy_hash::{HashStrategy, Reread};
use strategy_mtime::{MtimeStrategy, Rule};

use crate::config::word::{self, Word};

/// A strategy by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StrategyName {
    /// Stamps and recorded times.
    Mtime,
    /// Digests of contents.
    #[default]
    Hash,
}

impl StrategyName {
    /// The name in configurations.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            StrategyName::Mtime => "mtime",
            StrategyName::Hash => "hash",
        }
    }

    /// The strategy of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        word::parse(name)
    }
}

impl<'de> Deserialize<'de> for StrategyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Word::deserialize(deserializer).map(|word| word.0)
    }
}

/// The options of all strategies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StrategyOptions {
    mtime: MtimeOptions,
    hash: HashOptions,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MtimeOptions {
    rule: Word<Rule>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HashOptions {
    reread: Word<Reread>,
}

impl StrategyOptions {
    /// The strategy of this name, with its option.
    #[must_use]
    pub fn strategy(&self, name: StrategyName) -> Box<dyn FreshnessStrategy> {
        match name {
            StrategyName::Mtime => Box::new(MtimeStrategy { rule: self.mtime.rule.0 }),
            StrategyName::Hash => Box::new(HashStrategy { reread: self.hash.reread.0 }),
        }
    }
}

/// One strategy of each name: a stamp holds the evidence of each, and options of one name share it.
pub(crate) const EVIDENCE: [&dyn FreshnessStrategy; 2] =
    [&MtimeStrategy { rule: Rule::Recorded }, &HashStrategy { reread: Reread::Changed }];

/// Every strategy with every option, for comparison.
pub(crate) const ALL: [&dyn FreshnessStrategy; 4] = [
    &MtimeStrategy { rule: Rule::Recorded },
    &MtimeStrategy { rule: Rule::NewerThan },
    &HashStrategy { reread: Reread::Changed },
    &HashStrategy { reread: Reread::Always },
];
