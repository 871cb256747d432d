//! Decides whether a command would have to run: a stamp, one look at the world, no side effects.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::check::{self, NoAnswer};
use freshness_core::path::normalize;
use freshness_core::selection::Selection;
use freshness_core::spread::UNTOLD;
use freshness_core::{
    Escaped, Fact, Head, InputSpec, Kind, Lists, Pattern, Reason, Record, Snapshot, State, Verdict,
    Work, discover,
};

use crate::decide::DIRECTORY;
use crate::error::BuildError;
use crate::key::Key;
use crate::seal::{self, Condition, ReadBytes};
use crate::slot::Slot;

use super::place::Place;
use super::{Idle, JobOutcome, JobRequest, ReadyOutput, outputs, spawn};

/// The fact of a stamp that is the command line.
const COMMAND: &str = "command";

/// The fact of a stamp that says whether an input may name nothing.
const ALLOW_EMPTY: &str = "allow-empty";

/// What a command is decided by.
pub(super) struct Scene<'a> {
    pub(super) request: &'a JobRequest<'a>,
    pub(super) key: Key,
    pub(super) place: Place,
    pub(super) outputs: Vec<PathBuf>,
    pub(super) specs: Vec<InputSpec>,
    /// The program that would be started, where there is one.
    pub(super) program: Result<PathBuf, BuildError>,
}

/// A decision, and what it rests on.
pub(super) struct Decision {
    pub(super) verdict: Verdict,
    /// The stamp that was believed.
    pub(super) stamp: Option<Record>,
    /// Whether its record of stats, or of what is looked at, is out of date.
    pub(super) outdated: bool,
    pub(super) work: Work,
}

impl Decision {
    /// What the stamp says that serves.
    pub(super) fn serving(&self) -> Option<&Head> {
        self.stamp.as_ref().filter(|_| self.verdict.is_fresh()).map(|stamp| &stamp.head)
    }
}

impl<'a> Scene<'a> {
    /// Looks at what does not depend on a stamp.
    ///
    /// # Errors
    /// A place that must not be believed, or is an output.
    pub(super) fn look(request: &'a JobRequest<'a>) -> Result<Self, BuildError> {
        let job = request.job;
        let mut outputs: Vec<PathBuf> = Vec::new();
        for output in job.outputs.iter().map(|path| normalize(&job.directory.join(path))) {
            if !outputs.contains(&output) {
                outputs.push(output);
            }
        }
        let stamp = job.stamp.as_ref().map(|path| normalize(&job.directory.join(path)));
        let store = stamp.as_deref().and_then(Path::parent).unwrap_or(request.store);
        let key = Key::of_outputs(&job.directory, outputs.iter().map(PathBuf::as_path), store);
        let place = match stamp {
            Some(stamp) => Place::Beside(stamp),
            None => Place::Slot(Slot::new(request.store, &key)),
        };
        place.check_trust()?;
        if outputs.contains(&place.stamp()) {
            let problem = "it is an output as well";
            return Err(BuildError::Stamp { path: place.stamp(), problem });
        }
        let own = [place.own(), vec![request.store.to_path_buf()]].concat();
        let pattern = Pattern::Selected {
            base: job.directory.clone(),
            top: repository_of(&job.directory),
            entries: job.inputs.clone(),
            skip: outputs.iter().cloned().chain(own).collect(),
        };
        let program = spawn::find(job);
        let specs = vec![InputSpec { pattern, why: "input".into() }];
        Ok(Self { request, key, place, outputs, specs, program })
    }

    /// Decides by the strategy of the request.
    ///
    /// # Errors
    /// An input that cannot be understood.
    pub(super) fn decide(&self) -> Result<Decision, BuildError> {
        let strategy = self.request.strategy;
        let stale = |reason, stamp| Decision {
            verdict: Verdict { reasons: vec![reason] },
            stamp,
            outdated: false,
            work: Work::default(),
        };
        let path = self.place.stamp();
        let record = match self.place.open_stamp() {
            Ok(record) => record,
            Err(reason) => return Ok(stale(reason, None)),
        };
        if let Some(reason) = self.foreign(&record.head) {
            // What was read before may still be known.
            let is_of_here = record.root == self.request.job.directory;
            return Ok(stale(reason, is_of_here.then_some(record)));
        }
        let is_asked_the_same = record.unnamed_specs().eq(self.specs.iter().cloned());
        let compared = match is_asked_the_same {
            true => check::check(&record, &[], strategy, UNTOLD),
            false => check::check_by(&record, &self.specs, strategy),
        };
        let compared = match compared {
            Ok(compared) => compared,
            Err(no_answer) => {
                let believed = (!matches!(no_answer, NoAnswer::Damaged(_))).then_some(record);
                return Ok(stale(no_answer.reason(&path, strategy.id())?, believed));
            }
        };
        let mut work = Work::default();
        let when = match strategy.reads_always() {
            true => ReadBytes::Always,
            false => ReadBytes::WhereStatDiffers,
        };
        let (mut reasons, is_restamped) = self.compare_program(&record.head, when, &mut work);
        reasons.extend(self.request.job.environment.compare_of(&record.head.environment));
        reasons.extend(compared.reasons);
        work += compared.work;
        let (of_outputs, are_restamped) = outputs::compare(&record.head.archives, when, &mut work);
        reasons.extend(of_outputs);
        let outdated = compared.outdated || is_restamped || are_restamped || !is_asked_the_same;
        Ok(Decision { verdict: Verdict { reasons }, stamp: Some(record), outdated, work })
    }

