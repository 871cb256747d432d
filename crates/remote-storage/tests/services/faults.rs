//! Nothing hangs, nothing is taken for an answer that is none, and what is wrong is told.

use std::fmt::Write;
use std::time::{Duration, Instant};

use archive_builder::remote::storage::{Body, Storage, StorageError, Trouble};
use remote_storage::Settings;

use crate::contract::large;
use crate::faulty::{BODY, Does, Faulty, answer, nobody};
use crate::settings::{of, open, with};

const SILENCE: Duration = Duration::from_millis(300);
const TRANSFER: Duration = Duration::from_secs(2);

/// Far more than the bounds that are set: this is about ending at all.
const ENDS: Duration = Duration::from_secs(20);

fn quick(mut settings: Settings) -> Settings {
    (settings.timeout, settings.transfer_timeout) = (SILENCE, TRANSFER);
    settings.retries = 1;
    settings
}

fn s3_at(address: &str) -> Settings {
    let endpoint = format!("http://{address}");
    let settings = quick(of("s3", &[("bucket", "archives"), ("endpoint", &endpoint)]));
    let settings = with(settings, "AWS_ACCESS_KEY_ID", "an-access-key");
    with(settings, "AWS_SECRET_ACCESS_KEY", "hidden-secret-key")
}

fn redis_at(address: &str) -> Settings {
    let settings = quick(of("redis", &[("endpoint", &format!("redis://{address}"))]));
    with(settings, "REDIS_PASSWORD", "hidden-password")
}

fn webdav_at(address: &str) -> Settings {
    let settings = quick(of("webdav", &[("endpoint", &format!("http://{address}/dav"))]));
    let settings = with(settings, "WEBDAV_USERNAME", "me");
    with(settings, "WEBDAV_PASSWORD", "hidden-password")
}

/// Does `work`, which must end.
fn ending<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    assert!(started.elapsed() < ENDS, "{:?}", started.elapsed());
    done
}

/// What every call comes to, each by itself.
fn every_call(storage: &dyn Storage) -> Vec<Result<String, StorageError>> {
    let body = [7; 1000];
    let mut kept = Vec::new();
    vec![
        ending(|| storage.get("main/entries/00", 1 << 20, &mut kept)).map(|got| format!("{got:?}")),
        ending(|| storage.put("main/archives/00", Body::Bytes(&body))).map(|()| "put".into()),
        ending(|| storage.length("main/entries/00")).map(|length| format!("{length:?}")),
        ending(|| storage.list("main/", &mut |_| {})).map(|()| "listed".into()),
        ending(|| storage.remove("main/entries/00")).map(|()| "removed".into()),
    ]
}

/// Every call of a storage that fails, by its trouble.
fn troubles(settings: Settings) -> Vec<Trouble> {
    let storage = open(settings);
    let calls = every_call(&*storage);
    let failed = calls.into_iter().map(|call| {
        let error = call.unwrap_err();
        assert!(!error.to_string().contains("hidden"), "{error}");
        error.trouble
    });
    failed.collect()
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    assert_eq!(troubles(s3_at(&nobody())), [Trouble::Unreachable; 5]);
    assert_eq!(troubles(webdav_at(&nobody())), [Trouble::Unreachable; 5]);
    assert_eq!(troubles(redis_at(&nobody())), [Trouble::Unreachable; 5]);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let server = Faulty::start(Does::Nothing);
    assert_eq!(troubles(s3_at(&server.address())), [Trouble::TimedOut; 5]);
    assert_eq!(troubles(webdav_at(&server.address())), [Trouble::TimedOut; 5]);
    assert_eq!(troubles(redis_at(&server.address())), [Trouble::TimedOut; 5]);
}

#[test]
fn a_server_that_hangs_up_is_unreachable() {
    let server = Faulty::start(Does::HangsUp);
    assert_eq!(troubles(s3_at(&server.address())), [Trouble::Unreachable; 5]);
    assert_eq!(troubles(redis_at(&server.address())), [Trouble::Unreachable; 5]);
}

#[test]
fn garbage_is_no_answer() {
    let server = Faulty::start(Does::Garbage);
    assert_eq!(troubles(s3_at(&server.address())), [Trouble::Answer; 5]);
    assert_eq!(troubles(redis_at(&server.address())), [Trouble::Answer; 5]);
}

/// What the reading of a body comes to, and how many of its bytes were kept.
fn read(does: Does, limit: u64) -> (Result<Option<u64>, StorageError>, usize) {
    let server = Faulty::start(does);
    let mut kept = Vec::new();
    let got = ending(|| open(s3_at(&server.address())).get("main/entries/00", limit, &mut kept));
    (got, kept.len())
}

