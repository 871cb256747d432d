//! The file systems of the store and of the sources: what their stats are worth, and what that means.
//!
//! On the store's, everything is tried. Sources are only looked at: where they share the store's file
//! system, what was tried holds for them as well; elsewhere it is not known, and said to be so.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use freshness_core::Escaped;
use freshness_core::sys::identity_of;

use super::Patient;
use super::finding::{Finding, Status};
use super::kinds::{self, Reach};
use super::probes::{Behaviour, Probes};

/// What the stats of sources are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stats {
    /// A file whose stat is as it was is as it was.
    Tell,
    /// It may not be: others keep the times, or it could not be tried.
    Doubtful,
    /// It need not be: ctime does not tell of a write.
    Mislead,
}

/// From here on a tick is long enough for two saves by hand.
const COARSE_TICK: Duration = Duration::from_millis(500);
/// The same clock, read in another way.
const NEAR: Duration = Duration::from_secs(1);

/// Tries the store's file system.
pub(super) fn examine_store(store: &Path) -> (Vec<Finding>, Option<Behaviour>) {
    let mut findings = vec![kind("store-file-system", store)];
    match Probes::new(store).map(|probes| probes.behaviour()) {
        Ok(behaviour) => {
            findings.extend(of_behaviour(&behaviour));
            (findings, Some(behaviour))
        }
        Err(error) => {
            let detail = format!("nothing could be tried: {error}");
            findings.push(Finding::new("probes", Status::Bad, detail, "make the store writable"));
            (findings, None)
        }
    }
}

fn kind(code: &'static str, path: &Path) -> Finding {
    let shown = Escaped::path(path);
    match kinds::of(path) {
        Some(kind) if kind.reach == Reach::Local => {
            Finding::ok(code, format!("{shown} is on {}", kind.name))
        }
        Some(kind) => Finding::new(
            code,
            Status::Warn,
            format!("{shown} is on {}, which others may change or delay", kind.name),
            match code {
                "store-file-system" => "set `store` to a local disk",
                _ => "keep sources on a local disk, or have their bytes read",
            },
        ),
        None => Finding::new(
            code,
            Status::Note,
            format!("{shown} is on a file system of a kind that is not known here"),
            "nothing, where the findings about it are good",
        ),
    }
}

/// A finding for each probe.
fn of_behaviour(found: &Behaviour) -> Vec<Finding> {
    vec![
        tick(&found.tick),
        precision(&found.precision),
        clock(&found.clock_offset),
        yes(
            "ctime",
            &found.ctime_moves,
            "a write whose modification time was set back shows in ctime",
            Status::Warn,
            "a write whose modification time was set back cannot be seen",
            "have bytes read: `reread = \"always\"` of the strategy hash",
        ),
        yes(
            "inodes",
            &found.inodes_hold,
            "a file keeps its inode over a rename",
            Status::Warn,
            "inodes do not stay with their files",
            "use the strategy hash: mtime calls unchanged files changed here",
        ),
        yes(
            "locks",
            &found.locks_exclude,
            "a lock keeps a second handle out, and ends with its holder",
            Status::Bad,
            "a lock does not keep a second handle out: builds would run at once",
            "set `store` to a file system whose locks work",
        ),
        syncs(&found.syncs),
        yes(
            "reflinks",
            &found.reflinks,
            "archives are published without copying their bytes",
            Status::Note,
            "copies cannot share blocks: archives are published byte by byte",
            "nothing; btrfs, xfs and others can",
        ),
        yes(
            "case",
            &found.case_matters,
            "names that differ in case are two names",
            Status::Note,
            "names that differ in case are one name",
            "write a name in one way: listed inputs are compared letter by letter",
        ),
    ]
}

fn untried(code: &'static str, error: &io::Error) -> Finding {
    let detail = format!("could not be tried: {error}");
    Finding::new(code, Status::Warn, detail, "see the system's message")
}

fn yes(
    code: &'static str,
    found: &io::Result<bool>,
    good: &str,
    status: Status,
    otherwise: &str,
    advice: &str,
) -> Finding {
    match found {
        Ok(true) => Finding::ok(code, good),
        Ok(false) => Finding::new(code, status, otherwise, advice),
        // Without locks no build can begin.
        Err(error) if status == Status::Bad => {
            let detail = format!("cannot be used: {error}");
            Finding::new(code, status, detail, advice)
        }
        Err(error) => untried(code, error),
    }
}

fn tick(found: &io::Result<Duration>) -> Finding {
    match found {
        Ok(tick) if *tick >= COARSE_TICK => Finding::new(
            "tick",
            Status::Warn,
            format!("modification times move in steps of {}", shown(*tick)),
            "nothing for the strategy hash, which reads what was saved in the step of a look; \
             mtime calls it stale",
        ),
        Ok(tick) => {
            Finding::ok("tick", format!("modification times move in steps of {}", shown(*tick)))
        }
        Err(error) => untried("tick", error),
    }
}

fn precision(found: &io::Result<Duration>) -> Finding {
    let said = |step: &Duration| format!("times are kept to {}", shown(*step));
    match found {
        Ok(step) if *step >= COARSE_TICK => Finding::new(
            "precision",
            Status::Warn,
            said(step),
            "archives and sources that are copied elsewhere and back differ in their times",
        ),
        Ok(step) => Finding::ok("precision", said(step)),
        Err(error) => untried("precision", error),
    }
}

