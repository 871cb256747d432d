//! `**`, to the last bit as Node.js 20 computes it.
//!
//! ECMAScript leaves the precision of `**` to the implementation, and what a program prints depends on
//! it: `200 ** -2` is `0.000024999999999999998` in V8 11 and `0.000025` in C. V8 uses the method of Sun's
//! FDLIBM: the logarithm of x to base 2 in two doubles, times y, then 2 to that power. Its last step,
//! a rational approximation of the exponential, groups one subtraction otherwise than FDLIBM does
//! ([`exp2_of_parts`]), which costs it up to one unit in the last place in one of 25 results. Using C's
//! `pow` would be faster and more precise, and would differ from Node.js as often.

/// log2(1.5) in two parts.
const LOG2_OF_3_HALVES: [f64; 2] =
    [f64::from_bits(0x3FE2_B803_4000_0000), 1.350_039_202_129_749e-8];
/// 2 / (3 ln 2), whole and in two parts.
const TWO_THIRDS_LOG2_E: f64 = 9.617_966_939_259_756e-1;
const TWO_THIRDS_LOG2_E_PARTS: [f64; 2] = [9.617_967_009_544_373e-1, -7.028_461_650_952_758e-9];
/// 1 / ln 2, whole and in two parts.
const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LOG2_E_PARTS: [f64; 2] = [1.442_695_021_629_333_5, 1.925_962_991_126_617_5e-8];
/// ln 2, whole and in two parts.
const LN_2: f64 = std::f64::consts::LN_2;
const LN_2_PARTS: [f64; 2] = [6.931_471_824_645_996e-1, -1.904_654_299_957_768e-9];
/// Of the logarithm's series in ((x-1)/(x+1))².
const LOGARITHM: [f64; 6] = [
    5.999_999_999_999_946e-1,
    4.285_714_285_785_502e-1,
    3.333_333_298_183_774_3e-1,
    2.727_281_238_085_34e-1,
    2.306_607_457_755_617_5e-1,
    2.069_750_178_003_384_2e-1,
];
/// Of the exponential's rational approximation, in z².
const EXPONENTIAL: [f64; 5] = [
    1.666_666_666_666_660_2e-1,
    -2.777_777_777_701_559_3e-3,
    6.613_756_321_437_934e-5,
    -1.653_390_220_546_525_2e-6,
    4.138_136_797_057_238_5e-8,
];
/// How far below 1024 a logarithm's rounding may hide, in units of its low part.
const OVERFLOW_SLACK: f64 = 8.008_566_259_537_294e-17;

/// JavaScript's `x ** y`.
pub(crate) fn power(x: f64, y: f64) -> f64 {
    if y == 0.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) {
        return f64::NAN;
    }
    let odd = y.abs() < 9_007_199_254_740_992.0 && y % 2.0 != 0.0 && y.fract() == 0.0;
    let sign = if odd { 1.0_f64.copysign(x) } else { 1.0 };
    if x == 0.0 || x.is_infinite() || y.is_infinite() {
        let vanishes = (x.abs() < 1.0) == (y > 0.0);
        return sign * if vanishes { 0.0 } else { f64::INFINITY };
    }
    if x < 0.0 && y.fract() != 0.0 {
        return f64::NAN;
    }
    if y == 1.0 {
        x
    } else if y == -1.0 {
        1.0 / x
    } else if y == 2.0 {
        x * x
    } else if y == 0.5 {
        x.sqrt()
    } else if x.abs() == 1.0 {
        sign
    } else {
        sign * finite(x.abs(), y)
    }
}

/// Of a positive, finite x, neither 0 nor 1.
fn finite(x: f64, y: f64) -> f64 {
    let [log_high, log_low] = if y.abs() > 2_147_483_648.0 {
        let high = high_word(x);
        if y.abs() > 18_446_744_073_709_551_616.0 || !(0x3FEF_FFFF..=0x3FF0_0000).contains(&high) {
            return if (x < 1.0) == (y > 0.0) { 0.0 } else { f64::INFINITY };
        }
        log2_near_one(x)
    } else {
        log2(x)
    };
    let y_high = high_part(y);
    let low = (y - y_high) * log_high + y * log_low;
    let high = y_high * log_high;
    exp2_of_parts(high, low)
}

