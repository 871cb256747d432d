//! Where a shared storage is: a url and options, checked without knowing how any service works.
//!
//! Every build of the program understands them, one without storages too, so that a slip is told by whoever
//! makes it and not by the machine that first has the feature. What is or may carry a credential is refused,
//! with the variable that takes it: a repository's configuration is read by everyone who has the repository.

use std::collections::BTreeMap;
use std::path::Path;

use freshness_core::path::normalize;

/// A storage's place in plain parts, as whoever opens it takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The service: `fs`, `s3`, `gcs`, `azblob`, `redis`, `webdav` or `ghac`.
    pub service: &'static str,
    /// What it is, for people: `s3 bucket/prefix`.
    pub description: String,
    /// Parts of the url and options, by name.
    pub values: BTreeMap<String, String>,
}

/// Why a url and options are no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
#[non_exhaustive]
pub struct LocationError {
    /// The option that is wrong; none where the url is.
    pub option: Option<String>,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl LocationError {
    fn of_url(problem: impl Into<String>) -> Self {
        Self { option: None, problem: problem.into() }
    }

    fn of_option(option: &str, problem: impl Into<String>) -> Self {
        Self { option: Some(option.to_owned()), problem: problem.into() }
    }
}

struct Scheme {
    name: &'static str,
    service: &'static str,
    example: &'static str,
    read: fn(&Scheme, &str) -> Result<Read, LocationError>,
    options: &'static [(&'static str, Value)],
    /// Options of other tools that carry credentials, and the variables that take them here.
    instead: &'static [(&'static str, &'static str)],
}

/// What a url says: what the place is called, and its parts.
type Read = (String, Vec<(&'static str, String)>);

/// What an option's value is.
#[derive(Clone, Copy)]
enum Value {
    /// Letters, digits and a few signs.
    Word,
    Flag,
    /// `http://` or `https://`, without a user, a query or a fragment.
    Endpoint,
    /// A duration of at least a second, which goes on as `<name>-seconds`.
    Duration,
}

const ANONYMOUS: (&str, Value) = ("anonymous", Value::Flag);
const ENDPOINT: (&str, Value) = ("endpoint", Value::Endpoint);
const MACHINE: (&str, Value) = ("machine-credentials", Value::Flag);
const STORAGE_CLASS: (&str, Value) = ("storage-class", Value::Word);

const REDIS_INSTEAD: &[(&str, &str)] =
    &[("username", "REDIS_USERNAME"), ("password", "REDIS_PASSWORD")];
const WEBDAV_INSTEAD: &[(&str, &str)] =
    &[("username", "WEBDAV_USERNAME"), ("password", "WEBDAV_PASSWORD"), ("token", "WEBDAV_TOKEN")];

const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "fs",
        service: "fs",
        example: "fs:///mnt/share or fs:relative/path",
        read: |_, rest| of_directory(rest),
        options: &[],
        instead: &[],
    },
    Scheme {
        name: "s3",
        service: "s3",
        example: "s3://bucket/prefix",
        read: |scheme, rest| of_container(scheme, rest, "bucket"),
        options: &[
            ANONYMOUS,
            ENDPOINT,
            MACHINE,
            ("region", Value::Word),
            ("server-side-encryption", Value::Word),
            STORAGE_CLASS,
            ("virtual-host-style", Value::Flag),
        ],
        instead: &[
            ("access-key-id", "AWS_ACCESS_KEY_ID"),
            ("secret-access-key", "AWS_SECRET_ACCESS_KEY"),
            ("session-token", "AWS_SESSION_TOKEN"),
        ],
    },
    Scheme {
        name: "gcs",
        service: "gcs",
        example: "gcs://bucket/prefix",
        read: |scheme, rest| of_container(scheme, rest, "bucket"),
        options: &[ANONYMOUS, ENDPOINT, MACHINE, STORAGE_CLASS],
        instead: &[
            ("credential", "GOOGLE_APPLICATION_CREDENTIALS"),
            ("credential-path", "GOOGLE_APPLICATION_CREDENTIALS"),
        ],
    },
    Scheme {
        name: "azblob",
        service: "azblob",
        example: "azblob://container/prefix",
        read: |scheme, rest| of_container(scheme, rest, "container"),
        options: &[("account-name", Value::Word), ANONYMOUS, ENDPOINT],
        instead: &[
            ("account-key", "AZURE_STORAGE_ACCOUNT_KEY"),
            ("sas-token", "AZURE_STORAGE_SAS_TOKEN"),
            ("connection-string", "AZURE_STORAGE_CONNECTION_STRING"),
        ],
    },
    Scheme {
        name: "redis",
        service: "redis",
        example: "redis://host:6379/0",
        read: |_, rest| of_redis("redis", rest),
        options: &[("ttl", Value::Duration)],
        instead: REDIS_INSTEAD,
    },
    Scheme {
        name: "rediss",
        service: "redis",
        example: "rediss://host:6379/0",
        read: |_, rest| of_redis("rediss", rest),
        options: &[("ttl", Value::Duration)],
        instead: REDIS_INSTEAD,
    },
    Scheme {
        name: "webdav",
        service: "webdav",
        example: "webdav://host/path",
        read: |_, rest| of_webdav("http", rest),
        options: &[],
        instead: WEBDAV_INSTEAD,
    },
    Scheme {
        name: "webdavs",
        service: "webdav",
        example: "webdavs://host/path",
        read: |_, rest| of_webdav("https", rest),
        options: &[],
        instead: WEBDAV_INSTEAD,
    },
    Scheme {
        name: "ghac",
        service: "ghac",
        example: "ghac:// or ghac://version",
        read: |_, rest| of_github(rest),
        options: &[],
        instead: &[("runtime-token", "ACTIONS_RUNTIME_TOKEN")],
    },
];

