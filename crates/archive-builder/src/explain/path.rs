//! What one path means to a build: an input by which rule, or none by which.

use std::fs;
use std::path::{Path, PathBuf};

use freshness_core::listing::{LeftOut, left_out};
use freshness_core::path::normalize;
use freshness_core::walk::is_cargo_target;
use freshness_core::{Escaped, InputPath, InputSpec, Pattern, State, discover};

use super::culprit::{Culprit, Seen, Side};
use super::{Compared, Explanation};
use crate::decide::Scene;
use crate::why::Why;

/// What a path means to the newest build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStory {
    /// The path: relative to the root where it is inside.
    pub path: InputPath,
    /// Whether it is an input.
    pub standing: Standing,
    /// What the newest build recorded of it.
    pub was: Option<Seen>,
    /// What it is.
    pub is: Seen,
    /// What differs, if something does.
    pub culprit: Option<Culprit>,
}

/// Whether a path is an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is, by these rules: safe to print.
    Input {
        /// Why it is looked at, each with what names or finds it.
        rules: Vec<String>,
    },
    /// It is none, because of this: safe to print.
    Ignored {
        /// Why.
        because: String,
    },
}

/// Where nothing is an input.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    store: PathBuf,
    cargo_home: Option<PathBuf>,
}

impl Places {
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let cargo_home = scene.request.env.cargo_home(scene.request.workspace);
        Self { store: scene.slot.store().to_path_buf(), cargo_home }
    }
}

impl Explanation {
    /// What `path`, which is absolute, means to the newest build. Where it is no input but what it leads to
    /// through links is, that is told of.
    #[must_use]
    pub fn path(
        &self,
        strategies: &[&dyn freshness_core::FreshnessStrategy],
        path: &Path,
    ) -> PathStory {
        let named = InputPath::new(&self.root, path);
        let real = fs::canonicalize(path).map(|real| InputPath::new(&self.root, &real));
        let found = [Some(named.clone()), real.ok()].into_iter().flatten();
        let Some(compared) = &self.compared else {
            let because = "no build is on record, so it is not known yet what one reads".into();
            let is = Seen::at(path);
            let standing = Standing::Ignored { because };
            return PathStory { path: named, standing, was: None, is, culprit: None };
        };
        let known = |path: &InputPath| {
            let is_now = self.inputs.binary_search_by(|input| input.path.cmp(path)).is_ok();
            is_now || compared.stamp.snapshot.get(path).is_some()
        };
        let Some(input) = found.into_iter().find(|path| known(path)) else {
            let because = self.why_ignored(compared, &named);
            let (is, standing) = (Seen::at(path), Standing::Ignored { because });
            return PathStory { path: named, standing, was: None, is, culprit: None };
        };
        let side = Side::look(compared, &[&input].into(), strategies);
        let culprit = self.culprits.iter().find(|c| c.reason.input() == Some(&input)).cloned();
        let rules = self.rules(compared, &input);
        let (was, is) = (side.was(&input), side.is(&input).unwrap_or(Seen::at(path)));
        PathStory { path: input, standing: Standing::Input { rules }, was, is, culprit }
    }

    /// What names or finds an input.
    fn rules(&self, compared: &Compared, input: &InputPath) -> Vec<String> {
        let finds = |spec: &&InputSpec| match &spec.pattern {
            Pattern::Path(path) => InputPath::new(&self.root, path) == *input,
            _ if !may_find(&self.root, spec, input) => false,
            _ => discover(&self.root, [*spec]).is_ok_and(|f| f.paths.contains_key(input)),
        };
        let mut rules: Vec<String> =
            compared.specs.iter().filter(finds).map(|spec| self.rule(spec)).collect();
        if rules.is_empty() {
            // It is gone, so only what would have found it is left to name.
            let would_find = |spec: &&InputSpec| may_find(&self.root, spec, input);
            rules = compared.specs.iter().filter(would_find).map(|s| self.rule(s)).collect();
        }
        rules.dedup();
        rules
    }

    fn rule(&self, spec: &InputSpec) -> String {
        let shown = |dir: &Path| match InputPath::new(&self.root, dir) {
            root if root.as_path() == self.root => "the workspace".to_owned(),
            dir => dir.to_string(),
        };
        let why = Escaped::text(&spec.why);
        match &spec.pattern {
            Pattern::Path(_) => why.to_string(),
            Pattern::Tree { dir, .. } => format!("{why}: every file in {}", shown(dir)),
            Pattern::Followed { dir, .. } => format!("{why}: everything in {}", shown(dir)),
            Pattern::Package { dir, .. } => {
                format!("{why}: what cargo lists of the package in {}", shown(dir))
            }
            Pattern::Selected { base, .. } => {
                format!("{why}: what is selected in {}", shown(base))
            }
            Pattern::Modules { dir, .. } => {
                format!("{why}: the second file of a module in {}", shown(dir))
            }
            Pattern::Glob { base, glob, .. } => {
                format!("{why}: the glob `{}` in {}", Escaped::text(glob), shown(base))
            }
        }
    }

