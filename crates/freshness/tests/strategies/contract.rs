//! The contract: what is done to the files, and what each strategy then says.
//!
//! A table is data; this runs it on real files. A row that says `fresh` where bytes changed is a
//! blind spot, stands in the tables as it is, and says why.

use freshness_core::{Assessment, Snapshot};

use crate::world::{Record, STRATEGIES, World};

pub const FRESH: &str = "fresh";

/// One edit and its consequences.
pub struct Row {
    /// What happens, in words.
    pub edit: &'static str,
    /// What is done before the record is made.
    pub before: fn(&World),
    /// What is done after it.
    pub after: fn(&World),
    /// How the record relates to the edit.
    pub record: Recording,
    /// What `mtime/recorded`, `mtime/newer-than`, `hash/changed` and `hash/always` say: `fresh`, or the
    /// code and path of each reason.
    pub says: [&'static str; 4],
    /// Why, where that is not plain.
    pub why: &'static str,
}

/// How a record relates to the edit after it.
pub enum Recording {
    /// It is of the files before the edit, and everything had settled.
    Settled,
    /// It is of the files before the edit, and `src/a.rs` changed in the tick of the cut-off.
    Racy,
    /// Its stats are those after the edit, its evidence is that of before: as if the edit had moved no
    /// time at all. No test can move bytes so without help.
    Hidden,
    /// The same, in the tick of the cut-off.
    HiddenAndRacy,
}

/// What a row does not say.
pub const ROW: Row = Row {
    edit: "",
    before: |_| {},
    after: |_| {},
    record: Recording::Settled,
    says: [""; 4],
    why: "",
};

/// A row that was played: the record, and the world after the edit.
pub struct Played {
    pub world: World,
    pub record: Record,
    pub now: Snapshot,
}

impl Row {
    pub fn play(&self) -> Played {
        let mut world = World::new();
        (self.before)(&world);
        let mut record = world.record();
        (self.after)(&world);
        let now = world.look();
        match self.record {
            Recording::Settled => {}
            Recording::Racy => record.cutoff = record_ctime(&record.snapshot),
            Recording::Hidden => {
                record.snapshot = now.clone();
                record.cutoff = world.tick();
            }
            Recording::HiddenAndRacy => {
                record.snapshot = now.clone();
                record.cutoff = record_ctime(&now);
            }
        }
        Played { world, record, now }
    }
}

/// The ctime of `src/a.rs`.
fn record_ctime(snapshot: &Snapshot) -> freshness_core::Timestamp {
    let path = freshness_core::InputPath::new(&snapshot.root, "src/a.rs".as_ref());
    snapshot.get(&path).unwrap().file().unwrap().ctime
}

impl Played {
    pub fn assess(&self, column: usize) -> Assessment {
        STRATEGIES[column].assess(&self.now, self.record.recorded(column))
    }
}

/// `fresh`, or the code and path of each reason.
pub fn in_short(assessment: &Assessment) -> String {
    if assessment.reasons.is_empty() {
        return FRESH.into();
    }
    let words = assessment.reasons.iter().map(|reason| {
        let path = reason.path().map(freshness_core::Escaped::path);
        format!("{} {}", reason.code(), path.expect("a reason of a strategy names an input"))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Plays every row and tells all that differs at once.
pub fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for row in rows {
        let played = row.play();
        for (column, strategy) in STRATEGIES.iter().enumerate() {
            let says = in_short(&played.assess(column));
            if says != row.says[column] {
                let expected = row.says[column];
                let (edit, id, why) = (row.edit, strategy.id(), row.why);
                wrong.push(format!("{edit}: {id} says {says}, expected {expected} ({why})"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
