//! The inputs of a page as data: names by directory, so that a hundred thousand of them stay small.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::explanation::sights;
use super::super::{seen, shown_why};
use crate::{Content, Culprit, Differences, Escaped, InputPath, State};

/// Of so many changes the details are told; of the others who sees what would make the page a large one.
const DETAILED: usize = 2_000;

/// What the page's script reads.
#[derive(Serialize)]
pub(super) struct Data {
    /// Sets of reasons, by which inputs name theirs.
    whys: Vec<Vec<String>>,
    /// Who sees a change, by which changes name theirs.
    sights: Vec<String>,
    /// Each directory with its last slash; of each file in it name, set of reasons and state.
    dirs: Vec<(String, Vec<Part>)>,
    /// By path: what changed, both sides, who sees it.
    changes: BTreeMap<String, (String, String, usize)>,
}

/// One of the three things that are said of a file.
#[derive(Serialize)]
#[serde(untagged)]
enum Part {
    Name(String),
    Number(usize),
}

/// What the script calls an input's state.
#[derive(Clone, Copy)]
enum Shown {
    AsItWas = 0,
    Changed = 1,
    Touched = 2,
    Absent = 3,
    Unclear = 4,
}

impl Data {
    /// The inputs of an explanation, with those that are gone.
    pub(super) fn of(differences: &Differences) -> Self {
        let culprits = differences.culprits.iter();
        let by_path: BTreeMap<&InputPath, &Culprit> =
            culprits.filter_map(|culprit| Some((culprit.reason.input()?, culprit))).collect();
        let mut inputs: BTreeMap<&InputPath, (&[String], Shown)> = BTreeMap::new();
        for pair in differences.pairs() {
            let shown = match (by_path.get(&pair.input.path), pair.is) {
                (Some(culprit), _) => changed(culprit),
                (None, Some(State::Absent)) => Shown::Absent,
                (None, Some(State::Unreadable(_)) | None) => Shown::Unclear,
                (None, Some(_)) => Shown::AsItWas,
            };
            inputs.insert(&pair.input.path, (&pair.input.why, shown));
        }
        for (path, culprit) in &by_path {
            inputs.entry(path).or_insert((&culprit.why, changed(culprit)));
        }
        let mut data = Self {
            whys: Vec::new(),
            sights: Vec::new(),
            dirs: Vec::new(),
            changes: BTreeMap::new(),
        };
        let mut sets: BTreeMap<&[String], usize> = BTreeMap::new();
        for (path, (why, shown)) in inputs {
            let next = sets.len();
            let set = *sets.entry(why).or_insert(next);
            if set == data.whys.len() {
                data.whys.push(shown_why(why));
            }
            data.add(path, set, shown);
        }
        for (path, culprit) in by_path.iter().take(DETAILED) {
            data.detail(path, culprit);
        }
        data
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.dirs.is_empty()
    }

    fn add(&mut self, path: &InputPath, set: usize, shown: Shown) {
        let (dir, name) = path.split();
        let dir = Escaped::path(dir).to_string();
        if self.dirs.last().is_none_or(|(last, _)| *last != dir) {
            self.dirs.push((dir, Vec::new()));
        }
        if let Some((_, parts)) = self.dirs.last_mut() {
            let name = Escaped::os_str(name).to_string();
            parts.extend([Part::Name(name), Part::Number(set), Part::Number(shown as usize)]);
        }
    }

    fn detail(&mut self, path: &InputPath, culprit: &Culprit) {
        let sight = sights(culprit);
        let known = self.sights.iter().position(|known| *known == sight);
        let index = known.unwrap_or(self.sights.len());
        if known.is_none() {
            self.sights.push(sight);
        }
        let what = format!("{}: {}", culprit.reason.code(), culprit.reason.detail());
        let differences = seen::differences(culprit).join("; ");
        self.changes.insert(path.to_string(), (what, differences, index));
    }

    /// As JSON that can stand in a page's script element: nothing in it ends that, or begins a comment.
    pub(super) fn for_script(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string(self)?;
        let mut safe = String::with_capacity(json.len());
        for c in json.chars() {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    safe.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => safe.push(c),
            }
        }
        Ok(safe)
    }
}

fn changed(culprit: &Culprit) -> Shown {
    match culprit.content {
        Content::Changed => Shown::Changed,
        Content::Same => Shown::Touched,
        Content::Unknown => Shown::Unclear,
    }
}
