//! Redis.

use archive_builder::remote::storage::{Body, Trouble};
use tests::servers::Redis;

use crate::contract::{self, Lists, get, put};
use crate::settings::{open, redis, with};

#[test]
fn redis_keeps_the_contract() {
    let Some(server) = Redis::start(&[]) else { return };
    contract::hold(&*open(redis(&server)), Lists::No);
}

#[test]
fn a_wrong_password_is_said_at_once() {
    let Some(server) = Redis::start(&["--requirepass", "the-right-one"]) else { return };
    for settings in [redis(&server), with(redis(&server), "REDIS_PASSWORD", "the-wrong-one")] {
        let error = open(settings).get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
        assert_eq!(error.trouble, Trouble::Denied, "{error}");
        assert!(!error.to_string().contains("the-wrong-one"), "{error}");
    }
    let storage = open(with(redis(&server), "REDIS_PASSWORD", "the-right-one"));
    put(&*storage, "main/entries/00", b"a");
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"a");
}

#[test]
fn a_redis_that_is_full_says_so_and_keeps_what_it_has() {
    let settings = ["--maxmemory", "12mb", "--maxmemory-policy", "noeviction"];
    let Some(server) = Redis::start(&settings) else { return };
    let storage = open(redis(&server));
    put(&*storage, "main/entries/00", b"a");
    let error = storage.put("main/archives/00", Body::Bytes(&contract::large(0))).unwrap_err();
    assert_eq!(error.trouble, Trouble::Full, "{error}");
    assert_eq!(get(&*storage, "main/archives/00"), None);
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"a");
    // What was begun was taken back: there is room again.
    put(&*storage, "main/archives/01", &[7; 1 << 20]);
}

#[test]
fn a_redis_that_ended_is_unreachable_and_found_again() {
    let Some(mut server) = Redis::start(&[]) else { return };
    let storage = open(redis(&server));
    put(&*storage, "main/entries/00", b"a");
    server.stop();
    for _ in 0..3 {
        let error = storage.get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
        let expected = [Trouble::Unreachable, Trouble::TimedOut];
        assert!(expected.contains(&error.trouble), "{error}");
    }
    server.start_again();
    assert_eq!(get(&*storage, "main/entries/00"), None);
    put(&*storage, "main/entries/00", b"b");
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"b");
}

#[test]
fn a_body_that_lost_a_piece_is_no_body_until_it_is_put_again() {
    let Some(server) = Redis::start(&[]) else { return };
    let storage = open(redis(&server));
    let body = vec![7; 1 << 20];
    put(&*storage, "main/archives/00", &body);
    let pieces = server.ask(&["--scan", "--pattern", "*main/archives/00.*"]);
    let pieces: Vec<&str> = pieces.lines().collect();
    assert_eq!(pieces.len(), 4, "{pieces:?}");
    let _ = server.ask(&["del", pieces[2]]);
    assert_eq!(storage.length("main/archives/00").unwrap(), None);
    let error = storage.get("main/archives/00", u64::MAX, &mut Vec::new()).unwrap_err();
    assert_eq!(error.trouble, Trouble::Answer, "{error}");
    put(&*storage, "main/archives/00", &body);
    assert_eq!(get(&*storage, "main/archives/00").unwrap(), body);
    // What remained of the first is gone with it.
    assert_eq!(server.ask(&["dbsize"]).trim(), "5");
    storage.remove("main/archives/00").unwrap();
    assert_eq!(server.ask(&["dbsize"]).trim(), "0");
}

#[test]
fn what_another_program_keeps_under_a_name_is_neither_believed_nor_in_the_way() {
    let Some(server) = Redis::start(&[]) else { return };
    let storage = open(redis(&server));
    put(&*storage, "main/entries/00", b"a");
    let name = server.ask(&["--scan", "--pattern", "*main/entries/00"]);
    for other in ["short", &"long".repeat(100)] {
        let _ = server.ask(&["set", name.trim(), other]);
        let error = storage.get("main/entries/00", 1, &mut Vec::new()).unwrap_err();
        assert_eq!(error.trouble, Trouble::Answer, "{error}");
    }
    put(&*storage, "main/entries/00", b"b");
    assert_eq!(get(&*storage, "main/entries/00").unwrap(), b"b");
}
