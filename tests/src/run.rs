//! One run of a program: its own environment, a time limit, and what it answered.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::terminal;

/// Longer than any build of a generated workspace takes on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A run being prepared. Its environment holds nothing that is not named here.
#[derive(Debug)]
pub struct Run {
    command: Command,
    limit: Duration,
}

/// What of a program speaks to a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTerminal {
    /// Standard output and standard error.
    Both,
    /// Standard error alone.
    Stderr,
}

/// A run under way, in a process group of its own.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: Reader,
    stderr: Reader,
    limit: Duration,
}

/// A run that ended.
#[derive(Debug)]
pub struct Ran {
    status: ExitStatus,
    /// What it said on standard output.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

impl Run {
    /// A run of `program` in `directory`, with an empty environment.
    pub fn new(program: impl AsRef<OsStr>, directory: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(directory).env_clear().stdin(Stdio::null()).process_group(0);
        Self { command, limit: LIMIT }
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Finds the same toolchain as we do, and installs none: where rustup's proxies meet a toolchain file
    /// they would otherwise change the toolchains of whoever runs the tests.
    pub(crate) fn like_ours(self) -> Self {
        let inherited = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "TMPDIR"];
        let inherited = inherited.into_iter().filter_map(|n| Some((n, std::env::var_os(n)?)));
        let run = self.env("RUSTUP_AUTO_INSTALL", "0");
        inherited.fold(run, |run, (name, value)| run.env(name, value))
    }

    /// Removes a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Works in another directory.
    pub fn in_directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Prefixes the program and its arguments with another command, `prlimit` say.
    pub fn under(self, wrapper: &[&str]) -> Self {
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(self.command.get_program()).args(self.command.get_args());
        command.env_clear().stdin(Stdio::null()).process_group(0);
        let set = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.envs(set);
        command.current_dir(self.command.get_current_dir().unwrap());
        Self { command, limit: self.limit }
    }

    /// Runs another program, without arguments, in the same directory and environment.
    ///
    /// # Panics
    /// Never: a run has a directory.
    pub fn with_program(self, program: &Path) -> Self {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).process_group(0);
        let set = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.envs(set).current_dir(self.command.get_current_dir().unwrap());
        Self { command, limit: self.limit }
    }

    /// Gives it more or less time.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn start(mut self) -> Process {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("{:?}: {e}", self.command));
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (stdout, stderr) = (Reader::of(stdout), Reader::of(stderr));
        Process { child, stdout, stderr, limit: self.limit }
    }

    /// Starts it with a terminal of its own to speak to; what is said to the terminal comes from
    /// [`Ran::stdout`] where it speaks to it with both, else from [`Ran::stderr`].
    ///
    /// # Panics
    /// It cannot be started; there is no terminal to be had.
    pub fn start_on_terminal(mut self, speaks: OnTerminal) -> Process {
        let (screen, terminal) = terminal::open();
        if !self.command.get_envs().any(|(name, _)| name == "TERM") {
            self.command.env("TERM", "xterm-256color");
        }
        self.command.stderr(terminal.try_clone().unwrap());
        match speaks {
            OnTerminal::Both => self.command.stdout(terminal),
            OnTerminal::Stderr => self.command.stdout(Stdio::piped()),
        };
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("{:?}: {e}", self.command));
        let screen = Reader::of(screen);
        let (stdout, stderr) = match child.stdout.take() {
            Some(stdout) => (Reader::of(stdout), screen),
            None => (screen, Reader::of(std::io::empty())),
        };
        Process { child, stdout, stderr, limit: self.limit }
    }

    /// Runs it to its end on a terminal of its own: see [`Run::start_on_terminal`].
    ///
    /// # Panics
    /// It cannot be started, or does not end in time.
    pub fn run_on_terminal(self, speaks: OnTerminal) -> Ran {
        self.start_on_terminal(speaks).wait()
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// It cannot be started, or does not end in time.
    pub fn run(self) -> Ran {
        self.start().wait()
    }
}

impl Process {
    /// What it has said on standard error so far.
    ///
    /// # Panics
    /// Its output cannot be read.
    pub fn stderr(&self) -> String {
        // It may be in the middle of a character.
        String::from_utf8_lossy(&self.stderr.said.lock().unwrap()).into_owned()
    }

