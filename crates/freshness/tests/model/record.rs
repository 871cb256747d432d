//! What the model remembers of a build, independently of any stamp.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use filetime::FileTime;

use crate::compile::{self, Settings};
use crate::files;
use crate::world::World;

/// What is at one path: kind and length of it and of what is behind it, the text of a link, the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    listed: String,
    content: Option<Vec<u8>>,
}

impl Seen {
    fn at(path: &Path) -> Option<Self> {
        let own = fs::symlink_metadata(path).ok()?;
        let behind = fs::metadata(path).ok();
        let text = fs::read_link(path).ok();
        let of = |meta: &fs::Metadata| (meta.is_dir(), if meta.is_file() { meta.len() } else { 0 });
        let listed = format!("{:?} {:?} {text:?}", of(&own), behind.as_ref().map(of));
        let is_file = behind.is_some_and(|meta| meta.is_file());
        Some(Self { listed, content: is_file.then(|| fs::read(path).ok()).flatten() })
    }
}

/// A build that succeeded: its product, and what was there.
pub struct Record {
    pub product: Vec<u8>,
    profile: &'static str,
    settings: Settings,
    reads_variable: bool,
    /// Files that the build certainly depends on, relative to the workspace.
    inputs: Vec<PathBuf>,
    tree: BTreeMap<PathBuf, Option<Seen>>,
}

impl Record {
    /// The workspace as it is, which gives this product.
    pub fn of(world: &World, product: Vec<u8>) -> Self {
        let (root, settings) = (world.workspace(), world.settings());
        let mut inputs: Vec<PathBuf> =
            ["Cargo.toml", "a/Cargo.toml", "b/Cargo.toml", ".cargo/config.toml"]
                .map(PathBuf::from)
                .into();
        let mut reads_variable = false;
        for package in ["a", "b"] {
            let unit = compile::unit(&root.join(package), &settings).unwrap_or_default();
            reads_variable |= unit.reads_variable;
            let names = unit.files.iter().map(|f| freshness::normalize(f));
            inputs.extend(names.map(|f| f.strip_prefix(&root).unwrap().to_owned()));
        }
        // By bytes, which is the order of reasons.
        inputs.sort_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
        inputs.dedup();
        let mut tree = BTreeMap::new();
        for dir in ["a", "b", "data"] {
            for path in files::everything(&root.join(dir)) {
                tree.insert(path.strip_prefix(&root).unwrap().to_owned(), Seen::at(&path));
            }
        }
        for path in &inputs {
            tree.insert(path.clone(), Seen::at(&root.join(path)));
        }
        let profile = world.profile;
        Self { product, profile, settings, reads_variable, inputs, tree }
    }

    pub fn is_of(&self, profile: &str) -> bool {
        self.profile == profile
    }

    /// Whether this path, relative to the workspace, is not what it was.
    pub fn differs(&self, world: &World, path: &Path) -> bool {
        let was = self.tree.get(path).cloned().flatten();
        was != Seen::at(&world.workspace().join(path))
    }

    /// The first input, in path order, that is not what it was.
    pub fn first_difference(&self, world: &World) -> Option<&PathBuf> {
        self.inputs.iter().find(|path| self.differs(world, path))
    }

    /// Whether the documented blind spot of `newer-than` covers what happened since: every kind, length and
    /// link is as it was, no time is after `latest`, and the surroundings are the same.
    pub fn is_blind_spot(&self, world: &World, latest: FileTime) -> bool {
        let now = world.settings();
        let same_surroundings = now.features == self.settings.features
            && now.rustflags == self.settings.rustflags
            && now.rustc == self.settings.rustc
            && (!self.reads_variable || now.variable == self.settings.variable);
        let listed = |seen: &Option<Seen>| seen.as_ref().map(|seen| seen.listed.clone());
        same_surroundings
            && self.inputs.iter().all(|path| {
                let now = Seen::at(&world.workspace().join(path));
                listed(&self.tree[path]) == listed(&now)
            })
            && self.is_older_than(world, latest)
    }

    /// Whether no input has a later time.
    pub fn is_older_than(&self, world: &World, latest: FileTime) -> bool {
        self.inputs.iter().all(|path| {
            let path = world.workspace().join(path);
            let metas = [fs::symlink_metadata(&path), fs::metadata(&path)];
            metas
                .into_iter()
                .flatten()
                .all(|meta| FileTime::from_last_modification_time(&meta) < latest)
        })
    }
}
