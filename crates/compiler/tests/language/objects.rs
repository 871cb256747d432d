//! What an object depends on, and what it does not; what an importer can see.

use std::collections::BTreeSet;

use nativets::language::{
    Checked, Feature, Interface, OptLevel, Options, Resolved, Target, builtin, builtins, check,
    generate, generate_entry, parse,
};

use crate::support::run;

const SOURCE: &str = "\
import { sha256Hex } from \"node:crypto\";
const prefix: string = \"p\" + 1;
let count = 0;
export const LIMIT = 10;
function helper(text: string, n: number): string {
  count++;
  return n > LIMIT ? text : helper(prefix + text + \"literal\", n + 1);
}
export function hash(text: string): string {
  return sha256Hex(helper(text, 0)) + `${count}`;
}
console.log(hash(\"x\"), count);
";

fn compiled(text: &str, id: &str) -> Checked {
    let crypto = Resolved {
        specifier: "node:crypto",
        target: Target::Builtin(builtin("node:crypto").unwrap()),
    };
    check(parse(text).unwrap(), id, &[crypto]).unwrap()
}

fn options() -> Options {
    Options::new(OptLevel::Speed).unwrap()
}

fn interface(text: &str) -> Interface {
    parse(text).unwrap().interface().clone()
}

#[test]
fn the_same_input_gives_the_same_bytes_every_time() {
    let expected = generate(&compiled(SOURCE, "a/b.ts"), &options()).unwrap();
    let module = compiled(SOURCE, "a/b.ts");
    let shared = options();
    for _ in 0..3 {
        assert!(generate(&module, &shared).unwrap() == expected);
    }
    assert!(generate(&module, &options()).unwrap() == expected, "other options of the same kind");
}

#[test]
fn threads_make_the_same_bytes() {
    let expected = generate(&compiled(SOURCE, "m.ts"), &options()).unwrap();
    let (shared, module) = (options(), compiled(SOURCE, "m.ts"));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| generate(&module, &shared).unwrap() == expected))
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap());
        }
    });
}

#[test]
fn another_module_another_level_and_another_text_give_other_bytes() {
    let expected = generate(&compiled(SOURCE, "m.ts"), &options()).unwrap();
    let none = Options::new(OptLevel::None).unwrap();
    assert!(generate(&compiled(SOURCE, "n.ts"), &options()).unwrap() != expected);
    assert!(generate(&compiled(SOURCE, "m.ts"), &none).unwrap() != expected);
    let edited = SOURCE.replace("literal", "another");
    assert!(generate(&compiled(&edited, "m.ts"), &options()).unwrap() != expected);
}

#[test]
fn comments_and_layout_change_no_bytes() {
    let expected = generate(&compiled(SOURCE, "m.ts"), &options()).unwrap();
    let laid_out = format!("// a comment\n\n{}", SOURCE.replace(";\n", " ; /* here */\r\n\r\n"));
    assert!(generate(&compiled(&laid_out, "m.ts"), &options()).unwrap() == expected);
}

#[test]
fn the_entry_depends_on_order_and_features_alone() {
    let entry = |order: &[&str], features: &[Feature]| {
        let features: BTreeSet<_> = features.iter().copied().collect();
        generate_entry(order, &features, &options()).unwrap()
    };
    let plain = entry(&["a.ts", "b.ts"], &[]);
    assert!(plain == entry(&["a.ts", "b.ts"], &[]));
    assert!(plain == entry(&["a.ts", "b.ts"], &[Feature::Crypto]), "hashing needs no preparation");
    assert!(plain != entry(&["b.ts", "a.ts"], &[]));
    assert!(plain != entry(&["a.ts", "b.ts"], &[Feature::Timers]));
}

#[test]
fn only_exports_and_the_initialiser_can_be_seen_from_outside() {
    let object = generate(&compiled(SOURCE, "m.ts"), &options()).unwrap();
    let dir = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = dir.path().join("m.o");
    std::fs::write(&path, object).unwrap();
    let output = run(std::process::Command::new("nm").args(["-g", "-P"]).arg(&path));
    let listing = String::from_utf8(output.stdout).unwrap();
    let mut defined: Vec<_> = listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, kind)| !kind.starts_with('U'))
        .map(|(name, _)| name)
        .collect();
    defined.sort_unstable();
    assert_eq!(defined, ["nts.m_2ets.f.hash", "nts.m_2ets.init.", "nts.m_2ets.v.LIMIT"]);
}

#[test]
fn bodies_and_values_are_not_part_of_the_interface() {
    let one =
        interface("export const A = 1;\nexport function f(a: number): string { return \"\"; }");
    let other = "let x = 1;\nexport const A: number = x * 2;\n\
                 export function f(b: number): string { x++; return `${b}`; }\nconsole.log(A);";
    assert_eq!(one, interface(other));
    assert_eq!(one.fingerprint_bytes(), interface(other).fingerprint_bytes());
}

#[test]
fn signatures_names_and_types_are_part_of_the_interface() {
    let texts = [
        "export function f(a: number): string { return \"\"; }",
        "export function f(a: number): number { return 1; }",
        "export function f(a: string): string { return \"\"; }",
        "export function f(): string { return \"\"; }",
        "export function f(a: number, b: number): string { return \"\"; }",
        "export function g(a: number): string { return \"\"; }",
        "function g(a: number): string { return \"\"; }\nexport { g as f };",
        "export const f = \"\";",
        "export const f = 1;",
        "export const f = true;",
        "function f(a: number): string { return \"\"; }",
    ];
    for (i, one) in texts.iter().enumerate() {
        for (j, other) in texts.iter().enumerate() {
            assert_eq!(interface(one) == interface(other), i == j, "{one}\n{other}");
        }
    }
}

#[test]
fn features_come_from_imports_used_or_not() {
    let features = |text: &str| {
        let resolved: Vec<_> = builtins()
            .iter()
            .map(|builtin| Resolved {
                specifier: builtin.specifier,
                target: Target::Builtin(builtin),
            })
            .collect();
        check(parse(text).unwrap(), "m.ts", &resolved).unwrap().features().clone()
    };
    assert!(features("console.log(1);").is_empty());
    assert_eq!(features("import \"node:crypto\";"), BTreeSet::from([Feature::Crypto]));
    assert_eq!(
        features("import { sleepMs } from \"node:timers/promises\";"),
        BTreeSet::from([Feature::Timers])
    );
}
