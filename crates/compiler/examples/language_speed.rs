//! How long the language takes for a thousand modules of a hundred lines, on one thread.
//!
//! `cargo run --release -p nativets --example language_speed`
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement speaks")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use nativets::language::{OptLevel, Options, check, generate, parse};

const MODULES: usize = 1_000;

fn main() {
    let texts: Vec<String> = (0..MODULES).map(module).collect();
    let (bytes, lines): (usize, usize) =
        (texts.iter().map(String::len).sum(), texts.iter().map(|text| text.lines().count()).sum());
    println!("{MODULES} modules, {lines} lines, {bytes} bytes");
    for opt in [OptLevel::Speed, OptLevel::None] {
        measure(&texts, opt);
    }
}

fn measure(texts: &[String], opt: OptLevel) {
    let options = Options::new(opt).unwrap();
    let mut spent = [Duration::ZERO; 4];
    let mut object_bytes = 0;
    for (index, text) in texts.iter().enumerate() {
        let id = format!("module{index}.ts");
        let started = Instant::now();
        let syntax = parse(text).unwrap();
        let parsed = Instant::now();
        let interface = syntax.interface().fingerprint_bytes();
        let described = Instant::now();
        let checked = check(syntax, &id, &[]).unwrap();
        let checking = Instant::now();
        let object = generate(&checked, &options).unwrap();
        let generated = Instant::now();
        object_bytes += object.len();
        assert!(!interface.is_empty());
        for (sum, step) in spent.iter_mut().zip([
            parsed - started,
            described - parsed,
            checking - described,
            generated - checking,
        ]) {
            *sum += step;
        }
    }
    let total: Duration = spent.iter().sum();
    let each = |step: Duration| step.as_secs_f64() * 1e6 / texts.len() as f64;
    println!(
        "{opt:?}: {:.0} ms; a module: parse {:.0} µs, interface {:.1} µs, check {:.0} µs, \
         generate {:.0} µs, object {} bytes",
        total.as_secs_f64() * 1e3,
        each(spent[0]),
        each(spent[1]),
        each(spent[2]),
        each(spent[3]),
        object_bytes / texts.len(),
    );
}

/// A hundred lines of what people write: ten functions, loops, strings, constants, exports.
fn module(index: usize) -> String {
    let mut text = format!("export const base{index}: number = {index};\n");
    for function in 0..9 {
        let name = format!("f{index}_{function}");
        write!(
            text,
            "
export function {name}(n: number, label: string): number {{
  let total = base{index} + n;
  for (let i = 0; i < {function} + 3; i++) {{
    total += i * {index} % 7;
    if (total > 1000) {{ total -= 1000; }}
  }}
  const text = `${{label}}: ${{total}}`;
  return text === \"\" ? 0 : total;
}}
"
        )
        .unwrap();
    }
    text
}
