//! Every string is given back: after more rounds of the same work no more strings are alive.

use std::process::Command;

use tempfile::TempDir;

use crate::support::{Sources, checked, link_counting, objects, run};

/// Each way in which a string can come about, be kept, be passed on and be dropped.
const WORK: &str = "\
let state = \"s\" + 0;
function pass(text: string): string {
  return text;
}
function grow(text: string, n: number): string {
  text += n;
  text = text + \"-\" + n;
  if (n > 2) return text;
  const again = grow(text, n + 1);
  return n > 1 ? again : pass(again);
}
function replace(text: string): string {
  state = text + \"!\";
  return state;
}
function early(n: number): string {
  const first = \"first\" + n;
  for (let i = 0; i < 5; i++) {
    const second = first + i;
    if (i === 1) continue;
    let third: string;
    if (i === n) return second;
    third = second;
    if (i === 4) break;
    third += third;
    pass(third);
  }
  return first;
}
function drop(a: string, b: string): void {
  pass(a);
  a + b;
  `${a}${b}`;
  a || b;
  a && pass(b);
  a < b ? pass(a) : pass(b + a);
  a = b;
  b = b;
  a = (b = a + b);
}
for (let i = 0; i < ROUNDS; i++) {
  let local = \"l\" + i;
  local = local;
  local += local;
  local = local + (local = \"m\" + i) + local;
  state = \"\" + i;
  replace(state) + replace(state + state);
  state += replace(local);
  drop(local, state);
  const joined = grow(local, 0) + early(i % 6) + `${state}|${local}|${i}`;
  if (joined === state || joined < local || !joined || (joined || local) === \"\") {
    console.log(joined);
  }
  while (local !== \"\") {
    local = local && \"\" ;
  }
}
console.log(state !== \"\");
";

fn live_after(rounds: u32) -> (u64, u64) {
    let text = WORK.replace("ROUNDS", &rounds.to_string());
    let sources = Sources::from([("main.ts".to_owned(), text)]);
    let modules = checked(&sources, "main.ts").unwrap();
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let output = run(&mut Command::new(link_counting(&objects(&modules), dir.path())));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "true\n");
    let counts = String::from_utf8(output.stderr).unwrap();
    let count = |name: &str| {
        let (_, rest) = counts.split_once(name).expect("both are counted");
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    (count("created="), count("live="))
}

#[test]
fn no_string_outlives_its_last_use() {
    let (few_created, few_live) = live_after(2);
    let (many_created, many_live) = live_after(200);
    assert!(many_created > few_created + 1_000, "{few_created} {many_created}");
    assert_eq!(few_live, many_live);
}
