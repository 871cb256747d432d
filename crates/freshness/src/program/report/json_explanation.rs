//! What `explain` adds to an answer in JSON. Times are seconds after the epoch, as in reasons; digests are whole.

use serde::Serialize;

use super::super::asked::Asked;
use super::explanation::{Explained, effect, title};
use super::shown_why;
use crate::{
    Content, Culprit, Digest, Escaped, Forecast, Input, PathStory, Seen, Sight, Standing, State,
    Step,
};

#[derive(Serialize)]
pub(super) struct JsonExplained {
    strategies: serde_json::Map<String, serde_json::Value>,
    newest_generation: Option<u64>,
    changes: Vec<JsonChange>,
    cargo: JsonForecast,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not_fresh: Option<JsonStory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<JsonInput>>,
}

impl JsonExplained {
    pub(super) fn new(found: &Explained, asked: &Asked) -> Self {
        let Explained { explanation, story } = found;
        let strategies = explanation.strategies.iter();
        let differences = &explanation.differences;
        let inputs = || differences.inputs.iter().map(JsonInput::new).collect();
        Self {
            strategies: strategies.map(|(n, o)| (n.clone(), o.verdict.word().into())).collect(),
            newest_generation: differences.newest,
            changes: (differences.culprits.iter())
                .map(|culprit| JsonChange::new(culprit, &differences.root))
                .collect(),
            cargo: JsonForecast::new(&explanation.forecast()),
            why_not_fresh: (story.as_ref())
                .map(|story| JsonStory::new(story, effect(story, explanation), &differences.root)),
            inputs: asked.inputs.then(inputs),
        }
    }
}

#[derive(Serialize)]
struct JsonInput {
    path: String,
    why: Vec<String>,
}

impl JsonInput {
    fn new(input: &Input) -> Self {
        Self { path: input.path.to_string(), why: shown_why(&input.why) }
    }
}

#[derive(Serialize)]
struct JsonChange {
    code: &'static str,
    path: Option<String>,
    detail: String,
    group: String,
    why: Vec<String>,
    content: &'static str,
    was: Option<JsonSeen>,
    is: Option<JsonSeen>,
    seen_by: Vec<String>,
    passed_by: Vec<String>,
    missed_by: Vec<String>,
}

impl JsonChange {
    fn new(culprit: &Culprit, root: &std::path::Path) -> Self {
        let reason = &culprit.reason;
        let names = |sight| culprit.seen(sight).map(str::to_owned).collect();
        Self {
            code: reason.code(),
            path: super::shown_path(reason, root),
            detail: reason.detail(),
            group: title(&culprit.group),
            why: shown_why(&culprit.why),
            content: match culprit.content {
                Content::Changed => "changed",
                Content::Same => "same",
                Content::Unknown => "unknown",
            },
            was: culprit.was.as_ref().map(JsonSeen::new),
            is: culprit.is.as_ref().map(JsonSeen::new),
            seen_by: names(Sight::Counts),
            passed_by: names(Sight::Passes),
            missed_by: names(Sight::Misses),
        }
    }
}

#[derive(Serialize)]
struct JsonSeen {
    kind: &'static str,
    link: Option<String>,
    bytes: Option<u64>,
    mtime: Option<String>,
    blake3: Option<String>,
    problem: Option<String>,
}

impl JsonSeen {
    fn new(seen: &Seen) -> Self {
        let (kind, link) = match &seen.state {
            State::Absent => ("nothing", None),
            State::Unreadable(_) => ("unreadable", None),
            State::Here(meta) => (meta.kind.word(), None),
            State::Link { text, .. } => ("a link", Some(Escaped::os_str(text).to_string())),
        };
        Self {
            kind,
            link,
            bytes: seen.meta().map(|meta| meta.len),
            mtime: seen.meta().map(|meta| meta.mtime.to_string()),
            blake3: seen.digest.as_ref().map(hex),
            problem: seen.state.unreadable().map(|problem| Escaped::text(problem).to_string()),
        }
    }
}

pub(super) fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Serialize)]
struct JsonForecast {
    starts: bool,
    steps: Vec<JsonStep>,
}

#[derive(Serialize)]
struct JsonStep {
    code: &'static str,
    what: String,
    text: String,
}

impl JsonForecast {
    fn new(forecast: &Forecast) -> Self {
        let step = |step: &Step| JsonStep {
            code: step.code(),
            what: step.what().to_owned(),
            text: step.to_string(),
        };
        Self { starts: forecast.starts_cargo, steps: forecast.steps.iter().map(step).collect() }
    }
}

#[derive(Serialize)]
struct JsonStory {
    path: String,
    is_input: bool,
    rules: Vec<String>,
    because: Option<String>,
    was: Option<JsonSeen>,
    is: JsonSeen,
    effect: String,
    change: Option<JsonChange>,
}

impl JsonStory {
    fn new(story: &PathStory, effect: String, root: &std::path::Path) -> Self {
        let (rules, because) = match &story.standing {
            Standing::Input { rules } => (rules.clone(), None),
            Standing::Ignored { because } => (Vec::new(), Some(because.clone())),
        };
        Self {
            path: story.path.to_string(),
            is_input: because.is_none(),
            rules,
            because,
            was: story.was.as_ref().map(JsonSeen::new),
            is: JsonSeen::new(&story.is),
            effect,
            change: story.culprit.as_ref().map(|culprit| JsonChange::new(culprit, root)),
        }
    }
}
