//! What names a family of builds before anything was built: the profile and the lock file.
//!
//! Neither needs cargo. Which paths and variables such a build reads is not known before one was made; what
//! earlier builds read is remembered under this name ([`super::shape`]). A name that is too wide costs a look at
//! paths of another build, never a wrong archive: that is what the identity is for.
//!
//! Under one name there may be many shapes, for each added module makes another, and only the latest are
//! remembered. So there is a narrower name beside it, into which the names of all sources go: a tree of last year
//! is found by that one, and a tree in which something else was added since by the wider.

use std::path::Path;

use freshness_core::{Digest, InputSpec, Pattern, discover};

use crate::key::write_bytes;
use crate::small_file;

use super::Site;

/// Whose names tell trees apart: what is most often added or removed where other inputs follow from it.
const SOURCES: [&str; 2] = ["**/*.rs", "**/Cargo.toml"];

/// A family of builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closure {
    /// By profile and lock file.
    pub(crate) digest: Digest,
    /// By the names of all sources beside them.
    narrow: Digest,
    /// How many directories above the one where cargo runs the lock file lies: the workspace's root.
    up: usize,
}

impl Closure {
    /// The closure of a site.
    ///
    /// # Errors
    /// In words, why there is none.
    pub(crate) fn of(site: &Site<'_>) -> Result<Self, String> {
        let found = site.workspace.ancestors().enumerate().find_map(|(up, dir)| {
            let lock = small_file::read(&dir.join("Cargo.lock")).ok()?;
            Some((up, lock))
        });
        let (up, lock) = found.ok_or("there is no Cargo.lock to know the packages by")?;
        let root = root_of(site, up);
        let mut hasher = blake3::Hasher::new_derive_key("freshness 1 closure");
        let mut put = |bytes: &[u8]| write_bytes(&mut hasher, bytes);
        put(site.tool.name.as_bytes());
        put(site.tool.version.as_bytes());
        for fact in site.profile.facts() {
            put(fact.name.as_bytes());
            put(fact.value.as_deref().unwrap_or_default().as_bytes());
        }
        put(&lock);
        // The name of the directory that cargo runs in, seen from the root.
        let below = site.workspace.strip_prefix(root).unwrap_or(Path::new(""));
        put(below.as_os_str().as_encoded_bytes());
        let digest = *hasher.finalize().as_bytes();
        Ok(Self { digest, narrow: narrow(&digest, site, root)?, up })
    }

    /// The workspace's root.
    pub(crate) fn root<'a>(&self, site: &Site<'a>) -> &'a Path {
        root_of(site, self.up)
    }

    /// The names under which shapes are remembered: the narrower first.
    pub(crate) fn families(&self) -> [&Digest; 2] {
        [&self.narrow, &self.digest]
    }
}

fn root_of<'a>(site: &Site<'a>, up: usize) -> &'a Path {
    site.workspace.ancestors().nth(up).unwrap_or(Path::new("/"))
}

/// The name of a closure by the names of all its sources.
fn narrow(wide: &Digest, site: &Site<'_>, root: &Path) -> Result<Digest, String> {
    let spec = |glob: &str| InputSpec {
        pattern: Pattern::Glob {
            base: root.to_path_buf(),
            glob: glob.to_owned(),
            skip: vec![site.store.to_path_buf()],
        },
        why: String::new(),
    };
    let specs = SOURCES.map(spec);
    let found = discover(root, &specs).map_err(|bad| bad.to_string())?;
    let mut hasher = blake3::Hasher::new_derive_key("freshness 1 closure by names");
    hasher.update(wide);
    for path in found.paths.keys() {
        write_bytes(&mut hasher, path.as_path().as_os_str().as_encoded_bytes());
    }
    Ok(*hasher.finalize().as_bytes())
}
