//! The builder's storage, over a service.
//!
//! Each call is one future on one private runtime, bounded as a whole. Where the services differ (a share is looked
//! at first, Redis keeps bodies in pieces) the difference is told here and made elsewhere.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use archive_builder::remote::storage::{Body, Storage, StorageError, Stored, Trouble};
use futures_util::TryStreamExt;
use opendal::{Entry, Metadata, Operator};
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::environment::Variables;
use crate::pace::{Pace, Watch};
use crate::service::{Service, Writes};
use crate::share::There;
use crate::trouble::{Failure, Secrets};
use crate::{OpenError, Settings, bodies, name, pieces, service, share};

/// A storage that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    settings: Settings,
    service: Service,
    /// What is in front of every name, with a `/` at its end, if anything is.
    root: String,
    variables: Variables,
    secrets: Secrets,
    pace: Pace,
    runtime: Background,
    /// For everything but writing.
    reading: OnceLock<Operator>,
    writing: OnceLock<Operator>,
    /// Whether Redis answered, the last time that it was asked.
    is_reached: AtomicBool,
}

impl Opened {
    pub(crate) fn new(mut settings: Settings) -> Result<Self, OpenError> {
        let variables = Variables::new(std::mem::take(&mut settings.environment));
        let service = Service::of(&settings)?;
        let watch = match service {
            Service::Http { .. } => Watch::Client,
            Service::Fs { .. } | Service::Redis { .. } => Watch::Steps,
        };
        let pace = Pace {
            silence: settings.timeout,
            transfer: settings.transfer_timeout,
            retries: settings.retries,
            watch,
        };
        let secrets = variables.secrets();
        let root = settings.get("root").map(|root| format!("{}/", root.trim_matches('/')));
        Ok(Self {
            root: root.unwrap_or_default(),
            settings,
            service,
            variables,
            secrets,
            pace,
            runtime: Background::default(),
            reading: OnceLock::new(),
            writing: OnceLock::new(),
            is_reached: AtomicBool::new(false),
        })
    }

    /// Does `work` of the key that a body has, within all bounds.
    fn perform<T>(
        &self,
        operation: &'static str,
        name: &str,
        work: impl AsyncFnOnce(&str) -> Result<T, Failure>,
    ) -> Result<T, StorageError> {
        let done = match name::problem_of(name.strip_suffix('/').unwrap_or(name)) {
            Some(problem) => Err(Failure::new(Trouble::Unsupported, problem)),
            None => {
                let key = format!("{}{name}", self.root);
                // What a server answers may be such that OpenDAL panics; that is no reason not to build.
                let done = || self.runtime.block_on(self.pace.bound(work(&key)));
                let done = panic::catch_unwind(AssertUnwindSafe(done));
                let panicked = |_| Failure::new(Trouble::Answer, "its answer made OpenDAL panic");
                done.unwrap_or_else(|panic| Err(panicked(panic)))
            }
        };
        done.map_err(|Failure { trouble, problem, .. }| StorageError {
            operation,
            name: name.to_owned(),
            storage: self.settings.description.clone(),
            trouble,
            problem: self.secrets.scrub(&problem),
        })
    }

    async fn operator(&self, writes: Writes) -> Result<&Operator, Failure> {
        if let Service::Redis { endpoint, db, .. } = &self.service
            && !self.is_reached.load(Ordering::Relaxed)
        {
            pieces::reach((endpoint, *db), &self.variables, &self.pace).await?;
            self.is_reached.store(true, Ordering::Relaxed);
        }
        let made = match writes {
            Writes::Yes => &self.writing,
            Writes::No => &self.reading,
        };
        if let Some(operator) = made.get() {
            return Ok(operator);
        }
        let operator = match &self.service {
            Service::Fs { root } => {
                let path = |_| Failure::new(Trouble::Unsupported, "its path is not UTF-8");
                let root = root.clone().into_os_string().into_string().map_err(path)?;
                let make = move || Ok(service::of_directory(&root, writes)?);
                self.aside(make).await?
            }
            Service::Redis { endpoint, db, ttl } => {
                service::of_redis(&self.variables, (endpoint, *db, *ttl))?
            }
            Service::Http { scheme } => {
                let client = Client::new(self.pace.silence, &self.variables);
                let client = client
                    .map_err(|error| Failure::new(Trouble::Unreachable, error.to_string()))?;
                service::of_http(*scheme, &self.settings, &self.variables, client)?
            }
        };
        Ok(made.get_or_init(|| operator))
    }

    /// Does what may block for as long as a share hangs, and waits no longer than a silence.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let done = tokio::task::spawn_blocking(work);
        let ended = |_| Failure::new(Trouble::Unreachable, "the look at it came to no end");
        self.pace.step(async { done.await.unwrap_or_else(|error| Err(ended(error))) }).await
    }

    /// What has this name, in a share; elsewhere that is the service's to say.
    async fn look(&self, name: &str) -> Result<Option<There>, Failure> {
        let Service::Fs { root } = &self.service else { return Ok(None) };
        let (root, name) = (root.clone(), name.to_owned());
        self.aside(move || share::look(&root, &name)).await.map(Some)
    }

    /// Where no one else says what has a name, it is a body.
    async fn has_body(&self, name: &str) -> Result<bool, Failure> {
        Ok(matches!(self.look(name).await?, None | Some(There::Body)))
    }

    fn keeps_pieces(&self) -> bool {
        matches!(self.service, Service::Redis { .. })
    }

    /// Redis is asked anew whether it is there after it was not.
    fn noted<T>(&self, done: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(Failure { trouble: Trouble::Unreachable | Trouble::TimedOut, .. }) = done {
            self.is_reached.store(false, Ordering::Relaxed);
        }
        done
    }
}

