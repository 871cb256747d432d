//! From terms to a storage that can be asked, by the services of `remote-storage`.

use std::collections::BTreeMap;
use std::sync::Arc;

use archive_builder::BuildError;
use archive_builder::remote::Remote;
use remote_storage::Settings;

use super::Terms;
use crate::config::RemoteMode;
use crate::facade::Error;

impl Terms {
    /// The storage of these terms, for [`crate::Freshness::remote`]. Nothing is asked, made or started before it is
    /// used. `environment` is what credentials are taken from: the variables of the process, say.
    ///
    /// # Errors
    /// What its service cannot do without is missing.
    pub fn open(self, environment: BTreeMap<String, String>) -> Result<Arc<Remote>, Error> {
        // No service has a use for what signs and who is believed.
        let is_services = |(name, _): &(String, String)| !name.starts_with("FRESHNESS_");
        let environment = environment.into_iter().filter(is_services).collect();
        // Also without a key: what is built here is then made to serve elsewhere, once someone who has one puts it.
        let writes = self.config.mode == RemoteMode::ReadWrite;
        let Self { config, keys } = self;
        let settings = Settings {
            scheme: config.location.service.to_owned(),
            description: config.location.description,
            values: config.location.values,
            environment,
            timeout: config.timeout,
            transfer_timeout: config.transfer_timeout,
            retries: config.retries,
        };
        let storage = remote_storage::open(settings).map_err(|error| BuildError::Remote {
            problem: error.to_string(),
            hint: "see `url` and `options` in [remote]",
        })?;
        Ok(Arc::new(Remote {
            storage,
            namespace: config.namespace,
            also_read: config.also_read,
            keys,
            writes,
            max_archive_bytes: config.max_archive_bytes,
        }))
    }
}
