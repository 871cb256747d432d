//! Writes a file whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Replaces the file at `path`, or what it leads to through links, by one that holds these bytes. Whoever
/// reads it meanwhile reads the old one or the new one.
///
/// # Errors
/// Something that is there and is no regular file; those of writing. What was there is then as it was.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is no regular file"));
        }
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_path_buf(),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let mut file = File::create_new(&new)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| fs::rename(&new, &path));
    if placed.is_err() {
        // The error of writing is the one to tell.
        let _ = fs::remove_file(&new);
    }
    placed
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_also_behind_a_link_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        write(&file, b"one").unwrap();
        symlink("file", dir.path().join("link")).unwrap();
        write(&dir.path().join("link"), b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(dir.path().join("link")).unwrap().is_symlink());
        assert_eq!(names(dir.path()), ["file", "link"]);
    }

    #[test]
    fn what_is_no_file_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("dir")).unwrap();
        assert!(write(&dir.path().join("dir"), b"x").is_err());
        assert!(write(Path::new("/dev/null"), b"x").is_err());
        assert!(write(&dir.path().join("no/such"), b"x").is_err());
        assert_eq!(names(dir.path()), ["dir"]);
    }
}
