//! The contract where the list changes: what comes, goes, and becomes another kind of thing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::contract::{FRESH, ROW, Row, check};
use crate::world::When;

const TAG_OF_CARGO: &str = "Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by cargo.
";

pub const ROWS: &[Row] = &[
    Row {
        edit: "a file added, now",
        after: |w| w.write_at("src/new.rs", "new", When::After),
        says: ["input-added src/new.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a file added with an old mtime",
        after: |w| w.write("src/deep/new.rs", ""),
        says: ["input-added src/deep/new.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a file added whose name is not text",
        after: |w| w.write(OsStr::from_bytes(b"src/\xff\n.rs"), ""),
        says: ["input-added src/\\xff\\x0a.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a module called target added",
        after: |w| w.write("src/target/mod.rs", ""),
        says: ["input-added src/target/mod.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a target directory of cargo's own added",
        after: |w| {
            w.write("src/target/CACHEDIR.TAG", TAG_OF_CARGO);
            w.write("src/target/debug/x", "");
        },
        says: [FRESH; 4],
        why: "cargo tags it, and what cargo makes is no input",
        ..ROW
    },
    Row {
        edit: "a repository's own files added",
        after: |w| w.write("src/.git/index", ""),
        says: [FRESH; 4],
        ..ROW
    },
    Row {
        edit: "an empty directory added",
        after: |w| w.make_dir("src/dir"),
        says: [FRESH; 4],
        why: "directories are seen by what is in them",
        ..ROW
    },
    Row {
        edit: "a file removed",
        after: |w| w.remove("src/a.rs"),
        says: ["input-removed src/a.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a file renamed",
        after: |w| w.rename("src/a.rs", "src/z.rs"),
        says: ["input-removed src/a.rs, input-added src/z.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a directory renamed",
        before: |w| {
            w.write("src/m/x.rs", "");
            w.write("src/m/y.rs", "");
        },
        after: |w| w.rename("src/m", "src/n"),
        says: ["input-removed src/m/x.rs, input-removed src/m/y.rs, \
                input-added src/n/x.rs, input-added src/n/y.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a named path removed",
        after: |w| w.remove("Cargo.toml"),
        says: ["input-removed Cargo.toml"; 4],
        ..ROW
    },
    Row {
        edit: "an absent path appears, with an old mtime",
        after: |w| w.write_at("absent.toml", "", When::Older),
        says: ["input-added absent.toml"; 4],
        ..ROW
    },
    Row {
        edit: "an absent path appears as a directory",
        after: |w| w.make_dir("absent.toml"),
        says: ["input-added absent.toml"; 4],
        ..ROW
    },
    Row {
        edit: "an absent path appears and goes",
        after: |w| {
            w.write("absent.toml", "");
            w.remove("absent.toml");
        },
        says: [FRESH; 4],
        ..ROW
    },
    Row {
        edit: "a file of a tree replaced by an empty directory",
        after: |w| {
            w.remove("src/a.rs");
            w.make_dir("src/a.rs");
        },
        says: ["input-removed src/a.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a file of a tree replaced by a directory with a file",
        after: |w| {
            w.remove("src/a.rs");
            w.write("src/a.rs/a.rs", "aaaa");
        },
        says: ["input-removed src/a.rs, input-added src/a.rs/a.rs"; 4],
        ..ROW
    },
    Row {
        edit: "a named file replaced by a directory",
        after: |w| {
            w.remove("Cargo.toml");
            w.make_dir("Cargo.toml");
        },
        says: ["input-changed Cargo.toml"; 4],
        ..ROW
    },
    Row {
        edit: "a directory that is named by itself gets a file",
        before: |w| w.make_dir("absent.toml"),
        after: |w| w.write("absent.toml/x", ""),
        says: [FRESH; 4],
        why: "what it holds is an input where a tree or glob says so",
        ..ROW
    },
    Row {
        edit: "a file replaced by a named pipe",
        after: |w| {
            w.remove("src/a.rs");
            w.make_fifo("src/a.rs");
        },
        says: ["input-changed src/a.rs"; 4],
        ..ROW
    },
    Row {
        edit: "nothing, to a named pipe",
        before: |w| w.make_fifo("src/fifo"),
        says: [FRESH; 4],
        why: "no one waits for a writer, and a pipe has no bytes that were built",
        ..ROW
    },
    Row {
        edit: "a named pipe touched",
        before: |w| w.make_fifo("src/fifo"),
        after: |w| w.date("src/fifo", When::After),
        says: [FRESH; 4],
        ..ROW
    },
    Row {
        edit: "a named pipe replaced by a file",
        before: |w| w.make_fifo("src/fifo"),
        after: |w| {
            w.remove("src/fifo");
            w.write("src/fifo", "");
        },
        says: ["input-changed src/fifo"; 4],
        ..ROW
    },
    Row {
        edit: "every source removed",
        after: |w| {
            ["src/a.rs", "src/b.rs", "src/empty.rs"].iter().for_each(|path| w.remove(path));
            std::fs::remove_dir(w.path("src")).unwrap();
        },
        says: ["input-removed src/a.rs, input-removed src/b.rs, input-removed src/empty.rs"; 4],
        why: "the tree itself is then an absent path, and that is no news of its own",
        ..ROW
    },
    Row {
        edit: "a tree that was not there gets a file",
        before: |w| std::fs::remove_dir_all(w.path("src")).unwrap(),
        after: |w| w.write("src/new.rs", ""),
        says: ["input-added src/new.rs"; 4],
        why: "nor is it that the tree is there now",
        ..ROW
    },
];

#[test]
fn each_strategy_says_what_the_table_says_where_the_list_changes() {
    check(ROWS);
}
