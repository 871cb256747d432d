//! What holds for every service.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::thread;

use archive_builder::remote::storage::{Body, Storage, Stored, Trouble};

/// More than a part, and no multiple of anything.
const LARGE_BYTES: usize = (20 << 20) + 3;

/// Whether the service can say what it holds.
#[derive(Clone, Copy, PartialEq)]
pub enum Lists {
    Yes,
    No,
}

/// Holds a storage, in which nothing is yet, to the contract.
pub fn hold(storage: &dyn Storage, lists: Lists) {
    absence_is_an_answer(storage);
    what_was_put_is_there(storage);
    a_body_takes_the_place_of_another(storage);
    a_file_is_put_from_its_beginning(storage);
    no_more_is_read_than_the_limit(storage);
    what_cannot_be_kept_here_is_local_trouble(storage);
    two_that_put_at_once_leave_one_whole_body(storage);
    names_that_climb_out_are_refused(storage);
    match lists {
        Lists::Yes => a_listing_names_what_is_below(storage),
        Lists::No => {
            let error = storage.list("main/", &mut |_| {}).unwrap_err();
            assert_eq!(error.trouble, Trouble::Unsupported, "{error}");
        }
    }
    what_is_removed_is_gone(storage);
}

/// The body of this name, if there is one.
pub fn get(storage: &dyn Storage, name: &str) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let length = storage.get(name, u64::MAX, &mut body).unwrap()?;
    assert_eq!(length, body.len() as u64);
    Some(body)
}

/// Puts these bytes.
pub fn put(storage: &dyn Storage, name: &str, body: &[u8]) {
    storage.put(name, Body::Bytes(body)).unwrap();
}

/// Bytes in which no part is like another.
pub fn large(seed: u8) -> Vec<u8> {
    let mut state = u32::from(seed) + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..LARGE_BYTES).map(|_| next()).collect()
}

fn absence_is_an_answer(storage: &dyn Storage) {
    assert_eq!(get(storage, "main/entries/00"), None);
    assert_eq!(storage.length("main/entries/00").unwrap(), None);
    storage.remove("main/entries/00").unwrap();
}

fn what_was_put_is_there(storage: &dyn Storage) {
    for body in [&b""[..], b"a", &[0, 255, 10, 13]] {
        put(storage, "main/entries/01", body);
        assert_eq!(get(storage, "main/entries/01").as_deref(), Some(body));
        assert_eq!(storage.length("main/entries/01").unwrap(), Some(body.len() as u64));
    }
}

fn a_body_takes_the_place_of_another(storage: &dyn Storage) {
    put(storage, "main/entries/02", b"the longer one");
    put(storage, "main/entries/02", b"another");
    assert_eq!(get(storage, "main/entries/02").unwrap(), b"another");
}

fn a_file_is_put_from_its_beginning(storage: &dyn Storage) {
    let body = large(0);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&body).unwrap();
    storage.put("main/archives/large", Body::File(&mut file, body.len() as u64)).unwrap();
    assert!(get(storage, "main/archives/large").unwrap() == body);
    assert_eq!(storage.length("main/archives/large").unwrap(), Some(body.len() as u64));
    // Of a longer file, no more than was said.
    file.rewind().unwrap();
    storage.put("main/archives/short", Body::File(&mut file, 1000)).unwrap();
    assert!(get(storage, "main/archives/short").unwrap() == body[..1000]);
    // A file that is shorter than was said is no body.
    let mut short: File = tempfile::tempfile().unwrap();
    short.write_all(b"short").unwrap();
    let error = storage.put("main/archives/none", Body::File(&mut short, 6)).unwrap_err();
    assert_eq!(error.trouble, Trouble::Local, "{error}");
    assert_eq!(get(storage, "main/archives/none"), None);
}

fn no_more_is_read_than_the_limit(storage: &dyn Storage) {
    let body = large(0);
    let length = body.len() as u64;
    let mut kept = Vec::new();
    assert_eq!(storage.get("main/archives/large", length, &mut kept).unwrap(), Some(length));
    for limit in [length - 1, 1000, 0] {
        let mut kept = Vec::new();
        let error = storage.get("main/archives/large", limit, &mut kept).unwrap_err();
        assert_eq!(error.trouble, Trouble::TooLarge, "{error}");
        assert!(kept.len() as u64 <= limit);
    }
}

struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn what_cannot_be_kept_here_is_local_trouble(storage: &dyn Storage) {
    let error = storage.get("main/archives/large", u64::MAX, &mut Full).unwrap_err();
    assert_eq!(error.trouble, Trouble::Local, "{error}");
}

fn two_that_put_at_once_leave_one_whole_body(storage: &dyn Storage) {
    let bodies = [large(1), large(2)];
    thread::scope(|scope| {
        for body in &bodies {
            scope.spawn(move || put(storage, "main/archives/raced", body));
        }
    });
    let body = get(storage, "main/archives/raced").unwrap();
    assert!(bodies.contains(&body));
}

fn names_that_climb_out_are_refused(storage: &dyn Storage) {
    for name in ["../out", "main/../../out", "/etc/out", "main//out", "", ".incoming/out", "a b"] {
        let error = storage.put(name, Body::Bytes(b"out")).unwrap_err();
        assert_eq!(error.trouble, Trouble::Unsupported, "{error}");
        assert!(storage.get(name, 1, &mut Vec::new()).is_err());
        assert!(storage.length(name).is_err());
        assert!(storage.remove(name).is_err());
    }
}

/// What is below a prefix, by name.
pub fn list(storage: &dyn Storage, prefix: &str) -> Vec<Stored> {
    let mut all = Vec::new();
    storage.list(prefix, &mut |stored| all.push(stored)).unwrap();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn a_listing_names_what_is_below(storage: &dyn Storage) {
    put(storage, "mainly/entries/00", b"another's");
    put(storage, "release/entries/00", b"another's");
    let found = list(storage, "main/");
    let names: Vec<_> = found.iter().map(|stored| (stored.name.as_str(), stored.bytes)).collect();
    let large = LARGE_BYTES as u64;
    let expected = [
        ("main/archives/large", large),
        ("main/archives/raced", large),
        ("main/archives/short", 1000),
        ("main/entries/01", 4),
        ("main/entries/02", 7),
    ];
    assert_eq!(names, expected);
    assert!(found.iter().all(|stored| stored.modified.is_some()));
    assert_eq!(list(storage, "main/entries/").len(), 2);
    assert!(list(storage, "nobody/").is_empty());
}

fn what_is_removed_is_gone(storage: &dyn Storage) {
    for name in ["main/archives/large", "main/entries/01"] {
        storage.remove(name).unwrap();
        assert_eq!(get(storage, name), None);
        assert_eq!(storage.length(name).unwrap(), None);
    }
    assert!(get(storage, "main/entries/02").is_some());
}
