//! A directory that machines share: what OpenDAL's file service follows, it follows only inside.
//!
//! Whoever may write the share may leave links, FIFOs or devices in it. So before a name is used, every
//! directory on the way must be one, and what has the name a regular file. The look and the use are two steps, and
//! whoever changes the share between them gains a file of *this* user's rights; so a share is for those who
//! trust each other with that, and what is read from it is believed by its signature alone.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use archive_builder::remote::storage::Trouble;

use crate::service::INCOMING;
use crate::trouble::{Failure, of_system};

/// What has a name in a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    /// A body.
    Body,
    /// A directory.
    Directory,
    /// Nothing, or not even the directory that it would be in.
    Nothing,
}

/// A body on its way is whole, or given up, after this time.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks for a name in the share.
///
/// The share itself may be a link; that there is none yet is no trouble where it could be made.
pub(crate) fn look(root: &Path, name: &str) -> Result<There, Failure> {
    if is_missing(root)? {
        return Ok(There::Nothing);
    }
    let mut path = root.to_path_buf();
    let mut parts = name.split('/').filter(|part| !part.is_empty()).peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
            Err(error) => return Err(failure(&error)),
        };
        if found.is_file() && parts.peek().is_none() {
            return Ok(There::Body);
        }
        if !found.is_dir() {
            let what = if found.is_symlink() { "a link" } else { "no directory and no file" };
            let problem = format!("`{part}` in the share is {what}, which is not followed");
            return Err(Failure::new(Trouble::Answer, problem));
        }
    }
    Ok(There::Directory)
}

/// Makes the share itself where it is missing, and removes what uploads left that were killed long ago.
pub(crate) fn make(root: &Path) -> Result<(), Failure> {
    if is_missing(root)? {
        match fs::create_dir(root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failure(&error));
            }
            _ => {}
        }
    }
    let Ok(incoming) = fs::read_dir(root.join(INCOMING)) else { return Ok(()) };
    for entry in incoming.flatten() {
        remove_abandoned(&entry.path(), SystemTime::now());
    }
    Ok(())
}

/// Where the directory around it is missing too, the share is not mounted, and must not be made in its place.
fn is_missing(root: &Path) -> Result<bool, Failure> {
    let error = match fs::metadata(root) {
        Ok(found) if found.is_dir() => return Ok(false),
        Ok(_) => return Err(Failure::new(Trouble::Unreachable, "it is no directory")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failure(&error)),
        Err(error) => error,
    };
    match root.parent().map(fs::metadata) {
        Some(Ok(parent)) if parent.is_dir() => Ok(true),
        _ => Err(failure(&error)),
    }
}

/// OpenDAL keeps the directories of a name below the one for what is incoming.
fn remove_abandoned(path: &Path, now: SystemTime) {
    let Ok(found) = fs::symlink_metadata(path) else { return };
    if found.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            remove_abandoned(&entry.path(), now);
        }
        return;
    }
    let age = found.modified().ok().and_then(|modified| now.duration_since(modified).ok());
    if age.is_some_and(|age| age > ABANDONED) {
        // Another machine may be faster, or this one may not: either way it is no one's upload that fails.
        let _ = fs::remove_file(path);
    }
}

fn failure(error: &io::Error) -> Failure {
    Failure::new(of_system(error.kind()), error.to_string())
}
