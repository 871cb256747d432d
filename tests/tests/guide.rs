//! The user guide, done as it says: every `sh` block of a chapter is run, in order, in a directory of the chapter's own.
//!
//! A block succeeds, unless its last line ends in `# exit N`. A `text` block right after it is what it prints on standard
//! output, where `…` stands for anything within a line. Only a block whose first line is `# not run: WHY` is not run, and
//! one that shows a recipe, which is another test's.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::{World, write};

fn source() -> PathBuf {
    fs::canonicalize(tests::repository().join("docs/guide/src")).unwrap()
}

fn text_of(chapter: &str) -> String {
    fs::read_to_string(source().join(chapter)).unwrap_or_else(|e| panic!("{chapter}: {e}"))
}

/// The files that the table of contents names, in its order.
fn chapters() -> Vec<String> {
    let summary = text_of("SUMMARY.md");
    links(&summary).into_iter().filter(|link| link.ends_with(".md")).collect()
}

/// Where the links of a text lead, without a place inside the page.
fn links(text: &str) -> Vec<String> {
    let targets = text.match_indices("](").map(|(at, _)| &text[at + 2..]);
    let targets = targets.filter_map(|rest| rest.split(')').next());
    targets.map(|target| target.split('#').next().unwrap().to_owned()).collect()
}

/// A fenced block: its language, its lines, and the lines that it begins and ends on.
struct Block {
    language: String,
    text: String,
    line: usize,
    end: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let language = language.to_owned();
                open = Some(Block { language, text: String::new(), line: index + 1, end: 0 });
            }
            (Some(block), Some(_)) => {
                block.end = index + 1;
                blocks.extend(open.take());
            }
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

impl Block {
    /// Why it is not run, if it says so.
    fn not_run(&self) -> Option<&str> {
        self.text.lines().next()?.strip_prefix("# not run: ")
    }

    /// The recipe that it shows.
    fn recipe(&self) -> Option<&str> {
        let file = self.text.trim_end().strip_prefix("{{#include ../../recipes/")?;
        file.strip_suffix("}}")
    }

    fn is_run(&self) -> bool {
        self.language == "sh" && self.not_run().is_none() && self.recipe().is_none()
    }

    fn status(&self) -> i32 {
        let last = self.text.lines().last().unwrap_or_default();
        last.rsplit_once("# exit ").map_or(0, |(_, status)| status.trim().parse().unwrap())
    }
}

/// Whether `printed` is what `wanted` says, line by line, where `…` stands for anything.
fn is_as_shown(printed: &str, wanted: &str) -> bool {
    let matches = |printed: &str, wanted: &str| {
        let Some((first, rest)) = wanted.split_once('…') else { return printed == wanted };
        let mut parts: Vec<&str> = rest.split('…').collect();
        let last = parts.pop().unwrap();
        let between = printed.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
        let found = |rest: &'_ str, part: &&str| rest.find(part).map(|at| at + part.len());
        let mut rest = between;
        for part in &parts {
            rest = rest.and_then(|rest| found(rest, part).map(|end| &rest[end..]));
        }
        rest.is_some()
    };
    printed.lines().count() == wanted.lines().count()
        && printed.lines().zip(wanted.lines()).all(|(printed, wanted)| matches(printed, wanted))
}

/// The chapter whose program must be able to speak to a storage.
const SHARING: &str = "sharing.md";

/// Does what a chapter says, in a directory of its own.
fn follow(chapter: &str) {
    let world = if chapter == SHARING { World::with_remote() } else { World::new() };
    // Below no workspace: `cargo init` would make the reader's package a member of it.
    let here = tempfile::tempdir().unwrap();
    let place = world.root().join("place");
    write(&place, here.path().to_str().unwrap());
    let blocks = blocks(&text_of(chapter));
    for (index, block) in blocks.iter().enumerate() {
        if !block.is_run() {
            continue;
        }
        // The next block goes on where this one ends.
        let script = format!("trap 'pwd > \"$PLACE\"' EXIT\n{}", block.text);
        let directory = fs::read_to_string(&place).unwrap();
        let run = world.user_of_freshness("sh", &["-euc", &script]).env("PLACE", &place);
        let run = run.env("RECIPES", source().join("../../recipes"));
        let ran = run.in_directory(Path::new(directory.trim_end())).run();
        let shown = format!("{chapter}:{}\n{}\n{ran:#?}", block.line, block.text);
        assert_eq!(ran.code(), Some(block.status()), "{shown}");
        let is_shown = |next: &&Block| next.language == "text" && next.line == block.end + 2;
        if let Some(expected) = blocks.get(index + 1).filter(is_shown) {
            assert!(is_as_shown(&ran.stdout, &expected.text), "{shown}\nnot as shown");
        }
    }
}

macro_rules! followed {
    ($($name:ident: $chapter:literal,)*) => {
        $(#[test]
        fn $name() {
            follow($chapter);
        })*

        const FOLLOWED: &[&str] = &[$($chapter),*];
    };
}

followed! {
    a_first_answer: "first-answer.md",
    how_it_decides: "how-it-decides.md",
    strategies: "strategies.md",
    configuration: "configuration.md",
    command_line: "cli.md",
    json: "json.md",
    any_other_command: "run.md",
    recipes: "recipes.md",
    your_compiler: "compiler.md",
    import_hooks: "import-hooks.md",
    your_own_strategy: "own-strategy.md",
    store: "store.md",
    sharing: "sharing.md",
    troubleshooting: "troubleshooting.md",
}

