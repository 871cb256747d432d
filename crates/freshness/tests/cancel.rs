//! A library caller stops a build by a value that it handed down, and nothing of the process is touched.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use freshness::{Cancel, Config, Environment, Error, Event, Freshness, Tool};

/// A workspace whose one package is never built: whatever starts cargo fails to find it.
fn workspace(dir: &Path) {
    fs::create_dir_all(dir.join("src")).unwrap();
    fs::write(dir.join("src/lib.rs"), "").unwrap();
    fs::write(dir.join("Cargo.toml"), "[package]\nname = \"x\"\n").unwrap();
    fs::write(dir.join("freshness.toml"), "[profile.default]\npackages = [\"x\"]\n").unwrap();
}

fn build(
    dir: &Path,
    cancel: &Cancel,
    on_event: impl Fn(Event<'_>) + Send + Sync + 'static,
) -> Error {
    let config = Config::load(&dir.join("freshness.toml")).unwrap();
    let tool = Tool { name: "t".into(), version: "1".into() };
    let environment = Environment::new([("PATH".into(), dir.join("bin").into_os_string())]);
    let freshness = Freshness::new(config, tool, environment).cancel(cancel.clone());
    freshness.on_event(on_event).build("default").unwrap_err()
}

#[test]
fn a_build_stops_where_its_caller_wishes_so_and_frees_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    workspace(dir.path());
    let cancel = Cancel::default();
    let said = build(dir.path(), &cancel, |_| {});
    assert_eq!(said.code(), "cargo-missing", "{said}");

    // From another thread, or as here from what it is told.
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let (wish, tell) = (cancel.clone(), std::sync::Arc::clone(&seen));
    let said = build(dir.path(), &cancel, move |event| {
        tell.lock().unwrap().push(matches!(event, Event::Stale { .. }));
        wish.cancel();
    });
    assert_eq!(said.code(), "interrupted", "{said}");
    assert_eq!(*seen.lock().unwrap(), [true]);
    // Another caller's build is another's, and the lock is free.
    let said = build(dir.path(), &Cancel::default(), |_| {});
    assert_eq!(said.code(), "cargo-missing", "{said}");
}
