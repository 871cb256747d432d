//! The table as a page.

use std::fmt::Write;
use std::fs;

use super::{COLUMNS, Event, FAMILIES, FRESH, Truth, WRONG};
use crate::program;

/// All families as tables of Markdown, notes below each, and how many rows and wrong answers there are.
#[must_use]
pub fn page() -> String {
    let mut page = totals();
    for family in FAMILIES {
        write!(page, "\n## {}\n\n", family.name).expect("writing to a string cannot fail");
        page += &format!("| event | truth | {} |\n", COLUMNS.join(" | "));
        page += "| --- | --- | --- | --- | --- | --- | --- |\n";
        let mut notes: Vec<&str> = Vec::new();
        for event in family.events {
            if !event.note.is_empty() && !notes.contains(&event.note) {
                notes.push(event.note);
            }
            let note = notes.iter().position(|note| *note == event.note);
            let mark = note.map_or(String::new(), |n| format!(" ({})", n + 1));
            page += &row(event, &mark);
        }
        if !notes.is_empty() {
            page.push('\n');
        }
        for (n, note) in notes.iter().enumerate() {
            page += &format!("{}. {note}\n", n + 1);
        }
    }
    page
}

/// What docs/DETECTION.md says between its markers, and what it has to say.
///
/// # Panics
/// It cannot be read.
#[must_use]
pub fn published_page() -> (String, String) {
    let document = program::repository().join("docs/DETECTION.md");
    let text = fs::read_to_string(document).unwrap();
    let after = text.split_once("<!-- generated: matrix -->\n").map_or("", |(_, after)| after);
    let between = after.split_once("\n<!-- /generated -->").map_or("", |(between, _)| between);
    (between.to_owned(), page().trim_end().to_owned())
}

fn row(event: &Event, mark: &str) -> String {
    let cells = event.says.map(cell).join(" | ");
    format!("| {}{mark} | {} | {cells} |\n", event.name, truth(event.truth))
}

fn cell(said: &str) -> String {
    match said {
        FRESH => FRESH.to_owned(),
        WRONG => "**fresh**".to_owned(),
        codes => format!("stale (`{}`)", codes.replace(", ", "`, `")),
    }
}

fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::Same => "same",
        Truth::Changed(_) => "changed",
        Truth::Damaged => "damaged",
        Truth::Unvouched => "unvouched",
        Truth::Broken => "broken",
        Truth::Built(_) => "built",
    }
}

fn totals() -> String {
    let events = || FAMILIES.iter().flat_map(|family| family.events);
    let count = |n: usize, said: &str| events().filter(|event| event.says[n] == said).count();
    let needless = |n: usize| {
        let same = events().filter(|event| matches!(event.truth, Truth::Same));
        same.filter(|event| event.says[n] != FRESH).count()
    };
    let mut table = format!("{} events:\n\n| | {} |\n", events().count(), COLUMNS.join(" | "));
    table += "| --- | ---: | ---: | ---: | ---: | ---: |\n";
    let line = |what: &str, of: &dyn Fn(usize) -> usize| {
        let counts: Vec<String> = (0..COLUMNS.len()).map(|n| of(n).to_string()).collect();
        format!("| {what} | {} |\n", counts.join(" | "))
    };
    table += &line("fresh where it is not so", &|n| count(n, WRONG));
    table + &line("stale where a build gives the same", &needless)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(column: usize) -> Vec<&'static str> {
        let events = FAMILIES.iter().flat_map(|family| family.events);
        events.filter(|event| event.says[column] == WRONG).map(|event| event.name).collect()
    }

    #[test]
    fn every_row_has_a_name_of_its_own_and_there_are_enough() {
        let names = || FAMILIES.iter().flat_map(|family| family.events).map(|event| event.name);
        let distinct: std::collections::BTreeSet<_> = names().collect();
        assert_eq!(distinct.len(), names().count());
        assert!(distinct.len() >= 80, "{}", distinct.len());
    }

    #[test]
    fn fresh_is_called_wrong_wherever_the_archives_are() {
        for event in FAMILIES.iter().flat_map(|family| family.events) {
            let right = matches!(event.truth, Truth::Same | Truth::Built(_));
            assert!(right || !event.says.contains(&FRESH), "{}", event.name);
            let same = matches!(event.truth, Truth::Same);
            assert!(!same || !event.says.contains(&WRONG), "{}", event.name);
        }
    }

    #[test]
    fn only_documented_blind_spots_are_wrong_and_each_says_why() {
        // What believes a stat cannot see what no stat shows; what reads every byte can.
        let unseen = ["written through a shared mapping that was written to before the build"];
        assert_eq!([wrong(0), wrong(2)], [unseen, unseen]);
        assert_eq!(wrong(3), [""; 0]);
        for event in FAMILIES.iter().flat_map(|family| family.events) {
            let blind = event.says[..4].contains(&WRONG);
            assert!(!blind || !event.note.is_empty(), "{}", event.name);
        }
    }
}