#[test]
fn every_chapter_is_followed_and_every_link_leads_somewhere() {
    let chapters = chapters();
    // The rest are pages of the repository, as they are.
    let is_page = |chapter: &&String| {
        let text = text_of(chapter);
        text.starts_with("{{#include ") && text.lines().count() == 1
    };
    let (pages, written): (Vec<_>, Vec<_>) = chapters.iter().partition(is_page);
    assert_eq!(written, FOLLOWED, "SUMMARY.md and what is followed");
    assert_eq!([&written[..], &pages[..]].concat(), chapters.iter().collect::<Vec<_>>());
    for chapter in chapters.iter().map(String::as_str).chain(["SUMMARY.md"]) {
        let text = text_of(chapter);
        let included = text.match_indices("{{#include ").map(|(at, mark)| &text[at + mark.len()..]);
        let included = included.map(|rest| rest.split(['}', ':']).next().unwrap().to_owned());
        for target in links(&text).into_iter().chain(included) {
            let is_elsewhere = target.is_empty() || target.contains("://");
            assert!(is_elsewhere || source().join(&target).exists(), "{chapter}: {target}");
        }
    }
}

#[test]
fn few_commands_are_not_run_and_each_says_why() {
    let all: Vec<Block> = FOLLOWED.iter().flat_map(|chapter| blocks(&text_of(chapter))).collect();
    let commands = all.iter().filter(|block| block.language == "sh");
    let not_run: Vec<&str> = commands.filter_map(Block::not_run).collect();
    assert!(not_run.iter().all(|why| why.len() > 10), "{not_run:?}");
    let run = all.iter().filter(|block| block.is_run()).count();
    assert!(not_run.len() <= 3 && run > 40, "{run} are run, and not these: {not_run:?}");
    let tested = include_str!("recipes.rs");
    for recipe in all.iter().filter_map(Block::recipe) {
        assert!(tested.contains(&format!("\"{recipe}\"")), "{recipe} is not tested");
    }
    // Another spelling of a shell block would not be run and not be counted.
    for block in &all {
        let known = ["sh", "text", "toml", "json", "rust", "python", "make", "ninja"];
        assert!(known.contains(&&*block.language), "`{}`: {}", block.language, block.text);
    }
}

#[test]
fn whatever_is_shown_is_what_the_block_before_it_prints() {
    // The reference of the command line shows what is generated, and `cargo xtask tidy` compares that.
    for chapter in FOLLOWED.iter().filter(|chapter| **chapter != "cli.md") {
        let blocks = blocks(&text_of(chapter));
        for (index, shown) in blocks.iter().enumerate().filter(|(_, b)| b.language == "text") {
            let before = &blocks[index - 1];
            let is_compared = before.is_run() && shown.line == before.end + 2;
            assert!(is_compared, "{chapter}:{}: nothing is compared with it", shown.line);
        }
    }
}

#[test]
fn every_key_of_the_configuration_is_in_its_reference() {
    let page = text_of("configuration.md");
    let mut keys = Vec::new();
    for (file, written) in [
        ("raw.rs", "pub(super) struct Config {"),
        ("raw.rs", "struct WrittenProfile {"),
        ("remote.rs", "pub(super) struct Written {"),
    ] {
        let raw = tests::repository().join("crates/freshness/src/config").join(file);
        let raw = fs::read_to_string(raw).unwrap();
        let (_, rest) = raw.split_once(written).unwrap();
        let (fields, _) = rest.split_once("\n}").unwrap();
        let fields = fields.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let names = fields.filter_map(|line| line.split_once(": "));
        keys.extend(names.map(|(name, _)| name.replace('_', "-")));
    }
    assert!(keys.len() > 25, "{keys:?}");
    for key in keys {
        let is_named =
            ["`{}`", "`{}.", "`[{}."].iter().any(|as_| page.contains(&as_.replace("{}", &key)));
        assert!(is_named, "`{key}`");
    }
}

#[test]
fn every_reason_and_every_error_has_its_way_out() {
    let read = |path: &str| fs::read_to_string(tests::repository().join(path)).unwrap();
    let page = text_of("troubleshooting.md");
    let mut count = 0;
    for path in [
        "crates/freshness-core/src/verdict.rs",
        "crates/archive-builder/src/error.rs",
        "crates/freshness/src/config/mod.rs",
    ] {
        let source = read(path);
        let start = source.find("pub fn code(&self) -> &'static str").unwrap();
        let body = &source[start..start + source[start..].find("\n    }\n").unwrap()];
        let codes = body.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
        for code in codes {
            count += 1;
            assert!(page.contains(&format!("| `{code}` |")), "{path}: `{code}` is not explained");
        }
    }
    assert!(count > 25, "{count} codes were found");
}

#[test]
fn what_is_shown_is_compared_with_room_for_what_differs() {
    assert!(is_as_shown("a b c\n", "a … c\n"));
    assert!(is_as_shown("/x/y/lib.a\n", "…/lib.a\n"));
    assert!(is_as_shown("fresh (0.8 ms)\n", "fresh (… ms)\n"));
    assert!(is_as_shown("tail anything\n", "tail …\n"));
    assert!(!is_as_shown("a b d\n", "a … c\n"));
    assert!(!is_as_shown("a\nb\n", "a\n"));
    assert!(!is_as_shown("ab\n", "a\n"));
}
