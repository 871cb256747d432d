//! Where what was made here may serve: everywhere, or only where everything lies in the same directories.
//!
//! What is made of a place need not hold its name, and what holds its name need not be made of it. So doubt binds: a
//! name of this machine in an archive, a source that asked for its directory, an input that something names by its
//! absolute path.

use std::ffi::OsStr;
use std::path::PathBuf;

use freshness_core::sys::{self, Links};
use freshness_core::{Digest, Stamp};

use crate::small_file;

use super::Site;
use super::needles;
use super::places::Places;

/// What was made, and from what.
pub(super) struct Made<'a> {
    pub(super) site: Site<'a>,
    pub(super) stamp: &'a Stamp,
    pub(super) places: &'a Places,
}

impl Made<'_> {
    /// The place where these archives serve, if not everywhere.
    ///
    /// # Errors
    /// In words, why they serve nowhere else, or what cannot be read.
    pub(super) fn serves_only_in(
        &self,
        archives: impl Iterator<Item = PathBuf>,
    ) -> Result<Option<Digest>, String> {
        if let Some(manifest) = self.for_this_processor() {
            let why = "asks for code of this machine's own processor";
            return Err(format!("{} {why}", manifest.display()));
        }
        let absolute = self.places.absolute(self.places.told(&self.stamp.specs));
        let is_bound = self.stamp.head.tells_place
            || self.site.config.depends_on_place()
            || self.is_said(&absolute)
            || is_in(archives, Links::Refuse, &self.places.telling())?
            || is_in(self.inputs(), Links::Follow, &absolute)?;
        Ok(is_bound.then(|| self.places.digest()))
    }

    /// The files that it was made from.
    fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        let snapshot = &self.stamp.snapshot;
        let files = snapshot.entries.iter().filter(|(_, state)| state.file().is_some());
        files.map(|(path, _)| path.under(&snapshot.root))
    }

    /// A manifest whose profiles have flags for this machine's own processor.
    fn for_this_processor(&self) -> Option<PathBuf> {
        let mut manifests = self.inputs().filter(|path| path.ends_with("Cargo.toml"));
        manifests
            .find(|path| small_file::read_text(path).is_ok_and(|text| text.contains("=native")))
    }

    /// Whether a variable that was read, the profile or cargo's configuration holds one of these texts.
    fn is_said(&self, texts: &[Vec<u8>]) -> bool {
        let Self { site, stamp, .. } = self;
        let holds = |said: &[u8]| needles::any_in(said, texts).unwrap_or(true);
        let is_read = |name: &OsStr| stamp.head.environment.iter().any(|fact| *fact.name == *name);
        let mut variables = site.env.iter().filter(|(name, _)| is_read(name));
        let facts = site.profile.facts();
        let mut facts = facts.iter().filter_map(|fact| fact.value.as_deref());
        variables.any(|(_, value)| holds(value.as_encoded_bytes()))
            || facts.any(|value| holds(value.as_bytes()))
            || site.config.settings().is_some_and(|settings| holds(settings.as_bytes()))
    }
}

/// Whether one of these files holds one of these texts.
fn is_in(
    mut files: impl Iterator<Item = PathBuf>,
    links: Links,
    texts: &[Vec<u8>],
) -> Result<bool, String> {
    let found = files.find_map(|path| {
        let file = sys::open_regular(&path, links);
        match file.and_then(|file| needles::any_in(file, texts)) {
            Ok(false) => None,
            Ok(true) => Some(Ok(true)),
            Err(error) => Some(Err(format!("{} cannot be read: {error}", path.display()))),
        }
    });
    found.unwrap_or(Ok(false))
}