impl Scheme {
    /// Whether someone stands in front of the host. A directory has neither.
    fn holds_a_user(&self, rest: &str) -> bool {
        let authority = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.service != "fs" && authority.contains('@')
    }
}

impl Location {
    /// The place that a url and options name. A relative path is one below `directory`.
    ///
    /// # Errors
    /// What is wrong with the url, else with the first option that is.
    pub fn new(
        url: &str,
        options: &BTreeMap<String, String>,
        directory: &Path,
    ) -> Result<Self, LocationError> {
        let (name, rest) = url.split_once(':').unwrap_or((url, ""));
        let Some(scheme) = SCHEMES.iter().find(|scheme| scheme.name == name) else {
            let examples: Vec<_> =
                SCHEMES.iter().map(|scheme| format!("`{}`", scheme.example)).collect();
            let problem =
                format!("`url` has no service in front; such are {}", examples.join(", "));
            return Err(LocationError::of_url(problem));
        };
        if scheme.holds_a_user(rest) {
            let variables: Vec<_> =
                scheme.instead.iter().map(|(_, variable)| format!("`{variable}`")).collect();
            let problem = format!(
                "`url` holds a user or a password, and this file is read by others: set {} in the environment",
                variables.join(", ")
            );
            return Err(LocationError::of_url(problem));
        }
        let (place, parts) = (scheme.read)(scheme, rest)?;
        let mut values: BTreeMap<String, String> =
            parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut description = format!("{} {place}", scheme.service);
        if let Some(root) = values.get_mut("root-directory") {
            let directory = normalize(&directory.join(&*root));
            let path = directory.to_str();
            let path = path.ok_or_else(|| LocationError::of_url("`url` is no path in UTF-8"))?;
            *root = path.to_owned();
            description = format!("fs {path}");
        }
        for (option, value) in options {
            let (name, value) = scheme.option(option, value)?;
            values.insert(name, value);
        }
        Ok(Self { service: scheme.service, description: description.trim_end().into(), values })
    }
}

impl Scheme {
    fn option(&self, name: &str, value: &str) -> Result<(String, String), LocationError> {
        let wrong = |problem: String| Err(LocationError::of_option(name, problem));
        let Some((_, kind)) = self.options.iter().find(|(known, _)| *known == name) else {
            return wrong(self.refusal(name));
        };
        match kind {
            Value::Word if is_word(value) => Ok((name.into(), value.into())),
            Value::Word => wrong(format!(
                "`{name}` has something else than letters, digits, `.`, `:`, `_` and `-`"
            )),
            Value::Flag if ["true", "false"].contains(&value) => Ok((name.into(), value.into())),
            Value::Flag => wrong(format!("`{name}` is `true` or `false`, in quotes")),
            Value::Endpoint => match endpoint_problem(value) {
                None => Ok((name.into(), value.into())),
                Some(problem) => wrong(format!("`{name}` {problem}")),
            },
            Value::Duration => match humantime::parse_duration(value) {
                Ok(duration) if duration.as_secs() > 0 => {
                    Ok((format!("{name}-seconds"), duration.as_secs().to_string()))
                }
                _ => wrong(format!("`{name}` is no duration of a second or more such as `30days`")),
            },
        }
    }

