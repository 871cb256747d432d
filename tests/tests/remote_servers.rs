//! Real servers behind a network that can be bad, and servers that say no.

use std::fs;
use std::net::SocketAddr;

use tests::servers::{Redis, S3};
use tests::storage_faults::{Network, Proxy};
use tests::{Access, Machine};

const BOUNDS: &str =
    "timeout = \"500ms\"\ntransfer-timeout = \"3s\"\nretries = 1\nupload-wait = \"5s\"\n";

/// Each of the servers that are installed, behind a network.
fn each(tried: impl Fn(&str, &Proxy, &Access)) {
    if let Some(redis) = Redis::start(&[]) {
        let proxy = Proxy::before(redis.address());
        tried("redis", &proxy, &Access::to_redis(proxy.address()).with_lines(BOUNDS));
    }
    if let Some(s3) = S3::start() {
        s3.bucket("archives");
        let proxy = Proxy::before(s3.address());
        tried("s3", &proxy, &Access::to_s3("archives", proxy.address()).with_lines(BOUNDS));
    }
}

#[test]
fn a_network_that_breaks_in_the_middle_of_a_body_costs_a_build() {
    each(|what, proxy, writer| {
        assert!(Machine::first(writer).build().uploaded(), "{what}");
        let before = proxy.bytes();
        let whole = Machine::second(&writer.reading());
        whole.build_without_tools().assert_fetched();
        let answers = proxy.bytes() - before;
        for network in [
            Network::Breaks(answers / 2),
            Network::Breaks(2000),
            Network::Silent,
            Network::Garbage,
            Network::Endless,
            Network::Refuses,
            Network::Slow(100),
        ] {
            proxy.set(network);
            let machine = Machine::second(&writer.reading());
            let built = machine.build();
            assert!(built.built() && built.asked() == "failed", "{what}, {network:?}: {built:#?}");
            assert_eq!(built.probe().of("alpha"), 1, "{what}, {network:?}");
            machine.assert_fresh();
            let stores = tests::share::files_below(&machine.store());
            let left = stores.iter().filter(|f| f.to_str().unwrap().contains(".fetched")).count();
            assert_eq!(left, 0, "{what}, {network:?}: a body is left");
            proxy.set(Network::Good);
        }
        whole.assert_fresh();
    });
}

#[test]
fn an_upload_that_the_network_breaks_is_said_and_harms_no_one() {
    each(|what, proxy, writer| {
        let machine = Machine::first(writer);
        let off = machine.freshness(["build"]).env("FRESHNESS_REMOTE_MODE", "off");
        let _ = off.run().expect(0);
        let put = || machine.freshness(["remote", "put", "--format", "json"]).run();
        for network in [Network::Silent, Network::Garbage, Network::Breaks(10), Network::Refuses] {
            proxy.set(network);
            let code = put().error_code();
            assert!(code.contains("storage") || code.contains("remote"), "{what}: {code}");
            machine.assert_fresh();
            proxy.set(Network::Good);
            let reader = Machine::second(&writer.reading());
            let got = reader.without_tools(["remote", "get"]).run();
            assert_eq!(got.code(), Some(1), "{what}, {network:?}: {got:#?}");
        }
        let _ = put().expect(0);
        Machine::second(&writer.reading()).build_without_tools().assert_fetched();
    });
}

