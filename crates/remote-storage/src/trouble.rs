//! What a service's failure means for those who asked, and its words without anything secret.
//!
//! OpenDAL has one error for every service, whose text carries addresses, headers and whole answers. What is kept
//! of it is the service's own sentence, in one line, without control characters, queries of urls, or any of the
//! credentials that were given.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use archive_builder::remote::storage::Trouble;
use opendal::ErrorKind;

/// As much of a service's words as is passed on, in characters.
const MAX_WORDS: usize = 240;

/// A failure, before it is known what was tried of which body.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) trouble: Trouble,
    pub(crate) problem: String,
    /// Whether the same may work a moment later.
    pub(crate) may_pass: bool,
}

impl Failure {
    pub(crate) fn new(trouble: Trouble, problem: impl Into<String>) -> Self {
        Self { trouble, problem: problem.into(), may_pass: false }
    }

    pub(crate) fn silent(silence: Duration) -> Self {
        Self::new(Trouble::TimedOut, format!("it said nothing for {silence:?}"))
    }

    pub(crate) fn slow(transfer: Duration) -> Self {
        Self::new(Trouble::TimedOut, format!("it took longer than {transfer:?}"))
    }

    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(Trouble::TooLarge, format!("it is longer than {limit} bytes"))
    }

    pub(crate) fn local(error: &io::Error) -> Self {
        Self::new(Trouble::Local, error.to_string())
    }

    pub(crate) fn is_absence(error: &opendal::Error) -> bool {
        error.kind() == ErrorKind::NotFound
    }
}

/// A failure that our own HTTP client found, on its way through OpenDAL.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) trouble: Trouble,
    pub(crate) problem: String,
    pub(crate) may_pass: bool,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl Error for Found {}

impl From<Found> for opendal::Error {
    fn from(found: Found) -> Self {
        let error = Self::new(ErrorKind::Unexpected, "").with_temporary(found.may_pass);
        error.set_source(found)
    }
}

impl From<opendal::Error> for Failure {
    fn from(error: opendal::Error) -> Self {
        let chain: Vec<&(dyn Error + 'static)> =
            std::iter::successors(error.source(), |error: &&(dyn Error + 'static)| {
                (*error).source()
            })
            .collect();
        if let Some(found) = chain.iter().find_map(|error| error.downcast_ref::<Found>()) {
            let Found { trouble, problem, may_pass } = found;
            return Self { trouble: *trouble, problem: problem.clone(), may_pass: *may_pass };
        }
        if let Some(error) =
            chain.iter().find_map(|error| error.downcast_ref::<redis::RedisError>())
        {
            // OpenDAL's connections have tried again by themselves.
            return Self { may_pass: false, ..Self::from(error) };
        }
        let said = said_by(error.message());
        let innermost = chain.last().map(ToString::to_string).unwrap_or_default();
        // So the signers say it, whatever the service.
        if innermost == "failed to load signing credential" {
            let problem = "the environment has no credentials for it, and it wants requests signed";
            return Self::new(Trouble::Denied, problem);
        }
        let problem = match (said.is_empty(), innermost.is_empty()) {
            (true, true) => SPEECHLESS.to_owned(),
            (false, true) => said,
            (true, false) => innermost,
            (false, false) => format!("{said}: {innermost}"),
        };
        let io = chain.iter().find_map(|error| error.downcast_ref::<io::Error>());
        let trouble = match (error.kind(), io) {
            _ if says_it_is_full(&problem) => Trouble::Full,
            (ErrorKind::PermissionDenied, _) => Trouble::Denied,
            (ErrorKind::Unsupported, _) => Trouble::Unsupported,
            (_, Some(io)) => of_system(io.kind()),
            _ if problem.contains("credential") => Trouble::Denied,
            _ => Trouble::Answer,
        };
        let may_pass = error.is_temporary() && trouble == Trouble::Answer;
        Self { trouble, problem, may_pass }
    }
}

impl From<redis::RedisError> for Failure {
    fn from(error: redis::RedisError) -> Self {
        Self::from(&error)
    }
}

impl From<&redis::RedisError> for Failure {
    fn from(error: &redis::RedisError) -> Self {
        let problem = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.category()),
            None => error.to_string(),
        };
        let code = error.code().unwrap_or_default();
        let denied = ["NOAUTH", "NOPERM", "WRONGPASS", "READONLY"];
        let (trouble, may_pass) = match error.kind() {
            _ if error.is_timeout() => (Trouble::TimedOut, false),
            redis::ErrorKind::AuthenticationFailed => (Trouble::Denied, false),
            _ if denied.iter().any(|word| code == *word || problem.contains(word)) => {
                (Trouble::Denied, false)
            }
            _ if code == "OOM" || problem.contains("maxmemory") => (Trouble::Full, false),
            redis::ErrorKind::Io => (Trouble::Unreachable, true),
            _ => (Trouble::Answer, false),
        };
        Self { trouble, problem, may_pass }
    }
}

