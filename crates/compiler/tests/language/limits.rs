//! Texts that nobody writes: nested without end, of one enormous expression, mutilated.
//!
//! Each runs on a thread of the smallest stack that the compiler's own threads have, in an unoptimised
//! build: where the stack does not last, the test does not either.

use nativets::language::{OptLevel, Options, check, generate, parse};
use proptest::prelude::*;

const STACK_BYTES: usize = 2 * 1024 * 1024;

/// How a text nests: what is repeated before the middle, the middle, what is repeated after it.
const NESTS: [(&str, &str, &str, &str, &str); 33] = [
    ("let x = ", "(", "1", ")", ";"),
    ("", "{", "", "}", ""),
    ("let x = ", "!", "true", "", ";"),
    ("let x = ", "- ", "1", "", ";"),
    ("let x = ", "true ? 1 : ", "1", "", ";"),
    ("let x = ", "true ? ", "1", " : 1", ";"),
    ("", "if (true) {} else ", "{}", "", ""),
    ("", "if (true) ; else ", ";", "", ""),
    ("", "if (true)\n", ";", "", ""),
    ("", "while (false) ", ";", "", ""),
    ("", "for (;;) ", ";", "", ""),
    ("let a = 1; ", "a = ", "1", "", ";"),
    ("let x = ", "1 ** ", "1", "", ";"),
    ("function f(n: number): number { return n; } let x = ", "f(", "1", ")", ";"),
    ("let x = ", "`${", "1", "}`", ";"),
    ("let x = ", "a => ", "1", "", ";"),
    ("let x = ", "[", "", "]", ";"),
    ("let x = ", "{a:", "1", "}", ";"),
    ("let x: ", "A<", "a", ">", ";"),
    ("let x = ", "a<", "a", "", ";"),
    ("", "a: ", "", "", ";"),
    ("type A = ", "B extends C ? D : ", "D", "", ";"),
    ("let x = ", "function() { return ", "1", " }", ";"),
    ("let x = ", "class extends ", "A {}", " {}", ";"),
    ("let x = ", "new ", "A", "", ";"),
    ("let a = 1; let x = ", "(a = ", "1", ")", ";"),
    ("let x = ", "(a: number) => (", "1", ")", ";"),
    ("", "do ", ";", " while(false);", ""),
    ("let x: ", "keyof ", "A", "", ";"),
    ("let x: ", "() => ", "A", "", ";"),
    ("namespace a", ".a", "", "", " {}"),
    ("let x = ", "<A>", "1", "", ";"),
    ("let x = ", "typeof ", "1", "", ";"),
];

/// Through every step, whatever comes of it: the errors' messages, or none.
fn compile(text: &str) -> Vec<String> {
    let checked = parse(text).and_then(|syntax| check(syntax, "main.ts", &[]));
    match checked {
        Ok(module) => {
            let options = Options::new(OptLevel::Speed).unwrap();
            assert!(!generate(&module, &options).unwrap().is_empty());
            Vec::new()
        }
        Err(wrong) => wrong.into_iter().map(|diagnostic| diagnostic.message).collect(),
    }
}

fn on_a_small_stack<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(body).unwrap();
    thread.join().unwrap()
}

