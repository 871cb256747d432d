//! What is said about programs that are wrong: every kind of error, in words.
//!
//! Each snapshot is a table: the program, then `line:column: message` and the help, for every error in it.

use std::fmt::Write;

use crate::support::{Sources, checked};
use nativets::language::Diagnostic;

/// What is wrong with a program of one module.
fn wrong(text: &str) -> Vec<Diagnostic> {
    let sources = Sources::from([("main.ts".to_owned(), text.to_owned())]);
    checked(&sources, "main.ts").err().map_or(Vec::new(), |(_, wrong)| wrong)
}

fn table(programs: &[&str]) -> String {
    let mut table = String::new();
    for program in programs {
        let wrong = wrong(program);
        assert!(!wrong.is_empty(), "nothing is wrong with: {program}");
        for line in program.lines() {
            writeln!(table, "| {line}").unwrap();
        }
        describe(&mut table, program, &wrong);
        table.push('\n');
    }
    table
}

fn describe(table: &mut String, text: &str, wrong: &[Diagnostic]) {
    for Diagnostic { span, message, help } in wrong {
        let before = &text[..span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let about = &text[span.start as usize..span.end as usize];
        let about = about.lines().next().unwrap_or_default();
        writeln!(table, "{line}:{column}: {message} ({about:?})").unwrap();
        if let Some(help) = help {
            writeln!(table, "      help: {help}").unwrap();
        }
    }
}

#[test]
fn syntax_that_is_no_typescript() {
    let table = table(&[
        "let = 5;",
        "let x = ;",
        "function f( { }",
        "console.log(1",
        "let a = 'open;\nlet b = 2;",
        "let a = `open",
        "if (true { }",
        "let x: number = 1 2;",
        "@",
        "let x = 010;",
        "let s = \"\\1\";",
        "let x = 1__0;",
        "}",
        "return 1;",
        "let x = -2 ** 2;",
    ]);
    insta::assert_snapshot!(table);
}

#[test]
fn syntax_that_the_language_does_not_have() {
    let table = table(&[
        "var x = 1;\nlet y = [1, 2];\nlet z = { a: 1 };\nclass A {}\nenum E { A }",
        "const f = (a: number) => a;\nconst g = function () { return 1; };",
        "let a = null;\nlet b = undefined;\nlet c = 10n;\nlet d = this;",
        "let r = /x/;",
        "type T = number;\ninterface I { a: number }\nnamespace N { }",
        "try { } catch { }\nthrow 1;",
        "switch (1) { case 1: }\ndo { } while (false);\nfor (const a of b) { }\nfor (const a in b) { }",
        "outer: while (true) { break outer; }",
        "let a = 1 == 1;\nlet b = 1 != 1;\nlet c = 1 & 2;\nlet d = 1 ?? 2;\nlet e = ~1;\nlet f = typeof 1;",
        "let a = 1;\na <<= 1;\na &&= 2;",
        "let x = (1, 2);",
        "let s = \"a\".length;\nlet t = s[0];\nlet u = Math.sqrt(2);",
        "console.error(1);\nconsole.log(...[1]);",
        "let { a } = b;\nlet [c] = d;\nfunction f({ e }: number): void {}",
        "function f(a = 1, b?: number, ...c: number[]): void {}",
        "async function f(): Promise<void> { await 1; }\nfunction* g(): number { yield 1; }",
        "function f<T>(a: T): T { return a; }\nf<number>(1);",
        "function outer(): void {\n  function inner(): void {}\n}\n{\n  function block(): void {}\n}",
        "let x = 1 as number;\nlet y = x!;\nlet z = <number>x;",
        "declare let a: number;\ndeclare function f(): void;\nfunction g(): void;",
        "import a from \"./a\";\nimport * as b from \"./b\";\nimport type { C } from \"./c\";",
        "export default function f(): void {}\nexport * from \"./a\";\nexport { a } from \"./a\";",
        "export class A {}\nexport type T = number;",
        "let x = new Date();\nlet y = tag`text`;\nlet z = import(\"./a\");",
        "let a = \"\\ud800\";\nlet b = `\\udc00`;",
        "let x: any = 1;\nlet y: number[] = 1;\nlet z: number | string = 1;\nlet w: \"a\" = \"a\";",
        "let eval = 1;\nlet undefined = 2;",
    ]);
    insta::assert_snapshot!(table);
}

#[test]
fn names() {
    let table = table(&[
        "console.log(missing);",
        "let counter = 1;\nconsole.log(conter, Counter);",
        "let x = 1;\nlet x = 2;\nfunction x(): void {}",
        "function f(a: number, a: number): void {\n  let a = 1;\n}",
        "const c = 1;\nc = 2;\nc++;\nc += 1;",
        "function f(): void {}\nf = 1;\nlet g = f;\nNaN = 1;",
        "console.log(early);\nlet early = 1;",
        "let x = 1;\n{\n  console.log(x);\n  let x = 2;\n}",
        "let x = x + 1;",
        "let a = b, b = 1;",
        "let n = 1;\nn();\nmissing();",
        "console.log(undefined, console);",
        "let console = 1;\nconsole.log(2);",
        "{\n  let inner = 1;\n}\nconsole.log(inner);",
        "for (let i = 0; i < 1; i++) {}\nconsole.log(i);",
    ]);
    insta::assert_snapshot!(table);
}

#[test]
fn types() {
    let table = table(&[
        "let n: number = \"text\";\nlet s: string = 1;\nlet b: boolean = 0;",
        "let n = 1;\nn = \"text\";\nn += \"text\";\nlet s = \"\";\ns++;\ns -= 1;",
        "let x: void = 1;\nlet y = f();\nfunction f(): void {}",
        "console.log(1 + true, 1 - \"2\", \"3\" * 2, true / 1, \"a\" % \"b\", 1 ** true);",
        "console.log(1 < \"2\", true < false, 1 === \"1\", \"a\" !== false);",
        "console.log(-\"1\", +\"1\", -true);",
        "console.log(1 && \"a\", \"\" || 0, true && 1);",
        "console.log(true ? 1 : \"2\", f() ? 1 : 2, true ? f() : 1);\nfunction f(): void {}",
        "function f(a: number, b: string): number { return a; }\nf();\nf(1);\nf(\"1\", 2);\nf(1, \"2\", 3);",
        "function f(): number { return \"text\"; }\nfunction g(): number { return; }\nfunction h(): void { return 1; }",
        "function f(n: number): number {\n  if (n > 1) {\n    return 1;\n  }\n}",
        "function f(n: number): number {\n  while (n > 1) {\n    return 1;\n  }\n}",
        "function f(n: number): number {\n  while (true) {\n    if (n > 1) break;\n  }\n}",
        "function f(a, b): void {}\nfunction g(): { }\nfunction h() {}",
        "if (f()) {}\nwhile (f()) {}\nconsole.log(f(), `${f()}`, !f(), f() + 1, f() === f());\nfunction f(): void {}",
        "let x;\nconst y: number;\nconst z;",
        "let x: number;\nconsole.log(x);\nif (true) { x = 1; }\nconsole.log(x);",
        "let x: number;\nfunction f(): number { return x; }\nx = 1;",
        "break;\ncontinue;\nif (true) { break; }",
    ]);
    insta::assert_snapshot!(table);
}

#[test]
fn modules() {
    let sources = Sources::from(
        [
            (
                "lib.ts",
                "export function area(r: number): number { return r; }\nexport const PI = 3;",
            ),
            ("none.ts", ""),
            ("good.ts", "export const limit: number = 1 + 1;"),
        ]
        .map(|(id, text)| (id.to_owned(), text.to_owned())),
    );
    let mut report = String::new();
    for text in [
        "import { aera, PIE, nothing } from \"./lib\";",
        "import { x } from \"./none\";",
        "import { area } from \"./missing\";",
        "import { sha256 } from \"node:crypto\";",
        "import { area, PI } from \"./lib\";\narea = 1;\nPI = 2;\nPI();\nlet a = area;\narea(\"x\");",
        "import { area } from \"./lib\";\nlet area = 1;",
        "import { area, area } from \"./lib\";",
        "import { PI } from \"./lib\";\nexport { PI };",
        "let variable = 1;\nexport { variable, missing };\nexport let other = 2;",
        "export function f(): void {}\nexport { f };\nexport const f2 = 1, f2b = 1;\nexport { f2 as f2b };",
        "export const computed = 1 + 1;\nconst text = \"a\" + 1;\nexport { text };",
        "export { f as default };\nfunction f(): void {}\nexport { f as \"quoted name\" };",
    ] {
        let mut sources = sources.clone();
        sources.insert("main.ts".to_owned(), text.to_owned());
        let (module, wrong) = checked(&sources, "main.ts").unwrap_err();
        assert_eq!(module, "main.ts");
        text.lines().for_each(|line| writeln!(report, "| {line}").unwrap());
        describe(&mut report, text, &wrong);
        report.push('\n');
    }
    insta::assert_snapshot!(report);
}

#[test]
fn many_errors_are_capped_and_counted() {
    let text = "console.log(missing);\n".repeat(10_000);
    let wrong = wrong(&text);
    assert_eq!(wrong.len(), 101);
    assert_eq!(wrong[0].message, "`missing` is not defined");
    assert_eq!(wrong[100].message, "9900 more errors are not shown");
    let unsupported = "var x = [1];\n".repeat(10_000);
    assert_eq!(self::wrong(&unsupported).len(), 101);
}

#[test]
fn spans_lie_inside_of_the_text_and_on_characters() {
    for text in
        ["let é = ‘", "let x = \"😀", "console.log(é😀ß);", "/* é", "`${é", "\u{feff}@", "é"]
    {
        for diagnostic in wrong(text) {
            let range = diagnostic.span.start as usize..diagnostic.span.end as usize;
            assert!(text.get(range).is_some(), "{text:?}: {diagnostic:?}");
        }
    }
}
