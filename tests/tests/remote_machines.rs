//! What one machine built another has, whose place, home, clock and tools are others.

use std::fs;

use tests::servers::{Redis, S3};
use tests::{Access, Machine, Share};

/// The whole story of one archive, on whatever storage.
fn one_builds_and_another_has_it(writer: &Access) {
    let (a, b) = Machine::pair(writer);
    let built = a.build();
    built.assert_missed();
    assert!(built.uploaded(), "{built:#?}");
    let fetched = b.build_without_tools();
    fetched.assert_fetched();
    assert_eq!(fetched.digests(), built.digests());
    assert_ne!(fetched.paths(), built.paths());
    assert!(fetched.stderr.contains("fetched from "), "{fetched:#?}");
    assert_eq!(fetched.json["origin"]["signer"], tests::RELEASE.public);
    assert_eq!(fetched.json["origin"]["namespace"], "main");
    assert_eq!(fetched.probe(), built.probe());
    // It is as fresh as if it had been built here, and no one is asked again.
    b.assert_fresh();
    let again = b.build_without_tools();
    assert_eq!((again.asked(), again.built()), ("no", false));
    assert_eq!(again.origin(), fetched.origin());
    let explained = b.without_tools(["explain"]).run().expect(0).stdout;
    let from = format!("{}, namespace main, signed by d75a98", fetched.origin());
    assert!(explained.contains(&from), "{explained}");
    assert_eq!(b.cargo_starts(), 0);
}

#[test]
fn what_one_machine_built_another_has_without_a_toolchain() {
    one_builds_and_another_has_it(&Share::new().writing());
}

#[test]
fn another_has_it_through_redis() {
    if let Some(redis) = Redis::start(&[]) {
        one_builds_and_another_has_it(&Access::to_redis(redis.address()));
    }
}

#[test]
fn another_has_it_through_s3() {
    if let Some(s3) = S3::start() {
        s3.bucket("archives");
        one_builds_and_another_has_it(&Access::to_s3("archives", s3.address()));
    }
}

#[test]
fn an_edit_where_nothing_can_build_is_an_error_and_loses_nothing() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let _ = a.build();
    let fetched = b.build_without_tools();
    let archive = &fetched.paths()[0];
    let bytes = fs::read(archive).unwrap();
    b.set("beta", 2);
    assert_eq!(b.stale_by("hash"), ["input-changed beta/src/value.rs"]);
    let refused = b.without_tools(["build", "--format", "json"]).run();
    assert_eq!(refused.error_code(), "cargo-missing");
    assert_eq!(fs::read(archive).unwrap(), bytes);
    b.set("beta", 1);
    assert_eq!(b.stale_by("hash"), [""; 0]);
    assert_eq!(b.build_without_tools().paths(), fetched.paths());
    // With a toolchain it builds, from nothing that it ever compiled itself.
    b.set("beta", 2);
    let own = b.build();
    own.assert_missed();
    assert_eq!((own.probe().of("beta"), own.probe().of("alpha")), (2, 1));
    b.assert_fresh();
    b.set("beta", 1);
    let back = b.build_without_tools();
    assert_eq!(back.paths(), fetched.paths(), "an earlier generation serves");
    assert_eq!(back.probe().of("beta"), 1);
}

#[test]
fn an_edit_that_is_taken_back_elsewhere_finds_what_was_built_before() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let mut digests = Vec::new();
    for value in [1, 2, 3] {
        a.set("outside", value);
        digests.push(a.build().digests()[0].to_owned());
    }
    for value in [3, 1, 2] {
        b.set("outside", value);
        let fetched = b.build_without_tools();
        fetched.assert_fetched();
        assert_eq!(fetched.digests(), [&digests[usize::from(value) - 1]]);
        assert_eq!(fetched.probe().of("outside"), i64::from(value));
    }
}

const CONFIG: &str = "[profile.default]\npackages = [\"alpha\"]\n";

