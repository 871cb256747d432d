//! A storage that is down, slow, broken, wrong or full costs a note and a bounded wait, and nothing else.
//!
//! How long a build took is not judged, only that it ended: every run here has a limit, and one that hangs is
//! killed and fails.

use std::fs;

use tests::storage_faults::{Network, Proxy, nowhere};
use tests::{Access, Answered, Machine, Share};

/// Of a server that need not be one: what is asked of it shows in the network.
fn redis(address: std::net::SocketAddr) -> Access {
    Access::writing(format!("redis://{address}/0")).with_lines(BOUNDS)
}

fn s3(address: std::net::SocketAddr) -> Access {
    let options = format!("region = \"us-east-1\", endpoint = \"http://{address}\"");
    let access = Access::writing("s3://bucket/prefix").with_options(&options).with_lines(BOUNDS);
    access.with_credentials(&[("AWS_ACCESS_KEY_ID", "someone"), ("AWS_SECRET_ACCESS_KEY", SECRET)])
}

const SECRET: &str = "do-not-show-this-anywhere";
const BOUNDS: &str =
    "timeout = \"300ms\"\ntransfer-timeout = \"2s\"\nretries = 1\nupload-wait = \"3s\"\n";

/// Builds on a machine whose storage is of no use.
#[track_caller]
fn is_of_no_use(what: &str, access: &Access) -> Answered {
    let machine = Machine::second(access);
    let built = machine.build();
    assert!(built.built() && built.asked() == "failed", "{what}: {built:#?}");
    assert!(!built.detail().is_empty() && !built.uploaded(), "{what}: {built:#?}");
    assert_eq!(built.probe().of("alpha"), 1, "{what}");
    assert!(!built.stderr.contains(SECRET) && !built.json.to_string().contains(SECRET));
    machine.assert_fresh();
    // Fresh: it is not asked again, and the next edit is built as if there were none.
    assert_eq!(machine.build_without_tools().asked(), "no", "{what}");
    built
}

/// Lines of standard error that speak of the storage.
fn notes(built: &Answered) -> Vec<&str> {
    built.stderr.lines().filter(|line| line.starts_with("freshness: note: ")).collect()
}

#[test]
fn a_storage_that_is_down_costs_one_note() {
    let address = nowhere();
    for (what, access) in [("redis", redis(address)), ("s3", s3(address))] {
        let built = is_of_no_use(what, &access);
        let notes = notes(&built);
        let of_reading = notes.iter().filter(|note| note.contains(&built.detail()[..20])).count();
        assert!(of_reading <= 1 && notes.len() <= 2, "{what}: {notes:#?}");
        assert!(!notes.is_empty(), "{what}: {built:#?}");
    }
}

#[test]
fn a_storage_that_answers_badly_or_not_at_all_costs_no_more() {
    for network in [Network::Silent, Network::Garbage, Network::Endless, Network::Breaks(0)] {
        let proxy = Proxy::alone(network);
        let _ = is_of_no_use(&format!("redis, {network:?}"), &redis(proxy.address()));
        assert!(proxy.connections() > 0, "{network:?}");
        let proxy = Proxy::alone(network);
        let _ = is_of_no_use(&format!("s3, {network:?}"), &s3(proxy.address()));
        assert!(proxy.connections() > 0, "{network:?}");
    }
}

#[test]
fn a_share_that_is_no_directory_is_of_no_use() {
    let share = Share::new();
    tests::write(&share.root().join("file"), "not a directory");
    let access = Access::writing(format!("{}/file/below", share.url()));
    let machine = Machine::second(&access);
    let built = machine.build();
    assert!(built.built() && !built.uploaded(), "{built:#?}");
    assert!(!notes(&built).is_empty(), "{built:#?}");
    assert_eq!(built.probe().of("alpha"), 1);
    assert_eq!(fs::read(share.root().join("file")).unwrap(), b"not a directory");
    machine.assert_fresh();
}

#[test]
fn looking_never_touches_the_network_nor_does_a_build_of_what_is_fresh() {
    let proxy = Proxy::alone(Network::Refuses);
    for access in [redis(proxy.address()), s3(proxy.address())] {
        let machine = Machine::first(&access);
        let looks = |code: i32| {
            let before = proxy.connections();
            for args in [&["check"][..], &["check", "--strategy", "mtime"], &["explain"], &["list"]]
            {
                let ran = machine.freshness(args).run();
                let code = if args == ["list"] { 0 } else { code };
                assert_eq!(ran.code(), Some(code), "{args:?}: {ran:#?}");
            }
            assert_eq!(proxy.connections(), before);
        };
        looks(1);
        let _ = machine.build();
        let asked = proxy.connections();
        assert!(asked > 0, "a build of what is stale asks");
        looks(0);
        let again = machine.build();
        assert_eq!((again.built(), again.asked()), (false, "no"));
        assert_eq!(proxy.connections(), asked);
        machine.set("alpha", 2);
        looks(1);
        let off = machine.freshness(["build"]).env("FRESHNESS_REMOTE_MODE", "off").run();
        let _ = off.expect(0);
        assert_eq!(proxy.connections(), asked, "nor where it is switched off");
    }
}

#[test]
fn a_storage_that_was_of_no_use_is_used_when_it_is_back() {
    let share = Share::new();
    let gone = share.root().with_extension("gone");
    fs::rename(share.root(), &gone).unwrap();
    fs::write(share.root(), "in the way").unwrap();
    let writer = share.writing();
    let a = Machine::first(&writer);
    let built = a.build();
    assert!(built.built() && !built.uploaded(), "{built:#?}");
    fs::remove_file(share.root()).unwrap();
    fs::rename(&gone, share.root()).unwrap();
    let put = a.freshness(["remote", "put"]).run().expect(0);
    assert!(!share.files().is_empty(), "{put:#?}");
    let b = Machine::second(&writer.reading());
    let fetched = b.build_without_tools();
    fetched.assert_fetched();
    assert_eq!(fetched.digests(), built.digests());
}
