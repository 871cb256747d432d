//! Whose configurations are followed: our own and the system's, and those of directories that the user names.
//!
//! A configuration decides what cargo compiles and what is linked, and it is looked for upwards, into
//! directories that others may write. So one of another user is refused, unless who runs the program
//! allows its directory, outside of any repository.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use freshness_core::sys;

/// The system's own user, who could do anything anyway.
const ROOT: u32 = 0;

/// The directories whose configurations are followed whoever they belong to.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    everywhere: bool,
    directories: Vec<PathBuf>,
}

impl Trust {
    /// The environment variable that lists such directories, for the programs that read it.
    pub const VARIABLE: &'static str = "FRESHNESS_TRUST";

    /// The directories of a list that is separated as `PATH` is; `*` stands for all. A relative one
    /// names nothing.
    #[must_use]
    pub fn listed(list: &OsStr) -> Self {
        let mut trust = Self::default();
        for directory in std::env::split_paths(list) {
            match directory {
                all if all.as_os_str() == "*" => trust.everywhere = true,
                relative if relative.is_relative() => {}
                // What is not there holds no configuration.
                directory => trust.directories.extend(fs::canonicalize(directory)),
            }
        }
        trust
    }

    /// Why the configuration in `path` must not be followed: it, a link of its name, or its directory
    /// is another user's. `opened` is the open file.
    ///
    /// # Errors
    /// Those of looking at them.
    pub fn refuses(&self, path: &Path, opened: &Metadata) -> io::Result<Option<String>> {
        let dir = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let is_listed =
            !self.directories.is_empty() && self.directories.contains(&fs::canonicalize(dir)?);
        if self.everywhere || is_listed {
            return Ok(None);
        }
        let (link, parent) = (fs::symlink_metadata(path)?, fs::metadata(dir)?);
        let of_another = |(what, metadata): (&str, &Metadata)| {
            let (owner, me) = (sys::owner_of(metadata)?, sys::current_user()?);
            is_stranger(owner, me)
                .then(|| format!("{what} belongs to user {owner}, not to user {me}"))
        };
        let owned = [("it", opened), ("the link", &link), ("its directory", &parent)];
        Ok(owned.into_iter().find_map(of_another))
    }
}

/// Whether `me` must not follow what `owner` wrote, unless told to.
fn is_stranger(owner: u32, me: u32) -> bool {
    owner != me && owner != ROOT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_and_the_systems_are_followed_unasked() {
        assert!(!is_stranger(1000, 1000) && !is_stranger(ROOT, 1000) && !is_stranger(ROOT, ROOT));
        assert!(is_stranger(1001, 1000));
        assert!(is_stranger(1000, ROOT), "the system's user in a user's tree");
    }

    #[test]
    fn lists_name_directories_or_all_and_relative_ones_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(dir.path()).unwrap();
        let list = std::env::join_paths([Path::new("relative"), &real, Path::new("/no/such")]);
        let trust = Trust::listed(&list.unwrap());
        assert_eq!(trust.directories, [real]);
        assert!(!trust.everywhere && Trust::listed(OsStr::new("*")).everywhere);
        assert!(Trust::listed(OsStr::new("")).directories.is_empty());
    }
}