fn nested(nest: (&str, &str, &str, &str, &str), levels: usize) -> String {
    let (start, open, middle, close, end) = nest;
    format!("{start}{}{middle}{}{end}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn nesting_without_end_is_an_error_and_no_crash() {
    on_a_small_stack(|| {
        for nest in NESTS {
            let wrong = compile(&nested(nest, 200_000));
            assert_eq!(wrong, ["nested too deeply: 256 levels at most"], "{nest:?}");
        }
    });
}

#[test]
fn nesting_up_to_the_limit_does_not_crash() {
    on_a_small_stack(|| {
        for nest in NESTS {
            // The most that is admitted, whatever one of these counts for.
            let levels = (1..=256).rev().find(|levels| {
                let wrong = compile_front(&nested(nest, *levels));
                !wrong.iter().any(|message| message.contains("too deeply"))
            });
            let levels = levels.unwrap();
            assert!(levels >= 60, "{nest:?} admits {levels} levels only");
            compile(&nested(nest, levels));
        }
    });
}

fn compile_front(text: &str) -> Vec<String> {
    let wrong = parse(text).err().unwrap_or_default();
    wrong.into_iter().map(|diagnostic| diagnostic.message).collect()
}

#[test]
fn mixed_nesting_does_not_crash() {
    on_a_small_stack(|| {
        let text = format!("let x = {}1{};", "(-`${[{a:".repeat(30), "}]}`)".repeat(30));
        assert!(!compile(&text).is_empty());
        let hidden = format!("let x = a /\"/ {}1{};", "(".repeat(100_000), ")".repeat(100_000));
        assert!(!compile(&hidden).is_empty());
        let hidden =
            format!("if (a) /\"/.test({}1{}\");", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(compile(&hidden), ["regular expressions are not supported"]);
        let template = format!("let x = `{}", "${`".repeat(100_000));
        assert_eq!(compile(&template), ["nested too deeply: 256 levels at most"]);
    });
}

#[test]
fn long_is_not_deep() {
    on_a_small_stack(|| {
        let sum =
            |operand: &str, operator: &str, count: usize| [operand].repeat(count).join(operator);
        for text in [
            format!("let a = 1; console.log({});", sum("a", " + ", 100_000)),
            format!("let a = \"\"; console.log({});", sum("a", " + ", 20_000)),
            format!("let a = true; console.log({});", sum("a", " && ", 20_000)),
            format!("let a = true; if ({}) {{}}", sum("!a", " || ", 20_000)),
            format!("let a = 1; console.log({});", sum("-a", " * ", 20_000)),
            format!("let a = 1; console.log({});", sum("a < 2", " && ", 5_000)),
            format!("let a = 1; console.log(`{}`);", "${a} ".repeat(10_000)),
            format!("let a = 1; {}", "if (a) {} ".repeat(5_000)),
            format!("let a = 1; {}", "a = a;\n".repeat(5_000)),
            "a = a\n".repeat(5_000).replacen('a', "let a = 1\na", 1).replacen("a = a\n", "", 1),
            format!(
                "let a0 = 1{};",
                (1..5_000).map(|n| format!(", a{n} = {n}")).collect::<String>()
            ),
            format!("let a = 1; {}", "while (!a) { a = 1; } for (;!a;) a++; ".repeat(2_000)),
        ] {
            assert_eq!(compile(&text), [""; 0], "{}…", &text[..60]);
        }
    });
}

#[test]
fn a_file_of_ten_megabytes_is_read_and_checked() {
    let statement = "console.log(`${1 + 2}`, \"text\"); // a comment\n";
    let text = statement.repeat(10_000_000 / statement.len());
    let syntax = parse(&text).unwrap();
    assert!(check(syntax, "main.ts", &[]).is_ok());
}

#[test]
fn odd_but_right_texts_are_modules() {
    for text in [
        "",
        ";",
        "\n",
        "\u{feff}",
        "// only a comment",
        "#!/bin/sh\n",
        "\r\n\r\n",
        "\"use strict\";",
    ] {
        assert_eq!(compile(text), [""; 0], "{text:?}");
    }
}

/// Something right to start from, with most of the language in it.
const SEED: &str = "\
export const LIMIT: number = 10;
let text = \"start\" + 1;
function f(n: number, s: string): string {
  let result: string;
  if (n > 0 && s !== \"\") { result = `${s}:${n}`; } else { result = s || \"none\"; }
  for (let i = 0; i < n; i++) { if (i % 2 === 0) continue; result += i; }
  while (n > 3) { n -= 1; if (!s) break; }
  return n ** 2 > 4 ? result : f(n + 1, result);
}
text += f(LIMIT, text);
console.log(text, -1.5e-7, true, LIMIT++);
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of the seed, cut out, doubled and moved: never a panic, and errors on characters.
    #[test]
    fn mutilated_programs_do_no_harm(edits in prop::collection::vec((0..SEED.len(), 0..24_usize, 0..SEED.len(), 0..3_u8), 1..6)) {
        let mut text = SEED.to_owned();
        for (from, length, to, what) in edits {
            let from = from.min(text.len());
            let end = (from + length).min(text.len());
            let piece = text[from..end].to_owned();
            if what != 1 {
                text.replace_range(from..end, "");
            }
            if what != 0 {
                text.insert_str(to.min(text.len()), &piece);
            }
        }
        let checked = parse(&text).and_then(|syntax| check(syntax, "main.ts", &[]));
        match checked {
            Ok(module) => {
                let options = Options::new(OptLevel::None).unwrap();
                prop_assert!(generate(&module, &options).is_ok());
            }
            Err(wrong) => {
                prop_assert!(!wrong.is_empty());
                for diagnostic in wrong {
                    let range = diagnostic.span.start as usize..diagnostic.span.end as usize;
                    prop_assert!(text.get(range).is_some(), "{diagnostic:?} in {text:?}");
                }
            }
        }
    }

    /// Any tokens in any order.
    #[test]
    fn token_soup_does_no_harm(tokens in prop::collection::vec(prop::sample::select(vec![
        "let", "const", "function", "if", "else", "while", "for", "return", "break", "export", "import",
        "x", "y", "f", "number", "string", ":", "=", "==", "===", "+", "-", "!", "(", ")", "{", "}", "[", "]",
        ";", ",", "?", "=>", "<", ">", "**", "%", "/", "`", "${", "\"a\"", "1", "0.5", "true", "\n", "//", "/*",
        "*/", "async", "await", "class", "new", "é", "😀", "\\u0041", "@", "#", "console.log", "type", "as",
    ]), 0..60)) {
        let text = tokens.join(" ");
        if let Err(wrong) = parse(&text).and_then(|syntax| check(syntax, "main.ts", &[])) {
            prop_assert!(!wrong.is_empty());
        }
    }
}