impl Storage for Opened {
    fn describe(&self) -> String {
        self.settings.description.clone()
    }

    fn get(
        &self,
        name: &str,
        limit: u64,
        into: &mut dyn io::Write,
    ) -> Result<Option<u64>, StorageError> {
        self.perform("read", name, async |key| {
            if !self.has_body(key).await? {
                return Ok(None);
            }
            let operator = self.operator(Writes::No).await?;
            self.noted(match self.keeps_pieces() {
                true => pieces::get(operator, &self.pace, key, limit, into).await,
                false => bodies::get(operator, &self.pace, key, limit, into).await,
            })
        })
    }

    fn put(&self, name: &str, mut body: Body<'_>) -> Result<(), StorageError> {
        self.perform("write", name, async |key| {
            if let Service::Fs { root } = &self.service {
                let (made, root) = (self.writing.get().is_some(), PathBuf::from(root));
                if !made {
                    self.aside(move || share::make(&root)).await?;
                }
                self.look(key).await?;
            }
            let operator = self.operator(Writes::Yes).await?;
            self.noted(match self.keeps_pieces() {
                true => pieces::put(operator, &self.pace, key, &mut body).await,
                false => bodies::put(operator, &self.pace, key, &mut body).await,
            })
        })
    }

    fn length(&self, name: &str) -> Result<Option<u64>, StorageError> {
        self.perform("look at", name, async |key| {
            if !self.has_body(key).await? {
                return Ok(None);
            }
            let operator = self.operator(Writes::No).await?;
            if self.keeps_pieces() {
                return self.noted(pieces::length(operator, &self.pace, key).await);
            }
            let found = self.pace.persist(async || self.found(operator, key).await).await?;
            Ok(found.filter(Metadata::is_file).map(|found| found.content_length()))
        })
    }

    fn list(&self, prefix: &str, each: &mut dyn FnMut(Stored)) -> Result<(), StorageError> {
        self.perform("list", prefix, async |key| {
            if self.look(key).await? == Some(There::Nothing) {
                return Ok(());
            }
            let operator = self.operator(Writes::No).await?;
            if !operator.info().full_capability().list {
                let problem = "it cannot say what it holds: let it expire bodies itself";
                return Err(Failure::new(Trouble::Unsupported, problem));
            }
            let lister = operator.lister_with(key).recursive(true);
            let mut entries = self.pace.step(lister.into_future()).await?;
            while let Some(entry) = self.pace.step(entries.try_next()).await? {
                // A server may name what it likes.
                let name = entry.path().strip_prefix(&self.root).unwrap_or_default().to_owned();
                let is_asked_for = name.starts_with(prefix) && name::problem_of(&name).is_none();
                if is_asked_for
                    && entry.metadata().is_file()
                    && let Some(found) = self.found_again(operator, entry).await?
                {
                    let modified = found.last_modified().map(SystemTime::from);
                    each(Stored { name, bytes: found.content_length(), modified });
                }
            }
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.perform("remove", name, async |key| {
            if !self.has_body(key).await? {
                return Ok(());
            }
            let operator = self.operator(Writes::No).await?;
            if self.keeps_pieces() {
                return self.noted(pieces::remove(operator, &self.pace, key).await);
            }
            if !operator.info().full_capability().delete {
                let problem = "it removes nothing: let it expire bodies itself";
                return Err(Failure::new(Trouble::Unsupported, problem));
            }
            let remove = async || self.pace.step(async { operator.delete(key).await }).await;
            self.pace.persist(remove).await
        })
    }
}

impl Opened {
    /// What has this key; `None` where nothing has it.
    async fn found(&self, operator: &Operator, key: &str) -> Result<Option<Metadata>, Failure> {
        let found = self.pace.step(async {
            match operator.stat(key).await {
                Err(error) if Failure::is_absence(&error) => Ok(None),
                found => found.map(Some),
            }
        });
        found.await
    }

    /// What a listing found, looked at where listing does not tell; `None` where it is gone meanwhile.
    async fn found_again(
        &self,
        operator: &Operator,
        entry: Entry,
    ) -> Result<Option<Metadata>, Failure> {
        let (key, found) = entry.into_parts();
        match self.service {
            Service::Fs { .. } => self.found(operator, &key).await,
            _ => Ok(Some(found)),
        }
    }
}

/// The runtime that every call of a storage shares.
#[derive(Debug, Default)]
struct Background(Mutex<Option<std::sync::Arc<Runtime>>>);

impl Background {
    fn block_on<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let runtime = self.started().map_err(|error| Failure::local(&error))?;
        runtime.block_on(work)
    }

    fn started(&self) -> io::Result<std::sync::Arc<Runtime>> {
        let mut runtime = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*runtime {
            return Ok(std::sync::Arc::clone(runtime));
        }
        // Every operator asks for it, even of a directory. One process, one provider: another's is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("remote-storage").enable_all();
        let started = std::sync::Arc::new(builder.build()?);
        *runtime = Some(std::sync::Arc::clone(&started));
        Ok(started)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let runtime = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // What still hangs in a share that is gone is not waited for.
        if let Some(runtime) = runtime.and_then(std::sync::Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}