/// log2 of an x so near to 1 that a short series does.
fn log2_near_one(x: f64) -> [f64; 2] {
    let t = x - 1.0;
    let w = (t * t) * (0.5 - t * (0.333_333_333_333_333_3 - t * 0.25));
    let u = LOG2_E_PARTS[0] * t;
    let v = t * LOG2_E_PARTS[1] - w * LOG2_E;
    let high = high_part(u + v);
    [high, v - (high - u)]
}

/// log2 of x in two parts: of its exponent, of 1 or 1.5, and of what remains, by a series.
fn log2(x: f64) -> [f64; 2] {
    let subnormal = x < f64::MIN_POSITIVE;
    let x = if subnormal { x * 9_007_199_254_740_992.0 } else { x };
    let word = high_word(x);
    let mut exponent = (word >> 20) as i32 - 1023 - if subnormal { 53 } else { 0 };
    let fraction = word & 0xF_FFFF;
    let mut word = fraction | 0x3FF0_0000;
    let near_3_halves = (0x3988F..0xBB67A).contains(&fraction);
    if fraction >= 0xBB67A {
        exponent += 1;
        word -= 0x10_0000;
    }
    let x = with_high_word(x, word);
    let (base, base_log) = if near_3_halves { (1.5, LOG2_OF_3_HALVES) } else { (1.0, [0.0; 2]) };

    let (u, v) = (x - base, 1.0 / (x + base));
    let s = u * v;
    let s_high = high_part(s);
    let sum_word = ((word >> 1) | 0x2000_0000) + 0x8_0000 + (u32::from(near_3_halves) << 18);
    let sum_high = with_high_word(0.0, sum_word);
    let sum_low = x - (sum_high - base);
    let s_low = v * ((u - s_high * sum_high) - s_high * sum_low);

    let s2 = s * s;
    let series = s2 * s2 * polynomial(s2, &LOGARITHM) + s_low * (s_high + s);
    let s2 = s_high * s_high;
    let t_high = high_part(3.0 + s2 + series);
    let t_low = series - ((t_high - 3.0) - s2);
    let (u, v) = (s_high * t_high, s_low * t_high + t_low * s);
    let p_high = high_part(u + v);
    let p_low = v - (p_high - u);
    let z_high = TWO_THIRDS_LOG2_E_PARTS[0] * p_high;
    let z_low = TWO_THIRDS_LOG2_E_PARTS[1] * p_high + p_low * TWO_THIRDS_LOG2_E + base_log[1];
    let n = f64::from(exponent);
    let high = high_part(((z_high + z_low) + base_log[0]) + n);
    [high, z_low - (((high - n) - base_log[0]) - z_high)]
}

/// 2 to the power of high + low.
fn exp2_of_parts(mut high: f64, low: f64) -> f64 {
    let z = low + high;
    if z >= 1024.0 && (z > 1024.0 || low + OVERFLOW_SLACK > z - high) {
        return f64::INFINITY;
    }
    if z <= -1075.0 && (z < -1075.0 || low <= z - high) {
        return 0.0;
    }
    let mut exponent = 0.0;
    if z.abs() > 0.5 {
        exponent = (z + 0.5_f64.copysign(z)).trunc();
        high -= exponent;
    }
    let t = high_part(low + high);
    let u = t * LN_2_PARTS[0];
    let v = (low - (t - high)) * LN_2 + t * LN_2_PARTS[1];
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let t1 = z - t * polynomial(t, &EXPONENTIAL);
    // FDLIBM divides by (t1 - 2) alone and subtracts (w + z * w) afterwards.
    let r = (z * t1) / ((t1 - 2.0) - (w + z * w));
    scaled(1.0 - (r - z), exponent as i32)
}

