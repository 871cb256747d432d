//! The document that holds the results: one section for each group, each rewritten alone.
//!
//! So a run of one group leaves the others as they were measured. The list of all goals at its head is
//! made from the sections, old and new.

use crate::section::GOALS;

const END: &str = "<!-- /generated -->";

/// Puts `wanted` where the section of this name stands; a section that is missing comes to the end.
#[must_use]
pub fn with_section(document: &str, name: &str, wanted: &str) -> String {
    let begin = format!("<!-- generated: {name} -->");
    let section = format!("{begin}\n{wanted}\n{END}");
    let Some(start) = document.find(&begin) else {
        return format!("{}\n\n{section}\n", document.trim_end());
    };
    let end = document[start..].find(END).map_or(document.len(), |at| start + at + END.len());
    format!("{}{section}{}", &document[..start], &document[end..])
}

/// The table of all goals, with the heading of each one's section.
#[must_use]
pub fn goals(document: &str) -> String {
    let head = format!("| {} |", GOALS.join(" | "));
    let mut text = format!("| group {head}\n| --- | --- | --: | --: | --: |");
    let (mut heading, mut inside) = ("", false);
    for line in document.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        }
        if inside && !line.starts_with('|') {
            inside = false;
        }
        if inside && !line.starts_with("| ---") {
            text += &format!("\n| {heading} {line}");
        }
        inside |= line == head;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_rest_stays() {
        let document = "# Title\n\n<!-- generated: a -->\nold\n<!-- /generated -->\n\ntext\n";
        let replaced = with_section(document, "a", "new");
        assert_eq!(
            replaced,
            "# Title\n\n<!-- generated: a -->\nnew\n<!-- /generated -->\n\ntext\n"
        );
        let grown = with_section(&replaced, "b", "more");
        assert!(grown.ends_with("\n\ntext\n\n<!-- generated: b -->\nmore\n<!-- /generated -->\n"));
    }

    #[test]
    fn goals_are_gathered_from_every_section() {
        let document = "## One\n\n| goal | limit | measured |  |\n| --- | --: |\n| a | b | c | met |\n\n\
                        | x |\n| --- |\n| y |\n\n## Two\n| goal | limit | measured |  |\n| --- |\n| d |\n";
        let expected = "| group | goal | limit | measured |  |\n| --- | --- | --: | --: | --: |\n\
                        | One | a | b | c | met |\n| Two | d |";
        assert_eq!(goals(document), expected);
    }
}
