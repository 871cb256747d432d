//! `explain --html`: one page that holds what is told, needs nothing else, and that no name can break out of.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use serde_json::Value;
use tests::World;

/// Names that try to end an element, an attribute, a text of the script or a comment, or to look like another.
const HOSTILE: [&[u8]; 8] = [
    b"<script>alert(1)",
    b"<",
    b"\"onload=x '",
    b"&lt;b&gt;",
    b"<!--<script>",
    b"]]>",
    "a\u{202e}b\u{2028}c\u{1b}[2J".as_bytes(),
    b"\xff\xfe",
];

const SHOWN: [&str; 8] = [
    "<script>alert(1)",
    "<",
    "\"onload=x '",
    "&lt;b&gt;",
    "<!--<script>",
    "]]>",
    "a\\u{202e}b\\u{2028}c\\x1b[2J",
    "\\xff\\xfe",
];

struct Page {
    text: String,
}

impl Page {
    fn of(world: &World, code: i32, args: &[&str]) -> Self {
        let file = world.root().join("why.html");
        let ran = world.freshness(["explain", "--html"]).args([&file]).args(args);
        let ran = ran.run().expect(code);
        assert!(ran.stderr.contains("freshness: wrote "), "{ran:#?}");
        Self { text: fs::read_to_string(file).unwrap() }
    }

    /// What a browser without scripts would show, and the data of the script.
    fn parts(&self) -> (String, Value) {
        let (before, behind) =
            self.text.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
        let (data, behind) = behind.split_once("</script>").unwrap();
        let (between, script) = behind.split_once("<script>").unwrap();
        let (script, end) = script.split_once("</script>").unwrap();
        assert!(script.contains("\"use strict\";"), "{script}");
        let (before, style) = before.split_once("<style>").unwrap();
        let shown = format!("{before}{}{between}{end}", style.split_once("</style>").unwrap().1);
        (shown, serde_json::from_str(data).unwrap())
    }

    /// The inputs that the tree is made of, with the number of their state.
    fn inputs(&self) -> Vec<(String, u64)> {
        let (_, data) = self.parts();
        let mut inputs = Vec::new();
        for dir in data["dirs"].as_array().unwrap() {
            for file in dir[1].as_array().unwrap().chunks(3) {
                let name = format!("{}{}", dir[0].as_str().unwrap(), file[0].as_str().unwrap());
                let why = usize::try_from(file[1].as_u64().unwrap()).unwrap();
                assert!(!data["whys"][why].as_array().unwrap().is_empty(), "{name}");
                inputs.push((name, file[2].as_u64().unwrap()));
            }
        }
        inputs
    }
}

