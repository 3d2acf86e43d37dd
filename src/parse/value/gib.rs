//! Sizes as plain numbers of GiB.

use std::ops::RangeInclusive;

use super::{Reading, mismatch, whole};
use crate::parse::tree::KdlValue;

/// A whole number of GiB within `range`. For a number with a unit, the message says what to write
/// without it.
pub fn gib(range: RangeInclusive<u32>) -> impl Fn(&KdlValue<'_>) -> Reading<u32> {
    move |value| {
        let read = whole(range.clone())(value);
        let meant = value.text().and_then(without_unit);
        match meant.filter(|gib| read.is_err() && range.contains(gib)) {
            Some(gib) => Err(mismatch("a whole number of GiB", value).write(gib.to_string())),
            None => read,
        }
    }
}

/// `100Gi` or `100 GB` as 100, `2Ti` as 2048: disk sizes are powers of two, whatever the unit is
/// called.
fn without_unit(text: &str) -> Option<u32> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    match unit.trim() {
        "G" | "Gi" | "GB" | "GiB" => Some(number),
        "T" | "Ti" | "TB" | "TiB" => number.checked_mul(1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_taken_off() {
        for (text, gib) in [
            ("100Gi", Some(100)),
            ("8GB", Some(8)),
            ("8 GiB", Some(8)),
            ("2Ti", Some(2048)),
            ("512Mi", None),
            ("Gi", None),
            ("99999999999Gi", None),
        ] {
            assert_eq!(without_unit(text), gib, "{text}");
        }
    }
}