#[test]
fn each_strategy_serves_what_was_fetched() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let digest = a.build().digests()[0].to_owned();
    for options in [
        "strategy = \"hash\"\n[strategy-options.hash]\nreread = \"always\"\n",
        "strategy = \"mtime\"\n",
        "strategy = \"mtime\"\n[strategy-options.mtime]\nrule = \"newer-than\"\n",
    ] {
        fs::remove_dir_all(b.path("target")).unwrap_or_default();
        b.configure(&format!("{options}{CONFIG}"));
        let fetched = b.build_without_tools();
        fetched.assert_fetched();
        assert_eq!(fetched.digests(), [&digest]);
        let check = || b.without_tools(["check", "--format", "json"]).run().reasons();
        assert_eq!(check(), [""; 0], "{options}");
        b.set("alpha", 2);
        assert_ne!(check(), [""; 0], "{options}");
        b.set("alpha", 1);
        b.date_anew();
    }
}

#[test]
fn profiles_with_build_scripts_and_features_are_shared_each_by_itself() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let args = |profile| ["build", "--wait-upload", "--format", "json", "--profile", profile];
    let mut digests = Vec::new();
    for profile in ["both", "extra", "gamma"] {
        let built = a.freshness(args(profile)).run().expect(0).json();
        assert_eq!(built["remote"]["uploaded"], true, "{built:#}");
        digests.push(built["archives"].clone());
    }
    for (profile, built) in ["both", "extra", "gamma"].iter().zip(&digests) {
        let fetched = b.without_tools(args(profile)).run().expect(0).json();
        assert_eq!(fetched["remote"]["asked"], "hit", "{profile}: {fetched:#}");
        let pairs = fetched["archives"].as_array().unwrap().iter().zip(built.as_array().unwrap());
        for (fetched, built) in pairs {
            assert_eq!(fetched["blake3"], built["blake3"]);
            assert_eq!(fetched["package"], built["package"]);
        }
        assert_eq!(fetched["archives"].as_array().unwrap().len(), built.as_array().unwrap().len());
    }
    assert_ne!(digests[1][0]["blake3"], digests[2][0]["blake3"]);
}

#[test]
fn who_only_reads_writes_nothing() {
    let share = Share::new();
    let b = Machine::second(&share.writing().reading());
    let built = b.build();
    built.assert_missed();
    assert!(!built.uploaded());
    assert_eq!(share.files(), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn what_was_built_before_there_was_a_storage_can_be_put_there() {
    let share = Share::new();
    let (a, b) = Machine::pair(&share.writing());
    let off = |run: tests::Run| run.env("FRESHNESS_REMOTE_MODE", "off");
    let _ = off(a.freshness(["build"])).run().expect(0);
    assert!(share.files().is_empty());
    let get = || b.without_tools(["remote", "get", "--format", "json"]).run();
    assert_eq!(get().code(), Some(1));
    let put = a.freshness(["remote", "put"]).run().expect(0);
    assert!(!share.files().is_empty(), "{put:#?}");
    let files = share.held();
    let got = get().expect(0).json();
    assert_eq!(got["remote"]["asked"], "hit", "{got:#}");
    b.assert_fresh();
    // Again, and by another who has the same: there already.
    let _ = a.freshness(["remote", "put"]).run().expect(0);
    assert_eq!(share.held(), files);
    a.set("alpha", 2);
    let _ = a.freshness(["remote", "put"]).run().expect(1);
}

#[test]
fn a_machine_that_fetched_and_then_builds_has_what_the_sources_say() {
    let share = Share::new();
    let writer = share.writing();
    let (a, b) = (Machine::first(&writer), Machine::second(&writer));
    let _ = a.build();
    b.build().assert_fetched();
    assert_eq!(b.cargo_builds(), 0);
    for (name, value) in [("text", 2), ("beta", 3), ("outside", 4), ("alpha", 5)] {
        b.set(name, value);
        let built = b.build();
        built.assert_missed();
        assert!(built.uploaded());
        assert_eq!(built.probe().of(name), i64::from(value));
        // And back to the machine that began.
        a.set(name, value);
        let fetched = a.build_without_tools();
        fetched.assert_fetched();
        assert_eq!(fetched.probe(), built.probe());
    }
    // An edit with an old date, after a fetch into a slot where cargo has an older memory.
    a.set("beta", 7);
    a.date_anew();
    assert_eq!(a.build().probe().of("beta"), 7);
}
