//! Values that are one of a few words, with errors that name them all.

use std::fmt;
use std::marker::PhantomData;

use archive_builder::{ArtifactKind, Emit, OnFailure, Panic};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use strategy_hash::Reread;
use strategy_mtime::Rule;

use super::RemoteMode;
use crate::strategies::StrategyName;

/// A value that a configuration writes as a word.
pub(crate) trait Words: Copy + 'static {
    /// Every word and what it means.
    const WORDS: &'static [(&'static str, Self)];
}

impl Words for StrategyName {
    const WORDS: &'static [(&'static str, Self)] =
        &[("mtime", StrategyName::Mtime), ("hash", StrategyName::Hash)];
}

impl Words for Rule {
    const WORDS: &'static [(&'static str, Self)] =
        &[("recorded", Rule::Recorded), ("newer-than", Rule::NewerThan)];
}

impl Words for Reread {
    const WORDS: &'static [(&'static str, Self)] =
        &[("changed", Reread::Changed), ("always", Reread::Always)];
}

impl Words for Panic {
    const WORDS: &'static [(&'static str, Self)] =
        &[("unwind", Panic::Unwind), ("abort", Panic::Abort)];
}

impl Words for Emit {
    const WORDS: &'static [(&'static str, Self)] =
        &[("link", Emit::Link), ("llvm-bc", Emit::LlvmBc)];
}

/// One kind of artifact, or whatever cargo makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Artifacts {
    /// This kind.
    One(ArtifactKind),
    /// Every kind.
    All,
}

impl Words for Artifacts {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("staticlib", Artifacts::One(ArtifactKind::StaticLib)),
        ("cdylib", Artifacts::One(ArtifactKind::Cdylib)),
        ("dylib", Artifacts::One(ArtifactKind::Dylib)),
        ("rlib", Artifacts::One(ArtifactKind::Rlib)),
        ("proc-macro", Artifacts::One(ArtifactKind::ProcMacro)),
        ("bin", Artifacts::One(ArtifactKind::Bin)),
        ("all", Artifacts::All),
    ];
}

impl Words for OnFailure {
    const WORDS: &'static [(&'static str, Self)] =
        &[("error", OnFailure::Error), ("prebuilt", OnFailure::Prebuilt)];
}

impl Words for RemoteMode {
    const WORDS: &'static [(&'static str, Self)] =
        &[("off", Self::Off), ("read", Self::Read), ("read-write", Self::ReadWrite)];
}

/// The value of this word, if it is one.
pub(crate) fn parse<T: Words>(word: &str) -> Option<T> {
    T::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// Every word, for messages: `` `mtime` or `hash` ``.
pub(crate) fn allowed<T: Words>() -> String {
    let words: Vec<String> = T::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
    words.join(" or ")
}

/// A word in a configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Words> Visitor<'_> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&allowed::<T>())
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
        parse(word).map(Word).ok_or_else(|| E::invalid_value(de::Unexpected::Str(word), &self))
    }
}
