//! The program's file: what may stand in its place, and putting it there whole.
//!
//! The linker writes under another name in the same directory, and a rename puts the program into place:
//! whoever runs it meanwhile keeps the old one, and a compile that is killed leaves the old one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use freshness::{Links, Meta, meta_of, open_regular};
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;

use crate::cache;
use crate::error::CompileError;
use crate::sys::{exchange, may_be_run};

/// Where a program is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output(PathBuf);

/// A program in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its stat.
    pub meta: Meta,
    /// The SHA-256 of its bytes.
    pub checksum: [u8; 32],
}

impl Output {
    /// A program can be put to this absolute path.
    ///
    /// # Errors
    /// What is in the way.
    pub fn at(path: PathBuf) -> Result<Self, CompileError> {
        let in_the_way = |problem: &str| {
            Err(CompileError::Output { path: path.clone(), problem: problem.into() })
        };
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return in_the_way("it is a directory"),
            Ok(metadata) if !metadata.is_file() && !metadata.is_symlink() => {
                return in_the_way("it is not a regular file");
            }
            _ => {}
        }
        match path.parent().map(fs::metadata) {
            Some(Ok(metadata)) if metadata.is_dir() => Ok(Self(path)),
            Some(Ok(_)) => in_the_way("what should be its directory is a file"),
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                in_the_way("its directory does not exist")
            }
            Some(Err(error)) => in_the_way(&error.to_string()),
            None => in_the_way("it has no name"),
        }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The stat of the program that is there, if it is a file that may be run.
    #[must_use]
    pub fn meta(&self) -> Option<Meta> {
        let metadata = fs::symlink_metadata(&self.0).ok()?;
        may_be_run(&metadata).then(|| meta_of(&metadata))
    }

    /// The program that is there, read.
    #[must_use]
    pub fn read(&self) -> Option<Placed> {
        let file = open_regular(&self.0, Links::Refuse).ok()?;
        may_be_run(&file.metadata().ok()?).then(|| seal(file).ok())?
    }

    /// A name for a linker to write to; what has it is removed unless it is placed.
    ///
    /// # Errors
    /// No file can be made in the program's directory.
    pub fn unplaced(&self) -> Result<TempPath, CompileError> {
        let directory = self.directory();
        let made = tempfile::Builder::new().prefix(cache::TEMPORARY).tempfile_in(directory);
        let path = made.map_err(|error| self.refused(&error))?.into_temp_path();
        // The linker makes its own file, with the permissions that programs have here.
        fs::remove_file(&path).map_err(|error| self.refused(&error))?;
        Ok(path)
    }

    /// Removes what compiles that were killed left beside the program.
    pub fn sweep(&self) {
        cache::sweep(self.directory(), std::time::SystemTime::now());
    }

    fn directory(&self) -> &Path {
        self.0.parent().unwrap_or(Path::new("/"))
    }

    /// Puts a linked program into place.
    ///
    /// # Errors
    /// It cannot be read or renamed.
    pub fn place(&self, unplaced: TempPath) -> Result<Placed, CompileError> {
        let refused = |error: io::Error| self.refused(&error);
        let file = File::open(&unplaced).map_err(refused)?;
        let checksum = checksum(&file).map_err(refused)?;
        let is_there = fs::symlink_metadata(&self.0).is_ok_and(|metadata| !metadata.is_dir());
        // A rename over a file waits for the new bytes to be on their way to the disk, on some file systems, to
        // save programs that care for no crash. Where both change places, the old program goes with the name
        // that the new one had.
        if !(is_there && exchange(&unplaced, &self.0).is_ok()) {
            unplaced.persist(&self.0).map_err(|error| self.refused(&error.error))?;
        }
        // Of the open file, not of the name: another compile may have put its own there by now.
        let meta = file.metadata().map_err(|error| self.refused(&error))?;
        Ok(Placed { meta: meta_of(&meta), checksum })
    }

    fn refused(&self, error: &io::Error) -> CompileError {
        CompileError::Output { path: self.0.clone(), problem: error.to_string() }
    }
}

fn seal(file: File) -> io::Result<Placed> {
    let checksum = checksum(&file)?;
    Ok(Placed { meta: meta_of(&file.metadata()?), checksum })
}

fn checksum(mut file: &File) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(read) => hasher.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
