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
use freshness_core::sys::read_some_at;

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

/// Reads a small file that should have so many bytes, in one call; nothing where it has another number.
///
/// It is read from an offset, which nothing but a file takes: a named pipe, a socket and a terminal refuse, a
/// directory cannot be read, and a device that has no end gives more than was expected. What has no bytes
/// could be any of them, and is looked at.
pub(crate) fn small_content(file: &File, expected: u64) -> Option<Content> {
    let length =
        usize::try_from(expected).ok().filter(|length| (1..BUFFER_BYTES).contains(length))?;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(BUFFER_BYTES.max(buffer.len()), 0);
        let read = read_some_at(file, &mut buffer[..BUFFER_BYTES], 0).ok()?;
        let digest = (read == length).then(|| *blake3::hash(&buffer[..length]).as_bytes())?;
        Some(Content { digest, bytes: expected })
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

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::{CWD, Mode, OFlags, mkfifoat};

    use super::*;

    #[test]
    fn only_a_file_of_the_expected_length_is_told_by_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "12345").unwrap();
        let content = small_content(&File::open(&file).unwrap(), 5).unwrap();
        assert_eq!((content.digest, content.bytes), (*blake3::hash(b"12345").as_bytes(), 5));
        for wrong in [0, 4, 6, BUFFER_BYTES as u64, u64::MAX] {
            assert!(small_content(&File::open(&file).unwrap(), wrong).is_none(), "{wrong}");
        }
        assert!(small_content(&File::open(dir.path()).unwrap(), 5).is_none());
        for device in ["/dev/zero", "/dev/null"] {
            assert!(small_content(&File::open(device).unwrap(), 5).is_none(), "{device}");
        }
    }

    #[test]
    fn a_pipe_in_which_the_very_bytes_wait_is_no_file_and_keeps_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        mkfifoat(CWD, &path, Mode::RWXU).unwrap();
        let nonblocking = OFlags::NONBLOCK.bits().try_into().unwrap();
        let both = OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open(&path);
        let mut pipe = both.unwrap();
        pipe.write_all(b"12345").unwrap();
        assert!(small_content(&pipe, 5).is_none());
        let mut kept = [0; 5];
        pipe.read_exact(&mut kept).unwrap();
        assert_eq!(&kept, b"12345");
    }
}
