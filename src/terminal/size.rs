//! Sizes as people write them: `512K`, `1M`, `0`; and what is said of a text that has too large a one.

use indicatif::HumanBytes;

/// Why a text is not said, if it is too long.
#[must_use]
pub(crate) fn too_long(text: &str, bytes_max: u64) -> Option<String> {
    let over = u64::try_from(text.len()).unwrap_or(u64::MAX).checked_sub(bytes_max).filter(|over| *over > 0)?;
    let (over, most) = (HumanBytes(over), HumanBytes(bytes_max));
    Some(format!("too long by {over}: at most {most} are said at once; nothing was said"))
}

/// Reads a number of bytes: a whole number, with `K`, `M` or `G` after it for powers of 1,024, and `B` or `iB` after
/// that if one likes.
///
/// # Errors
/// In words, with an example.
pub fn read_size(typed: &str) -> Result<u64, String> {
    let wrong = || format!("'{typed}' is no size; 512K and 1M are, and 0 for never");
    let digits = typed.find(|c: char| !c.is_ascii_digit()).unwrap_or(typed.len());
    let (number, unit) = typed.split_at(digits);
    let power = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 1,
        "M" | "MB" | "MIB" => 2,
        "G" | "GB" | "GIB" => 3,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1024_u64.pow(power)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        let table = [("0", 0), ("512K", 512 << 10), ("1m", 1 << 20), ("2GiB", 2 << 30), ("7kb", 7 << 10), ("12B", 12)];
        for (typed, bytes) in table {
            assert_eq!(read_size(typed), Ok(bytes), "{typed}");
        }
        for typed in ["", "K", "1.5M", "-1", "1T", "1 M", "1I", "99999999999G", "18446744073709551616"] {
            assert!(read_size(typed).is_err(), "{typed}");
        }
    }
}
