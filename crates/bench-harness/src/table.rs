//! The list of what a floor looks at, in one file that is read in place.
//!
//! Names stand grouped by directory, each ended by a zero byte, so that a name is handed to the system as
//! it lies there: no path is put together and nothing is allocated for a file.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The files of a tree, by directory.
#[derive(Debug)]
pub struct Table {
    /// Count of directories, then the offset of each one's block, all as `u32` in little endian; then the
    /// blocks: the directory's path, its files' names, and an empty name at the end.
    bytes: Vec<u8>,
}

impl Table {
    /// Lists the regular files below `root` in a file.
    ///
    /// # Errors
    /// Those of listing and of writing; a tree that is too large for the format.
    pub fn write(root: &Path, to: &Path) -> io::Result<()> {
        let mut blocks: Vec<Vec<u8>> = Vec::new();
        list(root, Path::new("."), &mut blocks)?;
        let too_large =
            |_| io::Error::new(io::ErrorKind::FileTooLarge, "a tree of over 4 GiB of names");
        let count = u32::try_from(blocks.len()).map_err(too_large)?;
        let mut bytes = count.to_le_bytes().to_vec();
        let mut offset = 4 + 4 * blocks.len();
        for block in &blocks {
            bytes.extend(u32::try_from(offset).map_err(too_large)?.to_le_bytes());
            offset += block.len();
        }
        bytes.extend(blocks.concat());
        fs::write(to, bytes)
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// Those of reading; a file that is no table.
    pub fn read(from: &Path) -> io::Result<Self> {
        let bytes = fs::read(from)?;
        let table = Self { bytes };
        let blocks = 4 + 4 * table.directories();
        let whole = table.bytes.len() >= blocks && table.bytes.ends_with(b"\0\0");
        match whole || (table.bytes.len() == 4 && blocks == 4) {
            true => Ok(table),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, "no table of files")),
        }
    }

    /// How many directories it has.
    #[must_use]
    pub fn directories(&self) -> usize {
        self.number(0)
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it lists nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.directories() == 0
    }

    /// A directory, relative to the root, and the names of its files.
    #[must_use]
    pub fn directory(&self, index: usize) -> (&CStr, Names<'_>) {
        let mut names = Names { rest: self.bytes.get(self.number(4 + 4 * index)..).unwrap_or(b"") };
        let path = names.next().unwrap_or_default();
        (path, names)
    }

    fn number(&self, at: usize) -> usize {
        let bytes = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
    }
}

/// Names of one directory.
#[derive(Debug)]
pub struct Names<'t> {
    rest: &'t [u8],
}

impl<'t> Iterator for Names<'t> {
    type Item = &'t CStr;

    fn next(&mut self) -> Option<&'t CStr> {
        let name = CStr::from_bytes_until_nul(self.rest).ok()?;
        self.rest = &self.rest[name.count_bytes() + 1..];
        (!name.is_empty()).then_some(name)
    }
}

fn list(root: &Path, below: &Path, blocks: &mut Vec<Vec<u8>>) -> io::Result<()> {
    let (mut files, mut directories) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => directories.push(entry.file_name()),
            kind if kind.is_file() => files.push(entry.file_name()),
            _ => {}
        }
    }
    files.sort_unstable();
    directories.sort_unstable();
    let names = files.iter().map(|name| name.as_bytes());
    let mut block = Vec::new();
    for name in [below.as_os_str().as_bytes()].into_iter().chain(names).chain([&b""[..]]) {
        block.extend_from_slice(name);
        block.push(0);
    }
    blocks.push(block);
    directories.iter().try_for_each(|name| list(root, &below.join(name), blocks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_listed_by_directory_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir_all(root.join("b/c")).unwrap();
        for file in ["z", "a", "b/c/one"] {
            fs::write(root.join(file), "").unwrap();
        }
        let path = dir.path().join("table");
        Table::write(&root, &path).unwrap();
        let table = Table::read(&path).unwrap();
        let shown: Vec<String> = (0..table.directories())
            .map(|index| {
                let (path, names) = table.directory(index);
                let names: Vec<_> = names.map(|name| name.to_str().unwrap()).collect();
                format!("{}: {}", path.to_str().unwrap(), names.join(" "))
            })
            .collect();
        assert_eq!(shown, [".: a z", "./b: ", "./b/c: one"]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("table");
        fs::write(&path, [9, 0, 0, 0, 1]).unwrap();
        assert_eq!(Table::read(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