    /// Why there is no such option.
    fn refusal(&self, name: &str) -> String {
        let plain: String = name.to_lowercase().replace('_', "-");
        let instead = self.instead.iter().find(|(option, _)| plain.ends_with(option));
        if let Some((_, variable)) = instead {
            return format!(
                "`{name}` is a credential, and this file is read by others: set {variable} in the environment"
            );
        }
        let signs = ["auth", "credential", "key", "pass", "sas", "secret", "token", "user"];
        if signs.iter().any(|sign| plain.contains(sign)) {
            let variables: Vec<_> = self.instead.iter().map(|(_, variable)| *variable).collect();
            let variables = match variables.is_empty() {
                true => format!("{} needs none", self.service),
                false => {
                    format!("{} takes {} from the environment", self.service, variables.join(", "))
                }
            };
            return format!(
                "`{name}` may carry a credential, and this file is read by others: {variables}"
            );
        }
        let known: Vec<_> = self.options.iter().map(|(name, _)| format!("`{name}`")).collect();
        match known.is_empty() {
            true => format!("{} has no options", self.name),
            false => format!("{} has no option `{name}`, but {}", self.name, known.join(", ")),
        }
    }
}

fn of_directory(rest: &str) -> Result<Read, LocationError> {
    let path = match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => {
            let problem = "`url` of a directory has no host: `fs:///absolute` or `fs:relative`";
            return Err(LocationError::of_url(problem));
        }
        None => rest,
    };
    if path.is_empty() || path.contains('\0') {
        return Err(LocationError::of_url(
            "`url` names no directory: `fs:///absolute` or `fs:relative`",
        ));
    }
    Ok((String::new(), vec![("root-directory", path.to_owned())]))
}

fn of_container(scheme: &Scheme, rest: &str, what: &'static str) -> Result<Read, LocationError> {
    let (container, prefix) = authority_and_path(rest)?;
    if container.is_empty() || !container.chars().all(|c| is_plain(c) && c != ':') {
        let problem = format!("`url` names no {what}: it is such as `{}`", scheme.example);
        return Err(LocationError::of_url(problem));
    }
    let place = joined(&container, &prefix);
    Ok((place, vec![(what, container), ("root", prefix)]))
}

fn of_redis(protocol: &str, rest: &str) -> Result<Read, LocationError> {
    let (host, path) = authority_and_path(rest)?;
    let host = with_port(&host, 6379)?;
    let (db, prefix) = path.split_once('/').unwrap_or((&path, ""));
    let db = if db.is_empty() { "0" } else { db };
    if db.parse::<u32>().is_err() {
        let problem = format!("`url` has `{db}` behind the host, which is no number of a database");
        return Err(LocationError::of_url(problem));
    }
    let place = joined(&format!("{host}/{db}"), prefix);
    let endpoint = format!("{protocol}://{host}");
    Ok((place, vec![("endpoint", endpoint), ("db", db.to_owned()), ("root", prefix.to_owned())]))
}

fn of_webdav(protocol: &str, rest: &str) -> Result<Read, LocationError> {
    let (host, path) = authority_and_path(rest)?;
    let host = with_port(&host, if protocol == "https" { 443 } else { 80 })?;
    let endpoint = format!("{protocol}://{host}");
    Ok((joined(&endpoint, &path), vec![("endpoint", endpoint), ("root", path)]))
}

fn of_github(rest: &str) -> Result<Read, LocationError> {
    let (version, path) = authority_and_path(rest)?;
    if !path.is_empty() || !version.chars().all(is_plain) {
        return Err(LocationError::of_url("`url` is `ghac://` and at most a word behind it"));
    }
    Ok((version.clone(), vec![("version", version)]))
}

/// `//authority/path`, without anything in it that means more than it says.
fn authority_and_path(rest: &str) -> Result<(String, String), LocationError> {
    let wrong = |problem: &str| Err(LocationError::of_url(problem));
    let Some(rest) = rest.strip_prefix("//") else {
        return wrong("`url` has no `//` behind the service");
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if rest.contains(['?', '#']) {
        return wrong("`url` has a query or a fragment: put options in `options`");
    }
    let path = path.trim_end_matches('/');
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with("..") && part.chars().all(is_plain);
    if !path.is_empty() && !path.split('/').all(is_part) {
        return wrong(
            "`url` has a path with an empty part, `..`, or something else than letters, digits, `.`, `:`, `_` and `-`",
        );
    }
    Ok((authority.to_owned(), path.to_owned()))
}

fn with_port(host: &str, default: u16) -> Result<String, LocationError> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, Some(default)),
    };
    let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let is_host = match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !name.is_empty() && name.chars().all(|c| is_plain(c) && c != ':'),
    };
    match port {
        Some(port) if is_host => Ok(format!("{name}:{port}")),
        _ => Err(LocationError::of_url("`url` has no host, or a port that is no number")),
    }
}