    /// What it has said on standard output so far.
    ///
    /// # Panics
    /// Its output cannot be read.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.said.lock().unwrap()).into_owned()
    }

    /// Kills it and all that it started, at once.
    ///
    /// # Panics
    /// There is no `kill`.
    pub fn kill(mut self) {
        self.kill_group();
    }

    /// Kills it alone, as the system does to the one that uses most memory; what it started goes on.
    ///
    /// # Panics
    /// It cannot be killed.
    pub fn kill_alone(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It does not end in time.
    pub fn wait(mut self) -> Ran {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.stdout.finish();
                self.stderr.finish();
                return Ran { status, stdout: self.stdout.text(), stderr: self.stderr.text() };
            }
            if start.elapsed() > self.limit {
                self.kill_group();
                panic!("no end after {:?}: {}", self.limit, self.stderr());
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn kill_group(&mut self) {
        let group = format!("-{}", self.child.id());
        Command::new("kill").args(["-9", "--", &group]).status().unwrap();
        self.child.wait().unwrap();
    }
}

/// What a process says, read while it says it.
#[derive(Debug)]
struct Reader {
    said: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl Reader {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&said);
        let thread = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                to.lock().unwrap().extend_from_slice(&buffer[..length]);
            }
        });
        Self { said, thread }
    }

    /// Waits for the end of what it says; not for long, since something it left running may hold the pipe.
    fn finish(&self) {
        let start = Instant::now();
        while !self.thread.is_finished() && start.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn text(&self) -> String {
        String::from_utf8(self.said.lock().unwrap().clone()).unwrap()
    }
}

impl Ran {
    /// The exit status; `None` if a signal ended it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        assert!(!self.stderr.contains("panicked at"), "{self:#?}");
        assert!(!self.status.core_dumped(), "{self:#?}");
        self.status.code()
    }

    /// Whether it succeeded; what it ran may have panicked and said so.
    #[must_use]
    pub(crate) fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// Demands an exit status.
    ///
    /// # Panics
    /// It is another.
    #[track_caller]
    #[must_use]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "{self:#?}");
        self
    }

    /// The paths on standard output, one a line.
    ///
    /// # Panics
    /// One is not absolute.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let paths: Vec<PathBuf> = self.stdout.lines().map(PathBuf::from).collect();
        assert!(paths.iter().all(|path| path.is_absolute()), "{self:#?}");
        paths
    }

    /// The one JSON object on standard output.
    ///
    /// # Panics
    /// It is not one.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one JSON value: {error}: {self:#?}"));
        assert!(value.is_object(), "{self:#?}");
        value
    }

    /// The reasons of an answer in JSON as `code path`, or `code` alone where no path is the culprit; empty for fresh.
    ///
    /// # Panics
    /// It is no answer, or its exit status and verdict do not agree with its reasons.
    #[track_caller]
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let json = self.json();
        let reasons = json["reasons"].as_array().unwrap_or_else(|| panic!("{self:#?}"));
        let shown = |reason: &Value| match reason["path"].as_str() {
            Some(path) => format!("{} {path}", reason["code"].as_str().unwrap()),
            None => reason["code"].as_str().unwrap().to_owned(),
        };
        let stale = if json["command"] == "build" { 0 } else { 1 };
        let (status, verdict) = if reasons.is_empty() { (0, "fresh") } else { (stale, "stale") };
        assert_eq!(self.code(), Some(status), "{self:#?}");
        assert_eq!(json["verdict"], verdict, "{self:#?}");
        reasons.iter().map(shown).collect()
    }

    /// The code of an error in JSON, whose exit status and shape must be an error's.
    ///
    /// # Panics
    /// It is no error.
    #[track_caller]
    #[must_use]
    pub fn error_code(&self) -> String {
        assert_eq!(self.code(), Some(2), "{self:#?}");
        let json = self.json();
        assert_eq!(json["schema"], 1, "{self:#?}");
        let error = &json["error"];
        let is_text = |name: &str| error[name].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_text("code") && is_text("message") && is_text("hint"), "{self:#?}");
        assert!(error["path"].is_null() || error["path"].is_string(), "{self:#?}");
        error["code"].as_str().unwrap().to_owned()
    }
}

/// A `PATH` of these directories.
pub(crate) fn path_of(directories: &[PathBuf]) -> OsString {
    std::env::join_paths(directories).unwrap()
}
