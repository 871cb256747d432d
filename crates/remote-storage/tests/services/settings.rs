//! Settings of storages under test: quick to give up, for nothing on loopback is slow for a good reason.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use archive_builder::remote::storage::Storage;
use remote_storage::Settings;
use tests::servers::{Redis, S3, Webdav};

/// Settings of a service, with these parts and options.
pub fn of(scheme: &str, values: &[(&str, &str)]) -> Settings {
    let owned = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    Settings {
        scheme: scheme.to_owned(),
        description: format!("{scheme} under test"),
        values: owned(values),
        environment: owned(&[]),
        timeout: Duration::from_secs(10),
        transfer_timeout: Duration::from_secs(60),
        retries: 2,
    }
}

/// The same with this variable.
pub fn with(mut settings: Settings, name: &str, value: &str) -> Settings {
    settings.environment.insert(name.to_owned(), value.to_owned());
    settings
}

/// A directory.
pub fn share(root: &Path) -> Settings {
    of("fs", &[("root-directory", root.to_str().unwrap())])
}

/// A Redis of ours.
pub fn redis(server: &Redis) -> Settings {
    let endpoint = format!("redis://127.0.0.1:{}", server.port());
    of("redis", &[("endpoint", &endpoint), ("root", "some/where")])
}

/// A bucket of an S3 server of ours, with the right keys.
pub fn s3(server: &S3, bucket: &str) -> Settings {
    let endpoint = server.endpoint();
    let values = [("bucket", bucket), ("root", "some/where"), ("endpoint", &endpoint)];
    let settings = with(of("s3", &values), "AWS_ACCESS_KEY_ID", S3::ACCESS_KEY);
    with(settings, "AWS_SECRET_ACCESS_KEY", S3::SECRET_KEY)
}

/// A WebDAV server of ours, with the right password.
pub fn webdav(server: &Webdav) -> Settings {
    let values = [("endpoint", server.endpoint()), ("root", "some/where".into())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let settings = with(of("webdav", &values), "WEBDAV_USERNAME", Webdav::USERNAME);
    with(settings, "WEBDAV_PASSWORD", Webdav::PASSWORD)
}

/// The storage of these settings.
pub fn open(settings: Settings) -> Arc<dyn Storage> {
    remote_storage::open(settings).unwrap()
}
