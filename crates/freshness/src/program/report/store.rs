//! How the contents of a store are printed: a few lines a slot, or a list of them.

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::super::cli::Format;
use super::{JsonDuration, Palette, Report, ended, print_json};
use crate::store::Contents;
use crate::{Escaped, SlotSummary};

/// How much of a key tells it from others at a glance.
const KEY_SHOWN: usize = 12;

impl Report<'_> {
    /// Prints what a store holds; gives the exit status.
    pub(in super::super) fn store(&self, store: &Path, contents: &Contents) -> ExitCode {
        let printed = match self.command.options.format {
            Format::Json => print_json(&self.json_store(store, contents)),
            Format::Text => print_contents(store, contents, self.palette()),
        };
        ended(self.notes, printed, ExitCode::SUCCESS)
    }

    fn json_store<'c>(&self, store: &Path, contents: &'c Contents) -> JsonStore<'c> {
        let escaped = |names: &[std::ffi::OsString]| {
            names.iter().map(|name| Escaped::os_str(name).to_string()).collect()
        };
        JsonStore {
            schema: 1,
            command: "list",
            store: Escaped::path(store).to_string(),
            slots: contents.slots.iter().map(JsonSlot::new).collect(),
            foreign: escaped(&contents.foreign),
            leftovers: escaped(&contents.leftovers),
            duration_ms: JsonDuration { total: self.milliseconds() },
        }
    }
}

fn print_contents(store: &Path, contents: &Contents, palette: Palette) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if contents.slots.is_empty() {
        writeln!(out, "no slots in {}", Escaped::path(store))?;
    }
    for slot in &contents.slots {
        print_slot(&mut out, slot, palette)?;
    }
    for name in &contents.foreign {
        writeln!(out, "not ours: {}", Escaped::os_str(name))?;
    }
    for name in &contents.leftovers {
        writeln!(out, "left over, or of a process at work: {}", Escaped::os_str(name))?;
    }
    out.flush()
}

fn print_slot(out: &mut impl Write, slot: &SlotSummary, palette: Palette) -> io::Result<()> {
    let Palette { strong, bad, .. } = palette;
    let tool = slot.tool.as_deref().unwrap_or("a tool that is not known");
    writeln!(out, "{strong}{}{strong:#} of {tool}", &slot.key[..KEY_SHOWN])?;
    if let Some(problem) = &slot.problem {
        writeln!(out, "  {bad}cannot serve{bad:#}: {problem}")?;
    }
    for fact in &slot.profile {
        if let Some(value) = &fact.value {
            writeln!(out, "  {}: {}", fact.name, Escaped::text(value))?;
        }
    }
    if let Some(workspace) = &slot.workspace {
        writeln!(out, "  workspace: {workspace}")?;
    }
    if let Some(serving) = slot.serving {
        let kept = slot.generations.iter().filter(|generation| **generation != serving);
        let kept: Vec<String> = kept.map(u64::to_string).collect();
        match kept.is_empty() {
            true => writeln!(out, "  generation: {serving}")?,
            false => writeln!(out, "  generation: {serving}, kept {}", kept.join(", "))?,
        }
    }
    let sizes = slot.sizes;
    writeln!(
        out,
        "  size: {}: archives {}, target {}, stamps {}",
        Bytes(sizes.total()),
        Bytes(sizes.archives),
        Bytes(sizes.target),
        Bytes(sizes.stamps)
    )?;
    match slot.last_use {
        Some(time) => writeln!(out, "  used: {} ago", Age(time)),
        None => writeln!(out, "  used: not known"),
    }
}

/// A number of bytes in the unit that suits it.
pub(super) struct Bytes(pub(super) u64);

impl Display for Bytes {
    #[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units.iter().find(|(bits, _)| self.0 >> bits > 0) {
            Some((bits, unit)) => write!(f, "{:.1} {unit}", self.0 as f64 / (1u64 << bits) as f64),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// How long ago something was, to the second; what lies ahead was now.
struct Age(SystemTime);

impl Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = SystemTime::now().duration_since(self.0).unwrap_or_default();
        humantime::format_duration(Duration::from_secs(age.as_secs())).fmt(f)
    }
}

#[derive(Serialize)]
struct JsonStore<'a> {
    schema: u32,
    command: &'a str,
    store: String,
    slots: Vec<JsonSlot<'a>>,
    foreign: Vec<String>,
    leftovers: Vec<String>,
    duration_ms: JsonDuration,
}

#[derive(Serialize)]
struct JsonSlot<'a> {
    key: &'a str,
    problem: Option<String>,
    tool: Option<&'a str>,
    workspace: Option<&'a str>,
    /// As the stamp has them: lists as quoted words.
    profile: serde_json::Map<String, serde_json::Value>,
    generation: Option<u64>,
    generations: &'a [u64],
    size: JsonSizes,
    built_at: Option<u64>,
    last_use_at: Option<u64>,
}

#[derive(Serialize)]
struct JsonSizes {
    archives_bytes: u64,
    target_bytes: u64,
    stamps_bytes: u64,
}

impl<'a> JsonSlot<'a> {
    fn new(slot: &'a SlotSummary) -> Self {
        let fact = |fact: &freshness_core::Fact| {
            (fact.name.clone(), fact.value.clone().map_or(serde_json::Value::Null, Into::into))
        };
        Self {
            key: &slot.key,
            problem: slot.problem.clone(),
            tool: slot.tool.as_deref(),
            workspace: slot.workspace.as_deref(),
            profile: slot.profile.iter().map(fact).collect(),
            generation: slot.serving,
            generations: &slot.generations,
            size: JsonSizes {
                archives_bytes: slot.sizes.archives,
                target_bytes: slot.sizes.target,
                stamps_bytes: slot.sizes.stamps,
            },
            built_at: slot.built.and_then(seconds),
            last_use_at: slot.last_use.and_then(seconds),
        }
    }
}

/// Seconds after the epoch.
fn seconds(time: SystemTime) -> Option<u64> {
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_the_unit_that_suits_them() {
        let shown = [0, 1023, 1 << 10, 1536, 5 << 20, 3 << 30].map(|n| Bytes(n).to_string());
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "5.0 MiB", "3.0 GiB"]);
    }
}
