//! Regular expressions (feature `regex`), on the `regex` crate.
//!
//! It matches in linear time, so no pattern can hang a program. The price is the part of JavaScript's
//! syntax that needs backtracking: a pattern with a look-around or a back reference does not compile,
//! nor does one with a flag other than `g`, `i`, `m`, `s`, `u`. A pattern is compiled when the program
//! asks for it and kept by the program, not in a cache here. `lastIndex` is not kept: `test` always
//! starts at the front.

use regex::{Captures, Regex, RegexBuilder};

/// A compiled pattern, opaque to programs.
#[derive(Debug)]
pub struct NtsRegex {
    regex: Regex,
    global: bool,
}

impl NtsRegex {
    /// Nothing if the pattern or a flag is not one that we support.
    pub(crate) fn compile(pattern: &str, flags: &str) -> Option<Self> {
        let mut builder = RegexBuilder::new(pattern);
        let mut global = false;
        for flag in flags.chars() {
            match flag {
                'g' => global = true,
                'i' => drop(builder.case_insensitive(true)),
                'm' => drop(builder.multi_line(true)),
                's' => drop(builder.dot_matches_new_line(true)),
                'u' => {}
                _ => return None,
            }
        }
        let regex = builder.build().ok()?;
        Some(Self { regex, global })
    }

    pub(crate) fn test(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// JavaScript's `replace`: every match with the flag `g`, the first without.
    pub(crate) fn replace(&self, text: &str, template: &str) -> String {
        let limit = if self.global { 0 } else { 1 };
        self.regex
            .replacen(text, limit, |found: &Captures<'_>| expand(template, found))
            .into_owned()
    }
}

/// Fills in a JavaScript template: `$$`, `$&`, `$1` to `$99`; any other `$` stands for itself. The `regex`
/// crate's own syntax differs (there `$1a` names a group `1a`).
fn expand(template: &str, found: &Captures<'_>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        let (stands_for, used_bytes) = reference(after, found);
        text.push_str(before);
        text.push_str(stands_for);
        rest = &after[used_bytes..];
    }
    text.push_str(rest);
    text
}

/// What a `$` with `after` behind it stands for, and how many bytes of `after` belong to it.
fn reference<'a>(after: &str, found: &'a Captures<'_>) -> (&'a str, usize) {
    match after.as_bytes() {
        [b'$', ..] => ("$", 1),
        [b'&', ..] => (found.get(0).map_or("", |all| all.as_str()), 1),
        // Two digits where there are so many groups, else one: the standard's GetSubstitution.
        _ => [2, 1]
            .into_iter()
            .find_map(|digits| group(after.get(..digits)?, found))
            .unwrap_or(("$", 0)),
    }
}

/// The group that `digits` number, if there is one; empty if it took no part in the match.
fn group<'a>(digits: &str, found: &'a Captures<'_>) -> Option<(&'a str, usize)> {
    let number =
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    let exists = (1..found.len()).contains(&number);
    exists.then(|| (found.get(number).map_or("", |part| part.as_str()), digits.len()))
}

#[cfg(test)]
mod tests {
    use super::NtsRegex;

    fn regex(pattern: &str, flags: &str) -> NtsRegex {
        NtsRegex::compile(pattern, flags).expect("a supported pattern")
    }

    #[test]
    fn tests_with_flags() {
        assert!(regex("^b$", "m").test("a\nb"));
        assert!(!regex("^b$", "").test("a\nb"));
        assert!(regex("STRASSE|É", "i").test("é"));
        assert!(regex("a.b", "s").test("a\nb"));
    }

    #[test]
    fn replaces_the_first_match_or_all_with_g() {
        assert_eq!(regex("a", "").replace("banana", "o"), "bonana");
        assert_eq!(regex("a", "g").replace("banana", "o"), "bonono");
    }

    #[test]
    fn templates_mean_what_they_mean_in_javascript() {
        let table = [
            ("$2-$1", "y-x"),
            ("$1a", "xa"),
            ("$10", "x0"),
            ("$02", "y"),
            ("[$&]", "[xy]"),
            ("$$1", "$1"),
            ("$3", "$3"),
            ("$0", "$0"),
            ("$+1", "$+1"),
            ("$é", "$é"),
            ("cost: $", "cost: $"),
        ];
        for (template, expected) in table {
            assert_eq!(regex("(x)(y)", "").replace("xy", template), expected, "{template}");
        }
        assert_eq!(regex("(x)|(y)", "").replace("y", "<$1>"), "<>");
    }

    #[test]
    fn what_needs_backtracking_or_an_unknown_flag_does_not_compile() {
        for (pattern, flags) in [("(", ""), ("(?=a)", ""), (r"(a)\1", ""), ("a", "y")] {
            assert!(NtsRegex::compile(pattern, flags).is_none(), "/{pattern}/{flags}");
        }
    }
}
