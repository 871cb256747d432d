//! The kinds of files that cargo makes of packages, and how each is known among what cargo names.

use std::path::Path;

use crate::profile::Emit;

/// A kind of file that cargo makes of a package. Their order is that of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// A static library, for linkers.
    StaticLib,
    /// A dynamic library for other languages, or a module of WebAssembly.
    Cdylib,
    /// A dynamic library for Rust.
    Dylib,
    /// A library for Rust.
    Rlib,
    /// A procedural macro, for the compiler that runs here.
    ProcMacro,
    /// A program.
    Bin,
}

impl ArtifactKind {
    /// Every kind, in order.
    pub const ALL: [Self; 6] =
        [Self::StaticLib, Self::Cdylib, Self::Dylib, Self::Rlib, Self::ProcMacro, Self::Bin];

    /// cargo's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::StaticLib => "staticlib",
            Self::Cdylib => "cdylib",
            Self::Dylib => "dylib",
            Self::Rlib => "rlib",
            Self::ProcMacro => "proc-macro",
            Self::Bin => "bin",
        }
    }

    /// The kind of a target of this crate type.
    pub(crate) fn of_crate_type(crate_type: &str) -> Option<Self> {
        match crate_type {
            "lib" => Some(Self::Rlib),
            word => Self::ALL.into_iter().find(|kind| kind.word() == word),
        }
    }

    /// What a file is that cargo named for a target of these crate types; nothing for what comes along, such
    /// as debug information, metadata and import libraries.
    pub(crate) fn of_file(file: &Path, crate_types: &[String]) -> Option<Self> {
        let name = file.file_name()?.to_str()?;
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let makes = |kind: &Self| {
            crate_types.iter().any(|crate_type| Self::of_crate_type(crate_type) == Some(*kind))
        };
        let candidates: &[Self] = match extension {
            "a" => &[Self::StaticLib],
            "lib" if !name.ends_with(".dll.lib") => &[Self::StaticLib],
            "so" | "dylib" | "dll" => &[Self::Cdylib, Self::Dylib, Self::ProcMacro],
            "rlib" => &[Self::Rlib],
            "wasm" => &[Self::Cdylib, Self::Bin],
            "" | "exe" => &[Self::Bin],
            _ => &[],
        };
        candidates.iter().copied().find(makes)
    }
}

/// What is published of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ProductKind {
    /// What cargo makes of it.
    Artifact(ArtifactKind),
    /// The LLVM bitcode of its static library.
    Bitcode,
}

impl ProductKind {
    /// The word for it in a stamp and an answer.
    pub(crate) fn word(self) -> &'static str {
        match self {
            ProductKind::Artifact(kind) => kind.word(),
            ProductKind::Bitcode => Emit::LlvmBc.word(),
        }
    }

    /// The kind of this word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let artifact = ArtifactKind::ALL.into_iter().find(|kind| kind.word() == word);
        let bitcode = || (word == Emit::LlvmBc.word()).then_some(ProductKind::Bitcode);
        artifact.map(ProductKind::Artifact).or_else(bitcode)
    }

    /// Where a kind of this word stands in the answer: the static library first, then its bitcode.
    pub(crate) fn rank(word: &str) -> Option<usize> {
        let first = [ArtifactKind::StaticLib.word(), Emit::LlvmBc.word()];
        let rest = ArtifactKind::ALL.iter().skip(1).map(|kind| kind.word());
        first.into_iter().chain(rest).position(|known| known == word)
    }

    /// Whether it is to be started.
    pub(crate) fn is_program(self) -> bool {
        self == ProductKind::Artifact(ArtifactKind::Bin)
    }
}

impl From<Emit> for ProductKind {
    fn from(emit: Emit) -> Self {
        match emit {
            Emit::Link => ProductKind::Artifact(ArtifactKind::StaticLib),
            Emit::LlvmBc => ProductKind::Bitcode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(file: &str, crate_types: &[&str]) -> Option<ArtifactKind> {
        let crate_types: Vec<String> = crate_types.iter().map(ToString::to_string).collect();
        ArtifactKind::of_file(Path::new(file), &crate_types)
    }

    #[test]
    fn files_are_known_by_their_names_and_what_the_target_makes() {
        let all = ["staticlib", "cdylib", "lib"];
        assert_eq!(kind("/t/libx.a", &all), Some(ArtifactKind::StaticLib));
        assert_eq!(kind("/t/x.lib", &all), Some(ArtifactKind::StaticLib));
        assert_eq!(kind("/t/libx.so", &all), Some(ArtifactKind::Cdylib));
        assert_eq!(kind("/t/libx.dylib", &["dylib"]), Some(ArtifactKind::Dylib));
        assert_eq!(kind("/t/libx.so", &["proc-macro"]), Some(ArtifactKind::ProcMacro));
        assert_eq!(kind("/t/libx.rlib", &all), Some(ArtifactKind::Rlib));
        assert_eq!(kind("/t/x.wasm", &["cdylib"]), Some(ArtifactKind::Cdylib));
        assert_eq!(kind("/t/x.wasm", &["bin"]), Some(ArtifactKind::Bin));
        assert_eq!(kind("/t/my-tool", &["bin"]), Some(ArtifactKind::Bin));
        assert_eq!(kind("/t/x.exe", &["bin"]), Some(ArtifactKind::Bin));
    }

    #[test]
    fn what_comes_along_is_nothing() {
        for file in ["/t/libx.rmeta", "/t/x.dll.lib", "/t/x.pdb", "/t/x.dSYM", "/t/x.d", "/t/x"] {
            assert_eq!(kind(file, &["cdylib", "lib"]), None, "{file}");
        }
        assert_eq!(kind("/t/x.js", &["bin"]), None);
    }

    #[test]
    fn the_static_library_comes_first_and_then_its_bitcode() {
        let order = ["staticlib", "llvm-bc", "cdylib", "dylib", "rlib", "proc-macro", "bin"];
        for (rank, word) in order.into_iter().enumerate() {
            assert_eq!(ProductKind::rank(word), Some(rank));
        }
        assert_eq!(ProductKind::rank("output"), None);
    }
}
