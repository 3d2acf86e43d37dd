//! `tierc capacity`: the outlook of each metric, and the change that makes room, as text, JSON or
//! Markdown.

pub mod chart;
mod edit_location;
pub mod html;
pub mod markdown;
mod number;
mod relief;
pub mod text;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::capacity::projection::{HORIZON, Urgency, later};
use crate::capacity::proposal::Proposals;
use crate::capacity::series::{Day, days_between};
use crate::capacity::trend::{Direction, Trend, TrendEstimate};
use crate::capacity::{MetricItem, Outlook, Review, lacking};
use crate::cost::Range;
use crate::diagnostic::json::EditJson;
use crate::impact::Impact;
use crate::metric::{Metric, Unit};
use crate::model::Environment;
use crate::pair::Pair;
use crate::source::Sources;

use number::{rounded, shown};
use relief::relief;

/// The capacity review of one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CapacityReport {
    /// Always `capacity`; identifies this kind of report.
    pub report: CapacityReportKind,
    /// The environment.
    pub environment: String,
    /// Where the metrics were read.
    pub source: String,
    /// The first day that was read, in UTC.
    pub first: String,
    /// The day of the review, which is the last day that was read.
    pub today: String,
    /// How many days were read.
    pub days_read: u32,
    /// The metrics, component by component.
    pub metrics: Vec<MetricReport>,
    /// Notes about the input, for the reader.
    pub notes: Vec<String>,
}

/// The name of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum CapacityReportKind {
    /// A capacity review.
    Capacity,
}

/// One metric of one component.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MetricReport {
    /// The component's path.
    pub component: String,
    /// The metric.
    pub metric: Metric,
    /// The unit of the values.
    pub unit: Unit,
    /// The threshold.
    pub threshold: f64,
    /// The sustained peak of each day with measurements.
    pub days: Vec<DayReport>,
    /// Its outlook; null if it is unknown.
    pub outlook: Option<OutlookReport>,
    /// Why the outlook is unknown; null if it is known.
    pub lacking: Option<String>,
    /// The proposed change; null if none is due.
    pub relief: Option<ReliefReport>,
}

/// A day's sustained peak.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DayReport {
    /// The day.
    pub date: String,
    /// The 95th percentile of its samples.
    pub value: f64,
}

/// The outlook of a metric. Intervals have a confidence of 90%.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OutlookReport {
    /// How urgent it is.
    pub urgency: UrgencyReport,
    /// The direction of the trend.
    pub direction: DirectionReport,
    /// The change per day.
    pub slope: Band,
    /// Whether weekdays differ.
    pub seasonal: bool,
    /// The highest day of the week that ends with the review.
    pub now: Band,
    /// The highest day of the week that ends 30 days later.
    pub in_30_days: Band,
    /// The highest day of the week that ends 90 days later.
    pub in_90_days: Band,
    /// Days until the threshold.
    pub days_until: ReachReport,
    /// The trend's value for every day from the first measurement to the day before the review.
    pub fitted: Vec<PointReport>,
    /// Every day from the review to 90 days later.
    pub projection: Vec<PointReport>,
}

/// How urgent a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum UrgencyReport {
    /// Its threshold is far.
    Fine,
    /// Its threshold is expected within 90 days, or possible within 30.
    Watch,
    /// Its threshold is expected within 30 days.
    Soon,
    /// Its threshold is reached.
    Reached,
}

/// The direction of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum DirectionReport {
    /// Up.
    Rising,
    /// Down.
    Falling,
    /// No certain direction.
    Flat,
}

/// A value and its interval.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Band {
    /// The lower end.
    pub low: f64,
    /// The estimate.
    pub value: f64,
    /// The upper end.
    pub high: f64,
}

/// Days until a threshold is reached; null if it is not reached within 90 days.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReachReport {
    /// By the trend.
    pub expected: Option<u32>,
    /// By the upper end of the interval.
    pub earliest: Option<u32>,
    /// By the lower end.
    pub latest: Option<u32>,
}

/// A day of the trend.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Point")]
pub struct PointReport {
    /// The day.
    pub date: String,
    /// The expected value.
    #[serde(flatten)]
    pub band: Band,
}

/// The proposal for a metric.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ReliefReport {
    /// The change that keeps the upper end of the projection below the threshold for 90 days and
    /// breaks no rule. If every such change has a price, it is the cheapest; else the smallest of
    /// those with the fewest unpriced items. Null if there is none.
    pub change: Option<ChangeReport>,
    /// Whether every such change has a price, so this one is certainly the cheapest.
    pub priced: bool,
    /// The changes that were tried and rejected.
    pub refused: Vec<RefusalReport>,
}

/// A change that keeps a metric below its threshold.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeReport {
    /// What to type.
    pub kdl: String,
    /// The change as edits of the file.
    pub edits: Vec<EditJson>,
    /// What to type into existing nodes: the value, and the place.
    pub instructions: Vec<String>,
    /// The nodes to add to the file, as text.
    pub nodes: String,
    /// The highest upper end of the projection within 90 days, after the change.
    pub after: f64,
    /// What it costs a month.
    pub cost: Pair<Range>,
    /// The number of changed items without a price. Sums exclude them.
    pub unpriced: usize,
    /// The worst impact of the change.
    pub impact: Impact,
    /// What a person must take care of.
    pub heeds: Vec<String>,
    /// The rules that warn after the change but not now.
    pub warnings: Vec<String>,
}

