//! The directory of a project's caches: whole files or none, and the file system's clock.
//!
//! ```text
//! <cache>/CACHEDIR.TAG
//! <cache>/objects/<2 digits>/<key>.o      objects of modules, and of groups of them
//! <cache>/objects/<2 digits>/<key>.seal   length, times and digest of that object
//! <cache>/programs/<program>/record       what the newest compile of one program knew
//! <cache>/programs/<program>/program      what `nativets run` made
//! ```
//! Every file is written under another name and renamed, so a reader sees a whole file or none, and two
//! compiles at once replace each other's files by equal ones. Nothing is made durable: what a crash of
//! the machine tears has a digest that tells, and costs one compile.

use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use freshness::{
    Links, Meta, Timestamp, current_user, everyone_may_write, meta_of, open_regular, owner_of,
    remove_below_tag,
};
use tempfile::NamedTempFile;

use crate::sys::create_private_dir;

/// Marks the directory as a cache (<https://bford.info/cachedir/>), so that backups pass it over.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
# This file is a cache directory tag created by nativets.\n";

/// What tells our tag from those of others.
const TAG_OWNER: &str = "created by nativets";

/// How temporary names begin.
pub const TEMPORARY: &str = ".nativets-new-";

/// Longer than any compile: a temporary file of that age was left by one that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// Far beyond any record.
pub const MAX_BYTES: u64 = 1 << 30;

/// A directory that holds caches.
#[derive(Clone, Debug)]
pub struct CacheDir(PathBuf);

impl CacheDir {
    /// Makes the directory where it is missing, private to its owner.
    ///
    /// # Errors
    /// Those of making it; one that another user could have filled, whose programs we would then make.
    pub fn open(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            make_private(path)?;
            write_whole(&path.join("CACHEDIR.TAG"), TAG.as_bytes())?;
        }
        let metadata = fs::metadata(path)?;
        if owner_of(&metadata) != current_user() {
            return Err(io::Error::other("it belongs to another user"));
        }
        if everyone_may_write(&metadata) {
            return Err(io::Error::other("everyone may write it"));
        }
        Ok(Self(path.to_path_buf()))
    }

    /// Where an object of this key, in hexadecimal, is.
    #[must_use]
    pub fn object(&self, key: &str) -> PathBuf {
        self.0.join("objects").join(&key[..2]).join(key).with_extension("o")
    }

    /// The directory of one program.
    #[must_use]
    pub fn program(&self, key: &str) -> PathBuf {
        self.0.join("programs").join(key)
    }

    /// The moment that the file system would give a file now.
    ///
    /// # Errors
    /// Those of making a file.
    pub fn clock(&self) -> io::Result<Timestamp> {
        let file = tempfile::tempfile_in(&self.0)?;
        Ok(meta_of(&file.metadata()?).mtime)
    }
}

/// Makes a directory that only its owner can use, and those above it.
///
/// # Errors
/// Those of making them.
pub fn make_private(path: &Path) -> io::Result<()> {
    create_private_dir(path)
}

/// Writes a whole file, or leaves what was there; gives its stat.
///
/// # Errors
/// Those of writing and renaming; a full disk leaves nothing behind.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<Meta> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut new = match temporary(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_private(dir)?;
            temporary(dir)?
        }
        made => made?,
    };
    new.write_all(bytes)?;
    let file = match new.persist(path) {
        Ok(file) => file,
        // A directory has the name: it is of no use to anyone.
        Err(error) if path.is_dir() => {
            remove_below_tag(path, TAG_OWNER)?;
            error.file.persist(path).map_err(|error| error.error)?
        }
        Err(error) => return Err(error.error),
    };
    Ok(meta_of(&file.metadata()?))
}

fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(dir)
}

/// Removes what compiles that were killed left in a directory. Failing to costs only space.
pub fn sweep(dir: &Path, now: SystemTime) {
    let is_ours =
        |entry: &DirEntry| entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes());
    for entry in fs::read_dir(dir).into_iter().flatten().flatten().filter(is_ours) {
        let age = entry.metadata().and_then(|m| m.modified()).map(|at| now.duration_since(at));
        if age.is_ok_and(|age| age.is_ok_and(|age| age > ABANDONED)) {
            // We make no directory of such a name; one is left alone.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads a file of ours, which is no link and not enormous.
///
/// # Errors
/// Those of reading it.
pub fn read_whole(path: &Path) -> io::Result<(Vec<u8>, Meta)> {
    let file = open_regular(path, Links::Refuse)?;
    read_from(file, MAX_BYTES)
}

/// Reads at most `max_bytes` of an open file, with its stat afterwards.
///
/// # Errors
/// Those of reading it; a larger file.
pub fn read_from(mut file: File, max_bytes: u64) -> io::Result<(Vec<u8>, Meta)> {
    let expected = file.metadata()?.len().min(max_bytes);
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    (&mut file).take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let problem = format!("larger than {} MiB", max_bytes >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok((bytes, meta_of(&file.metadata()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_a_directory_in_its_place_too() {
        let dir = tempfile::tempdir().unwrap();
        CacheDir::open(&dir.path().join("cache")).unwrap();
        let path = dir.path().join("cache/below/file");
        for text in ["1", "22"] {
            let meta = write_whole(&path, text.as_bytes()).unwrap();
            assert_eq!(read_whole(&path).unwrap(), (text.as_bytes().to_vec(), meta));
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir_all(path.join("x")).unwrap();
        let untagged = dir.path().join("untagged");
        fs::create_dir_all(untagged.join("x")).unwrap();
        assert!(write_whole(&untagged, b"3").is_err() && untagged.join("x").exists());
        write_whole(&path, b"3").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "3");
        assert_eq!(fs::read_dir(dir.path().join("cache/below")).unwrap().count(), 1);
    }

    #[test]
    fn only_what_a_killed_compile_left_long_ago_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".nativets-new-1", "kept"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let names = || {
            let mut names: Vec<_> =
                fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        sweep(dir.path(), SystemTime::now());
        assert_eq!(names(), [".nativets-new-1", "kept"]);
        sweep(dir.path(), SystemTime::now() + 2 * ABANDONED);
        assert_eq!(names(), ["kept"]);
    }

    #[test]
    fn a_larger_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "1234").unwrap();
        assert!(read_from(File::open(&path).unwrap(), 4).is_ok());
        let error = read_from(File::open(&path).unwrap(), 3).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
