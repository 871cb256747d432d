//! The contract where no byte changes: only times, permissions and inodes do.

use std::fs;

use crate::contract::{FRESH, ROW, Recording, Row, check};
use crate::world::When;

const A_CHANGED: &str = "input-changed src/a.rs";
const A_NEWER: &str = "input-newer src/a.rs";

const READ: &str = "times differ, so the content is read, and it is the same";

pub const ROWS: &[Row] = &[
    Row { edit: "nothing", says: [FRESH; 4], ..ROW },
    Row {
        edit: "touched, past the cut-off",
        after: |w| w.date("src/a.rs", When::After),
        says: [A_CHANGED, A_NEWER, FRESH, FRESH],
        why: READ,
        ..ROW
    },
    Row {
        edit: "touched, to the cut-off",
        after: |w| w.date("src/a.rs", When::AtCutoff),
        says: [A_CHANGED, A_NEWER, FRESH, FRESH],
        why: "a write in the tick of the cut-off may have come after the build's first read",
        ..ROW
    },
    Row {
        edit: "touched, to a nanosecond before the cut-off",
        after: |w| w.date("src/a.rs", When::JustBefore),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "touched, to a later time before the cut-off",
        after: |w| w.date("src/a.rs", When::LessOld),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "touched back",
        after: |w| w.date("src/a.rs", When::Older),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "recorded compares for inequality, not order",
        ..ROW
    },
    Row {
        edit: "touched back, to the epoch",
        after: |w| w.date("src/a.rs", When::Epoch),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "touched back, to before the epoch",
        after: |w| w.date("src/a.rs", When::BeforeEpoch),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "nothing, to a file dated to the epoch",
        before: |w| w.date("src/a.rs", When::Epoch),
        says: [FRESH; 4],
        ..ROW
    },
    Row {
        edit: "nothing, to a file dated before the epoch",
        before: |w| w.date("src/a.rs", When::BeforeEpoch),
        says: [FRESH; 4],
        ..ROW
    },
    Row {
        edit: "nothing, to a file dated 2100",
        before: |w| w.date("src/a.rs", When::Future),
        says: [FRESH, A_NEWER, FRESH, FRESH],
        why: "its ctime is older, so it is not racy; newer-than believes whoever set the mtime",
        ..ROW
    },
    Row {
        edit: "nothing, to a file that changed in the tick of the cut-off",
        before: |w| {
            w.tick();
            w.write("src/a.rs", "aaaa");
        },
        record: Recording::Racy,
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "racy: recorded cannot tell and is stale, hash looks closer and is not",
        ..ROW
    },
    Row {
        edit: "permissions changed",
        after: |w| w.chmod("src/a.rs", 0o600),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "only the ctime moves, as it would for bytes written with the mtime restored",
        ..ROW
    },
    Row {
        edit: "given a second name",
        after: |w| fs::hard_link(w.path("src/a.rs"), w.path("data/a.rs")).unwrap(),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "only the ctime moves",
        ..ROW
    },
    Row {
        edit: "written again with the same bytes, now",
        after: |w| w.write_at("src/a.rs", "aaaa", When::After),
        says: [A_CHANGED, A_NEWER, FRESH, FRESH],
        why: READ,
        ..ROW
    },
    Row {
        edit: "written again with the same bytes, mtime restored",
        after: |w| w.write("src/a.rs", "aaaa"),
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: READ,
        ..ROW
    },
    Row {
        edit: "replaced by rename with equal bytes and mtime",
        after: |w| {
            w.write("data/a.rs", "aaaa");
            w.rename("data/a.rs", "src/a.rs");
        },
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "the inode is another",
        ..ROW
    },
    Row {
        edit: "moved away and back",
        after: |w| {
            w.rename("src/a.rs", "data/a.rs");
            w.rename("data/a.rs", "src/a.rs");
        },
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "renaming moves the ctime",
        ..ROW
    },
    Row {
        edit: "everything checked out again",
        after: |w| {
            for (path, text) in [("src/a.rs", "aaaa"), ("src/b.rs", "bbbb"), ("src/empty.rs", "")] {
                w.remove(path);
                w.write_at(path, text, When::After);
            }
        },
        says: [
            "input-changed src/a.rs, input-changed src/b.rs, input-changed src/empty.rs",
            "input-newer src/a.rs, input-newer src/b.rs, input-newer src/empty.rs",
            FRESH,
            FRESH,
        ],
        why: READ,
        ..ROW
    },
    Row {
        edit: "a file that is no input touched",
        after: |w| w.date("data/one", When::After),
        says: [FRESH; 4],
        ..ROW
    },
];

#[test]
fn each_strategy_says_what_the_table_says_where_no_byte_changes() {
    check(ROWS);
}
