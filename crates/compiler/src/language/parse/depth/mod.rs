//! Bounds nesting before anything recurses.
//!
//! A parser that descends into what it reads needs stack for every level, and a text can open a level
//! with one byte. So the tokens are counted first, in one pass that keeps its own stack: brackets, and
//! whatever nests without them (`!!!a`, `a ? b : c ? d : e`, `x = y = z`, `else if`, labels, `f<g<h<`).
//! Where a level might end or might not, it is counted as going on: too much is said to be deep sooner
//! than too little. Chains that parsers handle in a loop (`a + b + c`, `a && b`, `f(a, b)`) are free.
//!
//! Telling a division from a regular expression takes a parser, and a regular expression can hide any
//! number of brackets. The language has none, so whatever looks like one is told here and ends the pass.

mod operators;
mod texts;
mod words;

use crate::language::diagnostic::Diagnostic;

/// Levels of nesting. A level takes a few kilobytes of stack in an unoptimised build.
const NESTING_AT_MOST: usize = 256;

/// Fails where the text nests deeper than [`NESTING_AT_MOST`], or where this cannot be told.
pub(super) fn check_nesting(text: &str) -> Result<(), Diagnostic> {
    let mut scanner = Scanner::new(text);
    scanner.skip_hashbang();
    while let Some(byte) = scanner.peek(0) {
        scanner.token(byte)?;
    }
    Ok(())
}

/// What nests between two brackets without any of its own.
#[derive(Default)]
struct Level {
    opener: u8,
    /// The parenthesis belongs to `if`, `while`, `for` or `with`: a statement follows it.
    of_control: bool,
    /// `if`, `else`, loops and labels without braces.
    statements: usize,
    /// Assignments, ternaries, arrows.
    operators: usize,
    /// Type arguments that may be open.
    angles: usize,
    /// `**` after `**`.
    powers: usize,
    /// Prefix operators in a row.
    prefixes: usize,
}

impl Level {
    fn nesting(&self) -> usize {
        self.statements + self.operators + self.angles + self.powers + self.prefixes
    }

    fn end_expression(&mut self) {
        (self.operators, self.powers, self.prefixes) = (0, 0, 0);
    }

    fn end_statement(&mut self) {
        self.end_expression();
        (self.statements, self.angles) = (0, 0);
    }
}

