//! `[remote]` and `freshness remote` as people and scripts meet them: what is understood, what is refused, what is
//! said and what never is. The storage is a directory.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tests::{OnTerminal, Ran, Run, World, redact, signal, wait_until};

const MODE: &str = "FRESHNESS_REMOTE_MODE";
const NAMESPACE: &str = "FRESHNESS_REMOTE_NAMESPACE";
const KEY: &str = "FRESHNESS_REMOTE_KEY";
const TRUST: &str = "FRESHNESS_REMOTE_TRUST";

/// A pair of keys.
struct Pair {
    secret: String,
    public: String,
}

impl Pair {
    fn new(world: &World) -> Self {
        let printed = world.freshness(["remote", "key"]).run().expect(0).stdout;
        let (secret, public) = printed.trim_end().split_once('\n').unwrap();
        Self {
            secret: secret.strip_prefix("FRESHNESS_REMOTE_KEY=").unwrap().to_owned(),
            public: public.strip_prefix("public key ").unwrap().to_owned(),
        }
    }

    fn trusted_in(&self, namespace: &str) -> String {
        format!("{namespace}={}", self.public)
    }
}

/// The table, behind what a world's configuration says already.
fn configure(world: &World, table: &str) {
    configure_at(world, "fs:../share", table);
}

fn configure_at(world: &World, url: &str, table: &str) {
    let config = fs::read_to_string(world.path("freshness.toml")).unwrap();
    world.config(&format!("{config}\n[remote]\nurl = \"{url}\"\n{table}"));
}

/// A server that has nothing, says so, and never answers who puts something.
struct Silent {
    port: u16,
    /// How many came.
    connections: Arc<AtomicUsize>,
    /// How many wait for an answer. They wait for as long as this lives.
    waiting: Arc<AtomicUsize>,
    _held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, waiting) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let held = Arc::<Mutex<Vec<_>>>::default();
        let silent = Self {
            port,
            connections: Arc::clone(&connections),
            waiting: Arc::clone(&waiting),
            _held: Arc::clone(&held),
        };
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (waiting, held) = (Arc::clone(&waiting), Arc::clone(&held));
                let connection = connection.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    if serve_nothing(&connection).is_none() {
                        held.lock().unwrap().push(connection);
                        waiting.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        silent
    }

    /// A world whose storage this is.
    fn world(&self, table: &str) -> World {
        let world = World::with_remote();
        let port = self.port;
        let options =
            format!("options = {{ endpoint = \"http://127.0.0.1:{port}\", anonymous = \"true\" }}");
        configure_at(&world, "s3://bucket", &format!("{options}\ntimeout = \"10m\"\n{table}"));
        world
    }

    fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

/// Says that there is nothing for as long as that is asked; nothing where something else is.
fn serve_nothing(mut connection: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    while let Some(Ok(request)) = lines.next() {
        if !request.starts_with("GET ") && !request.starts_with("HEAD ") {
            return None;
        }
        lines.by_ref().find(|line| line.as_ref().is_ok_and(String::is_empty))?.unwrap();
        connection.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
    }
    Some(())
}

fn share(world: &World) -> PathBuf {
    let share = world.root().join("share");
    fs::create_dir_all(&share).unwrap();
    share
}

/// A world that shares a directory.
fn sharing(table: &str) -> World {
    let world = World::with_remote();
    share(&world);
    configure(&world, table);
    world
}

/// As who may write.
fn writing(run: Run, pair: &Pair) -> Run {
    run.env(MODE, "read-write").env(KEY, &pair.secret)
}

/// The names of all files below a directory, relative to it.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => dirs.push(path),
                false => {
                    found.push(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
    }
    found.sort();
    found
}

fn build_json(world: &World) -> Run {
    world.freshness(["build", "--format", "json"])
}

fn asked(ran: &Ran) -> String {
    ran.json()["remote"]["asked"].as_str().unwrap().to_owned()
}

fn notes(ran: &Ran, about: &str) -> usize {
    ran.stderr.lines().filter(|line| line.contains(about)).count()
}

