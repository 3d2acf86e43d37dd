//! The one day from which on a series runs at another level: after a clean-up, or a new customer.
//!
//! Where a series is split, its slope is the median of the slopes between days that are a week
//! apart on the same side: no weekday and no jump is in them. What the slope leaves is told from
//! the median of its side. A shift is taken for one where that leaves far less than it leaves without
//! a split, and where days next to the split show most of it: what climbs for weeks is no shift.

use super::order_statistics::{count, median};

/// The fewest days on each side: a week has every weekday once.
pub(super) const SIDE: usize = 7;

/// The fewest days from which weekdays are told apart.
const FEWEST_FOR_WEEKDAYS: usize = 21;

/// Days next to the split on each side that have to show the shift.
const NEAR: usize = 3;

/// The most that may be left of what is left without a split. Chosen by trial: of 500 months each of
/// lines, weekends, bends and parabolas with noise none is split then, of random walks one in fifty.
const REST: f64 = 0.4;

/// The least of a shift that days next to it have to show.
const SHOWN: f64 = 0.75;

/// A day: its number, its weekday from 0 on, and its value.
pub(super) type Point = (f64, usize, f64);

/// The index of the first day at the other level, and by how much that is higher; none where no
/// single shift stands out.
pub(super) fn shift(points: &[Point]) -> Option<(usize, f64)> {
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

/// What is left of a series where it is split: the sum of all that is, by how much the second side
/// is higher, and by how much its first days are than the last before it.
fn left(points: &[Point], split: Option<usize>) -> Option<(f64, f64, f64)> {
    let at = split.unwrap_or(0);
    let (before, after) = points.split_at_checked(at)?;
    let slopes: Vec<f64> = [before, after].into_iter().flat_map(weekly).collect();
    if slopes.is_empty() {
        return None;
    }
    let slope = median(slopes);
    let rest = |side: &[Point]| -> Vec<(usize, f64)> {
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

/// The slopes between days of a side that are seven values apart: a week, where no day is missing.
fn weekly(side: &[Point]) -> Vec<f64> {
    let pairs = side.iter().zip(side.iter().skip(7));
    pairs
        .map(|((day, _, value), (later, _, grown))| (grown - value) / (later - day))
        .collect()
}

/// Residuals without what their weekdays have in common.
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
