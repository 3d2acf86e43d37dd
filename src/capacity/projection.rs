//! The projection of a trend, and the day on which it reaches a threshold.

use jiff::civil::Date;

use super::trend::{Trend, TrendEstimate};

/// How many days ahead a review looks.
pub const HORIZON: u32 = 90;

/// The days within which a threshold needs a plan: the guide reviews monthly.
pub const SOON: u32 = 30;

/// Days until a threshold is reached; `None` if not within [`HORIZON`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// By the trend.
    pub expected: Option<u32>,
    /// By the upper end of the interval.
    pub earliest: Option<u32>,
    /// By the lower end.
    pub latest: Option<u32>,
}

/// How urgent a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The threshold is not reached within [`HORIZON`], and the upper bound does not reach it
    /// within [`SOON`].
    Fine,
    /// Expected within [`HORIZON`], or possible within [`SOON`].
    Watch,
    /// Expected within [`SOON`].
    Soon,
    /// Reached.
    Reached,
}

/// A trend held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// The highest day in the week up to the day of the review.
    pub now: TrendEstimate,
    /// The highest day in the week up to [`SOON`] days later.
    pub soon: TrendEstimate,
    /// The highest day in the week up to [`HORIZON`] days later.
    pub horizon: TrendEstimate,
    /// When the threshold is reached.
    pub reach: Reach,
}

impl Projection {
    /// How urgent it is.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        let within = |days: Option<u32>, limit: u32| days.is_some_and(|days| days <= limit);
        let Reach {
            expected, earliest, ..
        } = self.reach;
        if expected == Some(0) {
            Urgency::Reached
        } else if within(expected, SOON) {
            Urgency::Soon
        } else if expected.is_some() || within(earliest, SOON) {
            Urgency::Watch
        } else {
            Urgency::Fine
        }
    }
}

/// The date this many days later.
#[must_use]
pub fn later(date: Date, days: u32) -> Date {
    date.saturating_add(jiff::Span::new().days(i64::from(days)))
}

/// Projects a trend from a day on.
#[must_use]
pub fn projection(trend: &Trend, today: Date, threshold: f64) -> Projection {
    let week_to = |days: u32| {
        let ends = (0..7).map(|back| {
            let day = later(today, days).saturating_sub(jiff::Span::new().days(back));
            trend.at(day)
        });
        ends.reduce(|highest, day| TrendEstimate {
            low: highest.low.max(day.low),
            value: highest.value.max(day.value),
            high: highest.high.max(day.high),
        })
        .expect("a week has days")
    };
    let now = week_to(0);
    let first = |now: f64, end: fn(&TrendEstimate) -> f64| {
        if now >= threshold {
            return Some(0);
        }
        (1..=HORIZON).find(|days| end(&trend.at(later(today, *days))) >= threshold)
    };
    Projection {
        now,
        soon: week_to(SOON),
        horizon: week_to(HORIZON),
        reach: Reach {
            expected: first(now.value, |it| it.value),
            earliest: first(now.high, |it| it.high),
            latest: first(now.low, |it| it.low),
        },
    }
}
