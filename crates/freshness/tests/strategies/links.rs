//! The contract of links: what a link says, and the file behind it.

use crate::contract::{FRESH, ROW, Row, check};
use crate::world::{When, World};

const CHANGED: &str = "input-changed src/link";
const NEWER: &str = "input-newer src/link";

const BLIND: &str =
    "newer-than sees neither bytes nor a ctime: the length is the same and the mtime old";

/// A link to a file that is no input by itself.
fn one(w: &World) {
    w.link("src/link", "../data/one");
}

/// A link to a link to that file.
fn two_hops(w: &World) {
    w.link("data/hop", "one");
    w.link("src/link", "../data/hop");
}

pub const ROWS: &[Row] = &[
    Row {
        edit: "nothing, to links of every kind",
        before: |w| {
            two_hops(w);
            w.make_fifo("data/fifo");
            w.link("src/dangling", "nothing");
            w.link("src/dir", "../data");
            w.link("src/fifo", "../data/fifo");
            w.link("src/loop", "loop");
            w.link("src/through-a-file", "a.rs/below");
            w.link("absent.toml", "absent.toml");
        },
        says: [FRESH; 4],
        why: "a link that leads nowhere is as good as any while it stays the same",
        ..ROW
    },
    Row {
        edit: "a file replaced by a link to the same bytes",
        after: |w| {
            w.rename("src/a.rs", "data/a.rs");
            w.link("src/a.rs", "../data/a.rs");
        },
        says: ["input-changed src/a.rs"; 4],
        why: "the kind is part of the list",
        ..ROW
    },
    Row {
        edit: "a link replaced by a file with the same bytes",
        before: one,
        after: |w| {
            w.remove("src/link");
            w.write("src/link", "1111");
        },
        says: [CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "a link to another file of equal length, all mtimes old",
        before: one,
        after: |w| w.link("src/link", "../data/two"),
        says: [CHANGED; 4],
        why: "what the link says is part of the list",
        ..ROW
    },
    Row {
        edit: "a link to another file with the same bytes",
        before: one,
        after: |w| w.link("src/link", "../data/one-again"),
        says: [CHANGED; 4],
        why: "what the link says is part of the list",
        ..ROW
    },
    Row {
        edit: "a link to the same file in other words",
        before: one,
        after: |w| w.link("src/link", "../data/./one"),
        says: [CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "a link made again with the same words, mtime restored",
        before: one,
        after: one,
        says: [CHANGED, FRESH, FRESH, FRESH],
        why: "a false stale of recorded: the link has another ctime",
        ..ROW
    },
    Row {
        edit: "a link made again with the same words, now",
        before: one,
        after: |w| w.link_at("src/link", "../data/one", When::After),
        says: [CHANGED, NEWER, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "the file behind a link touched",
        before: one,
        after: |w| w.date("data/one", When::After),
        says: [CHANGED, NEWER, FRESH, FRESH],
        ..ROW
    },
    Row {
        edit: "the file behind a link edited, now",
        before: one,
        after: |w| w.write_at("data/one", "1234", When::After),
        says: [CHANGED, NEWER, CHANGED, CHANGED],
        ..ROW
    },
    Row {
        edit: "the file behind a link edited through the link, mtime restored",
        before: one,
        after: |w| w.write("src/link", "1234"),
        says: [CHANGED, FRESH, CHANGED, CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "the file behind a link grown, mtime restored",
        before: one,
        after: |w| w.write("data/one", "11111"),
        says: [CHANGED; 4],
        why: "the length behind a link is part of the list",
        ..ROW
    },
    Row {
        edit: "the second of two links led to a file of equal length, all mtimes old",
        before: two_hops,
        after: |w| w.link("data/hop", "two"),
        says: [CHANGED, FRESH, CHANGED, CHANGED],
        why: BLIND,
        ..ROW
    },
    Row {
        edit: "the second of two links led to a file with the same bytes",
        before: two_hops,
        after: |w| w.link("data/hop", "one-again"),
        says: [CHANGED, FRESH, FRESH, FRESH],
        why: "the bytes behind the listed link are those of the build",
        ..ROW
    },
    Row {
        edit: "the second of two links led to a directory",
        before: two_hops,
        after: |w| w.link("data/hop", "."),
        says: [CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "the file behind a link removed",
        before: one,
        after: |w| w.remove("data/one"),
        says: [CHANGED; 4],
        why: "the link dangles",
        ..ROW
    },
    Row {
        edit: "a dangling link gets something to lead to",
        before: |w| w.link("src/link", "../data/three"),
        after: |w| w.write_at("data/three", "", When::Older),
        says: [CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "a dangling link becomes a loop",
        before: |w| {
            w.link("data/hop", "nothing");
            w.link("src/link", "../data/hop");
        },
        after: |w| w.link("data/hop", "hop"),
        says: [FRESH; 4],
        why: "both lead nowhere, and nothing is built from nowhere",
        ..ROW
    },
    Row {
        edit: "a loop gets a way out",
        before: |w| {
            w.link("data/hop", "hop");
            w.link("src/link", "../data/hop");
        },
        after: |w| w.link("data/hop", "one"),
        says: [CHANGED; 4],
        ..ROW
    },
    Row {
        edit: "a link added",
        after: |w| w.link("src/new", "nothing"),
        says: ["input-added src/new"; 4],
        ..ROW
    },
    Row {
        edit: "a dangling link removed",
        before: |w| w.link("src/link", "nothing"),
        after: |w| w.remove("src/link"),
        says: ["input-removed src/link"; 4],
        ..ROW
    },
    Row {
        edit: "a file edited in a directory behind a link",
        before: |w| w.link("src/dir", "../data"),
        after: |w| w.write_at("data/one", "other", When::After),
        says: [FRESH; 4],
        why: "trees do not follow links: who depends on such a file names it",
        ..ROW
    },
];

#[test]
fn each_strategy_says_what_the_table_says_of_links() {
    check(ROWS);
}