/// What an error of the system means, of a service that is one.
pub(crate) fn of_system(kind: io::ErrorKind) -> Trouble {
    match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Trouble::Denied,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Trouble::Full,
        io::ErrorKind::TimedOut => Trouble::TimedOut,
        io::ErrorKind::FileTooLarge => Trouble::TooLarge,
        _ => Trouble::Unreachable,
    }
}

/// Whether a service says that it takes no more, as those do that have no status for it.
pub(crate) fn says_it_is_full(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["quotaexceeded", "quota exceeded", "storagefull", "insufficientstorage", "no space left"]
        .iter()
        .any(|sign| words.contains(sign))
}

/// Of an answer that has no sentence.
const SPEECHLESS: &str = "it refuses without a word";

/// The sentence in OpenDAL's rendering of an answer: `S3Error { code: "C", message: "M", .. }` says `M (C)`.
fn said_by(message: &str) -> String {
    let field = |name: &str| {
        let (_, rest) = message.split_once(&format!("{name}: \""))?;
        let (value, _) = rest.split_once('"')?;
        (!value.is_empty()).then_some(value)
    };
    match (field("message"), field("code")) {
        (Some(sentence), Some(code)) => format!("{sentence} ({code})"),
        (Some(word), None) | (None, Some(word)) => word.to_owned(),
        (None, None) if message.contains("Error { ") => SPEECHLESS.to_owned(),
        (None, None) => match sentence_in(message) {
            sentence if sentence.is_empty() && !message.is_empty() => SPEECHLESS.to_owned(),
            sentence => sentence,
        },
    }
}

/// The sentence in a refusal's body, be it XML, JSON or neither: `<Code>C</Code><Message>M</Message>` says `M (C)`.
pub(crate) fn sentence_in(body: &str) -> String {
    let between = |start: &str, end: &str| {
        let (_, rest) = body.split_once(start)?;
        let (value, _) = rest.split_once(end)?;
        (!value.is_empty()).then_some(value)
    };
    let json = || Some(body.split_once("\"message\":")?.1.split_once('"')?.1.split_once('"')?.0);
    let sentence = between("<Message>", "</Message>").or_else(json);
    match (sentence, between("<Code>", "</Code>")) {
        (Some(sentence), Some(code)) => format!("{sentence} ({code})"),
        (Some(word), None) | (None, Some(word)) => word.to_owned(),
        // A page for people has its sentence in the title; other markup has none.
        (None, None) if body.trim_start().starts_with('<') => {
            between("<title>", "</title>").unwrap_or_default().to_owned()
        }
        (None, None) => body.trim().to_owned(),
    }
}

