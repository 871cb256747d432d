//! Why something is looked at: the words that a stamp keeps beside each pattern, and what they tell.
//!
//! A stamp holds words rather than codes, so that a reader of any version can show them. What the words say
//! of a package is read back here, beside where they are made, and only ever to explain: nothing is decided
//! by them.

use std::fmt::{self, Display};

/// Why a pattern is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why<'a> {
    /// It configures cargo.
    CargoConfiguration,
    /// It chooses a toolchain.
    ToolchainFile,
    /// The manifest of the workspace.
    WorkspaceManifest,
    /// `Cargo.lock`.
    LockFile,
    /// Where a manifest would make another workspace.
    ManifestUpTheTree,
    /// The manifest of a member, where cargo chooses what is built.
    MemberManifest,
    /// Where members may be.
    Members,
    /// What a custom target is.
    TargetSpecification,
    /// The configuration adds it.
    ExtraInputs,
    /// The manifest of this package.
    Manifest(&'a str),
    /// `build.rs` of this package, which has no build script.
    PossibleBuildScript(&'a str),
    /// Any file of this package, as long as its units have not told what they read.
    Package(&'a str),
    /// A unit of this package read it.
    DepInfo(&'a str),
    /// The archive of this package was made from it, says cargo.
    ArchiveDepInfo(&'a str),
    /// Where a module of this package may come from.
    Module(&'a str),
    /// It may be a target of this package.
    Targets(&'a str),
    /// The build script of this package declared it.
    BuildScript(&'a str),
    /// The build script of this package has most likely compiled it.
    NativeSource(&'a str),
}

/// What is said of a package: the words before its name, those behind it, and what they make of the name.
type OfPackage<'a> = (&'static str, &'static str, fn(&'a str) -> Why<'a>);

/// Longer words before those that they begin with.
fn of_packages<'a>() -> [OfPackage<'a>; 9] {
    [
        ("manifest of ", "", Why::Manifest),
        ("build script that ", " may get", Why::PossibleBuildScript),
        ("package ", "", Why::Package),
        ("dep-info of the archive of ", "", Why::ArchiveDepInfo),
        ("dep-info of ", "", Why::DepInfo),
        ("module of ", "", Why::Module),
        ("targets of ", "", Why::Targets),
        ("build script of ", "", Why::BuildScript),
        ("native source of ", "", Why::NativeSource),
    ]
}

const PLAIN: [Why<'static>; 9] = [
    Why::CargoConfiguration,
    Why::ToolchainFile,
    Why::WorkspaceManifest,
    Why::LockFile,
    Why::ManifestUpTheTree,
    Why::MemberManifest,
    Why::Members,
    Why::TargetSpecification,
    Why::ExtraInputs,
];

impl<'a> Why<'a> {
    /// What these words say; nothing where another version wrote them.
    pub(crate) fn parse(words: &'a str) -> Option<Self> {
        let plain = PLAIN.into_iter().find(|why| why.plain_words() == Some(words));
        plain.or_else(|| {
            of_packages().into_iter().find_map(|(before, behind, why)| {
                Some(why(words.strip_prefix(before)?.strip_suffix(behind)?))
            })
        })
    }

    /// The package that it speaks of, if it speaks of one.
    pub(crate) fn package(self) -> Option<&'a str> {
        match self {
            Why::Manifest(name)
            | Why::PossibleBuildScript(name)
            | Why::Package(name)
            | Why::DepInfo(name)
            | Why::ArchiveDepInfo(name)
            | Why::Module(name)
            | Why::Targets(name)
            | Why::BuildScript(name)
            | Why::NativeSource(name) => Some(name),
            _ => None,
        }
    }

    fn plain_words(self) -> Option<&'static str> {
        match self {
            Why::CargoConfiguration => Some("cargo configuration"),
            Why::ToolchainFile => Some("toolchain file"),
            Why::WorkspaceManifest => Some("workspace manifest"),
            Why::LockFile => Some("lock file"),
            Why::ManifestUpTheTree => Some("manifest up the tree"),
            Why::MemberManifest => Some("manifest of a member"),
            Why::Members => Some("members"),
            Why::TargetSpecification => Some("target specification"),
            Why::ExtraInputs => Some("extra-inputs"),
            _ => None,
        }
    }
}

impl Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(words) = self.plain_words() {
            return f.write_str(words);
        }
        let name = self.package().unwrap_or_default();
        let around = of_packages().into_iter().find(|(_, _, why)| why(name) == *self);
        let (before, behind) = around.map_or(("", ""), |(before, behind, _)| (before, behind));
        write!(f, "{before}{name}{behind}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let of_packages = of_packages().into_iter().map(|(_, _, why)| why("some-package"));
        for why in PLAIN.into_iter().chain(of_packages) {
            assert_eq!(Why::parse(&why.to_string()), Some(why));
        }
        assert_eq!(Why::parse("dep-info of the archive of a"), Some(Why::ArchiveDepInfo("a")));
        assert_eq!(Why::parse("build script that a may get").and_then(Why::package), Some("a"));
        assert_eq!(Why::parse("something of a later version"), None);
    }
}