/// z, which is near 1, times 2 to the n.
fn scaled(z: f64, n: i32) -> f64 {
    let exponent = (high_word(z) >> 20) as i32 + n;
    if exponent > 0 {
        return with_high_word(z, high_word(z).wrapping_add((n << 20) as u32));
    }
    // Below the normal numbers: rounded once, by the multiplication.
    let normal = with_high_word(z, high_word(z).wrapping_add(((n + 64) << 20) as u32));
    normal * f64::from_bits((1023 - 64) << 52)
}

fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    let mut reversed = coefficients.iter().rev();
    let last = reversed.next().copied().unwrap_or_default();
    reversed.fold(last, |sum, coefficient| coefficient + x * sum)
}

fn high_word(x: f64) -> u32 {
    (x.to_bits() >> 32) as u32
}

fn with_high_word(x: f64, word: u32) -> f64 {
    f64::from_bits((x.to_bits() & 0xFFFF_FFFF) | (u64::from(word) << 32))
}

/// x without the low half of its bits.
fn high_part(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xFFFF_FFFF_0000_0000)
}

#[cfg(test)]
mod tests {
    use super::power;

    /// What Node.js 20.20.2 prints. Of those marked, C's `pow` gives the neighbour.
    #[test]
    fn agrees_with_node_to_the_last_bit() {
        let table = [
            (2.0, 10.0, 1024.0),
            (10.0, 3.0, 1000.0),
            (10.0, -3.0, 0.001),
            (2.0, 0.5, std::f64::consts::SQRT_2),
            (200.0, -2.0, 0.000_024_999_999_999_999_998), // marked
            (216.0, 0.333_333_333_333_333_3, 6.0),        // marked
            (-199.0, 7.0, -1.235_866_427_916_139_8e16),
            (44.067_692_151_293_16, 9.776_985_705_830_157, 11_872_460_652_761_408.0), // marked
            (97_201.196_311_107_37, -14.169_953_693_635_762, 2.113_120_417_123_851e-71), // marked
            (2.0, -1074.0, 5e-324),
            (2.0, -1075.0, 0.0),
            (2.0, 1023.0, 8.988_465_674_311_58e307),
            (2.0, 1024.0, f64::INFINITY),
            (1.000_000_1, 4_294_967_297.0, 3.373265205676163e186),
        ];
        for (x, y, expected) in table {
            assert_eq!(
                power(x, y).to_bits(),
                f64::to_bits(expected),
                "{x} ** {y} = {}",
                power(x, y)
            );
        }
    }

    #[test]
    fn special_values_are_as_ecmascript_says() {
        let inf = f64::INFINITY;
        let nan = [(f64::NAN, 1.0), (1.0, f64::NAN), (1.0, inf), (-1.0, -inf), (-8.0, 1.0 / 3.0)];
        for (x, y) in nan {
            assert!(power(x, y).is_nan(), "{x} ** {y}");
        }
        let table = [
            (f64::NAN, 0.0, 1.0),
            (f64::NAN, -0.0, 1.0),
            (0.0, -1.0, inf),
            (-0.0, -1.0, -inf),
            (-0.0, -2.0, inf),
            (-0.0, 3.0, -0.0),
            (-0.0, 2.0, 0.0),
            (-inf, 3.0, -inf),
            (-inf, 2.0, inf),
            (-inf, -3.0, -0.0),
            (0.5, inf, 0.0),
            (2.0, inf, inf),
            (-2.0, -inf, 0.0),
            (0.5, -inf, inf),
            (-2.0, 3.0, -8.0),
            (-1.0, 1e300, 1.0),
            (0.999, 1e20, 0.0),
            (0.999, -1e20, inf),
        ];
        for (x, y, expected) in table {
            assert_eq!(
                power(x, y).to_bits(),
                f64::to_bits(expected),
                "{x} ** {y} = {}",
                power(x, y)
            );
        }
    }
}
