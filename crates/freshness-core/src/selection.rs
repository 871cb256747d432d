//! Which files several entries choose together: globs and paths, of which later ones may leave out what
//! earlier ones took.
//!
//! A file is taken by the last entry that matches it, as in a `.gitignore` turned round. A text that is
//! meant as a glob also names the file that is called just so, because a name may hold any character; one
//! that is not UTF-8 is a path.

use std::path::{Path, PathBuf};

use globset::GlobMatcher;

use crate::discover::{BadGlob, compile_glob, is_glob};
use crate::path::normalize;
use crate::sys::{bytes_of_path, path_of_bytes};
use crate::walk::Depth;

/// Entries that are understood.
#[derive(Debug)]
pub struct Selection {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// As it was written.
    text: PathBuf,
    excludes: bool,
    /// Its directory as far as it is named in full, or the whole path: absolute, without `.` and `..`.
    start: PathBuf,
    /// What follows; `None` where nothing does.
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Rest {
    matcher: GlobMatcher,
    /// Directories of which it matches all that is below them.
    whole: Whole,
    depth: Depth,
    /// The file that is called just so.
    literal: PathBuf,
}

/// Which directories are matched with all that is below them.
#[derive(Debug)]
enum Whole {
    None,
    Matching(GlobMatcher),
    All,
}

impl Selection {
    /// Understands `entries`, which are relative to `base` unless absolute. An empty one is none.
    ///
    /// # Errors
    /// The first glob that cannot be understood.
    pub fn parse(base: &Path, entries: &[PathBuf]) -> Result<Self, BadGlob> {
        let entries = entries.iter().filter_map(|text| Entry::parse(base, text).transpose());
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// The paths that are named in full, there or not.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let named = self.entries.iter().filter(|entry| !entry.excludes && entry.rest.is_none());
        named.map(|entry| entry.start.as_path()).filter(|path| self.takes(path, false))
    }

    /// Where to look for the rest, and how far down.
    pub(crate) fn tours(&self) -> Vec<(&Path, Depth)> {
        let mut tours: Vec<(&Path, Depth)> = Vec::new();
        for entry in self.entries.iter().filter(|entry| !entry.excludes) {
            let depth = match &entry.rest {
                Some(rest) => rest.depth,
                None if entry.start.is_dir() => Depth::All,
                None => continue,
            };
            match tours.iter_mut().find(|(start, _)| *start == entry.start) {
                Some((_, known)) => *known = known.deeper(depth),
                None => tours.push((&entry.start, depth)),
            }
        }
        tours
    }

    /// Whether the file at `path`, absolute and without `.` and `..`, is taken; or, of a directory, whether
    /// something below it may be.
    pub(crate) fn takes(&self, path: &Path, is_dir: bool) -> bool {
        for entry in self.entries.iter().rev() {
            match (entry.excludes, is_dir) {
                (true, true) if entry.matches_whole(path) => return false,
                (true, false) if entry.matches(path) => return false,
                (true, _) => {}
                (false, true) => return true,
                (false, false) if entry.matches(path) => return true,
                (false, false) => {}
            }
        }
        false
    }

    /// The first entry that takes none of these files, and leaves nothing out.
    pub fn idle<'p>(&self, taken: impl Iterator<Item = &'p Path> + Clone) -> Option<&Path> {
        let takes = |entry: &Entry| taken.clone().any(|path| entry.matches(path));
        let idle = self.entries.iter().find(|entry| !entry.excludes && !takes(entry));
        idle.map(|entry| entry.text.as_path())
    }
}

impl Entry {
    fn parse(base: &Path, text: &Path) -> Result<Option<Self>, BadGlob> {
        let bytes = bytes_of_path(text);
        let (excludes, named) = match bytes.strip_prefix(b"!") {
            Some(rest) => (true, path_of_bytes(rest.to_vec())),
            None => (false, text.to_path_buf()),
        };
        if named.as_os_str().is_empty() {
            return Ok(None);
        }
        let literal = normalize(&base.join(&named));
        let text = text.to_path_buf();
        let Some(glob) = named.to_str().filter(|named| is_glob(named)) else {
            return Ok(Some(Self { text, excludes, start: literal, rest: None }));
        };
        let parts: Vec<&str> = glob.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let dirs = &parts[..parts.len().saturating_sub(1)];
        let named_in_full = dirs.iter().take_while(|part| !is_glob(part)).count();
        let base = if glob.starts_with('/') { Path::new("/") } else { base };
        let start = normalize(&base.join(parts[..named_in_full].iter().collect::<PathBuf>()));
        let tidy = parts[named_in_full..].join("/");
        let of_all = |glob: &str| {
            compile_glob(glob).map_err(|e| BadGlob { glob: text.display().to_string(), ..e })
        };
        let whole = match tidy.strip_suffix("**/*").or_else(|| tidy.strip_suffix("**")) {
            Some("") => Whole::All,
            Some(dirs) => match dirs.strip_suffix('/') {
                Some(dirs) => Whole::Matching(of_all(dirs)?),
                None => Whole::None,
            },
            None => Whole::None,
        };
        let rest = Rest {
            matcher: of_all(&tidy)?,
            whole,
            // `**` crosses directories; a class like `[!a]` can, because it may match a `/`.
            depth: match tidy.contains("**") || tidy.contains('[') {
                true => Depth::All,
                false => Depth::Levels(parts.len() - named_in_full),
            },
            literal,
        };
        Ok(Some(Self { text: text.clone(), excludes, start, rest: Some(rest) }))
    }

