//! What a toolchain holds: a configuration, its own name, and the environment that it was given.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use archive_builder::explain::{Explanation as Differences, Forecast, PathStory};
use archive_builder::gc::{self, Collection, DryRun, Limits};
use archive_builder::job::{self, CommandStdout, Job, JobOutcome, JobRequest};
use archive_builder::remote::Remote;
use archive_builder::{
    BuildError, Cancel, CargoOutput, Environment, Event, Force, Key, Missing, Outcome, Profile,
    Request, Tool, store,
};
use freshness_core::{FreshnessStrategy, StrategyId};

use crate::config::{Config, ConfigError};
use crate::remote::Uploads;
use crate::strategies::{self, StrategyName};

/// Asks for archives by the names of a configuration.
pub struct Freshness {
    config: Config,
    tool: Tool,
    environment: Environment,
    strategy: Arc<dyn FreshnessStrategy>,
    strategy_name: StrategyName,
    /// Those of the caller, whose evidence every build records.
    own_strategies: Vec<Arc<dyn FreshnessStrategy>>,
    cargo_output: CargoOutput,
    pub(crate) remote: Option<Arc<Remote>>,
    pub(crate) uploads: Uploads,
    pub(crate) cancel: Cancel,
    on_event: Box<dyn Fn(Event<'_>) + Send + Sync>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The check or the build.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// What every strategy says of one profile.
#[derive(Debug)]
pub struct Explanation {
    /// What the chosen strategy says.
    pub outcome: Outcome,
    /// What each says, by name and option, in a fixed order; the caller's own come last.
    pub strategies: Vec<(String, Outcome)>,
    /// How long each took to say it.
    pub durations: Vec<Duration>,
    /// What differs from the newest build, whoever sees it.
    pub differences: Differences,
}

impl Explanation {
    /// What cargo would do, as far as the newest stamp tells; nothing is started to find out.
    #[must_use]
    pub fn forecast(&self) -> Forecast {
        self.differences.forecast(!self.outcome.verdict.is_fresh())
    }

    /// What a path, which is absolute, means to the newest build.
    #[must_use]
    pub fn path(&self, path: &Path) -> PathStory {
        self.differences.path(&strategies::ALL, path)
    }
}

impl Freshness {
    /// Asks on behalf of `tool`, with the strategy that the configuration names.
    #[must_use]
    pub fn new(config: Config, tool: Tool, environment: Environment) -> Self {
        let strategy_name = config.strategy;
        Self {
            strategy: config.options.strategy(strategy_name).into(),
            strategy_name,
            own_strategies: Vec::new(),
            config,
            tool,
            environment,
            cargo_output: CargoOutput::default(),
            remote: None,
            uploads: Uploads::default(),
            cancel: Cancel::default(),
            on_event: Box::new(|_| {}),
        }
    }

    /// Decides by another strategy than the configuration names.
    #[must_use]
    pub fn strategy(mut self, name: StrategyName) -> Self {
        self.strategy = self.config.options.strategy(name).into();
        self.strategy_name = name;
        self
    }

    /// Decides by a strategy of the caller's own, and has every build record its evidence beside that of the
    /// built-in ones, whichever decides in the end.
    ///
    /// A stamp without its evidence (of a build before it was given, or by someone who does not know it) is
    /// stale for it, with the code `stamp-version`, and never fresh. One that bears the name of a built-in
    /// strategy is another option of that one, and reads its evidence.
    #[must_use]
    pub fn custom_strategy(mut self, strategy: Arc<dyn FreshnessStrategy>) -> Self {
        self.own_strategies.push(Arc::clone(&strategy));
        self.strategy = strategy;
        self
    }

    /// Sends cargo's progress and diagnostics there.
    #[must_use]
    pub fn cargo_output(mut self, output: CargoOutput) -> Self {
        self.cargo_output = output;
        self
    }

    /// Asks this storage for what is stale here, before cargo; what is built all the same is put there after
    /// [`Freshness::build`] returned, on a thread of its own: see [`Freshness::finish_uploads`].
    #[must_use]
    pub fn remote(mut self, remote: Arc<Remote>) -> Self {
        self.remote = Some(remote);
        self
    }

    /// Stops a build where this wishes it: what cargo started is ended, and the lock is free again.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Is told of what happens meanwhile.
    #[must_use]
    pub fn on_event(mut self, on_event: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Box::new(on_event);
        self
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The name of the built-in strategy that was chosen; one of the caller's own may decide in its place.
    #[must_use]
    pub fn strategy_name(&self) -> StrategyName {
        self.strategy_name
    }

    /// Name, option and evidence version of the strategy that decides.
    #[must_use]
    pub fn strategy_id(&self) -> StrategyId {
        self.strategy.id()
    }

    /// Whether the strategy takes no unchanged `stat` for an unchanged file.
    #[must_use]
    pub fn reads_always(&self) -> bool {
        self.strategy.reads_always()
    }

    /// Whether the archives of a profile are current. Spawns nothing, writes nothing, locks nothing.
    ///
    /// # Errors
    /// An unknown profile; a store that must not be believed.
    pub fn check(&self, profile: &str) -> Result<Outcome, Error> {
        self.asked(profile, archive_builder::check)
    }

    /// Current archives of a profile: those that are there, or those of one build.
    ///
    /// # Errors
    /// An unknown profile; whatever keeps the archives from being built.
    pub fn build(&self, profile: &str) -> Result<Outcome, Error> {
        self.build_with(profile, Force::No)
    }

    /// The same, and builds what is fresh where `force` says so.
    ///
    /// # Errors
    /// Those of [`Freshness::build`].
    pub fn build_with(&self, profile: &str, force: Force) -> Result<Outcome, Error> {
        let build = |request: &Request<'_>| archive_builder::build_or_prebuilt(request, force);
        Ok(self.uploading(self.asked(profile, build)?))
    }

    /// The prebuilt archives of a profile, without trying cargo.
    ///
    /// # Errors
    /// An unknown profile; one that is missing or unusable; those of building what is missing.
    pub fn prebuilt(&self, profile: &str, missing: Missing) -> Result<Outcome, Error> {
        let take = |request: &Request<'_>| archive_builder::prebuilt(request, missing);
        Ok(self.uploading(self.asked(profile, take)?))
    }

    /// What every strategy says of a profile. Spawns nothing, writes nothing, locks nothing.
    ///
    /// # Errors
    /// Those of [`Freshness::check`].
    pub fn explain(&self, profile: &str) -> Result<Explanation, Error> {
        let outcome = self.check(profile)?;
        let (profile, evidence) = (self.config.profile(profile)?, self.evidence());
        let own = self.own_strategies.iter().map(|strategy| &**strategy);
        let all: Vec<&dyn FreshnessStrategy> = strategies::ALL.into_iter().chain(own).collect();
        let mut durations = Vec::new();
        let strategies = (all.iter())
            .map(|strategy| {
                let start = Instant::now();
                let request = self.request(profile, *strategy, &evidence);
                let outcome = archive_builder::check(&request)?;
                durations.push(start.elapsed());
                Ok((strategy.id().to_string(), outcome))
            })
            .collect::<Result<_, BuildError>>()?;
        let request = self.request(profile, &*self.strategy, &evidence);
        let mut differences = archive_builder::explain(&request, &all)?;
        differences.tell_of(&self.strategy.id().to_string(), &outcome.verdict.reasons);
        Ok(Explanation { outcome, strategies, durations, differences })
    }

    /// Whether a command would have to run. Spawns nothing, writes nothing, locks nothing.
    ///
    /// # Errors
    /// Those of [`job::check`].
    pub fn check_job(&self, job: &Job) -> Result<JobOutcome, Error> {
        let evidence = self.evidence();
        Ok(job::check(&self.job_request(job, CommandStdout::Inherit, &evidence))?)
    }

    /// Runs a command if it has to run; its failure is an outcome.
    ///
    /// # Errors
    /// Those of [`job::run`].
    pub fn run_job(&self, job: &Job, stdout: CommandStdout) -> Result<JobOutcome, Error> {
        let evidence = self.evidence();
        Ok(job::run(&self.job_request(job, stdout, &evidence))?)
    }

    fn job_request<'a>(
        &'a self,
        job: &'a Job,
        stdout: CommandStdout,
        strategies: &'a [&'a dyn FreshnessStrategy],
    ) -> JobRequest<'a> {
        JobRequest {
            job,
            tool: &self.tool,
            store: &self.config.store,
            strategy: &*self.strategy,
            strategies,
            lock_timeout: self.config.lock_timeout,
            stdout,
            cancel: &self.cancel,
            events: &*self.on_event,
        }
    }