#[test]
fn a_program_without_the_feature_says_so_once_and_builds() {
    let world = World::new();
    configure(&world, "");
    let lacks = "built without the feature `remote`";
    let built = world.freshness(["build"]).run().expect(0);
    assert_eq!(notes(&built, lacks), 1, "{built:#?}");
    // Nothing would have been asked.
    for command in [&["build"][..], &["check"], &["explain"]] {
        let ran = world.freshness(command).run().expect(0);
        assert_eq!(notes(&ran, lacks), 0, "{ran:#?}");
    }
    world.set("alpha", 2);
    let off = world.freshness(["build"]).env(MODE, "off").run().expect(0);
    assert_eq!(notes(&off, lacks), 0, "{off:#?}");
    for errand in ["status", "get", "put", "prune"] {
        let run = world.freshness(["remote", errand, "--format", "json"]).env(MODE, "read-write");
        let ran = run.env(KEY, "5".repeat(64)).run();
        assert_eq!(ran.error_code(), "remote", "{errand}");
        assert!(ran.stderr.contains(lacks), "{ran:#?}");
    }
    let ran = world.freshness(["remote", "key"]).run().expect(2);
    assert!(ran.stdout.is_empty() && ran.stderr.contains(lacks), "{ran:#?}");
}

#[test]
fn a_configuration_is_checked_alike_with_the_feature_and_without() {
    let cases = [
        ("mode = \"write\"", "expected `off` or `read` or `read-write`"),
        ("namespace = \"a/b\"", "`namespace`: a namespace has"),
        ("also-read = [\"release\", \"..\"]", "`also-read`: a namespace has"),
        ("timeout = \"soon\"", "`timeout` is not a duration"),
        ("transfer-timeout = \"0s\"", "`transfer-timeout` is no time at all"),
        ("retries = 11", "`retries` is 11: at most 10"),
        ("retries = -1", "invalid value"),
        ("max-archive-size = \"1.5GiB\"", "`max-archive-size`: name bytes as in"),
        ("max-archive-size = \"0\"", "`max-archive-size` is nothing"),
        ("upload-wait = 10", "invalid type"),
        ("key = \"5ec1e7\"", "unknown field `key`, expected one of `url`, `options`, `mode`"),
        ("options = { region = 1 }", "invalid type"),
    ];
    for world in [World::new(), World::with_remote()] {
        let whole = fs::read_to_string(world.path("freshness.toml")).unwrap();
        for (line, said) in cases {
            world.config(&whole);
            configure(&world, line);
            let at = fs::read_to_string(world.path("freshness.toml")).unwrap().lines().count();
            for command in ["check", "build"] {
                let ran = world.freshness([command, "--format", "json"]).run();
                assert_eq!(ran.error_code(), "config", "{line}");
                let message = ran.json()["error"]["message"].as_str().unwrap().to_owned();
                assert!(message.contains(said), "{line}: {message}");
                assert!(message.contains(&format!("freshness.toml:{at}:")), "{line}: {message}");
            }
        }
        world.config(&format!("{whole}\n[remote]\nmode = \"read\"\n"));
        let ran = world.freshness(["check"]).run().expect(2);
        assert!(ran.stderr.contains("missing field `url`"), "{ran:#?}");
    }
}

