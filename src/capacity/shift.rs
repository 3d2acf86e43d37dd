//! Finds the one day at which a series changes its level, for example after a clean-up or a new
//! customer.
//!
//! For each possible split, the slope is the median of the slopes between days a week apart on the
//! same side. So neither weekdays nor the jump distort it. The residuals are measured from the
//! median of their side. A split counts as a shift if it leaves far smaller residuals than no
//! split, and if the days next to it show most of the jump. A climb over weeks is not a shift.

use super::order_statistics::{count, median};

/// The fewest days on each side: a week, with every weekday once.
pub(super) const SIDE: usize = 7;

/// The fewest days for separate weekdays.
const FEWEST_FOR_WEEKDAYS: usize = 21;

/// The days on each side of the split that must show the shift.
const NEAR: usize = 3;

/// The largest share of the residuals that may remain after a split. Chosen by trial on 500 months
/// each of lines, weekends, bends and parabolas with noise: none of them is split, and one random
/// walk in fifty is.
const REST: f64 = 0.4;

/// The share of a shift that the days next to it must show.
const SHOWN: f64 = 0.75;

/// A day: its number, its weekday counted from 0, and its value.
pub(super) type WeekdayPoint = (f64, usize, f64);

/// The index of the first day at the new level, and the height of the jump; `None` if no single
/// shift stands out.
pub(super) fn shift(points: &[WeekdayPoint]) -> Option<(usize, f64)> {
    let last = points.len().checked_sub(SIDE)?;
    let (whole, _, _) = left(points, None)?;
    let splits = (SIDE..=last).filter_map(|at| Some((at, left(points, Some(at))?)));
    let (at, (parted, by, near)) =
        splits.min_by(|(_, (one, ..)), (_, (other, ..))| one.total_cmp(other))?;
    let largest = points.iter().map(|(_, _, value)| value.abs());
    let nothing = 1e-9 * count(points.len()) * largest.fold(0.0, f64::max);
    let stands_out = whole > nothing && parted < whole * REST;
    (stands_out && near * by > 0.0 && near.abs() >= by.abs() * SHOWN).then_some((at, by))
}

/// The residuals of a series with or without a split: their sum, the height of the second side over
/// the first, and the height of its first days over the last days before it.
fn left(points: &[WeekdayPoint], split: Option<usize>) -> Option<(f64, f64, f64)> {
    let at = split.unwrap_or(0);
    let (before, after) = points.split_at_checked(at)?;
    let slopes: Vec<f64> = [before, after].into_iter().flat_map(weekly).collect();
    if slopes.is_empty() {
        return None;
    }
    let slope = median(slopes);
    let rest = |side: &[WeekdayPoint]| -> Vec<(usize, f64)> {
        let rest = side.iter();
        rest.map(|(day, weekday, value)| (*weekday, value - slope * day))
            .collect()
    };
    let level = |side: &[(usize, f64)]| median(side.iter().map(|(_, value)| *value));
    let sides = [rest(before), rest(after)];
    let levels = [level(&sides[0]), level(&sides[1])];
    let mut residuals: Vec<(usize, f64)> = Vec::new();
    for (side, level) in sides.iter().zip(levels) {
        residuals.extend(
            side.iter()
                .map(|(weekday, value)| (*weekday, value - level)),
        );
    }
    let residuals = without_weekdays(&residuals);
    let by = levels[1] - levels[0];
    let (early, late) = residuals.split_at_checked(at)?;
    let last = early.iter().rev().take(NEAR).copied();
    let near = by + median(late.iter().take(NEAR).copied()) - median(last);
    Some((residuals.iter().map(|it| it.abs()).sum(), by, near))
}

/// The slopes between days of one side that are seven values apart: a week, unless days are
/// missing.
fn weekly(side: &[WeekdayPoint]) -> Vec<f64> {
    let pairs = side.iter().zip(side.iter().skip(7));
    pairs
        .map(|((day, _, value), (later, _, grown))| (grown - value) / (later - day))
        .collect()
}

/// Residuals minus the median of their weekday.
fn without_weekdays(residuals: &[(usize, f64)]) -> Vec<f64> {
    let enough = residuals.len() >= FEWEST_FOR_WEEKDAYS;
    let commons: [f64; 7] = std::array::from_fn(|weekday| {
        let own = residuals.iter().filter(|(of, _)| enough && *of == weekday);
        median(own.map(|(_, value)| *value))
    });
    let plain = residuals
        .iter()
        .map(|(weekday, value)| value - commons.get(*weekday).copied().unwrap_or(0.0));
    plain.collect()
}
