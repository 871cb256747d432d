//! A linker that is started before there is anything to link.
//!
//! Starting a linker takes as long as a small link: a driver finds a program that loads a library of a
//! hundred megabytes. So once it is known that a program has to be made anew, from archives that are current,
//! its linker is started and waits for a list of objects on its standard input, which it takes for a
//! linker script. Meanwhile the objects are made. If this process dies, the script ends and with it the link.
//!
//! Whatever goes wrong here is no error: the link is then made as if there had been no attempt, and what is
//! wrong is said by that one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;

use freshness::bytes_of_path;
use tempfile::TempPath;

use super::linker::Linker;
use super::output::Output;
use crate::objects::ObjectStore;

/// A linker that waits.
#[derive(Debug)]
pub struct Standby {
    /// Dropped first: what it would write goes with it.
    waiting: Waiting,
    archives: Vec<PathBuf>,
    unplaced: TempPath,
}

impl Standby {
    /// Starts a link of these archives, if there is a linker that can wait.
    #[must_use]
    pub fn start(
        linker: &Linker,
        archives: Vec<PathBuf>,
        store: &ObjectStore,
        output: &Output,
    ) -> Option<Self> {
        let unplaced = output.unplaced().ok()?;
        let child = linker.start(&archives, &unplaced, store.temporary().ok()?)?;
        Some(Self { waiting: Waiting(child), archives, unplaced })
    }

    /// Links these objects; the program that was linked, or nothing where these are not the archives it
    /// was started with or it failed.
    #[must_use]
    pub fn link(mut self, objects: &[PathBuf], archives: &[PathBuf]) -> Option<TempPath> {
        if archives != self.archives {
            return None;
        }
        self.waiting.link(&script(objects)?).then_some(self.unplaced)
    }
}

/// The process. One that is not told to link is ended.
#[derive(Debug)]
struct Waiting(Child);

impl Waiting {
    fn link(&mut self, script: &[u8]) -> bool {
        let told = self.0.stdin.take().is_some_and(|mut stdin| stdin.write_all(script).is_ok());
        told && self.0.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // The driver is ended here, the linker behind it by the end of its script.
        drop(self.0.stdin.take());
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A linker script that names them; `None` where one cannot be named in such.
fn script(objects: &[PathBuf]) -> Option<Vec<u8>> {
    let mut script = b"INPUT(\n".to_vec();
    for object in objects {
        let path = plain(object)?;
        script.extend([b"\"", path, b"\"\n"].concat());
    }
    script.extend(b")\n");
    Some(script)
}

/// What stands for itself between quotes, whichever linker reads it.
fn plain(path: &Path) -> Option<&[u8]> {
    let path = bytes_of_path(path);
    let is_plain =
        |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b'"' | b'\\' | b'*' | b'?');
    path.iter().all(is_plain).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_objects_between_quotes_or_there_is_none() {
        let script_of = |path: &str| script(&[PathBuf::from(path)]);
        assert_eq!(script_of("/a b/c.o").unwrap(), b"INPUT(\n\"/a b/c.o\"\n)\n");
        for path in ["/a\"b.o", "/a\\b.o", "/a\nb.o", "/*.o", "/?.o"] {
            assert_eq!(script_of(path), None, "{path:?}");
        }
    }
}
