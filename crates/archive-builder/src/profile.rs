//! What is asked of cargo, in one canonical form.
//!
//! Two profiles that ask for the same thing are equal here, however they were written: features and
//! emit kinds are sets, a package named twice is named once. The order of packages is kept for the
//! answer, and does not enter the key.

use std::collections::BTreeSet;
use std::path::PathBuf;

use freshness_core::Fact;

use crate::artifact::{ArtifactKind, ProductKind};

/// What is wanted where nothing else is said.
const ONLY_STATIC: [ArtifactKind; 1] = [ArtifactKind::StaticLib];

/// What is asked of cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The packages whose archives are wanted, in the order of the answer; none leaves it to cargo, which
    /// takes the default members of the workspace, or the package that it stands in.
    pub packages: Vec<String>,
    /// The kinds of files that are wanted of each package. All kinds together mean whatever cargo makes;
    /// otherwise a package that makes none of them is refused.
    pub artifacts: BTreeSet<ArtifactKind>,
    /// cargo features: `feature` or `package/feature`.
    pub features: BTreeSet<String>,
    /// Whether the packages' default features are on.
    pub default_features: bool,
    /// cargo's own profile: `release`, `dev`, or a custom one.
    pub cargo_profile: String,
    /// The target triple or target specification file; `None` leaves it to cargo's configuration.
    pub target: Option<String>,
    /// The panic strategy; `None` leaves it to cargo's profile.
    pub panic: Option<Panic>,
    /// Flags for rustc beside those of the environment and configuration, in order.
    pub rustflags: Vec<String>,
    /// What to publish of each package.
    pub emit: BTreeSet<Emit>,
    /// Globs and paths, relative to the workspace directory, that are inputs as well.
    pub extra_inputs: Vec<String>,
    /// Further variables that the build reads.
    pub env: BTreeSet<String>,
    /// What to do where a build fails.
    pub on_failure: OnFailure,
    /// Where prebuilt archives lie.
    pub prebuilt: Option<PathBuf>,
}

/// A panic strategy of rustc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panic {
    /// Unwind the stack.
    Unwind,
    /// End the process.
    Abort,
}

impl Panic {
    /// rustc's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Panic::Unwind => "unwind",
            Panic::Abort => "abort",
        }
    }
}

/// What to publish of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emit {
    /// Its static library.
    Link,
    /// Its LLVM bitcode.
    LlvmBc,
}

impl Emit {
    /// rustc's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Emit::Link => "link",
            Emit::LlvmBc => "llvm-bc",
        }
    }

    /// The kind of archive that it publishes.
    #[must_use]
    pub fn archive_kind(self) -> &'static str {
        ProductKind::from(self).word()
    }
}

/// What to do where a build fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Fail.
    #[default]
    Error,
    /// Use the prebuilt archives, and say so.
    Prebuilt,
}

impl Profile {
    /// A profile for these packages with everything else as cargo's `--release` has it.
    pub fn release(packages: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut profile = Self {
            packages: Vec::new(),
            artifacts: BTreeSet::from(ONLY_STATIC),
            features: BTreeSet::new(),
            default_features: true,
            cargo_profile: "release".into(),
            target: None,
            panic: None,
            rustflags: Vec::new(),
            emit: BTreeSet::from([Emit::Link]),
            extra_inputs: Vec::new(),
            env: BTreeSet::new(),
            on_failure: OnFailure::Error,
            prebuilt: None,
        };
        profile.set_packages(packages);
        profile
    }

    /// A profile of whatever cargo makes where it stands, of these packages or its own choice.
    pub fn of_cargo(
        packages: impl IntoIterator<Item = impl Into<String>>,
        cargo_profile: &str,
    ) -> Self {
        Self {
            artifacts: ArtifactKind::ALL.into(),
            cargo_profile: cargo_profile.to_owned(),
            ..Self::release(packages)
        }
    }

    /// Whether everything is wanted that cargo makes.
    pub(crate) fn wants_all(&self) -> bool {
        ArtifactKind::ALL.iter().all(|kind| self.artifacts.contains(kind))
    }

    /// Sets the packages; a repetition is dropped.
    pub fn set_packages(&mut self, packages: impl IntoIterator<Item = impl Into<String>>) {
        self.packages.clear();
        for package in packages.into_iter().map(Into::into) {
            if !self.packages.contains(&package) {
                self.packages.push(package);
            }
        }
    }

    /// The fields that name a slot: both values of each can be wanted on disk at once.
    pub(crate) fn key_fields(&self) -> Vec<(&'static str, Vec<&str>)> {
        let mut packages: Vec<&str> = self.packages.iter().map(String::as_str).collect();
        packages.sort_unstable();
        let mut fields = vec![
            ("packages", packages),
            ("features", self.features.iter().map(String::as_str).collect()),
            ("default-features", vec![if self.default_features { "true" } else { "false" }]),
            ("cargo-profile", vec![&self.cargo_profile]),
            ("target", self.target.iter().map(String::as_str).collect()),
            ("panic", self.panic.iter().map(|p| p.word()).collect()),
            ("rustflags", self.rustflags.iter().map(String::as_str).collect()),
            ("emit", self.emit.iter().map(|e| e.word()).collect()),
        ];
        // What was the only choice once has no field, so that slots of that time serve.
        if self.artifacts != BTreeSet::from(ONLY_STATIC) {
            fields.push(("artifacts", self.artifacts.iter().map(|kind| kind.word()).collect()));
        }
        fields
    }

    /// The fields that a stamp records beside the key's: a change of them replaces the archives.
    fn stamp_fields(&self) -> Vec<(&'static str, Vec<&str>)> {
        let mut extra_inputs: Vec<&str> = self.extra_inputs.iter().map(String::as_str).collect();
        extra_inputs.sort_unstable();
        extra_inputs.dedup();
        vec![("extra-inputs", extra_inputs), ("env", self.env.iter().map(String::as_str).collect())]
    }

    /// The whole profile in clear, as a stamp records it.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let fields = self.key_fields().into_iter().chain(self.stamp_fields());
        fields.map(|(name, values)| Fact { name: name.into(), value: listed(&values) }).collect()
    }
}

/// Values as one text; quoted, so that `["a, b"]` and `["a", "b"]` stay apart.
fn listed(values: &[&str]) -> Option<String> {
    let quoted: Vec<String> = values.iter().map(|v| format!("{v:?}")).collect();
    (!quoted.is_empty()).then(|| quoted.join(", "))
}
