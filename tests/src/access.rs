//! On which terms a machine shares: where, as whom, and whom it believes.
//!
//! Keys are those of RFC 8032, section 7.1: everyone knows them, and a public one is right only if it was derived
//! as that says.

use std::net::SocketAddr;

use crate::servers::S3;

/// A key that signs, and the one that tells what it signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// The secret one.
    pub secret: &'static str,
    /// The public one.
    pub public: &'static str,
}

/// Of a build that everyone believes: the first of the RFC.
pub const RELEASE: KeyPair = KeyPair {
    secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
};

/// Of a build of what anyone may propose: the second.
pub const PROPOSAL: KeyPair = KeyPair {
    secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    public: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
};

/// Of no one that is believed anywhere: the third.
pub const STRANGER: KeyPair = KeyPair {
    secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    public: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
};

/// A storage, and the terms on which one machine uses it.
#[derive(Clone, Debug)]
pub struct Access {
    url: String,
    options: String,
    credentials: Vec<(String, String)>,
    mode: &'static str,
    namespace: String,
    also_read: Vec<String>,
    secret: Option<KeyPair>,
    trusted: Vec<(String, KeyPair)>,
    more: String,
}

impl Access {
    /// Writes into `main` and is believed there.
    #[must_use]
    pub fn writing(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            options: String::new(),
            credentials: Vec::new(),
            mode: "read-write",
            namespace: "main".into(),
            also_read: Vec::new(),
            secret: Some(RELEASE),
            trusted: Vec::new(),
            more: "timeout = \"2s\"\nretries = 1\n".into(),
        }
    }

    /// Writes into a Redis at this address.
    #[must_use]
    pub fn to_redis(at: SocketAddr) -> Self {
        Self::writing(format!("redis://{at}/0"))
    }

    /// Writes into a bucket of a server that speaks S3, as whom that knows; it is asked at this address.
    #[must_use]
    pub fn to_s3(bucket: &str, at: SocketAddr) -> Self {
        let options = format!("region = \"us-east-1\", endpoint = \"http://{at}\"");
        let access = Self::writing(format!("s3://{bucket}/shared")).with_options(&options);
        let (id, secret) = (S3::ACCESS_KEY, S3::SECRET_KEY);
        access.with_credentials(&[("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret)])
    }

    /// The same storage for one who only reads what the writer of this wrote.
    #[must_use]
    pub fn reading(&self) -> Self {
        let writer = self.secret.map(|key| (self.namespace.clone(), key));
        Self { mode: "read", secret: None, trusted: Vec::from_iter(writer), ..self.clone() }
    }

    /// With this inside of `options = { … }`.
    #[must_use]
    pub fn with_options(self, options: &str) -> Self {
        Self { options: options.into(), ..self }
    }

    /// With these variables.
    #[must_use]
    pub fn with_credentials(self, credentials: &[(&str, &str)]) -> Self {
        let owned = credentials.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Self { credentials: owned.collect(), ..self }
    }

    /// At another address.
    #[must_use]
    pub fn at(self, url: impl Into<String>) -> Self {
        Self { url: url.into(), ..self }
    }

    /// Reads, and knows no key at all.
    #[must_use]
    pub fn believing_no_one(&self) -> Self {
        Self { mode: "read", secret: None, trusted: Vec::new(), ..self.clone() }
    }

    /// Signs with this key, and writes and reads this namespace.
    #[must_use]
    pub fn signing(self, namespace: &str, key: KeyPair) -> Self {
        Self { namespace: namespace.into(), secret: Some(key), ..self }
    }

    /// Reads this namespace too, after its own.
    #[must_use]
    pub fn also_reading(mut self, namespace: &str) -> Self {
        self.also_read.push(namespace.into());
        self
    }

    /// Believes this key in this namespace.
    #[must_use]
    pub fn trusting(mut self, namespace: &str, key: KeyPair) -> Self {
        self.trusted.push((namespace.into(), key));
        self
    }

    /// With these lines in the place of bounds that make a test short.
    #[must_use]
    pub fn with_lines(self, lines: &str) -> Self {
        Self { more: lines.into(), ..self }
    }

    /// The section of `freshness.toml`.
    pub(crate) fn config(&self) -> String {
        let Self { url, options, mode, namespace, also_read, more, .. } = self;
        let options = match options.is_empty() {
            true => String::new(),
            false => format!("options = {{ {options} }}\n"),
        };
        format!(
            "[remote]\nurl = \"{url}\"\n{options}mode = \"{mode}\"\nnamespace = \"{namespace}\"\n\
             also-read = {also_read:?}\n{more}"
        )
    }

    /// What it has in its environment.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, String)> {
        let trusted = self.trusted.iter().map(|(of, key)| format!("{of}={}", key.public));
        let trusted = trusted.collect::<Vec<_>>().join(" ");
        let secret = self.secret.map(|key| ("FRESHNESS_REMOTE_KEY", key.secret.to_owned()));
        let trusted = Some(("FRESHNESS_REMOTE_TRUST", trusted)).filter(|(_, t)| !t.is_empty());
        let credentials = self.credentials.iter().map(|(n, v)| (n.as_str(), v.clone()));
        credentials.chain(secret).chain(trusted)
    }
}
