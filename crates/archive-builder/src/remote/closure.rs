//! What names a family of builds before anything was built: the profile and the lock file.
//!
//! Neither needs cargo. Which paths and variables such a build reads is not known before one was made; what
//! earlier builds read is remembered under this name ([`super::shape`]). A name that is too wide costs a look at
//! paths of another build, never a wrong archive: that is what the identity is for.

use std::path::Path;

use freshness_core::Digest;

use crate::small_file;

use super::Site;

/// A family of builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closure {
    /// Its name.
    pub(crate) digest: Digest,
    /// How many directories above the one where cargo runs the lock file lies: the workspace's root.
    pub(crate) up: usize,
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
        let mut hasher = blake3::Hasher::new_derive_key("freshness 1 closure");
        let mut put = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        put(site.tool.name.as_bytes());
        put(site.tool.version.as_bytes());
        for fact in site.profile.facts() {
            put(fact.name.as_bytes());
            put(fact.value.as_deref().unwrap_or_default().as_bytes());
        }
        put(&lock);
        // The name of the directory that cargo runs in, seen from the root.
        let root = site.workspace.ancestors().nth(up).unwrap_or(Path::new("/"));
        let below = site.workspace.strip_prefix(root).unwrap_or(Path::new(""));
        put(below.as_os_str().as_encoded_bytes());
        Ok(Self { digest: *hasher.finalize().as_bytes(), up })
    }
}
