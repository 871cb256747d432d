//! A Rust file as a flat list of tokens with their lines.
//!
//! Rules look at tokens, so strings and comments never trip them, and code inside a macro call is
//! seen where a syntax tree would stop. A lexer is enough: no rule asks what a name means.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::finding::Finding;
use super::source::SourceFile;

/// The tokens of one file, brackets included.
pub struct Tokens {
    tokens: Vec<Token>,
    /// Lines of the items under `#[cfg(test)]`.
    tests: Vec<RangeInclusive<usize>>,
}

struct Token {
    text: String,
    line: usize,
}

/// A function that has a body.
pub struct Function {
    pub name: String,
    pub lines: RangeInclusive<usize>,
}

impl Tokens {
    /// Splits `file` into tokens; what is not Rust is a finding.
    pub fn of(file: &SourceFile) -> Result<Self, Finding> {
        let stream: TokenStream = file.text.parse().map_err(|error: proc_macro2::LexError| {
            let line = error.span().start().line;
            Finding::new(&file.path, line, "not Rust: the file cannot be split into tokens")
        })?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let mut tokens = Tokens { tokens, tests: Vec::new() };
        tokens.tests = tokens.test_items(file.text.lines().count());
        Ok(tokens)
    }

    /// The lines where `phrase` begins: tokens parted by blanks, where `(` stands for any bracket.
    pub fn lines_of(&self, phrase: &str) -> Vec<usize> {
        self.places_of(phrase).map(|place| self.tokens[place].line).collect()
    }

    /// Whether `line` belongs to an item under `#[cfg(test)]`.
    pub fn in_tests(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// How many of the first `count` lines are not under `#[cfg(test)]`.
    pub fn lines_outside_tests(&self, count: usize) -> usize {
        (1..=count).filter(|line| !self.in_tests(*line)).count()
    }

    /// Every function with a body, nested ones and those in macro calls included.
    pub fn functions(&self) -> Vec<Function> {
        let starts = (1..self.tokens.len()).filter(|&at| {
            let name_start = self.tokens[at].text.chars().next();
            self.tokens[at - 1].text == "fn"
                && name_start.is_some_and(|first| first.is_alphabetic() || first == '_')
        });
        let function = |at: usize| {
            let end = self.item_end(at).filter(|&end| self.tokens[end].text == "}")?;
            let lines = self.tokens[at - 1].line..=self.tokens[end].line;
            Some(Function { name: self.tokens[at].text.clone(), lines })
        };
        starts.filter_map(function).collect()
    }

    fn places_of(&self, phrase: &str) -> impl Iterator<Item = usize> {
        let words: Vec<&str> = phrase.split(' ').collect();
        let matches = move |window: &[Token]| {
            let same = |(token, &word): (&Token, &&str)| {
                token.text == word || (word == "(" && matches!(&*token.text, "[" | "{"))
            };
            window.iter().zip(&words).all(same)
        };
        let windows = self.tokens.windows(phrase.split(' ').count()).enumerate();
        windows.filter(move |(_, window)| matches(window)).map(|(place, _)| place)
    }

    fn test_items(&self, line_count: usize) -> Vec<RangeInclusive<usize>> {
        if self.places_of("# ! [ cfg ( test )").next().is_some() {
            return vec![1..=line_count];
        }
        let starts =
            self.places_of("# [ cfg ( test )").chain(self.places_of("# [ cfg ( all ( test"));
        let item = |start: usize| {
            let end = self.item_end(start)?;
            Some(self.tokens[start].line..=self.tokens[end].line)
        };
        starts.filter_map(item).collect()
    }

    /// The last token of the item that `start` is in the head of: the `}` of its first braces, or
    /// the `;` before any.
    fn item_end(&self, start: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (place, token) in self.tokens.iter().enumerate().skip(start) {
            match &*token.text {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 && token.text == "}" {
                        return Some(place);
                    }
                }
                ";" if depth == 0 => return Some(place),
                _ => {}
            }
        }
        None
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    let token = |text: &str, span: Span| Token { text: text.to_owned(), line: span.start().line };
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(token(open, group.span_open()));
                flatten(group.stream(), tokens);
                tokens.push(token(close, group.span_close()));
            }
            other => tokens.push(token(&other.to_string(), other.span())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Tokens {
        Tokens::of(&SourceFile { path: "a.rs".into(), text: text.into() }).unwrap()
    }

    #[test]
    fn strings_and_comments_hold_no_phrases() {
        let text = "// panic!(x)\n/// panic!(x)\nfn f() { let s = \"panic!(x)\"; }\n";
        assert!(tokens(text).lines_of("panic ! (").is_empty());
    }

    #[test]
    fn a_bracket_in_a_phrase_stands_for_any() {
        assert_eq!(tokens("a!(1);\na![2];\na! { 3 }\na != 4;\n").lines_of("a ! ("), [1, 2, 3]);
    }

    #[test]
    fn test_items_are_told_from_the_rest() {
        let text = "fn a() {}\n#[cfg(test)]\nuse b::c;\nfn d() {}\n#[cfg(test)]\nmod e {\n}\n";
        let tokens = tokens(text);
        let outside: Vec<_> = (1..=7).filter(|line| !tokens.in_tests(*line)).collect();
        assert_eq!(outside, [1, 4]);
        assert_eq!(tokens.lines_outside_tests(7), 2);
    }

    #[test]
    fn a_file_can_be_all_test() {
        assert_eq!(tokens("#![cfg(test)]\nfn a() {}\n").lines_outside_tests(2), 0);
        assert_eq!(tokens("#[cfg(not(test))]\nfn a() {}\n").lines_outside_tests(2), 2);
    }

    #[test]
    fn functions_are_found_where_they_nest() {
        let text = "trait T {\n fn none(&self);\n fn one(&self) -> [u8; 2] {\n  fn two() {}\n }\n\
                    }\n\
                    m! { fn three(p: fn(u8)) {\n} }\n";
        let found = tokens(text).functions();
        let found: Vec<_> = found.iter().map(|f| (&*f.name, f.lines.clone())).collect();
        assert_eq!(found, [("one", 3..=5), ("two", 4..=4), ("three", 7..=8)]);
    }

    #[test]
    fn what_is_not_rust_is_a_finding() {
        let file = SourceFile { path: "a.rs".into(), text: "fn a() {}\n}\n".into() };
        let finding = Tokens::of(&file).err().unwrap();
        assert_eq!((finding.path.as_str(), finding.line), ("a.rs", 2));
    }
}
