//! Files whose bytes are vouched for: published archives and the compiler's own files.
//!
//! While the stat is exactly as it was when the file was sealed, the bytes are taken to be as well
//! (the stat includes ctime, which no one can set). Where it differs, the bytes are read and compared
//! with the digest, so a restored or relocated store is checked once rather than thrown away.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use freshness_core::sys::{self, Links};
use freshness_core::{Digest, Kind, Meta, SealedFile, Work};

/// Bytes read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What a sealed file is now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Its stat is as recorded.
    Intact,
    /// Its stat differs and its bytes do not.
    Restamped,
    /// Nothing is there.
    Missing,
    /// It is something else; what, in words.
    Changed(String),
}

/// Reads a regular file, not through a link, and digests it.
///
/// # Errors
/// Those of opening and reading; a path that is not a regular file.
pub(crate) fn digest_file(path: &Path) -> io::Result<(Digest, u64)> {
    digest_reader(sys::open_regular(path, Links::Refuse)?)
}

/// The same through a link.
///
/// # Errors
/// Those of opening and reading; a path that leads to something that is not a regular file.
pub(crate) fn digest_followed(path: &Path) -> io::Result<(Digest, u64)> {
    digest_reader(sys::open_regular(path, Links::Follow)?)
}

/// Reads an open file to its end, and digests it.
///
/// # Errors
/// Those of reading.
pub(crate) fn digest_reader(mut file: impl Read) -> io::Result<(Digest, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((*hasher.finalize().as_bytes(), hasher.count())),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
}

/// Seals a file as it is now; `known` is a seal of it whose digest holds while the stat does.
///
/// # Errors
/// Those of `stat` and of reading it.
pub(crate) fn seal(path: &Path, known: Option<&SealedFile>) -> io::Result<SealedFile> {
    let meta = sys::meta_of(&fs::symlink_metadata(path)?);
    let digest = match known {
        Some(known) if known.path == path && known.meta == meta && meta.is_telling() => {
            known.digest
        }
        _ => digest_file(path)?.0,
    };
    Ok(SealedFile { path: path.to_path_buf(), meta, digest })
}

/// When the bytes are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadBytes {
    /// When the stat differs.
    WhereStatDiffers,
    /// Always.
    Always,
}

/// Compares a file, not through a link, with its seal.
pub(crate) fn examine(
    path: &Path,
    meta: &Meta,
    digest: &Digest,
    when: ReadBytes,
    work: &mut Work,
) -> Condition {
    work.stats += 1;
    let now = match fs::symlink_metadata(path) {
        Ok(metadata) => sys::meta_of(&metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Condition::Missing,
        Err(error) => return Condition::Changed(format!("cannot be looked at: {error}")),
    };
    if now.kind != Kind::File {
        return Condition::Changed(format!("is {} now", now.kind.word()));
    }
    if now.len != meta.len {
        return Condition::Changed(format!("length was {}, is {} bytes", meta.len, now.len));
    }
    if now == *meta && now.is_telling() && when == ReadBytes::WhereStatDiffers {
        return Condition::Intact;
    }
    match digest_file(path) {
        Ok((found, bytes)) => {
            work.files_read += 1;
            work.bytes_read += bytes;
            match (found == *digest, now == *meta) {
                (true, true) => Condition::Intact,
                (true, false) => Condition::Restamped,
                (false, _) => Condition::Changed("content differs from what was sealed".into()),
            }
        }
        Err(error) => Condition::Changed(format!("cannot be read: {error}")),
    }
}
