//! A directory that machines share.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use archive_builder::remote::storage::{Body, Trouble};
use filetime::FileTime;

use crate::contract::{self, Lists, get, put};
use crate::settings::{open, share};

#[test]
fn a_share_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    contract::hold(&*open(share(&directory.path().join("share"))), Lists::Yes);
}

#[test]
fn a_share_that_is_not_there_yet_is_empty_and_made_by_what_is_put() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("share");
    let storage = open(share(&root));
    assert_eq!(get(&*storage, "main/entries/00"), None);
    assert!(contract::list(&*storage, "main/").is_empty());
    assert!(!root.exists(), "looking makes nothing");
    put(&*storage, "main/entries/00", b"a");
    assert_eq!(fs::read(root.join("main/entries/00")).unwrap(), b"a");
    // A name in which others are is not one of them.
    assert_eq!(get(&*storage, "main/entries"), None);
    assert_eq!(storage.length("main/entries").unwrap(), None);
}

#[test]
fn a_share_that_is_not_mounted_is_not_made_in_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let storage = open(share(&directory.path().join("mount/share")));
    let error = storage.put("main/entries/00", Body::Bytes(b"a")).unwrap_err();
    assert_eq!(error.trouble, Trouble::Unreachable, "{error}");
    let error = storage.get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Unreachable, "{error}");
    assert!(!directory.path().join("mount").exists());
}

#[test]
fn links_in_a_share_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    let (root, outside) = (directory.path().join("share"), directory.path().join("outside"));
    fs::create_dir_all(root.join("main/entries")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "s").unwrap();
    symlink(outside.join("secret"), root.join("main/entries/00")).unwrap();
    symlink(&outside, root.join("main/archives")).unwrap();
    let storage = open(share(&root));
    for name in ["main/entries/00", "main/archives/secret"] {
        let error = storage.get(name, 100, &mut Vec::new()).unwrap_err();
        assert_eq!(error.trouble, Trouble::Answer, "{error}");
        assert!(error.problem.contains("a link, which is not followed"), "{error}");
        assert!(storage.put(name, Body::Bytes(b"x")).is_err());
        assert!(storage.remove(name).is_err());
        assert!(storage.length(name).is_err());
    }
    assert!(storage.list("main/archives/", &mut |_| {}).is_err());
    assert_eq!(fs::read_to_string(outside.join("secret")).unwrap(), "s");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "no other way to a FIFO without `unsafe`")]
fn what_is_no_file_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("main/entries")).unwrap();
    let fifo = directory.path().join("main/entries/00");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let error =
        open(share(directory.path())).get("main/entries/00", 9, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Answer, "{error}");
}

#[test]
fn a_body_has_its_name_when_it_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let storage = open(share(directory.path()));
    put(&*storage, "main/entries/00", b"old");
    let old = fs::File::open(directory.path().join("main/entries/00")).unwrap();
    put(&*storage, "main/entries/00", b"newer");
    // Another file took the name: nothing was written into the one that had it.
    assert_eq!(std::io::read_to_string(old).unwrap(), "old");
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"newer");
}

#[test]
fn what_killed_uploads_left_is_removed_after_a_day() {
    let directory = tempfile::tempdir().unwrap();
    let incoming = directory.path().join(".incoming/main/entries");
    fs::create_dir_all(&incoming).unwrap();
    let (old, young) = (incoming.join("old"), incoming.join("young"));
    fs::write(&old, "").unwrap();
    fs::write(&young, "").unwrap();
    let two_days_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
    filetime::set_file_mtime(&old, FileTime::from_system_time(two_days_ago)).unwrap();
    put(&*open(share(directory.path())), "main/entries/00", b"a");
    assert!(!old.exists());
    assert!(young.exists());
}
