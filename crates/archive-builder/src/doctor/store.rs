//! The store: there, ours, private, writable, with room, tagged, and holding nothing that is not ours.

use std::fs;
use std::io;
use std::path::Path;

use freshness_core::Escaped;

use super::finding::{Finding, Status};
use super::probes::Probes;
use crate::error::BuildError;
use crate::removal;
use crate::slot::{self, Part};
use crate::{key, store, sys};

/// Below this a build of any size is likely to fail.
const SCARCE_BYTES: u64 = 64 << 20;
/// Below this a build of some size may.
const TIGHT_BYTES: u64 = 1 << 30;

/// What there is to say, and whether anything may be written there.
pub(super) fn examine(store: &Path) -> (Vec<Finding>, bool) {
    let place = match place(store) {
        Ok(place) => place,
        Err(finding) => return (vec![finding], false),
    };
    let mut findings = vec![place];
    let written = Probes::new(store).and_then(|probes| probes.write());
    findings.push(writable(store, &written));
    findings.push(room(store));
    // It would not have been believed, or would have been tagged, otherwise.
    findings.push(Finding::ok("store-tag", "backups pass the store over (CACHEDIR.TAG)"));
    findings.push(slots(store));
    (findings, written.is_ok())
}

const WRITABLE: &str = "make that place writable, or set `store` to one that is";

/// Makes the store where it is missing, and says whether it can be believed.
fn place(store: &Path) -> Result<Finding, Finding> {
    let shown = Escaped::path(store);
    let bad =
        |detail: String, advice: &str| Err(Finding::new("store", Status::Bad, detail, advice));
    let was_there = fs::metadata(store).is_ok();
    let distrusted = |store: &Path| slot::distrust(store, Part::Store);
    let made = match distrusted(store) {
        Ok(None) => slot::make_store(store).map_err(|error| {
            let advice = match error {
                BuildError::Untrusted { .. } => "set `store` to a directory of its own",
                _ => WRITABLE,
            };
            (error.to_string(), advice)
        }),
        Ok(Some(_)) => Ok(()),
        Err(error) => Err((format!("look at {shown}: {error}"), WRITABLE)),
    };
    if let Err((problem, advice)) = made {
        return bad(format!("failed to {problem}"), advice);
    }
    match distrusted(store) {
        Ok(None) if was_there => Ok(Finding::ok("store", format!("{shown} is yours alone"))),
        Ok(None) => Ok(Finding::ok("store", format!("{shown} was not there and is made"))),
        Ok(Some(problem)) => bad(
            format!("{shown} is not believed: {problem}"),
            "set `store` to a directory of your own that no one else may write",
        ),
        Err(error) => bad(format!("{shown}: {error}"), "set `store` to a place that can be read"),
    }
}

fn writable(store: &Path, written: &io::Result<()>) -> Finding {
    let shown = Escaped::path(store);
    match written {
        Ok(()) => Finding::ok("store-writable", "a file was written, made durable and removed"),
        Err(error) => {
            let advice = match error.kind() {
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge => "free some space",
                _ => "make it writable, or set `store` to a place that is",
            };
            let detail = format!("{shown} cannot be written: {error}");
            Finding::new("store-writable", Status::Bad, detail, advice)
        }
    }
}

fn room(store: &Path) -> Finding {
    let (bytes, no_files) = match sys::room(store) {
        Ok(room) => room,
        Err(error) => {
            let detail = format!("the free space cannot be told: {error}");
            return Finding::new("store-space", Status::Warn, detail, "see the system's message");
        }
    };
    judge_room(bytes, no_files)
}

fn judge_room(bytes: u64, no_files: bool) -> Finding {
    let advice = "free some space, or set `store` to a disk that has some";
    if no_files {
        let detail = "no more files can be made, whatever space is free";
        return Finding::new("store-space", Status::Bad, detail, advice);
    }
    let free = format!("{} MiB free", bytes >> 20);
    match bytes {
        0..SCARCE_BYTES => Finding::new("store-space", Status::Bad, free, advice),
        SCARCE_BYTES..TIGHT_BYTES => Finding::new("store-space", Status::Warn, free, advice),
        _ => Finding::ok("store-space", free),
    }
}

/// Counts what lies in the store; what is not a sound slot is named.
fn slots(dir: &Path) -> Finding {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            let detail = format!("cannot be listed: {error}");
            return Finding::new("slots", Status::Bad, detail, "make the store readable");
        }
    };
    let (mut count, mut foreign, mut distrusted) = (0, Vec::new(), Vec::new());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let shown = Escaped::os_str(&name).to_string();
        match name.to_str() {
            Some(removal::TAG_NAME) => {}
            // Of a process at work beside us, or left over for the next collection.
            Some(name) if store::is_leftover(name) => {}
            Some(name) if key::is_key(name) => {
                count += 1;
                match slot::distrust(&entry.path(), Part::Slot) {
                    Ok(None) => {}
                    Ok(Some(problem)) => distrusted.push(format!("{shown}: {problem}")),
                    Err(error) => distrusted.push(format!("{shown}: {error}")),
                }
            }
            _ => foreign.push(shown),
        }
    }
    foreign.sort();
    distrusted.sort();
    let slots = if count == 1 { "1 slot".to_owned() } else { format!("{count} slots") };
    if !distrusted.is_empty() {
        let detail = format!("not believed: {}", distrusted.join("; "));
        return Finding::new("slots", Status::Bad, detail, "remove them; they are built again");
    }
    if !foreign.is_empty() {
        let detail = format!("{slots}, and what is not ours: {}", foreign.join(", "));
        let advice = "nothing reads it; move it to a place of its own";
        return Finding::new("slots", Status::Warn, detail, advice);
    }
    Finding::ok("slots", slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_judged_by_bytes_and_by_files() {
        let status = |bytes, no_files| judge_room(bytes, no_files).status;
        assert_eq!(status(0, false), Status::Bad);
        assert_eq!(status(SCARCE_BYTES - 1, false), Status::Bad);
        assert_eq!(status(SCARCE_BYTES, false), Status::Warn);
        assert_eq!(status(TIGHT_BYTES, false), Status::Ok);
        assert_eq!(status(TIGHT_BYTES, true), Status::Bad);
    }
}
