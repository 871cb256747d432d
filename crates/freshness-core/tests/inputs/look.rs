//! What is seen of one path.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use filetime::{FileTime, set_file_times, set_symlink_file_times};
use freshness_core::snapshot::look;
use freshness_core::{InputPath, Kind, Meta, Snapshot, State, Target, Timestamp, discover};

use crate::world::{World, path, spec};

fn here(world: &World, path: &str) -> Meta {
    match look(&world.root().join(path)) {
        State::Here(meta) => meta,
        other => panic!("{path}: {other:?}"),
    }
}

fn link(world: &World, path: &str) -> (OsString, Meta, Target) {
    match look(&world.root().join(path)) {
        State::Link { text, own, target } => (text, own, target),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn a_file_is_seen_with_its_length_times_and_inode() {
    let world = World::new();
    world.write("a", "12345");
    for (secs, nanos) in
        [(1_500_000_000, 123_456_789), (0, 0), (-2, 500_000_000), (4_102_444_800, 7)]
    {
        let time = FileTime::from_unix_time(secs, nanos);
        set_file_times(world.root().join("a"), time, time).unwrap();
        let meta = here(&world, "a");
        assert_eq!((meta.kind, meta.len), (Kind::File, 5));
        assert_eq!(meta.mtime, Timestamp { secs, nanos });
        assert!(meta.ctime.secs > 1_600_000_000, "only the kernel sets it: {}", meta.ctime);
    }
    let before = here(&world, "a");
    fs::set_permissions(world.root().join("a"), Permissions::from_mode(0o600)).unwrap();
    let after = here(&world, "a");
    assert_eq!((before.mtime, before.inode), (after.mtime, after.inode));
}

#[test]
fn everything_else_is_seen_as_what_it_is() {
    let world = World::new();
    world.files(["dir/x", "empty"]);
    world.fifo("fifo");
    world.socket("socket");
    assert_eq!(here(&world, "dir").kind, Kind::Directory);
    assert_eq!(here(&world, "fifo").kind, Kind::Fifo);
    assert_eq!(here(&world, "socket").kind, Kind::Socket);
    assert_eq!((here(&world, "empty").kind, here(&world, "empty").len), (Kind::File, 0));
    assert!(matches!(look(Path::new("/dev/null")), State::Here(m) if m.kind == Kind::Device));
}

#[test]
fn a_link_is_seen_with_what_it_leads_to() {
    let world = World::new();
    world.write("file", "1234567");
    world.link("one", "file");
    world.link("two", "./one");
    let time = FileTime::from_unix_time(1_400_000_000, 0);
    set_symlink_file_times(world.root().join("two"), time, time).unwrap();
    let (text, own, target) = link(&world, "two");
    assert_eq!(text, "./one");
    assert_eq!((own.kind, own.mtime.secs), (Kind::Link, 1_400_000_000));
    assert_eq!(target, Target::There(here(&world, "file")));
    let state = look(&world.root().join("two"));
    assert_eq!(state.file(), Some(&here(&world, "file")), "its content is the file's");
}

#[test]
fn a_link_to_something_without_content_has_none() {
    let world = World::new();
    world.files(["dir/x"]);
    world.fifo("fifo");
    world.link("to-dir", "dir");
    world.link("to-fifo", "fifo");
    for (name, kind) in [("to-dir", Kind::Directory), ("to-fifo", Kind::Fifo)] {
        let (_, _, target) = link(&world, name);
        assert!(matches!(target, Target::There(meta) if meta.kind == kind), "{target:?}");
        assert_eq!(look(&world.root().join(name)).file(), None);
    }
}

#[test]
fn a_link_that_leads_nowhere_says_so_however_it_fails() {
    let world = World::new();
    world.files(["file"]);
    world.link("dangling", "nothing");
    world.link("self", "self");
    world.link("ping", "pong");
    world.link("pong", "ping");
    world.link("through-a-file", "file/below");
    world.link("too-long", "n".repeat(300));
    for name in ["dangling", "self", "ping", "through-a-file", "too-long"] {
        assert_eq!(link(&world, name).2, Target::Nowhere, "{name}");
    }
}

#[test]
fn what_cannot_exist_is_absent() {
    let world = World::new();
    world.files(["file"]);
    world.link("self", "self");
    for absent in ["gone", "gone/deeper", "file/below", "self/below", &"n".repeat(300)] {
        assert_eq!(look(&world.root().join(absent)), State::Absent, "{absent}");
    }
}

#[test]
fn a_snapshot_is_in_path_order_and_counts_its_stats() {
    let world = World::new();
    world.files(["b", "a/x"]);
    world.link("l", "b");
    world.link("dangling", "nothing");
    let specs = ["l", "gone", "b", "dangling", "a/x", "a", "b"].map(|p| spec(path(p)));
    let snapshot = Snapshot::take(discover(world.root(), &specs).unwrap());
    let listed: Vec<String> = snapshot.entries.iter().map(|(p, _)| p.to_string()).collect();
    assert_eq!(listed, ["a", "a/x", "b", "dangling", "gone", "l"]);
    assert_eq!(snapshot.stats(), 8, "one for each path and one behind each link");
    let get = |p: &str| snapshot.get(&InputPath::new(world.root(), Path::new(p)));
    assert_eq!(get("gone"), Some(&State::Absent));
    assert_eq!(get("a/x"), Some(&State::Here(here(&world, "a/x"))));
    assert_eq!(get("c"), None);
}

#[test]
fn racy_is_what_changed_at_or_after_the_cut_off_by_the_clock_that_no_one_sets() {
    let world = World::new();
    world.files(["a", "dir/x"]);
    world.link("l", "a");
    let future = FileTime::from_unix_time(4_102_444_800, 0);
    set_file_times(world.root().join("a"), future, future).unwrap();
    let specs = ["a", "dir", "l", "gone"].map(|p| spec(path(p)));
    let snapshot = Snapshot::take(discover(world.root(), &specs).unwrap());
    let at = here(&world, "a").ctime;
    let after = Timestamp { secs: at.secs + 1, nanos: 0 };
    assert_eq!(snapshot.racy(after), None, "the date in the future does not count");
    assert_eq!(snapshot.racy(at).map(ToString::to_string).as_deref(), Some("a"));
    let state = |p: &str| snapshot.get(&InputPath::new(world.root(), Path::new(p))).unwrap();
    let long_ago = Timestamp::default();
    assert!(state("l").is_racy(at), "a link is as racy as the file that it leads to");
    assert!(!state("dir").is_racy(long_ago), "a directory has no content that could hide");
    assert!(!state("gone").is_racy(long_ago));
}
