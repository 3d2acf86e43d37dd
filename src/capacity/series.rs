//! What was measured: samples by metric and component, and the days they make.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::metric::{Component, Metric};

/// The days that a review reads: calendar days of UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub first: Date,
    /// The last: the day of the review.
    pub last: Date,
}

impl Window {
    /// So many days that end with `last`.
    ///
    /// # Panics
    /// Where the window would begin before the calendar does.
    #[must_use]
    pub fn of(last: Date, days: u16) -> Self {
        let before = jiff::Span::new().days(i64::from(days) - 1);
        Self {
            first: last
                .checked_sub(before)
                .expect("a window of some days fits the calendar"),
            last,
        }
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        (self.first..=self.last).contains(&day_of(at))
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from(days_between(self.first, self.last)).unwrap_or(0) + 1
    }
}

/// The day of UTC that an instant lies on. UTC knows no daylight saving: each day has 24 hours.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Days from one date to another; negative where `to` is the earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The most that any metric here can measure: what is more is a mistake, and would make of its
/// trend a number of hundreds of digits.
pub const MOST: f64 = 1e15;

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// How much, in the metric's unit: not negative, and at most [`MOST`].
    pub value: f64,
}

/// Whose samples.
pub type Key = (Metric, Component);

/// Everything that was read: the samples of each metric of each component, by time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The samples, each instant once, the earliest first.
    pub series: BTreeMap<Key, Vec<Sample>>,
    /// What a reader should know of how it was read.
    pub notes: Vec<String>,
}

/// A day and its sustained peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The 95th percentile of its samples.
    pub value: f64,
}

/// The days that samples make, by date. Of each the 95th percentile stands for it (the nearest
/// rank: the smallest value that is not below 95% of them), which is passed for more than an hour
/// of the day in all: a sustained peak, where the maximum would be any moment's.
///
/// A day with fewer than half as many samples as the middle one is left out: its peak may lie in
/// what is missing. The first and the last day are often such.
#[must_use]
pub fn days(samples: &[Sample]) -> Vec<Day> {
    let mut by_day: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    for sample in samples {
        by_day
            .entry(day_of(sample.at))
            .or_default()
            .push(sample.value);
    }
    let mut counts: Vec<usize> = by_day.values().map(Vec::len).collect();
    counts.sort_unstable();
    let middle = counts.get(counts.len() / 2).copied().unwrap_or(0);
    by_day
        .into_iter()
        .filter(|(_, values)| values.len() * 2 >= middle)
        .map(|(date, mut values)| {
            values.sort_by(f64::total_cmp);
            let rank = (values.len() * 95).div_ceil(100).max(1);
            let value = values.get(rank - 1).copied();
            Day {
                date,
                value: value.expect("a day is made of at least one sample"),
            }
        })
        .collect()
}
