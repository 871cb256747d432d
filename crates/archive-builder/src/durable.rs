//! Writes that survive a crash: whole, or not at all.
//!
//! A file is written under another name in the same directory, made durable, renamed into place, and
//! the directory made durable (fsync of file, then rename, then fsync of directory). The temporary
//! name is fixed, because one writer holds the slot's lock: what a crash leaves behind is overwritten
//! by the next write and never piles up.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{BuildError, Context};
use crate::removal::remove_below_tag;
use crate::slot;
use crate::sys::{private_file, sync_dir};

/// Replaces the file at `path` by one with these bytes.
///
/// # Errors
/// Those of the steps; the old file is then as it was.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    replace_through(&temporary(path), path, bytes)
}

/// The same; `new` is the name in the same directory that the bytes have until they are whole.
///
/// # Errors
/// Those of the steps; the old file is then as it was.
pub(crate) fn replace_through(new: &Path, path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let mut file = create(new).doing("create", new)?;
    let written = file.write_all(bytes).doing("write", new);
    let written = written.and_then(|()| file.sync_all().doing("make durable", new));
    if written.is_err() {
        // Frees the space of a half-written file on a full disk; the write's error is the one told.
        let _ = fs::remove_file(new);
    }
    written?;
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
        remove_any(path).doing("clear", path)?;
    }
    fs::rename(new, path).doing("rename into place", path)?;
    sync_parent(path)
}

/// Creates a file for writing under a name that may hold what a crash left.
///
/// # Errors
/// Those of removing the old and creating the new.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    remove_any(path)?;
    private_file().write(true).read(true).create_new(true).open(path)
}

/// Removes whatever has this name, if anything; a directory with all it holds, where it is below a store.
///
/// # Errors
/// Those of removing it.
pub(crate) fn remove_any(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => remove_below_tag(path, slot::TAG_OWNER),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the entries of the directory that holds `path` durable.
///
/// # Errors
/// Those of opening and syncing it.
pub(crate) fn sync_parent(path: &Path) -> Result<(), BuildError> {
    let dir = path.parent().unwrap_or(Path::new("/"));
    sync_dir(dir).doing("make durable", dir)
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}
