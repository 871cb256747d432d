//! Profiles side by side: what makes a key, and what two keys do not share.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::collections::BTreeSet;

use serde_json::Value;
use tests::World;

fn build(world: &World, profile: &str) -> Value {
    let args = ["build", "--profile", profile, "--format", "json"];
    world.freshness(args).run().expect(0).json()
}

fn archives(answer: &Value) -> Vec<std::path::PathBuf> {
    let archives = answer["archives"].as_array().unwrap().iter();
    archives.map(|archive| archive["path"].as_str().unwrap().into()).collect()
}

#[test]
fn profiles_with_different_features_coexist_and_stay_fresh() {
    let world = World::new();
    let (plain, extra) = (build(&world, "gamma"), build(&world, "extra"));
    assert_ne!(plain["key"], extra["key"]);
    assert_eq!(world.probe(&archives(&plain)).of("extra"), 0);
    assert_eq!(world.probe(&archives(&extra)).of("extra"), 1);
    let wants = "void gamma_extra_symbol(void); int main(void) { gamma_extra_symbol(); return 0; }";
    assert!(world.link(&archives(&plain), wants).is_err());
    assert_eq!(world.link(&archives(&extra), wants).as_deref(), Ok(""));

    let builds = world.cargo_builds();
    for _ in 0..2 {
        for (profile, first) in [("gamma", &plain), ("extra", &extra)] {
            let again = build(&world, profile);
            assert_eq!((&again["built"], &again["key"]), (&false.into(), &first["key"]));
            assert_eq!(archives(&again), archives(first));
        }
    }
    assert_eq!(world.cargo_builds(), builds);
}

#[test]
fn an_edit_makes_every_profile_stale_and_each_is_built_by_itself() {
    let world = World::new();
    let _ = (build(&world, "gamma"), build(&world, "extra"));
    world.set("gamma", 2);
    for profile in ["gamma", "extra"] {
        let answer = build(&world, profile);
        assert_eq!(answer["built"], true, "{profile}");
        assert_eq!(world.probe(&archives(&answer)).of("gamma"), 2, "{profile}");
    }
}

#[test]
fn order_and_repetition_of_features_make_the_same_key() {
    let config = |features: &str| {
        format!("[profile.default]\npackages = [\"gamma\"]\nfeatures = [{features}]\n")
    };
    let world = World::with_config(&config("\"gamma/extra\", \"gamma/more\""));
    let first = build(&world, "default");
    for features in [
        "\"gamma/more\", \"gamma/extra\"",
        "\"gamma/extra\", \"gamma/more\", \"gamma/extra\", \"gamma/more\"",
    ] {
        world.config(&config(features));
        let again = build(&world, "default");
        assert_eq!((&again["key"], &again["built"]), (&first["key"], &false.into()), "{features}");
    }
    assert_eq!(world.cargo_builds(), 1);
    world.config(&config("\"gamma/more\""));
    assert_ne!(build(&world, "default")["key"], first["key"]);
}

#[test]
fn every_setting_that_should_coexist_has_a_key_of_its_own() {
    let settings = [
        "",
        "features = [\"gamma/extra\"]",
        "default-features = false",
        "cargo-profile = \"dev\"",
        "panic = \"abort\"",
        "rustflags = [\"--cfg=one\"]",
        "rustflags = [\"--cfg=two\"]",
        "rustflags = [\"--cfg=one\", \"--cfg=two\"]",
        "emit = [\"link\", \"llvm-bc\"]",
    ];
    let world = World::new();
    let mut keys = BTreeSet::new();
    for setting in settings {
        world.config(&format!("[profile.default]\npackages = [\"gamma\"]\n{setting}\n"));
        let answer = world.freshness(["check", "--format", "json"]).run().expect(1).json();
        let key = answer["key"].as_str().unwrap().to_owned();
        assert_eq!(key.len(), 64, "{key}");
        assert!(keys.insert(key), "the key of {setting:?} is another's");
    }
}

#[test]
fn the_answer_in_json_has_every_field_of_the_contract() {
    let world = World::new();
    let built = build(&world, "both");
    let is_hex = |value: &Value| {
        value.as_str().is_some_and(|s| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    assert_eq!(built["schema"], 1);
    assert_eq!(built["command"], "build");
    assert_eq!(built["profile"], "both");
    assert!(is_hex(&built["key"]), "{built}");
    assert_eq!(built["strategy"], "hash");
    assert_eq!(built["verdict"], "stale", "as found on arrival");
    assert_eq!(built["reasons"][0]["code"], "no-stamp");
    assert!(built["reasons"][0]["detail"].is_string());
    assert_eq!(built["built"], true);
    assert_eq!(built["prebuilt"], false);
    assert_eq!(built["generation"], 1);
    assert!(built["duration_ms"]["total"].as_f64().is_some_and(|ms| ms > 0.0), "{built}");
    for (archive, package) in built["archives"].as_array().unwrap().iter().zip(["gamma", "alpha"]) {
        assert_eq!(archive["package"], package);
        let bytes = std::fs::metadata(archive["path"].as_str().unwrap()).unwrap().len();
        assert_eq!(archive["bytes"], bytes);
        assert!(is_hex(&archive["blake3"]), "{archive}");
    }
    assert!(built["work"]["processes_spawned"].as_u64().is_some_and(|n| n >= 1), "{built}");

    let args = ["check", "--profile", "both", "--format", "json"];
    let check = world.freshness(args).run().expect(0).json();
    assert_eq!(check["command"], "check");
    assert_eq!(check["verdict"], "fresh");
    assert_eq!(check["reasons"], Value::Array(Vec::new()));
    assert_eq!(check["archives"], built["archives"], "the same set in the same order");
    let work =
        ["inputs", "stats", "files_read", "bytes_read", "digests_reused", "processes_spawned"];
    for count in work {
        assert!(check["work"][count].is_u64(), "{count}: {check}");
    }
    assert_eq!(check["work"]["processes_spawned"], 0);
    assert_eq!(check["work"]["bytes_read"], 0, "a fresh check reads no content");
    assert!(check.get("built").is_none() && check.get("strategies").is_none(), "{check}");

    let args = ["explain", "--profile", "both", "--format", "json"];
    let explain = world.freshness(args).run().expect(0).json();
    let all = serde_json::json!({ "mtime/recorded": "fresh", "mtime/newer-than": "fresh",
                                  "hash/changed": "fresh", "hash/always": "fresh" });
    assert_eq!(explain["strategies"], all);
}
