//! The native archives of a program: which profile it needs, and where its archives come from.
//!
//! The profile follows from the program's features alone, so it never depends on how warm a cache is, and
//! two programs with different features keep their archives side by side under two keys.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freshness::{
    Cancel, Config, Environment, Escaped, Event, Freshness, Missing, Outcome, Profile,
    ReadyArchive, StrategyName, StrategyOptions, Tool,
};

use crate::error::CompileError;
use crate::language::Feature;
use crate::record::LinkedArchive;
use crate::wrappers::{Invocation, Needs, Wrappers};

/// Whether archives are built where they are stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auto {
    /// They are.
    #[default]
    Build,
    /// Prebuilt ones are linked, without asking cargo.
    Prebuilt,
}

/// Where archives come from.
#[derive(Clone, Debug)]
pub struct ArchiveSettings {
    /// The cargo workspace of their sources.
    pub workspace: PathBuf,
    /// Where they are kept: absolute, or relative to the workspace.
    pub store: PathBuf,
    /// Where prebuilt ones lie.
    pub prebuilt: PathBuf,
    /// Whether they are built.
    pub auto: Auto,
    /// The strategy that decides, for them and for the program's modules.
    pub strategy: StrategyName,
    /// The options of all strategies.
    pub options: StrategyOptions,
    /// Wrappers to link that no import names.
    pub forced_wrappers: Vec<String>,
}

/// Archives that can be linked.
#[derive(Clone, Debug, Default)]
pub struct ReadyArchives {
    /// In the order in which they are linked.
    pub archives: Vec<ReadyArchive>,
    /// What was asked, one for each invocation of cargo.
    pub outcomes: Vec<Outcome>,
    /// How many had to be read for their digests.
    pub hashed: usize,
}

impl ReadyArchives {
    /// What a record keeps of them.
    #[must_use]
    pub fn linked(&self) -> Vec<LinkedArchive> {
        let linked = |archive: &ReadyArchive| LinkedArchive {
            package: archive.package.clone(),
            digest: archive.digest,
        };
        self.archives.iter().map(linked).collect()
    }

    /// Where they are, in the order in which they are linked.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        self.archives.iter().map(|archive| archive.path.clone()).collect()
    }

    /// Whether all of them were there and current.
    #[must_use]
    pub fn hit(&self) -> bool {
        let is_hit =
            |outcome: &Outcome| !outcome.built && (outcome.prebuilt || outcome.verdict.is_fresh());
        self.outcomes.iter().all(is_hit)
    }

    fn add(&mut self, outcome: Outcome) {
        self.hashed += if outcome.prebuilt { outcome.archives.len() } else { 0 };
        self.archives.extend(outcome.archives.iter().cloned());
        self.outcomes.push(outcome);
    }
}

/// Told of what a build of archives does.
pub type OnEvent = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Asks for archives on behalf of the compiler.
pub struct Archives {
    settings: ArchiveSettings,
    config: Config,
    environment: Environment,
    wrappers: Wrappers,
    cancel: Cancel,
    on_event: OnEvent,
}

impl Archives {
    /// Nothing is looked at yet but whether the workspace is there.
    ///
    /// # Errors
    /// It is not.
    pub fn new(
        settings: ArchiveSettings,
        environment: Environment,
        cancel: Cancel,
        on_event: OnEvent,
    ) -> Result<Self, CompileError> {
        let workspace =
            |source| CompileError::Workspace { path: settings.workspace.clone(), source };
        let mut config = Config::new(&settings.workspace, &settings.store).map_err(workspace)?;
        config.strategy = settings.strategy;
        config.options = settings.options;
        let wrappers = Wrappers::embedded();
        Ok(Self { settings, config, environment, wrappers, cancel, on_event })
    }

