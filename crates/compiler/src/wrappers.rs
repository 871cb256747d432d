//! Which archives and cargo features a program needs: the table in `wrappers.toml`, read once.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::CompileError;
use crate::language::{Feature, builtins};

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrappers {
    base: Vec<String>,
    row: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    modules: Vec<String>,
    features: Vec<String>,
    package: Option<String>,
    #[serde(default)]
    shares_invocation: bool,
}

/// Archives that are asked of cargo together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The packages, in the order in which they are linked.
    pub packages: Vec<String>,
    /// Their cargo features.
    pub features: BTreeSet<String>,
}

/// What a program links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// What every program links, with the wrappers that must come from the same invocation.
    pub base: Invocation,
    /// The wrappers among `base`.
    pub shared_wrappers: Vec<String>,
    /// Wrappers that stand by themselves, each an invocation of its own.
    pub apart: Vec<Invocation>,
}

impl Wrappers {
    /// The table that this compiler was built with.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn embedded() -> Self {
        toml::from_str(include_str!("wrappers.toml")).expect("a test reads the embedded table")
    }

    /// What a program with these features links, and the wrappers that are forced on it.
    ///
    /// # Errors
    /// A forced wrapper that is in no row.
    pub fn needs(
        &self,
        features: &BTreeSet<Feature>,
        forced: &[String],
    ) -> Result<Needs, CompileError> {
        for name in forced {
            self.require_wrapper(name)?;
        }
        let asked: Vec<&str> = (builtins().iter())
            .filter(|builtin| features.contains(&builtin.feature))
            .map(|builtin| builtin.specifier)
            .collect();
        let is_needed = |row: &&Row| {
            row.modules.iter().any(|module| asked.contains(&module.as_str()))
                || forced.contains(&row.name)
        };
        let base = Invocation { packages: self.base.clone(), features: BTreeSet::new() };
        let mut needs = Needs { base, shared_wrappers: Vec::new(), apart: Vec::new() };
        for row in self.row.iter().filter(is_needed) {
            match (&row.package, row.shares_invocation) {
                (Some(package), false) => needs.apart.push(Invocation {
                    packages: vec![package.clone()],
                    features: row.features.iter().cloned().collect(),
                }),
                (package, _) => {
                    needs.base.features.extend(row.features.iter().cloned());
                    needs.base.packages.extend(package.clone());
                    needs.shared_wrappers.extend(package.clone());
                }
            }
        }
        Ok(needs)
    }

    fn require_wrapper(&self, name: &str) -> Result<(), CompileError> {
        let wrappers = self.row.iter().filter(|row| row.package.is_some());
        let known: Vec<&str> = wrappers.map(|row| row.name.as_str()).collect();
        if known.contains(&name) {
            return Ok(());
        }
        Err(CompileError::UnknownWrapper { name: name.to_owned(), known: known.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(features: &[Feature], forced: &[&str]) -> Needs {
        let forced: Vec<String> = forced.iter().map(|name| (*name).to_owned()).collect();
        Wrappers::embedded().needs(&features.iter().copied().collect(), &forced).unwrap()
    }

    #[test]
    fn every_builtin_module_has_its_row_and_every_row_its_modules() {
        let wrappers = Wrappers::embedded();
        let mut table: Vec<&str> =
            wrappers.row.iter().flat_map(|row| &row.modules).map(String::as_str).collect();
        let mut language: Vec<&str> = builtins().iter().map(|builtin| builtin.specifier).collect();
        table.sort_unstable();
        language.sort_unstable();
        assert_eq!(table, language);
    }

    #[test]
    fn a_plain_program_asks_for_no_feature() {
        let needs = needs(&[], &[]);
        assert_eq!(needs.base.packages, ["nativets-runtime", "nativets-stdlib"]);
        assert!(needs.base.features.is_empty() && needs.apart.is_empty());
    }

    #[test]
    fn hashing_asks_for_a_feature_and_no_wrapper() {
        let needs = needs(&[Feature::Crypto], &[]);
        assert_eq!(needs.base.features, BTreeSet::from(["nativets-stdlib/crypto".into()]));
        assert_eq!(needs.base.packages.len(), 2);
    }

    #[test]
    fn timers_bring_their_wrapper_into_the_same_invocation_imported_or_forced() {
        for needs in [needs(&[Feature::Timers], &[]), needs(&[], &["timers"])] {
            assert_eq!(needs.base.packages.last().unwrap(), "nativets-ext-timers");
            assert_eq!(needs.shared_wrappers, ["nativets-ext-timers"]);
            assert_eq!(
                needs.base.features,
                BTreeSet::from(["nativets-stdlib/async-runtime".into()])
            );
            assert!(needs.apart.is_empty());
        }
    }

    #[test]
    fn a_wrapper_that_shares_nothing_is_an_invocation_of_its_own() {
        let text = "base = [\"a\"]\n[[row]]\nname = \"w\"\nmodules = [\"node:crypto\"]\nfeatures = [\"w/f\"]\npackage = \"w\"\n";
        let wrappers: Wrappers = toml::from_str(text).unwrap();
        let needs = wrappers.needs(&BTreeSet::from([Feature::Crypto]), &[]).unwrap();
        assert_eq!(needs.base.packages, ["a"]);
        assert_eq!(needs.apart[0].packages, ["w"]);
        assert!(needs.shared_wrappers.is_empty() && needs.base.features.is_empty());
    }

    #[test]
    fn a_forced_wrapper_must_be_one() {
        for name in ["crypto", "x", ""] {
            let forced = [name.to_owned()];
            let error = Wrappers::embedded().needs(&BTreeSet::new(), &forced).unwrap_err();
            assert!(error.to_string().ends_with("known are timers"), "{error}");
        }
    }
}
