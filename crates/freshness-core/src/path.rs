//! Paths of inputs, and how any path is shown to a reader.
//!
//! An [`InputPath`] is what a stamp records: relative to the workspace root where it lies inside,
//! absolute where it does not, so that a stamp stays readable and a moved workspace is noticed by
//! the root alone. Paths are bytes to us; they are compared as bytes and never assumed to be UTF-8.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};

use crate::sys;

/// A path of an input: relative to the workspace root when inside it, else absolute.
///
/// Ordered and compared by its bytes, which is the order of reasons, snapshots and evidence.
/// (`PathBuf` compares components: to it, `a/b` and `a//b` are one path.)
#[derive(Clone, Debug)]
pub struct InputPath(PathBuf);

impl InputPath {
    /// The input path of `path`, which is absolute or already relative to `root`.
    ///
    /// `.` and `..` are resolved by name where they stand behind a plain name; a `..` that would
    /// climb out of a symbolic link is a matter of the file system and is kept for it by callers
    /// who pass such a path in absolute form without it.
    #[must_use]
    pub fn new(root: &Path, path: &Path) -> Self {
        let absolute = root.join(path);
        let lexical = normalize(&absolute);
        match lexical.strip_prefix(root) {
            Ok(inside) if !inside.as_os_str().is_empty() => Self(inside.to_path_buf()),
            _ => Self(lexical),
        }
    }

    /// An input path exactly as a stamp recorded it.
    #[must_use]
    pub fn from_recorded(path: PathBuf) -> Self {
        Self(path)
    }

    /// The path as recorded: relative to the root, or absolute.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The absolute path, for the operating system.
    #[must_use]
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }

    /// The directory that it is in, up to and with the last `/`, and its name there: put together again,
    /// they are the same bytes. Either may be empty.
    #[must_use]
    pub fn split(&self) -> (&Path, &OsStr) {
        sys::split_path(&self.0)
    }

    /// What [`InputPath::split`] took apart.
    #[must_use]
    pub fn joined(dir: &Path, name: &OsStr) -> Self {
        let mut path = dir.as_os_str().to_os_string();
        path.push(name);
        Self(path.into())
    }

    fn bytes(&self) -> &[u8] {
        self.0.as_os_str().as_encoded_bytes()
    }
}

impl Ord for InputPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialEq for InputPath {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for InputPath {}

impl Hash for InputPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

impl PartialOrd for InputPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for InputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped::path(&self.0).fmt(f)
    }
}

/// Removes `.` and resolves `..` against the names before it, without asking the file system.
#[must_use]
pub fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::with_capacity(path.as_os_str().len());
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out
}

/// Text made safe to print: bytes that are not UTF-8 and control characters appear as `\xNN`, marks that
/// reorder or hide text (bidirectional controls, characters without width) as `\u{202e}`, everything else
/// as itself.
///
/// The same form is used in text and in JSON, so a name can be searched for in both. What is escaped
/// already stays as it is.
pub struct Escaped<'a> {
    text: &'a [u8],
    keeps_lines: bool,
}

impl<'a> Escaped<'a> {
    /// Shows a path.
    #[must_use]
    pub fn path(path: &'a Path) -> Self {
        Self::os_str(path.as_os_str())
    }

    /// Shows a name or value of the operating system.
    #[must_use]
    pub fn os_str(text: &'a OsStr) -> Self {
        Self { text: text.as_encoded_bytes(), keeps_lines: false }
    }