#[test]
fn a_body_that_breaks_off_is_no_body() {
    let (got, _) = read(Does::DiesAfter { promised: 1000, given: 10 }, 1 << 20);
    // Its other bytes would come if the server knew what is asked of it.
    assert_eq!(got.unwrap_err().trouble, Trouble::Answer);
    let (got, kept) = read(Does::DiesAfter { promised: 1000, given: 0 }, 1 << 20);
    assert_eq!((got.unwrap_err().trouble, kept), (Trouble::Unreachable, 0));
}

#[test]
fn a_body_that_breaks_off_is_continued_where_it_did() {
    let server = Faulty::start(Does::ContinuesLater);
    let mut body = Vec::new();
    let got = open(s3_at(&server.address())).get("main/entries/00", 1 << 20, &mut body).unwrap();
    assert_eq!((got, body.as_slice()), (Some(BODY.len() as u64), BODY));
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_body_that_begins_anew_is_not_taken_for_its_rest() {
    let (got, kept) = read(Does::BeginsAnew, 1 << 20);
    let error = got.unwrap_err();
    assert_eq!((error.trouble, kept), (Trouble::Answer, BODY.len() / 2), "{error}");
}

#[test]
fn a_body_without_an_end_ends_at_the_limit() {
    for limit in [0, 100, 1 << 20] {
        let (got, kept) = read(Does::Endless("200 OK"), limit);
        assert_eq!(got.unwrap_err().trouble, Trouble::TooLarge);
        assert!(kept as u64 <= limit, "{kept}");
    }
}

#[test]
fn an_answer_without_an_end_is_not_kept() {
    for status in ["200 OK", "500 Internal Server Error", "403 Forbidden", "401 Unauthorized"] {
        let server = Faulty::start(Does::Endless(status));
        let storage = open(s3_at(&server.address()));
        // Of a body that is an answer, some is kept for its words, and the rest is not waited for.
        let error = ending(|| storage.list("main/", &mut |_| {})).unwrap_err();
        let expected = match status {
            "200 OK" => Trouble::TooLarge,
            "500 Internal Server Error" => Trouble::Answer,
            _ => Trouble::Denied,
        };
        assert_eq!(error.trouble, expected, "{status}: {error}");
    }
}

#[test]
fn a_body_that_trickles_ends_with_the_time_for_it() {
    let (got, kept) = read(Does::Trickles(SILENCE / 10), 1 << 20);
    let error = got.unwrap_err();
    assert_eq!(error.trouble, Trouble::TimedOut);
    assert!(error.problem.contains("took longer"), "{error}");
    assert!(kept > 0);
    let (got, _) = read(Does::Trickles(SILENCE * 4), 1 << 20);
    let error = got.unwrap_err();
    assert_eq!(error.trouble, Trouble::TimedOut);
    assert!(error.problem.contains("said nothing"), "{error}");
}

#[test]
fn an_upload_that_no_one_reads_is_given_up() {
    let server = Faulty::start(Does::Takes(None));
    let mut settings = s3_at(&server.address());
    settings.transfer_timeout = ENDS * 2;
    let storage = open(settings);
    let error = ending(|| storage.put("main/archives/00", Body::Bytes(&large(0)))).unwrap_err();
    assert_eq!(error.trouble, Trouble::TimedOut);
    assert!(error.problem.contains("said nothing"), "{error}");
}

#[test]
fn a_slow_upload_is_no_silence() {
    // A part takes more than twice as long as a silence may.
    let server = Faulty::start(Does::Takes(Some(SILENCE / 12)));
    let mut settings = s3_at(&server.address());
    settings.transfer_timeout = ENDS * 2;
    open(settings.clone()).put("main/archives/00", Body::Bytes(&large(0))).unwrap();
    settings.transfer_timeout = TRANSFER / 2;
    let storage = open(settings);
    let error = ending(|| storage.put("main/archives/00", Body::Bytes(&large(0)))).unwrap_err();
    assert_eq!(error.trouble, Trouble::TimedOut);
    assert!(error.problem.contains("took longer"), "{error}");
}

fn xml(code: &str, message: &str) -> String {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    format!("{head}<Error><Code>{code}</Code><Message>{message}</Message></Error>")
}

#[test]
fn refusals_are_told_in_the_words_of_the_service() {
    let redirect = "Location: http://elsewhere.example/?token=hidden\r\n";
    let authenticate = "WWW-Authenticate: Basic\r\n";
    let cases = [
        answer("403 Forbidden", "", &xml("AccessDenied", "Access Denied.")),
        answer("403 Forbidden", "", &xml("SignatureDoesNotMatch", "It was not hidden-secret-key.")),
        answer("403 Forbidden", "", &xml("QuotaExceeded", "The quota is used up.")),
        answer("401 Unauthorized", authenticate, "who are you?"),
        answer("404 Not Found", "", &xml("NoSuchBucket", "The specified bucket does not exist")),
        answer("413 Payload Too Large", "", "<html>\n<b>too large</b>\n</html>"),
        answer("429 Too Many Requests", "", &xml("SlowDown", "Please reduce your request rate.")),
        answer("500 Internal Server Error", "", ""),
        answer("503 Service Unavailable", "", "<html>\u{1b}[31mbusy</html>"),
        answer("507 Insufficient Storage", "", "disk full"),
        answer("301 Moved Permanently", redirect, ""),
        answer("200 OK", "Content-Encoding: gzip\r\n", "not gzip at all"),
        Does::Answers("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc".into()),
    ];
    let mut told = String::new();
    for case in cases {
        let Does::Answers(said) = &case else { unreachable!() };
        writeln!(told, "{}", said.lines().next().unwrap()).unwrap();
        let server = Faulty::start(case.clone());
        tell(&mut told, s3_at(&server.address()));
    }
    insta::assert_snapshot!(told);
}

/// Writes down what every call comes to.
fn tell(told: &mut String, settings: Settings) {
    let storage = open(settings);
    for call in every_call(&*storage) {
        match call {
            Ok(answer) => writeln!(told, "    {answer}").unwrap(),
            Err(error) => writeln!(told, "    {:?}: {error}", error.trouble).unwrap(),
        }
    }
    assert!(!told.contains("hidden"), "{told}");
}

#[test]
fn what_is_no_answer_is_told_in_plain_words() {
    let mut told = String::new();
    let servers = [Does::Nothing, Does::Garbage].map(Faulty::start);
    let [nothing, garbage] = servers.each_ref().map(Faulty::address);
    for (title, address) in [("nobody", nobody()), ("nothing", nothing), ("garbage", garbage)] {
        for settings in [s3_at(&address), webdav_at(&address), redis_at(&address)] {
            writeln!(told, "{title}, {}", settings.scheme).unwrap();
            tell(&mut told, settings);
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
    let requests = |does: Does| {
        let server = Faulty::start(does);
        let _ = open(s3_at(&server.address())).length("main/entries/00").unwrap_err();
        server.requests()
    };
    assert_eq!(requests(answer("503 Service Unavailable", "", "")), 2);
    assert_eq!(requests(answer("403 Forbidden", "", "")), 1);
    assert_eq!(requests(answer("507 Insufficient Storage", "", "")), 1);
}

#[test]
fn where_there_are_no_credentials_no_one_is_asked() {
    let server = Faulty::start(answer("200 OK", "", "a"));
    let mut settings = s3_at(&server.address());
    settings.environment.clear();
    let error = ending(|| open(settings).length("main/entries/00")).unwrap_err();
    assert_eq!(error.trouble, Trouble::Denied, "{error}");
    insta::assert_snapshot!(error);
    assert_eq!(server.requests(), 0);
}

/// A server whose bucket holds these keys, whatever it is asked.
fn listing(keys: &[&str]) -> Faulty {
    let rest = "<Size>7</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified>";
    let contents: String =
        keys.iter().map(|key| format!("<Contents><Key>{key}</Key>{rest}</Contents>")).collect();
    let listing =
        format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>");
    Faulty::start(answer("200 OK", "", &listing))
}

#[test]
fn a_listing_names_nothing_that_was_not_asked_for() {
    let server = listing(&[
        "some/where/main/entries/00",
        "some/where/main/../../etc/passwd",
        "some/where/mainly/entries/00",
        "some/where/main/Ä",
        "some/where/main//x",
        "elsewhere",
        "x",
        "ä",
        "",
    ]);
    let mut settings = s3_at(&server.address());
    settings.values.insert("root".into(), "some/where".into());
    let mut names = Vec::new();
    let listed = ending(|| open(settings).list("main/", &mut |stored| names.push(stored.name)));
    listed.unwrap();
    assert_eq!(names, ["main/entries/00"]);
}

#[test]
fn a_listing_that_opendal_cannot_take_is_no_panic() {
    let server = listing(&["/"]);
    let mut names = Vec::new();
    let storage = open(s3_at(&server.address()));
    // Only an OpenDAL that was built with debug assertions cannot.
    if let Err(error) = ending(|| storage.list("main/", &mut |stored| names.push(stored.name))) {
        assert_eq!(error.trouble, Trouble::Answer, "{error}");
    }
    assert!(names.is_empty());
    assert!(storage.length("main/entries/00").is_ok(), "it serves as before");
}
