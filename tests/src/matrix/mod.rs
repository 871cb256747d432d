//! The detection matrix: what each strategy says after each event, as one table that is run and published.
//!
//! A row is data: what happens, what that makes of the archives, and by hand what every strategy has to
//! say. The run does it to real files and compares; [`page()`] prints the same rows, so the published table
//! says what was tried and nothing else. The last column is the rule that this project replaces,
//! expressed anew in `original.rs`: it shows what each row used to do.

mod content;
mod copying;
mod file_set;
mod graph;
mod key;
mod mapping;
mod original;
mod outputs;
mod page;
mod process;
mod run;
mod scene;
mod stamp;
mod third;
mod times;
mod version_control;

pub use page::{page, published_page};
pub use run::run;
pub(crate) use scene::Scene;

/// The columns, in the order of [`Event::says`].
pub(crate) const COLUMNS: [&str; 5] =
    ["mtime/recorded", "mtime/newer-than", "hash/changed", "hash/always", "original rule"];

/// The answer: archives are as a build would leave them.
pub(crate) const FRESH: &str = "fresh";
/// The same answer where it is not so: a blind spot, which the row's note explains.
pub(crate) const WRONG: &str = "fresh, wrongly";
pub(crate) const CHANGED: &str = "input-changed";
pub(crate) const ADDED: &str = "input-added";
pub(crate) const REMOVED: &str = "input-removed";
pub(crate) const NEWER: &str = "input-newer";

/// What an event makes of the archives that were there before it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Truth {
    /// A build would give the same constants.
    Same,
    /// A build gives these constants, and the archives have others.
    Changed(&'static [(&'static str, i64)]),
    /// The archives are not what the build made.
    Damaged,
    /// Nothing that can be believed says what the archives were made from.
    Unvouched,
    /// A build fails.
    Broken,
    /// The event itself ended in a build, whose archives must have these constants.
    Built(&'static [(&'static str, i64)]),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) truth: Truth,
    pub(crate) act: fn(&Scene),
    /// For each of [`COLUMNS`]: [`FRESH`], [`WRONG`], or the codes of the reasons, in alphabetical order.
    pub(crate) says: [&'static str; 5],
    /// Why, where a row would surprise.
    pub(crate) note: &'static str,
}

impl Event {
    const fn new(
        name: &'static str,
        truth: Truth,
        act: fn(&Scene),
        says: [&'static str; 5],
    ) -> Self {
        Self { name, truth, act, says, note: "" }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

/// Events of one kind, which begin from the same built workspace.
#[derive(Debug)]
pub struct Family {
    /// What they have in common.
    pub name: &'static str,
    /// What the workspace has beside the usual.
    pub(crate) setup: fn(&Scene),
    pub(crate) events: &'static [Event],
}

/// All rows, in the order of the page.
pub const FAMILIES: &[Family] = &[
    content::FAMILY,
    mapping::FAMILY,
    times::FAMILY,
    file_set::FAMILY,
    version_control::FAMILY,
    copying::FAMILY,
    graph::FAMILY,
    key::FAMILY,
    outputs::FAMILY,
    third::FAMILY,
    stamp::FAMILY,
    process::FAMILY,
];
