//! Reads contents, on all cores.
//!
//! Contents are read into a buffer that each thread reuses and are never mapped: a mapping of a file
//! that someone truncates meanwhile kills the process. Results come back in the order asked for,
//! whatever thread made them.

use std::io::{self, Read};
use std::path::Path;

use freshness_core::sys::{Links, open_regular};
use freshness_core::{Digest, InputPath};
use rayon::prelude::*;

/// Bytes read at once; small sources fit whole.
const BUFFER_BYTES: usize = 64 << 10;

/// What reading one file gave.
pub(crate) enum Reading {
    /// Its digest, and how many bytes it has.
    Digest { digest: Digest, bytes: u64 },
    /// It could not be read; the system's words.
    Failed(String),
}

/// Reads every file of `wanted`, which pairs each with the caller's index.
pub(crate) fn read_all(root: &Path, wanted: Vec<(usize, &InputPath)>) -> Vec<(usize, Reading)> {
    let read = |buffer: &mut Vec<u8>, (index, path): (usize, &InputPath)| {
        (index, digest_file(&path.under(root), buffer))
    };
    let buffer = || vec![0; BUFFER_BYTES];
    if wanted.len() < 2 {
        // Not worth waking the pool.
        return wanted.into_iter().map(|want| read(&mut buffer(), want)).collect();
    }
    wanted.into_par_iter().map_init(buffer, read).collect()
}

fn digest_file(path: &Path, buffer: &mut [u8]) -> Reading {
    match try_digest(path, buffer) {
        Ok((digest, bytes)) => Reading::Digest { digest, bytes },
        Err(error) => Reading::Failed(error.to_string()),
    }
}

fn try_digest(path: &Path, buffer: &mut [u8]) -> io::Result<(Digest, u64)> {
    let mut file = open_regular(path, Links::Follow)?;
    let mut hasher = blake3::Hasher::new();
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok((*hasher.finalize().as_bytes(), hasher.count())),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
}