    /// What lies in the store. Spawns nothing, writes nothing, locks nothing.
    ///
    /// # Errors
    /// A store that must not be believed or cannot be listed.
    pub fn list(&self) -> Result<store::Contents, Error> {
        Ok(store::contents(&self.config.store)?)
    }

    /// Removes from the store what no one needs, and what `limits` ask for.
    ///
    /// # Errors
    /// Those of [`Freshness::list`]; something that cannot be removed.
    pub fn gc(&self, limits: Limits, dry_run: DryRun) -> Result<Collection, Error> {
        Ok(gc::collect(&self.config.store, limits, dry_run)?)
    }

    /// Removes the slot of one profile, or every slot of this workspace, whole.
    ///
    /// # Errors
    /// Those of [`Freshness::gc`]; an unknown profile; a slot that is in use, and then nothing is removed.
    pub fn clean(&self, profile: Option<&str>) -> Result<Collection, Error> {
        let Config { directory, store, profiles, .. } = &self.config;
        let key =
            |profile: &Profile| Key::derive(profile, &self.tool, directory, store).to_string();
        let keys = match profile {
            Some(name) => [key(self.config.profile(name)?)].into(),
            None => profiles.values().map(key).collect(),
        };
        let workspace = profile.is_none().then_some(directory.as_path());
        Ok(gc::clean(store, &keys, workspace)?)
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(crate) fn deciding_strategy(&self) -> &dyn FreshnessStrategy {
        &*self.strategy
    }

    /// One strategy of each name: a stamp holds the evidence of each.
    pub(crate) fn evidence(&self) -> Vec<&dyn FreshnessStrategy> {
        let mut all: Vec<&dyn FreshnessStrategy> = strategies::EVIDENCE.to_vec();
        for own in &self.own_strategies {
            if all.iter().all(|known| known.id().name != own.id().name) {
                all.push(&**own);
            }
        }
        all
    }

    /// What the builder is asked about a profile by the strategy that decides.
    pub(crate) fn asked<T>(
        &self,
        profile: &str,
        ask: impl FnOnce(&Request<'_>) -> Result<T, BuildError>,
    ) -> Result<T, Error> {
        let (profile, evidence) = (self.config.profile(profile)?, self.evidence());
        Ok(ask(&self.request(profile, &*self.strategy, &evidence))?)
    }

    fn request<'a>(
        &'a self,
        profile: &'a Profile,
        strategy: &'a dyn FreshnessStrategy,
        strategies: &'a [&'a dyn FreshnessStrategy],
    ) -> Request<'a> {
        Request {
            profile,
            tool: &self.tool,
            workspace: &self.config.directory,
            store: &self.config.store,
            env: &self.environment,
            strategy,
            strategies,
            lock_timeout: self.config.lock_timeout,
            generations: self.config.generations,
            vouch: self.config.vouch,
            cargo_output: self.cargo_output,
            remote: self.remote.as_ref(),
            cancel: &self.cancel,
            events: &*self.on_event,
        }
    }
}

impl Error {
    /// The stable code of this error, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Config(error) => error.code(),
            Error::Build(error) => error.code(),
        }
    }

    /// The path that this error is about, if it is about one.
    #[must_use]
    pub fn path(&self) -> Option<&std::path::Path> {
        match self {
            Error::Config(error) => error.path(),
            Error::Build(error) => error.path(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Error::Config(error) => error.hint().to_owned(),
            Error::Build(error) => error.hint(),
        }
    }
}
