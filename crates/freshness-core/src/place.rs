//! A directory of inputs, opened once, in which inputs are looked at and opened by name.
//!
//! It answers what the same question about the whole path would: where the directory cannot be opened
//! because nothing is there, nothing is in it; where it may not be, each path is asked for in full, so
//! that the answer is the system's own.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::snapshot::{Kind, Meta, State, Target};
use crate::sys::{self, Dir, Links};

/// A directory in which inputs are, or would be.
#[derive(Debug)]
pub struct Place {
    /// As it was asked for: relative to the root, or absolute.
    dir: PathBuf,
    /// Where that is.
    path: PathBuf,
    /// Opened when it is first asked for something.
    opened: OnceCell<Opened>,
}

#[derive(Debug)]
enum Opened {
    Dir(Dir),
    /// No directory is there.
    Nothing,
    /// There may be one; it could not be opened.
    Closed,
}

impl Place {
    /// The directory `dir`, which is relative to `root` or absolute.
    #[must_use]
    pub fn of(root: &Path, dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), ..Self::at(root.join(dir)) }
    }

    /// The directory at `path`.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { dir: PathBuf::new(), path, opened: OnceCell::new() }
    }

    fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| {
            let here = self.path.as_os_str().is_empty();
            match Dir::open(if here { Path::new(".") } else { &self.path }) {
                Ok(dir) => Opened::Dir(dir),
                Err(error) if leads_nowhere(&error) => Opened::Nothing,
                Err(_) => Opened::Closed,
            }
        })
    }

    /// Whether it is the directory `dir`, as it was asked for.
    #[must_use]
    pub fn is(&self, dir: &Path) -> bool {
        self.dir.as_os_str() == dir.as_os_str()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory itself and its device, where it could be opened.
    #[must_use]
    pub fn own(&self) -> Option<(Meta, u64)> {
        match self.opened() {
            Opened::Dir(dir) => dir.own().ok(),
            Opened::Nothing | Opened::Closed => None,
        }
    }

    /// Looks at what has this name: `lstat`, and for a link also what it says and where it leads.
    #[must_use]
    pub fn look(&self, name: &OsStr) -> State {
        match self.try_look(name) {
            Ok(state) => state,
            Err(error) if leads_nowhere(&error) => State::Absent,
            Err(error) => State::Unreadable(error.to_string()),
        }
    }

    fn try_look(&self, name: &OsStr) -> io::Result<State> {
        let own = self.stat(name, Links::Refuse)?;
        if own.kind != Kind::Link {
            return Ok(State::Here(own));
        }
        let text = match self.opened() {
            Opened::Dir(dir) => dir.link_text(name)?,
            Opened::Nothing | Opened::Closed => fs::read_link(self.path.join(name))?.into(),
        };
        let target = match self.stat(name, Links::Follow) {
            Ok(meta) => Target::There(meta),
            Err(error) if leads_nowhere(&error) => Target::Nowhere,
            Err(error) => Target::Unreadable(error.to_string()),
        };
        Ok(State::Link { text, own, target })
    }

    /// The stat of what has this name: of a link itself where `links` says [`Links::Refuse`].
    ///
    /// # Errors
    /// Those of `stat(2)`.
    pub fn stat(&self, name: &OsStr, links: Links) -> io::Result<Meta> {
        let whole = || self.path.join(name);
        match (self.opened(), links) {
            // The root of the file system has no name in itself.
            (Opened::Dir(dir), _) if name.is_empty() => dir.own().map(|(meta, _)| meta),
            (Opened::Dir(dir), _) => dir.stat(name, links),
            (Opened::Nothing, _) => Err(io::ErrorKind::NotFound.into()),
            (Opened::Closed, Links::Refuse) => Ok(sys::meta_of(&fs::symlink_metadata(whole())?)),
            (Opened::Closed, Links::Follow) => Ok(sys::meta_of(&fs::metadata(whole())?)),
        }
    }

    /// Opens what has this name and is no link, without asking what it is; waits for nothing.
    ///
    /// # Errors
    /// Those of `open(2)`; a directory that could not be opened itself.
    pub fn open_anything(&self, name: &OsStr) -> io::Result<File> {
        match self.opened() {
            Opened::Dir(dir) => dir.open_anything(name),
            Opened::Nothing | Opened::Closed => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Opens the regular file of this name, and says what it is; waits for nothing.
    ///
    /// # Errors
    /// Those of `open(2)`, and `InvalidInput` where it is not a regular file.
    pub fn open(&self, name: &OsStr, links: Links) -> io::Result<(File, Meta)> {
        match self.opened() {
            Opened::Dir(dir) => dir.open_regular(name, links),
            Opened::Nothing => Err(io::ErrorKind::NotFound.into()),
            Opened::Closed => {
                let file = sys::open_regular(&self.path.join(name), links)?;
                let meta = sys::meta_of(&file.metadata()?);
                Ok((file, meta))
            }
        }
    }
}

/// Whether an error says that nothing is there, as opposed to that we may not know. What cannot be a name is none.
fn leads_nowhere(error: &io::Error) -> bool {
    let is_absent = error.kind() == io::ErrorKind::NotFound;
    is_absent || error.kind() == io::ErrorKind::InvalidFilename || sys::leads_nowhere(error)
}
