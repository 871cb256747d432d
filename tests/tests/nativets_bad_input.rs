//! Bad input, whole program: no crash, no hang, the right exit status, and a message that helps.

use std::fs;
use std::os::unix::fs::symlink;

use tests::{Answer, Project};

#[test]
fn an_entry_that_is_no_file_is_trouble() {
    let project = Project::empty();
    fs::create_dir(project.path("dir.ts")).unwrap();
    let error = |entry: &str| {
        let ran = project.nativets(["compile", entry, "-o", "app", "--format", "json"]).run();
        assert_eq!(ran.error_code(), "entry", "{entry}");
        assert!(ran.stderr.contains(entry), "{ran:#?}");
        ran.json()["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(error("missing.ts").contains("No such file"));
    assert!(error("dir.ts").contains("it is a directory"));
    symlink("loop.ts", project.path("loop.ts")).unwrap();
    assert!(error("loop.ts").contains("symbolic link"));
    let fifo = project.path("fifo.ts");
    let _ = project.compile().with_program("mkfifo".as_ref()).args([&fifo]).run().expect(0);
    assert!(error("fifo.ts").contains("not a regular file"));
}

#[test]
fn usage_is_trouble() {
    let project = Project::new();
    for args in [&["compile"][..], &["compile", "main.ts", "--strategy"], &["frobnicate"], &[]] {
        let ran = project.nativets(args).run().expect(2);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{ran:#?}");
    }
    let json = project.nativets(["compile", "--format", "json"]).run();
    assert_eq!(json.error_code(), "usage");
    let help = project.nativets(["--help"]).run().expect(0);
    assert!(help.stdout.contains("compile") && help.stdout.contains("Exit status"), "{help:#?}");
    project.write("program", "console.log(1);\n");
    let no_name = project.nativets(["compile", "program", "--format", "json"]).run();
    assert_eq!(no_name.error_code(), "usage", "the program would replace its source");
}

#[test]
fn a_program_does_not_replace_its_configuration() {
    let project = Project::new();
    let before = std::fs::read(project.path("nativets.toml")).unwrap();
    let args = ["compile", "main.ts", "-o", "./nativets.toml", "--format", "json"];
    assert_eq!(project.nativets(args).run().error_code(), "output");
    assert_eq!(std::fs::read(project.path("nativets.toml")).unwrap(), before);
}

#[test]
fn nothing_is_written_into_a_workspace_that_is_none() {
    let project = Project::new();
    std::fs::create_dir(project.path("none")).unwrap();
    project.write("nativets.toml", "[archives]\nworkspace = \"none\"\n");
    assert_eq!(project.compile().run().error_code(), "workspace");
    assert_eq!(std::fs::read_dir(project.path("none")).unwrap().count(), 0);
}

#[test]
fn bytes_that_are_not_utf_8_are_found_where_they_are() {
    let project = Project::empty();
    project.write("main.ts", b"let a: number = 1;\nlet b: string = \"\xff\";\n");
    let ran = project.compile().run();
    assert_eq!(ran.diagnostics(), ["main.ts:2:18 this byte is not UTF-8"]);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let project = Project::empty();
    project.write("main.ts", "\u{feff}import { x } from \"./x\";\r\nconsole.log(x());\r\n");
    project.write("x.ts", "\u{feff}export function x(): number {\r\n  return 7;\r\n}\r\n");
    let _ = project.compiled();
    assert_eq!(project.app(), "7");
    project.write("x.ts", "\u{feff}export function x(): number {\r\n\treturn \"7\";\r\n}\r\n");
    let ran = project.compile().run();
    assert!(ran.diagnostics()[0].starts_with("x.ts:2:9 "), "{:?}", ran.diagnostics());
}

#[test]
fn an_empty_file_is_a_program_that_does_nothing() {
    let project = Project::empty();
    for text in ["", "\n", "// nothing\n", "\u{feff}"] {
        project.write("main.ts", text);
        let answer = project.compiled();
        assert_eq!((project.app().as_str(), answer.count("/native_modules")), ("", 1), "{text:?}");
    }
}

#[test]
fn ten_megabytes_are_compiled() {
    let project = Project::empty();
    let mut text = String::with_capacity(10 << 20);
    let comment = format!("// {}\n", "x".repeat(1000));
    while text.len() < 10 << 20 {
        text.push_str(&comment);
    }
    text.push_str("console.log(\"end\");\n");
    project.write("main.ts", &text);
    let _ = project.compiled();
    assert_eq!(project.app(), "end");
    text.push_str("oops(;\n");
    project.write("main.ts", &text);
    let ran = project.compile().run();
    assert_eq!(ran.diagnostics().len(), 1, "{:?}", ran.diagnostics());
    assert!(ran.stderr.len() < 2000, "a frame is small");
}

#[test]
fn a_line_of_megabytes_is_shown_around_the_place() {
    let project = Project::empty();
    project.write(
        "main.ts",
        format!("let a: string = \"{}\"; let b: number = a;\n", "y".repeat(2 << 20)),
    );
    let ran = project.compile().run();
    assert_eq!(ran.diagnostics().len(), 1);
    assert!(ran.stderr.contains('…') && ran.stderr.len() < 2000, "{} bytes", ran.stderr.len());
}

#[test]
fn nesting_as_deep_as_a_file_allows_is_told_and_no_crash() {
    let project = Project::empty();
    let deep =
        |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    let programs = [
        format!("console.log({});\n", deep("(", ")", 100_000)),
        format!("console.log({}1);\n", "-".repeat(100_001)),
        format!("{}{}\n", "{".repeat(100_000), "}".repeat(100_000)),
        format!("{}console.log(1);\n", "if (true) ".repeat(100_000)),
        "(".repeat(100_000),
        "`${".repeat(50_000),
    ];
    for program in programs {
        project.write("main.ts", &program);
        let ran = project.compile().run();
        let shown = &program[..20];
        assert_eq!(ran.code(), Some(1), "{shown}: {}", &ran.stderr[..ran.stderr.len().min(500)]);
        assert!(!ran.diagnostics().is_empty(), "{shown}");
    }
    project.write("main.ts", format!("console.log({});\n", deep("(", ")", 50)));
    let _ = project.compiled();
    assert_eq!(project.app(), "1");
}

#[test]
fn thousands_of_errors_are_shown_up_to_a_limit_and_counted() {
    let project = Project::empty();
    project.write("main.ts", "let a: number = \"x\";\n".replace('a', "aN").repeat(5000));
    let text: String = (0..5000).map(|i| format!("let a{i}: number = \"x\";\n")).collect();
    project.write("main.ts", &text);
    let ran = project.compile().run();
    let found = ran.diagnostics();
    assert!((50..1000).contains(&found.len()), "{}", found.len());
    assert!(found.last().unwrap().contains("more errors"), "{:?}", found.last());
    assert!(ran.stderr.len() < 200_000, "{}", ran.stderr.len());
}

#[test]
fn what_is_wrong_with_several_modules_is_told_at_once() {
    let project = Project::empty();
    project.write("main.ts", "import { a } from \"./a\";\nimport { b } from \"./b\";\nimport { c } from \"./nowhere\";\nimport { d } from \"lodash\";\n");
    project.write("a.ts", "export function a(: number {}\n");
    project.write("b.ts", "export class B {}\n");
    let found = project.compile().run().diagnostics();
    let files: Vec<&str> = found.iter().map(|d| d.split(':').next().unwrap()).collect();
    assert!(["a.ts", "b.ts", "main.ts"].iter().all(|file| files.contains(file)), "{found:?}");
    assert!(
        found.iter().any(|d| d == "main.ts:3:19 cannot find the module `./nowhere`"),
        "{found:?}"
    );
    assert!(found.iter().any(|d| d == "main.ts:4:19 there is no module `lodash`"), "{found:?}");
}

#[test]
fn names_that_are_not_exported_and_exports_that_are_doubled_are_errors() {
    let project = Project::new();
    project.write("extra.ts", "export function other(): number { return 2; }\n");
    let missing = project.compile().run().diagnostics();
    assert!(
        missing.iter().any(|d| d.starts_with("main.ts:2:10 ") && d.contains("extra")),
        "{missing:?}"
    );
    project.write("extra.ts", "export function extra(): number { return 2; }\nexport function extra(): number { return 3; }\n");
    let doubled = project.compile().run().diagnostics();
    assert!(doubled.iter().any(|d| d.starts_with("extra.ts:2:")), "{doubled:?}");
}

#[test]
fn a_name_that_an_edit_took_away_is_missed_by_the_unchanged_importer() {
    let project = Project::new();
    let _ = project.compiled();
    project.write("base.ts", "export function basis(): number { return 40; }\n");
    let found = project.compile().run().diagnostics();
    assert!(found.iter().any(|d| d.starts_with("main.ts:1:10 ")), "{found:?}");
    project.set_base(1);
    assert_eq!((project.compiled().work().1, project.app().as_str()), (1, "3"));
}

#[test]
fn a_module_that_was_deleted_is_missed_where_it_is_imported() {
    let project = Project::new();
    let _ = project.compiled();
    fs::remove_file(project.path("base.ts")).unwrap();
    let found = project.compile().run().diagnostics();
    assert_eq!(found, ["main.ts:1:22 cannot find the module `./base.ts`"]);
}

#[test]
fn an_output_that_cannot_be_is_trouble_before_anything_is_made() {
    let project = Project::new();
    fs::create_dir(project.path("dir")).unwrap();
    let error = |output: &str| {
        let ran = project.nativets(["compile", "main.ts", "-o", output, "--format", "json"]).run();
        assert_eq!(ran.error_code(), "output", "{output}");
        ran.json()["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(error("dir").ends_with("it is a directory"));
    assert!(error("nowhere/app").ends_with("its directory does not exist"));
    assert!(error("main.ts/app").ends_with("what should be its directory is a file"));
    assert!(error("/proc/app").contains("/proc/app"), "not writable, even by root");
    assert!(error("extra.ts").ends_with("it is a source of this program"));
    assert!(fs::read_to_string(project.path("extra.ts")).unwrap().starts_with("export"));
}

#[test]
fn a_source_that_writes_to_the_terminal_is_shown_escaped() {
    let project = Project::empty();
    project.write("main.ts", "let a: number = \"\u{1b}[31m\u{202e}\u{7}\";\n");
    let ran = project.compile().run();
    assert_eq!(ran.code(), Some(1));
    assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{ran:#?}");
}

#[test]
fn paths_with_spaces_quotes_and_bytes_that_are_not_utf_8_are_compiled() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let project = Project::empty();
    for name in [&b"a b 'c' \"d\" \\ $e"[..], b"\xff\xfe", "ä\u{202e}".as_bytes()] {
        let dir = project.path("").join(OsStr::from_bytes(name));
        fs::create_dir_all(&dir).unwrap();
        tests::write(&dir.join("main.ts"), "import { x } from \"./x y\";\nconsole.log(x());\n");
        tests::write(&dir.join("x y.ts"), "export function x(): number { return 5; }\n");
        let cache = dir.join("cache");
        let ran = project
            .compile()
            .in_directory(&dir)
            .args([OsStr::new("--cache-dir"), cache.as_os_str()])
            .run();
        assert_eq!(Answer(ran.expect(0).json()).work(), (2, 2, 0, true));
        let printed = tests::Run::new(dir.join("app"), &dir).run().expect(0);
        assert_eq!(printed.stdout, "5\n");
    }
}

#[test]
fn without_a_c_compiler_it_is_named() {
    let project = Project::new();
    let ran = project.compile().env("PATH", "/nonexistent").run();
    assert_eq!(ran.error_code(), "linker-missing");
    assert!(ran.stderr.contains("`cc`"), "{ran:#?}");
}
