//! What may go wrong with builds of a configuration, and which strategy suits the file systems at hand.
//!
//! The builder looks at programs, store and file systems; what is said of the configuration and of
//! strategies is said here, where names become strategies.

use std::path::{Path, PathBuf};

use archive_builder::Environment;
use archive_builder::doctor::{self, Finding, Patient, Stats, Status};
use freshness_core::Escaped;

use crate::facade::{Error, Freshness};

/// What was found.
#[derive(Debug)]
pub struct Diagnosis {
    /// In a fixed order.
    pub findings: Vec<Finding>,
    /// The strategy that is recommended, with its option: `hash/changed`.
    pub recommended: &'static str,
    /// The directory that cargo runs in.
    pub workspace: PathBuf,
    /// Where slots live; nothing without a configuration.
    pub store: Option<PathBuf>,
}

impl Diagnosis {
    /// Whether something is found without which builds fail or cannot be trusted.
    #[must_use]
    pub fn needs_action(&self) -> bool {
        self.findings.iter().any(|finding| finding.status == Status::Bad)
    }

    /// Examines what there is where no configuration can be had, for this reason: everything but the store.
    #[must_use]
    pub fn without_config(error: &Error, directory: &Path, env: &Environment) -> Self {
        let patient =
            Patient { workspace: directory, store: None, env, vouch: true, targets: [].into() };
        let examined = doctor::examine(&patient);
        let config =
            Finding::new("config", Status::Bad, format!("failed to {error}"), error.hint());
        let (recommended, why) = recommend(examined.sources);
        let strategy = Finding::ok("strategy", format!("{recommended} is recommended: {why}"));
        let findings = [config].into_iter().chain(examined.findings).chain([strategy]);
        Self {
            findings: findings.collect(),
            recommended,
            workspace: directory.to_path_buf(),
            store: None,
        }
    }
}

impl Freshness {
    /// Examines all that builds of this configuration lean on. Starts `cargo --version` and `rustc -vV`;
    /// makes the store where it is missing, and for a moment files in it; takes no slot's lock.
    #[must_use]
    pub fn doctor(&self) -> Diagnosis {
        let config = self.config();
        let targets = config.profiles.values().filter_map(|profile| profile.target.as_deref());
        let patient = Patient {
            workspace: &config.directory,
            store: Some(&config.store),
            env: self.environment(),
            vouch: config.vouch,
            targets: targets.filter(|target| !target.ends_with(".json")).collect(),
        };
        let examined = doctor::examine(&patient);
        let chosen = self.deciding_strategy().id();
        let chosen = format!("{}/{}", chosen.name, chosen.option);
        let (recommended, _) = recommend(examined.sources);
        let findings = [configuration(self)].into_iter().chain(examined.findings);
        Diagnosis {
            findings: findings.chain([strategy(&chosen, examined.sources)]).collect(),
            recommended,
            workspace: config.directory.clone(),
            store: Some(config.store.clone()),
        }
    }
}

/// That it is there and understood is known by now.
fn configuration(freshness: &Freshness) -> Finding {
    let config = freshness.config();
    let shown = Escaped::path(&config.path);
    let names: Vec<String> =
        config.profiles.keys().map(|name| Escaped::text(name).to_string()).collect();
    match names.is_empty() {
        false => Finding::ok("config", format!("{shown} has {}", names.join(", "))),
        true => Finding::new(
            "config",
            Status::Warn,
            format!("{shown} has no profile"),
            "add a [profile.default] that lists `packages`",
        ),
    }
}

/// The strategy that suits, and why.
fn recommend(sources: Stats) -> (&'static str, &'static str) {
    match sources {
        Stats::Tell => (
            "hash/changed",
            "a file whose stat is as it was is as it was, and a touch is no change",
        ),
        Stats::Doubtful => ("hash/always", "what stats are worth on the sources is not known"),
        Stats::Mislead => ("hash/always", "a stat may be as it was and the file not"),
    }
}

/// What to say of the chosen strategy.
fn strategy(chosen: &str, sources: Stats) -> Finding {
    let (recommended, why) = recommend(sources);
    if chosen == recommended {
        return Finding::ok("strategy", format!("{chosen} is recommended: {why}"));
    }
    let status = match (chosen, sources) {
        ("hash/always", _) => Status::Note,
        (_, Stats::Mislead) => Status::Bad,
        ("mtime/newer-than", _) | (_, Stats::Doubtful) => Status::Warn,
        (_, Stats::Tell) => Status::Note,
    };
    let what = match (chosen, sources) {
        ("hash/always", _) => "reads every byte at every check",
        ("mtime/newer-than", _) => "does not see edits that leave an old time",
        (_, Stats::Mislead | Stats::Doubtful) => "believes stats",
        (_, Stats::Tell) => "calls a touched file and a fresh checkout stale",
    };
    let advice = match recommended {
        "hash/always" => {
            "`strategy = \"hash\"` and `reread = \"always\"` in [strategy-options.hash]"
        }
        _ => "`strategy = \"hash\"`, its option left as it is by default",
    };
    let detail = format!("{chosen} {what}; {recommended} is recommended: {why}");
    Finding::new("strategy", status, detail, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_is_judged_on_every_kind_of_sources() {
        let mut lines = Vec::new();
        for sources in [Stats::Tell, Stats::Doubtful, Stats::Mislead] {
            for chosen in ["hash/changed", "hash/always", "mtime/recorded", "mtime/newer-than"] {
                let found = strategy(chosen, sources);
                let (status, detail) = (found.status.word(), found.detail);
                lines.push(format!("{sources:?}: {status}: {detail}"));
            }
        }
        insta::assert_snapshot!(lines.join("\n"));
    }
}
