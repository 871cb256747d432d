//! Keeps the names of this machine's directories out of archives that are to serve on others.
//!
//! Panics and debug information say where a source lies. rustc writes other names for directories that it is told
//! of (its book, `--remap-path-prefix`). Only machines that put archives into a storage ask for it, since it tells
//! a debugger less. What other tools write into an archive is not reached by it: such an archive is found out
//! ([`super::needles`]) and serves only where things lie the same.

use std::path::Path;

use crate::cargo::metadata::Workspace;
use crate::request::Request;

/// Flags for rustc that rename the directories of this build; none where nothing is shared.
pub(crate) fn flags(
    request: &Request<'_>,
    workspace: &Workspace,
    compiler: Option<&Path>,
) -> Vec<String> {
    if !request.remote.is_some_and(|remote| remote.writes) {
        return Vec::new();
    }
    let root = &workspace.root;
    let mut renamed: Vec<(String, String)> = Vec::new();
    let mut rename = |dir: &Path, name: String| {
        // A flag that is not text cannot be given; the archive is found out then.
        renamed.extend(dir.to_str().map(|dir| (dir.to_owned(), name)));
    };
    // Of several that match rustc takes the last, so the wider ones come first.
    for package in workspace.path_packages.values().filter(|p| !p.dir().starts_with(root)) {
        rename(package.dir(), format!("/beside/{}", package.name));
    }
    if let Some(home) = request.env.cargo_home(request.workspace) {
        rename(&home, "/cargo".into());
    }
    let sysroot = compiler.and_then(Path::parent).and_then(Path::parent);
    if let Some(sysroot) = sysroot {
        rename(sysroot, "/rust".into());
    }
    rename(request.store, "/store".into());
    rename(root, "/workspace".into());
    let flag = |(from, to): (String, String)| format!("--remap-path-prefix={from}={to}");
    renamed.into_iter().map(flag).collect()
}
