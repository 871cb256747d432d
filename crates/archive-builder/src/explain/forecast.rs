//! What cargo would do about what differs, as far as a stamp tells.
//!
//! A stamp knows which package's units read what, not which package depends on which. So it can name what is
//! compiled first; that dependents follow goes without saying. What cargo judges by content itself
//! (manifests, the lock file, configuration, flags) is named as such.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use freshness_core::{Escaped, Reason};

use super::culprit::{Content, Culprit};
use crate::environment;
use crate::why::Why;

/// How many names are listed before the rest is counted.
const NAMES_SHOWN: usize = 8;

/// What a build would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Whether cargo would be started.
    pub starts_cargo: bool,
    /// What it would do, the farthest-reaching first; nothing to compile where this is empty.
    pub steps: Vec<Step>,
}

/// One thing that cargo would do. Names are safe to print.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Compile everything that it did not compile like this before.
    CompileAll {
        /// Because of this.
        because: String,
    },
    /// Judge by content what this changes, and compile that.
    Judge {
        /// A manifest, a configuration, the lock file, a variable.
        what: String,
    },
    /// Run the build script of this package, then compile the package.
    RunBuildScript {
        /// The package.
        package: String,
    },
    /// Compile this package.
    Compile {
        /// The package.
        package: String,
    },
    /// Compile whatever reads this variable.
    CompileReaders {
        /// The variable.
        variable: String,
    },
    /// Nothing for this package, of which only times differ.
    Spare {
        /// The package.
        package: String,
    },
    /// Compile this package if its new times look later to cargo, although nothing else differs.
    CompileTouched {
        /// The package.
        package: String,
    },
    /// Nothing; this archive is published again.
    Publish {
        /// The archive.
        archive: String,
    },
}

impl Forecast {
    pub(super) fn new(culprits: &[Culprit], is_stale: bool, vouch: bool) -> Self {
        if !is_stale {
            return Self::default();
        }
        let steps: BTreeSet<Step> = culprits.iter().flat_map(|c| steps_for(c, vouch)).collect();
        let does_more = |step: &&Step| match step {
            Step::Spare { package } | Step::CompileTouched { package } => {
                !steps.contains(&Step::Compile { package: package.clone() })
                    && !steps.contains(&Step::RunBuildScript { package: package.clone() })
            }
            Step::Compile { package } => {
                !steps.contains(&Step::RunBuildScript { package: package.clone() })
            }
            _ => true,
        };
        Self { starts_cargo: true, steps: steps.iter().filter(does_more).cloned().collect() }
    }
}

fn steps_for(culprit: &Culprit, vouch: bool) -> Vec<Step> {
    let path = culprit.reason.path().map(|path| Escaped::path(path).to_string());
    let path = path.unwrap_or_default();
    match &culprit.reason {
        Reason::NoStamp { .. } | Reason::StampUnreadable { .. } | Reason::StampVersion { .. } => {
            vec![Step::CompileAll { because: "no build is on record".into() }]
        }
        Reason::ProfileChanged { .. } | Reason::Forced { .. } => {
            vec![Step::CompileAll { because: culprit.reason.detail() }]
        }
        Reason::ToolchainChanged { .. } if culprit.content == Content::Same => Vec::new(),
        Reason::ToolchainChanged { .. } => {
            vec![Step::CompileAll { because: "the compiler is another one".into() }]
        }
        Reason::EnvChanged { name, .. } => vec![step_for_variable(name)],
        Reason::ArchiveMissing { .. } | Reason::ArchiveChanged { .. } => {
            vec![Step::Publish { archive: path }]
        }
        _ => {
            let whys: Vec<Why<'_>> = culprit.why.iter().filter_map(|why| Why::parse(why)).collect();
            let by_unit = whys.iter().any(|why| matches!(why, Why::DepInfo(_)));
            // The archive's own list repeats what the units of its packages say.
            let whys = whys.iter().filter(|why| !by_unit || !matches!(why, Why::ArchiveDepInfo(_)));
            let same = culprit.content == Content::Same;
            whys.filter_map(|why| step_for_input(*why, &path, same, vouch)).collect()
        }
    }
}

fn step_for_variable(name: &str) -> Step {
    let name = Escaped::text(name).to_string();
    match name.as_str() {
        "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "CARGO_BUILD_RUSTFLAGS" => {
            Step::CompileAll { because: format!("{name} is another") }
        }
        _ if environment::is_read_by_cargo(&name) => Step::Judge { what: name },
        _ => Step::CompileReaders { variable: name },
    }
}

