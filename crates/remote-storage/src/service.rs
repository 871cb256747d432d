//! From settings to one of OpenDAL's operators: what each service needs, and where its credentials come from.
//!
//! None but the directory gets a root: OpenDAL takes it that whatever a server lists is below it, and panics where
//! it is not. Names get it before they go there (`storage.rs`).

use std::path::PathBuf;
use std::time::Duration;

use opendal::layers::HttpClientLayer;
use opendal::raw::HttpClient;
use opendal::services::{Azblob, Fs, Gcs, Ghac, Redis, S3, Webdav};
use opendal::{Builder, Operator};
use reqsign_core::ProvideCredentialChain;

use crate::client::Client;
use crate::environment::{Seeing, Variables};
use crate::{OpenError, Settings};

/// Bodies on their way to the file service; no namespace begins with a `.`.
pub(crate) const INCOMING: &str = ".incoming";

/// What reads and writes of objects need of Google (its documentation, "Cloud Storage authentication").
const GCS_SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";

/// A service, checked: it has what it cannot do without.
#[derive(Debug)]
pub(crate) enum Service {
    /// A directory that machines share.
    Fs { root: PathBuf },
    /// One that is spoken to by HTTP.
    Http { scheme: Scheme },
    /// Redis, or what speaks its protocol.
    Redis { endpoint: String, db: i64, ttl: Option<Duration> },
}

/// The services that are spoken to by HTTP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scheme {
    S3,
    Gcs,
    Azblob,
    Webdav,
    Ghac,
}

impl Service {
    /// The service that these settings name.
    pub(crate) fn of(settings: &Settings) -> Result<Self, OpenError> {
        let http = |scheme, needed: &[&str]| {
            needed.iter().try_for_each(|name| settings.need(name).map(|_| ()))?;
            Ok(Self::Http { scheme })
        };
        match settings.scheme.as_str() {
            "fs" => Ok(Self::Fs { root: settings.need("root-directory")?.into() }),
            "s3" => http(Scheme::S3, &["bucket"]),
            "gcs" => http(Scheme::Gcs, &["bucket"]),
            "azblob" => http(Scheme::Azblob, &["container"]),
            "webdav" => http(Scheme::Webdav, &["endpoint"]),
            "ghac" => http(Scheme::Ghac, &[]),
            "redis" => Ok(Self::Redis {
                endpoint: settings.need("endpoint")?.to_owned(),
                db: settings.number("db")?.unwrap_or(0),
                ttl: settings.number("ttl-seconds")?.map(Duration::from_secs),
            }),
            other => Err(OpenError(format!("there is no service `{other}`"))),
        }
    }
}

/// The operator of a shared directory; one that writes puts a body under its name once it is whole.
pub(crate) fn of_directory(root: &str, writes: Writes) -> opendal::Result<Operator> {
    let mut builder = Fs::default().root(root);
    if writes == Writes::Yes {
        builder = builder.atomic_write_dir(&format!("{root}/{INCOMING}"));
    }
    finish(builder)
}

/// Whether an operator is for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    Yes,
    No,
}

/// The operator of Redis.
pub(crate) fn of_redis(
    variables: &Variables,
    (endpoint, db, ttl): (&str, i64, Option<Duration>),
) -> opendal::Result<Operator> {
    let mut builder = Redis::default()
        .endpoint(endpoint)
        .db(db)
        .username(variables.get("REDIS_USERNAME").unwrap_or_default())
        .password(variables.get("REDIS_PASSWORD").unwrap_or_default());
    if let Some(ttl) = ttl {
        builder = builder.default_ttl(ttl);
    }
    finish(builder)
}

/// The operator of a service that is spoken to by HTTP.
pub(crate) fn of_http(
    scheme: Scheme,
    settings: &Settings,
    variables: &Variables,
    client: Client,
) -> opendal::Result<Operator> {
    let operator = match scheme {
        Scheme::S3 => finish(s3(settings, variables)),
        Scheme::Gcs => finish(gcs(settings, variables)),
        Scheme::Azblob => finish(azblob(settings, variables)?),
        Scheme::Webdav => finish(webdav(settings, variables)),
        Scheme::Ghac => finish(ghac(settings, variables)),
    }?;
    Ok(operator.layer(HttpClientLayer::new(HttpClient::with(client))))
}

fn finish(builder: impl Builder) -> opendal::Result<Operator> {
    Ok(Operator::new(builder)?.finish())
}

