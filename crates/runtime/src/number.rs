//! Number to string, exactly as ECMAScript's `Number::toString` (radix 10) says.
//!
//! Rust's own formatting is not it: `{}` never uses an exponent and writes `inf` and `-0`. `ryu-js`
//! implements the standard's algorithm (shortest digits that round-trip, exponents from 1e21 and below
//! 1e-6) and is what the Boa engine uses.

/// The text JavaScript shows for `value`.
pub(crate) fn to_string(value: f64) -> String {
    ryu_js::Buffer::new().format(value).to_owned()
}

/// JavaScript's `dividend % divisor`: exact, with the sign of the dividend.
///
/// Most are of small whole numbers, for which the processor's division is several times faster.
pub(crate) fn remainder(dividend: f64, divisor: f64) -> f64 {
    let (whole, by) = (dividend as u32, divisor as u32);
    // By their bits, because -0 is equal to 0 and its remainder is not.
    if by != 0
        && f64::from(whole).to_bits() == dividend.to_bits()
        && f64::from(by).to_bits() == divisor.to_bits()
    {
        return f64::from(whole % by);
    }
    dividend % divisor
}

/// JavaScript's `Number(text)`.
pub(crate) fn from_text(text: &str) -> f64 {
    let text = trimmed(text);
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        let digits = text.get(..2).filter(|start| start.eq_ignore_ascii_case(prefix));
        if digits.is_some() {
            return whole(&text[2..], radix)
                .map_or(f64::NAN, |(value, rest)| if rest.is_empty() { value } else { f64::NAN });
        }
    }
    match decimal_prefix(text) {
        Some((value, "")) => value,
        _ => f64::NAN,
    }
}

/// JavaScript's `parseFloat(text)`: as much of its beginning as is a number.
pub(crate) fn parse_float(text: &str) -> f64 {
    decimal_prefix(trimmed(text)).map_or(f64::NAN, |(value, _)| value)
}

/// JavaScript's `parseInt(text)`: as many digits as its beginning has.
pub(crate) fn parse_int(text: &str) -> f64 {
    let text = trimmed(text);
    let (sign, unsigned) = signed(text);
    let hexadecimal = unsigned.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let (digits, radix) = if hexadecimal { (&unsigned[2..], 16) } else { (unsigned, 10) };
    whole(digits, radix).map_or(f64::NAN, |(value, _)| sign * value)
}

/// Without JavaScript's white space, which is Unicode's and the byte order mark, less U+0085.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}')
}

fn signed(text: &str) -> (f64, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    }
}

/// The number that leading digits make, rounded once, and what follows them.
fn whole(text: &str, radix: u32) -> Option<(f64, &str)> {
    let length = text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() {
        return None;
    }
    let value = if radix == 10 { digits.parse().ok()? } else { binary_digits(digits, radix) };
    Some((value, rest))
}

/// Of a radix that is a power of two: the first 64 bits, the last of which stands for all that follow.
fn binary_digits(digits: &str, radix: u32) -> f64 {
    let (mut value, mut exponent) = (0_u64, 0_i32);
    let bits_each = radix.trailing_zeros();
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        for bit in (0..bits_each).rev().map(|bit| u64::from(digit >> bit) & 1) {
            if value >> 63 == 0 {
                value = value << 1 | bit;
            } else {
                value |= bit;
                exponent = exponent.saturating_add(1);
            }
        }
    }
    value as f64 * 2.0_f64.powi(exponent)
}

/// The number in decimal notation with which `text` begins, and what follows it.
fn decimal_prefix(text: &str) -> Option<(f64, &str)> {
    let (sign, unsigned) = signed(text);
    if let Some(rest) = unsigned.strip_prefix("Infinity") {
        return Some((sign * f64::INFINITY, rest));
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(unsigned);
    let mut any = length > 0;
    if unsigned[length..].starts_with('.') {
        let fraction = digits(&unsigned[length + 1..]);
        any |= fraction > 0;
        length += usize::from(any) * (1 + fraction);
    }
    if !any {
        return None;
    }
    if unsigned[length..].starts_with(['e', 'E']) {
        let (_, exponent) = signed(&unsigned[length + 1..]);
        let sign_length = unsigned.len() - length - 1 - exponent.len();
        let exponent_digits = digits(exponent);
        length += if exponent_digits > 0 { 1 + sign_length + exponent_digits } else { 0 };
    }
    let (number, rest) = unsigned.split_at(length);
    // Rust reads all that is left here, `1.` and `.5` included, and rounds correctly.
    Some((sign * number.parse::<f64>().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::{from_text, parse_float, parse_int, remainder, to_string};

    #[test]
    fn remainders_have_the_sign_of_the_dividend() {
        let values = [0.0, -0.0, 1.0, -1.0, 2.5, 3.0, 7.0, -7.0, 4_294_967_295.0, 4_294_967_296.0];
        for dividend in values {
            for divisor in values {
                let (found, expected) = (remainder(dividend, divisor), dividend % divisor);
                let same = found.to_bits() == expected.to_bits();
                assert!(same || (found.is_nan() && expected.is_nan()), "{dividend} % {divisor}");
            }
        }
        assert!(remainder(5.0, 0.0).is_nan());
        assert_eq!(remainder(-4.0, 2.0).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(remainder(5.0, f64::INFINITY), 5.0);
    }

    /// Each row as Node.js says it: the text, `Number`, `parseInt`, `parseFloat`.
    #[test]
    fn reads_numbers_as_javascript_does() {
        let nan = f64::NAN;
        let table = [
            ("", 0.0, nan, nan),
            ("  42\n", 42.0, 42.0, 42.0),
            ("-1.5e3", -1500.0, -1.0, -1500.0),
            ("1e", nan, 1.0, 1.0),
            ("1e+", nan, 1.0, 1.0),
            (".5", 0.5, nan, 0.5),
            ("5.", 5.0, 5.0, 5.0),
            (".", nan, nan, nan),
            ("12px", nan, 12.0, 12.0),
            ("0x1F", 31.0, 31.0, 0.0),
            ("-0x1F", nan, -31.0, -0.0),
            ("0b101", 5.0, 0.0, 0.0),
            ("0o17", 15.0, 0.0, 0.0),
            ("0x", nan, nan, 0.0),
            ("Infinity", f64::INFINITY, nan, f64::INFINITY),
            ("-Infinityx", nan, nan, f64::NEG_INFINITY),
            ("-0", -0.0, -0.0, -0.0),
            ("\u{feff}7\u{a0}", 7.0, 7.0, 7.0),
            ("\u{85}7", nan, nan, nan),
            ("1_000", nan, 1.0, 1.0),
            ("é", nan, nan, nan),
            ("0x20000000000001", 9007199254740992.0, 9007199254740992.0, 0.0),
            ("0x20000000000003", 9007199254740996.0, 9007199254740996.0, 0.0),
            ("inf", nan, nan, nan),
        ];
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        for (text, number, int, float) in table {
            assert!(same(from_text(text), number), "Number({text:?}) = {}", from_text(text));
            assert!(same(parse_int(text), int), "parseInt({text:?}) = {}", parse_int(text));
            assert!(same(parse_float(text), float), "parseFloat({text:?}) = {}", parse_float(text));
        }
    }

    #[test]
    fn formats_as_javascript_does() {
        let table = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123_456_789.0, "123456789"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (-1.25e-9, "-1.25e-9"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, expected) in table {
            assert_eq!(to_string(value), expected, "{value:e}");
        }
    }
}