    /// Which rule, or which lack of one, makes a path no input.
    fn why_ignored(&self, compared: &Compared, path: &InputPath) -> String {
        let absolute = normalize(&path.under(&self.root));
        if let Some(because) = self.by_place(&absolute) {
            return because;
        }
        let count = self.inputs.iter().filter(|i| i.path.under(&self.root).starts_with(&absolute));
        let count = count.count();
        if absolute.is_dir() && count > 0 {
            let inputs = if count == 1 { "1 input is" } else { &format!("{count} inputs are") };
            return format!("a directory is none by itself; {inputs} in it");
        }
        let (globs, trees): (Vec<_>, Vec<_>) =
            compared.specs.iter().partition(|s| matches!(s.pattern, Pattern::Glob { .. }));
        let by_listing =
            |specs: &[&InputSpec]| specs.iter().find_map(|spec| self.by_listing(spec, &absolute));
        let is_there = Seen::at(&absolute).state != State::Absent;
        let because = by_listing(&trees)
            .or_else(|| self.by_package(compared, &absolute))
            .or_else(|| by_listing(&globs))
            .unwrap_or_else(|| {
                "it is in no package that takes part, and nothing that was built read it".into()
            });
        if is_there { because } else { format!("nothing is there; {because}") }
    }

    /// What the package that a path lies in has to do with it.
    fn by_package(&self, compared: &Compared, path: &Path) -> Option<String> {
        let manifest = |spec: &'_ InputSpec| match (&spec.pattern, Why::parse(&spec.why)) {
            (Pattern::Path(manifest), Some(Why::Manifest(name))) => {
                let dir = self.root.join(manifest).parent()?.to_path_buf();
                path.starts_with(&dir).then(|| (dir, name.to_owned()))
            }
            _ => None,
        };
        let around = compared.specs.iter().filter_map(manifest);
        let (dir, name) = around.max_by_key(|(dir, _)| dir.components().count())?;
        let mut between = path.ancestors().skip(1).take_while(|between| *between != dir);
        let another = between.find(|between| between.join("Cargo.toml").exists());
        Some(match another {
            Some(other) => {
                let other = InputPath::new(&self.root, other);
                format!("it belongs to the package in {other}, which takes no part")
            }
            None => {
                let name = Escaped::text(&name);
                format!("no unit of {name} read it, and its build script did not name it")
            }
        })
    }

    /// What is left out for where it is.
    fn by_place(&self, path: &Path) -> Option<String> {
        if path.starts_with(&self.places.store) {
            return Some("it is in the store, where Freshness keeps what it builds".into());
        }
        if path.components().any(|part| part.as_os_str() == ".git") {
            return Some("a repository's own directory is not looked into".into());
        }
        let home = self.places.cargo_home.as_deref();
        if home
            .is_some_and(|home| ["registry", "git"].iter().any(|d| path.starts_with(home.join(d))))
        {
            return Some("it is in cargo's home, and pinned by Cargo.lock".into());
        }
        // One that the workspace itself is in does not count: nothing walks through it.
        let mut inner = path.ancestors().filter(|dir| !self.root.starts_with(dir));
        let target = inner.find(|dir| is_cargo_target(dir) == Some(true))?;
        let shown = InputPath::new(&self.root, target);
        Some(format!("it is in a target directory of cargo's, {shown}"))
    }

    /// What the rules of a package, or a directory that is passed over, leave out.
    fn by_listing(&self, spec: &InputSpec, path: &Path) -> Option<String> {
        let skip = match &spec.pattern {
            Pattern::Tree { skip, .. }
            | Pattern::Followed { skip, .. }
            | Pattern::Package { skip, .. }
            | Pattern::Selected { skip, .. }
            | Pattern::Glob { skip, .. } => skip,
            Pattern::Path(_) | Pattern::Modules { .. } => return None,
        };
        if !may_find(&self.root, spec, &InputPath::new(&self.root, path)) {
            return None;
        }
        if let Some(dir) = skip.iter().find(|dir| path.starts_with(self.root.join(dir))) {
            return Some(format!("{} is not looked into", InputPath::new(&self.root, dir)));
        }
        match &spec.pattern {
            Pattern::Package { dir, listing, .. } => {
                let dir = self.root.join(dir);
                let (part, by) = left_out(&self.root, &dir, listing, path).into_iter().next()?;
                let part = part.strip_prefix(&dir).unwrap_or(part);
                Some(words(&by, &Escaped::path(part).to_string()))
            }
            Pattern::Glob { glob, .. } => {
                Some(format!("the glob `{}` does not match it", Escaped::text(glob)))
            }
            _ => None,
        }
    }
}

/// Why a package's listing leaves out `part`, which is escaped.
fn words(by: &LeftOut, part: &str) -> String {
    match by {
        LeftOut::Nested => format!("{part} is a package of its own"),
        LeftOut::NotIncluded => format!("no rule of `include` names {part}"),
        LeftOut::Hidden => format!("{part} is hidden"),
        LeftOut::Excluded(rule) => {
            format!("the rule `{}` of `exclude` names {part}", Escaped::text(rule))
        }
        LeftOut::GitIgnores => format!("git ignores {part}"),
    }
}

/// Whether a pattern may find a path, going by where it looks.
pub(super) fn may_find(root: &Path, spec: &InputSpec, path: &InputPath) -> bool {
    match &spec.pattern {
        Pattern::Path(named) => InputPath::new(root, named) == *path,
        Pattern::Tree { dir, .. }
        | Pattern::Followed { dir, .. }
        | Pattern::Package { dir, .. }
        | Pattern::Modules { dir, .. }
        | Pattern::Selected { base: dir, .. }
        | Pattern::Glob { base: dir, .. } => path.under(root).starts_with(root.join(dir)),
    }
}
