//! What differs from run to run, replaced by its name, so that the rest can stand in a snapshot.

use serde_json::Value;

use crate::world::World;

/// A text without this world's paths, keys, digests, times and counts of milliseconds.
#[must_use]
pub fn redact(world: &World, text: &str) -> String {
    let root = world.root().to_string_lossy().into_owned();
    let text = text.replace(&root, "[world]");
    words(&text).map(|word| redact_word(&word)).collect()
}

/// The same of a JSON value, its numbers included where they depend on the machine.
#[must_use]
pub fn redact_json(world: &World, mut value: Value) -> Value {
    redact_value(world, "", &mut value);
    value
}

fn redact_value(world: &World, name: &str, value: &mut Value) {
    const MEASURED: [&str; 7] =
        ["total", "bytes", "inputs", "stats", "files_read", "bytes_read", "digests_reused"];
    match value {
        Value::String(text) => *text = redact(world, text),
        Value::Number(_) if MEASURED.contains(&name) => *value = format!("[{name}]").into(),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_value(world, name, item)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, field)| redact_value(world, name, field));
        }
        _ => {}
    }
}

/// Runs of letters and digits, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let mut words: Vec<String> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            Some(last) if is_word(c) && last.chars().all(is_word) => last.push(c),
            _ => words.push(c.into()),
        }
    }
    words.into_iter()
}

fn redact_word(word: &str) -> String {
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    match word.len() {
        64 if is_hex => "[digest]".into(),
        // A process or a time; what is smaller is a line, a length or a generation.
        5.. if is_number => "[number]".into(),
        _ => word.into(),
    }
}
