//! Rule: no notes to self, in code or prose. What is left to do is an issue, or is done.

use super::finding::Finding;
use super::source::SourceFile;

/// In two parts each, so that this table passes its own rule.
const WORDS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// One finding for each line and word; a word inside a longer one is not meant.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for word in WORDS.iter().filter(|word| has_word(line, word)) {
            let message = format!("`{word}`: do it now, or open an issue and drop the note");
            findings.push(Finding::new(&file.path, index + 1, message));
        }
    }
    findings
}

fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let file = SourceFile { path: "a.md".into(), text: text.into() };
        check(&file).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        for word in WORDS {
            assert_eq!(
                lines(&format!("fine\n// {word}: later\n{word}\nlet s = \"({word})\";")),
                [2, 3, 4]
            );
        }
    }

    #[test]
    fn longer_words_and_small_letters_pass() {
        for word in WORDS {
            let small = word.to_lowercase();
            assert!(lines(&format!("a {small} list, {word}S, my{word}, {word}_9")).is_empty());
        }
    }
}