#[test]
fn what_may_be_a_credential_is_refused_with_the_variable_that_takes_it() {
    let s3 = "s3://bucket/prefix";
    let cases = [
        (s3, "secret-access-key = \"5ec1e7\"", "AWS_SECRET_ACCESS_KEY"),
        (s3, "secret_access_key = \"5ec1e7\"", "AWS_SECRET_ACCESS_KEY"),
        (s3, "endpoint = \"http://me:5ec1e7@127.0.0.1\"", "endpoint"),
        ("redis://127.0.0.1:1/0", "password = \"5ec1e7\"", "REDIS_PASSWORD"),
        ("redis://me:5ec1e7@127.0.0.1:1/0", "", "REDIS_PASSWORD"),
        ("webdavs://me:5ec1e7@127.0.0.1/x", "", "WEBDAV_PASSWORD"),
        ("azblob://container", "account-key = \"5ec1e7\"", "AZURE_STORAGE_ACCOUNT_KEY"),
    ];
    for world in [World::new(), World::with_remote()] {
        let whole = fs::read_to_string(world.path("freshness.toml")).unwrap();
        for (url, option, said) in cases {
            world.config(&whole);
            configure_at(&world, url, &format!("[remote.options]\n{option}"));
            let lines = fs::read_to_string(world.path("freshness.toml")).unwrap().lines().count();
            let at = if option.is_empty() { lines - 1 } else { lines };
            let ran = world.freshness(["build", "--format", "json"]).run();
            assert_eq!(ran.error_code(), "config", "{url} {option}");
            let message = ran.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(said), "{url} {option}: {message}");
            assert!(message.contains(&format!("freshness.toml:{at}:")), "{option}: {message}");
            assert!(!format!("{ran:?}").contains("5ec1e7"), "{ran:#?}");
        }
    }
}

#[test]
fn keys_have_their_own_command_and_are_never_the_same() {
    let world = World::with_remote();
    let (one, other) = (Pair::new(&world), Pair::new(&world));
    for key in [&one.secret, &one.public, &other.secret, &other.public] {
        assert!(key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()), "{key}");
    }
    assert!(one.secret != other.secret && one.public != other.public);
    let json = world.freshness(["remote", "key", "--format", "json"]).run().expect(0).json();
    assert_eq!(json["command"], "remote-key");
    assert_eq!(json["secret_key"].as_str().unwrap().len(), 64);
    assert_eq!(json["public_key"].as_str().unwrap().len(), 64);
    // It needs no configuration, and reads none.
    let elsewhere = world.freshness(["remote", "key"]).in_directory(world.root()).run().expect(0);
    assert_eq!(elsewhere.stdout.lines().count(), 2);
}

