//! Number to string, exactly as ECMAScript's `Number::toString` (radix 10) says.
//!
//! Rust's own formatting is not it: `{}` never uses an exponent and writes `inf` and `-0`. `ryu-js`
//! implements the standard's algorithm (shortest digits that round-trip, exponents from 1e21 and below
//! 1e-6) and is what the Boa engine uses.

/// The text JavaScript shows for `value`.
pub(crate) fn to_string(value: f64) -> String {
    ryu_js::Buffer::new().format(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::to_string;

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
