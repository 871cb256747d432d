//! Who may write what: a build of proposals serves no release, whatever it writes and wherever.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::Path;

use tests::{Access, Machine, PROPOSAL, RELEASE, Share};

/// Of the machine that builds releases: it writes `release` and believes itself alone.
fn release(share: &Share) -> Access {
    share.writing().signing("release", RELEASE)
}

/// Of the machine that builds what anyone proposes: it writes `pr` and reads releases too.
fn proposal(share: &Share) -> Access {
    let access = share.writing().signing("pr", PROPOSAL);
    access.also_reading("release").trusting("release", RELEASE)
}

/// Copies all that one namespace holds to where another's is looked for.
fn copy(share: &Share, from: &str, to: &str) {
    let from = share.root().join(from);
    for file in tests::share::files_below(&from) {
        let to = share.root().join(to).join(file.strip_prefix(&from).unwrap());
        tests::write(&to, fs::read(&file).unwrap());
    }
}

fn is_empty(directory: &Path) -> bool {
    tests::share::files_below(directory).is_empty()
}

#[test]
fn a_proposal_uses_what_a_release_built_and_writes_beside_it() {
    let share = Share::new();
    let releases = Machine::first(&release(&share));
    let built = releases.build();
    assert!(built.uploaded());
    let held = share.held();
    let proposals = Machine::second(&proposal(&share));
    let fetched = proposals.build_without_tools();
    fetched.assert_fetched();
    assert_eq!(fetched.json["origin"]["namespace"], "release");
    assert_eq!(fetched.json["origin"]["signer"], RELEASE.public);
    proposals.set("alpha", 2);
    let own = proposals.build();
    own.assert_missed();
    assert!(own.uploaded());
    assert!(!is_empty(&share.root().join("pr")));
    for (path, bytes) in held {
        assert_eq!(fs::read(&path).unwrap(), bytes, "{}", path.display());
    }
}

#[test]
fn a_release_takes_nothing_that_a_proposal_wrote_anywhere() {
    let share = Share::new();
    let proposals = Machine::second(&proposal(&share));
    let built = proposals.build();
    assert!(built.uploaded());
    // The same sources: it would be a hit if they were believed.
    let releases = Machine::first(&release(&share));
    let get = || releases.without_tools(["remote", "get", "--format", "json"]).run();
    assert_eq!(get().code(), Some(1));
    // Not with its bodies moved, not written for that namespace with its own key.
    copy(&share, "pr", "release");
    assert_ne!(get().code(), Some(0));
    share.clear();
    let intruder = Machine::second(&share.writing().signing("release", PROPOSAL));
    assert!(intruder.build().uploaded());
    assert_ne!(get().code(), Some(0));
    // It builds, and what it then writes is what is believed.
    let own = releases.build();
    assert!(own.built() && own.json["origin"].is_null(), "{own:#?}");
    assert_eq!(own.probe().of("alpha"), 1);
    assert!(own.uploaded(), "{own:#?}");
    fs::remove_dir_all(releases.path("target")).unwrap();
    let again = releases.build_without_tools();
    again.assert_fetched();
    assert_eq!(again.json["origin"]["signer"], RELEASE.public);
}

#[test]
fn a_key_is_believed_in_its_own_namespace_alone() {
    let share = Share::new();
    // Trusted for `pr`, and writing into `release`, which is read as well.
    let intruder = Machine::first(&share.writing().signing("release", PROPOSAL));
    assert!(intruder.build().uploaded());
    let reader = share.writing().signing("pr", RELEASE).also_reading("release");
    let reader = reader.trusting("pr", PROPOSAL);
    let reader = Machine::second(&reader.trusting("release", RELEASE));
    let ran = reader.without_tools(["remote", "get"]).run();
    assert!(matches!(ran.code(), Some(1 | 2)), "{ran:#?}");
}

#[test]
fn who_believes_no_one_asks_no_one_and_says_so_once() {
    let share = Share::new();
    assert!(Machine::first(&share.writing()).build().uploaded());
    let no_one = Machine::second(&share.writing().believing_no_one());
    let built = no_one.build();
    assert!(built.built() && built.asked() != "hit", "{built:#?}");
    assert_eq!(built.stderr.matches("FRESHNESS_REMOTE_TRUST").count(), 1, "{built:#?}");
}
