//! Reads and digests contents.
//!
//! Contents are read into a buffer that each thread reuses and are never mapped: a mapping of a file
//! that someone truncates meanwhile kills the process. Threads share out files (the core sees to that)
//! and take a file to themselves, but for one so large that its own chunks are worth sharing out.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};

use freshness_core::Digest;
use freshness_core::strategy::Subject;

/// Bytes read at once; small sources fit whole.
const BUFFER_BYTES: usize = 64 << 10;

/// Of a file that goes on beyond [`BUFFER_BYTES`], so many are read and digested at once.
const LARGE_BUFFER_BYTES: usize = 2 << 20;

/// What a file holds.
pub(crate) struct Content {
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
}

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reads the file that an input gives.
///
/// # Errors
/// Those of opening and reading it; something that is no regular file any more.
pub(crate) fn digest(input: Subject<'_>) -> io::Result<Content> {
    let expected = input.state.file().map_or(0, |meta| meta.len);
    let mut file = input.open()?;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(BUFFER_BYTES.max(buffer.len()), 0);
        let head = &mut buffer[..BUFFER_BYTES];
        let read = fill(&mut file, head, expected)?;
        if read < BUFFER_BYTES {
            let digest = *blake3::hash(&head[..read]).as_bytes();
            return Ok(Content { digest, bytes: read as u64 });
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(head);
        let mut goes_on = true;
        while goes_on {
            buffer.resize(LARGE_BUFFER_BYTES, 0);
            let rest = expected.saturating_sub(hasher.count());
            let read = fill(&mut file, buffer, rest)?;
            hasher.update_rayon(&buffer[..read]);
            goes_on = read == LARGE_BUFFER_BYTES;
        }
        Ok(Content { digest: *hasher.finalize().as_bytes(), bytes: hasher.count() })
    })
}

/// Reads until the buffer is full or the file ends. A file that gives less than was asked for, and all that
/// it should have, has ended, so a small one costs one call; any other is asked until it gives nothing.
fn fill(file: &mut File, buffer: &mut [u8], expected: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => {
                filled += read;
                if filled as u64 == expected && filled < buffer.len() {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
