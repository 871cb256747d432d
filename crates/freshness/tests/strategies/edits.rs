//! Random edits of a small tree.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use filetime::{set_file_mtime, set_symlink_file_times};
use proptest::prelude::*;

use crate::world::{When, World};

/// Paths to edit: few, so that edits meet. `src/d` is a directory from the start.
const PATHS: &[&str] = &["src/a.rs", "src/b.rs", "src/d/c.rs", "src/l", "absent.toml", "data/one"];

/// What links say: files, another link, a directory, nothing, themselves.
const TEXTS: &[&str] =
    &["a.rs", "b.rs", "d/c.rs", "../data/one", "../data/two", "l", "d", "nothing"];

/// One thing done to the tree. Times are set right after, never left to the clock.
#[derive(Clone, Debug)]
pub enum Edit {
    Write(&'static str, &'static str, When),
    Date(&'static str, When),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    Link(&'static str, &'static str, When),
    Directory(&'static str),
}

fn path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PATHS)
}

/// Contents of few lengths, so that many edits keep the length.
fn content() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "aaaa", "bbbb", "1111", "longer"][..])
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        4 => Just(When::Old),
        1 => Just(When::Older),
        1 => Just(When::LessOld),
        1 => Just(When::JustBefore),
        1 => Just(When::AtCutoff),
        1 => Just(When::After),
    ]
}

pub fn edit() -> impl Strategy<Value = Edit> {
    let text = prop::sample::select(TEXTS);
    prop_oneof![
        4 => (path(), content(), when()).prop_map(|(p, c, w)| Edit::Write(p, c, w)),
        2 => (path(), when()).prop_map(|(p, w)| Edit::Date(p, w)),
        2 => path().prop_map(Edit::Remove),
        3 => (path(), path()).prop_map(|(from, to)| Edit::Rename(from, to)),
        3 => (path(), text, when()).prop_map(|(p, t, w)| Edit::Link(p, t, w)),
        1 => path().prop_map(Edit::Directory),
    ]
}

pub fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(), 0..=most)
}

impl Edit {
    /// Does it. What the system refuses, like writing into a directory or through a loop, is not done:
    /// the oracle looks at what there is and not at what was meant.
    pub fn apply(&self, world: &World) {
        let _refused = match *self {
            Edit::Write(path, text, when) => fs::write(world.path(path), text)
                .and_then(|()| set_file_mtime(world.path(path), world.time(when))),
            Edit::Date(path, when) => {
                let time = world.time(when);
                set_symlink_file_times(world.path(path), time, time)
            }
            Edit::Remove(path) => fs::remove_file(world.path(path)),
            Edit::Rename(from, to) => fs::rename(world.path(from), world.path(to)),
            Edit::Link(path, text, when) => {
                let (path, time) = (world.path(path), world.time(when));
                make_way(&path)
                    .and_then(|()| symlink(text, &path))
                    .and_then(|()| set_symlink_file_times(&path, time, time))
            }
            Edit::Directory(path) => {
                let path = world.path(path);
                make_way(&path).and_then(|()| fs::create_dir(path))
            }
        };
    }
}

/// Removes the file or link at `path`, if there is one.
fn make_way(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
