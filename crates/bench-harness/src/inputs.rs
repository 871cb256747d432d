//! `inputs`: many small files in directories of a hundred, to be looked at and read.
//!
//! Every file holds something else, so that nothing can be saved by knowing one from another, and the
//! same index always holds the same.

use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files of each directory: 100,000 files make 1,000 directories.
pub const PER_DIRECTORY: usize = 100;

/// Writes `files` files of about 1 KiB with distinct contents below `dir`, `per_directory` in each
/// directory.
///
/// # Errors
/// Those of creating directories and files.
pub fn write_inputs(dir: &Path, files: usize, per_directory: usize) -> io::Result<()> {
    for index in 0..files {
        let path = dir.join(path_of(index, per_directory));
        if index % per_directory == 0 {
            fs::create_dir_all(path.parent().unwrap_or(dir))?;
        }
        fs::write(path, content(index))?;
    }
    Ok(())
}

/// Where a file is, below the fixture's directory.
#[must_use]
pub fn path_of(index: usize, per_directory: usize) -> PathBuf {
    PathBuf::from(format!("d{:05}/f{index:06}.rs", index / per_directory))
}

/// One file's other content, of the same length.
#[must_use]
pub fn edited(index: usize) -> String {
    content(index).replace("pub fn", "pub FN")
}

/// How a file is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Written over where it is.
    InPlace,
    /// Another file renamed over it, as editors save.
    ByRename,
    /// It stays, and a new one comes to stand beside it.
    Added,
}

/// A change of one file that can be taken back.
#[derive(Debug)]
pub struct Edited {
    path: PathBuf,
    index: usize,
    modified: SystemTime,
    edit: Edit,
}

impl Edited {
    /// Changes one file of a fixture with [`PER_DIRECTORY`].
    ///
    /// # Errors
    /// Those of looking at it and writing it.
    pub fn make(dir: &Path, index: usize, edit: Edit) -> io::Result<Self> {
        let path = dir.join(path_of(index, PER_DIRECTORY));
        let modified = fs::metadata(&path)?.modified()?;
        let made = Self { path, index, modified, edit };
        match edit {
            Edit::InPlace => fs::write(&made.path, edited(index))?,
            Edit::ByRename => {
                fs::write(made.neighbour(), edited(index))?;
                fs::rename(made.neighbour(), &made.path)?;
            }
            Edit::Added => fs::write(made.neighbour(), edited(index))?,
        }
        Ok(made)
    }

    /// Puts the old content back under the old time; what cannot be put back is the ctime.
    ///
    /// # Errors
    /// Those of writing it.
    pub fn take_back(self) -> io::Result<()> {
        if self.edit == Edit::Added {
            return fs::remove_file(self.neighbour());
        }
        fs::write(&self.path, content(self.index))?;
        File::options().write(true).open(&self.path)?.set_modified(self.modified)
    }

    fn neighbour(&self) -> PathBuf {
        self.path.with_extension("new.rs")
    }
}

/// About 1 KiB of source-like text that no other index has.
fn content(index: usize) -> String {
    let mut text = String::with_capacity(1024);
    for line in 0..24 {
        writeln!(text, "pub fn value_{index}_{line}() -> u64 {{ {} }}", index * 31 + line)
            .expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixture_is_the_same_every_time_and_no_two_files_are_alike() {
        assert_eq!(content(7), content(7));
        assert_ne!(content(7), content(8));
        assert!((900..1300).contains(&content(123_456).len()), "{}", content(123_456).len());
    }

    #[test]
    fn files_are_spread_over_directories() {
        let dir = tempfile::tempdir().unwrap();
        write_inputs(dir.path(), 25, 10).unwrap();
        let count = |d: &str| fs::read_dir(dir.path().join(d)).unwrap().count();
        assert_eq!([count("d00000"), count("d00001"), count("d00002")], [10, 10, 5]);
    }

    #[test]
    fn an_edit_changes_one_file_and_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        write_inputs(dir.path(), 3, PER_DIRECTORY).unwrap();
        let path = dir.path().join(path_of(1, PER_DIRECTORY));
        let held = || (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
        let count = || fs::read_dir(path.parent().unwrap()).unwrap().count();
        let before = held();
        for (edit, files) in [(Edit::InPlace, 3), (Edit::ByRename, 3), (Edit::Added, 4)] {
            let made = Edited::make(dir.path(), 1, edit).unwrap();
            assert_eq!((held().0 == before.0, count()), (edit == Edit::Added, files), "{edit:?}");
            assert_eq!(held().0.len(), before.0.len());
            made.take_back().unwrap();
            assert_eq!((held(), count()), (before.clone(), 3), "{edit:?}");
        }
    }
}
