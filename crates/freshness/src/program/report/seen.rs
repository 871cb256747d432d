//! How what was and is at a path is shown: a few words each, the same in every form of report.

use std::fmt::{self, Display};

use crate::{Change, Culprit, Digest, Kind, Reason, Seen, State, Timestamp};

/// How much of a digest tells it from others at a glance.
const DIGITS: usize = 8;

/// What was seen at a path, in one line: `a file, 29 bytes, mtime …, blake3 …`.
pub(super) fn shown(seen: &Seen) -> String {
    let mut words = vec![match &seen.state {
        State::Absent => "nothing".to_owned(),
        State::Unreadable(problem) => format!("something that cannot be looked at: {problem}"),
        State::Here(meta) => meta.kind.word().to_owned(),
        State::Link { text, .. } => {
            format!("a link to {}", crate::Escaped::os_str(text))
        }
    }];
    if let Some(meta) = seen.meta() {
        if meta.kind == Kind::File {
            words.push(format!("{} bytes", meta.len));
        }
        words.push(format!("mtime {}", Time(meta.mtime)));
    }
    words.extend(seen.digest.map(|digest| format!("blake3 {}", First(digest))));
    words.join(", ")
}

/// What differs between two looks, beyond what the reason says.
pub(super) fn differences(culprit: &Culprit) -> Vec<String> {
    let is_told = matches!(
        culprit.reason,
        Reason::InputChanged { change: Change::Length { .. }, .. } | Reason::ArchiveChanged { .. }
    );
    between(culprit.was.as_ref(), culprit.is.as_ref(), is_told)
}

fn between(was: Option<&Seen>, is: Option<&Seen>, is_length_told: bool) -> Vec<String> {
    let is_something = |seen: &&Seen| !matches!(seen.state, State::Absent);
    let (was, is) = match (was.filter(is_something), is.filter(is_something)) {
        (Some(was), Some(is)) => (was, is),
        (Some(was), None) => return vec![format!("was {}", shown(was))],
        (None, Some(is)) => return vec![format!("is {}", shown(is))],
        (None, None) => return Vec::new(),
    };
    let mut words = Vec::new();
    if let (Some(was), Some(is)) = (was.meta(), is.meta()) {
        let are_files = was.kind == Kind::File && is.kind == Kind::File;
        if are_files && was.len != is.len && !is_length_told {
            words.push(format!("length was {}, is {}", was.len, is.len));
        }
        if was.mtime != is.mtime {
            words.push(format!("mtime was {}, is {}", Time(was.mtime), Time(is.mtime)));
        } else {
            words.push(format!("mtime is {} as it was", Time(is.mtime)));
        }
    }
    match (was.digest, is.digest) {
        (Some(was), Some(is)) if was == is => {
            words.push(format!("blake3 is {} as it was", First(is)))
        }
        (Some(was), Some(is)) => words.push(format!("blake3 was {}, is {}", First(was), First(is))),
        _ => {}
    }
    words
}

/// The first digits of a digest.
struct First(Digest);

impl Display for First {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(DIGITS / 2).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A time as people read it, in UTC; as the file system has it where a calendar has no place for it.
pub(super) struct Time(pub(super) Timestamp);

impl Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The end of the year 9999.
        const LAST_SECOND: i64 = 253_402_300_799;
        if (0..=LAST_SECOND).contains(&self.0.secs) {
            return humantime::format_rfc3339(self.0.into()).fmt(f);
        }
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Meta;

    fn file(len: u64, secs: i64, digest: u8) -> Seen {
        let mtime = Timestamp { secs, nanos: 0 };
        let meta = Meta { kind: Kind::File, len, mtime, ctime: mtime, inode: 1 };
        Seen { state: State::Here(meta), digest: Some([digest; 32]) }
    }

    #[test]
    fn times_before_and_beyond_the_calendar_are_shown_in_seconds() {
        let shown = |secs| Time(Timestamp { secs, nanos: 5 }).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00.000000005Z");
        assert_eq!(shown(-5), "-4.999999995");
        assert_eq!(shown(253_402_300_800), "253402300800.000000005");
        assert_eq!(shown(i64::MAX), format!("{}.000000005", i64::MAX));
    }

    #[test]
    fn only_what_differs_is_told_and_a_time_that_was_restored() {
        let told = |was: &Seen, is: &Seen| between(Some(was), Some(is), false).join("; ");
        assert_eq!(
            told(&file(1, 0, 1), &file(1, 0, 2)),
            "mtime is 1970-01-01T00:00:00Z as it was; blake3 was 01010101, is 02020202"
        );
        assert_eq!(
            told(&file(1, 0, 1), &file(1, 1, 1)),
            "mtime was 1970-01-01T00:00:00Z, is 1970-01-01T00:00:01Z; blake3 is 01010101 as it was"
        );
        assert!(told(&file(1, 0, 1), &file(2, 0, 2)).starts_with("length was 1, is 2; "));
        let nothing = Seen { state: State::Absent, digest: None };
        assert_eq!(
            told(&nothing, &file(1, 0, 1)),
            "is a file, 1 bytes, mtime 1970-01-01T00:00:00Z, blake3 01010101"
        );
    }
}