#[test]
fn an_edit_while_a_body_is_on_its_way_is_not_overlooked() {
    each(|what, proxy, writer| {
        let a = Machine::first(writer);
        assert!(a.build().uploaded(), "{what}");
        let patient = writer.reading().with_lines("timeout = \"10s\"\ntransfer-timeout = \"2m\"\n");
        for tools in [false, true] {
            let b = Machine::second(&patient);
            // About a second and a half for an archive.
            proxy.set(Network::Slow(150_000));
            let args = ["build", "--format", "json"];
            let run = if tools { b.freshness(args) } else { b.without_tools(args) };
            let before = proxy.bytes();
            let fetching = run.start();
            tests::wait_until("the archive is on its way", || proxy.bytes() > before + 3_000_000);
            b.set("beta", 2);
            proxy.set(Network::Good);
            let ran = fetching.wait();
            if tools {
                let built = ran.expect(0).json();
                assert!(built["built"] == true && built["origin"].is_null(), "{what}: {built:#}");
                assert_eq!(b.build().probe().of("beta"), 2, "{what}");
            } else {
                assert_eq!(ran.code(), Some(2), "{what}: {ran:#?}");
                assert_ne!(b.stale_by("hash"), [""; 0], "{what}");
                b.set("beta", 1);
                b.build_without_tools().assert_fetched();
            }
        }
    });
}

/// Builds where the server says no to what is asked and to what is put; what was said.
#[track_caller]
fn is_told_no(access: &Access, secret: &str) -> String {
    let machine = Machine::first(access);
    let built = machine.build();
    assert!(built.built() && !built.uploaded(), "{built:#?}");
    assert_eq!(built.probe().of("alpha"), 1);
    machine.assert_fresh();
    let said = format!("{}{}", built.json, built.stderr);
    assert!(!said.contains(secret), "{said}");
    assert!(built.stderr.contains("note: "), "{built:#?}");
    said
}

fn with_password(at: SocketAddr, password: &str) -> Access {
    Access::to_redis(at).with_credentials(&[("REDIS_PASSWORD", password)])
}

#[test]
fn wrong_credentials_cost_a_note_that_does_not_show_them() {
    if let Some(redis) = Redis::start(&["--requirepass", "the-right-one"]) {
        is_told_no(&with_password(redis.address(), "the-wrong-one"), "the-wrong-one");
        let right = with_password(redis.address(), "the-right-one");
        assert!(Machine::first(&right).build().uploaded());
        Machine::second(&right.reading()).build_without_tools().assert_fetched();
    }
    if let Some(s3) = S3::start() {
        s3.bucket("archives");
        let wrong = Access::to_s3("archives", s3.address()).with_credentials(&[
            ("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", "the-wrong-one"),
        ]);
        is_told_no(&wrong, "the-wrong-one");
    }
}

#[test]
fn a_storage_that_is_full_takes_nothing_and_loses_nothing() {
    let Some(redis) = Redis::start(&["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"])
    else {
        return;
    };
    let writer = Access::to_redis(redis.address());
    let machine = Machine::first(&writer);
    let built = machine.build();
    built.assert_missed();
    assert!(!built.uploaded(), "{built:#?}");
    assert!(built.stderr.contains("note: "), "{built:#?}");
    assert_eq!(built.probe().of("alpha"), 1);
    let reader = Machine::second(&writer.reading());
    let got = reader.without_tools(["remote", "get"]).run();
    assert_eq!(got.code(), Some(1), "{got:#?}");
    let before = fs::read(&built.paths()[0]).unwrap();
    let _ = redis.ask(&["config", "set", "maxmemory", "200mb"]);
    let _ = machine.freshness(["remote", "put"]).run().expect(0);
    let fetched = reader.build_without_tools();
    fetched.assert_fetched();
    assert_eq!(fs::read(&fetched.paths()[0]).unwrap(), before);
}

#[test]
fn a_server_that_comes_back_empty_has_none_and_is_filled_again() {
    let Some(mut redis) = Redis::start(&[]) else { return };
    let writer = Access::to_redis(redis.address());
    let a = Machine::first(&writer);
    assert!(a.build().uploaded());
    redis.stop();
    redis.start_again();
    let reader = Machine::second(&writer.reading());
    let got = reader.without_tools(["remote", "get"]).run();
    assert_eq!(got.code(), Some(1), "{got:#?}");
    let _ = a.freshness(["remote", "put"]).run().expect(0);
    reader.build_without_tools().assert_fetched();
}
