//! What cargo lists of a package whose build script names no file: `list_files` in its `sources/path.rs`.
//!
//! `include` and `exclude` of the manifest decide, and for a package whose manifest git keeps what git
//! ignores. Later looks go by the same rules without git; files that git keeps although it ignores them
//! are named one by one here. Where git cannot be asked, the package is listed as one outside git, and
//! what is hidden in it besides.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use freshness_core::listing::{LeftOut, left_out};
use freshness_core::sys::path_of_bytes;
use freshness_core::{InputPath, InputSpec, Listing, Pattern, discover};
use toml::{Table, Value};

use super::invoke::Cargo;
use super::metadata::PathPackage;
use crate::small_file;

/// What a manifest says of the files of its package.
#[derive(Debug, Default)]
pub(crate) struct Told {
    include: Vec<String>,
    exclude: Vec<String>,
    /// `build = false`: a `build.rs` would not be its build script.
    pub(crate) refuses_build_script: bool,
    /// Whether the manifest is a workspace's root.
    pub(crate) is_workspace: bool,
}

impl Told {
    /// Reads `manifest`, whose workspace's is `workspace`; what cannot be read says nothing.
    pub(crate) fn read(manifest: &Path, workspace: &Path) -> Self {
        let Some(table) = table(manifest) else { return Self::default() };
        let Some(package) = table.get("package") else { return Self::default() };
        let rules = |key: &str| match package.get(key) {
            Some(Value::Table(inherited)) if inherited.contains_key("workspace") => {
                let root = self::table(workspace);
                let shared = root.as_ref().and_then(|t| t.get("workspace")?.get("package"));
                texts(shared.and_then(|shared| shared.get(key)))
            }
            rules => texts(rules),
        };
        Self {
            include: rules("include"),
            exclude: rules("exclude"),
            refuses_build_script: package.get("build") == Some(&Value::Boolean(false)),
            is_workspace: table.contains_key("workspace"),
        }
    }
}

/// The entries of a workspace's `members` and `default-members`, relative to its root: paths, and globs that
/// another package may come to match.
pub(crate) fn member_entries(workspace: &Path) -> Vec<String> {
    let table = table(workspace).unwrap_or_default();
    let entries = |key: &str| texts(table.get("workspace").and_then(|found| found.get(key)));
    [entries("members"), entries("default-members")].concat()
}

fn table(manifest: &Path) -> Option<Table> {
    small_file::read_text(manifest).ok()?.parse().ok()
}

fn texts(rules: Option<&Value>) -> Vec<String> {
    let rules = rules.and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(|rule| Some(rule.as_str()?.to_owned())).collect()
}

/// A package's place in a repository that keeps its manifest.
#[derive(Debug)]
struct Kept {
    top: PathBuf,
    /// The files of the package that git keeps.
    files: Vec<PathBuf>,
}

/// The files of `package` as inputs.
pub(crate) fn specs(
    package: &PathPackage,
    cargo: &Cargo<'_>,
    skip: Vec<PathBuf>,
    why: &str,
) -> Vec<InputSpec> {
    let dir = package.dir().to_path_buf();
    let (include, exclude) = (package.told.include.clone(), package.told.exclude.clone());
    let spec = |pattern| InputSpec { pattern, why: why.to_owned() };
    if !include.is_empty() {
        let listing = Listing::Included(include);
        return vec![spec(Pattern::Package { dir, skip, listing })];
    }
    let top = dir.ancestors().find(|dir| dir.join(".git").exists());
    let Some(kept) = top.and_then(|top| ask_git(cargo, top, &dir)) else {
        let listing = Listing::Visible(exclude);
        return vec![spec(Pattern::Package { dir, skip, listing })];
    };
    let listing = Listing::Versioned { top: kept.top, excluded: exclude };
    let listed = spec(Pattern::Package { dir: dir.clone(), skip, listing: listing.clone() });
    let found = discover(&dir, [&listed]).map(|found| found.paths).unwrap_or_default();
    let found: BTreeSet<InputPath> = found.into_keys().collect();
    let ignored = kept.files.into_iter().filter(|file| {
        !found.contains(&InputPath::new(&dir, file))
            && dir.join(file).symlink_metadata().is_ok()
            && is_kept_from_git_alone(&dir, &listing, &dir.join(file))
    });
    let ignored: Vec<_> = ignored.map(|file| spec(Pattern::Path(dir.join(file)))).collect();
    [vec![listed], ignored].concat()
}

/// Whether nothing but what git ignores keeps a file out of the listing: neither the manifest nor another
/// package around it.
fn is_kept_from_git_alone(dir: &Path, listing: &Listing, file: &Path) -> bool {
    let left_out = left_out(dir, dir, listing, file);
    left_out.iter().all(|(_, by)| *by == LeftOut::GitIgnores)
}

/// What git keeps of the package in `dir`; nothing where it does not keep its manifest.
fn ask_git(cargo: &Cargo<'_>, top: &Path, dir: &Path) -> Option<Kept> {
    let listed = cargo.ask_git(dir, &["ls-files", "-z", "--", "."])?;
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let files: Vec<PathBuf> = names.map(|name| path_of_bytes(name.to_vec())).collect();
    let has_manifest = files.iter().any(|file| file == Path::new("Cargo.toml"));
    has_manifest.then(|| Kept { top: top.to_path_buf(), files })
}
