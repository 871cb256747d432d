//! On which terms this machine uses the storage of a configuration: what its environment says.
//!
//! Keys come from the environment alone, and what it says of mode and namespace overrides the file, so that one
//! configuration serves those who may write and those who may not. No message shows what a variable holds: where
//! it was taken for another, that is a key.

use std::ffi::OsString;
use std::str::FromStr;

use archive_builder::remote::trust::{Keys, Namespace, PublicKey, SecretKey};

use crate::config::{ConfigError, RemoteConfig, RemoteMode, word};

/// A storage, and who is believed of it here.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What the configuration says, overridden by the environment.
    pub config: RemoteConfig,
    /// Who signs, and who is believed.
    pub keys: Keys,
}

impl Terms {
    /// `off`, `read` or `read-write`.
    pub const MODE: &'static str = "FRESHNESS_REMOTE_MODE";
    /// What is written, and read first.
    pub const NAMESPACE: &'static str = "FRESHNESS_REMOTE_NAMESPACE";
    /// The secret key that signs: 64 hexadecimal digits.
    pub const KEY: &'static str = "FRESHNESS_REMOTE_KEY";
    /// Who is believed besides: `namespace=publickey`, separated by spaces or commas.
    pub const TRUST: &'static str = "FRESHNESS_REMOTE_TRUST";

    /// The terms of a configured storage, given the variables of the process. Empty ones count as unset.
    ///
    /// # Errors
    /// [`ConfigError::Variable`].
    pub fn new(
        mut config: RemoteConfig,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        let text = |name| text_of(name, variable(name));
        if let Some(mode) = text(Self::MODE)? {
            let problem = || format!("allowed are {}", word::allowed::<RemoteMode>());
            config.mode = word::parse(&mode).ok_or_else(|| wrong(Self::MODE, problem()))?;
        }
        if let Some(namespace) = text(Self::NAMESPACE)? {
            config.namespace = parsed(Self::NAMESPACE, &namespace)?;
        }
        let mut read = vec![config.namespace.clone()];
        config.also_read.retain(|also| {
            let is_new = !read.contains(also);
            read.push(also.clone());
            is_new
        });
        let secret =
            text(Self::KEY)?.map(|key| parsed::<SecretKey>(Self::KEY, &key)).transpose()?;
        let trusted = text(Self::TRUST)?.map_or(Ok(Vec::new()), |list| trusted(&list))?;
        Ok(Self { config, keys: Keys { secret, trusted } })
    }

    /// Whether the storage is asked: someone is believed in a namespace that is read.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.config.mode != RemoteMode::Off && self.believes()
    }

    /// Whether what was built here is put there.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.config.mode == RemoteMode::ReadWrite && self.keys.secret.is_some()
    }

    fn believes(&self) -> bool {
        let RemoteConfig { namespace, also_read, .. } = &self.config;
        let mut read = [namespace].into_iter().chain(also_read);
        read.any(|name| self.keys.knows(name, namespace))
    }

    /// What is not done although it is asked for, for want of a key; in words, to be told once.
    #[must_use]
    pub fn reservation(&self) -> Option<String> {
        let (key, trust) = (Self::KEY, Self::TRUST);
        match self.config.mode {
            RemoteMode::Off => None,
            _ if !self.believes() => Some(format!(
                "the shared storage is not asked: no key is believed in what is read there; set {trust}, or {key}"
            )),
            RemoteMode::ReadWrite if !self.writes() => Some(format!(
                "nothing is put into the shared storage: there is nothing to sign with; set {key}"
            )),
            _ => None,
        }
    }
}

fn text_of(name: &'static str, value: Option<OsString>) -> Result<Option<String>, ConfigError> {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return Ok(None) };
    value.into_string().map(Some).map_err(|_| wrong(name, "it is not UTF-8".into()))
}

fn parsed<T: FromStr<Err: ToString>>(name: &'static str, text: &str) -> Result<T, ConfigError> {
    text.parse().map_err(|problem: T::Err| wrong(name, problem.to_string()))
}

fn trusted(list: &str) -> Result<Vec<(Namespace, PublicKey)>, ConfigError> {
    let pairs = list.split([',', ' ', '\t', '\n', '\r']).filter(|pair| !pair.is_empty());
    let parsed = pairs.enumerate().map(|(index, pair)| {
        let wrong =
            |problem: String| wrong(Terms::TRUST, format!("entry {}: {problem}", index + 1));
        let (namespace, key) = pair.split_once('=').ok_or_else(|| {
            wrong(
                "it has no `=`: entries are `namespace=publickey`, separated by spaces or commas"
                    .into(),
            )
        })?;
        let namespace = namespace.parse().map_err(|problem| wrong(format!("{problem}")))?;
        let key: PublicKey = key.parse().map_err(|problem| wrong(format!("{problem}")))?;
        Ok((namespace, key))
    });
    parsed.collect()
}

