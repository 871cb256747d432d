//! One history: step by step, each property after each step.
//!
//! Properties, by the words they fail with: *false fresh*; *not fresh after a build*; *strategies disagree*;
//! *wrong culprit*; *order matters*; *another process says otherwise*; *a check left traces*; *a build that
//! should succeed failed*.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use filetime::FileTime;
use freshness::{Explanation, Freshness, Outcome, Reason};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::compile;
use crate::files;
use crate::op::Op;
use crate::record::Record;
use crate::tally::Tally;
use crate::world::World;

/// What went wrong, in words.
pub type Found = Result<(), String>;

const HASH: [&str; 2] = ["hash/changed", "hash/always"];

pub struct Model<'t> {
    world: World,
    tally: &'t Tally,
    /// Every build of this history.
    records: Vec<Record>,
    /// Whether the newest stamp is that of the newest record.
    newest_is_known: bool,
    /// When the latest attempt to build ended; no cut-off is later.
    latest: FileTime,
}

impl<'t> Model<'t> {
    pub fn new(vouch: bool, tally: &'t Tally) -> Self {
        let latest = FileTime::now();
        Self {
            world: World::new(vouch),
            tally,
            records: Vec::new(),
            newest_is_known: false,
            latest,
        }
    }

    /// Takes one step and demands everything.
    pub fn step(&mut self, op: &Op) -> Found {
        self.tally.step();
        match *op {
            Op::Build => self.build("hash", None)?,
            Op::BuildBy(strategy) => self.build(strategy, None)?,
            Op::BuildFails(stage) => self.build("hash", Some(format!("{stage} fail")))?,
            Op::BuildWhileEdited(stage, path, text) => {
                self.build("hash", Some(format!("{stage} edit {path} {text}")))?;
            }
            Op::BuildTogether => self.build_together()?,
            Op::BuildKilled(stage, then) => self.build_killed(stage, then),
            Op::BuildKilledAfter(delay_us) => self.build_killed_after(delay_us),
            Op::CheckApart(cores) => self.check_apart(cores)?,
            Op::Reorder => self.reorder(op)?,
            _ => {
                let touches_store = matches!(op, Op::RestoreStore(_) | Op::Damage(..));
                self.newest_is_known &= !touches_store;
                // What cannot be done in this state is not done, or half: that is a state, too.
                let _ = self.world.apply(op);
            }
        }
        self.judge().map(drop)
    }

    fn explain(&self) -> Result<Explanation, String> {
        let answer = self.world.freshness().explain(self.world.profile);
        answer.map_err(|error| format!("no answer: {error}"))
    }

    fn truth(&self) -> Result<Vec<u8>, String> {
        compile::workspace(&self.world.workspace(), &self.world.settings())
    }

    /// Asks every strategy and compares with the truth.
    fn judge(&mut self) -> Result<Explanation, String> {
        let before = files::stats(&self.world.workspace());
        let explanation = self.explain()?;
        if files::stats(&self.world.workspace()) != before {
            return Err("a check left traces".into());
        }
        let truth = self.truth().map(|product| compile::archive_of(&product));
        let mut fresh = BTreeSet::new();
        for (id, outcome) in &explanation.strategies {
            self.tally.verdict(id, outcome.verdict.is_fresh());
            if !outcome.verdict.is_fresh() {
                continue;
            }
            fresh.insert(id.as_str());
            let archive = outcome.archives.first().map(|ready| fs::read(&ready.path));
            let Some(Ok(archive)) = archive else {
                return Err(format!("false fresh by {id}: there is no archive"));
            };
            if truth.as_ref().is_ok_and(|truth| *truth == archive) {
                continue;
            }
            if id != "mtime/newer-than" || !self.is_blind_spot(&archive) {
                let truth = truth.as_ref().map(|t| String::from_utf8_lossy(t).into_owned());
                let archive = String::from_utf8_lossy(&archive);
                return Err(format!("false fresh by {id}: made from {archive:?}, is {truth:?}"));
            }
            self.tally.blind_spot();
        }
        let [changed, always] = HASH.map(|id| fresh.contains(id));
        if changed != always || (fresh.contains("mtime/recorded") && !changed) {
            return Err(format!("strategies disagree: only {fresh:?} say fresh"));
        }
        self.judge_culprits(&explanation)?;
        Ok(explanation)
    }

    fn is_blind_spot(&self, archive: &[u8]) -> bool {
        self.records.iter().any(|record| {
            compile::archive_of(&record.product) == archive
                && record.is_blind_spot(&self.world, self.latest)
        })
    }

