//! The contract where bytes change.

use std::fs;

use crate::contract::{FRESH, ROW, Recording, Row, check};
use crate::world::When;

const A_CHANGED: &str = "input-changed src/a.rs";
const A_NEWER: &str = "input-newer src/a.rs";

const BLIND: &str =
    "newer-than sees neither bytes nor a ctime: the length is the same and the mtime old";

pub const ROWS: &[Row] = &[
    Row {
        edit: "as many other bytes, now",
        after: |w| w.write_at("src/a.rs", "AAAA", When::After),
        says: [A_CHANGED, A_NEWER, A_CHANGED, A_CHANGED],
        ..ROW
    },
    Row {
        edit: "as many other bytes, mtime restored",
        after: |w| w.write("src/a.rs", "AAAA"),
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "as many other bytes, older mtime",
        after: |w| w.write_at("src/a.rs", "AAAA", When::Older),
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "as many other bytes, a nanosecond before the cut-off",
        after: |w| w.write_at("src/a.rs", "AAAA", When::JustBefore),
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "as many other bytes, at the cut-off",
        after: |w| w.write_at("src/a.rs", "AAAA", When::AtCutoff),
        says: [A_CHANGED, A_NEWER, A_CHANGED, A_CHANGED],
        ..ROW
    },
    Row {
        edit: "as many other bytes, replaced by rename with the same mtime",
        after: |w| {
            w.write("data/a.rs", "AAAA");
            w.rename("data/a.rs", "src/a.rs");
        },
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "as many other bytes to a file dated 2100, mtime restored",
        before: |w| w.date("src/a.rs", When::Future),
        after: |w| w.write_at("src/a.rs", "AAAA", When::Future),
        says: [A_CHANGED, A_NEWER, A_CHANGED, A_CHANGED],
        why: "recorded sees the ctime; newer-than says so before the edit as well",
        ..ROW
    },
    Row {
        edit: "more bytes, mtime restored",
        after: |w| w.write("src/a.rs", "aaaaa"),
        says: [A_CHANGED; 4],
        why: "the length is part of the list",
        ..ROW
    },
    Row {
        edit: "fewer bytes, older mtime",
        after: |w| w.write_at("src/a.rs", "aaa", When::Older),
        says: [A_CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "emptied, mtime restored",
        after: |w| w.write("src/a.rs", ""),
        says: [A_CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "an empty file filled, mtime restored",
        after: |w| w.write("src/empty.rs", "e"),
        says: ["input-changed src/empty.rs"; 4],
        ..ROW
    },
    Row {
        edit: "edited and reverted, mtime restored",
        after: |w| {
            w.write("src/a.rs", "AAAA");
            w.write("src/a.rs", "aaaa");
        },
        says: [A_CHANGED, FRESH, FRESH, FRESH],
        why: "a false stale of recorded; the bytes are those of the build",
        ..ROW
    },
    Row {
        edit: "edited and reverted, now",
        after: |w| {
            w.write_at("src/a.rs", "AAAAA", When::After);
            w.write_at("src/a.rs", "aaaa", When::After);
        },
        says: [A_CHANGED, A_NEWER, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "two files of equal length swapped",
        after: |w| {
            w.rename("src/a.rs", "data/a.rs");
            w.rename("src/b.rs", "src/a.rs");
            w.rename("data/a.rs", "src/b.rs");
        },
        says: [
            "input-changed src/a.rs, input-changed src/b.rs",
            FRESH,
            "input-changed src/a.rs, input-changed src/b.rs",
            "input-changed src/a.rs, input-changed src/b.rs",
        ],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "another file of equal length moved over it",
        after: |w| w.rename("src/b.rs", "src/a.rs"),
        says: [
            "input-changed src/a.rs, input-removed src/b.rs",
            "input-removed src/b.rs",
            BOTH,
            BOTH,
        ],
        why: "newer-than misses one of two, and is stale all the same",
        ..ROW
    },
    Row {
        edit: "written through a second name of it, mtime restored",
        before: |w| fs::hard_link(w.path("src/a.rs"), w.path("data/a.rs")).unwrap(),
        after: |w| w.write("data/a.rs", "AAAA"),
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "written in the tick of the cut-off, after the look at it",
        after: |w| w.write("src/a.rs", "AAAA"),
        record: Recording::HiddenAndRacy,
        says: [A_CHANGED, FRESH, A_CHANGED, A_CHANGED],
        why: "such a write leaves the stat that was recorded; newer-than believes the mtime",
        ..ROW
    },
    Row {
        edit: "written through a shared mapping, moving no time",
        after: |w| w.write("src/a.rs", "AAAA"),
        record: Recording::Hidden,
        says: [FRESH, FRESH, FRESH, A_CHANGED],
        why: "no stat differs: only reading every byte every time finds it",
        ..ROW
    },
    Row {
        edit: "a file that is no input edited",
        after: |w| w.write_at("data/one", "other", When::After),
        says: [FRESH; 4],
        ..ROW
    },
];

const BOTH: &str = "input-changed src/a.rs, input-removed src/b.rs";

#[test]
fn each_strategy_says_what_the_table_says_where_bytes_change() {
    check(ROWS);
}
