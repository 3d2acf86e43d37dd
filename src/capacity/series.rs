//! The measurements: samples by metric and component, and the days they cover.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::metric::{Component, Metric};

/// The days that a review reads: calendar days of UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewWindow {
    /// The first.
    pub first: Date,
    /// The last: the day of the review.
    pub last: Date,
}

impl ReviewWindow {
    /// The `days` days that end with `last`.
    ///
    /// # Panics
    ///
    /// If the window would begin before the calendar does.
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

    /// Whether an instant is within the window.
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

/// The day in UTC of an instant. UTC has no daylight saving, so each day has 24 hours.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Days from one date to another; negative if `to` is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The largest value that is accepted. A larger one is a mistake, and would give a trend with
/// hundreds of digits.
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
pub type SeriesKey = (Metric, Component);

/// All samples of each metric of each component, by time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The samples, one per instant, earliest first.
    pub series: BTreeMap<SeriesKey, Vec<Sample>>,
    /// Notes about the input, for the reader.
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

/// The days of some samples, by date. Each day's value is the 95th percentile of its samples
/// (nearest rank: the smallest value with at least 95% of them at or below it). It is exceeded for
/// more than an hour of the day in total, so it is a sustained peak. The maximum would be the peak
/// of any moment.
///
/// A day with fewer than half as many samples as the median day is left out, because its peak may
/// be missing. The first and the last day often are.
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
