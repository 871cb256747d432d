//! How it is printed what a shared storage has, got, lost, and how it stands.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::super::cli::{Action, Format};
use super::store::Bytes;
use super::{
    JsonDuration, JsonError, JsonReason, Report, STALE, TROUBLE, ended, print_json, shown_reason,
};
use crate::BuildError;
use crate::remote::storage::Stored;
use crate::remote::{Asked, Origin, Pruned, Status, Uploaded};
use crate::{DryRun, Escaped, Outcome};

/// How much of a key or an identity tells it from others at a glance.
const DIGITS: usize = 8;

/// What became of `remote put`.
pub(in super::super) enum Put {
    /// It is there.
    There(Uploaded),
    /// The archives are stale here.
    Stale(Box<Outcome>),
}

/// Where archives came from, in a few words.
pub(super) fn origin(origin: &Origin) -> String {
    let Origin { storage, namespace, signer, .. } = origin;
    let signer = signer.get(..DIGITS).unwrap_or(signer);
    Escaped::text(&format!("from {storage}, namespace {namespace}, signed by {signer}…"))
        .to_string()
}

impl Report<'_> {
    /// Prints how a storage stands; gives the exit status.
    pub(in super::super) fn storage(&self, status: &Status) -> ExitCode {
        let printed = match self.command.options.format {
            Format::Json => print_json(&self.json_status(status)),
            Format::Text => print_status(status),
        };
        let exit = match &status.reachable {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let hint = error.trouble.hint();
                self.notes.error(&format!("failed to {error}\n  hint: {hint}"));
                ExitCode::from(TROUBLE)
            }
        };
        ended(self.notes, printed, exit)
    }

    /// Prints what was put; gives the exit status.
    pub(in super::super) fn put(&self, put: &Put) -> ExitCode {
        let (printed, exit) = match (self.command.options.format, put) {
            (_, Put::There(Uploaded::Not { because })) => {
                let (problem, hint) = (because.clone(), "see what keeps it from being shared");
                return self.error(&BuildError::Remote { problem, hint }.into());
            }
            (Format::Json, Put::There(_)) => (print_json(&self.json_put(put)), ExitCode::SUCCESS),
            (Format::Json, Put::Stale(_)) => (print_json(&self.json_put(put)), STALE.into()),
            (Format::Text, Put::There(there)) => (print_put(there), ExitCode::SUCCESS),
            (Format::Text, Put::Stale(outcome)) => (self.print_stale(outcome), STALE.into()),
        };
        ended(self.notes, printed, exit)
    }

    /// Prints what was removed from a storage, or would be; gives the exit status.
    pub(in super::super) fn pruned(&self, pruned: &Pruned) -> ExitCode {
        let dry_run =
            matches!(self.command.action, Action::RemotePrune { dry_run: DryRun::Yes, .. });
        let printed = match self.command.options.format {
            Format::Json => print_json(&self.json_pruned(pruned, dry_run)),
            Format::Text => print_pruned(pruned, if dry_run { "would remove" } else { "removed" }),
        };
        ended(self.notes, printed, ExitCode::SUCCESS)
    }

    fn print_stale(&self, outcome: &Outcome) -> io::Result<()> {
        let palette = self.palette();
        let mut out = io::stdout().lock();
        writeln!(out, "{bad}stale{bad:#}: nothing was put; build first", bad = palette.bad)?;
        for reason in outcome.verdict.reasons.iter().take(super::REASONS_SHOWN) {
            writeln!(out, "  {}", shown_reason(reason, &outcome.root, palette))?;
        }
        out.flush()
    }

    fn json_status(&self, status: &Status) -> JsonStatus {
        let shown = |text: &String| Escaped::text(text).to_string();
        let error = status.reachable.as_ref().err().map(|error| JsonError {
            code: "remote-storage",
            message: Escaped::lines(&format!("failed to {error}")).to_string(),
            path: None,
            hint: error.trouble.hint().into(),
        });
        JsonStatus {
            schema: 1,
            command: self.command.action.word(),
            profile: Escaped::text(&self.command.options.profile).to_string(),
            storage: shown(&status.storage),
            reachable: error.is_none(),
            error,
            namespace: status.namespace.clone(),
            also_read: status.also_read.clone(),
            writes: status.writes && status.public_key.is_some(),
            public_key: status.public_key.clone(),
            trusted: (status.trusted.iter())
                .map(|(namespace, public_key)| JsonTrusted {
                    namespace: namespace.clone(),
                    public_key: public_key.clone(),
                })
                .collect(),
            closure: status.closure.clone(),
            shapes: status.shapes,
            identity: status.identity.clone(),
            stored: status.stored,
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }

    fn json_put<'p>(&self, put: &'p Put) -> JsonPut<'p> {
        let (outcome, identity, archives, bytes) = match put {
            Put::There(Uploaded::Put { identity, archives, bytes }) => {
                ("put", Some(identity.as_str()), *archives, *bytes)
            }
            Put::There(Uploaded::AlreadyThere { identity }) => {
                ("already-there", Some(identity.as_str()), 0, 0)
            }
            Put::There(Uploaded::Not { .. }) => ("not", None, 0, 0),
            Put::Stale(_) => ("stale", None, 0, 0),
        };
        let reasons = match put {
            Put::Stale(found) => (found.verdict.reasons.iter())
                .map(|reason| JsonReason::new(reason, &found.root))
                .collect(),
            Put::There(_) => Vec::new(),
        };
        JsonPut {
            schema: 1,
            command: "remote-put",
            profile: Escaped::text(&self.command.options.profile).to_string(),
            outcome,
            identity,
            archives,
            bytes,
            reasons,
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }

    fn json_pruned<'p>(&self, pruned: &'p Pruned, dry_run: bool) -> JsonPruned<'p> {
        JsonPruned {
            schema: 1,
            command: self.command.action.word(),
            dry_run,
            removed: pruned.removed.iter().map(JsonStored::new).collect(),
            removed_bytes: pruned.removed_bytes,
            kept: pruned.kept,
            kept_bytes: pruned.kept_bytes,
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

fn print_status(status: &Status) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut line = |label: &str, text: &str| writeln!(out, "{label:9}  {}", Escaped::text(text));
    let answers = if status.reachable.is_ok() { "ready" } else { "not ready" };
    line("storage", &format!("{}, {answers}", status.storage))?;
    let does =
        if status.writes && status.public_key.is_some() { "written and read" } else { "read" };
    line("namespace", &format!("{}, {does}", status.namespace))?;
    for namespace in &status.also_read {
        line("", &format!("{namespace}, read"))?;
    }
    match &status.public_key {
        Some(key) => line("key", &format!("{key}, believed in {}", status.namespace))?,
        None => line("key", "none to sign with")?,
    }
    for (namespace, key) in &status.trusted {
        line("trusted", &format!("{key}, in {namespace}"))?;
    }
    if let Some(closure) = &status.closure {
        let count = status.shapes;
        let shapes = match (&status.reachable, count) {
            (Err(_), _) => "not known what of it is there".to_owned(),
            (Ok(()), 1) => "1 shape of builds known".to_owned(),
            (Ok(()), _) => format!("{count} shapes of builds known"),
        };
        line("closure", &format!("{closure}, {shapes}"))?;
    }
    if let Some(identity) = &status.identity {
        let stored = match status.stored {
            Some(true) => "stored",
            Some(false) => "not stored",
            None => "not known whether it is stored",
        };
        line("identity", &format!("{identity}, {stored}"))?;
    }
    out.flush()
}

