//! Numbers of bytes as people write them, in configurations and on the command line.

/// A number of bytes: digits, and a unit.
///
/// # Errors
/// What is wrong with it, and how it is written.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim_start() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return Err("name bytes as in `500`, `20MiB`, `2GiB`, `2GB`".into()),
    };
    let number: u64 = number.parse().map_err(|_| "begin with a whole number".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "name a smaller number".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_limits() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("500"), Ok(500));
        assert_eq!(bytes("2GiB"), Ok(2 << 30));
        assert_eq!(bytes("2 MB"), Ok(2_000_000));
        for wrong in ["", "GiB", "-1", "1.5GiB", "2gib", "99999999999TiB", "1 2"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
