//! What a machine that shares was told by a build, and what is demanded of that.

use std::path::PathBuf;

use serde_json::Value;

use crate::probe::{self, Constants};
use crate::run::Run;

/// What `freshness build --format json` answered.
#[derive(Debug)]
pub struct Answered {
    /// The one object.
    pub json: Value,
    /// What it said meanwhile.
    pub stderr: String,
}

impl Answered {
    /// Runs it to its good end.
    ///
    /// # Panics
    /// It fails.
    #[track_caller]
    pub(crate) fn of(run: Run) -> Self {
        let ran = run.run().expect(0);
        Self { json: ran.json(), stderr: ran.stderr }
    }

    /// Whether cargo made the archives.
    #[must_use]
    pub fn built(&self) -> bool {
        self.json["built"].as_bool().unwrap()
    }

    /// What the storage had to do with it: `no`, `hit`, `miss` or `failed`.
    #[must_use]
    pub fn asked(&self) -> &str {
        self.json["remote"]["asked"].as_str().unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// Why, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        self.json["remote"]["detail"].as_str().unwrap_or_default()
    }

    /// Whether the archives were put into the storage.
    #[must_use]
    pub fn uploaded(&self) -> bool {
        self.json["remote"]["uploaded"].as_bool().unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// Where the archives came from; empty where they were made here.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.json["origin"]["storage"].as_str().unwrap_or_default()
    }

    /// Paths of the archives.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let archives = self.json["archives"].as_array().unwrap().iter();
        archives.map(|archive| PathBuf::from(archive["path"].as_str().unwrap())).collect()
    }

    /// Digests of the archives.
    #[must_use]
    pub fn digests(&self) -> Vec<&str> {
        let archives = self.json["archives"].as_array().unwrap().iter();
        archives.map(|archive| archive["blake3"].as_str().unwrap()).collect()
    }

    /// Links a program against the archives: the constants in them.
    #[must_use]
    pub fn probe(&self) -> Constants {
        probe::probe(&self.paths())
    }

    /// Demands that they came from the storage, and cargo was not started.
    ///
    /// # Panics
    /// They did not.
    #[track_caller]
    pub fn assert_fetched(&self) {
        assert!(!self.built() && self.asked() == "hit", "{self:#?}");
        assert!(!self.origin().is_empty(), "{self:#?}");
        // Where there is a compiler, it was asked what it is.
        assert!(self.json["work"]["processes_spawned"].as_u64() <= Some(1), "{self:#?}");
    }

    /// Demands that they were built here, the storage having none.
    ///
    /// # Panics
    /// They were not.
    #[track_caller]
    pub fn assert_missed(&self) {
        assert!(self.built() && self.asked() == "miss", "{self:#?}");
        assert!(self.json["origin"].is_null(), "{self:#?}");
    }

    /// Demands that they were built here, the storage having failed or given what cannot be believed, and that
    /// this was said once.
    ///
    /// # Panics
    /// They were not.
    #[track_caller]
    pub fn assert_refused(&self) {
        assert!(self.built() && self.asked() == "failed", "{self:#?}");
        assert!(self.json["origin"].is_null() && !self.detail().is_empty(), "{self:#?}");
    }
}