fn step_for_input(why: Why<'_>, path: &str, same: bool, vouch: bool) -> Option<Step> {
    let package = why.package().unwrap_or_default().to_owned();
    match why {
        _ if same && package.is_empty() => None,
        Why::Manifest(_) if same => None,
        _ if same && vouch => Some(Step::Spare { package }),
        _ if same => Some(Step::CompileTouched { package }),
        Why::BuildScript(_) | Why::NativeSource(_) => Some(Step::RunBuildScript { package }),
        Why::Package(_)
        | Why::DepInfo(_)
        | Why::ArchiveDepInfo(_)
        | Why::Module(_)
        | Why::Targets(_) => Some(Step::Compile { package }),
        Why::PossibleBuildScript(_) => Some(Step::RunBuildScript { package }),
        Why::ExtraInputs => None,
        Why::Manifest(_)
        | Why::CargoConfiguration
        | Why::ToolchainFile
        | Why::WorkspaceManifest
        | Why::LockFile
        | Why::ManifestUpTheTree
        | Why::MemberManifest
        | Why::Members
        | Why::TargetSpecification => Some(Step::Judge { what: path.to_owned() }),
    }
}

impl Step {
    /// A stable code for this step, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Step::CompileAll { .. } => "compile-all",
            Step::Judge { .. } => "judge",
            Step::RunBuildScript { .. } => "run-build-script",
            Step::Compile { .. } => "compile",
            Step::CompileReaders { .. } => "compile-readers",
            Step::Spare { .. } => "spare",
            Step::CompileTouched { .. } => "compile-touched",
            Step::Publish { .. } => "publish",
        }
    }

    /// What it is about: a package, a variable, a path, a reason.
    #[must_use]
    pub fn what(&self) -> &str {
        match self {
            Step::CompileAll { because: what }
            | Step::Judge { what }
            | Step::RunBuildScript { package: what }
            | Step::Compile { package: what }
            | Step::CompileReaders { variable: what }
            | Step::Spare { package: what }
            | Step::CompileTouched { package: what }
            | Step::Publish { archive: what } => what,
        }
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(self.what(), true))
    }
}

impl Forecast {
    /// The steps in words, those of one kind together; of many, the first ones and how many there are besides.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let kinds = self.steps.chunk_by(|a, b| a.code() == b.code());
        kinds.map(|kind| kind[0].words(&names(kind), kind.len() == 1)).collect()
    }
}

/// What some steps are about, as a list.
fn names(steps: &[Step]) -> String {
    let named = steps.iter().take(NAMES_SHOWN).map(Step::what);
    let listed = named.collect::<Vec<_>>().join(", ");
    match steps.len().checked_sub(NAMES_SHOWN).filter(|more| *more > 0) {
        Some(more) => format!("{listed} and {more} more"),
        None => listed,
    }
}

impl Step {
    /// What is done to these, which are one or many.
    fn words(&self, names: &str, is_one: bool) -> String {
        let it = if is_one { "it" } else { "them" };
        match self {
            Step::CompileAll { .. } => {
                format!("compile everything that was not compiled like this before: {names}")
            }
            Step::Judge { .. } => format!("read {names}, and compile what changes by {it}"),
            Step::RunBuildScript { .. } if is_one => {
                format!("run the build script of {names}, compile it and what depends on it")
            }
            Step::RunBuildScript { .. } => {
                format!("run the build scripts of {names}, compile them and what depends on them")
            }
            Step::Compile { .. } => format!("compile {names} and what depends on {it}"),
            Step::CompileReaders { .. } => {
                format!("compile what reads {names} and what depends on that")
            }
            Step::Spare { .. } => format!("compile nothing of {names}, of which only times differ"),
            Step::CompileTouched { .. } => {
                format!(
                    "compile {names}, where cargo goes by times and takes a touched file for a change"
                )
            }
            Step::Publish { .. } => format!("publish {names} again, and compile nothing for that"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(package: usize) -> Step {
        Step::Compile { package: format!("p{package}") }
    }

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../../../../docs/EXPLAIN.md");
        let text = String::new;
        for step in [
            Step::CompileAll { because: text() },
            Step::Judge { what: text() },
            Step::RunBuildScript { package: text() },
            Step::Compile { package: text() },
            Step::CompileReaders { variable: text() },
            Step::Spare { package: text() },
            Step::CompileTouched { package: text() },
            Step::Publish { archive: text() },
        ] {
            assert!(document.contains(&format!("\n| `{}` | ", step.code())), "{}", step.code());
        }
    }

    #[test]
    fn steps_of_one_kind_are_told_together_and_a_long_list_is_counted() {
        let forecast = |steps: Vec<Step>| Forecast { starts_cargo: true, steps };
        let judge = Step::Judge { what: "Cargo.lock".into() };
        assert_eq!(
            forecast(vec![judge, compile(1), compile(2)]).lines(),
            [
                "read Cargo.lock, and compile what changes by it",
                "compile p1, p2 and what depends on them"
            ]
        );
        let many = forecast((0..20).map(compile).collect()).lines();
        assert_eq!(
            many,
            ["compile p0, p1, p2, p3, p4, p5, p6, p7 and 12 more and what depends on them"]
        );
        assert_eq!(compile(1).to_string(), "compile p1 and what depends on it");
    }
}
