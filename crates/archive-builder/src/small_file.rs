//! Reads files that should be small and may be anything.
//!
//! What others wrote may be a named pipe (reading it would hang), or huge (reading it would fill
//! memory). Both are errors here. Costs one `open`, one `fstat` and the reads.

use std::io::{self, Read};
use std::path::Path;

use freshness_core::sys::{Links, open_regular};

/// The largest file that is read whole: far beyond any manifest, dep-info or cargo configuration.
pub(crate) const MAX_BYTES: u64 = 64 << 20;

/// Room for most of them, so that one read gives all.
const USUAL_BYTES: usize = 4 << 10;

/// Reads a regular file, through links, of at most [`MAX_BYTES`].
///
/// # Errors
/// Those of reading it; `InvalidInput` where it is not a regular file, `FileTooLarge` where it is
/// too large.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    open_regular(path, Links::Follow)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 64 MiB"));
    }
    Ok(bytes)
}

/// Reads such a file as UTF-8.
///
/// # Errors
/// Those of [`read`]; `InvalidData` where it is not UTF-8.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::ErrorKind::InvalidData.into())
}
