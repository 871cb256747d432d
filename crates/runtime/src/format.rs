//! What `console.log` makes of its arguments: a line, as Node.js writes it without colours.
//!
//! Where the first of several arguments is a string, `%s` and its kin in it take the next argument each;
//! what is left over follows, separated by spaces. One string alone is written as it is.

use crate::inspect::{json, quoted};
use crate::number;

/// One argument.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Number(f64),
    Boolean(bool),
    Text(&'a str),
}

/// The line, without its end.
pub(crate) fn line(values: &[Value<'_>]) -> String {
    let mut line = String::new();
    let (template, rest) = match values {
        [Value::Text(text)] => return (*text).to_owned(),
        [Value::Text(template), rest @ ..] => (*template, rest),
        _ => ("", values),
    };
    let mut rest = rest.iter();
    fill(&mut line, template, &mut rest);
    let mut first = values.len() == rest.len();
    for value in rest {
        if !std::mem::take(&mut first) {
            line.push(' ');
        }
        push_value(&mut line, *value);
    }
    line
}

/// Replaces what is to be replaced in the template, as long as there are arguments.
fn fill<'v, 'a: 'v>(line: &mut String, template: &str, rest: &mut std::slice::Iter<'v, Value<'a>>) {
    let mut left = template;
    while let Some(at) = left.find('%') {
        let Some(letter) = left[at + 1..].chars().next() else { break };
        let placeholder = matches!(letter, 's' | 'd' | 'i' | 'f' | 'j' | 'o' | 'O' | 'c');
        let end = at + 1 + letter.len_utf8();
        if letter == '%' {
            line.push_str(&left[..=at]);
        } else if let Some(value) = placeholder.then(|| rest.next()).flatten() {
            line.push_str(&left[..at]);
            push_replacement(line, letter, *value);
        } else {
            line.push_str(&left[..end]);
        }
        left = &left[end..];
    }
    line.push_str(left);
}

fn push_replacement(line: &mut String, letter: char, value: Value<'_>) {
    match (letter, value) {
        ('s', _) => push_value(line, value),
        ('d', _) => line.push_str(&shown(as_number(value))),
        ('i', _) => line.push_str(&shown(number::parse_int(&as_text(value)))),
        ('f', _) => line.push_str(&shown(number::parse_float(&as_text(value)))),
        ('j', Value::Text(text)) => line.push_str(&json(text)),
        ('j', Value::Number(number)) if !number.is_finite() => line.push_str("null"),
        ('j', _) => line.push_str(&as_text(value)),
        ('o' | 'O', Value::Text(text)) => line.push_str(&quoted(text)),
        ('o' | 'O', _) => push_value(line, value),
        // `%c` takes a style, and there is none here.
        _ => {}
    }
}

fn push_value(line: &mut String, value: Value<'_>) {
    match value {
        Value::Number(number) => line.push_str(&shown(number)),
        Value::Boolean(boolean) => line.push_str(if boolean { "true" } else { "false" }),
        Value::Text(text) => line.push_str(text),
    }
}

/// A number as it is shown to a person, who wants to know of a negative zero.
fn shown(value: f64) -> String {
    if value == 0.0 && value.is_sign_negative() {
        "-0".to_owned()
    } else {
        number::to_string(value)
    }
}

/// JavaScript's `Number(value)`.
fn as_number(value: Value<'_>) -> f64 {
    match value {
        Value::Number(number) => number,
        Value::Boolean(boolean) => f64::from(u8::from(boolean)),
        Value::Text(text) => number::from_text(text),
    }
}

/// JavaScript's `String(value)`.
fn as_text(value: Value<'_>) -> String {
    match value {
        Value::Number(number) => number::to_string(number),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Text(text) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Value::{Boolean, Number, Text};
    use super::{Value, line};

    fn check(table: &[(&[Value<'_>], &str)]) {
        for (values, expected) in table {
            assert_eq!(line(values), *expected, "{values:?}");
        }
    }

    #[test]
    fn arguments_are_separated_by_spaces() {
        check(&[
            (&[], ""),
            (&[Text("")], ""),
            (&[Text(""), Number(1.0)], " 1"),
            (&[Number(-0.0), Number(0.0), Boolean(true), Text("a b")], "-0 0 true a b"),
            (&[Number(1.0), Text("%d"), Number(2.0)], "1 %d 2"),
        ]);
    }

    #[test]
    fn placeholders_take_arguments_in_order() {
        check(&[
            (&[Text("100%")], "100%"),
            (&[Text("100%%")], "100%%"),
            (&[Text("100%% %s"), Text("x")], "100% x"),
            (&[Text("%s and %s"), Number(-0.0)], "-0 and %s"),
            (&[Text("%s%s"), Text("a"), Text("b"), Text("c")], "ab c"),
            (&[Text("%x %d%"), Text("0x10"), Boolean(true)], "%x 16% true"),
            (&[Text("%d %d %d"), Boolean(true), Text("z"), Text("")], "1 NaN 0"),
            (&[Text("%i %i %i"), Number(-1.9), Text("12px"), Number(1e21)], "-1 12 1"),
            (&[Text("%i"), Number(-0.5)], "-0"),
            (&[Text("%f|%f"), Text("1.5e3x"), Boolean(true)], "1500|NaN"),
            (
                &[Text("%j %j %j"), Text("a\"\n"), Number(f64::NAN), Boolean(false)],
                "\"a\\\"\\n\" null false",
            ),
            (&[Text("%j"), Number(-0.0)], "0"),
            (&[Text("%o %O"), Text("it's"), Number(-0.0)], "\"it's\" -0"),
            (&[Text("%cplain"), Text("color: red")], "plain"),
            (&[Text("%%%s%%"), Text("x")], "%x%"),
            (&[Text("%é%s"), Text("x")], "%éx"),
            (&[Text("%s")], "%s"),
            (&[Text("a%"), Text("b")], "a% b"),
        ]);
    }
}