    /// The strategy as it is asked about the program's own modules.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.freshness_for(&[])
    }

    /// The archives of a program with these features, if they are there and current. Starts nothing.
    ///
    /// # Errors
    /// A forced wrapper that is none.
    pub fn check(
        &self,
        features: &BTreeSet<Feature>,
    ) -> Result<Option<ReadyArchives>, CompileError> {
        let needs = self.needs(features)?;
        let invocations = invocations(&needs);
        let freshness = self.freshness_for(&invocations);
        let mut ready = ReadyArchives::default();
        for (index, name) in names(invocations.len()).enumerate() {
            let outcome = match self.origin(&needs, index) {
                Auto::Build => freshness.check(&name),
                Auto::Prebuilt => freshness.prebuilt(&name, Missing::Fail),
            };
            let Ok(mut outcome) = outcome else { return Ok(None) };
            if !outcome.prebuilt && !outcome.verdict.is_fresh() {
                return Ok(None);
            }
            if outcome.work.files_read > 0 && !freshness.reads_always() {
                // Something was only touched: a build renews the record, so that it is not read again.
                outcome = freshness.build(&name).map_err(CompileError::Archives)?;
            }
            ready.add(outcome);
        }
        Ok(Some(ready))
    }

    /// The archives of a program with these features, built where they have to be.
    ///
    /// # Errors
    /// Whatever keeps them from being there.
    pub fn prepare(&self, features: &BTreeSet<Feature>) -> Result<ReadyArchives, CompileError> {
        let needs = self.needs(features)?;
        let invocations = invocations(&needs);
        self.require_workspace()?;
        let freshness = self.freshness_for(&invocations);
        let mut ready = ReadyArchives::default();
        for (index, name) in names(invocations.len()).enumerate() {
            let missing = if index == 0 { Missing::Fail } else { Missing::Build };
            let outcome = match self.origin(&needs, index) {
                Auto::Build => freshness.build(&name),
                Auto::Prebuilt => freshness.prebuilt(&name, missing),
            };
            ready.add(outcome.map_err(CompileError::Archives)?);
        }
        Ok(ready)
    }

    /// Nothing is written into a directory that is no workspace.
    fn require_workspace(&self) -> Result<(), CompileError> {
        let path = self.settings.workspace.clone();
        let is_needed = self.settings.auto == Auto::Build;
        match std::fs::metadata(path.join("Cargo.toml")) {
            Err(source) if is_needed => Err(CompileError::Workspace { path, source }),
            _ => Ok(()),
        }
    }

    fn needs(&self, features: &BTreeSet<Feature>) -> Result<Needs, CompileError> {
        self.wrappers.needs(features, &self.settings.forced_wrappers)
    }

    /// Where the archives of an invocation come from; the first is that of the base. A wrapper that shares
    /// its invocation with the base cannot be built by itself.
    fn origin(&self, needs: &Needs, index: usize) -> Auto {
        match self.settings.auto {
            Auto::Prebuilt if index == 0 && self.lacks(&needs.shared_wrappers) => Auto::Build,
            auto => auto,
        }
    }

    /// Whether the prebuilt archive of one of these packages is missing.
    fn lacks(&self, packages: &[String]) -> bool {
        let file = |package: &String| format!("lib{}.a", package.replace('-', "_"));
        packages.iter().any(|package| !self.settings.prebuilt.join(file(package)).is_file())
    }

    fn freshness_for(&self, invocations: &[&Invocation]) -> Freshness {
        let mut config = self.config.clone();
        for (name, invocation) in names(invocations.len()).zip(invocations) {
            config.profiles.insert(name, self.profile(invocation));
        }
        let tool = Tool { name: "nativets".into(), version: env!("CARGO_PKG_VERSION").into() };
        Freshness::new(config, tool, self.environment.clone())
            .cargo_output(freshness::CargoOutput::Inherit)
            .cancel(self.cancel.clone())
            .on_event({
                let on_event = Arc::clone(&self.on_event);
                move |event: Event<'_>| on_event(event)
            })
    }

    fn profile(&self, invocation: &Invocation) -> Profile {
        let mut profile = Profile::release(invocation.packages.iter().cloned());
        profile.features.clone_from(&invocation.features);
        profile.default_features = false;
        profile.prebuilt = Some(self.settings.prebuilt.clone());
        profile
    }

    /// The fields of the settings that a program depends on: which strategy decides is not among them, nor
    /// where prebuilt archives lie that are not asked for.
    #[must_use]
    pub fn config_fields(&self) -> [Option<&Path>; 3] {
        let prebuilt = Some(self.settings.prebuilt.as_path());
        let prebuilt = prebuilt.filter(|_| self.settings.auto == Auto::Prebuilt);
        [Some(&self.config.directory), Some(&self.config.store), prebuilt]
    }

    /// The strategy's name.
    #[must_use]
    pub fn strategy_name(&self) -> StrategyName {
        self.settings.strategy
    }
}

fn invocations(needs: &Needs) -> Vec<&Invocation> {
    std::iter::once(&needs.base).chain(&needs.apart).collect()
}

fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|index| format!("invocation-{index}"))
}

/// A reason with its path relative to the workspace's root where it is inside.
#[must_use]
pub fn shown_reason(reason: &freshness::Reason, root: &Path) -> String {
    match reason.path() {
        Some(path) => {
            let path = path.strip_prefix(root).unwrap_or(path);
            format!("{} {}: {}", reason.code(), Escaped::path(path), reason.detail())
        }
        None => format!("{}: {}", reason.code(), reason.detail()),
    }
}
