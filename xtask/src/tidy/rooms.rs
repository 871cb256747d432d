//! Rule: a library that one crate is there to wrap is asked for in that crate only.
//!
//! It keeps cargo, hashing, threads and the command line each behind one door, which is what lets
//! a successor take the library's place without anyone noticing.

use super::finding::Finding;
use super::manifest::Member;

struct Room {
    library: &'static str,
    members: &'static [&'static str],
}

const fn room(library: &'static str, members: &'static [&'static str]) -> Room {
    Room { library, members }
}

const PROGRAMS: &[&str] = &["freshness", "nativets", "bench-harness", "xtask"];

const ROOMS: &[Room] = &[
    room("rayon", &["strategy-hash", "nativets", "bench-harness"]),
    room(
        "blake3",
        &["strategy-hash", "archive-builder", "nativets", "bench-harness", "strategy-sample"],
    ),
    room("cargo_metadata", &["archive-builder", "xtask"]),
    room("bincode", &["freshness-core", "archive-builder"]),
    room("opendal", &["remote-storage"]),
    room("redis", &["remote-storage"]),
    room("reqwest", &["remote-storage"]),
    room("rustls", &["remote-storage"]),
    room("object", &["archive-builder", "nativets"]),
    room("clap", PROGRAMS),
    room("anyhow", PROGRAMS),
    room("plotters", &["bench-harness"]),
    room("wait4", &["bench-harness"]),
];

/// One finding for each library outside its room, in dev-dependencies too.
pub fn check(members: &[Member]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        for dependency in member.dependencies.iter().filter(|dependency| !dependency.is_path) {
            let room = ROOMS.iter().find(|room| room.library == dependency.name);
            let Some(room) = room.filter(|room| !room.members.contains(&member.name.as_str()))
            else {
                continue;
            };
            let message = format!(
                "`{}` lives in {} only: go through them, or decide it in xtask/src/tidy/rooms.rs",
                room.library,
                room.members.join(", ")
            );
            findings.push(Finding::new(&member.manifest_path, member.line_of(dependency), message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::manifest::Kind;
    use super::super::manifest::samples::member;
    use super::*;

    fn found(name: &str, dependencies: &[(&str, Kind)]) -> Vec<String> {
        check(&[member(name, dependencies, false)]).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn at_home_and_unlisted_libraries_pass() {
        assert!(
            found("strategy-hash", &[("rayon", Kind::Normal), ("blake3", Kind::Normal)]).is_empty()
        );
        assert!(
            found("freshness-core", &[("serde", Kind::Normal), ("tempfile", Kind::Dev)]).is_empty()
        );
    }

    #[test]
    fn strays_do_not_even_in_tests() {
        let expected = "crates/strategy-mtime/Cargo.toml:3: `blake3` lives in strategy-hash, \
                        archive-builder, nativets, bench-harness, strategy-sample only: go through them, or decide it in \
                        xtask/src/tidy/rooms.rs";
        let dependencies = [("filetime", Kind::Dev), ("blake3", Kind::Dev)];
        assert_eq!(found("strategy-mtime", &dependencies), [expected]);
        assert_eq!(found("archive-builder", &[("anyhow", Kind::Normal)]).len(), 1);
    }
}