fn print_put(uploaded: &Uploaded) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match uploaded {
        Uploaded::Put { identity, archives, bytes } => {
            writeln!(out, "put {identity}: {}", amount(*archives, *bytes))?;
        }
        Uploaded::AlreadyThere { identity } => writeln!(out, "there already: {identity}")?,
        Uploaded::Not { because } => writeln!(out, "not put: {}", Escaped::text(because))?,
    }
    out.flush()
}

/// So many archives, and how many bytes they have.
pub(super) fn amount(archives: usize, bytes: u64) -> String {
    let archives = if archives == 1 { "1 archive".into() } else { format!("{archives} archives") };
    format!("{archives} ({})", Bytes(bytes))
}

fn print_pruned(pruned: &Pruned, verb: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Stored { name, bytes, .. } in &pruned.removed {
        writeln!(out, "{verb} {}: {}", Escaped::text(name), Bytes(*bytes))?;
    }
    let (count, gone) = (pruned.removed.len(), Bytes(pruned.removed_bytes));
    let (kept, left) = (pruned.kept, Bytes(pruned.kept_bytes));
    writeln!(out, "{verb} {count} ({gone}); {kept} ({left}) are kept")?;
    out.flush()
}

/// `origin` of an answer.
#[derive(Serialize)]
pub(super) struct JsonOrigin {
    storage: String,
    namespace: String,
    identity: String,
    signer: String,
}

impl JsonOrigin {
    pub(super) fn new(origin: &Origin) -> Self {
        let shown = |text: &str| Escaped::text(text).to_string();
        Self {
            storage: shown(&origin.storage),
            namespace: shown(&origin.namespace),
            identity: shown(&origin.identity),
            signer: shown(&origin.signer),
        }
    }
}

/// What the storage had to do with an answer.
#[derive(Serialize)]
pub(super) struct JsonRemote {
    asked: &'static str,
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploaded: Option<bool>,
}

impl JsonRemote {
    pub(super) fn new(asked: &Asked, uploaded: Option<bool>) -> Self {
        let (asked, detail) = match asked {
            Asked::Hit => ("hit", None),
            Asked::Miss(why) => ("miss", Some(why)),
            Asked::Failed(why) | Asked::Refused(why) => ("failed", Some(why)),
            _ => ("no", None),
        };
        let detail = detail.map(|detail| Escaped::lines(detail).to_string());
        Self { asked, detail, uploaded }
    }
}

#[derive(Serialize)]
struct JsonStatus {
    schema: u32,
    command: &'static str,
    profile: String,
    storage: String,
    reachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonError<'static>>,
    namespace: String,
    also_read: Vec<String>,
    writes: bool,
    public_key: Option<String>,
    trusted: Vec<JsonTrusted>,
    closure: Option<String>,
    shapes: usize,
    identity: Option<String>,
    stored: Option<bool>,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonTrusted {
    namespace: String,
    public_key: String,
}

#[derive(Serialize)]
struct JsonPut<'a> {
    schema: u32,
    command: &'a str,
    profile: String,
    outcome: &'a str,
    identity: Option<&'a str>,
    archives: usize,
    bytes: u64,
    reasons: Vec<JsonReason>,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonPruned<'a> {
    schema: u32,
    command: &'a str,
    dry_run: bool,
    removed: Vec<JsonStored<'a>>,
    removed_bytes: u64,
    kept: usize,
    kept_bytes: u64,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonStored<'a> {
    name: &'a str,
    bytes: u64,
    /// Seconds after the epoch.
    put_at: Option<u64>,
}

impl<'a> JsonStored<'a> {
    fn new(Stored { name, bytes, modified }: &'a Stored) -> Self {
        let seconds = |time: &SystemTime| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs());
        Self { name, bytes: *bytes, put_at: modified.as_ref().and_then(seconds) }
    }
}