#[test]
fn the_page_says_what_the_answer_says_without_its_script() {
    let world = World::new();
    for name in ["alpha", "beta"] {
        world.set_at(name, 1, tests::long_ago());
    }
    let _ = world.build();
    let before = tests::snapshot(&world.workspace());
    let fresh = Page::of(&world, 0, &[]);
    assert!(tests::snapshot(&world.workspace()) == before, "nothing is written but the page");
    let (shown, _) = fresh.parts();
    assert!(shown.contains("<span class=\"pill good\">fresh</span> profile default"), "{shown}");
    assert!(shown.contains("Nothing: everything is as it was"), "{shown}");
    assert!(shown.contains("libalpha.a"), "{shown}");

    world.set_at("alpha", 2, tests::long_ago());
    let stale = Page::of(&world, 1, &[]);
    let (shown, data) = stale.parts();
    assert!(shown.contains("<span class=\"pill bad\">stale</span> profile default"), "{shown}");
    for told in [
        "by <code>hash</code>: 1 reason to build",
        "<summary>package alpha ",
        "<span class=\"badge warn\">input-changed</span> <span class=\"path\">alpha/src/value.rs</span>",
        "<p>content differs</p>",
        "mtime/newer-than misses it",
        "<li>compile alpha and what depends on it</li>",
        "<tr><td><code>hash/always</code></td><td><span class=\"badge bad\">stale</span></td>",
        "<noscript>",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert_eq!(data["changes"]["alpha/src/value.rs"][0], "input-changed: content differs");
}

#[test]
fn the_tree_holds_every_input_and_what_is_gone() {
    let config = "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n";
    let world = World::with_config(config);
    world.write("odd/gone", "1");
    let _ = world.build();
    fs::remove_file(world.path("odd/gone")).unwrap();
    world.write("odd/new", "1");
    world.set("beta", 2);
    let json = world.freshness(["explain", "--inputs", "--format", "json"]).run().json();
    let listed = json["inputs"].as_array().unwrap().iter();
    let mut listed: BTreeSet<String> =
        listed.map(|input| input["path"].as_str().unwrap().to_owned()).collect();
    listed.insert("odd/gone".into());
    let inputs = Page::of(&world, 1, &[]).inputs();
    assert_eq!(inputs.iter().map(|(path, _)| path.clone()).collect::<BTreeSet<_>>(), listed);
    let changed = inputs.iter().filter(|(_, state)| *state == 1).map(|(path, _)| path.as_str());
    let changed: BTreeSet<&str> = changed.collect();
    assert_eq!(changed, ["beta/src/value.rs", "odd/gone", "odd/new"].into());
    assert!(inputs.contains(&("rust-toolchain".into(), 3)), "absent: {inputs:?}");
}

#[test]
fn no_name_breaks_out_of_the_page() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"odd/*\"]\n",
    );
    world.write("odd/one", "1");
    let _ = world.build();
    for name in HOSTILE {
        fs::write(world.path("odd").join(OsStr::from_bytes(name)), "x").unwrap();
    }
    let page = Page::of(&world, 1, &[]);
    let (shown, data) = page.parts();
    let names: Vec<String> = page.inputs().into_iter().map(|(name, _)| name).collect();
    for name in SHOWN {
        assert!(names.contains(&format!("odd/{name}")), "{name}: {names:?}");
        let change = &data["changes"][format!("odd/{name}")];
        assert!(change[0].as_str().unwrap().starts_with("input-added: "), "{name}: {change}");
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let escaped = escaped.replace('"', "&quot;").replace('\'', "&#39;");
        assert!(shown.contains(&format!("<span class=\"path\">odd/{escaped}</span>")), "{name}");
    }
    assert_eq!(page.text.matches("<script").count(), 2);
    assert_eq!(page.text.matches("</script").count(), 2);
    assert!(!page.text.contains("<!--") && !page.text.contains("<script>alert"));
    let is_bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{2028}');
    assert!(!page.text.chars().any(is_bad));
    let handlers = ["onload=", "onerror=", "javascript:"];
    let tags = shown.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    for (tag, _) in tags {
        assert!(!handlers.iter().any(|handler| tag.contains(handler)), "{tag}");
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let world = World::new();
    let page = Page::of(&world, 1, &[]).text;
    for foreign in
        ["http:", "https:", "//cdn", " src=", " href=", "url(", "@import", "<link", "<img"]
    {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("content=\"default-src 'none'; "), "{page}");
    assert!(page.contains("prefers-color-scheme: dark"), "{page}");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"), "{page}");
}

#[test]
fn many_inputs_take_few_bytes_each_and_a_long_list_of_changes_is_cut() {
    let world = World::with_config(
        "[profile.default]\npackages = [\"alpha\"]\nextra-inputs = [\"many\"]\n",
    );
    for dir in 0..40 {
        for file in 0..100 {
            world.write(&format!("many/dir{dir:02}/file{file:02}.rs"), "");
        }
    }
    let small = World::new();
    let _ = (world.build(), small.build());
    let bytes = |world: &World, code| Page::of(world, code, &[]).text.len();
    let each = bytes(&world, 0).saturating_sub(bytes(&small, 0)) / 4_000;
    assert!(each < 30, "{each} bytes for an input");
    // Each of them, and the directory that the configuration names.
    fs::remove_dir_all(world.path("many")).unwrap();
    let page = Page::of(&world, 1, &[]);
    let (shown, data) = page.parts();
    assert!(shown.contains("<span class=\"faint\">4,001 changes</span>"), "{shown}");
    assert_eq!(shown.matches("<div class=\"change\">").count(), 20);
    assert!(shown.contains("and 3981 more: see the inputs below"), "{shown}");
    assert_eq!(data["changes"].as_object().unwrap().len(), 2_000);
    assert_eq!(page.inputs().iter().filter(|(_, state)| *state == 1).count(), 4_001);
}

#[test]
fn a_page_that_cannot_be_written_is_trouble_and_leaves_what_was_there() {
    let world = World::new();
    let _ = world.build();
    let dir = world.root().join("pages");
    fs::create_dir(&dir).unwrap();
    let page = dir.join("why.html");
    fs::write(&page, "earlier").unwrap();
    let explain = |file: &PathBuf, args: &[&str]| {
        world.freshness(["explain", "--html"]).args([file]).args(args).run()
    };
    for nowhere in [dir.join("no/such.html"), dir.clone(), "/dev/null".into()] {
        let failed = explain(&nowhere, &[]).expect(2);
        assert!(failed.stderr.starts_with("error: failed to write the page "), "{failed:#?}");
        assert_eq!(failed.stdout, "");
        let failed = explain(&nowhere, &["--format", "json"]);
        assert_eq!(failed.error_code(), "html");
    }
    assert_eq!(fs::read(&page).unwrap(), b"earlier");
    let written = explain(&page, &["-q"]).expect(0);
    assert_eq!(written.stderr, "");
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "and nothing beside it");
}