fn wrong(name: &'static str, problem: String) -> ConfigError {
    ConfigError::Variable { name, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const SECRET: &str = "5ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1e75ec1";

    fn public() -> String {
        SECRET.parse::<SecretKey>().unwrap().public().to_string()
    }

    fn terms(table: &str, variables: &[(&str, &str)]) -> Result<Terms, String> {
        let text = format!("[remote]\nurl = \"fs:///srv/archives\"\n{table}");
        let config = Config::parse("/f".into(), "/".into(), &text).unwrap();
        let value = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| v.into());
        Terms::new(config.remote.unwrap(), value).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_overrides_what_the_file_says() {
        let file = "mode = \"read\"\nnamespace = \"main\"\nalso-read = [\"release\", \"main\"]";
        let unset = terms(file, &[]).unwrap();
        assert_eq!(unset.config.mode, RemoteMode::Read);
        assert_eq!(unset.config.namespace.as_str(), "main");
        let names = |terms: &Terms| {
            terms.config.also_read.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(&unset), ["release"], "what is written is read already");
        let set =
            [(Terms::MODE, "read-write"), (Terms::NAMESPACE, "release"), (Terms::KEY, SECRET)];
        let set = terms(file, &set).unwrap();
        assert_eq!(set.config.mode, RemoteMode::ReadWrite);
        assert_eq!(set.config.namespace.as_str(), "release");
        assert_eq!(names(&set), ["main"]);
        let empty =
            [(Terms::MODE, ""), (Terms::NAMESPACE, ""), (Terms::KEY, ""), (Terms::TRUST, "")];
        let empty = terms(file, &empty).unwrap();
        assert_eq!(empty.config.namespace.as_str(), "main");
        assert!(empty.keys.secret.is_none() && empty.keys.trusted.is_empty());
    }

    #[test]
    fn a_storage_is_asked_where_someone_is_believed_and_written_where_someone_signs() {
        let main = format!("main={}", public());
        let other = format!("other={}", public());
        let cases = [
            ("read", (Terms::TRUST, ""), (false, false), "is not asked"),
            ("read", (Terms::TRUST, &other), (false, false), "is not asked"),
            ("read", (Terms::TRUST, &main), (true, false), ""),
            ("read", (Terms::KEY, SECRET), (true, false), ""),
            ("read-write", (Terms::KEY, ""), (false, false), "is not asked"),
            ("read-write", (Terms::TRUST, &main), (true, false), "nothing to sign with"),
            ("read-write", (Terms::KEY, SECRET), (true, true), ""),
            ("off", (Terms::KEY, SECRET), (false, false), ""),
        ];
        for (mode, variable, does, told) in cases {
            let terms = terms(&format!("mode = \"{mode}\""), &[variable]).unwrap();
            assert_eq!((terms.reads(), terms.writes()), does, "{mode} {variable:?}");
            let reservation = terms.reservation().unwrap_or_default();
            assert!(reservation.contains(told), "{mode} {variable:?}: {reservation}");
            assert_eq!(reservation.is_empty(), told.is_empty(), "{mode} {variable:?}");
        }
    }

    #[test]
    fn lists_of_keys_are_separated_by_spaces_or_commas() {
        let key = public();
        let list = format!(" main={key},release={key}\n  pr={key} ");
        let terms = terms("", &[(Terms::TRUST, &list)]).unwrap();
        let names: Vec<_> = terms.keys.trusted.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["main", "release", "pr"]);
    }

    #[test]
    fn what_is_wrong_with_a_variable_is_said_by_its_name_and_never_by_what_it_holds() {
        let short = &SECRET[1..];
        let cases = [
            (Terms::MODE, "write"),
            (Terms::NAMESPACE, "../up"),
            (Terms::NAMESPACE, SECRET.repeat(2).leak()),
            (Terms::KEY, short),
            (Terms::TRUST, SECRET),
            (Terms::TRUST, short),
            (Terms::TRUST, "main=5ec1e7"),
            (Terms::TRUST, "Main=5ec1e7"),
            (Terms::TRUST, "main=0100000000000000000000000000000000000000000000000000000000000000"),
        ];
        let mut said = Vec::new();
        for (name, value) in cases {
            let error = terms("", &[(name, value)]).unwrap_err();
            assert!(error.contains(name) && !error.contains("5ec1e7"), "{error}");
            said.push(error);
        }
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn no_debugging_output_shows_the_secret() {
        let shown = format!("{:?}", terms("", &[(Terms::KEY, SECRET)]).unwrap());
        assert!(shown.contains(&public()) && !shown.contains(SECRET), "{shown}");
    }
}