    /// What `hash` names must differ, and the first input that differs must be named.
    fn judge_culprits(&self, explanation: &Explanation) -> Found {
        let Some(record) = self.records.last().filter(|_| self.newest_is_known) else {
            return Ok(());
        };
        if !record.is_of(self.world.profile) {
            return Ok(());
        }
        for (id, outcome) in &explanation.strategies {
            if !HASH.contains(&id.as_str()) || outcome.verdict.is_fresh() {
                continue;
            }
            let named: Vec<PathBuf> = outcome.verdict.reasons.iter().filter_map(input).collect();
            if !named.is_sorted_by_key(|path| path.as_os_str()) {
                return Err(format!("wrong culprit by {id}: {named:?} are not in order"));
            }
            if let Some(innocent) = named.iter().find(|p| !record.differs(&self.world, p)) {
                return Err(format!("wrong culprit by {id}: {innocent:?} is what it was"));
            }
            let first = record.first_difference(&self.world);
            if let Some(first) = first.filter(|first| !named.contains(first)) {
                return Err(format!("wrong culprit by {id}: {first:?} is not among {named:?}"));
            }
            self.tally.culprits();
        }
        Ok(())
    }

    fn build(&mut self, strategy: &str, control: Option<String>) -> Found {
        let is_disturbed = control.is_some();
        let place = self.world.beside("control");
        if let Some(control) = control {
            fs::write(&place, control).map_err(|error| error.to_string())?;
        }
        let start = FileTime::now();
        let built = self.world.freshness_by(strategy).build(self.world.profile);
        self.latest = FileTime::now();
        let _ = fs::remove_file(place);
        match built {
            Ok(outcome) => self.judge_build(strategy, &outcome, start),
            Err(error) => {
                self.tally.failed_build();
                match self.truth() {
                    Ok(_) if !is_disturbed => {
                        Err(format!("a build that should succeed failed: {error}"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    fn judge_build(&mut self, strategy: &str, outcome: &Outcome, start: FileTime) -> Found {
        self.tally.build(outcome.built);
        self.remember()?;
        // An earlier generation may serve, and become the newest.
        self.newest_is_known = outcome.built;
        let fresh = |explanation: &Explanation, id: &str| {
            explanation.strategies.iter().any(|(name, o)| name == id && o.verdict.is_fresh())
        };
        let mut explanation = self.judge()?;
        if strategy == "hash" && !HASH.iter().all(|id| fresh(&explanation, id)) {
            let reasons = reasons_of(&explanation, "hash/changed");
            return Err(format!("not fresh after a build: {reasons}"));
        }
        if strategy == "mtime" && !fresh(&explanation, "mtime/recorded") {
            // Written in the tick of the cut-off: one more run, and no more.
            let again = self.world.freshness_by(strategy).build(self.world.profile);
            self.latest = FileTime::now();
            self.tally.extra_build();
            again.map_err(|error| format!("a build that should succeed failed: {error}"))?;
            self.remember()?;
            explanation = self.judge()?;
            if !fresh(&explanation, "mtime/recorded") {
                let reasons = reasons_of(&explanation, "mtime/recorded");
                return Err(format!("not fresh after a second build: {reasons}"));
            }
        }
        let long_before = FileTime::from_unix_time(start.unix_seconds() - 1, 0);
        let all_old =
            self.records.last().is_some_and(|r| r.is_older_than(&self.world, long_before));
        if outcome.built && all_old && !fresh(&explanation, "mtime/newer-than") {
            let reasons = reasons_of(&explanation, "mtime/newer-than");
            return Err(format!("not fresh after a build: {reasons}"));
        }
        Ok(())
    }

    /// Takes a record of a build that just succeeded.
    fn remember(&mut self) -> Found {
        let truth = self.truth();
        let product =
            truth.map_err(|e| format!("false fresh: built what does not compile: {e}"))?;
        self.records.push(Record::of(&self.world, product));
        self.newest_is_known = true;
        Ok(())
    }

    /// Two builds at once: one of them builds, both answer.
    fn build_together(&mut self) -> Found {
        let (one, other): (Freshness, Freshness) =
            (self.world.freshness(), self.world.freshness_by("mtime"));
        let profile = self.world.profile;
        let start = FileTime::now();
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| one.build(profile));
            let second = other.build(profile);
            (first.join().unwrap(), second)
        });
        self.latest = FileTime::now();
        self.newest_is_known = false;
        match (first, second) {
            (Ok(first), Ok(_)) => {
                // Which of them built, and whose stamp is the newest, is not known.
                let quiet = Outcome { built: false, ..first };
                self.judge_build("hash", &quiet, start)
            }
            (Err(error), _) | (_, Err(error)) if self.truth().is_ok() => {
                Err(format!("a build that should succeed failed: {error}"))
            }
            _ => Ok(()),
        }
    }

    fn program(&self, args: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "what is killed is a process")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_freshness"));
        command.args(args).args(["--profile", self.world.profile]);
        command.current_dir(self.world.workspace()).env_clear().envs(self.world.variables());
        command.stdin(Stdio::null()).process_group(0);
        command
    }

    fn start_build(&mut self) -> Child {
        self.newest_is_known = false;
        let mut command = self.program(&["build"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// A build whose program is killed while cargo waits at a stage; cargo then stops, or goes on alone.
    fn build_killed(&mut self, stage: &str, then: &str) {
        let (control, waiting) = (self.world.beside("control"), self.world.beside("waiting"));
        fs::write(&control, format!("{stage} orphan {then}")).unwrap();
        let mut child = self.start_build();
        let start = Instant::now();
        while !waiting.exists() && child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "a build hangs");
            thread::sleep(Duration::from_micros(200));
        }
        let _ = child.kill();
        // An orphan whose words no one hears shares no standard error that would tell of its end.
        let done = self.world.beside("done");
        while waiting.exists() && !done.exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "an orphan hangs");
            thread::sleep(Duration::from_micros(200));
        }
        self.bury(child);
        let _ = (fs::remove_file(control), fs::remove_file(waiting));
    }

    /// A build that is killed with all that it started, wherever it is by then.
    fn build_killed_after(&mut self, delay_us: u64) {
        let child = self.start_build();
        thread::sleep(Duration::from_micros(delay_us));
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.bury(child);
    }

    /// Waits until the last process that shares its standard error has ended.
    fn bury(&mut self, mut child: Child) {
        let _ = child.stderr.take().unwrap().read_to_end(&mut Vec::new());
        child.wait().unwrap();
        self.latest = FileTime::now();
        self.tally.killed_build();
        let truth = self.truth();
        self.records.extend(truth.ok().map(|product| Record::of(&self.world, product)));
    }

    /// The same question to a process of its own, which may have one core only.
    fn check_apart(&self, cores: usize) -> Found {
        let ours = self.explain()?;
        let mut command = self.program(&["explain", "--format", "json"]);
        let output = on_cores(cores, || command.output()).map_err(|error| error.to_string())?;
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let codes = |value: &serde_json::Value| {
            let reasons = value["reasons"].as_array().cloned().unwrap_or_default();
            let codes: Vec<String> =
                reasons.iter().map(|r| r["code"].as_str().unwrap_or_default().to_owned()).collect();
            codes
        };
        let our_codes: Vec<&str> = ours.outcome.verdict.reasons.iter().map(Reason::code).collect();
        let same = ours.strategies.iter().all(|(id, outcome)| {
            let word = if outcome.verdict.is_fresh() { "fresh" } else { "stale" };
            answer["strategies"][id] == word
        });
        if !same || codes(&answer) != our_codes {
            return Err(format!("another process says otherwise: {answer}, not {our_codes:?}"));
        }
        self.tally.apart();
        Ok(())
    }

    /// What a directory lists first must not matter.
    fn reorder(&mut self, op: &Op) -> Found {
        let before = reasons_of(&self.explain()?, "hash/changed");
        self.world.apply(op).map_err(|error| error.to_string())?;
        let after = reasons_of(&self.explain()?, "hash/changed");
        match before == after {
            true => Ok(()),
            false => Err(format!("order matters: {before} and {after}")),
        }
    }
}

/// Runs something that starts a process, on so many cores; two are as many as there are.
fn on_cores<T>(cores: usize, run: impl FnOnce() -> T) -> T {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let Ok(all) = sched_getaffinity(None) else { return run() };
    if cores == 1 {
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).find(|cpu| all.is_set(*cpu)).unwrap_or(0));
        let _ = sched_setaffinity(None, &one);
    }
    let result = run();
    let _ = sched_setaffinity(None, &all);
    result
}

/// The path of a reason about an input, relative to the workspace.
fn input(reason: &Reason) -> Option<PathBuf> {
    match reason {
        Reason::InputAdded { path }
        | Reason::InputRemoved { path }
        | Reason::InputChanged { path, .. } => Some(path.as_path().to_owned()),
        _ => None,
    }
}

fn reasons_of(explanation: &Explanation, id: &str) -> String {
    let of = explanation.strategies.iter().find(|(name, _)| name == id);
    format!("{:?}", of.map(|(_, outcome)| &outcome.verdict.reasons))
}
