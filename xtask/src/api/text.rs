//! Tokens as one line of text, spaced as rustfmt would.

use quote::ToTokens;

/// Spaces that a list of tokens has and a person does not write, and those that are missed then.
const SPACES: &[(&str, &str)] = &[
    (" :: ", "::"),
    (":: ", "::"),
    (" < ", "<"),
    ("< ", "<"),
    (" >", ">"),
    (" ,", ","),
    (" :", ":"),
    ("& ", "&"),
    (" (", "("),
    ("( ", "("),
    (" )", ")"),
    ("[ ", "["),
    (" ]", "]"),
    (" ;", ";"),
    ("# [", "#["),
    ("->(", "-> ("),
    (",(", ", ("),
    (":(", ": ("),
    (">(", ">("),
    ("-> >", "->>"),
    (",)", ")"),
    (", }", " }"),
];

/// The text of some syntax, on one line.
pub fn of(syntax: &impl ToTokens) -> String {
    let tokens = syntax.to_token_stream().to_string();
    let words: Vec<&str> = tokens.split_whitespace().collect();
    let spread = words.join(" ");
    SPACES.iter().fold(spread, |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_read_as_they_are_written() {
        for written in [
            "fn check(&self, profile: &str) -> Result<Outcome, Error>",
            "fn on_event(mut self, on_event: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self",
            "fn pair<'a, T: Into<String> + 'a>(all: &'a [T]) -> (Vec<&'a str>, [u8; 2])",
            "fn find(directory: &Path) -> Option<&mut dyn Iterator<Item = std::path::PathBuf>>",
        ] {
            let parsed: syn::Signature = syn::parse_str(written).unwrap();
            assert_eq!(of(&parsed), written);
        }
    }
}