fn clock(found: &io::Result<Duration>) -> Finding {
    match found {
        Ok(offset) if *offset > NEAR => Finding::new(
            "clock",
            Status::Note,
            format!("the file system's clock is {} from this machine's", shown(*offset)),
            "verdicts go by the file system's clock alone; set the clocks right for cargo's sake",
        ),
        Ok(_) => Finding::ok("clock", "the file system's clock is this machine's, to a second"),
        Err(error) => untried("clock", error),
    }
}

fn syncs(found: &io::Result<()>) -> Finding {
    match found {
        Ok(()) => Finding::ok("durable", "files and directories can be made durable"),
        Err(error) => Finding::new(
            "durable",
            Status::Bad,
            format!("files or directories cannot be made durable: {error}"),
            "set `store` to a file system that can: a stamp must not outlive its archives",
        ),
    }
}

/// Looks at the sources' file system; `tried` is what was tried on the store's.
pub(super) fn examine_sources(
    patient: &Patient<'_>,
    tried: Option<&Behaviour>,
) -> (Vec<Finding>, Stats) {
    let sources = patient.workspace;
    let device = |path: &Path| {
        let identity = fs::metadata(path).ok().and_then(|metadata| identity_of(&metadata));
        identity.map(|(device, _)| device)
    };
    let of_sources = device(sources);
    let is_one = of_sources.is_some() && of_sources == patient.store.and_then(device);
    let reach = kinds::of(sources).map(|kind| kind.reach);
    let stats = worth(reach, tried.filter(|_| is_one));
    let where_it_is = match (is_one, tried.is_some()) {
        (true, true) => Finding::ok("sources", "they are on the store's file system, as tried"),
        _ => Finding::new(
            "sources",
            Status::Note,
            "they are not where anything was tried, and nothing is written beside them",
            "set `store` to their file system to have it tried",
        ),
    };
    (vec![kind("sources-file-system", sources), where_it_is], stats)
}

/// What stats are worth on a file system of this reach, where this was tried.
fn worth(reach: Option<Reach>, tried: Option<&Behaviour>) -> Stats {
    match (reach, tried) {
        (_, Some(Behaviour { ctime_moves: Ok(false), .. })) => Stats::Mislead,
        (Some(Reach::Shared), _) | (None, None) => Stats::Doubtful,
        (_, Some(Behaviour { ctime_moves: Ok(true), tick: Ok(_), .. })) => Stats::Tell,
        (_, Some(_)) => Stats::Doubtful,
        (Some(Reach::Local), None) => Stats::Tell,
    }
}

fn shown(duration: Duration) -> String {
    match duration.as_nanos() {
        nanos @ 0..1_000 => format!("{nanos} ns"),
        nanos @ 1_000..1_000_000 => format!("{} µs", nanos / 1_000),
        nanos @ 1_000_000..1_000_000_000 => format!("{} ms", nanos / 1_000_000),
        _ => format!("{} s", duration.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file system on which everything is as it should be.
    fn sound() -> Behaviour {
        Behaviour {
            tick: Ok(Duration::from_millis(4)),
            precision: Ok(Duration::from_nanos(1)),
            clock_offset: Ok(Duration::ZERO),
            ctime_moves: Ok(true),
            inodes_hold: Ok(true),
            locks_exclude: Ok(true),
            syncs: Ok(()),
            reflinks: Ok(true),
            case_matters: Ok(true),
        }
    }

    fn refused<T>() -> io::Result<T> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "the system's words"))
    }

    fn lines(found: &Behaviour) -> String {
        let line = |f: Finding| {
            let advice = f.advice.unwrap_or_default();
            format!("{} {}: {} [{advice}]", f.status.word(), f.code, f.detail)
        };
        of_behaviour(found).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_probe_has_its_words() {
        let coarse = Behaviour {
            tick: Ok(Duration::from_secs(2)),
            precision: Ok(Duration::from_secs(2)),
            clock_offset: Ok(Duration::from_secs(90)),
            ctime_moves: Ok(false),
            inodes_hold: Ok(false),
            locks_exclude: Ok(false),
            syncs: refused(),
            reflinks: Ok(false),
            case_matters: Ok(false),
        };
        let none = Behaviour {
            tick: refused(),
            precision: refused(),
            clock_offset: refused(),
            ctime_moves: refused(),
            inodes_hold: refused(),
            locks_exclude: refused(),
            syncs: refused(),
            reflinks: refused(),
            case_matters: refused(),
        };
        insta::assert_snapshot!([sound(), coarse, none].each_ref().map(lines).join("\n\n"));
    }

    #[test]
    fn stats_are_worth_what_was_tried_or_is_known() {
        let blind = Behaviour { ctime_moves: Ok(false), ..sound() };
        let untried = Behaviour { ctime_moves: refused(), ..sound() };
        assert_eq!(worth(Some(Reach::Local), Some(&sound())), Stats::Tell);
        assert_eq!(worth(Some(Reach::Local), None), Stats::Tell);
        assert_eq!(worth(Some(Reach::Shared), Some(&sound())), Stats::Doubtful);
        assert_eq!(worth(Some(Reach::Local), Some(&blind)), Stats::Mislead);
        assert_eq!(worth(Some(Reach::Local), Some(&untried)), Stats::Doubtful);
        assert_eq!(worth(None, Some(&sound())), Stats::Tell);
        assert_eq!(worth(None, None), Stats::Doubtful);
    }

    #[test]
    fn durations_are_shown_short() {
        let shorts = [1, 4_000, 4_000_000, 2_000_000_000].map(Duration::from_nanos).map(shown);
        assert_eq!(shorts, ["1 ns", "4 µs", "4 ms", "2 s"]);
    }
}
