//! Which operators nest, and what they end.

use super::{Last, Scanner};
use crate::language::diagnostic::Diagnostic;

impl Scanner<'_> {
    pub(super) fn punctuator(&mut self, byte: u8) -> Result<(), Diagnostic> {
        let start = self.at;
        let new_line = self.new_line;
        let after_operand = matches!(self.last, Last::Operand | Last::FirstWord);
        let label = self.last == Last::FirstWord && byte == b':';
        let after_brace = self.last == Last::Brace;
        self.settle();
        let length = self.operator_length(byte);
        self.at += length;
        let operator = &self.bytes[start..self.at];
        let level = self.levels.last_mut().expect("the outermost level is never closed");
        // What stays an operand: `a++` and `a!`. On a line of its own it is a prefix of what follows.
        if after_operand && !new_line && matches!(operator, b"++" | b"--" | b"!") {
            return Ok(());
        }
        self.last = Last::Operator;
        match operator {
            b";" => {
                level.end_expression();
                self.last = Last::Semicolon;
                self.dots_nest = false;
            }
            b"," => level.end_expression(),
            b"." | b"?." => {
                self.after_dot = true;
                level.operators += usize::from(self.dots_nest);
            }
            b":" if label => {
                level.statements += 1;
                self.last = Last::Start;
            }
            b"!" | b"~" | b"++" | b"--" | b"..." | b"@" => level.prefixes += 1,
            b"+" | b"-" if !after_operand && !after_brace => level.prefixes += 1,
            b"<" if after_operand => level.angles += 1,
            b">" => level.angles = level.angles.saturating_sub(1),
            b"?" | b"=" | b"=>" | b"<" => level.operators += 1,
            b"**" => level.powers += 1,
            b"/" if !after_operand => return Err(regular_expression(start as u32)),
            b"|" | b"&" | b"-" | b":" => level.powers = 0,
            _ if operator.ends_with(b"=") && !is_comparison(operator) => level.operators += 1,
            _ => (level.angles, level.powers) = (0, 0),
        }
        self.bounded(start)
    }

    /// The longest operator here.
    fn operator_length(&self, byte: u8) -> usize {
        const LONG: [&[u8]; 28] = [
            b">>>=", b"...", b"===", b"!==", b"**=", b"<<=", b">>=", b"&&=", b"||=", b"??=", b"=>",
            b"==", b"!=", b"<=", b">=", b"&&", b"||", b"??", b"?.", b"++", b"--", b"+=", b"-=",
            b"*=", b"/=", b"%=", b"&=", b"**",
        ];
        let rest = &self.bytes[self.at..];
        // Shifts are left in pieces: they may be the ends of type arguments.
        if byte == b'>' || (byte == b'/' && !matches!(self.last, Last::Operand | Last::FirstWord)) {
            return if rest.starts_with(b">=") { 2 } else { 1 };
        }
        LONG.iter().find(|operator| rest.starts_with(operator)).map_or(1, |operator| operator.len())
    }
}

fn is_comparison(operator: &[u8]) -> bool {
    matches!(operator, b"==" | b"!=" | b"===" | b"!==" | b"<=" | b">=")
}

fn regular_expression(start: u32) -> Diagnostic {
    Diagnostic::new(start..start + 1, "regular expressions are not supported")
}
