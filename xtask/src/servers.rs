//! `cargo xtask servers`: installs the servers that storages are tried against, where they are missing.
//!
//! Redis and lighttpd, which speaks WebDAV, come from the distribution, which takes root. The server that speaks S3 is
//! s3s-fs, which `cargo install` builds into `target/tools`: it checks signatures (a wrong key is refused, unlike by
//! servers that are made for tests of applications), keeps objects as plain files, and needs nothing but Rust. The tests
//! find all three. What needs a server that is missing is skipped, loudly, or fails on a build machine; where a build
//! machine's distribution has no such package to give, a file says so to the tests, and they are skipped there as well.
#![expect(clippy::print_stderr, reason = "a developer task speaks")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::command_line;

/// A server, and how it comes here.
struct Server {
    program: &'static str,
    install: &'static str,
    needs_root: bool,
}

const SERVERS: &[Server] = &[
    Server {
        program: "redis-server",
        install: "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
                  redis-server",
        needs_root: true,
    },
    Server {
        program: "lighttpd",
        install: "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends lighttpd \
                  lighttpd-mod-webdav",
        needs_root: true,
    },
    Server {
        program: "s3s-fs",
        // The newest whose rust-version is not above ours.
        install: "cargo install s3s-fs --version 0.12.0 --features binary --locked --root target/tools",
        needs_root: false,
    },
];

/// What this machine cannot have, a name a line; the tests read it.
const NOT_TO_BE_HAD: &str = "target/tools/not-to-be-had";

/// Installs what is missing; a failure where cargo cannot on a build machine (`CI` is set).
pub fn run(root: &Path) -> Result<ExitCode> {
    let mut missing = Vec::new();
    for server in SERVERS {
        if let Some(path) = find(root, server.program) {
            eprintln!("servers: {} is {}", server.program, path.display());
        } else if let Err(why) = install(root, server) {
            eprintln!("servers: {} is missing: {why:#}", server.program);
            missing.push(server);
        }
    }
    for server in &missing {
        eprintln!(
            "servers: tests that need {} are skipped until: {}",
            server.program, server.install
        );
    }
    let of_others = missing.iter().filter(|server| server.needs_root).map(|server| server.program);
    let of_others: Vec<&str> = of_others.collect();
    fs::create_dir_all(root.join("target/tools"))?;
    fs::write(root.join(NOT_TO_BE_HAD), of_others.join("\n"))?;
    if missing.len() == of_others.len() || !is_build_machine() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

fn install(root: &Path, server: &Server) -> Result<()> {
    if server.needs_root {
        let user = command_line::read("id -u", root)?;
        anyhow::ensure!(user.trim() == "0", "only root installs packages");
    }
    eprintln!("servers: {}", server.install);
    if let Err(error) = command_line::run(server.install, root) {
        if !server.needs_root {
            return Err(error);
        }
        // A fresh machine has no list of packages, or an old one.
        command_line::run("apt-get update", root)?;
        command_line::run(server.install, root)?;
    }
    let found = find(root, server.program);
    anyhow::ensure!(found.is_some(), "it was installed where it is not found");
    Ok(())
}

/// Where the tests find it, too (`tests/src/servers.rs`).
fn find(root: &Path, program: &str) -> Option<PathBuf> {
    let elsewhere = [Path::new("/usr/sbin").into(), root.join("target/tools/bin")];
    let elsewhere = elsewhere.map(|directory| directory.join(program));
    command_line::find(program).or_else(|| elsewhere.into_iter().find(|path| path.is_file()))
}

#[expect(clippy::disallowed_methods, reason = "a developer task reads its environment")]
fn is_build_machine() -> bool {
    std::env::var_os("CI").is_some()
}
