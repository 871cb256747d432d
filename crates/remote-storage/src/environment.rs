//! The variables that credentials are taken from, as values.
//!
//! Whoever opens a storage hands them down; nothing here reads the process's own, and what is secret among them
//! shows in no text.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use reqsign_core::{Context, ProvideCredential, StaticEnv};

use crate::trouble::Secrets;

/// Variables whose values are secret.
const SECRET: &[&str] = &[
    "ACTIONS_RUNTIME_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZBLOB_ACCOUNT_KEY",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "REDIS_PASSWORD",
    "WEBDAV_PASSWORD",
    "WEBDAV_TOKEN",
];

/// Variables by name.
#[derive(Clone, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    pub(crate) fn new(variables: BTreeMap<String, String>) -> Self {
        Self(variables)
    }

    /// The value of a variable; empty counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The same and one more.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut all = self.0.clone();
        all.insert(name.into(), value.into());
        Self(all)
    }

    /// The first of these that is set.
    pub(crate) fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The value of a variable that is written in capitals or in small letters, as proxies are.
    pub(crate) fn in_either_case(&self, name: &str) -> Option<&str> {
        self.get(&name.to_lowercase()).or_else(|| self.get(name))
    }

    /// What must appear in no message.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::new(SECRET.iter().filter_map(|name| self.get(name)).map(str::to_owned))
    }

    fn for_signers(&self) -> StaticEnv {
        let home_dir = self.first_of(&["HOME", "USERPROFILE"]).map(PathBuf::from);
        StaticEnv { home_dir, envs: self.0.clone().into_iter().collect() }
    }
}

/// A source of credentials that sees these variables and no others.
pub(crate) struct Seeing<P> {
    pub(crate) source: P,
    pub(crate) variables: Variables,
}

impl<P> fmt::Debug for Seeing<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seeing").field("variables", &self.variables).finish_non_exhaustive()
    }
}

impl<P: ProvideCredential> ProvideCredential for Seeing<P> {
    type Credential = P::Credential;

    async fn provide_credential(
        &self,
        context: &Context,
    ) -> reqsign_core::Result<Option<P::Credential>> {
        let context = context.clone().with_env(self.variables.for_signers());
        self.source.provide_credential(&context).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_shown() {
        let variables = Variables::new([("REDIS_PASSWORD".into(), "hunter2".into())].into());
        let seeing = Seeing { source: (), variables: variables.clone() };
        assert_eq!(format!("{variables:?} {seeing:?}").matches("hunter2").count(), 0);
        assert_eq!(variables.secrets().scrub("AUTH hunter2"), "AUTH …");
    }

    #[test]
    fn an_empty_variable_is_none() {
        let variables =
            Variables::new([("A".into(), String::new()), ("b_c".into(), "d".into())].into());
        assert_eq!(variables.get("A"), None);
        assert_eq!(variables.first_of(&["A", "b_c"]), Some("d"));
        assert_eq!(variables.in_either_case("B_C"), Some("d"));
    }
}