    /// The inputs as they are now.
    ///
    /// # Errors
    /// An input that cannot be understood.
    pub(super) fn take(&self) -> Result<(Snapshot, Lists), BuildError> {
        Ok(Snapshot::take_listed(discover(&self.request.job.directory, &self.specs)?))
    }

    /// Refuses an input that names nothing, unless that is allowed.
    ///
    /// # Errors
    /// The first of them.
    pub(super) fn require_matches(&self, inputs: &Snapshot) -> Result<(), BuildError> {
        let job = self.request.job;
        if job.idle == Idle::Allow {
            return Ok(());
        }
        // A directory is what it holds; one that holds nothing is most likely a slip as well.
        let is_something = |state: &State| match state {
            State::Absent => false,
            State::Here(meta) => meta.kind != Kind::Directory,
            State::Link { .. } | State::Unreadable(_) => true,
        };
        let there = inputs.entries.iter().filter(|(_, state)| is_something(state));
        let there: Vec<PathBuf> = there.map(|(path, _)| path.under(&inputs.root)).collect();
        let selection = Selection::parse(&job.directory, &job.inputs)?;
        match selection.idle(there.iter().map(PathBuf::as_path)) {
            Some(entry) => Err(BuildError::NothingMatches { entry: entry.to_path_buf() }),
            None => Ok(()),
        }
    }

    /// What a stamp says beside the inputs, so that it is known whether it speaks of this command.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let job = self.request.job;
        let fact = |name: &str, value| Fact { name: name.into(), value: Some(value) };
        let command = std::iter::once(&job.program).chain(&job.args);
        let outputs: Vec<OsString> = self.outputs.iter().map(|path| path.into()).collect();
        let idle = if job.idle == Idle::Allow { "true" } else { "false" };
        vec![
            fact(DIRECTORY, Escaped::path(&job.directory).to_string()),
            fact("outputs", quoted(&outputs)),
            fact(COMMAND, quoted(command)),
            fact("env", quoted(job.env.iter().map(OsString::from).collect::<Vec<_>>().iter())),
            fact(ALLOW_EMPTY, idle.into()),
        ]
    }

    /// Why a stamp does not speak of this command.
    fn foreign(&self, stamp: &Head) -> Option<Reason> {
        if stamp.key != self.key.as_str() {
            let (was, is) = (stamp.key.clone(), self.key.to_string());
            return Some(Reason::ProfileChanged { field: "key".into(), was, is });
        }
        let was = |name: &str| stamp.profile.iter().find(|f| f.name == name)?.value.clone();
        let differing = self.facts().into_iter().find(|fact| was(&fact.name) != fact.value)?;
        let shown = |value: Option<String>| value.unwrap_or_else(|| "none".into());
        let (was, is) = (shown(was(&differing.name)), shown(differing.value));
        Some(match differing.name == COMMAND {
            true => Reason::CommandChanged { path: None, problem: format!("was {was}, is {is}") },
            false => Reason::ProfileChanged { field: differing.name, was, is },
        })
    }

    /// Whether another program would run, and whether its recorded stat is out of date. Where none is found,
    /// nothing else could be chosen: the recorded one is looked at where it was.
    fn compare_program(
        &self,
        stamp: &Head,
        when: ReadBytes,
        work: &mut Work,
    ) -> (Vec<Reason>, bool) {
        let changed = |path: &Path, problem: String| {
            (vec![Reason::CommandChanged { path: Some(path.to_path_buf()), problem }], false)
        };
        let Some(sealed) = stamp.toolchain_files.first() else {
            return changed(&self.place.stamp(), "the stamp names no program".into());
        };
        let found = self.program.as_ref().ok().map(|path| real(path));
        if let Some(found) = found.filter(|found| *found != sealed.path) {
            let was = Escaped::path(&sealed.path).to_string();
            return changed(&found, format!("another program is found: it was {was}"));
        }
        match seal::examine(&sealed.path, &sealed.meta, &sealed.digest, when, work) {
            Condition::Intact => (Vec::new(), false),
            Condition::Restamped => (Vec::new(), true),
            Condition::Missing => changed(&sealed.path, "the program is gone".into()),
            Condition::Changed(problem) => changed(&sealed.path, format!("the program: {problem}")),
        }
    }

    /// The answer that a stamp serves.
    pub(super) fn outcome(
        &self,
        verdict: Verdict,
        serving: Option<&Head>,
        work: Work,
    ) -> JobOutcome {
        let outputs = serving.iter().flat_map(|head| &head.archives).map(|output| ReadyOutput {
            path: output.file.path.clone(),
            bytes: output.file.meta.len,
            digest: output.file.digest,
        });
        JobOutcome {
            key: self.key.clone(),
            root: self.request.job.directory.clone(),
            verdict,
            outputs: outputs.collect(),
            generation: serving.map(|head| head.generation),
            end: None,
            work,
        }
    }
}

/// The file behind links.
pub(super) fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Texts as one text; `OsStr`'s own quoting leaves no two lists alike.
fn quoted<'t>(texts: impl IntoIterator<Item = &'t OsString>) -> String {
    texts.into_iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" ")
}

/// The top directory of the repository that `directory` is in; outside of any, itself.
fn repository_of(directory: &Path) -> PathBuf {
    let top = directory.ancestors().find(|dir| fs::symlink_metadata(dir.join(".git")).is_ok());
    top.unwrap_or(directory).to_path_buf()
}