/// What the last token was, as far as it decides what the next one may be.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A statement may begin.
    Start,
    /// A word with which a statement began, so that a colon would make it a label.
    FirstWord,
    Operand,
    Operator,
    /// `;`: the statements around it have ended too, unless `else` or `while` follows.
    Semicolon,
    /// `}`, of whatever it was.
    Brace,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    /// The nesting of all levels but the innermost.
    outside: usize,
    last: Last,
    /// A line ended since the last token.
    new_line: bool,
    /// `if`, `while`, `for`, `with`: the next parenthesis is theirs.
    control: bool,
    after_else: bool,
    after_dot: bool,
    /// `namespace a.b.c` nests at every dot.
    dots_nest: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            levels: vec![Level::default()],
            outside: 0,
            last: Last::Start,
            new_line: false,
            control: false,
            after_else: false,
            after_dot: false,
            dots_nest: false,
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn level(&mut self) -> &mut Level {
        self.levels.last_mut().expect("the outermost level is never closed")
    }

    fn token(&mut self, byte: u8) -> Result<(), Diagnostic> {
        match byte {
            b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
            b'\n' | b'\r' => {
                self.new_line = true;
                self.at += 1;
            }
            b'/' if self.peek(1) == Some(b'/') => self.skip_line(),
            b'/' if self.peek(1) == Some(b'*') => self.skip_comment(),
            b'\'' | b'"' => self.skip_string(byte),
            b'`' => return self.template(),
            b'0'..=b'9' => self.skip_number(),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.skip_number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'\\' | b'#' => return self.word(),
            0x80.. => {
                if let length @ 1.. = self.space_beyond_ascii() {
                    self.new_line |= self.line_end() > 0;
                    self.at += length;
                } else {
                    return self.word();
                }
            }
            b'(' | b'[' | b'{' => return self.open(byte),
            b')' | b']' | b'}' => return self.close(byte),
            _ => return self.punctuator(byte),
        }
        Ok(())
    }

    /// From a backquote, or from the brace that ends a substitution, to the end of this piece.
    fn template(&mut self) -> Result<(), Diagnostic> {
        if self.peek(0) == Some(b'`') {
            self.begin_operand();
        }
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    self.last = Last::Operand;
                    return Ok(());
                }
                b'$' if self.peek(1) == Some(b'{') => {
                    self.at += 1;
                    return self.open(b'`');
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if self.bytes[self.at..].starts_with(b"\\u{") => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|byte| *byte == b'}').unwrap_or(rest.len() - 1);
                    self.at += 1;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'$' | b'\\' | b'#' => {
                    self.at += 1
                }
                0x80.. if self.space_beyond_ascii() == 0 => self.at += 1,
                _ => break,
            }
        }
        let word = &self.bytes[start..self.at];
        let member = std::mem::take(&mut self.after_dot);
        if member {
            self.begin_operand();
            return Ok(());
        }
        self.separate_from_last(words::continues(word), matches!(word, b"else" | b"while"));
        self.new_line = false;
        let after_else = std::mem::take(&mut self.after_else);
        match word {
            b"if" | b"for" | b"while" | b"with" => {
                self.control = true;
                self.level().statements += usize::from(!after_else || word != b"if");
                self.last = Last::Operator;
            }
            b"else" | b"do" => {
                self.after_else = word == b"else";
                self.level().statements += 1;
                self.last = Last::Start;
            }
            b"extends" => {
                self.level().operators += 1;
                self.last = Last::Operator;
            }
            _ if words::is_prefix(word) => {
                self.level().prefixes += 1;
                self.last = Last::Operator;
            }
            _ if words::is_no_operand(word) => self.last = Last::Operator,
            _ => {
                self.dots_nest |= matches!(word, b"namespace" | b"module");
                let first = matches!(self.last, Last::Start);
                self.begin_operand();
                self.last = if first { Last::FirstWord } else { Last::Operand };
            }
        }
        self.bounded(start)
    }

    /// A word that cannot go on where the last token stopped begins a statement.
    fn separate_from_last(&mut self, continues: bool, keeps_statements: bool) {
        let ended = match self.last {
            Last::Semicolon => !keeps_statements,
            Last::Brace => !continues,
            Last::Operand | Last::FirstWord => self.new_line && !continues,
            Last::Start | Last::Operator => false,
        };
        if ended {
            self.level().end_statement();
        }
        if ended || self.last == Last::Semicolon {
            self.last = Last::Start;
        }
    }

    /// Anything but a word, which sees for itself, ends what a semicolon ended.
    fn settle(&mut self) {
        if self.last == Last::Semicolon {
            self.level().end_statement();
            self.last = Last::Start;
        }
        self.new_line = false;
        self.after_else = false;
        self.after_dot = false;
    }

    fn begin_operand(&mut self) {
        self.settle();
        self.level().prefixes = 0;
        self.last = Last::Operand;
    }

    fn open(&mut self, opener: u8) -> Result<(), Diagnostic> {
        self.settle();
        let of_control = opener == b'(' && std::mem::take(&mut self.control);
        if opener == b'{' {
            self.dots_nest = false;
        }
        self.outside += self.level().nesting() + 1;
        self.levels.push(Level { opener, of_control, ..Level::default() });
        self.last = if opener == b'{' { Last::Start } else { Last::Operator };
        self.at += 1;
        self.bounded(self.at - 1)
    }

    fn close(&mut self, closer: u8) -> Result<(), Diagnostic> {
        self.settle();
        // A bracket that nothing opened is the parser's to report; the levels stay as they are.
        let opener = match closer {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        let level = self.levels.last().expect("the outermost level is never closed");
        let ends_substitution = level.opener == b'`' && closer == b'}';
        if level.opener != opener && !ends_substitution {
            self.at += 1;
            self.last = Last::Operand;
            return Ok(());
        }
        let of_control = level.of_control;
        self.levels.pop();
        let nesting = self.level().nesting() + 1;
        self.outside -= nesting;
        if ends_substitution {
            return self.template();
        }
        self.at += 1;
        self.level().prefixes = 0;
        self.last = match closer {
            b'}' => Last::Brace,
            _ if of_control => Last::Start,
            _ => Last::Operand,
        };
        Ok(())
    }

    fn bounded(&self, start: usize) -> Result<(), Diagnostic> {
        let innermost = self.levels.last().map_or(0, Level::nesting);
        if self.outside + innermost <= NESTING_AT_MOST {
            return Ok(());
        }
        let message = format!("nested too deeply: {NESTING_AT_MOST} levels at most");
        let help = "move the inner part into a function or a variable of its own";
        Err(Diagnostic::new(start as u32..self.at as u32, message).with_help(help))
    }
}
