//! Removes directories with all they hold: only below a directory that we tagged as our own cache.
//!
//! The tagged directory is opened first and its tag read through the open directory; from there on every
//! name is opened in the directory above it, and no link is followed. So a path that was mistaken, or a
//! directory that is swapped for a link while it is emptied, costs nothing outside.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path};

use crate::sys::Held;

/// The name of the file that tags a cache directory (<https://bford.info/cachedir/>).
pub(crate) const TAG_NAME: &str = "CACHEDIR.TAG";

/// Far beyond any tag.
const MAX_TAG: u64 = 4096;

/// Removes what is at `path`, if anything: a link itself, a directory with all it holds. `path` must lie
/// below a directory whose `CACHEDIR.TAG` contains `owner`; the nearest such directory is where the way
/// begins that may hold no links.
///
/// # Errors
/// Those of removing it; `PermissionDenied` where no directory above it is tagged so.
pub fn remove_below_tag(path: &Path, owner: &str) -> io::Result<()> {
    for dir in path.ancestors().skip(1) {
        let Ok(held) = Held::open(dir) else { continue };
        let tag = held.head_of(OsStr::new(TAG_NAME), MAX_TAG).unwrap_or_default();
        if String::from_utf8_lossy(&tag).contains(owner) {
            return remove_within(held, path.strip_prefix(dir).map_err(io::Error::other)?);
        }
    }
    let problem = "it is not below a cache directory of ours, so nothing in it is removed";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, problem))
}

/// Removes what `path`, of plain names, leads to in a directory.
fn remove_within(mut dir: Held, path: &Path) -> io::Result<()> {
    let mut names = path.components().peekable();
    while let Some(name) = names.next() {
        let Component::Normal(name) = name else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a path of plain names"));
        };
        if names.peek().is_none() {
            return dir.remove(name);
        }
        dir = match dir.below(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    const OWNER: &str = "created by a test";

    fn tagged(dir: &Path) -> PathBuf {
        let store = dir.join("store");
        fs::create_dir_all(&store).expect("the store can be made");
        let tag = format!("Signature: x\n# {OWNER}\n");
        fs::write(store.join(TAG_NAME), tag).expect("the store can be tagged");
        store
    }

    #[test]
    fn nothing_is_removed_but_below_our_own_tag() {
        let dir = tempfile::tempdir().unwrap();
        let store = tagged(dir.path());
        let (inside, outside) = (store.join("a/b/c"), dir.path().join("outside/b"));
        for path in [&inside, &outside] {
            fs::create_dir_all(path).unwrap();
        }
        let refused = remove_below_tag(&outside, OWNER).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        remove_below_tag(&inside, "created by another").unwrap_err();
        remove_below_tag(&store, OWNER).unwrap_err();
        remove_below_tag(&store.join("a/../../outside"), OWNER).unwrap_err();
        assert!(inside.exists() && outside.exists());
        remove_below_tag(&store.join("a/b"), OWNER).unwrap();
        remove_below_tag(&store.join("no/such"), OWNER).unwrap();
        assert!(store.join("a").exists() && !store.join("a/b").exists());
    }

    #[test]
    fn a_link_on_the_way_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let store = tagged(dir.path());
        fs::create_dir_all(dir.path().join("outside/b")).unwrap();
        symlink("../outside", store.join("a")).unwrap();
        remove_below_tag(&store.join("a/b"), OWNER).unwrap_err();
        remove_below_tag(&store.join("a"), OWNER).unwrap();
        assert!(dir.path().join("outside/b").exists() && !store.join("a").is_symlink());
    }

    /// Swaps directories for links to the outside, as fast as it can, while they are removed.
    #[test]
    fn a_directory_that_is_swapped_for_a_link_meanwhile_costs_nothing_outside() {
        const ROUNDS: usize = 400;
        let dir = tempfile::tempdir().unwrap();
        let store = tagged(dir.path());
        let outside = dir.path().join("outside");
        let victims: Vec<PathBuf> = ["x/victim", "x/deep/victim", "archives/x/victim"]
            .map(|name| outside.join(name))
            .into();
        for victim in &victims {
            fs::create_dir_all(victim.parent().unwrap()).unwrap();
            fs::write(victim, "").unwrap();
        }
        let (archives, aside) = (store.join("archives"), store.join("aside"));
        symlink(&outside, store.join("to-outside")).unwrap();
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    // Each may fail, where the other thread was faster.
                    let _ = fs::rename(&archives, &aside);
                    let _ = symlink(&outside, &archives);
                    let _ = fs::remove_file(&archives);
                    let _ = fs::rename(&aside, &archives);
                    let _ = fs::rename(archives.join("x"), &aside);
                    let _ = symlink(outside.join("x"), archives.join("x"));
                    let _ = fs::remove_file(archives.join("x"));
                    let _ = fs::rename(&aside, archives.join("x"));
                }
            });
            for _ in 0..ROUNDS {
                for name in ["deep/deeper", "victim", "more"] {
                    let _ = fs::create_dir_all(archives.join("x").join(name));
                }
                // That the outside was not touched is what counts; it may well fail.
                let _ = remove_below_tag(&archives.join("x"), OWNER);
            }
            is_done.store(true, Ordering::Relaxed);
        });
        assert!(victims.iter().all(|victim| victim.exists()));
    }
}
