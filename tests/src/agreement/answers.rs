//! What `freshness` says and does, read from its JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::oracle;
use super::scene::{self, Scene};

/// What one strategy says of a state.
#[derive(Debug)]
pub(super) struct Answer {
    /// The archives that it calls fresh, by their digests; nothing where it is stale.
    pub(super) fresh: Option<Vec<String>>,
    /// The codes and paths of its reasons.
    pub(super) reasons: Vec<(String, Option<String>)>,
    /// The size of its look.
    pub(super) inputs: u64,
    pub(super) stats: u64,
}

/// What every strategy says, by its name and option.
pub(super) type Answers = BTreeMap<&'static str, Answer>;

/// Each strategy and option, with the configuration that chooses it.
const STRATEGIES: [(&str, &str, &str); 4] = [
    ("mtime/recorded", "mtime", scene::CONFIG),
    ("mtime/newer-than", "mtime", scene::OTHER_CONFIG),
    ("hash/changed", "hash", scene::CONFIG),
    ("hash/always", "hash", scene::OTHER_CONFIG),
];

/// Asks `check` by every strategy, and `explain` as well: they must say the same.
pub(super) fn ask(scene: &Scene) -> Result<Answers, String> {
    let mut answers = Answers::new();
    for (name, strategy, config) in STRATEGIES {
        let args = ["check", "--strategy", strategy, "--config", config, "--format", "json"];
        answers.insert(name, answer(&scene.freshness(&args).run().json())?);
    }
    let explained = scene.freshness(&["explain", "--format", "json"]).run().json();
    for (name, answer) in &answers {
        let verdict = if answer.fresh.is_some() { "fresh" } else { "stale" };
        if explained["strategies"][name] != verdict {
            return Err(format!("{name} says {verdict}, and explain {}", explained["strategies"]));
        }
    }
    Ok(answers)
}

fn answer(said: &Value) -> Result<Answer, String> {
    let reasons = said["reasons"].as_array().ok_or(format!("no answer: {said}"))?;
    let archives = said["archives"].as_array().ok_or(format!("no archives: {said}"))?;
    let text = |value: &Value| value.as_str().map(String::from);
    let number = |name: &str| said["work"][name].as_u64().unwrap();
    let digests = archives.iter().filter_map(|archive| text(&archive["blake3"])).collect();
    Ok(Answer {
        fresh: reasons.is_empty().then_some(digests),
        reasons: reasons.iter().map(|r| (text(&r["code"]).unwrap(), text(&r["path"]))).collect(),
        inputs: number("inputs"),
        stats: number("stats"),
    })
}

/// A build that succeeded.
#[derive(Debug)]
pub(super) struct Build {
    /// The path packages that it compiled.
    pub(super) compiled: BTreeSet<String>,
    /// The archives, by a digest of each.
    pub(super) archives: BTreeSet<u64>,
    /// The archives, by the digests that it names.
    pub(super) named: Vec<String>,
}

/// Builds by the strategy that sees most; says why where it fails.
pub(super) fn build(scene: &Scene) -> Result<Build, String> {
    let ran = scene.freshness(&["build", "--strategy", "mtime", "--format", "json"]).run();
    if !ran.succeeded() {
        // Of what it says to people, only cargo's messages may tell of a panic.
        assert_ne!(ran.json()["error"]["code"], Value::Null, "{ran:#?}");
        return Err(format!("{}{}", ran.stdout, ran.stderr));
    }
    let said = ran.json();
    let archives = said["archives"].as_array().unwrap();
    let paths = archives.iter().map(|archive| Path::new(archive["path"].as_str().unwrap()));
    let named = archives.iter().map(|archive| archive["blake3"].as_str().unwrap().to_owned());
    Ok(Build {
        compiled: oracle::compiled(&ran.stderr),
        archives: paths.map(oracle::digest).collect(),
        named: named.collect(),
    })
}