fn endpoint_problem(url: &str) -> Option<&'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return Some("begins with neither `https://` nor `http://`") };
    if rest.contains('@') {
        return Some("holds a user or a password: set the service's variables in the environment");
    }
    let allowed = |c: char| is_plain(c) || "/[]".contains(c);
    (rest.is_empty() || !rest.chars().all(allowed)).then_some("is no plain url, without a query")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-:".contains(c)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_plain)
}

fn joined(place: &str, path: &str) -> String {
    if path.is_empty() { place.to_owned() } else { format!("{place}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str, options: &[(&str, &str)]) -> Result<Location, LocationError> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Location::new(url, &options.iter().map(owned).collect(), Path::new("/workspace"))
    }

    #[test]
    fn a_place_is_read_in_plain_parts() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("fs:///mnt/share", &[]),
            ("fs:/mnt/../srv/share/", &[]),
            ("fs:../a share", &[]),
            ("s3://bucket", &[]),
            (
                "s3://bucket/some/prefix/",
                &[("region", "eu-central-1"), ("storage-class", "STANDARD_IA")],
            ),
            ("s3://b", &[("endpoint", "http://127.0.0.1:9000"), ("virtual-host-style", "true")]),
            ("s3://b", &[("server-side-encryption", "aws:kms"), ("machine-credentials", "true")]),
            ("gcs://bucket/prefix", &[("anonymous", "true")]),
            ("azblob://container/prefix", &[("account-name", "me")]),
            ("redis://host", &[]),
            ("redis://host:6380/2/some/prefix", &[("ttl", "30days")]),
            ("rediss://[::1]:6380/1", &[]),
            ("webdav://host/dav/share", &[]),
            ("webdavs://host:8443", &[]),
            ("ghac://", &[]),
            ("ghac://v2", &[]),
        ];
        let read: Vec<_> = cases
            .iter()
            .map(|(url, options)| {
                let Location { service, description, values } = place(url, options).unwrap();
                format!("{url} {options:?}\n  {service}: {description}\n  {values:?}")
            })
            .collect();
        insta::assert_snapshot!(read.join("\n"));
    }

    #[test]
    fn errors_say_what_is_allowed_and_name_the_variable() {
        let long = "s3://b";
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("/mnt/share", &[]),
            ("ftp://host/path", &[]),
            ("fs:", &[]),
            ("fs://host/share", &[]),
            ("s3:bucket", &[]),
            ("s3://", &[]),
            ("s3:///prefix", &[]),
            ("s3://b/a/../c", &[]),
            ("s3://b/a//c", &[]),
            ("s3://b/a%2e", &[]),
            ("s3://b?endpoint=x", &[]),
            ("s3://key:secret@b/a", &[]),
            ("redis://:pw@host", &[]),
            ("redis://host/cache", &[]),
            ("redis://host:port", &[]),
            ("redis://[::g]", &[]),
            ("webdav://", &[]),
            ("webdav://me@host/a", &[]),
            ("ghac://a/b", &[]),
            (long, &[("regions", "x")]),
            (long, &[("region", "a b")]),
            (long, &[("anonymous", "yes")]),
            (long, &[("endpoint", "127.0.0.1:9000")]),
            (long, &[("endpoint", "http://a:b@127.0.0.1")]),
            (long, &[("endpoint", "http://host/?a=b")]),
            (long, &[("access_key_id", "x")]),
            (long, &[("aws_secret_access_key", "x")]),
            (long, &[("session-token", "x")]),
            (long, &[("server-side-encryption-customer-key", "x")]),
            ("gcs://b", &[("credential", "x")]),
            ("azblob://c", &[("account_key", "x")]),
            ("azblob://c", &[("sas-token", "x")]),
            ("redis://host", &[("password", "x")]),
            ("redis://host", &[("ttl", "0s")]),
            ("redis://host", &[("ttl", "soon")]),
            ("webdav://host", &[("token", "x")]),
            ("webdav://host", &[("colour", "x")]),
            ("fs:/a", &[("user", "x")]),
            ("ghac://", &[("runtime_token", "x")]),
        ];
        let errors: Vec<_> = cases
            .iter()
            .map(|(url, options)| {
                let LocationError { option, problem } = place(url, options).unwrap_err();
                format!("{url} {options:?}\n  {}: {problem}", option.as_deref().unwrap_or("url"))
            })
            .collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