    fn matches(&self, path: &Path) -> bool {
        match (path.strip_prefix(&self.start), &self.rest) {
            (Err(_), _) => false,
            (Ok(_), None) => true,
            (Ok(below), Some(rest)) => rest.matcher.is_match(below) || path == rest.literal,
        }
    }

    /// Whether it matches everything below a directory.
    fn matches_whole(&self, dir: &Path) -> bool {
        let Ok(below) = dir.strip_prefix(&self.start) else { return false };
        match self.rest.as_ref().map(|rest| &rest.whole) {
            None | Some(Whole::All) => true,
            Some(Whole::Matching(dirs)) => dirs.is_match(below),
            Some(Whole::None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(entries: &[&str]) -> Selection {
        let entries: Vec<PathBuf> = entries.iter().map(PathBuf::from).collect();
        Selection::parse(Path::new("/ws"), &entries).unwrap()
    }

    fn takes(entries: &[&str], path: &str) -> bool {
        selection(entries).takes(Path::new(path), false)
    }

    #[test]
    fn the_last_entry_that_matches_decides() {
        assert!(takes(&["src/**"], "/ws/src/a/b.rs"));
        assert!(!takes(&["src/**", "!src/gen/**"], "/ws/src/gen/b.rs"));
        assert!(takes(&["src/**", "!src/gen/**", "src/gen/kept.rs"], "/ws/src/gen/kept.rs"));
        assert!(!takes(&["!src/gen/**"], "/ws/src/a.rs"));
        assert!(!takes(&["src/*"], "/ws/src/a/b.rs"));
    }

    #[test]
    fn a_path_stands_for_what_is_below_it() {
        assert!(takes(&["src"], "/ws/src/a.rs") && takes(&["./src/"], "/ws/src/a.rs"));
        assert!(!takes(&["src"], "/ws/src2/a.rs"));
        assert!(!takes(&["**", "!src"], "/ws/src/a.rs"));
    }

    #[test]
    fn directories_outside_and_above_are_reached() {
        assert!(takes(&["../x/*.h"], "/x/a.h") && takes(&["/usr/*.h"], "/usr/a.h"));
        assert!(takes(&["a/../b/*"], "/ws/b/c"));
    }

    #[test]
    fn brackets_negate_and_a_name_may_hold_them() {
        assert!(takes(&["[ab].c"], "/ws/a.c") && !takes(&["[!ab].c"], "/ws/a.c"));
        assert!(takes(&["a[1].c"], "/ws/a[1].c") && takes(&["a[1].c"], "/ws/a1.c"));
        assert!(takes(&["{a,b}.c"], "/ws/b.c") && takes(&[r"\[x.c"], "/ws/[x.c"));
        let bad = Selection::parse(Path::new("/ws"), &["!a[".into()]).unwrap_err();
        assert!(bad.to_string().contains("`!a[`"), "{bad}");
    }

    #[test]
    fn a_directory_that_is_left_out_whole_is_not_looked_into() {
        let looks = |entries: &[&str], dir: &str| selection(entries).takes(Path::new(dir), true);
        assert!(!looks(&["**", "!gen/**"], "/ws/gen") && !looks(&["**", "!gen"], "/ws/gen/a"));
        assert!(!looks(&["**", "!**/gen/**"], "/ws/a/gen"));
        assert!(looks(&["**", "!gen/*"], "/ws/gen") && looks(&["**", "!gen/*.c"], "/ws/gen"));
        assert!(looks(&["!gen/**", "**"], "/ws/gen"));
    }

    #[test]
    fn an_entry_that_takes_nothing_is_told() {
        let selection = selection(&["*.c", "!b.c", "*.h"]);
        let taken = ["/ws/a.c"].map(Path::new);
        assert_eq!(selection.idle(taken.into_iter()), Some(Path::new("*.h")));
        assert_eq!(selection.idle(["/ws/a.c", "/ws/a.h"].map(Path::new).into_iter()), None);
    }
}