/// Values that appear in no message.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Those of these values that could be told from ordinary words.
    pub(crate) fn new(values: impl IntoIterator<Item = String>) -> Self {
        let mut values: Vec<String> = values.into_iter().filter(|value| value.len() >= 4).collect();
        // What holds another is taken out first.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self(values)
    }

    /// A service's words in one line, without these values and without what urls carry behind `?` and before `@`.
    pub(crate) fn scrub(&self, words: &str) -> String {
        let hidden =
            self.0.iter().fold(words.to_owned(), |words, secret| words.replace(secret, "…"));
        let line: Vec<String> = hidden.split_whitespace().map(scrub_url).collect();
        let line: String = line.join(" ").chars().filter(|c| !c.is_control()).collect();
        match line.char_indices().nth(MAX_WORDS) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

fn scrub_url(word: &str) -> String {
    let Some((scheme, rest)) = word.split_once("://") else { return word.to_owned() };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, "?…"),
        None => (rest, ""),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_appear_nowhere() {
        let secrets = Secrets::new(["hunter2".into(), "hunter2-long".into(), "a".into()]);
        let words = "no hunter2-long at\n https://me:pw@h.example/a/b?sig=abc&x=1 for \u{7}hunter2";
        assert_eq!(secrets.scrub(words), "no … at https://h.example/a/b?… for …");
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }

    #[test]
    fn words_are_one_line_of_bounded_length() {
        let scrubbed = Secrets::default().scrub(&"a\n".repeat(1000));
        assert_eq!(scrubbed.chars().count(), MAX_WORDS + 1);
        assert!(!scrubbed.contains('\n'));
    }

    #[test]
    fn an_answer_is_reduced_to_its_sentence() {
        let s3 = r#"S3Error { code: "SlowDown", message: "Please wait.", resource: "/b/k" }"#;
        assert_eq!(said_by(s3), "Please wait. (SlowDown)");
        assert_eq!(said_by("S3Error { code: \"\", message: \"\" }"), "it refuses without a word");
        assert_eq!(said_by("plain"), "plain");
    }

    #[test]
    fn a_refusal_is_reduced_to_its_sentence() {
        let cases = [
            ("<Error><Code>C</Code><Message>M.</Message><HostId>h</HostId></Error>", "M. (C)"),
            ("<Error><Code>C</Code><Message></Message></Error>", "C"),
            (r#"{"error": {"code": 403, "message": "No way."}}"#, "No way."),
            (" plain \n", "plain"),
            ("<!DOCTYPE html><html><title>409 Conflict</title><body>", "409 Conflict"),
            ("<Message>", ""),
            ("", ""),
        ];
        for (body, sentence) in cases {
            assert_eq!(sentence_in(body), sentence, "{body}");
        }
    }

    #[test]
    fn troubles_are_told_apart() {
        let of = |kind, text: &str| Failure::from(opendal::Error::new(kind, text)).trouble;
        assert_eq!(of(ErrorKind::PermissionDenied, "no"), Trouble::Denied);
        assert_eq!(of(ErrorKind::PermissionDenied, "QuotaExceeded"), Trouble::Full);
        assert_eq!(of(ErrorKind::Unsupported, "no"), Trouble::Unsupported);
        assert_eq!(of(ErrorKind::ConfigInvalid, "NoSuchBucket"), Trouble::Answer);
        let system = |kind| {
            let error = opendal::Error::new(ErrorKind::Unexpected, "write");
            Failure::from(error.set_source(io::Error::from(kind))).trouble
        };
        assert_eq!(system(io::ErrorKind::StorageFull), Trouble::Full);
        assert_eq!(system(io::ErrorKind::ReadOnlyFilesystem), Trouble::Denied);
        assert_eq!(system(io::ErrorKind::ConnectionReset), Trouble::Unreachable);
    }

    #[test]
    fn what_our_client_found_comes_through() {
        let found = || Found { trouble: Trouble::Full, problem: "507".into(), may_pass: true };
        let failure = Failure::from(opendal::Error::from(found()).with_context("a", "b"));
        assert_eq!((failure.trouble, failure.may_pass), (Trouble::Full, true));
        assert_eq!(failure.problem, "507");
    }
}