#[test]
fn errands_say_what_they_lack_and_how_to_have_it() {
    let world = World::with_remote();
    let pair = Pair::new(&world);
    for errand in ["status", "get", "put", "prune"] {
        let ran = world.freshness(["remote", errand, "--format", "json"]).run();
        assert_eq!(ran.error_code(), "remote", "{errand}");
        assert!(ran.stderr.contains("has no [remote]"), "{ran:#?}");
    }
    share(&world);
    configure(&world, "");
    let trust = pair.trusted_in("main");
    let cases = [
        ("get", "off", (TRUST, &trust), "its mode is `off`"),
        ("get", "read", (NAMESPACE, &trust[..4].to_owned()), "no key is believed"),
        ("put", "read", (KEY, &pair.secret), "its mode is `read`"),
        ("put", "read-write", (TRUST, &trust), "no key to sign with"),
        ("prune", "read", (KEY, &pair.secret), "its mode is `read`"),
        ("prune", "read-write", (TRUST, &trust), "no key to sign with"),
    ];
    for (errand, mode, (name, value), said) in cases {
        let run = world.freshness(["remote", errand, "--format", "json"]);
        let ran = run.env(MODE, mode).env(name, value).run();
        assert_eq!(ran.error_code(), "remote", "{errand} {mode} {name}");
        assert!(ran.stderr.contains(said), "{errand} {mode} {name}: {ran:#?}");
    }
    for wrong in [&["remote"][..], &["remote", "push"], &["remote", "prune", "--max-size", "big"]] {
        let ran = world.freshness(wrong).args(["--format", "json"]).run();
        assert_eq!(ran.error_code(), "usage", "{wrong:?}");
    }
    assert_eq!(files(&share(&world)), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_variable_is_said_by_its_name_alone() {
    let world = sharing("");
    let secret = "5ec1e7".repeat(10);
    let cases = [
        (MODE, "write".to_owned()),
        (NAMESPACE, format!("../{secret}")),
        (KEY, secret.clone()),
        (KEY, format!("{secret}{secret}")),
        (TRUST, secret.clone()),
        (TRUST, format!("main={secret}")),
    ];
    for (name, value) in cases {
        for command in [&["build"][..], &["remote", "status"], &["remote", "get"]] {
            let run = world.freshness(command).args(["--format", "json"]);
            let ran = run.env(name, &value).run();
            assert_eq!(ran.error_code(), "config", "{name}");
            assert!(ran.stderr.contains(name), "{ran:#?}");
            assert!(!format!("{ran:?}").contains("5ec1e7"), "{ran:#?}");
        }
        // What asks no storage has no use for it.
        assert_eq!(world.freshness(["check"]).env(name, &value).run().code(), Some(1));
    }
    assert_eq!(world.cargo_starts(), 0);
}

#[test]
fn without_a_key_the_storage_is_not_asked_and_that_is_said_once() {
    let world = sharing("mode = \"read-write\"");
    let pair = Pair::new(&world);
    let told = "no key is believed";
    let built = build_json(&world).run().expect(0);
    assert_eq!((notes(&built, told), asked(&built).as_str()), (1, "no"), "{built:#?}");
    assert_eq!(files(&share(&world)), [""; 0]);
    // What is fresh needs no storage, and so no key.
    let fresh = build_json(&world).run().expect(0);
    assert_eq!(notes(&fresh, told), 0, "{fresh:#?}");
    world.set("alpha", 2);
    let reading = build_json(&world).env(TRUST, pair.trusted_in("main")).run().expect(0);
    assert_eq!(notes(&reading, "nothing to sign with"), 1, "{reading:#?}");
    assert_eq!(asked(&reading), "miss");
    assert_eq!(files(&share(&world)), [""; 0]);
}

#[test]
fn what_was_built_is_put_and_fetched_and_told_of() {
    let world = sharing("");
    let pair = Pair::new(&world);
    let built = writing(build_json(&world).args(["--wait-upload"]), &pair).run().expect(0);
    let json = built.json();
    assert_eq!((&json["built"], &json["remote"]["uploaded"]), (&true.into(), &true.into()));
    assert_eq!((asked(&built).as_str(), &json["origin"]), ("miss", &serde_json::Value::Null));
    assert_eq!(notes(&built, "into the shared storage"), 1, "{built:#?}");
    let there = files(&share(&world));
    for sort in ["main/archives/", "main/closures/", "main/entries/"] {
        assert!(there.iter().any(|file| file.starts_with(sort)), "{there:?}");
    }
    // Nothing more is put where nothing was built.
    let fresh = writing(build_json(&world).args(["--wait-upload"]), &pair).run().expect(0);
    assert_eq!(fresh.json()["remote"]["uploaded"], false);
    assert_eq!(asked(&fresh), "no");
    let cargo_builds = world.cargo_builds();
    let _ = world.freshness(["clean"]).run().expect(0);
    let trust = pair.trusted_in("main");
    let fetched = build_json(&world).env(TRUST, &trust).run().expect(0);
    let json = fetched.json();
    assert_eq!((&json["built"], asked(&fetched).as_str()), (&false.into(), "hit"));
    assert_eq!(world.cargo_builds(), cargo_builds);
    let origin = &json["origin"];
    assert_eq!(
        (&origin["namespace"], &origin["signer"]),
        (&"main".into(), &pair.public.clone().into())
    );
    assert_eq!(notes(&fetched, "fetched from fs "), 1, "{fetched:#?}");
    for command in ["check", "explain"] {
        let json = world.freshness([command, "--format", "json"]).run().expect(0).json();
        assert_eq!(&json["origin"], origin);
        assert!(json.get("remote").is_none());
    }
    let explained = world.freshness(["explain"]).run().expect(0).stdout;
    let said = format!(", namespace main, signed by {}…\n", &pair.public[..8]);
    assert!(explained.contains(&said), "{explained}");
    assert_eq!(world.build_and_probe().of("alpha"), 1);
}

#[test]
fn what_was_built_without_the_key_serves_elsewhere_once_who_has_it_puts_it() {
    let (here, elsewhere) = (World::with_remote(), World::with_remote());
    let url = format!("fs://{}", share(&here).display());
    for world in [&here, &elsewhere] {
        configure_at(world, &url, "mode = \"read-write\"");
    }
    let pair = Pair::new(&here);
    let build = |world: &World| build_json(world).env(TRUST, pair.trusted_in("main"));
    let _ = build(&here).run().expect(0);
    assert_eq!(files(&share(&here)), [""; 0]);
    let _ = writing(here.freshness(["remote", "put"]), &pair).run().expect(0);
    elsewhere.write("Cargo.lock", fs::read(here.path("Cargo.lock")).unwrap());
    let fetched = build(&elsewhere).run().expect(0);
    assert_eq!((asked(&fetched).as_str(), elsewhere.cargo_builds()), ("hit", 0), "{fetched:#?}");
    assert_eq!(elsewhere.build_and_probe().of("alpha"), 1);
}

#[test]
fn the_answer_is_there_before_anything_is_put() {
    for format in ["text", "json"] {
        let silent = Silent::new();
        let world = silent.world("upload-wait = \"10m\"");
        let build = world.freshness(["build", "--format", format]);
        let process = writing(build, &Pair::new(&world)).start();
        wait_until("something is put", || silent.is_waited_for());
        wait_until("the answer is printed", || process.stdout().ends_with('\n'));
        assert!(process.stdout().contains("libalpha.a"), "{}", process.stdout());
        // Who does not want to stay goes, and what was built is there.
        signal("-INT", &process.id().to_string());
        assert_eq!(process.wait().code(), Some(130));
        world.assert_fresh();
    }
}

#[test]
fn the_program_stays_for_what_it_puts_no_longer_than_it_may() {
    for wait in ["0s", "200ms"] {
        let silent = Silent::new();
        let world = silent.world(&format!("upload-wait = \"{wait}\""));
        let built = writing(world.freshness(["build"]), &Pair::new(&world)).run().expect(0);
        assert_eq!(built.paths().len(), 1, "{built:#?}");
        let told =
            "not put into the shared storage: it had not ended by then; `freshness remote put`";
        assert_eq!(notes(&built, told), 1, "{built:#?}");
    }
}

#[test]
fn no_storage_is_asked_where_nothing_is_stale_or_only_looked_at() {
    let silent = Silent::new();
    let world = silent.world("upload-wait = \"0s\"");
    let pair = Pair::new(&world);
    let _ = writing(world.freshness(["build"]), &pair).env(MODE, "read").run().expect(0);
    let connections = || silent.connections.load(Ordering::SeqCst);
    let asked = connections();
    assert!(asked > 0, "what was stale was asked for");
    for command in [&["build"][..], &["check"], &["explain"], &["list"], &["gc"]] {
        let _ = writing(world.freshness(command), &pair).run().expect(0);
    }
    world.set("alpha", 2);
    for command in ["check", "explain"] {
        let _ = writing(world.freshness([command]), &pair).run().expect(1);
    }
    assert_eq!(connections(), asked);
}

#[test]
fn what_is_fetched_shows_on_a_terminal_while_it_comes() {
    let world = sharing("");
    let pair = Pair::new(&world);
    let put = writing(world.freshness(["build", "--wait-upload"]), &pair).run().expect(0);
    assert_eq!(put.paths().len(), 1);
    let _ = world.freshness(["clean"]).run().expect(0);
    let fetch = writing(world.freshness(["build"]), &pair);
    let fetched = fetch.run_on_terminal(OnTerminal::Stderr).expect(0);
    assert!(fetched.stderr.contains("MiB of "), "{fetched:#?}");
    let left = tests::screen(&fetched.stderr);
    assert!(left.iter().all(|line| !line.contains("MiB of ")), "{left:?}");
    assert!(left.iter().any(|line| line.starts_with("freshness: fetched from fs ")), "{left:?}");
}

#[test]
fn errands_answer_with_their_exit_statuses() {
    let world = sharing("");
    let pair = Pair::new(&world);
    let errand = |errand: &str| {
        writing(world.freshness(["remote", errand, "--format", "json"]), &pair).run()
    };
    let missing = errand("get").expect(1);
    assert_eq!(
        (asked(&missing).as_str(), &missing.json()["archives"]),
        ("miss", &serde_json::json!([]))
    );
    let stale = errand("put").expect(1).json();
    assert_eq!((&stale["command"], &stale["outcome"]), (&"remote-put".into(), &"stale".into()));
    assert_eq!(stale["reasons"][0]["code"], "no-stamp");
    assert_eq!(world.cargo_starts(), 0);
    let _ = world.build();
    let status = errand("status").expect(0).json();
    assert_eq!(
        (&status["reachable"], &status["stored"]),
        (&true.into(), &false.into()),
        "{status:#}"
    );
    let put = errand("put").expect(0).json();
    assert_eq!((&put["outcome"], &put["archives"]), (&"put".into(), &1.into()), "{put:#}");
    assert_eq!(put["identity"], status["identity"]);
    assert_eq!(errand("put").expect(0).json()["outcome"], "already-there");
    let status = errand("status").expect(0).json();
    assert_eq!((&status["command"], &status["stored"]), (&"remote-status".into(), &true.into()));
    assert_eq!(status["public_key"], pair.public.as_str());
    let starts = world.cargo_starts();
    let _ = world.freshness(["clean"]).run().expect(0);
    let got = errand("get").expect(0);
    assert_eq!((asked(&got).as_str(), got.json()["built"].as_bool()), ("hit", Some(false)));
    assert_eq!(world.cargo_starts(), starts);
    let text = writing(world.freshness(["remote", "get"]), &pair).run().expect(0);
    assert_eq!(text.paths().len(), 1);
}

/// What was printed, without what differs from run to run.
fn shown(world: &World, ran: &Ran) -> String {
    let text = format!("exit {}\n{}", ran.code().unwrap(), ran.stdout);
    let words = redact(world, &text).replace(" KiB", " B").replace(" MiB", " B");
    // A length depends on the compiler.
    let is_length = |word: &str| {
        let number = word.trim_start_matches('(');
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let mut shown: Vec<String> = Vec::new();
    for word in words.split(' ') {
        let unit = word.split(['\n', ')', ',', ';']).next().unwrap_or_default();
        if let Some(last) = shown.last_mut().filter(|last| unit == "B" && is_length(last)) {
            *last = if last.starts_with('(') { "(…".into() } else { "…".into() };
        }
        shown.push(word.to_owned());
    }
    shown.join(" ")
}

#[test]
fn errands_are_worded_for_people() {
    let world = sharing("also-read = [\"release\"]");
    let pair = Pair::new(&world);
    let errand = |args: &[&str]| {
        let run = writing(world.freshness(["remote"]).args(args), &pair);
        let ran = run.env(TRUST, pair.trusted_in("release")).run();
        format!("--- {}\n{}", args.join(" "), shown(&world, &ran))
    };
    let mut said = vec![errand(&["put"])];
    let _ = world.build();
    said.push(errand(&["put"]));
    said.push(errand(&["put"]));
    said.push(errand(&["status"]));
    said.push(errand(&["prune"]));
    said.push(errand(&["prune", "--max-size", "0", "--dry-run"]));
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn pruning_says_what_goes_and_touches_its_own_namespace_alone() {
    let world = sharing("");
    let pair = Pair::new(&world);
    let _ = world.build();
    for namespace in ["main", "other"] {
        let put = writing(world.freshness(["remote", "put"]), &pair).env(NAMESPACE, namespace);
        let _ = put.run().expect(0);
    }
    let all = files(&share(&world));
    let prune = |args: &[&str]| {
        let run = world.freshness(["remote", "prune", "--format", "json"]).args(args);
        writing(run, &pair).run().expect(0).json()
    };
    let nothing = prune(&[]);
    assert_eq!((&nothing["removed"], &nothing["dry_run"]), (&serde_json::json!([]), &false.into()));
    let planned = prune(&["--max-size", "0", "--dry-run"]);
    assert_eq!(files(&share(&world)), all);
    let done = prune(&["--max-size", "0"]);
    assert_eq!((&planned["removed"], planned["dry_run"].as_bool()), (&done["removed"], Some(true)));
    assert!(done["removed_bytes"].as_u64().unwrap() > 0, "{done:#}");
    let left = files(&share(&world));
    let is_others = |file: &&String| file.starts_with("other/");
    assert_eq!(left.iter().filter(is_others).count(), all.iter().filter(is_others).count());
    assert!(!left.iter().any(|file| file.starts_with("main/entries/")), "{left:?}");
    assert!(!left.iter().any(|file| file.starts_with("main/archives/")), "{left:?}");
}

#[test]
fn namespaces_and_modes_of_the_environment_override_the_file() {
    let world = sharing("mode = \"read-write\"\nnamespace = \"main\"");
    let pair = Pair::new(&world);
    let build = |namespace: &str, mode: &str| {
        let run = world.freshness(["build", "--force", "--wait-upload"]).env(KEY, &pair.secret);
        run.env(NAMESPACE, namespace).env(MODE, mode).run().expect(0)
    };
    let _ = build("pr", "read");
    let _ = build("pr", "off");
    assert_eq!(files(&share(&world)), [""; 0]);
    let _ = build("pr", "");
    assert!(files(&share(&world)).iter().all(|file| file.starts_with("pr/")));
    let _ = build("", "read-write");
    assert!(files(&share(&world)).iter().any(|file| file.starts_with("main/")));
}

#[test]
fn keys_are_shown_nowhere_and_reach_no_build() {
    let world = sharing("");
    let pair = Pair::new(&world);
    world.write(
        "alpha/build.rs",
        "fn main() { for (n, v) in std::env::vars() { println!(\"cargo::warning={n}={v}\"); } }\n",
    );
    let seen = |ran: &Ran| {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(&pair.secret), "{said}");
        said
    };
    let verbose = ["build", "--verbose", "--wait-upload"];
    let built = writing(world.freshness(verbose), &pair).run().expect(0);
    let said = seen(&built);
    assert!(said.contains("CARGO_MANIFEST_DIR="), "the build script speaks: {said}");
    assert!(!said.contains("FRESHNESS_REMOTE"), "{said}");
    for args in [&["status"][..], &["get"], &["put"], &["prune", "--dry-run"]] {
        for format in ["text", "json"] {
            let run = world.freshness(["remote"]).args(args).args(["--format", format]);
            seen(&writing(run, &pair).run().expect(0));
        }
    }
    for dir in [share(&world), world.store()] {
        for file in files(&dir) {
            let bytes = fs::read(dir.join(&file)).unwrap();
            let has = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
            assert!(!has(pair.secret.as_bytes()), "{file}");
        }
    }
    // Another key is no reason to build.
    let other = Pair::new(&world);
    let again = writing(build_json(&world), &other).run().expect(0);
    assert_eq!(again.reasons(), [""; 0]);
}

#[test]
fn a_storage_that_takes_nothing_costs_a_note() {
    let world = sharing("");
    let pair = Pair::new(&world);
    // No directory can be made in the place of a file, whoever asks.
    fs::write(share(&world).join("main"), "").unwrap();
    let built = writing(build_json(&world).args(["--wait-upload"]), &pair).run().expect(0);
    assert_eq!(built.json()["remote"]["uploaded"], false, "{built:#?}");
    assert_eq!(built.json()["built"], true);
    world.assert_fresh();
    let put = writing(world.freshness(["remote", "put", "--format", "json"]), &pair).run();
    assert_eq!(put.error_code(), "remote-storage");
}