fn s3(settings: &Settings, variables: &Variables) -> S3 {
    let mut credentials = reqsign_aws_v4::DefaultCredentialProvider::builder();
    if !settings.flag("machine-credentials") {
        credentials = credentials.no_ecs().no_imds();
    }
    let credentials = Seeing { source: credentials.build(), variables: variables.clone() };
    let endpoint = settings
        .get("endpoint")
        .or_else(|| variables.first_of(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]));
    let region = settings
        .get("region")
        .or_else(|| variables.first_of(&["AWS_REGION", "AWS_DEFAULT_REGION"]))
        // What servers other than Amazon's answer to; a bucket of theirs elsewhere says so itself.
        .unwrap_or("us-east-1");
    let mut builder = S3::default()
        .bucket(settings.get("bucket").unwrap_or_default())
        .region(region)
        .disable_config_load()
        .disable_ec2_metadata()
        .credential_provider_chain(ProvideCredentialChain::new().push(credentials));
    if let Some(endpoint) = endpoint {
        builder = builder.endpoint(endpoint);
    }
    if let Some(class) = settings.get("storage-class") {
        builder = builder.default_storage_class(class);
    }
    if let Some(encryption) = settings.get("server-side-encryption") {
        builder = builder.server_side_encryption(encryption);
    }
    if settings.flag("virtual-host-style") {
        builder = builder.enable_virtual_host_style();
    }
    if settings.flag("anonymous") {
        builder = builder.skip_signature();
    }
    builder
}

fn gcs(settings: &Settings, variables: &Variables) -> Gcs {
    let mut credentials = reqsign_google::DefaultCredentialProvider::builder();
    if !settings.flag("machine-credentials") {
        credentials = credentials.no_vm_metadata();
    }
    let credentials = Seeing {
        source: credentials.build(),
        variables: variables.with("GOOGLE_SCOPE", GCS_SCOPE),
    };
    let mut builder = Gcs::default()
        .bucket(settings.get("bucket").unwrap_or_default())
        .scope(GCS_SCOPE)
        .disable_config_load()
        .disable_vm_metadata()
        .credential_provider_chain(ProvideCredentialChain::new().push(credentials));
    if let Some(endpoint) = settings.get("endpoint") {
        builder = builder.endpoint(endpoint);
    }
    if let Some(class) = settings.get("storage-class") {
        builder = builder.default_storage_class(class);
    }
    if settings.flag("anonymous") {
        builder = builder.skip_signature();
    }
    builder
}

fn azblob(settings: &Settings, variables: &Variables) -> opendal::Result<Azblob> {
    let mut builder = match variables.get("AZURE_STORAGE_CONNECTION_STRING") {
        Some(connection) => Azblob::from_connection_string(connection)?,
        None => Azblob::default(),
    };
    builder = builder.container(settings.get("container").unwrap_or_default());
    let account = ["AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT", "AZBLOB_ACCOUNT_NAME"];
    let account = settings.get("account-name").or_else(|| variables.first_of(&account));
    if let Some(account) = account {
        let endpoint = format!("https://{account}.blob.core.windows.net");
        builder = builder.account_name(account).endpoint(&endpoint);
    }
    if let Some(endpoint) = settings.get("endpoint") {
        builder = builder.endpoint(endpoint);
    }
    let key = ["AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY", "AZBLOB_ACCOUNT_KEY"];
    if let Some(key) = variables.first_of(&key) {
        builder = builder.account_key(key);
    }
    if let Some(token) = variables.get("AZURE_STORAGE_SAS_TOKEN") {
        builder = builder.sas_token(token);
    }
    if settings.flag("anonymous") {
        builder = builder.skip_signature();
    }
    Ok(builder)
}

fn webdav(settings: &Settings, variables: &Variables) -> Webdav {
    let mut builder = Webdav::default().endpoint(settings.get("endpoint").unwrap_or_default());
    if let Some(username) = variables.get("WEBDAV_USERNAME") {
        builder = builder.username(username);
        builder = builder.password(variables.get("WEBDAV_PASSWORD").unwrap_or_default());
    }
    if let Some(token) = variables.get("WEBDAV_TOKEN") {
        builder = builder.token(token);
    }
    builder
}

fn ghac(settings: &Settings, variables: &Variables) -> Ghac {
    let mut builder = Ghac::default().version(settings.get("version").unwrap_or("freshness"));
    // Its second version is at the one address, its first at the other or at the same.
    let urls = match variables.get("ACTIONS_CACHE_SERVICE_V2") {
        Some(_) => &["ACTIONS_RESULTS_URL"][..],
        None => &["ACTIONS_CACHE_URL", "ACTIONS_RESULTS_URL"],
    };
    if let Some(url) = variables.first_of(urls) {
        builder = builder.endpoint(url);
    }
    if let Some(token) = variables.get("ACTIONS_RUNTIME_TOKEN") {
        builder = builder.runtime_token(token);
    }
    builder
}