    /// Shows any text, in one line.
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        Self { text: text.as_bytes(), keeps_lines: false }
    }

    /// Shows a message that may have several lines, what another program said say: ends of lines and
    /// tabs stay.
    #[must_use]
    pub fn lines(text: &'a str) -> Self {
        Self { text: text.as_bytes(), keeps_lines: true }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for chunk in self.text.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\n' | '\t' if self.keeps_lines => f.write_char(c)?,
                    c if c.is_control() => {
                        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                            write!(f, "\\x{byte:02x}")?;
                        }
                    }
                    c if misleads(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                    c => f.write_char(c)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// What shows a text as something else than it is: the bidirectional formatting marks of UAX #9, the
/// separators that terminals may take for ends of lines, and characters without width (of Unicode's
/// `Cf`, and the fillers that are drawn as nothing).
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_inside_the_root_are_relative_and_others_absolute() {
        let root = Path::new("/ws");
        let shown = |p: &str| InputPath::new(root, Path::new(p)).to_string();
        assert_eq!(shown("/ws/a/b.rs"), "a/b.rs");
        assert_eq!(shown("a/../b.rs"), "b.rs");
        assert_eq!(shown("../shared/x"), "/shared/x");
        assert_eq!(shown("/wsx/a"), "/wsx/a");
        assert_eq!(shown("/ws"), "/ws");
    }

    #[test]
    fn recorded_paths_are_equal_exactly_when_their_bytes_are() {
        let recorded = |p: &str| InputPath::from_recorded(p.into());
        let paths = ["a/b", "a//b", "a/./b", "a/b/"].map(recorded);
        for (i, a) in paths.iter().enumerate() {
            for (j, b) in paths.iter().enumerate() {
                assert_eq!(a == b, i == j, "{a} and {b}");
                assert_eq!(a.cmp(b) == Ordering::Equal, i == j, "{a} and {b}");
            }
        }
    }

    #[test]
    fn order_is_that_of_bytes_not_of_components() {
        let mut paths =
            ["a/z", "a.rs", "a-b", "a", "B"].map(|p| InputPath::from_recorded(p.into()));
        paths.sort();
        assert_eq!(paths.map(|p| p.to_string()), ["B", "a", "a-b", "a.rs", "a/z"]);
    }

    #[test]
    fn dots_are_resolved_by_name() {
        let shown = |p: &str| normalize(Path::new(p)).display().to_string();
        assert_eq!(shown("/a/./b/../c/"), "/a/c");
        assert_eq!(shown("/../a"), "/a");
        assert_eq!(shown("a/../../b"), "../b");
        assert_eq!(shown("../../a/.."), "../..");
        assert_eq!(shown("."), "");
    }

    #[test]
    fn names_that_could_disturb_a_terminal_are_escaped() {
        use std::os::unix::ffi::OsStrExt;
        let shown = |b: &[u8]| Escaped::os_str(OsStr::from_bytes(b)).to_string();
        assert_eq!(shown(b"plain \xc3\xa9"), "plain é");
        assert_eq!(shown(b"a\nb\x1b[0m"), "a\\x0ab\\x1b[0m");
        assert_eq!(shown(b"\xff\xfe"), "\\xff\\xfe");
        assert_eq!(shown("x\u{202e}y".as_bytes()), "x\\u{202e}y");
        assert_eq!(shown("a\u{200b}b\u{feff}".as_bytes()), "a\\u{200b}b\\u{feff}");
        assert_eq!(shown("e\u{e9}\u{4e16}".as_bytes()), "e\u{e9}\u{4e16}");
        assert_eq!(Escaped::lines("a\tb\n\x1bc\r\n").to_string(), "a\tb\n\\x1bc\\x0d\n");
        assert_eq!(shown("\u{85}".as_bytes()), "\\xc2\\x85");
    }

    proptest! {
        #[test]
        fn whatever_is_shown_can_be_printed_and_shown_again(bytes: Vec<u8>, text: String) {
            use std::os::unix::ffi::OsStrExt;
            for shown in [
                Escaped::os_str(OsStr::from_bytes(&bytes)).to_string(),
                Escaped::text(&text).to_string(),
            ] {
                prop_assert!(!shown.chars().any(|c| c.is_control() || misleads(c)), "{:?}", shown);
                prop_assert_eq!(&Escaped::text(&shown).to_string(), &shown);
            }
        }
    }
}
