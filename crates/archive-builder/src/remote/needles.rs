//! Looks for the names of directories in what was built.
//!
//! An archive that holds one depends on where it was made, and serves only where things lie the same.

use std::io::{self, Read};

use memchr::memmem::Finder;

/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Whether a file holds one of these texts.
///
/// # Errors
/// Those of reading it.
pub(crate) fn any_in(mut file: impl Read, texts: &[Vec<u8>]) -> io::Result<bool> {
    let finders: Vec<Finder<'_>> = texts.iter().map(Finder::new).collect();
    // What a text may stretch over is kept from one piece to the next.
    let overlap = texts.iter().map(Vec::len).max().unwrap_or(1).saturating_sub(1);
    let mut buffer = vec![0; BUFFER_BYTES.max(2 * overlap)];
    let mut kept = 0;
    loop {
        let read = match file.read(&mut buffer[kept..]) {
            Ok(0) => return Ok(false),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = kept + read;
        if finders.iter().any(|finder| finder.find(&buffer[..filled]).is_some()) {
            return Ok(true);
        }
        kept = overlap.min(filled);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = self.0.len().min(self.1).min(buffer.len());
            let (now, rest) = self.0.split_at(bytes);
            buffer[..bytes].copy_from_slice(now);
            self.0 = rest;
            Ok(bytes)
        }
    }

    #[test]
    fn a_text_is_found_wherever_the_reads_cut_it() {
        let texts = [b"/home/a/ws".to_vec(), b"/x".to_vec()];
        for piece in 1..12 {
            let found = |bytes: &[u8]| any_in(Slow(bytes, piece), &texts).unwrap();
            assert!(found(b"....../home/a/ws/src"), "{piece}");
            assert!(found(b"/x"), "{piece}");
            assert!(!found(b"....../home/a/w./home/a/"), "{piece}");
            assert!(!found(b""), "{piece}");
        }
    }
}