/// A rejected change: it does not help enough, or it must not be made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RefusalReport {
    /// What was tried.
    pub kdl: String,
    /// The change as edits of the file.
    pub edits: Vec<EditJson>,
    /// Why it was rejected.
    pub reason: String,
}

/// The contents of a report: the review, and the proposals for its metrics by index.
pub struct Reviewed<'a> {
    /// The review.
    pub review: &'a Review,
    /// The proposals for each metric that is due.
    pub proposals: &'a [Option<Proposals>],
    /// The environment as it is.
    pub environment: &'a Environment,
    /// The texts it was read from.
    pub sources: &'a Sources,
    /// Where the metrics were read.
    pub source: &'a str,
}

/// The report of a review.
#[must_use]
pub fn report(reviewed: &Reviewed<'_>) -> CapacityReport {
    let review = reviewed.review;
    let metrics = review.items.iter().zip(reviewed.proposals);
    CapacityReport {
        report: CapacityReportKind::Capacity,
        environment: reviewed.environment.environment.value.to_string(),
        source: reviewed.source.to_owned(),
        first: review.window.first.to_string(),
        today: review.window.last.to_string(),
        days_read: review.window.days(),
        metrics: metrics
            .map(|(item, proposals)| metric(item, proposals.as_ref(), reviewed))
            .collect(),
        notes: review
            .notes
            .iter()
            .cloned()
            .chain(review.items.iter().filter_map(shifted))
            .collect(),
    }
}

/// A note about a level shift in the trend.
fn shifted(item: &MetricItem) -> Option<String> {
    let Outlook::Known { trend, .. } = &item.outlook else {
        return None;
    };
    let shift = trend.shift?;
    let way = if shift.by > 0.0 { "rose" } else { "fell" };
    Some(format!(
        "{} {}: its level {way} by {} on {}: the trend is computed on each side of that day, and starts from the new level",
        item.tracked.component,
        item.tracked.metric,
        shown(shift.by.abs(), item.tracked.metric.unit()),
        shift.date
    ))
}

/// The report as JSON.
///
/// # Panics
/// Never: a report is plain data.
#[must_use]
pub fn json(report: &CapacityReport) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report is plain data");
    text.push('\n');
    text
}

fn metric(
    item: &MetricItem,
    proposals: Option<&Proposals>,
    reviewed: &Reviewed<'_>,
) -> MetricReport {
    let today = reviewed.review.window.last;
    let days = item.days.iter().map(|day| DayReport {
        date: day.date.to_string(),
        value: rounded(day.value),
    });
    MetricReport {
        component: item.tracked.component.to_string(),
        metric: item.tracked.metric,
        unit: item.tracked.metric.unit(),
        threshold: rounded(item.tracked.threshold),
        days: days.collect(),
        outlook: outlook(item, today),
        lacking: lacking(&item.outlook, reviewed.review.window),
        relief: proposals.map(|found| relief(found, item, reviewed)),
    }
}

fn outlook(item: &MetricItem, today: Date) -> Option<OutlookReport> {
    let Outlook::Known { trend, projection } = &item.outlook else {
        return None;
    };
    let reach = projection.reach;
    Some(OutlookReport {
        urgency: match projection.urgency() {
            Urgency::Fine => UrgencyReport::Fine,
            Urgency::Watch => UrgencyReport::Watch,
            Urgency::Soon => UrgencyReport::Soon,
            Urgency::Reached => UrgencyReport::Reached,
        },
        direction: match trend.direction() {
            Direction::Rising => DirectionReport::Rising,
            Direction::Falling => DirectionReport::Falling,
            Direction::Flat => DirectionReport::Flat,
        },
        slope: band(trend.slope),
        seasonal: trend.seasonal,
        now: band(projection.now),
        in_30_days: band(projection.soon),
        in_90_days: band(projection.horizon),
        days_until: ReachReport {
            expected: reach.expected,
            earliest: reach.earliest,
            latest: reach.latest,
        },
        fitted: fitted(trend, &item.days, today),
        projection: (0..=HORIZON)
            .map(|days| point(trend, later(today, days)))
            .collect(),
    })
}

fn fitted(trend: &Trend, days: &[Day], today: Date) -> Vec<PointReport> {
    let Some(first) = days.first() else {
        return Vec::new();
    };
    let back = days_between(first.date, today);
    (1..=back)
        .rev()
        .map(|back| today.saturating_sub(jiff::Span::new().days(back)))
        .map(|date| point(trend, date))
        .collect()
}

fn point(trend: &Trend, date: Date) -> PointReport {
    PointReport {
        date: date.to_string(),
        band: band(trend.at(date)),
    }
}

fn band(estimate: TrendEstimate) -> Band {
    Band {
        low: rounded(estimate.low),
        value: rounded(estimate.value),
        high: rounded(estimate.high),
    }
}
