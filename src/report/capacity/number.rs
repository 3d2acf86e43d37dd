//! Measured values for people and for programs.

use crate::metric::Unit;

/// Four digits after the point, more than any metric's precision.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

/// A value with its unit: `61.5%`, `12.3 items/replica`, `81,200 ops/s`.
pub(super) fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value:.1}%"),
        Unit::ItemsPerReplica => format!("{value:.1} items/replica"),
        Unit::OpsPerSecond => format!("{} ops/s", in_thousands(value)),
    }
}

/// A value whose unit is shown elsewhere: `61.5%`, `12.3`, `81,200`.
pub(super) fn bare(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value:.1}%"),
        Unit::ItemsPerReplica => format!("{value:.1}"),
        Unit::OpsPerSecond => in_thousands(value),
    }
}

/// The change of a value per day: `+0.30%`, `-0.02`, `+1,200`.
pub(super) fn change_a_day(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => format!("{value:+.2}%"),
        Unit::ItemsPerReplica => format!("{value:+.2}"),
        Unit::OpsPerSecond if value > 0.0 => format!("+{}", in_thousands(value)),
        Unit::OpsPerSecond => in_thousands(value),
    }
}

fn in_thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if value < 0.0 && digits != "0" {
        shown.insert(0, '-');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_their_unit() {
        assert_eq!(shown(61.54, Unit::Percent), "61.5%");
        assert_eq!(shown(0.0, Unit::ItemsPerReplica), "0.0 items/replica");
        assert_eq!(shown(1_234_567.4, Unit::OpsPerSecond), "1,234,567 ops/s");
        assert_eq!(bare(999.5, Unit::OpsPerSecond), "1,000");
        assert_eq!(bare(-0.2, Unit::OpsPerSecond), "0");
    }

    #[test]
    fn a_change_a_day_has_a_sign() {
        assert_eq!(change_a_day(0.304, Unit::Percent), "+0.30%");
        assert_eq!(change_a_day(-0.021, Unit::ItemsPerReplica), "-0.02");
        assert_eq!(change_a_day(1200.4, Unit::OpsPerSecond), "+1,200");
        assert_eq!(change_a_day(-1200.4, Unit::OpsPerSecond), "-1,200");
    }
}
