//! The monthly capacity review: measurements, their trend, and the cheapest change for metrics that reach
//! their threshold.
//!
//! ```text
//! CSV or Prometheus --metrics_file, prometheus--> History --series--> Days --trend--> Trend
//!     --projection--> Projection --trial, proposal--> Proposals
//! ```
//!
//! Every stage is a pure function; who reads files, asks Prometheus and knows the day is `cli`.

pub mod available;
mod extra_nodes;
pub mod metrics_file;
pub mod offers;
mod order_statistics;
pub mod projection;
pub mod prometheus;
pub mod proposal;
pub mod series;
mod shift;
pub mod trend;
pub mod trial;

use jiff::civil::Date;

use crate::metric::Tracked;
use projection::{Projection, Urgency, projection};
use series::{Day, History, ReviewWindow, days, days_between};
use trend::{FEWEST_DAYS, Trend, trend};

/// After so many days without a value, a series is too old to judge today.
pub const STALE_AFTER: i32 = 7;

/// A review: every tracked metric of an environment.
#[derive(Clone, Debug)]
pub struct Review {
    /// The days that were read.
    pub window: ReviewWindow,
    /// The metrics, in the order of the table.
    pub items: Vec<MetricItem>,
    /// Notes about the input, for the reader.
    pub notes: Vec<String>,
}

/// One metric of one component.
#[derive(Clone, Debug)]
pub struct MetricItem {
    /// What is tracked.
    pub tracked: Tracked,
    /// Its days, as far as they have a value.
    pub days: Vec<Day>,
    /// Its outlook.
    pub outlook: Outlook,
}

/// The trend of a metric, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Outlook {
    /// Nothing was measured.
    Unmeasured,
    /// Fewer days have a value than a trend needs.
    TooFew {
        /// How many have.
        days: usize,
    },
    /// The newest value is too old.
    Stale {
        /// When it was measured.
        last: Date,
    },
    /// It is known.
    Known {
        /// The trend.
        trend: Box<Trend>,
        /// The trend against the threshold.
        projection: Projection,
    },
}

impl MetricItem {
    /// How urgent the metric is; `None` without a trend.
    #[must_use]
    pub fn urgency(&self) -> Option<Urgency> {
        match &self.outlook {
            Outlook::Known { projection, .. } => Some(projection.urgency()),
            Outlook::Unmeasured | Outlook::TooFew { .. } | Outlook::Stale { .. } => None,
        }
    }

    /// Whether a change is due: the threshold is reached now or soon.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.urgency() >= Some(Urgency::Soon)
    }
}

/// Reviews the measurements of a window.
#[must_use]
pub fn review(tracked: Vec<Tracked>, history: History, window: ReviewWindow) -> Review {
    let items = tracked
        .into_iter()
        .map(|tracked| {
            let key = (tracked.metric, tracked.component.clone());
            let days = history.series.get(&key).map(|it| days(it));
            let days = days.unwrap_or_default();
            MetricItem {
                outlook: outlook(&days, tracked.threshold, window.last),
                tracked,
                days,
            }
        })
        .collect();
    Review {
        window,
        items,
        notes: history.notes,
    }
}

fn outlook(days: &[Day], threshold: f64, today: Date) -> Outlook {
    let Some(last) = days.last() else {
        return Outlook::Unmeasured;
    };
    if days_between(last.date, today) > STALE_AFTER {
        return Outlook::Stale { last: last.date };
    }
    match trend(days) {
        Some(trend) => Outlook::Known {
            projection: projection(&trend, today, threshold),
            trend: Box::new(trend),
        },
        None => Outlook::TooFew { days: days.len() },
    }
}

/// Why the metric has no trend, as a sentence; `None` if it has one.
#[must_use]
pub fn lacking(outlook: &Outlook, window: ReviewWindow) -> Option<String> {
    match outlook {
        Outlook::Known { .. } => None,
        Outlook::Unmeasured => Some("nothing was measured".into()),
        Outlook::TooFew { days } => {
            let plural = if *days == 1 { "day has" } else { "days have" };
            Some(format!(
                "{days} {plural} a value, and a trend over weeks needs {FEWEST_DAYS}"
            ))
        }
        Outlook::Stale { last } => Some(format!(
            "the newest value is from {last}, {} days before the review",
            days_between(*last, window.last)
        )),
    }
}
